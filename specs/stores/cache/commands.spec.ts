/** The commands of a cache that don't wait for time: replies, bounds, events, counts, the end. */
import { createStore } from 'ownstate';
import { createCache, defineCache, type Cache, type CacheEvent } from 'ownstate/stores';
import { describe, expect, it } from 'vitest';

/** What a cache announces while `act` is at work. */
async function eventsOf<V>(cache: Cache<string, V>, act: () => PromiseLike<unknown>): Promise<CacheEvent<string, V>[]> {
  const events: CacheEvent<string, V>[] = [];
  const watching = cache.events$.subscribe((event) => events.push(event));
  await act();
  watching.unsubscribe();
  return events;
}

async function filled(options: Parameters<typeof createCache<string, number>>[0], ...keys: readonly string[]): Promise<Cache<string, number>> {
  const cache = createCache<string, number>(options);
  for (const [value, key] of keys.entries()) await cache.ask.set({ key, value });
  return cache;
}

/** The keys of a cache, the one whose use is longest ago first. */
async function keysOf(cache: Cache<string, number>): Promise<string[]> {
  return (await cache.ask.dump()).entries.map(({ key }) => key);
}

describe('values', () => {
  it('an empty cache has none', async () => {
    const cache = createCache();
    expect(await cache.ask.get('a')).toBeUndefined();
    expect(await cache.ask.peek('a')).toBeUndefined();
    expect(await cache.ask.take('a')).toBeUndefined();
    expect(await cache.ask.has('a')).toBe(false);
    expect(await cache.ask.delete('a')).toBe(false);
    expect(await cache.ask.touch({ key: 'a' })).toBe(false);
    expect(await cache.ask.remainingTtl('a')).toBeUndefined();
    expect(await cache.ask.size()).toBe(0);
    expect(await cache.ask.clear()).toBe(0);
    expect(await cache.ask.sweep()).toBe(0);
    expect(cache.snapshot()).toEqual({ held: 0, weight: 0, loading: 0 });
  });

  it('are set, given, replaced, taken and deleted', async () => {
    const cache = createCache<string, number>();
    expect(await cache.ask.set({ key: 'a', value: 1 })).toBe(true);
    expect(await cache.ask.get('a')).toBe(1);
    expect(await cache.ask.set({ key: 'a', value: 2 })).toBe(true);
    expect(await cache.ask.peek('a')).toBe(2);
    expect(await cache.ask.take('a')).toBe(2);
    expect(await cache.ask.take('a')).toBeUndefined();
    await cache.ask.set({ key: 'a', value: 3 });
    expect(await cache.ask.delete('a')).toBe(true);
    expect(await cache.ask.delete('a')).toBe(false);
    await cache.ask.set({ key: 'a', value: 4 });
    await cache.ask.set({ key: 'b', value: 5 });
    expect(await cache.ask.clear()).toBe(2);
    expect(await cache.ask.size()).toBe(0);
  });

  it.each([0, '', false, null, NaN])('may be falsy: %s', async (value) => {
    const cache = createCache();
    await cache.ask.set({ key: 'a', value });
    expect(await cache.ask.get('a')).toBe(value);
    expect(await cache.ask.has('a')).toBe(true);
    expect(await cache.ask.getOrLoad({ key: 'a', load: () => expect.unreachable() })).toBe(value);
    expect(await cache.ask.delete('a')).toBe(true);
  });

  it('stay the very objects that were put in: they are the caller\'s', async () => {
    const cache = createCache<string, object>();
    const value = {};
    await cache.ask.set({ key: 'a', value });
    expect(await cache.ask.get('a')).toBe(value);
    expect(Object.isFrozen(value)).toBe(false);
  });

  it('have any string or finite number as key, and no two of them are the same', async () => {
    const cache = createCache<string | number>();
    const keys = ['__proto__', 'constructor', 'toString', '', ' ', '1', 1, -1, 1.5, 'Infinity', 'é', 'e\u0301', '\0'];
    for (const key of keys) await cache.ask.set({ key, value: `the value of ${String(key)}` });
    expect(await cache.ask.size()).toBe(keys.length);
    for (const key of keys) expect(await cache.ask.get(key)).toBe(`the value of ${String(key)}`);
  });
});

