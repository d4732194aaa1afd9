/** What each command of a key-value store does and replies, and what the naive one gets wrong. */
import { createStore, StoreClosedError } from 'ownstate';
import { createKeyValue, defineKeyValue, TooManyKeysError, type KeyValue, type KeyValueEvent, type KeyValueOptions } from 'ownstate/stores';
import { openCheck } from 'ownstate/testing';
import { describe, expect, it } from 'vitest';

/** A store with what it has announced. */
function made<V = unknown>(options: KeyValueOptions<V> = {}): { store: KeyValue<V>; events: KeyValueEvent<V>[] } {
  const store = createKeyValue<V>(options);
  const events: KeyValueEvent<V>[] = [];
  store.events$.subscribe((event) => events.push(event));
  return { store, events };
}

describe('get and set', () => {
  it('give back what was put in', async () => {
    const { store, events } = made<string>();
    expect(await store.ask.get('k')).toBeUndefined();
    expect(await store.ask.set({ key: 'k', value: 'v' })).toBe(true);
    expect(await store.ask.get('k')).toBe('v');
    expect(events).toEqual([{ type: 'set', key: 'k', value: 'v' }]);
  });

  it.each([null, 0, -0, '', false, NaN, [], 0n])('take %s for a value', async (value) => {
    const { store } = made();
    expect(await store.ask.set({ key: 'k', value })).toBe(true);
    expect(await store.ask.get('k')).toBe(value);
    expect(await store.ask.has('k')).toBe(true);
    expect(await store.ask.set({ key: 'k', value: 1, ifAbsent: true })).toBe(false);
  });

  it('tell all keys apart, whatever they are called', async () => {
    const { store } = made<number>();
    const keys = ['__proto__', 'constructor', 'toString', '', '1', 1, 1.5, '1.5', -1, 'Infinity', ' ', 'é', 'e\u0301', '\0', '\ud800'];
    expect(await store.ask.deleteMany(keys)).toEqual(keys.map(() => false));
    await store.ask.setMany(keys.map((key, value) => ({ key, value })));
    expect(await store.ask.getMany(keys)).toEqual(keys.map((_key, value) => value));
    expect(await store.ask.size()).toBe(keys.length);
    expect(await store.ask.get('hasOwnProperty')).toBeUndefined();
  });

  it('set only a key that is absent, or present, if that is asked for', async () => {
    const { store } = made<string>();
    expect(await store.ask.set({ key: 'k', value: 'a', ifPresent: true })).toBe(false);
    expect(await store.ask.set({ key: 'k', value: 'b', ifAbsent: true })).toBe(true);
    expect(await store.ask.set({ key: 'k', value: 'c', ifAbsent: true })).toBe(false);
    expect(await store.ask.set({ key: 'k', value: 'd', ifPresent: true })).toBe(true);
    expect(await store.ask.get('k')).toBe('d');
  });

  it('reply the value before if that is asked for, whether it was set or not', async () => {
    const { store } = made<string>();
    expect(await store.ask.set({ key: 'k', value: 'a', returnOld: true })).toBeUndefined();
    expect(await store.ask.set({ key: 'k', value: 'b', returnOld: true })).toBe('a');
    expect(await store.ask.set({ key: 'k', value: 'c', returnOld: true, ifAbsent: true })).toBe('b');
    expect(await store.ask.getAndSet({ key: 'k', value: 'd' })).toBe('b');
    expect(await store.ask.getAndSet({ key: 'new', value: 'd' })).toBeUndefined();
    expect(await store.ask.get('k')).toBe('d');
  });
});

describe('many at once', () => {
  it('are answered by position', async () => {
    const { store } = made<number>();
    expect(await store.ask.setMany([
      { key: 'a', value: 1 }, { key: 'a', value: 2, ifAbsent: true }, { key: 'b', value: 3, returnOld: true }, { key: 'a', value: 4, returnOld: true },
    ])).toEqual([true, false, undefined, 1]);
    expect(await store.ask.getMany(['b', 'x', 'a', 'a'])).toEqual([3, undefined, 4, 4]);
    expect(await store.ask.deleteMany(['a', 'x', 'a', 'b'])).toEqual([true, false, false, true]);
  });

  it('may be none', async () => {
    const { store } = made();
    expect(await store.ask.setMany([])).toEqual([]);
    expect(await store.ask.getMany([])).toEqual([]);
    expect(await store.ask.deleteMany([])).toEqual([]);
  });

  it('are set all or none', async () => {
    const { store, events } = made<number>({ maxKeys: 3 });
    await store.ask.setMany([{ key: 'a', value: 1 }, { key: 'b', value: 1 }]);
    const more = [{ key: 'a', value: 2 }, { key: 'c', value: 2 }, { key: 'd', value: 2 }];
    await expect(store.ask.setMany(more)).rejects.toThrow(TooManyKeysError);
    expect(await store.ask.getMany(['a', 'b', 'c', 'd'])).toEqual([1, 1, undefined, undefined]);
    expect(events).toHaveLength(2);
    // None of these needs more room than there is.
    const fits = [{ key: 'c', value: 3 }, { key: 'c', value: 4 }, { key: 'd', value: 4, ifPresent: true }, { key: 'a', value: 4, ifAbsent: true }];
    expect(await store.ask.setMany(fits)).toEqual([true, true, false, false]);
  });
});

