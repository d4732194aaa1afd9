/** The faces of a store: asking, telling, sending; clients with other limits; and commands as a stream. */
import {
  AskAbortedError, createStore, effect, reply, StoreClosedError, type, type Client, type CommandOf, type Context, type Store,
} from 'ownstate';
import { marbles } from 'ownstate/testing';
import { catchError, config, from, map, NEVER, of, Subject, throwError, type Observable } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';

const definition = {
  name: 'counter',
  state: 0,
  commands: {
    increment: (count: number, by = 1) => reply(count + by, count + by),
    reset: () => 0,
    wait: (count: number, source: Observable<number> = NEVER) => source.pipe(map((by) => reply(count + by, count + by))),
  },
  queries: { get: (count: number) => count, plus: (count: number, by: number) => count + by },
};

/** The name of an error in its place. */
const named = <T>(source: Observable<T>): Observable<unknown> => source.pipe(catchError((error: unknown) => of((error as Error).name)));

describe('ask and tell', () => {
  it('hold a function for each command, and ask one for each query too', () => {
    const store = createStore(definition);
    const names = (face: object) => {
      const found: string[] = [];
      for (const name in face) found.push(name);
      return found.sort();
    };
    expect(names(store.ask)).toEqual(['get', 'increment', 'plus', 'reset', 'wait']);
    expect(names(store.tell)).toEqual(['increment', 'reset', 'wait']);
    expect('nope' in store.ask).toBe(false);
    expect('get' in store.tell).toBe(false);
  });

  it('have members that need no `this`', async () => {
    const { ask: { increment, get }, tell: { reset } } = createStore(definition);
    expect(await increment(2)).toBe(2);
    expect(await increment.call(undefined as never, 3)).toBe(5);
    const button = { onClick: reset as (event: object) => void };
    button.onClick({ type: 'click' });
    expect(await get()).toBe(0);
  });

  it('give the same member each time', () => {
    const store = createStore(definition);
    const { increment } = store.ask;
    store.ask.increment();
    expect(store.ask.increment).toBe(increment);
    expect(store.tell.reset).toBe(store.tell.reset);
    expect(store.ask).toBe(store.ask);
    expect(store.tell).toBe(store.tell);
  });

  it('take one payload: what else a caller passes goes nowhere', () => {
    const seen: unknown[] = [];
    const store = createStore({
      state: 0,
      commands: {
        note: (n, what: string, context) => {
          seen.push([what, typeof context.now()]);
          return n;
        },
      },
    });
    ['a', 'b'].forEach(store.tell.note);
    for (const call of [store.ask.note as (...given: unknown[]) => unknown]) call('c', 0, ['c']);
    expect(seen).toEqual([['a', 'number'], ['b', 'number'], ['c', 'number']]);
  });

  it('leave a payload out where it has a default', async () => {
    const store = createStore(definition);
    store.tell.increment();
    expect(await store.ask.increment(undefined)).toBe(2);
  });

  it('an ask gives a reply, a tell gives nothing', () => {
    const store = createStore(definition);
    expect(store.tell.increment(2) as unknown).toBe(undefined);
    const replies: number[] = [];
    store.ask.increment(2).subscribe((count) => replies.push(count));
    expect(replies).toEqual([4]);
  });

  it('of stores with one definition go to their own store each', async () => {
    const one = createStore(definition);
    const other = createStore(definition);
    const { increment } = one.ask;
    expect(await other.ask.increment(10)).toBe(10);
    expect(await increment(1)).toBe(1);
    expect([one.snapshot(), other.snapshot()]).toEqual([1, 10]);
  });

  it('of stores whose commands and queries have the same names by chance stay apart', async () => {
    const asCommand = createStore({ state: 1, commands: { get: (n) => reply(n + 1, 'command'), put: (_n, next: number) => next } });
    const asQuery = createStore({ state: 1, commands: { put: (_n, next: number) => next + 100 }, queries: { get: () => 'query' } });
    const reversed = createStore({ state: 1, commands: { put: (_n, next: number) => next + 1000, get: (n) => reply(n, 'reversed') } });
    for (const store of [asCommand, asQuery, reversed]) store.tell.put(5);
    expect(await asCommand.ask.get()).toBe('command');
    expect(await asQuery.ask.get()).toBe('query');
    expect(await reversed.ask.get()).toBe('reversed');
    expect([asCommand.snapshot(), asQuery.snapshot(), reversed.snapshot()]).toEqual([6, 105, 1005]);
    expect('get' in asQuery.tell).toBe(false);
  });

  it('keep to the handlers of a definition with very many commands', async () => {
    const commands = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`add${i}`, (n: number) => reply(n + i, i)]));
    const store = createStore({ state: 0, commands });
    expect(await Promise.all([7, 299, 0].map((i) => store.ask[`add${i}`]!()))).toEqual([7, 299, 0]);
    expect(store.snapshot()).toBe(306);
  });
});

