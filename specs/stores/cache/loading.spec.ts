/** A cache in front of a loader, in virtual time: one load for all, stale values, errors, those who give up. */
import type { StoreOptions } from 'ownstate';
import { createCache, type Cache, type CacheLoader, type CacheOptions } from 'ownstate/stores';
import { marbles, probe, type Marbles } from 'ownstate/testing';
import { catchError, EMPTY, filter, mergeMap, NEVER, Observable, of, throwError, timer, map } from 'rxjs';
import { describe, expect, it } from 'vitest';

const DOWN = new Error('down');

/** What an error is told from others by. */
function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown }).code;
}

function cacheOf(m: Marbles, options: CacheOptions<string, number> = {}): Cache<string, number> {
  return m.watch(createCache<string, number>({ scheduler: m.scheduler, ...options }));
}

/** A loader that takes so many milliseconds, and gives 1, 2, 3, … in turn; it knows when it was called. */
function counting(m: Marbles, ms = 3): { load: CacheLoader<string, number>; calls: number[] } {
  const calls: number[] = [];
  return {
    calls,
    load: () => {
      const count = calls.push(m.scheduler.now());
      return timer(ms, m.scheduler).pipe(map(() => count));
    },
  };
}

/** A loader that takes so many milliseconds, and fails. */
function failing(m: Marbles, ms = 3): { load: CacheLoader<string, number>; calls: number[] } {
  const calls: number[] = [];
  return {
    calls,
    load: () => {
      calls.push(m.scheduler.now());
      return timer(ms, m.scheduler).pipe(mergeMap(() => throwError(() => DOWN)));
    },
  };
}