describe('bounds', () => {
  it('beyond maxEntries the one goes whose use is longest ago', async () => {
    const cache = await filled({ maxEntries: 3 }, 'a', 'b', 'c');
    await cache.ask.get('a');
    await cache.ask.set({ key: 'd', value: 3 });
    expect(await keysOf(cache)).toEqual(['c', 'a', 'd']);
  });

  it('to get, set, touch and load is to use; to peek and ask whether it is there is not', async () => {
    const cache = await filled({ maxEntries: 6 }, 'a', 'b', 'c', 'd', 'e', 'f');
    await cache.ask.set({ key: 'b', value: 1 });
    await cache.ask.get('a');
    await cache.ask.touch({ key: 'd' });
    await cache.ask.getOrLoad({ key: 'c', load: () => 0 });
    await cache.ask.peek('e');
    await cache.ask.has('f');
    expect(await keysOf(cache)).toEqual(['e', 'f', 'b', 'a', 'd', 'c']);
  });

  it('what has expired goes before what lives', async () => {
    const { VirtualTimeScheduler } = await import('rxjs');
    const scheduler = new VirtualTimeScheduler();
    const cache = createCache<string, number>({ scheduler, maxEntries: 2 });
    cache.tell.set({ key: 'used long ago', value: 1 });
    cache.tell.set({ key: 'expired', value: 2, ttl: 10 });
    scheduler.schedule(() => cache.tell.set({ key: 'new', value: 3 }), 10);
    scheduler.maxFrames = 20;
    scheduler.flush();
    const keys: string[] = [];
    cache.ask.dump().subscribe(({ entries }) => keys.push(...entries.map(({ key }) => key)));
    expect(keys).toEqual(['used long ago', 'new']);
    void cache.shutdown();
  });

  it('there is one unless it is taken away: 100,000 values', async () => {
    const cache = createCache<number, number>();
    const unbounded = createCache<number, number>({ maxEntries: Infinity });
    for (let key = 0; key < 100_001; key++) {
      cache.tell.set({ key, value: key });
      unbounded.tell.set({ key, value: key });
    }
    expect(await cache.ask.size()).toBe(100_000);
    expect(await cache.ask.has(0)).toBe(false);
    expect(await unbounded.ask.size()).toBe(100_001);
  });

  it('beyond maxWeight as many go as make room', async () => {
    const cache = createCache<string, string>({ maxWeight: 10, weigh: (value, key) => value.length + key.length });
    await cache.ask.set({ key: 'a', value: 'xx' });
    await cache.ask.set({ key: 'b', value: 'xxx' });
    await cache.ask.set({ key: 'c', value: 'x' });
    expect(cache.snapshot()).toMatchObject({ held: 3, weight: 9 });
    const events = await eventsOf(cache, () => cache.ask.set({ key: 'd', value: 'xxxxx' }));
    expect(events).toEqual([
      { type: 'set', key: 'd', value: 'xxxxx', reason: 'added' },
      { type: 'evicted', key: 'a', value: 'xx', reason: 'weight' },
      { type: 'evicted', key: 'b', value: 'xxx', reason: 'weight' },
    ]);
    expect(cache.snapshot()).toMatchObject({ held: 2, weight: 8 });
  });

  it('a weight given with a value is its weight, and the one of what it replaces is free again', async () => {
    const cache = createCache<string, number>({ maxWeight: 10, weigh: () => expect.unreachable() });
    await cache.ask.set({ key: 'a', value: 1, weight: 9 });
    await cache.ask.set({ key: 'a', value: 2, weight: 4 });
    await cache.ask.set({ key: 'b', value: 3, weight: 6 });
    await cache.ask.set({ key: 'free', value: 4, weight: 0 });
    expect(cache.snapshot()).toMatchObject({ held: 3, weight: 10 });
    await cache.ask.delete('a');
    expect(cache.snapshot()).toMatchObject({ held: 2, weight: 6 });
    await cache.ask.clear();
    expect(cache.snapshot()).toMatchObject({ held: 0, weight: 0 });
  });

  it('what is heavier than all may be is refused, and what it was to replace stays', async () => {
    const cache = createCache<string, number>({ maxWeight: 10 });
    await cache.ask.set({ key: 'a', value: 1, weight: 2 });
    const before = await cache.ask.stats();
    await expect(cache.ask.set({ key: 'a', value: 2, weight: 11 })).rejects.toMatchObject({
      name: 'TooHeavyError', code: 'TOO_HEAVY', weight: 11, maxWeight: 10, message: 'Expected the value to weigh at most 10, got 11',
    });
    expect(await cache.ask.stats()).toEqual(before);
    expect(await cache.ask.get('a')).toBe(1);
  });
});

