/** How long a cache keeps a value, to the millisecond: all in virtual time. */
import { createCache } from 'ownstate/stores';
import { marbles, probe } from 'ownstate/testing';
import { mergeMap } from 'rxjs';
import { describe, expect, it } from 'vitest';

const VALUES = { v: 1, u: undefined };

describe('a lifetime', () => {
  it('ends at its very millisecond, whatever the period of the sweep', marbles((m) => {
    const cache = m.watch(createCache<string, number>({ scheduler: m.scheduler, sweep: 1_000_000 }));
    const gets = m.cold('   g--------gg-------|');
    const replies = '       v--------vu-------|';

    cache.tell.set({ key: 'a', value: 1, ttl: 10 });
    m.expect(gets.pipe(mergeMap(() => cache.ask.get('a')))).toBeObservable(replies, VALUES);
  }));

  it('ends so for has, peek, remainingTtl, size, stats, dump, touch, take and delete too', marbles((m) => {
    const cache = m.watch(createCache<string, number>({ scheduler: m.scheduler, ttl: 10 }));
    const seen: unknown[] = [];
    const look = () => {
      cache.ask.has('a').subscribe((has) => seen.push(has));
      cache.ask.peek('a').subscribe((value) => seen.push(value));
      cache.ask.remainingTtl('a').subscribe((ms) => seen.push(ms));
      cache.ask.size().subscribe((size) => seen.push(size));
      cache.ask.stats().subscribe(({ size }) => seen.push(size));
      cache.ask.dump().subscribe(({ entries }) => seen.push(entries.length));
    };
    cache.tell.set({ key: 'a', value: 1 });
    cache.tell.set({ key: 'b', value: 1 });
    m.cold('---------l|').subscribe(look);
    m.cold('----------l|').subscribe(() => {
      look();
      cache.ask.touch({ key: 'a' }).subscribe((touched) => seen.push(touched));
      cache.ask.take('a').subscribe((taken) => seen.push(taken));
      cache.ask.delete('b').subscribe((deleted) => seen.push(deleted));
    });
    m.flush();
    expect(seen).toEqual([true, 1, 1, 2, 2, 2, /* and then */ false, undefined, undefined, 0, 0, 0, false, undefined, false]);
  }));

  it('is that of the options unless an item has its own, and the latest set counts', marbles((m) => {
    const cache = m.watch(createCache<string, number>({ scheduler: m.scheduler, ttl: 5 }));
    const gets = m.cold('   ----gg----g-|');
    const own = '           ----vv----u-|';
    const usual = '         ----vu----u-|';
    const forever = '       ----vv----v-|';
    const again = '         ----vv----u-|';

    cache.tell.set({ key: 'own', value: 1, ttl: 7 });
    cache.tell.set({ key: 'usual', value: 1 });
    cache.tell.set({ key: 'forever', value: 1, ttl: Infinity });
    cache.tell.set({ key: 'again', value: 0, ttl: 100 });
    m.cold('--s|').subscribe(() => cache.tell.set({ key: 'again', value: 1 }));
    for (const [key, expected] of Object.entries({ own, usual, forever, again })) {
      m.expect(gets.pipe(mergeMap(() => cache.ask.get(key)))).toBeObservable(expected, VALUES);
    }
  }));

  it('is never longer than the maximum, not by its own ttl, nor by use, nor by touch', marbles((m) => {
    const cache = m.watch(createCache<string, number>({ scheduler: m.scheduler, maxTtl: 6, idle: 4 }));
    const gets = m.cold('   --g--gg-|');
    const replies = '       --v--vu-|';

    cache.tell.set({ key: 'a', value: 1, ttl: 100, idle: 100 });
    cache.tell.set({ key: 'b', value: 1 });
    cache.tell.set({ key: 'c', value: 1, idle: Infinity });
    m.cold('---t|').subscribe(() => {
      cache.tell.touch({ key: 'a', ttl: 50 });
      cache.tell.touch({ key: 'c' });
    });
    for (const key of ['a', 'b', 'c']) m.expect(gets.pipe(mergeMap(() => cache.ask.get(key)))).toBeObservable(replies, VALUES);
  }));

  it('begins anew by touch, with what it was set with or with another one', marbles((m) => {
    const cache = m.watch(createCache<string, number>({ scheduler: m.scheduler, ttl: 50 }));
    const peeks = m.cold('  -----p--pp-----pp-|');
    const plain = '         -----u--uu-----uu-|';
    const touched = '       -----v--vu-----uu-|';
    const longer = '        -----v--vv-----vu-|';

    for (const key of ['plain', 'touched', 'longer']) cache.tell.set({ key, value: 1, ttl: 5 });
    m.cold('----t|').subscribe(() => {
      cache.tell.touch({ key: 'touched' });
      cache.tell.touch({ key: 'longer', ttl: 12 });
    });
    for (const [key, expected] of Object.entries({ plain, touched, longer })) {
      m.expect(peeks.pipe(mergeMap(() => cache.ask.peek(key)))).toBeObservable(expected, VALUES);
    }
  }));

  it('is told by remainingTtl: what is left, Infinity for ever', marbles((m) => {
    const cache = m.watch(createCache<string, number>({ scheduler: m.scheduler }));
    const asks = m.cold('   a--a--a|');
    const expected = '      a--b--c|';

    cache.tell.set({ key: 'a', value: 1, ttl: 6 });
    cache.tell.set({ key: 'b', value: 1 });
    m.expect(asks.pipe(mergeMap(() => cache.ask.remainingTtl('a')))).toBeObservable(expected, { a: 6, b: 3, c: undefined });
    m.expect(cache.ask.remainingTtl('b')).toBeObservable('(i|)', { i: Infinity });
  }));
});

