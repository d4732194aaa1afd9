/** Bad input of counters, as tables: each field of each command, each option; and that nothing has changed. */
import { createCounter, createCounters, InvalidPayloadError, type CounterDump, type CountersDump } from 'ownstate/stores';
import { describe, expect, it } from 'vitest';

const KIND = 'an integer within 2^53 - 1';

/** What is no count. */
const noCounts = [null, '5', NaN, Infinity, -Infinity, 1.5, 2 ** 53, -(2 ** 53), 1n, {}, [], true, Symbol('5'), () => 5];

type Row = readonly [type: string, payload: unknown, field: string, expected: string];

const rows = (type: string, bad: readonly unknown[], payload: (each: unknown) => unknown, field: string, expected: string): Row[] =>
  bad.map((each) => [type, payload(each), field, expected]);

/** Sends each row, and looks at what it fails with. */
async function refuses(store: { send(message: never): PromiseLike<unknown> }, table: readonly Row[]): Promise<void> {
  for (const [type, payload, field, expected] of table) {
    // A cast: that this doesn't compile is specified elsewhere.
    const error: unknown = await store.send({ type, payload } as never).then(() => 'no error', (reason: unknown) => reason);
    expect(error, `${type} ${field}`).toBeInstanceOf(InvalidPayloadError);
    expect(error).toMatchObject({ code: 'INVALID_PAYLOAD', field });
    expect((error as Error).message.startsWith(`Expected \`${field}\` to be ${expected}, got `), (error as Error).message).toBe(true);
  }
}

const COUNTER: readonly Row[] = [
  ...['increment', 'decrement'].flatMap((type) => rows(type, [...noCounts, -1], (by) => by, 'by', `${KIND}, not negative`)),
  ...['set', 'getAndSet'].flatMap((type) => rows(type, [...noCounts, undefined], (value) => value, 'value', KIND)),
];

const noKeys = [undefined, null, 5, NaN, true, Symbol('a'), () => 'a'];
const noLabels = [null, 'a', 5, [], ['a'], new Map([['a', '1']]), new Date(0), () => 'a'];

const keyed = (type: string, more: object = {}): Row[] => [
  ...rows(type, [undefined, null, 5, {}, []], (name) => ({ ...more, name }), 'name', 'a string'),
  ...rows(type, [{}, []], (key) => Object.assign(key as object, more), 'name', 'a string'),
  ...rows(type, noLabels, (labels) => ({ ...more, name: 'a', labels }), 'labels', 'a plain object of strings'),
  ...rows(type, [undefined, null, 5, {}], (label) => ({ ...more, name: 'a', labels: { ok: 'yes', label } }), 'labels.label', 'a string'),
];

const COUNTERS: readonly Row[] = [
  ...['increment', 'decrement', 'reset', 'remove', 'get'].flatMap((type) => [
    ...rows(type, noKeys, (key) => key, 'key', 'a name, or an object with a name'), ...keyed(type),
  ]),
  ...['increment', 'decrement'].flatMap((type) => rows(type, [...noCounts, -1], (by) => ({ name: 'a', by }), 'by', `${KIND}, not negative`)),
  ...['set', 'getAndSet'].flatMap((type) => [
    ...rows(type, [...noKeys, 'a'], (payload) => payload, 'payload', 'an object'), ...keyed(type, { value: 1 }),
    ...rows(type, [...noCounts, undefined], (value) => ({ name: 'a', value }), 'value', KIND),
    [type, { name: 'a' }, 'value', KIND] as const,
  ]),
  ...rows('list', [null, 'a', 5, true], (page) => page, 'payload', 'an object'),
  ...rows('list', [null, 5, {}], (name) => ({ name }), 'name', 'a string'),
  ...rows('list', [null, '5', NaN, 0, -1, 1.5, Infinity, 10_001], (limit) => ({ limit }), 'limit', 'an integer from 1 to 10000'),
  ...rows('list', [null, '5', NaN, -1, 1.5, Infinity], (after) => ({ after }), 'after', 'what the page before gave as `after`'),
];

describe('each field of each command', () => {
  it('of a counter is checked at the door, and nothing has changed', async () => {
    const counter = createCounter({ start: 3 });
    await refuses(counter, COUNTER);
    expect(await counter.ask.stats()).toMatchObject({ count: 3 });
    const big = createCounter({ start: 3n });
    await refuses(big, [...rows('increment', [null, 1, '5', -1n, {}], (by) => by, 'by', 'a bigint, not negative'), ...rows('set', [undefined, 1, '5'], (to) => to, 'value', 'a bigint')]);
    expect(await big.ask.get()).toBe(3n);
  });

  it('of a store of counters is checked at the door, and nothing has changed', async () => {
    const counters = createCounters();
    await counters.ask.increment('a');
    const [before, view] = [(await counters.ask.dump()).counters, counters.snapshot()];
    await refuses(counters, COUNTERS);
    expect((await counters.ask.dump()).counters).toEqual(before);
    expect(counters.snapshot()).toBe(view);
  });
});

describe('a message', () => {
  it('stays short, whatever a stranger sends', async () => {
    const long = 'x'.repeat(100_000);
    await expect(createCounters().ask.increment({ name: 'a', labels: { [long]: 1 } } as never)).rejects.toMatchObject({ field: `labels.${'x'.repeat(80)}` });
    const error: unknown = await createCounter({ start: 0n, max: 9n }).ask.increment(10n ** 1000n).then(undefined, (reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'OUT_OF_BOUNDS', count: 10n ** 1000n });
    expect((error as Error).message.length).toBeLessThan(200);
  });
});