describe('a load', () => {
  it('is one for all who ask meanwhile, and its value is there for all who ask later', marbles((m) => {
    const cache = cacheOf(m);
    const { load, calls } = counting(m, 4);
    const asks = m.cold('   -aaa-a-----a|');
    const replies = '       -----(xxxx)x|';

    m.expect(asks.pipe(mergeMap(() => cache.ask.getOrLoad({ key: 'a', load })))).toBeObservable(replies, { x: 1 });
    m.flush();
    expect(calls).toEqual([1]);
    expect(cache.snapshot()).toEqual({ held: 1, weight: 1, loading: 0 });
  }));

  it('is one for each key', marbles((m) => {
    const cache = cacheOf(m);
    const { load, calls } = counting(m);
    const asks = m.cold('   ab-------|');
    const replies = '       ---12----|';

    m.expect(asks.pipe(mergeMap((key) => cache.ask.getOrLoad({ key, load })))).toBeObservable(replies, { 1: 1, 2: 2 });
    m.flush();
    expect(calls).toEqual([0, 1]);
  }));

  it('holds nobody up meanwhile', marbles((m) => {
    const cache = cacheOf(m);
    const { load } = counting(m, 5);
    const gets = m.cold('   -g---g|');
    const replies = '       -u---v|';

    cache.tell.getOrLoad({ key: 'a', load });
    m.expect(gets.pipe(mergeMap(() => cache.ask.get('a')))).toBeObservable(replies, { u: undefined, v: 1 });
  }));

  it('gives a lifetime that begins when it ends', marbles((m) => {
    const cache = cacheOf(m, { ttl: 4 });
    const { load } = counting(m, 3);
    const peeks = m.cold('  ---p--pp|');
    const replies = '       ---v--vu|';

    cache.tell.getOrLoad({ key: 'a', load });
    m.expect(peeks.pipe(mergeMap(() => cache.ask.peek('a')))).toBeObservable(replies, { u: undefined, v: 1 });
  }));

  it.each<[string, CacheLoader<string, number>]>([
    ['a value', () => 7],
    ['an Observable, its last value', () => of(5, 6, 7)],
  ])('may give %s, which is there before the ask returns', (_what, load) => marbles((m) => {
    const cache = cacheOf(m);
    m.expect(cache.ask.getOrLoad({ key: 'a', load })).toBeObservable('(v|)', { v: 7 });
    m.expect(cache.ask.get('a')).toBeObservable('(v|)', { v: 7 });
  })());

  it('may give a promise', async () => {
    const cache = createCache<string, number>();
    const load = async (key: string) => key.length;
    expect(await Promise.all([cache.ask.getOrLoad({ key: 'four', load }), cache.ask.getOrLoad({ key: 'four', load: () => 0 })])).toEqual([4, 4]);
    expect(await cache.ask.get('four')).toBe(4);
  });

  it('may give an array, which is a value like any other', async () => {
    const cache = createCache<string, number[]>();
    expect(await cache.ask.getOrLoad({ key: 'a', load: () => [1, 2] })).toEqual([1, 2]);
  });

  it.each<[string, () => Observable<number> | undefined]>([
    ['undefined', () => undefined], ['an empty Observable', () => EMPTY],
  ])('that gives %s is answered, and nothing is kept', async (_what, load) => {
    const cache = createCache<string, number | undefined>();
    const events: unknown[] = [];
    cache.events$.subscribe((event) => events.push(event));
    expect(await cache.ask.getOrLoad({ key: 'a', load })).toBeUndefined();
    expect(await cache.ask.has('a')).toBe(false);
    expect(events).toEqual([{ type: 'loaded', key: 'a', value: undefined, reason: 'missing', kept: false }]);
  });

  it('that gives undefined takes the place of a stale value: there is nothing any more', marbles((m) => {
    const cache = cacheOf(m, { ttl: 2, staleWhileRevalidate: 100, staleOnError: 100 });
    cache.tell.set({ key: 'a', value: 1 });
    const asks = m.cold('   ---ab|', { a: (() => undefined) as never as CacheLoader<string, number>, b: () => { throw DOWN; } });
    const replies = '       ---1#';

    m.expect(asks.pipe(mergeMap((load) => cache.ask.getOrLoad({ key: 'a', load })))).toBeObservable(replies, { 1: 1 }, DOWN);
  }));

  it('goes by its payload as it was when it was asked for', marbles((m) => {
    const cache = cacheOf(m);
    const payload = { key: 'a', ttl: 10, idle: 10, weight: 2, load: counting(m, 3).load };
    cache.tell.getOrLoad(payload);
    Object.assign(payload, { key: 'b', ttl: NaN, idle: -1, weight: 'heavy', load: () => expect.unreachable() });
    m.expect(m.cold('---p|').pipe(mergeMap(() => cache.ask.remainingTtl('a')))).toBeObservable('---p|', { p: 10 });
    m.flush();
    expect(cache.snapshot()).toEqual({ held: 1, weight: 2, loading: 0 });
  }));

  it('of a cache that was reset meanwhile is answered, not kept, and counted no more', marbles((m) => {
    const cache = cacheOf(m, { onHandlerError: 'reset' });
    const asks = m.cold('   a----|');
    const replies = '       ---1-|';
    m.cold('-x|').subscribe(() => cache.ask.get(NaN as never).subscribe({ error: () => undefined }));
    m.expect(asks.pipe(mergeMap(() => cache.ask.getOrLoad({ key: 'a', load: counting(m).load })))).toBeObservable(replies, { 1: 1 });
    m.flush();
    expect(cache.snapshot()).toEqual({ held: 0, weight: 0, loading: 0 });
  }));

  it('may ask the same cache for other keys', async () => {
    const cache = createCache<string, number>();
    const load = async (key: string): Promise<number> => key === '' ? 0 : 1 + await cache.ask.getOrLoad({ key: key.slice(1), load });
    expect(await cache.ask.getOrLoad({ key: 'abcd', load })).toBe(4);
    expect(await cache.ask.size()).toBe(5);
  });

  it('of a value too heavy is answered, and neither it nor what it would replace is kept', marbles((m) => {
    const cache = cacheOf(m, { maxWeight: 5, weigh: (value) => value, ttl: 2, staleWhileRevalidate: 100 });
    cache.tell.set({ key: 'a', value: 3 });
    const asks = m.cold('   ----a---a----|');
    const replies = '       ----x---y----|';
    const events = '        ----(el)m----';
    let heavy = 9;

    m.expect(asks.pipe(mergeMap(() => cache.ask.getOrLoad({ key: 'a', load: () => heavy++ })))).toBeObservable(replies, { x: 3, y: 10 });
    m.expect(cache.events$, '^------------!').toBeObservable(events, {
      e: { type: 'expired', key: 'a', value: 3, reason: 'ttl' },
      l: { type: 'loaded', key: 'a', value: 9, reason: 'stale', kept: false },
      m: { type: 'loaded', key: 'a', value: 10, reason: 'missing', kept: false },
    });
  }));

  it('is not stopped from being begun anew by one that was refused for want of room', marbles((m) => {
    const cache = cacheOf(m, { mailbox: { capacity: 1 } });
    const { load } = counting(m, 3);
    const other = m.cold('  -o--o---|');
    const replies = '       -x-----2|';

    cache.tell.getOrLoad({ key: 'a', load });
    m.expect(other.pipe(mergeMap(() => cache.ask.getOrLoad({ key: 'b', load }).pipe(catchError((error: unknown) => of(codeOf(error))))))).toBeObservable(
      replies, { x: 'MAILBOX_FULL', 2: 2 },
    );
    m.flush();
    expect(cache.snapshot()).toEqual({ held: 2, weight: 2, loading: 0 });
  }));
});