describe('delete, take and clear', () => {
  it('delete once', async () => {
    const { store, events } = made<string>();
    store.tell.set({ key: 'k', value: 'v' });
    expect(await store.ask.delete('k')).toBe(true);
    expect(await store.ask.delete('k')).toBe(false);
    expect(await store.ask.has('k')).toBe(false);
    expect(events.slice(1)).toEqual([{ type: 'deleted', key: 'k', value: 'v' }]);
  });

  it('take a value away with its key', async () => {
    const { store } = made<string>();
    store.tell.set({ key: 'k', value: 'v' });
    expect(await store.ask.take('k')).toBe('v');
    expect(await store.ask.take('k')).toBeUndefined();
  });

  it('clear everything, and tell how much that was', async () => {
    const { store, events } = made<string>({ onFull: 'evict' });
    expect(await store.ask.clear()).toBe(0);
    store.tell.setMany([{ key: 'k', value: 'v', ttl: 1000 }, { key: 'l', value: 'v' }]);
    expect(await store.ask.clear()).toBe(2);
    expect(await store.ask.size()).toBe(0);
    expect(await store.ask.keys()).toEqual({ keys: [], after: undefined });
    expect(events.slice(2)).toEqual([{ type: 'cleared', size: 2 }]);
    await store.shutdown();
  });
});

describe('changes in one step', () => {
  it('lose no update, where get and set as two commands lose most of them', async () => {
    const { store } = made<number>();
    const ten = Array.from({ length: 10 });
    await Promise.all(ten.map(() => store.ask.update({ key: 'safe', with: (count = 0) => count + 1 })));
    await Promise.all(ten.map(async () => {
      const count = await store.ask.get('unsafe') ?? 0;
      await store.ask.set({ key: 'unsafe', value: count + 1 });
    }));
    expect(await store.ask.get('safe')).toBe(10);
    expect(await store.ask.get('unsafe')).toBe(1);
  });

  it('of `update` reply the new value, make a key and delete it', async () => {
    const { store, events } = made<number>();
    const twice = (value = 1) => value * 2;
    expect(await store.ask.update({ key: 'k', with: twice })).toBe(2);
    expect(await store.ask.update({ key: 'k', with: twice })).toBe(4);
    expect(await store.ask.update({ key: 'k', with: () => undefined })).toBeUndefined();
    expect(await store.ask.update({ key: 'k', with: () => undefined })).toBeUndefined();
    expect(events.map(({ type }) => type)).toEqual(['set', 'set', 'deleted']);
  });

  it('of `update` fail with what the function throws, and change nothing', async () => {
    const { store, events } = made<number>();
    await store.ask.set({ key: 'k', value: 1 });
    const failure = new RangeError('no');
    await expect(store.ask.update({ key: 'k', with: () => { throw failure; } })).rejects.toBe(failure);
    expect(await store.ask.get('k')).toBe(1);
    expect(events).toHaveLength(1);
  });

  it('of `update` are not made by an async function; that it rejects harms nobody', async () => {
    const { store, events } = made();
    await expect(store.ask.update({ key: 'k', with: () => Promise.reject(new Error('no')) })).rejects.toMatchObject({ code: 'INVALID_PAYLOAD', field: 'with' });
    // An unhandled rejection would show by now, and fail this run.
    await new Promise((resolve) => setTimeout(resolve));
    expect([events, await store.ask.has('k')]).toEqual([[], false]);
  });

  it('of `compareAndSet` are made only where the value is as expected', async () => {
    const { store } = made<number>();
    const swap = (expected: number | undefined, value: number | undefined) => store.ask.compareAndSet({ key: 'k', expected, value });
    expect(await swap(1, 2)).toBe(false);
    expect(await swap(undefined, 1)).toBe(true);
    expect(await swap(undefined, 5)).toBe(false);
    expect(await swap(1, NaN)).toBe(true);
    expect(await swap(NaN, 3)).toBe(true);
    expect(await swap(3, undefined)).toBe(true);
    expect(await store.ask.has('k')).toBe(false);
  });

  it('of `compareAndSet` go by the option `equal`', async () => {
    const { store } = made<{ id: number }>({ equal: (one, other) => one.id === other.id });
    await store.ask.set({ key: 'k', value: { id: 1 } });
    expect(await store.ask.compareAndSet({ key: 'k', expected: { id: 1 }, value: { id: 2 } })).toBe(true);
    const { store: strict } = made<{ id: number }>();
    await strict.ask.set({ key: 'k', value: { id: 1 } });
    expect(await strict.ask.compareAndSet({ key: 'k', expected: { id: 1 }, value: { id: 2 } })).toBe(false);
  });
});