describe('sliding expiry', () => {
  it('is put off by each use: get, getOrLoad', marbles((m) => {
    const cache = m.watch(createCache<string, number>({ scheduler: m.scheduler, idle: 4 }));
    const gets = m.cold('   ---g---------|');
    const loads = m.cold('  ------g--g---|');
    const peeks = m.cold('  ------------pp|');
    const replies = '       ------------vu|';

    cache.tell.set({ key: 'a', value: 1 });
    gets.subscribe(() => cache.tell.get('a'));
    loads.subscribe(() => cache.tell.getOrLoad({ key: 'a', load: () => expect.unreachable() }));
    m.expect(peeks.pipe(mergeMap(() => cache.ask.peek('a')))).toBeObservable(replies, VALUES);
  }));

  it('is not put off by peek, has, remainingTtl', marbles((m) => {
    const cache = m.watch(createCache<string, number>({ scheduler: m.scheduler, idle: 4 }));
    const peeks = m.cold('  ---pp|');
    const replies = '       ---vu|';

    cache.tell.set({ key: 'a', value: 1 });
    peeks.subscribe(() => {
      cache.ask.has('a').subscribe();
      cache.ask.remainingTtl('a').subscribe();
    });
    m.expect(peeks.pipe(mergeMap(() => cache.ask.peek('a')))).toBeObservable(replies, VALUES);
  }));

  it('goes together with absolute expiry: the earlier one counts', marbles((m) => {
    const cache = m.watch(createCache<string, number>({ scheduler: m.scheduler, ttl: 10, idle: 4 }));
    const events = '        ----------------(pq)';
    const gets = m.cold('   ---g--g--gg---------|');
    const used = '          ---v--v--vu---------|';
    const unused = '        ---------uu---------|';

    cache.tell.set({ key: 'used', value: 1 });
    cache.tell.set({ key: 'unused', value: 1 });
    m.expect(gets.pipe(mergeMap(() => cache.ask.get('used')))).toBeObservable(used, VALUES);
    m.expect(m.cold('---------gg---------|').pipe(mergeMap(() => cache.ask.get('unused')))).toBeObservable(unused, VALUES);
    m.cold('----------------s|').subscribe(() => cache.tell.sweep());
    m.expect(cache.events$, '^---------------------!').toBeObservable(events, {
      p: { type: 'expired', key: 'unused', value: 1, reason: 'idle' },
      q: { type: 'expired', key: 'used', value: 1, reason: 'ttl' },
    });
  }));

  it('of an item is its own', marbles((m) => {
    const cache = m.watch(createCache<string, number>({ scheduler: m.scheduler }));
    const gets = m.cold('   ---g---g----g|');
    const replies = '       ---v---v----u|';

    cache.tell.set({ key: 'a', value: 1, idle: 5 });
    m.expect(gets.pipe(mergeMap(() => cache.ask.get('a')))).toBeObservable(replies, VALUES);
  }));
});