describe('a load that fails', () => {
  it('fails for all who wait, and the next ask begins anew: nothing is stuck', marbles((m) => {
    const cache = cacheOf(m);
    const bad = failing(m);
    const good = counting(m);
    const asks = m.cold('   aa-----b----|', { a: bad.load, b: good.load });
    const failed: unknown[] = [];

    asks.subscribe((load) => cache.ask.getOrLoad({ key: 'a', load }).subscribe({
      next: (value) => failed.push([m.scheduler.now(), value]),
      error: (error: unknown) => failed.push([m.scheduler.now(), error]),
    }));
    m.flush();
    expect(failed).toEqual([[3, DOWN], [3, DOWN], [10, 1]]);
    expect(bad.calls).toEqual([0]);
    expect(cache.snapshot()).toEqual({ held: 1, weight: 1, loading: 0 });
  }));

  it.each<[string, CacheLoader<string, number>]>([
    ['by a throw', () => { throw DOWN; }],
    ['by an Observable', () => throwError(() => DOWN)],
    ['by a promise', () => Promise.reject(DOWN)],
  ])('%s fails with that very error', async (_how, load) => {
    const cache = createCache<string, number>();
    await expect(cache.ask.getOrLoad({ key: 'a', load })).rejects.toBe(DOWN);
    expect(await cache.ask.getOrLoad({ key: 'a', load: () => 2 })).toBe(2);
  });

  it('fails also by a weight that is none, and by what weigh throws', async () => {
    const bad = createCache<string, number>({ weigh: () => NaN });
    await expect(bad.ask.getOrLoad({ key: 'a', load: () => 1 })).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
    const thrower = createCache<string, number>({ weigh: () => { throw DOWN; } });
    await expect(thrower.ask.getOrLoad({ key: 'a', load: () => 1 })).rejects.toBe(DOWN);
    expect(thrower.snapshot()).toEqual({ held: 0, weight: 0, loading: 0 });
  });

  it('is told by its event, and stops no store that is to stop by an error of a handler', marbles((m) => {
    const cache = cacheOf(m, { onHandlerError: 'stop' });
    const asks = m.cold('   a------|');
    const events = '        ---f---';
    const replies = '       ---e---|';

    m.expect(asks.pipe(mergeMap(() => cache.ask.getOrLoad({ key: 'a', load: failing(m).load }).pipe(catchError(() => of('e')))))).toBeObservable(replies, { e: 'e' });
    m.expect(cache.events$, '^------!').toBeObservable(events, { f: { type: 'failed', key: 'a', error: DOWN, reason: 'missing' } });
  }));

  it('is remembered for errorTtl: whoever asks until then gets its error at once, to the millisecond', marbles((m) => {
    const cache = cacheOf(m, { errorTtl: 5 });
    const { load, calls } = failing(m);
    const asks = m.cold('   a---a--aa-----|');
    const replies = '       ---ee--e---e--|';

    m.expect(asks.pipe(mergeMap(() => cache.ask.getOrLoad({ key: 'a', load }).pipe(catchError((error: unknown) => of(error)))))).toBeObservable(replies, { e: DOWN });
    m.flush();
    expect(calls).toEqual([0, 8]);
  }));

  it('is forgotten by set, delete and clear', marbles((m) => {
    const cache = cacheOf(m, { errorTtl: Infinity });
    const { load: bad } = failing(m, 1);
    const got: unknown[] = [];
    for (const [key, forget] of [['a', () => cache.tell.delete('a')], ['b', () => cache.tell.set({ key: 'b', value: 5, ttl: 1 })], ['c', () => cache.tell.clear()]] as const) {
      cache.ask.getOrLoad({ key, load: bad }).subscribe({ error: () => undefined });
      m.cold('--x|').subscribe(() => cache.ask.getOrLoad({ key, load: () => 1 }).subscribe({ error: (error: unknown) => got.push(error) }));
      m.cold('---x|').subscribe(forget);
      m.cold('-----x|').subscribe(() => cache.ask.getOrLoad({ key, load: () => 1 }).subscribe((value) => got.push(value)));
    }
    m.flush();
    expect(got).toEqual([DOWN, DOWN, DOWN, 1, 1, 1]);
  }));

  it('is remembered of as many keys as there may be values', async () => {
    const cache = createCache<number, number>({ errorTtl: Infinity, maxEntries: 2 });
    for (const key of [1, 2, 3]) await expect(cache.ask.getOrLoad({ key, load: () => { throw DOWN; } })).rejects.toBe(DOWN);
    expect(await cache.ask.getOrLoad({ key: 1, load: () => 1 })).toBe(1);
    await expect(cache.ask.getOrLoad({ key: 2, load: () => 1 })).rejects.toBe(DOWN);
    await expect(cache.ask.getOrLoad({ key: 3, load: () => 1 })).rejects.toBe(DOWN);
  });
});