describe('after shutdown', () => {
  it('each command fails', async () => {
    const [counter, counters] = [createCounter(), createCounters()];
    await Promise.all([counter.shutdown(), counters.shutdown()]);
    for (const type of new Set(['stats', 'dump', 'get', 'reset', ...COUNTER.map(([each]) => each)])) {
      await expect(counter.send({ type } as never)).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    }
    for (const type of new Set(['stats', 'dump', ...COUNTERS.map(([each]) => each)])) {
      await expect(counters.send({ type } as never)).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    }
  });
});

const BOUNDS: readonly [options: unknown, message: string][] = [
  [null, 'Expected `options` to be an object, got null'],
  ...['5', null, NaN, 1.5, Infinity, 2 ** 53].map((start) => [{ start }, 'Expected `start` to be an integer within 2^53 - 1, or a bigint'] as [unknown, string]),
  ...['5', null, NaN, 1.5, Infinity, 2 ** 53, 1n].map((min) => [{ min }, 'Expected `min` to be an integer within 2^53 - 1'] as [unknown, string]),
  ...['5', null, NaN, 1.5, Infinity, 2 ** 53, 1n].map((max) => [{ max }, 'Expected `max` to be an integer within 2^53 - 1'] as [unknown, string]),
  [{ start: 1n, max: 5 }, 'Expected `max` to be a bigint, got 5'],
  [{ min: 1 }, 'Expected `min` to be at most the first count, 0, got 1'],
  [{ start: 5, max: 4 }, 'Expected `max` to be at least the first count, 5, got 4'],
  ...['throw', null, 1].map((onBound) => [{ onBound }, 'Expected `onBound` to be one of reject, clamp, wrap'] as [unknown, string]),
  [{ start: 0n, min: 0n, onBound: 'wrap' }, "Expected `onBound` to be 'reject' or 'clamp', where a bound is missing, got 'wrap'"],
  [{ name: 5 }, 'Expected `name` to be'],
  [{ timeout: 0 }, 'Expected `timeout` to be'],
];

const counter: CounterDump = { kind: 'counter', version: 1, at: 0, count: 5 };
const counters: CountersDump = { kind: 'counters', version: 1, at: 0, counters: [{ name: 'a', labels: {}, count: 1 }] };
const [each] = counters.counters;

describe('each option', () => {
  it.each(BOUNDS)('is checked when the store is made: %o', (options, message) => {
    for (const make of [createCounter, createCounters]) {
      expect(() => make(options as object)).toThrow(TypeError);
      expect(() => make(options as object)).toThrow(message);
    }
  });

  it('`maxKeys` is a positive integer', () => {
    for (const maxKeys of [0, -1, NaN, '5', null, 1.5, Infinity]) {
      expect(() => createCounters({ maxKeys } as object)).toThrow('Expected `maxKeys` to be a positive integer');
    }
  });

  it('`restore` is a dump of a counter, within the bounds', () => {
    const table: [object, string][] = [
      [{ restore: null }, 'Expected `restore` to be an object'],
      [{ restore: { ...counter, kind: 'counters' } }, "Expected `restore.kind` to be 'counter', got 'counters'"],
      [{ restore: { ...counter, version: 2 } }, 'Expected `restore.version` to be 1, got 2'],
      [{ restore: { ...counter, at: '0' } }, "Expected `restore.at` to be a time in milliseconds, got '0'"],
      ...[undefined, null, '5', NaN, 1.5].map((count) => [{ restore: { ...counter, count } }, `Expected \`restore.count\` to be ${KIND} within the bounds`] as [object, string]),
      [{ max: 4, restore: counter }, `Expected \`restore.count\` to be ${KIND} within the bounds, got 5`],
      ...['', ' 5', '0x10', '5n', 5].map((count) => [{ start: 0n, restore: { ...counter, count } }, 'Expected `restore.count` to be a bigint within the bounds'] as [object, string]),
    ];
    for (const [options, message] of table) expect(() => createCounter(options)).toThrow(message);
  });

  it('`restore` is a dump of counters, each once and within the bounds', () => {
    const where = 'Expected `restore.counters[0]` to be a counter with name and labels, each one once';
    const table: [object, string][] = [
      [{ restore: counter }, "Expected `restore.kind` to be 'counters', got 'counter'"],
      [{ restore: { ...counters, version: '1' } }, "Expected `restore.version` to be 1, got '1'"],
      [{ restore: { ...counters, counters: {} } }, 'Expected `restore.counters` to be an array of at most 10000 counters'],
      [{ maxKeys: 1, restore: { ...counters, counters: [each, { ...each, name: 'b' }] } }, 'Expected `restore.counters` to be an array of at most 1 counters'],
      [{ restore: { ...counters, counters: [null] } }, 'Expected `restore.counters[0]` to be an object'],
      [{ restore: { ...counters, counters: [{ ...each, name: 5 }] } }, where],
      [{ restore: { ...counters, counters: [{ ...each, labels: { a: 5 } }] } }, where],
      [{ restore: { ...counters, counters: [each, each] } }, 'Expected `restore.counters[1]` to be a counter with name and labels, each one once'],
      [{ restore: { ...counters, counters: [{ ...each, count: NaN }] } }, `Expected \`restore.counters[0].count\` to be ${KIND} within the bounds, got NaN`],
    ];
    for (const [options, message] of table) expect(() => createCounters(options)).toThrow(message);
  });
});
