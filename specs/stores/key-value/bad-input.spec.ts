/** Bad input of a key-value store, as tables: each field of each command, each option; and that nothing has changed. */
import { createKeyValue, InvalidPayloadError, type KeyValue } from 'ownstate/stores';
import { describe, expect, it } from 'vitest';

const KEY = 'a string or a number';
const TTL = 'a positive number of milliseconds, or Infinity';
const BOOLEAN = 'a boolean';
const VALUE = 'a value other than undefined';

/** What is no key. */
const noKeys = [undefined, null, NaN, true, {}, [], Symbol('k'), 1n, () => 'k'];
const noTtls = [null, '5', NaN, 0, -1, -Infinity, {}, 5n];
const noBooleans = [null, 'true', 0, 1, {}];
const noObjects = [undefined, null, 'k', 5, true, () => undefined];

/** Rows: command, payload, the field that is refused, what was expected of it. */
type Row = readonly [type: string, payload: unknown, field: string, expected: string];

const rows = (type: string, bad: readonly unknown[], payload: (each: unknown) => unknown, field: string, expected: string): Row[] =>
  bad.map((each) => [type, payload(each), field, expected]);

const settings = (type: string, within: (setting: unknown) => unknown, at: string): Row[] => [
  ...rows(type, noObjects, within, at === '' ? 'payload' : at.slice(0, -1), 'an object'),
  [type, within({ value: 1 }), `${at}key`, KEY],
  ...rows(type, noKeys, (key) => within({ key, value: 1 }), `${at}key`, KEY),
  [type, within({ key: 'k' }), `${at}value`, VALUE],
  [type, within({ key: 'k', value: undefined }), `${at}value`, VALUE],
  ...rows(type, noTtls, (ttl) => within({ key: 'k', value: 1, ttl }), `${at}ttl`, TTL),
  ...['keepTtl', 'ifAbsent', 'ifPresent', 'returnOld'].flatMap((field) =>
    rows(type, noBooleans, (flag) => within({ key: 'k', value: 1, [field]: flag }), `${at}${field}`, BOOLEAN)),
  [type, within({ key: 'k', value: 1, keepTtl: true, ttl: 5 }), `${at}keepTtl`, 'false beside `ttl`'],
  [type, within({ key: 'k', value: 1, ifAbsent: true, ifPresent: true }), `${at}ifPresent`, 'false beside `ifAbsent`'],
];

const many = 'an array of at most 10000';
const tooMany = Array.from({ length: 10_001 }, () => 'k');
const noArrays = [undefined, null, 'k', {}, { length: 1 }, new Set(['k']), tooMany];

const TABLE: readonly Row[] = [
  ...['get', 'has', 'remainingTtl', 'delete', 'take', 'watch'].flatMap((type) => rows(type, noKeys, (key) => key, 'key', KEY)),
  ...['getMany', 'deleteMany'].flatMap((type) => [
    ...rows(type, noArrays, (keys) => keys, 'keys', many),
    ...rows(type, noKeys, (key) => ['k', key], 'keys[1]', KEY),
    // A hole isn't passed over.
    ...rows(type, [0], () => Object.assign([], { length: 1 }), 'keys[0]', KEY),
  ]),
  ...settings('set', (setting) => setting, ''),
  ...settings('getAndSet', (setting) => setting, ''),
  ...rows('setMany', noArrays, (items) => items, 'payload', many),
  ...settings('setMany', (setting) => [{ key: 'new', value: 1 }, setting], 'payload[1].'),
  ...rows('compareAndSet', noObjects, (payload) => payload, 'payload', 'an object'),
  ...rows('set', [Infinity, -Infinity], (key) => ({ key, value: 1 }), 'key', 'a string or a finite number'),
  ...rows('compareAndSet', noKeys, (key) => ({ key, expected: 1, value: 2 }), 'key', KEY),
  ['compareAndSet', { key: 'k', value: 2 }, 'expected', 'given, if only as undefined'],
  ['compareAndSet', { key: 'k', expected: 'v' }, 'value', 'given, if only as undefined'],
  ...rows('compareAndSet', noTtls, (ttl) => ({ key: 'k', expected: 'v', value: 2, ttl }), 'ttl', TTL),
  ...rows('update', noObjects, (payload) => payload, 'payload', 'an object'),
  ...rows('update', noKeys, (key) => ({ key, with: () => 1 }), 'key', KEY),
  ...rows('update', [undefined, null, 1, 'x', {}], (change) => ({ key: 'k', with: change }), 'with', 'a function'),
  ...rows('update', noTtls, (ttl) => ({ key: 'k', with: () => 1, ttl }), 'ttl', TTL),
  ['update', { key: 'k', with: async () => 1 }, 'with', 'a function that gives the next value at once'],
  ...rows('keys', [null, 'k', 5, true], (payload) => payload, 'payload', 'an object'),
  ...rows('keys', [null, 5, {}, /k/], (prefix) => ({ prefix }), 'prefix', 'a string'),
  ...rows('keys', [null, '5', NaN, 0, -1, 1.5, Infinity, 10_001, 2 ** 53], (limit) => ({ limit }), 'limit', 'an integer from 1 to 10000'),
  ...rows('keys', [null, '5', NaN, -1, 1.5, Infinity, 2 ** 53], (after) => ({ after }), 'after', 'what the page before gave as `after`'),
];

/** A store with something in it, all of whose numbers would show a change. */
async function made(): Promise<KeyValue> {
  const store = createKeyValue({ maxKeys: 5 });
  await store.ask.setMany([{ key: 'k', value: 'v', ttl: Infinity }, { key: 'l', value: 'v' }]);
  return store;
}