describe('keys', () => {
  const read = async (store: KeyValue<number>, page: { prefix?: string; limit?: number }): Promise<unknown[]> => {
    const all: unknown[] = [];
    for (let after: number | undefined = -1; after !== undefined;) {
      const got = await store.ask.keys({ ...page, ...after < 0 ? {} : { after } }) as { keys: readonly unknown[]; after: number | undefined };
      expect(got.keys.length).toBeLessThanOrEqual(page.limit ?? 100);
      all.push(...got.keys);
      after = got.after;
    }
    return all;
  };

  it('come page by page, each once', async () => {
    const { store } = made<number>();
    const keys = Array.from({ length: 250 }, (_, at) => `k${at}`);
    await store.ask.setMany(keys.map((key, value) => ({ key, value })));
    expect((await store.ask.keys()).keys).toHaveLength(100);
    expect(await read(store, {})).toEqual(keys);
    expect(await read(store, { limit: 7 })).toEqual(keys);
    expect(await read(store, { limit: 250 })).toEqual(keys);
  });

  it('are those with a prefix, of which a number has none', async () => {
    const { store } = made<number>();
    await store.ask.setMany(['a:1', 'b:1', 'a:2', 'a', 11, '1'].map((key, value) => ({ key, value })));
    expect(await read(store, { prefix: 'a:' })).toEqual(['a:1', 'a:2']);
    expect(await read(store, { prefix: '1' })).toEqual(['1']);
    expect(await read(store, { prefix: '', limit: 2 })).toEqual(['a:1', 'b:1', 'a:2', 'a', '1']);
  });

  it('that are there all the time are seen once, whatever comes and goes between the pages', async () => {
    const { store } = made<number>();
    const stay = Array.from({ length: 50 }, (_, at) => `stay${at}`);
    await store.ask.setMany(stay.flatMap((key, value) => [{ key: `go${value}`, value }, { key, value }]));
    const seen: unknown[] = [];
    let after: number | undefined;
    for (let turn = 0; turn === 0 || after !== undefined; turn++) {
      const page: { keys: readonly unknown[]; after: number | undefined } = await store.ask.keys({ limit: 9, ...after === undefined ? {} : { after } });
      seen.push(...page.keys.filter((key) => String(key).startsWith('stay')));
      after = page.after;
      await store.ask.deleteMany([`go${turn}`, `go${49 - turn}`]);
      await store.ask.set({ key: `new${turn}`, value: turn });
    }
    expect(seen.sort()).toEqual([...stay].sort());
  });

  it('are looked for among 10,000 at a time: a page without any need not be the last', async () => {
    const { store } = made<number>();
    for (let value = 0; value < 10_001; value++) store.tell.set({ key: value, value });
    store.tell.set({ key: 'rare', value: 1 });
    const first = await store.ask.keys({ prefix: 'rare' });
    expect(first).toEqual({ keys: [], after: 9_999 });
    expect(await store.ask.keys({ prefix: 'rare', after: 9_999 })).toEqual({ keys: ['rare'], after: undefined });
  });
});

