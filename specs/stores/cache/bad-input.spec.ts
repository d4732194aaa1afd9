/** What a cache refuses: each field of each payload and each option; and that nothing has changed then. */
import { cached, createCache, InvalidPayloadError, type Cache, type CacheOptions } from 'ownstate/stores';
import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** Payloads come from anywhere: whatever the types say. */
type Anything = Readonly<Record<string, (payload?: unknown) => PromiseLike<unknown>>>;

const KEY = 'a string or a number';
const DURATION = 'a positive number of milliseconds, or Infinity';
const WEIGHT = `an integer from 0 to ${Number.MAX_SAFE_INTEGER}`;
const load = () => expect.unreachable();
const infinities = [Infinity, -Infinity];

const noKeys = [undefined, null, NaN, true, {}, [], () => 1, Symbol('a'), 1n];
const noDurations = [null, NaN, 0, -1, -Infinity, '5', {}, 1n];
const noWeights = [null, NaN, Infinity, -1, 1.5, 2 ** 53, '5', {}];
const noObjects = [undefined, null, 'a', 5, NaN, true, Symbol('a')];

const rows: [command: string, payload: unknown, field: string, expected: string][] = [
  ...['get', 'delete', 'take', 'peek', 'has', 'remainingTtl'].flatMap((command): typeof rows => [
    ...noKeys.map((key): typeof rows[number] => [command, key, 'key', KEY]),
    ...infinities.map((key): typeof rows[number] => [command, key, 'key', 'a string or a finite number']),
  ]),
  ...['set', 'touch', 'getOrLoad', 'revalidate'].flatMap((command): typeof rows => [
    ...noObjects.map((payload): typeof rows[number] => [command, payload, 'payload', 'an object']),
    ...noKeys.map((key): typeof rows[number] => [command, { key, value: 1, load }, 'key', KEY]),
    ...infinities.map((key): typeof rows[number] => [command, { key, value: 1, load }, 'key', 'a string or a finite number']),
    ...noDurations.map((ttl): typeof rows[number] => [command, { key: 'a', value: 1, load, ttl }, 'ttl', DURATION]),
  ]),
  ...['set', 'getOrLoad', 'revalidate'].flatMap((command): typeof rows => [
    ...noDurations.map((idle): typeof rows[number] => [command, { key: 'a', value: 1, load, idle }, 'idle', DURATION]),
    ...noWeights.map((weight): typeof rows[number] => [command, { key: 'a', value: 1, load, weight }, 'weight', WEIGHT]),
  ]),
  ['set', { key: 'a' }, 'value', 'anything but undefined'],
  ['set', { key: 'a', value: undefined }, 'value', 'anything but undefined'],
  ...['getOrLoad', 'revalidate'].flatMap((command) => [undefined, null, 5, 'load', {}, Promise.resolve(1)].map((given): typeof rows[number] => (
    [command, { key: 'a', load: given }, 'load', 'a function']
  ))),
];

/** What is to stay as it is. */
async function picture(cache: Cache<string, number>): Promise<unknown> {
  const [{ entries }, stats] = [await cache.ask.dump(), await cache.ask.stats()];
  return { entries, stats, view: cache.snapshot() };
}