describe('send', () => {
  it('is an ask as a message', async () => {
    const store = createStore(definition);
    expect(await store.send({ type: 'increment', payload: 5 })).toBe(5);
    expect(await store.send({ type: 'increment' })).toBe(6);
    expect(await store.send({ type: 'get' })).toBe(6);
    expect(await store.send({ type: 'plus', payload: 4 })).toBe(10);
  });

  it('reads the message when it is sent: what becomes of it later changes nothing', async () => {
    const store = createStore(definition);
    store.tell.wait(of(0));
    const message = { type: 'increment' as const, payload: 1 };
    const gate = new Subject<number>();
    store.tell.wait(gate);
    const sent = store.send(message);
    message.payload = 100;
    gate.next(0);
    gate.complete();
    expect(await sent).toBe(1);
  });

  it('goes by the limits of its client', marbles((m) => {
    const store = m.store(definition);
    m.expect(named(store.with({ timeout: 3 }).send({ type: 'wait' }))).toBeObservable('---(t|)', { t: 'AskTimeoutError' });
    void store.shutdown({ timeout: 9 });
  }));
});

describe('with', () => {
  it('gives a client whose asks time out by another limit; the store keeps its own', marbles((m) => {
    const store = m.store(definition, { timeout: 6 });
    m.expect(named(store.with({ timeout: 3 }).ask.wait())).toBeObservable('---(t|)   ', { t: 'AskTimeoutError' });
    m.expect(named(store.ask.wait())).toBeObservable('                     ------(t|)', { t: 'AskTimeoutError' });
    void store.shutdown({ timeout: 20 });
  }));

  it('gives a client without a limit by Infinity', marbles((m) => {
    const store = m.store(definition, { timeout: 2 });
    m.expect(store.with({ timeout: Infinity }).ask.wait(m.cold('-----(x|)', { x: 1 }))).toBeObservable('-----(r|)', { r: 1 });
  }));

  it('gives a client whose asks a signal takes back', marbles((m) => {
    const store = m.store(definition);
    const asker = new AbortController();
    const client = store.with({ signal: asker.signal });
    const errors: unknown[] = [];
    store.tell.wait(m.cold('                                 ----(x|)', { x: 1 }));
    m.expect(named(client.ask.increment())).toBeObservable(' --(a|)  ', { a: 'AskAbortedError' });
    m.expect(store.ask.get()).toBeObservable('               ----(g|)', { g: 1 });
    m.cold('                                                 --x').subscribe(() => asker.abort('enough'));
    client.ask.increment().subscribe({ error: (error: unknown) => errors.push(error) });
    m.flush();
    expect(errors[0]).toBeInstanceOf(AskAbortedError);
    expect(errors[0]).toMatchObject({ cause: 'enough', started: false, store: 'counter', type: 'increment' });
  }));

  it('sends nothing where the signal has aborted before', async () => {
    const store = createStore(definition);
    const client = store.with({ signal: AbortSignal.abort('before') });
    await expect(client.ask.increment()).rejects.toMatchObject({ name: 'AskAbortedError', cause: 'before', started: false });
    expect(store.snapshot()).toBe(0);
    expect(store.status()).toMatchObject({ handled: 0 });
  });

  it('listens to a signal once, however many asks are pending, and not at all when none is', () => {
    const store = createStore(definition);
    const gate = new Subject<number>();
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    const client = store.with({ signal });
    client.ask.increment().subscribe();
    expect(added).toHaveBeenCalledTimes(0);
    client.ask.wait(gate).subscribe();
    for (let i = 0; i < 100; i++) client.ask.increment().subscribe();
    store.with({ signal, timeout: 1000 }).ask.increment().subscribe();
    expect(added).toHaveBeenCalledTimes(1);
    expect(removed).toHaveBeenCalledTimes(0);
    gate.next(1);
    gate.complete();
    expect(store.snapshot()).toBe(103);
    expect(removed).toHaveBeenCalledTimes(1);
    expect(removed.mock.calls[0]!.slice(0, 2)).toEqual(added.mock.calls[0]!.slice(0, 2));
  });

  it('nested merges, and the innermost wins', marbles((m) => {
    const store = m.store(definition);
    const asker = new AbortController();
    const patient = store.with({ timeout: 8, signal: asker.signal });
    const impatient = patient.with({ timeout: 2 });
    const loyal = patient.with({ signal: new AbortController().signal });
    store.tell.wait(m.cold('                                     9ms |'));
    m.expect(named(impatient.ask.reset())).toBeObservable('      --(t|)      ', { t: 'AskTimeoutError' });
    m.expect(named(impatient.with({ timeout: 5 }).ask.reset())).toBeObservable('----(a|)', { a: 'AskAbortedError' });
    m.expect(named(patient.ask.reset())).toBeObservable('        ----(a|)    ', { a: 'AskAbortedError' });
    m.expect(named(loyal.ask.reset())).toBeObservable('          --------(t|)', { t: 'AskTimeoutError' });
    m.cold('                                                     ----x').subscribe(() => asker.abort());
  }));

  it('limits asks only: a tell waits as long as it takes', marbles((m) => {
    const store = m.store(definition);
    store.tell.wait(m.cold('                              ----(x|)', { x: 1 }));
    store.with({ timeout: 2 }).tell.increment();
    m.expect(store.ask.get()).toBeObservable('            ----(g|)', { g: 2 });
  }));

  it.each<[unknown, string]>([
    [{ timeout: 0 }, 'Expected `timeout` to be a positive number, got 0'],
    [{ timeout: -5 }, 'Expected `timeout` to be a positive number, got -5'],
    [{ timeout: NaN }, 'Expected `timeout` to be a positive number, got NaN'],
    [{ timeout: '5' }, "Expected `timeout` to be a positive number, got '5'"],
    [{ signal: new AbortController() }, 'Expected `signal` to be an AbortSignal, got [object AbortController]'],
    [{ signal: 'abort' }, "Expected `signal` to be an AbortSignal, got 'abort'"],
  ])('refuses %o', (limits, message) => {
    const store = createStore(definition);
    expect(() => store.with(limits as never)).toThrow(new TypeError(message));
    expect(() => store.client.with(limits as never)).toThrow(new TypeError(message));
  });
});