describe('a full store', () => {
  it('refuses a new key, and takes it when there is room again', async () => {
    const { store } = made<number>({ maxKeys: 2 });
    await store.ask.setMany([{ key: 'a', value: 1 }, { key: 'b', value: 1 }]);
    await expect(store.ask.set({ key: 'c', value: 1 })).rejects.toMatchObject({ code: 'TOO_MANY_KEYS', maxKeys: 2, message: 'Expected at most 2 keys, got one more' });
    await expect(store.ask.update({ key: 'c', with: () => 1 })).rejects.toThrow(TooManyKeysError);
    await expect(store.ask.compareAndSet({ key: 'c', expected: undefined, value: 1 })).rejects.toThrow(TooManyKeysError);
    expect(await store.ask.set({ key: 'b', value: 2 })).toBe(true);
    expect(await store.ask.set({ key: 'c', value: 2, ifPresent: true })).toBe(false);
    await store.ask.delete('a');
    expect(await store.ask.set({ key: 'c', value: 1 })).toBe(true);
  });

  it('takes new keys for expired ones at the cost of one each, however many have expired and are not swept yet', () => {
    const clock = { now: 0 };
    const { store, events } = made<number>({ maxKeys: 50_000, scheduler: { now: () => clock.now, schedule: () => ({ unsubscribe: () => undefined }) as never } });
    for (let key = 0; key < 50_000; key++) store.tell.set({ key, value: key, ttl: 10 });
    clock.now = 10;
    for (let key = 0; key < 5000; key++) store.tell.set({ key: `new ${key}`, value: key });
    expect(events.slice(50_000, 50_002)).toEqual([{ type: 'expired', key: 0, value: 0 }, { type: 'set', key: 'new 0', value: 0 }]);
    expect(events).toHaveLength(60_000);
  }, 4000);

  it('evicts the key that was written longest ago, where that is the rule, and says so', async () => {
    const { store, events } = made<number>({ maxKeys: 2, onFull: 'evict' });
    for (const key of ['a', 'b', 'a', 'c']) await store.ask.set({ key, value: 1 });
    expect(await store.ask.getMany(['a', 'b', 'c'])).toEqual([1, undefined, 1]);
    expect(events.slice(3)).toEqual([{ type: 'evicted', key: 'b', value: 1 }, { type: 'set', key: 'c', value: 1 }]);
    expect(await store.ask.stats()).toEqual({ keys: 2, expiring: 0, maxKeys: 2, watchers: 0, expired: 0, evicted: 1 });
    await store.ask.setMany([1, 2, 3].map((key) => ({ key, value: key })));
    expect(await store.ask.getMany([1, 2, 3])).toEqual([undefined, 2, 3]);
  });
});

describe('what is handed out', () => {
  it('is never what the store keeps: pages, dumps and replies may be changed', async () => {
    const { store } = made<string>();
    await store.ask.set({ key: 'k', value: 'v' });
    (await store.ask.keys()).keys satisfies readonly unknown[];
    ((await store.ask.keys()).keys as unknown[]).length = 0;
    ((await store.ask.dump()).entries as unknown[]).length = 0;
    (await store.ask.getMany(['k'])).length = 0;
    expect(await store.ask.keys()).toEqual({ keys: ['k'], after: undefined });
    expect((await store.ask.dump()).entries).toEqual([{ key: 'k', value: 'v' }]);
  });

  it('is a value as it was put in; a copy where `copy` makes one, on each way in and out', async () => {
    const value = { n: 1 };
    const { store: shared } = made<{ n: number }>();
    await shared.ask.set({ key: 'k', value });
    expect(await shared.ask.get('k')).toBe(value);

    const { store, events } = made<{ n: number }>({ copy: structuredClone });
    const feed = await store.ask.watch('k');
    const seen: { n: number }[] = [];
    feed.subscribe((each) => each && seen.push(each));
    await store.ask.setMany([{ key: 'k', value }, { key: 'k', value }]);
    const out = [
      value, ...seen, await store.ask.get('k'), (await store.ask.getMany(['k']))[0], (await store.ask.dump()).entries[0]?.value,
      await store.ask.getAndSet({ key: 'k', value }), await store.ask.update({ key: 'k', with: (each) => each && Object.assign(each, { n: 1 }) }),
      ...events.flatMap((event) => event.type === 'set' ? [event.value] : []),
    ];
    expect(out.length).toBeGreaterThan(10);
    for (const each of out) Object.assign(each ?? {}, { n: 99 });
    expect(await store.ask.get('k')).toEqual({ n: 1 });
    expect(await store.ask.take('k')).toEqual({ n: 1 });
    await store.shutdown();
  });

  it('of `select` says how often anything was changed', async () => {
    const { store } = made<number>();
    const seen: number[] = [];
    store.select(({ changes }) => changes).subscribe((changes) => seen.push(changes));
    await store.ask.set({ key: 'k', value: 1 });
    await store.ask.get('k');
    await store.ask.delete('k');
    await store.ask.delete('k');
    expect(seen).toEqual([0, 1, 2]);
  });
});

describe('the end', () => {
  it('refuses what comes after shutdown, and leaves nothing behind', async () => {
    const open = openCheck();
    const store = open.createStore(defineKeyValue<string>());
    await store.ask.set({ key: 'k', value: 'v', ttl: 10_000 });
    const feed = await store.ask.watch('k');
    const ended = new Promise((resolve) => feed.subscribe({ complete: () => resolve('completed') }));
    await store.shutdown();
    expect(await ended).toBe('completed');
    await expect(store.ask.get('k')).rejects.toThrow(StoreClosedError);
    open.check();
  });

  it('is no end for another store of the same definition', async () => {
    const definition = defineKeyValue<string>({ maxKeys: 1 });
    const [one, other] = [createStore(definition), createStore(definition)];
    await one.ask.set({ key: 'k', value: 'v' });
    await one.shutdown();
    expect(await other.ask.get('k')).toBeUndefined();
    expect(await other.ask.set({ key: 'l', value: 'v' })).toBe(true);
  });
});
