/** A store that closes between the sending of a command and its handler, or in the midst of an answer. */
import { createStore, effect, reply, StoreError, type AnyDefinition, type Context, type Store } from 'ownstate';
import { marbles, probe } from 'ownstate/testing';
import { catchError, map, NEVER, Observable, of, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { timely } from '../../support/timely.js';

/** The code of an error in its place. */
const code = <T>(source: Observable<T>): Observable<unknown> =>
  source.pipe(catchError((error: unknown) => of(error instanceof StoreError ? error.code : error)));

/** A store as any watcher sees it. */
type Watched = Pick<Store<AnyDefinition>, 'trace$'> & { readonly commands$: Observable<{ readonly type: string }> };

type Watch = (store: Watched, name: string, call: () => void) => void;

const onCommands: Watch = (store, name, call) => {
  store.commands$.subscribe(({ type }) => {
    if (type === name) call();
  });
};

const onTrace = (kind: 'received' | 'started'): Watch => (store, name, call) => {
  store.trace$.subscribe((event) => {
    if (event.kind === kind && event.type === name) call();
  });
};

/** Those who hear of a command before its handler runs. */
const watchers: [string, Watch][] = [
  ['`commands$`', onCommands],
  ['`received` of `trace$`', onTrace('received')],
  ['`started` of `trace$`', onTrace('started')],
];

/** A store with a timer that is due 2 ms after `arm`. */
function alarm() {
  const ran: string[] = [];
  const definition = {
    name: 'alarm',
    state: 0,
    commands: {
      arm: (n: number, _payload: void, { timers }: Context<never>) => {
        timers.set('t', 2, 'expire');
        return n;
      },
      expire: (n: number) => {
        ran.push('expire');
        return n + 1;
      },
      slow: (n: number) => timer(4).pipe(map(() => n)),
    },
  };
  return { definition, ran };
}

describe('a store that closes between a timer’s sending and its handler', () => {
  it.each(watchers)('by a watcher of %s ends: nothing runs, nothing is left to do', (_what, watch) => timely((m, options) => {
    const { definition, ran } = alarm();
    const end = new AbortController();
    const store = m.watch(createStore(definition, { ...options, signal: end.signal }));
    watch(store, 'expire', () => end.abort());
    store.tell.arm();
    m.expect(store.select()).toBeObservable('                      0-|', { 0: 0 });
    m.expect(store.errors$.pipe(map(({ type }) => type))).toBeObservable('--(e|)', { e: 'expire' });
    m.expect(m.cold('---x').pipe(map(() => store.status()))).toBeObservable('---x', {
      x: expect.objectContaining({ phase: 'closed', running: 0, waiting: 0 }) as never,
    });
    m.flush();
    expect(ran).toEqual([]);
  })());

  it.each(watchers)('where the command waited first, by a watcher of %s, ends the same way', (_what, watch) => timely((m, options) => {
    const { definition, ran } = alarm();
    const end = new AbortController();
    const store = m.watch(createStore(definition, { ...options, signal: end.signal }));
    watch(store, 'expire', () => end.abort());
    store.tell.arm();
    store.tell.slow();
    store.errors$.subscribe();
    //                                              sent ─┐ ┌─ begins
    const closed = watch === watchers[1]![1] ? '        0-|  ' : '0---|';
    m.expect(store.select()).toBeObservable(closed, { 0: 0 });
    m.flush();
    expect(ran).toEqual([]);
    expect(store.status()).toMatchObject({ phase: 'closed', running: 0, waiting: 0 });
  })());
});

describe('a store that a watcher closes on seeing a command come', () => {
  const counter = (runs: string[]) => ({
    name: 'counter',
    state: 0,
    commands: {
      add: (n: number, by: number) => {
        runs.push('add');
        return reply(n + by, n + by);
      },
      slow: (n: number) => timer(3).pipe(map(() => n)),
    },
    queries: {
      get: (n: number) => {
        runs.push('get');
        return n;
      },
    },
  });

  it.each(watchers)('by %s does not handle it: its ask fails with StoreClosedError', (_what, watch) => marbles((m) => {
    const runs: string[] = [];
    const end = new AbortController();
    const store = m.store(counter(runs), { signal: end.signal });
    watch(store, 'add', () => end.abort());
    m.cold('                           --x').subscribe(() => {
      m.expect(code(store.ask.add(5))).toBeObservable('--(c|)', { c: 'STORE_CLOSED' });
    });
    m.expect(store.select()).toBeObservable('0-|', { 0: 0 });
    m.flush();
    expect(runs).toEqual([]);
    expect(store.snapshot()).toBe(0);
    expect(store.status()).toMatchObject({ phase: 'closed', running: 0, waiting: 0 });
  })());

  it.each([watchers[0]!, watchers[2]!])('by %s when its turn comes does not handle it, nor what waits behind it', (_what, watch) => marbles((m) => {
    const runs: string[] = [];
    const end = new AbortController();
    const store = m.store(counter(runs), { signal: end.signal });
    watch(store, 'add', () => end.abort());
    store.tell.slow();
    m.expect(code(store.ask.add(5))).toBeObservable('---(c|)', { c: 'STORE_CLOSED' });
    m.expect(code(store.ask.get())).toBeObservable(' ---(c|)', { c: 'STORE_CLOSED' });
    m.expect(store.select()).toBeObservable('        0--|', { 0: 0 });
    m.flush();
    expect(runs).toEqual([]);
  })());

  it.each([
    ['`received`', onTrace('received')],
    ['`started`', onTrace('started')],
  ])('by %s of a query does not ask the state', (_what, watch) => marbles((m) => {
    const runs: string[] = [];
    const end = new AbortController();
    const store = m.store(counter(runs), { signal: end.signal });
    watch(store, 'get', () => end.abort());
    m.expect(code(store.ask.get())).toBeObservable('(c|)', { c: 'STORE_CLOSED' });
    m.flush();
    expect(runs).toEqual([]);
  })());

  it.each([
    ['`commands$`', onCommands],
    ['`received` of `trace$`', onTrace('received')],
  ])('by %s says that the handler had not begun', (_what, watch) => {
    const end = new AbortController();
    const store = createStore(counter([]), { signal: end.signal });
    const errors: unknown[] = [];
    watch(store, 'add', () => end.abort());
    store.ask.add(5).subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors).toEqual([expect.objectContaining({ code: 'STORE_CLOSED', type: 'add', started: false })]);
  });

  it.each(watchers)('by %s ends the command in the trace once', (_what, watch) => marbles((m) => {
    const end = new AbortController();
    const store = m.store(counter([]), { signal: end.signal });
    const { replies, phases } = probe(store);
    watch(store, 'add', () => end.abort());
    store.ask.add(5).subscribe({ error: () => undefined });
    expect(replies.map(({ type, outcome, error }) => [type, outcome, (error as StoreError).code])).toEqual([['add', 'failed', 'STORE_CLOSED']]);
    expect(phases.map(({ phase }) => phase)).toEqual(['closed']);
  })());
});