describe('a client', () => {
  const faces: [string, (store: Store<typeof definition>) => Client<typeof definition>][] = [
    ['store.client', (store) => store.client],
    ['store.with(…)', (store) => store.with({ timeout: 1000 })],
    ['store.client.with(…)', (store) => store.client.with({})],
  ];

  it.each(faces)('asks, tells and watches the same store: %s', async (_face, of) => {
    const store = createStore(definition);
    const client = of(store);
    const seen: number[] = [];
    client.select().subscribe((count) => seen.push(count));
    client.tell.increment(2);
    expect(await client.ask.increment(3)).toBe(5);
    expect(await client.send({ type: 'get' })).toBe(5);
    expect(seen).toEqual([0, 2, 5]);
    expect(client.snapshot()).toBe(5);
    expect(client.name).toBe('counter');
    expect(client.status()).toEqual(store.status());
  });

  it.each(faces)('cannot shut the store down, nor feed its stream: %s', (_face, of) => {
    const client = of(createStore(definition));
    for (const power of ['shutdown', 'commands$', 'client', Symbol.asyncDispose]) expect(power in client).toBe(false);
  });

  it.each(faces)('sees its end: %s', async (_face, of) => {
    const store = createStore(definition);
    const client = of(store);
    const ended: string[] = [];
    client.select().subscribe({ complete: () => ended.push('select') });
    client.events$.subscribe({ complete: () => ended.push('events$') });
    client.errors$.subscribe({ complete: () => ended.push('errors$') });
    client.trace$.subscribe({ complete: () => ended.push('trace$') });
    await Promise.all([store.shutdown(), client.closed]);
    expect(ended.sort()).toEqual(['errors$', 'events$', 'select', 'trace$']);
    await expect(client.ask.get()).rejects.toThrow(StoreClosedError);
  });

  it('of a store is the same each time', () => {
    const store = createStore(definition);
    expect(store.client).toBe(store.client);
  });

  it('by `await using` the store itself is shut down at the end of the block', async () => {
    const store = createStore(definition);
    await store[Symbol.asyncDispose]();
    expect(store.status().phase).toBe('closed');
  });
});