describe('a payload', () => {
  it.each(rows)('%s of %o is refused for its %s: expected %s', async (command, payload, field, expected) => {
    const cache = createCache<string, number>({ maxWeight: 10, onHandlerError: 'keep' });
    await cache.ask.set({ key: 'a', value: 1 });
    await cache.ask.set({ key: 'b', value: 2 });
    const before = await picture(cache);
    const events: unknown[] = [];
    cache.events$.subscribe((event) => events.push(event));
    // A cast: see above.
    const refused: unknown = await (cache.ask as unknown as Anything)[command]!(payload).then(() => expect.unreachable(), (error: unknown) => error);
    expect(refused).toBeInstanceOf(InvalidPayloadError);
    expect(refused).toMatchObject({ code: 'INVALID_PAYLOAD', field, message: expect.stringContaining(`Expected \`${field}\` to be ${expected}, got `) as unknown });
    expect(await picture(cache)).toEqual(before);
    expect(events).toEqual([]);
    await cache.shutdown();
  });

  it.each(['clear', 'sweep', 'size', 'stats', 'dump'])('%s takes none, and minds none', async (command) => {
    const cache = createCache();
    for (const payload of [undefined, null, NaN, {}]) await (cache.ask as unknown as Anything)[command]!(payload);
    expect(await cache.ask.size()).toBe(0);
  });

  it('is left as it was', async () => {
    const cache = createCache<string, number>();
    const payload = Object.freeze({ key: 'a', value: 1, ttl: 5, idle: 5, weight: 1 });
    await cache.ask.set(payload);
    expect(payload).toEqual({ key: 'a', value: 1, ttl: 5, idle: 5, weight: 1 });
  });

  it('whose weigh gives no weight, or throws, is refused, and nothing has changed', async () => {
    for (const weigh of [() => NaN, () => -1, () => 0.5, () => { throw new RangeError('too odd'); }]) {
      const cache = createCache<string, number>({ weigh });
      await cache.ask.set({ key: 'a', value: 1, weight: 1 });
      const before = await picture(cache);
      await expect(cache.ask.set({ key: 'a', value: 2 })).rejects.toThrow(/weigh\(value, key\)|too odd/);
      expect(await picture(cache)).toEqual(before);
    }
  });

  it.each([Number.MAX_VALUE, 2 ** 53, 1e-9, Infinity])('may have the ttl %d', async (ttl) => {
    const cache = createCache<string, number>({ scheduler: (await import('rxjs')).asyncScheduler });
    await cache.ask.set({ key: 'a', value: 1, ttl });
    expect(await cache.ask.has('a')).toBe(ttl > 1);
    await cache.shutdown();
  });
});

describe('twice', () => {
  it.each<[string, (cache: Cache<string, number>) => PromiseLike<unknown>, unknown]>([
    ['a deletion finds nothing', (cache) => cache.ask.delete('a'), false],
    ['a take gives nothing', (cache) => cache.ask.take('a'), undefined],
    ['a clear removes none', (cache) => cache.ask.clear(), 0],
  ])('%s', async (_what, act, second) => {
    const cache = createCache<string, number>();
    await cache.ask.set({ key: 'a', value: 1 });
    await act(cache);
    expect(await act(cache)).toEqual(second);
    await cache.shutdown();
    await cache.shutdown();
  });
});

it.each([...new Set(rows.map(([command]) => command)), 'clear', 'sweep', 'size', 'stats', 'dump'])('after the shutdown %s fails', async (command) => {
  const cache = createCache();
  await cache.shutdown();
  await expect((cache.ask as unknown as Anything)[command]!({ key: 'a', value: 1, load })).rejects.toMatchObject({ code: 'STORE_CLOSED' });
});

const MS = 'a positive number of milliseconds, or Infinity';
const FROM_0 = 'a number of milliseconds from 0 on, or Infinity';
const COUNT = 'a positive integer or Infinity';
const dump = { kind: 'cache', version: 1, at: 0, entries: [] };
const entry = { key: 'a', value: 1, weight: 1 };

const options: [field: string, value: unknown, expected: string][] = [
  ...['ttl', 'idle', 'maxTtl', 'sweep'].flatMap((field) => [null, NaN, 0, -1, '5', {}].map((value): typeof options[number] => [field, value, MS])),
  ...['staleWhileRevalidate', 'staleOnError', 'errorTtl'].flatMap((field) => [null, NaN, -1, '5', {}].map((value): typeof options[number] => [field, value, FROM_0])),
  ...['maxEntries', 'maxWeight'].flatMap((field) => [null, NaN, 0, -1, 1.5, 2 ** 53, '5', {}].map((value): typeof options[number] => [field, value, COUNT])),
  ...[null, NaN, -0.1, 1.1, '0'].map((value): typeof options[number] => ['jitter', value, 'a number from 0 to 1']),
  ...['weigh', 'random'].flatMap((field) => [null, 5, {}].map((value): typeof options[number] => [field, value, 'a function'])),
  ...[null, 'some', true].map((value): typeof options[number] => ['announce', value, 'one of all, changes, none']),
  ...[null, 5, 'a dump'].map((value): typeof options[number] => ['restore', value, 'an object']),
];