describe('a late load', () => {
  it.each<[string, (cache: Cache<string, number>) => void, number | undefined]>([
    ['a deleted key', (cache) => cache.tell.delete('a'), undefined],
    ['a taken key', (cache) => cache.tell.take('a'), undefined],
    ['a cleared cache', (cache) => cache.tell.clear(), undefined],
    ['the place of what was set meanwhile', (cache) => cache.tell.set({ key: 'a', value: 9 }), 9],
  ])('brings nothing back to %s; those who waited get it', (_what, act, left) => marbles((m) => {
    const cache = cacheOf(m);
    const { load } = counting(m, 5);
    const asks = m.cold('   aa-------|');
    const peeks = m.cold('  ------p--|');
    const replies = '       -----(xx)|';
    const peeked = '        ------p--|';
    const events: unknown[] = [];

    cache.events$.subscribe((event) => event.type === 'loaded' && events.push(event));
    m.expect(asks.pipe(mergeMap(() => cache.ask.getOrLoad({ key: 'a', load })))).toBeObservable(replies, { x: 1 });
    m.cold('--x|').subscribe(() => act(cache));
    m.expect(peeks.pipe(mergeMap(() => cache.ask.peek('a')))).toBeObservable(peeked, { p: left });
    m.flush();
    expect(events).toEqual([{ type: 'loaded', key: 'a', value: 1, reason: 'missing', kept: false }]);
    expect(cache.snapshot().loading).toBe(0);
  })());

  it('is not joined by who asks after the deletion: that one loads anew, and its value stays', marbles((m) => {
    const cache = cacheOf(m);
    const asks = m.cold('   a--a-----|');
    const replies = '       -----x-y-|';
    const slow = counting(m, 5);

    m.cold('--x|').subscribe(() => cache.tell.delete('a'));
    let calls = 0;
    const load = () => (++calls === 1 ? slow.load('a', { signal: new AbortController().signal }) : timer(4, m.scheduler).pipe(map(() => 20)));
    m.expect(asks.pipe(mergeMap(() => cache.ask.getOrLoad({ key: 'a', load })))).toBeObservable(replies, { x: 1, y: 20 });
    m.expect(m.cold('---------p|').pipe(mergeMap(() => cache.ask.get('a')))).toBeObservable('---------p|', { p: 20 });
  }));
});