describe('a store that closes while a newcomer supersedes', () => {
  type Closing = (work: { readonly signal: AbortSignal }, close: () => void) => Observable<number>;

  it.each([
    ['the error subscriber of the superseded', true, () => NEVER],
    ['the abort listener of the superseded', false, ({ signal }, close) => {
      signal.addEventListener('abort', close);
      return NEVER;
    }],
    ['the teardown of the superseded', false, (_work, close) => new Observable(() => close)],
  ] as [string, boolean, Closing][])('by %s fails the newcomer with StoreClosedError, and never runs it', (_who, subscriber, work) => marbles((m) => {
    const end = new AbortController();
    let runs = 0;
    const store = m.store({
      state: 0,
      commands: {
        find: (n) => effect(n + 1, {
          policy: 'switch',
          run: (context) => {
            runs++;
            return work(context, () => end.abort());
          },
          done: (now) => now,
        }),
      },
    }, { signal: end.signal });
    const former = store.ask.find();
    if (subscriber) former.subscribe({ error: () => end.abort() });
    m.expect(code(former)).toBeObservable('                --(s|)', { s: 'SUPERSEDED' });
    m.cold('                                           --x').subscribe(() => {
      m.expect(code(store.ask.find())).toBeObservable('--(c|)', { c: 'STORE_CLOSED' });
    });
    // The newcomer's state was committed before.
    m.expect(store.select()).toBeObservable('              1-(2|)', { 1: 1, 2: 2 });
    m.flush();
    expect(runs).toBe(1);
    expect(store.status()).toMatchObject({ phase: 'closed', effects: 0, running: 0 });
  })());
});

describe('a store that is reset, and closed by an observer who sees the first state', () => {
  it('ends the command in the trace once, with the error that its asker gets', marbles((m) => {
    const end = new AbortController();
    const store = m.store({
      state: () => 0,
      commands: {
        add: (n: number, by: number) => n + by,
        fail: (): number => {
          throw new Error('no');
        },
      },
    }, { signal: end.signal, onHandlerError: 'reset' });
    const { replies, phases } = probe(store);
    store.tell.add(5);
    store.select().subscribe((n) => {
      if (n === 0) end.abort();
    });
    const errors: unknown[] = [];
    store.ask.fail().subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors).toHaveLength(1);
    expect(replies.filter(({ type }) => type === 'fail')).toEqual([{ time: 0, type: 'fail', outcome: 'failed', error: errors[0] }]);
    expect(phases.map(({ phase }) => phase)).toEqual(['closed']);
    expect(store.snapshot()).toBe(0);
    expect(store.status()).toMatchObject({ handled: 2, running: 0 });
  }));
});
