/** When keys expire, to the millisecond: for readers, for the sweep, and for those who watch. */
import { createStore, type StoreError } from 'ownstate';
import { createKeyValue, defineKeyValue, watch, type KeyValue, type KeyValueEvent, type KeyValueOptions } from 'ownstate/stores';
import { marbles, type Marbles } from 'ownstate/testing';
import { map, mergeMap, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';

const make = (m: Marbles, options: KeyValueOptions<string> = {}): KeyValue<string> => m.watch(createKeyValue<string>({ ...options, scheduler: m.scheduler }));

/** What `ask` is answered at each letter of a diagram, as text. */
const asked = (m: Marbles, when: string, ask: () => Observable<unknown>) => m.cold(when).pipe(mergeMap(ask), map(String));

/** The events of a store, each in a few letters. */
const events = (store: KeyValue<string>) => store.events$.pipe(
  map((event: KeyValueEvent<string>) => event.type === 'cleared' ? `cleared ${event.size}` : `${event.type} ${event.key}`),
);

describe('a key with a lifetime', () => {
  it('is there to its last millisecond, and not from then on', marbles((m) => {
    const store = make(m);
    const when = '   g---gg----|';
    const replies = 'v---vu----|';
    store.tell.set({ key: 'k', value: 'v', ttl: 5 });
    m.expect(asked(m, when, () => store.ask.get('k'))).toBeObservable(replies, { v: 'v', u: 'undefined' });
  }));

  it('counts in nothing from then on, though the sweep comes later', marbles((m) => {
    const store = make(m, { sweep: 100 });
    const when = '   g---gg----|';
    const sizes = '  2---21----|';
    const keys = '   b---ba----|';
    const stats = '  s---st----|';
    store.tell.set({ key: 'k', value: 'v', ttl: 5 });
    store.tell.set({ key: 'l', value: 'v' });
    m.expect(asked(m, when, () => store.ask.size())).toBeObservable(sizes);
    m.expect(asked(m, when, () => store.ask.keys().pipe(map((page) => page.keys)))).toBeObservable(keys, { a: 'l', b: 'k,l' });
    m.expect(asked(m, when, () => store.ask.has('k'))).toBeObservable('h---hn----|', { h: 'true', n: 'false' });
    m.expect(asked(m, when, () => store.ask.getMany(['l', 'k']).pipe(map((values) => values.length === 2 && values[1] === undefined ? 'gone' : 'both'))))
      .toBeObservable('h---hn----|', { h: 'both', n: 'gone' });
    m.expect(asked(m, when, () => store.ask.stats().pipe(map(({ keys, expiring }) => `${keys} ${expiring}`)))).toBeObservable(stats, { s: '2 1', t: '1 0' });
    m.expect(asked(m, when, () => store.ask.dump().pipe(map(({ entries }) => entries.length)))).toBeObservable(sizes);
  }));

  it('tells how long it will live', marbles((m) => {
    const store = make(m);
    const when = '   g--g-g----|';
    const replies = '5--2-u----|';
    store.tell.set({ key: 'k', value: 'v', ttl: 5 });
    m.expect(asked(m, when, () => store.ask.remainingTtl('k'))).toBeObservable(replies, { 5: '5', 2: '2', u: 'undefined' });
  }));

  it('begins it anew when it is set, keeps it when it is changed or when that is asked for', marbles((m) => {
    const store = make(m, { ttl: 50 });
    for (const key of ['set', 'kept', 'updated', 'swapped', 'anew']) store.tell.set({ key, value: 'v', ttl: 20 });
    store.tell.set({ key: 'kept, new', value: 'v', keepTtl: true });
    m.cold('--------x').subscribe(() => {
      store.tell.set({ key: 'set', value: 'w' });
      store.tell.set({ key: 'kept', value: 'w', keepTtl: true });
      store.tell.update({ key: 'updated', with: (value) => `${value}w` });
      store.tell.compareAndSet({ key: 'swapped', expected: 'v', value: 'w' });
      store.tell.update({ key: 'anew', with: () => 'w', ttl: 30 });
      store.tell.update({ key: 'new', with: () => 'w' });
    });
    const remains = { set: 50, kept: 12, updated: 12, swapped: 12, anew: 30, new: 50, 'kept, new': 42 };
    for (const [key, ms] of Object.entries(remains)) {
      m.expect(asked(m, '--------x|', () => store.ask.remainingTtl(key))).toBeObservable('--------t|', { t: String(ms) });
    }
  }));

  it('with `Infinity` lives until it is deleted, whatever the default', marbles((m) => {
    const store = make(m, { ttl: 3 });
    store.tell.set({ key: 'k', value: 'v', ttl: Infinity });
    m.expect(asked(m, '60m x|', () => store.ask.get('k'))).toBeObservable('60m v|', { v: 'v' });
  }));

  it('is absent for `ifAbsent`, for `compareAndSet` and for deletion from then on', marbles((m) => {
    const store = make(m, { sweep: 100 });
    for (const key of ['a', 'b', 'c', 'd']) store.tell.set({ key, value: 'old', ttl: 5 });
    const at5 = (ask: () => Observable<unknown>) => asked(m, '-----x|', ask);
    m.expect(at5(() => store.ask.set({ key: 'a', value: 'new', ifAbsent: true, returnOld: true }))).toBeObservable('-----u|', { u: 'undefined' });
    m.expect(at5(() => store.ask.set({ key: 'a', value: 'newer', ifAbsent: true, returnOld: true }))).toBeObservable('-----n|', { n: 'new' });
    m.expect(at5(() => store.ask.compareAndSet({ key: 'b', expected: undefined, value: 'new' }))).toBeObservable('-----t|', { t: 'true' });
    m.expect(at5(() => store.ask.delete('c'))).toBeObservable('-----f|', { f: 'false' });
    m.expect(at5(() => store.ask.take('d'))).toBeObservable('-----u|', { u: 'undefined' });
  }));

  it('stays gone when the clock steps back', () => {
    const scheduler = new TestScheduler(() => undefined);
    const store = createKeyValue<string>({ scheduler });
    const seen: unknown[] = [];
    store.tell.set({ key: 'k', value: 'v', ttl: 5 });
    for (const time of [4, 5, 0]) {
      scheduler.frame = time;
      store.ask.get('k').subscribe((value) => seen.push(value));
    }
    store.ask.size().subscribe((size) => seen.push(size));
    expect(seen).toEqual(['v', undefined, undefined, 0]);
  });
});

describe('the sweep', () => {
  it('announces what has expired, the earliest first, at most once in its period', marbles((m) => {
    const store = make(m, { sweep: 10 });
    const expected = '12ms (ab) 14ms c';
    m.expect(events(store), '^ 100ms !').toBeObservable(expected, { a: 'expired x', b: 'expired y', c: 'expired z' });
    store.tell.set({ key: 'y', value: 'v', ttl: 9 });
    store.tell.set({ key: 'x', value: 'v', ttl: 2 });
    store.tell.set({ key: 'z', value: 'v', ttl: 20 });
  }));

  it('leaves what was set anew, and announces what a command comes upon before', marbles((m) => {
    const store = make(m, { sweep: 10 });
    m.expect(events(store), '^ 100ms !').toBeObservable('---(ab)', { a: 'expired x', b: 'set x' });
    store.tell.set({ key: 'x', value: 'v', ttl: 2 });
    m.cold('---x').subscribe(() => store.tell.set({ key: 'x', value: 'w' }));
    m.flush();
  }));

  it('sets no timer while nothing expires', marbles((m) => {
    const store = make(m);
    store.tell.set({ key: 'x', value: 'v' });
    m.flush();
    expect(m.scheduler.actions).toEqual([]);
    store.tell.set({ key: 'x', value: 'v', ttl: 1 });
    expect(m.scheduler.actions).toHaveLength(1);
    store.tell.set({ key: 'y', value: 'v', ttl: 1 });
    expect(m.scheduler.actions).toHaveLength(1);
  }));

  it('takes 10,000 in a row, and the rest behind what waits', marbles((m) => {
    const store = make(m);
    for (let i = 0; i < 25_000; i++) store.tell.set({ key: i, value: 'v', ttl: 1 });
    const seen: string[] = [];
    store.events$.subscribe(({ type }) => {
      // Here the store is busy, so that both wait.
      if (seen.push(type) > 1) return;
      store.tell.sweep();
      store.tell.set({ key: 'between', value: 'v' });
    });
    m.cold('-----x').subscribe(() => store.tell.set({ key: 'begin', value: 'v' }));
    m.flush();
    seen.shift();
    expect(seen.indexOf('set')).toBe(10_000);
    expect(seen).toHaveLength(25_001);
  }));

  it('comes to its end also where the mailbox was too full for the rest of it', marbles((m) => {
    const definition = defineKeyValue<string>();
    const { sweep } = definition.commands;
    const crowd = (...[state, , context]: Parameters<typeof sweep>) => {
      store.tell.delete('nothing');
      return sweep(state, undefined, context);
    };
    const store = m.watch(createStore({ ...definition, commands: { ...definition.commands, crowd } }, { scheduler: m.scheduler, mailbox: { capacity: 1 } }));
    for (let i = 0; i < 10_001; i++) store.tell.set({ key: i, value: 'v', ttl: 5 });
    let expired = 0;
    const refused: string[] = [];
    store.events$.subscribe(({ type }) => void (expired += type === 'expired' ? 1 : 0));
    store.errors$.subscribe(({ type, error }) => refused.push(`${type}: ${(error as StoreError).code}`));
    m.cold('-----x').subscribe(() => store.tell.crowd());
    m.scheduler.schedule(() => undefined, 2000);
    m.flush();
    expect(refused).toEqual(['sweep: MAILBOX_FULL']);
    expect(expired).toBe(10_001);
  }, { maxFrames: 3000 }));
});

describe('a watched key', () => {
  it('is seen to expire at the very millisecond, though the sweep comes later', marbles((m) => {
    const store = make(m, { sweep: 60_000 });
    const expected = ' a----u';
    store.tell.set({ key: 'k', value: 'a', ttl: 5 });
    m.expect(watch(store, 'k'), '^ 99ms !').toBeObservable(expected, { a: 'a', u: undefined });
    m.expect(events(store), '    ^ 99ms !').toBeObservable('-----x', { x: 'expired k' });
  }));

  it('is seen so also where its lifetime is given later, shortened or lengthened', marbles((m) => {
    const store = make(m, { sweep: 60_000 });
    const sets = m.cold('--b--c--d|', { b: 50, c: 4, d: 10 });
    const expected = '   u-b--c--d 9ms u';
    m.expect(watch(store, 'k'), '^ 99ms !').toBeObservable(expected, { u: undefined, b: '50', c: '4', d: '10' });
    sets.subscribe((ttl) => store.tell.set({ key: 'k', value: String(ttl), ttl }));
  }));

  it('that nobody watches any more is no reason to sweep the others early', marbles((m) => {
    const store = make(m, { sweep: 20 });
    store.tell.set({ key: 'k', value: 'a', ttl: 5 });
    store.tell.set({ key: 'l', value: 'a', ttl: 6 });
    m.expect(watch(store, 'k'), '^--!').toBeObservable('a', { a: 'a' });
    m.expect(events(store), '    ^ 99ms !').toBeObservable('-----k 20ms l', { k: 'expired k', l: 'expired l' });
  }));

  it('that nobody watches any more leaves nothing behind among those that are', marbles((m) => {
    const store = make(m, { sweep: 20 });
    store.tell.set({ key: 'k', value: 'a', ttl: 5 });
    store.tell.set({ key: 'w', value: 'a', ttl: 40 });
    m.cold('----x').subscribe(() => store.tell.set({ key: 'k', value: 'b', ttl: 30 }));
    m.expect(watch(store, 'k'), '^--!').toBeObservable('a', { a: 'a' });
    m.expect(watch(store, 'w'), '^ 99ms !').toBeObservable('a 39ms u', { a: 'a', u: undefined });
    m.expect(events(store), '    ^ 99ms !').toBeObservable('----s 35ms (kw)', { s: 'set k', k: 'expired k', w: 'expired w' });
  }));

  it('is told first of the end, then of what comes after it in the same millisecond', marbles((m) => {
    const store = make(m);
    const expected = ' a----(ub)';
    m.cold('          -----x').subscribe(() => store.tell.set({ key: 'k', value: 'b' }));
    store.tell.set({ key: 'k', value: 'a', ttl: 5 });
    m.expect(watch(store, 'k'), '^ 99ms !').toBeObservable(expected, { a: 'a', b: 'b', u: undefined });
  }));

  it('is not told twice by a sweep after it began to watch what had expired', marbles((m) => {
    const store = make(m, { sweep: 10 });
    store.tell.set({ key: 'k', value: 'a', ttl: 5 });
    m.expect(watch(store, 'k'), '-------^ 99ms !').toBeObservable('-------u', { u: undefined });
  }));
});