describe('stale-while-revalidate', () => {
  it('gives the expired value at once, and loads another one behind, once', marbles((m) => {
    const cache = cacheOf(m, { ttl: 4, staleWhileRevalidate: 10 });
    const { load, calls } = counting(m, 3);
    cache.tell.set({ key: 'a', value: 0 });
    const asks = m.cold('   ---aaa--a--a----|');
    const replies = '       ---000--1--1----|';
    const events: unknown[] = [];

    cache.events$.subscribe((event) => events.push([m.scheduler.now(), event]));
    m.expect(asks.pipe(mergeMap(() => cache.ask.getOrLoad({ key: 'a', load })))).toBeObservable(replies, { 0: 0, 1: 1 });
    m.flush();
    expect(calls).toEqual([4, 11]);
    expect(events).toEqual([
      [7, { type: 'expired', key: 'a', value: 0, reason: 'ttl' }],
      [7, { type: 'loaded', key: 'a', value: 1, reason: 'stale', kept: true }],
      [14, { type: 'expired', key: 'a', value: 1, reason: 'ttl' }],
      [14, { type: 'loaded', key: 'a', value: 2, reason: 'stale', kept: true }],
    ]);
  }));

  it('is for getOrLoad only: for all others an expired value is gone', marbles((m) => {
    const cache = cacheOf(m, { ttl: 4, staleWhileRevalidate: 10 });
    cache.tell.set({ key: 'a', value: 0 });
    m.expect(m.cold('----g|').pipe(mergeMap(() => cache.ask.get('a')))).toBeObservable('----u|', { u: undefined });
    m.expect(m.cold('----g|').pipe(mergeMap(() => cache.ask.size()))).toBeObservable('----n|', { n: 0 });
    m.expect(m.cold('----g|').pipe(mergeMap(() => cache.ask.has('a')))).toBeObservable('----n|', { n: false });
  }));

  it('ends so many milliseconds after the expiry: from then on all wait for the load', marbles((m) => {
    const cache = cacheOf(m, { ttl: 4, staleWhileRevalidate: 5, errorTtl: 0 });
    const { load, calls } = counting(m, 2);
    for (const key of ['a', 'b']) cache.tell.set({ key, value: 0 });
    const asks = m.cold('   --------ab---|');
    const replies = '       --------0--2-|';

    m.expect(asks.pipe(mergeMap((key) => cache.ask.getOrLoad({ key, load })))).toBeObservable(replies, { 0: 0, 2: 2 });
    m.flush();
    expect(calls).toEqual([8, 9]);
  }));

  it('that fails is told by its event, bothers nobody, and is tried again by the next ask', marbles((m) => {
    const cache = cacheOf(m, { ttl: 4, staleWhileRevalidate: 20 });
    const { load, calls } = failing(m, 1);
    cache.tell.set({ key: 'a', value: 0 });
    const asks = m.cold('   ----a-a---|');
    const replies = '       ----0-0---|';
    const events = '        -----f-f--';

    m.expect(asks.pipe(mergeMap(() => cache.ask.getOrLoad({ key: 'a', load })))).toBeObservable(replies, { 0: 0 });
    m.expect(cache.events$, '^---------!').toBeObservable(events, { f: { type: 'failed', key: 'a', error: DOWN, reason: 'stale' } });
    m.flush();
    expect(calls).toEqual([4, 6]);
  }));

  it('that fails is no hit: nobody was given anything', marbles((m) => {
    const cache = cacheOf(m, { ttl: 4, staleWhileRevalidate: 5, staleOnError: 20, announce: 'all' });
    cache.tell.set({ key: 'a', value: 0 });
    const asks = m.cold('   ----a-----aa----|');
    const replies = '       ----0-------(00)|';
    const hits = '          ----h-------(hh)';
    m.expect(asks.pipe(mergeMap(() => cache.ask.getOrLoad({ key: 'a', load: failing(m, 2).load })))).toBeObservable(replies, { 0: 0 });
    m.expect(cache.events$.pipe(filter(({ type }) => type === 'hit')), '^---------------!').toBeObservable(hits, { h: { type: 'hit', key: 'a', reason: 'stale' } });
    m.flush();
    cache.ask.stats().subscribe((stats) => expect(stats).toMatchObject({ hits: 3, stale: 3, misses: 2, failed: 2 }));
  }));

  it('that hangs is given up with the last one who came to wait for it: its key is not stuck', marbles((m) => {
    const cache = cacheOf(m, { ttl: 2, staleWhileRevalidate: 4, timeout: 3 });
    const signals: AbortSignal[] = [];
    const hanging: CacheLoader<string, number> = (_key, { signal }) => (signals.push(signal), NEVER);
    cache.tell.set({ key: 'a', value: 0 });
    const asks = m.cold('   ---a---bb---c|', { a: hanging, b: hanging, c: counting(m, 1).load });
    const replies = '       ---0------ee-(1|)';
    m.expect(asks.pipe(mergeMap((load) => cache.ask.getOrLoad({ key: 'a', load }).pipe(catchError(() => of('e')))))).toBeObservable(replies, { 0: 0, 1: 1, e: 'e' });
    m.flush();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  }));

  it('does not bring back what is deleted before it begins, nor while it runs', marbles((m) => {
    const cache = cacheOf(m, { ttl: 4, staleWhileRevalidate: 20 });
    const { load, calls } = counting(m, 3);
    for (const key of ['a', 'b']) cache.tell.set({ key, value: 0 });
    m.cold('-----x|').subscribe(() => {
      cache.ask.getOrLoad({ key: 'a', load }).subscribe(() => cache.tell.delete('a'));
      cache.tell.getOrLoad({ key: 'b', load });
    });
    m.cold('------x|').subscribe(() => cache.tell.delete('b'));
    m.expect(m.cold('----------p|').pipe(mergeMap(() => cache.ask.size()))).toBeObservable('----------n|', { n: 0 });
    m.flush();
    expect(calls).toEqual([5, 5]);
    expect(cache.snapshot()).toEqual({ held: 0, weight: 0, loading: 0 });
  }));

  it('can be had by hand: revalidate loads what is stale, and says whether it did', marbles((m) => {
    const cache = cacheOf(m, { ttl: 4, staleWhileRevalidate: 20 });
    const { load, calls } = counting(m, 0);
    cache.tell.set({ key: 'a', value: 0 });
    const asks = m.cold('   -r---r|');
    const replies = '       -f---t|';

    m.expect(asks.pipe(mergeMap(() => cache.ask.revalidate({ key: 'a', load })))).toBeObservable(replies, { f: false, t: true });
    m.expect(cache.ask.revalidate({ key: 'none', load })).toBeObservable('(f|)', { f: false });
    m.flush();
    expect(calls).toEqual([5]);
  }));
});