describe('events', () => {
  it('tell of each change, and of hits and misses where that is wanted', async () => {
    const cache = createCache<string, number>({ announce: 'all', maxEntries: 2 });
    expect(await eventsOf(cache, async () => {
      await cache.ask.set({ key: 'a', value: 1 });
      await cache.ask.set({ key: 'a', value: 2 });
      await cache.ask.get('a');
      await cache.ask.get('b');
      await cache.ask.set({ key: 'b', value: 3 });
      await cache.ask.set({ key: 'c', value: 4 });
      await cache.ask.delete('b');
      await cache.ask.delete('b');
      await cache.ask.take('c');
      await cache.ask.take('c');
      await cache.ask.set({ key: 'd', value: 5 });
      await cache.ask.clear();
    })).toEqual([
      { type: 'set', key: 'a', value: 1, reason: 'added' },
      { type: 'set', key: 'a', value: 2, reason: 'replaced', before: 1 },
      { type: 'hit', key: 'a', reason: 'fresh' },
      { type: 'miss', key: 'b', reason: 'absent' },
      { type: 'set', key: 'b', value: 3, reason: 'added' },
      { type: 'set', key: 'c', value: 4, reason: 'added' },
      { type: 'evicted', key: 'a', value: 2, reason: 'entries' },
      { type: 'deleted', key: 'b', value: 3, reason: 'deleted' },
      { type: 'hit', key: 'c', reason: 'fresh' },
      { type: 'deleted', key: 'c', value: 4, reason: 'taken' },
      { type: 'miss', key: 'c', reason: 'absent' },
      { type: 'set', key: 'd', value: 5, reason: 'added' },
      { type: 'cleared', size: 1 },
    ]);
  });

  it('are those of changes only unless said otherwise, or none', async () => {
    const act = (cache: Cache<string, number>) => eventsOf(cache, async () => {
      await cache.ask.set({ key: 'a', value: 1 });
      await cache.ask.get('a');
      await cache.ask.get('b');
      await cache.ask.getOrLoad({ key: 'c', load: () => 2 });
      await cache.ask.getOrLoad({ key: 'd', load: () => { throw new Error('down'); } }).then(undefined, () => undefined);
      await cache.ask.clear();
    });
    expect((await act(createCache())).map(({ type }) => type)).toEqual(['set', 'loaded', 'failed', 'cleared']);
    expect(await act(createCache({ announce: 'none' }))).toEqual([]);
  });
});

it('stats count what has happened', async () => {
  const cache = createCache<string, number>({ maxEntries: 2, maxWeight: 100 });
  await cache.ask.set({ key: 'a', value: 1, weight: 5 });
  await cache.ask.set({ key: 'b', value: 1 });
  await cache.ask.set({ key: 'c', value: 1 });
  await cache.ask.get('a');
  await cache.ask.get('b');
  await cache.ask.take('b');
  await cache.ask.getOrLoad({ key: 'd', load: () => 1 });
  await cache.ask.getOrLoad({ key: 'd', load: () => 1 });
  await cache.ask.getOrLoad({ key: 'e', load: () => { throw new Error('down'); } }).then(undefined, () => undefined);
  await cache.ask.delete('c');
  expect(await cache.ask.stats()).toEqual({
    size: 1, weight: 1, loading: 0, hits: 3, misses: 3, stale: 0, sets: 3, expired: 0, evicted: 1, deleted: 2, loaded: 1, failed: 1,
  });
});

describe('what is seen of it', () => {
  it('is the same object while it says the same, so that reads show nothing new', async () => {
    const cache = await filled({}, 'a', 'b');
    const seen: unknown[] = [];
    cache.select().subscribe((view) => seen.push(view));
    await cache.ask.get('a');
    await cache.ask.get('none');
    await cache.ask.set({ key: 'a', value: 2 });
    await cache.ask.delete('b');
    expect(seen).toEqual([{ held: 2, weight: 2, loading: 0 }, { held: 1, weight: 1, loading: 0 }]);
  });

  it('is bare data: nobody gets at the state', async () => {
    const cache = await filled({}, 'a');
    const dump = await cache.ask.dump();
    expect(JSON.parse(JSON.stringify(dump))).toEqual(dump);
    expect(Object.getPrototypeOf(cache.snapshot())).toBe(Object.prototype);
  });
});

describe('the end', () => {
  it('is of all: afterwards no command is taken, and the last view can be seen', async () => {
    const cache = await filled({ ttl: 1000 }, 'a');
    await cache.shutdown();
    await expect(cache.ask.get('a')).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    await expect(cache.ask.set({ key: 'a', value: 1 })).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    await expect(cache.ask.getOrLoad({ key: 'a', load: () => expect.unreachable() })).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    expect(cache.snapshot()).toEqual({ held: 1, weight: 1, loading: 0 });
  });

  it('a definition makes as many stores as one likes, each with its own values', async () => {
    const definition = defineCache<string, number>({ name: 'numbers' });
    const [one, other] = [createStore(definition), createStore(definition)];
    await one.ask.set({ key: 'a', value: 1 });
    expect(await other.ask.has('a')).toBe(false);
    expect(one.name).toBe('numbers');
  });
});