describe('an option', () => {
  it.each(options)('%s of %o is refused: expected %s', (field, value, expected) => {
    expect(() => createCache({ [field]: value })).toThrow(TypeError);
    expect(() => createCache({ [field]: value })).toThrow(`Expected \`${field}\` to be ${expected}, got `);
  });

  it.each([null, 5, 'options'])('needs an object of options, not %o', (value) => {
    expect(() => createCache(value as unknown as CacheOptions)).toThrow('Expected `options` to be an object, got ');
  });

  it.each<[string, unknown, string]>([
    ['of another store', { ...dump, kind: 'counter' }, "Expected `restore.kind` to be 'cache', got 'counter'"],
    ['of another version', { ...dump, version: 2 }, 'Expected `restore.version` to be 1, got 2'],
    ['without its time', { ...dump, at: NaN }, 'Expected `restore.at` to be a time in milliseconds, got NaN'],
    ['without entries', { ...dump, entries: undefined }, 'Expected `restore.entries` to be an array, got undefined'],
    ['with an entry that is none', { ...dump, entries: [entry, null] }, 'Expected `restore.entries[1]` to be an object, got null'],
    ['with a key that is none', { ...dump, entries: [{ ...entry, key: {} }] }, 'Expected `restore.entries[0].key` to be a string or a number, got [object Object]'],
    ['with a key NaN', { ...dump, entries: [{ ...entry, key: NaN }] }, 'Expected `restore.entries[0].key` to be a string or a number, got NaN'],
    ['without a value', { ...dump, entries: [{ ...entry, value: undefined }] }, 'Expected `restore.entries[0].value` to be anything but undefined, got undefined'],
    ['with a weight that is none', { ...dump, entries: [{ ...entry, weight: -1 }] }, 'Expected `restore.entries[0].weight` to be an integer from 0 on, got -1'],
    ...['expiresIn', 'endsIn', 'limitIn', 'ttl', 'idle'].flatMap((field) => [null, NaN, 0, -5, '5'].map((ms): [string, unknown, string] => [
      `with ${field} ${JSON.stringify(ms)}`, { ...dump, entries: [{ ...entry, [field]: ms }] }, `Expected \`restore.entries[0].${field}\` to be a positive number of milliseconds, or left out, got `,
    ])),
  ])('restore of a dump %s is refused', (_what, restore, message) => {
    expect(() => createCache({ restore: restore as never })).toThrow(TypeError);
    expect(() => createCache({ restore: restore as never })).toThrow(message);
  });
});

describe('cached', () => {
  const cache = createCache<string, number>();
  const good = { key: (item: string) => item, load: () => 1 };

  it.each<[string, unknown, unknown]>([
    ['Expected `cache` to be a cache, or a client of one, got ', undefined, good],
    ['Expected `cache` to be a cache, or a client of one, got ', {}, good],
    ['Expected `options` to be an object, got ', cache, undefined],
    ['Expected `key` to be a function, got ', cache, { ...good, key: 'id' }],
    ['Expected `load` to be a function, got ', cache, { ...good, load: undefined }],
    ...[0, -1, 1.5, NaN, Infinity, '5', null].map((capacity): [string, unknown, unknown] => ['Expected `capacity` to be a positive integer, got ', cache, { ...good, capacity }]),
  ])('fails at once: %s…', (message, given, how) => {
    expect(() => cached(given as never, how as never)).toThrow(TypeError);
    expect(() => cached(given as never, how as never)).toThrow(message);
  });

  it('has what is wrong with an item fail the pipeline', () => {
    const errors: unknown[] = [];
    of('a').pipe(cached(cache, { ...good, key: () => NaN as never })).subscribe({ error: (error: unknown) => errors.push(error) });
    of('a').pipe(cached(cache, { ...good, key: () => { throw new RangeError('no key'); } })).subscribe({ error: (error: unknown) => errors.push(error) });
    of('a').pipe(cached(cache, { ...good, ttl: -1 })).subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors).toMatchObject([{ code: 'INVALID_PAYLOAD', field: 'key' }, { message: 'no key' }, { code: 'INVALID_PAYLOAD', field: 'ttl' }]);
  });
});