describe('stale-on-error', () => {
  it('gives the expired value where the load fails, to all who wait', marbles((m) => {
    const cache = cacheOf(m, { ttl: 4, staleOnError: 10 });
    const { load, calls } = failing(m, 2);
    cache.tell.set({ key: 'a', value: 7 });
    const asks = m.cold('   ----aa------a-----|');
    const replies: unknown[] = [];

    asks.pipe(mergeMap(() => cache.ask.getOrLoad({ key: 'a', load }).pipe(catchError(() => of('failed'))))).subscribe((value) => replies.push([m.scheduler.now(), value]));
    m.flush();
    // At 14 ms the value is 10 ms beyond its expiry.
    expect(replies).toEqual([[6, 7], [6, 7], [14, 'failed']]);
    expect(calls).toEqual([4, 12]);
  }));

  it('together with errorTtl spares the loader: the expired value until then', marbles((m) => {
    const cache = cacheOf(m, { ttl: 4, staleOnError: 100, errorTtl: 5 });
    const { load, calls } = failing(m, 2);
    cache.tell.set({ key: 'a', value: 7 });
    const asks = m.cold('   ----a---a-a---|');
    const replies = '       ------v-v-v---|';

    m.expect(asks.pipe(mergeMap(() => cache.ask.getOrLoad({ key: 'a', load })))).toBeObservable(replies, { v: 7 });
    m.flush();
    expect(calls).toEqual([4]);
  }));

  it('is after stale-while-revalidate, where there are both', marbles((m) => {
    const cache = cacheOf(m, { ttl: 4, staleWhileRevalidate: 2, staleOnError: 10 });
    const { load, calls } = failing(m, 2);
    for (const key of ['a', 'b']) cache.tell.set({ key, value: 7 });
    const asks = m.cold('   -----ab------|');
    const replies = '       -----v--v----|';

    m.expect(asks.pipe(mergeMap((key) => cache.ask.getOrLoad({ key, load })))).toBeObservable(replies, { v: 7 });
    m.flush();
    expect(calls).toEqual([5, 6]);
  }));

  it('has the sweep wait for the end of it', marbles((m) => {
    const cache = cacheOf(m, { ttl: 4, staleOnError: 10, sweep: 1 });
    cache.tell.set({ key: 'a', value: 7 });
    m.expect(cache.events$, '^--------------------!').toBeObservable('---------------x', { x: { type: 'expired', key: 'a', value: 7, reason: 'ttl' } });
  }));
});