describe('context.via', () => {
  const asking = {
    name: 'asking',
    state: 0,
    commands: {
      perform: (n: number, work: (context: Context<never>) => unknown, context: Context<never>) => reply(n, work(context)),
    },
  };

  it('gives a client of that store, which cannot shut it down', async () => {
    const store = createStore(asking);
    const counter = createStore(definition);
    await store.ask.perform(({ via }) => {
      const client = via(counter);
      client.tell.increment(4);
      expect('shutdown' in client).toBe(false);
      expect(client.name).toBe('counter');
    });
    expect(counter.snapshot()).toBe(4);
  });

  it('keeps the limits of the client it is given', marbles((m) => {
    const counter = m.store(definition);
    const store = m.store({
      state: 0,
      commands: {
        perform: (n, _payload: void, { via }) => named(via(counter.with({ timeout: 3 })).ask.reset()).pipe(map((name) => reply(n, name))),
      },
    });
    counter.tell.wait(m.cold('                        9ms |'));
    m.expect(store.ask.perform()).toBeObservable('    ---(t|)', { t: 'AskTimeoutError' });
  }));

  it.each([null, undefined, 5, {}, { ask: {} }])('refuses %o, which is no store', async (what) => {
    await expect(createStore(asking).ask.perform(({ via }) => via(what as never))).rejects.toThrow(TypeError);
  });
});