const seen = async (store: KeyValue) => ({ stats: await store.ask.stats(), entries: (await store.ask.dump()).entries, view: store.snapshot() });

describe('each field of each command', () => {
  it('is checked at the door, and nothing has changed', async () => {
    const store = await made();
    const before = await seen(store);
    const events: unknown[] = [];
    store.events$.subscribe((event) => events.push(event));
    for (const [type, payload, field, expected] of TABLE) {
      // A cast: that this doesn't compile is specified elsewhere.
      const error: unknown = await store.send({ type, payload } as never).then(() => 'no error', (reason: unknown) => reason);
      expect(error, `${type} ${field}`).toBeInstanceOf(InvalidPayloadError);
      expect(error).toMatchObject({ code: 'INVALID_PAYLOAD', name: 'InvalidPayloadError', field });
      expect((error as Error).message.startsWith(`Expected \`${field}\` to be ${expected}, got `), (error as Error).message).toBe(true);
    }
    expect(await seen(store)).toEqual(before);
    expect(events).toEqual([]);
  });

  it('may be as large as numbers are', async () => {
    const store = await made();
    expect(await store.ask.set({ key: Number.MAX_VALUE, value: 1, ttl: Number.MAX_VALUE })).toBe(true);
    expect(await store.ask.set({ key: 2 ** 53, value: 1, ttl: 2 ** 53 })).toBe(true);
    expect(await store.ask.get(Number.MAX_VALUE)).toBe(1);
    expect(await store.ask.set({ key: 'brief', value: 1, ttl: Number.MIN_VALUE })).toBe(true);
    expect(await store.ask.has('brief')).toBe(false);
    expect(await store.ask.keys({ after: Number.MAX_SAFE_INTEGER })).toEqual({ keys: [], after: undefined });
    await store.shutdown();
  });

  it('of a message that a getter spoils fails with what the getter throws', async () => {
    const store = await made();
    const spoilt = { key: 'k', get value(): never { throw new RangeError('spoilt'); } };
    await expect(store.ask.set(spoilt)).rejects.toThrow('spoilt');
    expect(await store.ask.get('k')).toBe('v');
  });
});

describe('what is done twice, to what is not there, or after the end', () => {
  it('is answered, and changes nothing', async () => {
    const store = await made();
    expect(await store.ask.delete('k')).toBe(true);
    const before = await seen(store);
    expect(await store.ask.delete('k')).toBe(false);
    expect(await store.ask.take('k')).toBeUndefined();
    expect(await store.ask.deleteMany(['k', 'unknown'])).toEqual([false, false]);
    expect(await store.ask.set({ key: 'k', value: 1, ifPresent: true })).toBe(false);
    expect(await store.ask.compareAndSet({ key: 'k', expected: 1, value: 2 })).toBe(false);
    expect(await store.ask.update({ key: 'k', with: () => undefined })).toBeUndefined();
    expect(await store.ask.remainingTtl('k')).toBeUndefined();
    expect(await store.ask.sweep()).toBe(0);
    expect(await seen(store)).toEqual(before);
  });

  it('fails by name with what no command is called', async () => {
    const store = await made();
    for (const type of ['gets', 'constructor', '__proto__']) {
      await expect(store.send({ type, payload: 'k' } as never)).rejects.toMatchObject({ code: 'UNKNOWN_COMMAND' });
    }
  });

  it('fails for each command once the store has closed', async () => {
    const store = await made();
    await store.shutdown();
    const types = [...new Set(TABLE.map(([type]) => type)), 'clear', 'sweep', 'size', 'stats', 'dump'];
    expect(types).toHaveLength(19);
    for (const type of types) await expect(store.send({ type } as never)).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    expect(store.snapshot()).toEqual({ changes: 2 });
  });
});

describe('each option', () => {
  const TABLE: readonly [options: unknown, message: string][] = [
    [null, 'Expected `options` to be an object, got null'],
    ['x', "Expected `options` to be an object, got 'x'"],
    ...[0, -1, NaN, '5', null].map((ttl) => [{ ttl }, 'Expected `ttl` to be a positive number'] as [unknown, string]),
    ...[0, -1, NaN, '5', null, 1.5, Infinity, 2 ** 53].map((maxKeys) => [{ maxKeys }, 'Expected `maxKeys` to be a positive integer'] as [unknown, string]),
    ...[0, -1, NaN, '5', null, 1.5, Infinity, 2 ** 53].map((maxWatchers) => [{ maxWatchers }, 'Expected `maxWatchers` to be a positive integer'] as [unknown, string]),
    ...[0, -1, NaN, '5', null, Infinity].map((sweep) => [{ sweep }, 'Expected `sweep` to be a positive number of milliseconds'] as [unknown, string]),
    ...['drop', null, 1].map((onFull) => [{ onFull }, 'Expected `onFull` to be one of reject, evict'] as [unknown, string]),
    ...[null, 1, 'x'].map((equal) => [{ equal }, 'Expected `equal` to be a function'] as [unknown, string]),
    ...[null, 1, 'x'].map((copy) => [{ copy }, 'Expected `copy` to be a function'] as [unknown, string]),
    [{ name: 5 }, 'Expected `name` to be'],
    [{ timeout: -1 }, 'Expected `timeout` to be'],
  ];

  it.each(TABLE)('is checked when the store is made: %o', (options, message) => {
    expect(() => createKeyValue(options as object)).toThrow(TypeError);
    expect(() => createKeyValue(options as object)).toThrow(message);
  });
});