describe('who gives up', () => {
  /** A loader that never ends, and knows its signals. */
  function hanging(): { load: CacheLoader<string, number>; signals: AbortSignal[] } {
    const signals: AbortSignal[] = [];
    return { signals, load: (_key, { signal }) => (signals.push(signal), NEVER) };
  }

  it('leaves the load to the others; with the last one it is aborted', marbles((m) => {
    const cache = cacheOf(m);
    const { load, signals } = hanging();
    const events = '        -----f---';
    const seen: unknown[] = [];

    cache.with({ timeout: 3 }).ask.getOrLoad({ key: 'a', load }).subscribe({ error: (error: unknown) => seen.push(codeOf(error)) });
    cache.with({ timeout: 5 }).ask.getOrLoad({ key: 'a', load }).subscribe({ error: (error: unknown) => seen.push(codeOf(error)) });
    m.cold('----x|').subscribe(() => seen.push(signals[0]?.aborted));
    m.cold('------x|').subscribe(() => seen.push(signals[0]?.aborted));
    m.expect(cache.events$, '^--------!').toBeObservable(events, {
      f: { type: 'failed', key: 'a', error: expect.objectContaining({ name: 'AbortError' }) as unknown, reason: 'abandoned' },
    });
    m.flush();
    expect(signals).toHaveLength(1);
    expect(seen).toEqual(['ASK_TIMEOUT', false, 'ASK_TIMEOUT', true]);
    expect(cache.snapshot()).toEqual({ held: 0, weight: 0, loading: 0 });
  }));

  it('in whatever order: the one who began it may stay longest', marbles((m) => {
    const cache = cacheOf(m);
    const { load } = counting(m, 6);
    const seen: unknown[] = [];
    cache.ask.getOrLoad({ key: 'a', load }).subscribe((value) => seen.push(value));
    cache.with({ timeout: 3 }).ask.getOrLoad({ key: 'a', load }).subscribe({ error: (error: unknown) => seen.push(codeOf(error)) });
    m.flush();
    expect(seen).toEqual(['ASK_TIMEOUT', 1]);
  }));

  it('leaves no trace: the next ask begins anew, and no error is remembered or reported', marbles((m) => {
    const cache = cacheOf(m, { errorTtl: Infinity });
    const { load } = hanging();
    const watched = probe(cache);
    const controller = new AbortController();
    const seen: unknown[] = [];
    cache.with({ signal: controller.signal }).ask.getOrLoad({ key: 'a', load }).subscribe({ error: (error: unknown) => seen.push(codeOf(error)) });
    m.cold('--x|').subscribe(() => {
      controller.abort();
      cache.ask.getOrLoad({ key: 'a', load: () => 5 }).subscribe((value) => seen.push(value));
    });
    m.flush();
    expect(seen).toEqual(['ASK_ABORTED', 5]);
    expect(watched.errors).toEqual([]);
  }));

  it('with the load of an Observable has it unsubscribed', marbles((m) => {
    const cache = cacheOf(m);
    const source = m.cold('       ----------x|', { x: 1 });
    const subscribed = '          ^--!';
    cache.with({ timeout: 3 }).ask.getOrLoad({ key: 'a', load: () => source }).subscribe({ error: () => undefined });
    m.expect(source).toHaveSubscriptions(subscribed);
  }));

  it('after the load has ended aborts nothing', async () => {
    const cache = createCache<string, number>();
    const signals: AbortSignal[] = [];
    const controller = new AbortController();
    const client = cache.with({ signal: controller.signal });
    await client.ask.getOrLoad({ key: 'a', load: (_key, { signal }) => (signals.push(signal), 1) });
    controller.abort();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it('is not who was given a stale value: the load behind goes on', marbles((m) => {
    const cache = cacheOf(m, { ttl: 2, staleWhileRevalidate: 10 });
    const { load } = counting(m, 4);
    cache.tell.set({ key: 'a', value: 0 });
    m.cold('---x|').subscribe(() => cache.with({ timeout: 1 }).ask.getOrLoad({ key: 'a', load }).subscribe());
    m.expect(m.cold('--------p|').pipe(mergeMap(() => cache.ask.get('a')))).toBeObservable('--------p|', { p: 1 });
  }));
});

describe('the end of the store', () => {
  it('waits for loads, and answers all who wait', marbles((m) => {
    const cache = cacheOf(m);
    const { load } = counting(m, 5);
    const asks = m.cold('   aa|');
    const seen: unknown[] = [];
    asks.pipe(mergeMap(() => cache.ask.getOrLoad({ key: 'a', load }))).subscribe((value) => seen.push([m.scheduler.now(), value]));
    m.cold('--x|').subscribe(() => void cache.shutdown());
    m.flush();
    expect(seen).toEqual([[5, 1], [5, 1]]);
    expect(cache.status().phase).toBe('closed');
  }));

  it('by its limit aborts them: all who wait fail, the signal aborts', marbles((m) => {
    const cache = cacheOf(m);
    const signals: AbortSignal[] = [];
    const load: CacheLoader<string, number> = (_key, { signal }) => (signals.push(signal), NEVER);
    const seen: unknown[] = [];
    for (let i = 0; i < 2; i++) cache.ask.getOrLoad({ key: 'a', load }).subscribe({ error: (error: unknown) => seen.push([m.scheduler.now(), codeOf(error)]) });
    m.cold('--x|').subscribe(() => void cache.shutdown({ timeout: 3 }));
    m.flush();
    expect(seen).toEqual([[5, 'STORE_CLOSED'], [5, 'STORE_CLOSED']]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  }));
});

describe('jitter', () => {
  it('shortens the lifetime of what is loaded, by its share at most; not of what is set', marbles((m) => {
    const numbers = [0, 0.5, 0.99];
    const cache = cacheOf(m, { ttl: 100, jitter: 0.5, random: () => numbers.shift() ?? expect.unreachable() });
    const left: unknown[] = [];
    cache.tell.set({ key: 'set', value: 0 });
    for (const key of ['a', 'b', 'c']) cache.tell.getOrLoad({ key, load: () => 1 });
    for (const key of ['set', 'a', 'b', 'c']) cache.ask.remainingTtl(key).subscribe((ms) => left.push(ms));
    expect(left).toEqual([100, 100, 75, 50.5]);
  }));

  it('by numbers that are none fails the load', async () => {
    const options: CacheOptions<string, number> & StoreOptions = { ttl: 100, jitter: 0.5, random: () => 7 };
    const cache = createCache(options);
    await expect(cache.ask.getOrLoad({ key: 'a', load: () => 1 })).rejects.toMatchObject({ code: 'INVALID_PAYLOAD', field: 'random()' });
  });
});