describe('commands$', () => {
  afterEach(() => {
    config.onUnhandledError = null;
  });

  it('as an Observer is told each command of a source', marbles((m) => {
    const store = m.store(definition);
    const clicks = m.hot('                                       -x-x--y', { x: 1, y: 10 });
    clicks.pipe(map((payload) => ({ type: 'increment' as const, payload }))).subscribe(store.commands$);
    m.expect(store.select()).toBeObservable('                    ab-c--d', { a: 0, b: 1, c: 2, d: 12 });
  }));

  it('does not end when a source does', marbles((m) => {
    const store = m.store(definition);
    const by = (payload: number): CommandOf<typeof definition> => ({ type: 'increment', payload });
    m.cold('                                                     -x|', { x: by(1) }).subscribe(store.commands$);
    m.cold('                                                     ---x', { x: by(2) }).subscribe(store.commands$);
    m.expect(store.select()).toBeObservable('                    ab-c', { a: 0, b: 1, c: 3 });
    m.flush();
    expect(store.status().phase).toBe('open');
  }));

  it('brings the error of a source to errors$, and goes on', marbles((m) => {
    const store = m.store(definition);
    const no = new Error('no');
    m.cold('                                                     -x#', { x: { type: 'increment' } as const }, no).subscribe(store.commands$);
    m.cold('                                                     ---x', { x: { type: 'increment' } as const }).subscribe(store.commands$);
    m.expect(store.errors$).toBeObservable('                     --e', { e: { store: 'counter', seq: 1, type: '', error: no, started: false, quiet: false } });
    m.expect(store.select()).toBeObservable('                    ab-c', { a: 0, b: 1, c: 2 });
  }));

  it('has the error of a source reported as unhandled where nobody watches errors$', async () => {
    const store = createStore(definition);
    const no = new Error('no');
    const unhandled = new Promise((report) => (config.onUnhandledError = report));
    throwError(() => no).subscribe(store.commands$);
    expect(await unhandled).toBe(no);
    expect(await store.ask.increment()).toBe(1);
  });

  it('tells: what comes from a source goes through the mailbox, and its failure to errors$', () => {
    const store = createStore({ state: 0, commands: { fail: (): number => { throw new Error('no'); } } }, { mailbox: { capacity: 1 } });
    const errors: string[] = [];
    store.errors$.subscribe(({ type: failed, error }) => errors.push(`${failed}: ${(error as Error).message}`));
    from([{ type: 'fail' }, { type: 'fail' }] as const).subscribe(store.commands$);
    expect(errors).toEqual(['fail: no', 'fail: no']);
    expect(store.status()).toMatchObject({ handled: 2, failed: 2 });
  });

  it('as an Observable gives each command when its turn comes, before its handler runs', () => {
    const log: unknown[] = [];
    const store = createStore({
      state: 0,
      commands: {
        add: (n, by: number, { tell }) => {
          log.push(`handles ${by}`);
          if (by === 1) tell('add', 2);
          return n + by;
        },
      },
    });
    store.commands$.subscribe((command) => log.push(command));
    store.tell.add(1);
    expect(log).toEqual([{ type: 'add', payload: 1 }, 'handles 1', { type: 'add', payload: 2 }, 'handles 2']);
  });

  it('gives asks, tells, messages, ticks and timers alike, but no query and no result of an effect', marbles((m) => {
    const store = m.store({
      state: 0,
      ticks: { sweep: 5 },
      commands: {
        add: (n, by: number) => n + by,
        sweep: (n) => n,
        ring: (n) => n,
        start: (n, _payload: void, { timers }) => {
          timers.set('t', 2, 'ring');
          return n;
        },
        work: (n) => effect(n, { run: () => m.cold('-(x|)'), done: (now) => now }),
      },
      queries: { get: (n) => n },
    });
    m.cold('ab-c').subscribe((what) => {
      if (what === 'a') {
        store.tell.add(1);
        store.ask.get().subscribe();
        store.tell.start();
        store.tell.work();
      } else if (what === 'b') void store.ask.add(2);
      else void store.send({ type: 'add', payload: 3 });
    });
    const seen: unknown[] = [];
    store.commands$.subscribe(({ type: name, payload }) => seen.push([m.scheduler.now(), name, payload]));
    m.expect(NEVER, '^-----!').toBeObservable('-');
    m.flush();
    expect(seen).toEqual([
      [0, 'add', 1], [0, 'start', undefined], [0, 'work', undefined], [1, 'add', 2], [2, 'ring', undefined], [3, 'add', 3], [5, 'sweep', undefined],
    ]);
  }));

  it('does not give what was never handled', marbles((m) => {
    const store = m.store(definition, { mailbox: { capacity: 1 } });
    const seen: string[] = [];
    store.commands$.subscribe(({ type: name }) => seen.push(name));
    store.tell.wait(m.cold('                                      ----(x|)', { x: 1 }));
    m.expect(named(store.with({ timeout: 2 }).ask.reset())).toBeObservable('--(t|)', { t: 'AskTimeoutError' });
    m.expect(named(store.ask.increment())).toBeObservable('      (f|)', { f: 'MailboxFullError' });
    m.flush();
    expect(seen).toEqual(['wait']);
  }));

  it('completes when the store has closed, also for whoever comes later', () => {
    const store = createStore(definition);
    let completed = 0;
    const complete = () => {
      completed++;
    };
    store.commands$.subscribe({ complete });
    void store.shutdown();
    store.commands$.subscribe({ complete });
    expect(completed).toBe(2);
  });

  it('of a closed store has what it is told appear nowhere, and brings nothing down', async () => {
    const store = createStore(definition);
    await store.shutdown();
    const later = new Error('later');
    const reported = new Promise((report) => (config.onUnhandledError = report));
    store.commands$.next({ type: 'reset' });
    throwError(() => later).subscribe();
    expect(await reported).toBe(later);
  });

  it('is the same each time', () => {
    const store = createStore(definition);
    expect(store.commands$).toBe(store.commands$);
  });
});

describe('events$', () => {
  it('gives what handlers announce, to each who watches, from the moment of subscribing', () => {
    const store = createStore({
      state: 0,
      events: type<string>(),
      commands: {
        say: (n, what: string, { emit }) => {
          emit(what);
          return n;
        },
      },
    });
    const early: string[] = [];
    const late: string[] = [];
    store.events$.subscribe((event) => early.push(event));
    store.tell.say('a');
    store.events$.subscribe((event) => late.push(event));
    store.tell.say('b');
    expect([early, late]).toEqual([['a', 'b'], ['b']]);
  });
});
