/** A cache that survives a deployment: dump and restore. */
import { createStore } from 'ownstate';
import { createCache, defineCache, type Cache, type CacheDump, type CacheOptions } from 'ownstate/stores';
import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';

type Numbers = Cache<string, number>;

/** A cache in virtual time that begins at `at`. */
function cacheAt(at: number, options: CacheOptions<string, number> = {}): { cache: Numbers; scheduler: VirtualTimeScheduler; passTo: (time: number) => void } {
  const scheduler = new VirtualTimeScheduler();
  scheduler.frame = at;
  const passTo = (time: number) => {
    scheduler.maxFrames = time;
    scheduler.flush();
    scheduler.frame = time;
  };
  return { cache: createCache<string, number>({ scheduler, ...options }), scheduler, passTo };
}

function dumpOf(cache: Numbers): CacheDump<string, number> {
  let dump: CacheDump<string, number> | undefined;
  cache.ask.dump().subscribe((given) => { dump = given; });
  // Through JSON, as it is where it's kept in a file.
  return JSON.parse(JSON.stringify(dump)) as CacheDump<string, number>;
}

function alive(cache: Numbers): Record<string, number | undefined> {
  return Object.fromEntries(dumpOf(cache).entries.map(({ key, expiresIn }) => [key, expiresIn]));
}

describe('a dump', () => {
  it('is plain data, and an empty one too', async () => {
    const { cache } = cacheAt(1000, { ttl: 50, weigh: (value) => value });
    expect(await cache.ask.dump()).toEqual({ kind: 'cache', version: 1, at: 1000, entries: [] });
    await cache.ask.set({ key: 'a', value: 3 });
    await cache.ask.set({ key: 'b', value: 4, ttl: Infinity, idle: 7, weight: 2 });
    expect(await cache.ask.dump()).toEqual({
      kind: 'cache', version: 1, at: 1000, entries: [
        { key: 'a', value: 3, weight: 3, expiresIn: 50, endsIn: 50, ttl: 50 },
        { key: 'b', value: 4, weight: 2, expiresIn: 7, idle: 7 },
      ],
    });
  });

  it('leaves out what has expired, stale values too', () => {
    const { cache, passTo } = cacheAt(0, { staleOnError: 1000 });
    cache.tell.set({ key: 'a', value: 1, ttl: 5 });
    cache.tell.set({ key: 'b', value: 1, ttl: 6 });
    passTo(5);
    expect(alive(cache)).toEqual({ b: 1 });
  });
});

describe('a restored cache', () => {
  it('goes on where the other one was: lifetimes are shortened by the time between', () => {
    const { cache, passTo } = cacheAt(1000);
    cache.tell.set({ key: 'a', value: 1, ttl: 50 });
    cache.tell.set({ key: 'b', value: 2, ttl: 20 });
    cache.tell.set({ key: 'c', value: 3 });
    passTo(1010);
    const { cache: next, passTo: nextTo } = cacheAt(1025, { restore: dumpOf(cache) });
    expect(alive(next)).toEqual({ a: 25, c: undefined });
    nextTo(1049);
    expect(alive(next)).toEqual({ a: 1, c: undefined });
    nextTo(1050);
    expect(alive(next)).toEqual({ c: undefined });
  });

  it('takes a dump of a clock that is ahead for one of now', () => {
    const { cache } = cacheAt(5000);
    cache.tell.set({ key: 'a', value: 1, ttl: 50 });
    expect(alive(cacheAt(100, { restore: dumpOf(cache) }).cache)).toEqual({ a: 50 });
  });

  it('keeps sliding and absolute expiry, and what touch goes by', () => {
    const { cache, passTo } = cacheAt(0, { maxTtl: 40 });
    cache.tell.set({ key: 'slides', value: 1, ttl: 30, idle: 10 });
    cache.tell.set({ key: 'touched', value: 1, ttl: 12 });
    passTo(5);
    const { cache: next, passTo: nextTo } = cacheAt(8, { maxTtl: 40, restore: dumpOf(cache) });
    expect(alive(next)).toEqual({ slides: 2, touched: 4 });
    nextTo(9);
    next.tell.get('slides');
    next.tell.touch({ key: 'touched' });
    expect(alive(next)).toEqual({ touched: 12, slides: 10 });
    for (let time = 15; time < 30; time += 5) {
      nextTo(time);
      next.tell.get('slides');
      next.tell.touch({ key: 'touched', ttl: 100 });
    }
    expect(alive(next)).toEqual({ slides: 5, touched: 15 });
  });

  it('keeps the order of use and the weights, within its own bounds', () => {
    const { cache } = cacheAt(0);
    for (const [value, key] of ['a', 'b', 'c', 'd'].entries()) cache.tell.set({ key, value, weight: value + 1 });
    cache.tell.get('a');
    const restore = dumpOf(cache);
    expect(Object.keys(alive(cacheAt(0, { restore, maxEntries: 2 }).cache))).toEqual(['d', 'a']);
    const light = cacheAt(0, { restore, maxWeight: 3 }).cache;
    expect(Object.keys(alive(light))).toEqual(['a']);
    expect(light.snapshot()).toEqual({ held: 1, weight: 1, loading: 0 });
    const next = cacheAt(0, { restore, maxEntries: 4 }).cache;
    next.tell.set({ key: 'e', value: 5 });
    expect(Object.keys(alive(next))).toEqual(['c', 'd', 'a', 'e']);
    expect(next.snapshot()).toEqual({ held: 4, weight: 3 + 4 + 1 + 1, loading: 0 });
  });

  it('lets nothing live longer than its own maximum', () => {
    const { cache } = cacheAt(0);
    cache.tell.set({ key: 'a', value: 1 });
    expect(alive(cacheAt(0, { restore: dumpOf(cache), maxTtl: 9 }).cache)).toEqual({ a: 9 });
  });

  it.each<[string, (cache: Cache<string, number>) => void]>([
    ['get', (cache) => cache.tell.get('a')], ['take', (cache) => cache.tell.take('none')], ['delete', (cache) => cache.tell.delete('none')],
    ['getOrLoad', (cache) => cache.tell.getOrLoad({ key: 'a', load: () => expect.unreachable() })],
  ])('sweeps what it was given, from its first command on: %s', (_what, first) => {
    const { cache } = cacheAt(0);
    cache.tell.set({ key: 'a', value: 1, ttl: 5 });
    const { scheduler, passTo } = cacheAt(0);
    const next = createStore(defineCache<string, number>({ restore: dumpOf(cache), sweep: 10 }), { scheduler });
    expect(next.snapshot().held).toBe(1);
    first(next);
    passTo(14);
    expect(next.snapshot().held).toBe(1);
    passTo(15);
    expect(next.snapshot().held).toBe(0);
  });

  it('begins its counts anew, and announces nothing of what it was given', async () => {
    const { cache } = cacheAt(0);
    cache.tell.set({ key: 'a', value: 1 });
    const { cache: next } = cacheAt(0, { restore: dumpOf(cache) });
    expect(await next.ask.stats()).toMatchObject({ size: 1, sets: 0, hits: 0 });
    expect(await next.ask.get('a')).toBe(1);
  });
});