describe('the sweep', () => {
  it('removes and announces what has expired, at most its period later', marbles((m) => {
    const cache = m.watch(createCache<string, number>({ scheduler: m.scheduler, ttl: 5, sweep: 10 }));
    const sets = m.cold('   -ab---------c---------------|', { a: 1, b: 2, c: 3 });
    const events = '        -ab---------c---(xy)-------z--';

    sets.subscribe((value) => cache.tell.set({ key: `key ${value}`, value }));
    m.expect(cache.events$, '^-----------------------------!').toBeObservable(events, {
      a: { type: 'set', key: 'key 1', value: 1, reason: 'added' },
      b: { type: 'set', key: 'key 2', value: 2, reason: 'added' },
      c: { type: 'set', key: 'key 3', value: 3, reason: 'added' },
      x: { type: 'expired', key: 'key 1', value: 1, reason: 'ttl' },
      y: { type: 'expired', key: 'key 2', value: 2, reason: 'ttl' },
      z: { type: 'expired', key: 'key 3', value: 3, reason: 'ttl' },
    });
  }));

  it('is every minute unless said otherwise, and there is none while nothing is to expire', marbles((m) => {
    const cache = m.watch(createCache<string, number>({ scheduler: m.scheduler }));
    const seen = probe(cache);
    cache.tell.set({ key: 'forever', value: 1 });
    cache.tell.set({ key: 'a', value: 1, ttl: 10 });
    m.cold('5m x|').subscribe();
    m.flush();
    expect(seen.commands.map(({ time, type }) => [time, type])).toEqual([[0, 'set'], [0, 'set'], [60_010, 'sweep']]);
    expect(cache.snapshot()).toEqual({ held: 1, weight: 1, loading: 0 });
  }));

  it('goes on behind what waits when there is much, so that it holds nobody up', marbles((m) => {
    const cache = m.watch(createCache<number, number>({ scheduler: m.scheduler, ttl: 5, sweep: Infinity }));
    const seen: unknown[] = [];
    for (let key = 0; key < 25_000; key++) cache.tell.set({ key, value: key });
    m.cold('-----s|').subscribe(() => {
      cache.ask.sweep().subscribe((removed) => {
        seen.push(`${removed} removed`);
        cache.ask.peek(1).subscribe(() => seen.push('somebody asked'));
      });
    });
    m.cold('-----s|').subscribe(() => {
      cache.select(({ held }) => Math.ceil(held / 10_000)).subscribe((tenThousands) => seen.push(tenThousands));
    });
    m.flush();
    expect(seen).toEqual(['10000 removed', 'somebody asked', 0]);
    expect(cache.status()).toMatchObject({ waiting: 0, handled: 25_000 + 3 + 1 });
  }));

  it('does so also where nothing is to remove, but much was used meanwhile', marbles((m) => {
    const cache = m.watch(createCache<number, number>({ scheduler: m.scheduler, idle: 5, sweep: 1, maxEntries: 20_001 }));
    const seen = probe(cache);
    for (let key = 0; key < 20_001; key++) cache.tell.set({ key, value: key });
    m.cold('----g|').subscribe(() => {
      for (let key = 0; key < 20_001; key++) cache.tell.get(key);
    });
    m.cold('-------s|').subscribe(() => cache.tell.set({ key: 0, value: 0 }));
    m.flush();
    // A look at 10,000 each at most, and then one at nothing; behind those comes what has expired.
    expect(seen.commands.filter(({ time }) => time > 4).slice(0, 4).map(({ time, type }) => [time, type])).toEqual([[6, 'sweep'], [6, 'sweep'], [6, 'sweep'], [7, 'set']]);
  }));

  it('is not made up for by one who sets: who makes room looks at 100 at most that were used meanwhile', marbles((m) => {
    const events: unknown[] = [];
    for (const used of [80, 150]) {
      const cache = m.watch(createCache<number, number>({ scheduler: m.scheduler, idle: 5, maxEntries: used + 1 }));
      for (let key = 0; key < used; key++) cache.tell.set({ key, value: key });
      cache.tell.set({ key: -1, value: 0, ttl: 6 });
      m.cold('---g|').subscribe(() => {
        for (let key = 0; key < used; key++) cache.tell.get(key);
        cache.tell.get(-1);
      });
      m.cold('-------s|').subscribe(() => {
        cache.events$.subscribe(({ type, key }: { type: string; key?: number }) => events.push([type, key]));
        cache.tell.set({ key: -2, value: 0 });
      });
    }
    m.flush();
    expect(events).toEqual([['set', -2], ['expired', -1], ['set', -2], ['evicted', 0]]);
  }));

  it('can be had by hand, and never comes by itself with the period Infinity', marbles((m) => {
    const cache = m.watch(createCache<string, number>({ scheduler: m.scheduler, ttl: 5, sweep: Infinity }));
    cache.tell.set({ key: 'a', value: 1 });
    const sweeps = m.cold(' ----s 600m s-|');
    const replies = '       ----n 600m o-|';
    m.expect(sweeps.pipe(mergeMap(() => cache.ask.sweep()))).toBeObservable(replies, { n: 0, o: 1 });
  }));

  it('keeps a value that was used meanwhile', marbles((m) => {
    const cache = m.watch(createCache<string, number>({ scheduler: m.scheduler, idle: 5, sweep: 1 }));
    const gets = m.cold('   ---g---g---g---|');
    const events = '        -----------------x-';

    cache.tell.set({ key: 'a', value: 1 });
    gets.subscribe(() => cache.tell.get('a'));
    m.expect(cache.events$, '^------------------!').toBeObservable(events, {
      x: { type: 'expired', key: 'a', value: 1, reason: 'idle' },
    });
  }));
});

it('a clock that steps back brings nothing back', async () => {
  let now = 1000;
  const { asyncScheduler } = await import('rxjs');
  // A cast: `Object.create` doesn't say that it makes another one of these.
  const scheduler = Object.create(asyncScheduler, { now: { value: () => now } }) as typeof asyncScheduler;
  const cache = createCache<string, number>({ scheduler, ttl: 10 });
  await cache.ask.set({ key: 'a', value: 1 });
  now = 1010;
  expect(await cache.ask.get('a')).toBeUndefined();
  now = 900;
  expect(await cache.ask.get('a')).toBeUndefined();
  expect(await cache.ask.size()).toBe(0);
  await cache.ask.set({ key: 'b', value: 1 });
  now = 1020;
  expect(await cache.ask.get('b')).toBeUndefined();
  await cache.shutdown();
});
