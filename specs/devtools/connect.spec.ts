/** What the DevTools show of a store. */
import { createStore, effect, reply, replyLater, type, type Context, type TraceEvent } from 'ownstate';
import { connectDevtools, readLog, type DevtoolsOptions } from 'ownstate/devtools';
import { marbles } from 'ownstate/testing';
import { asapScheduler, map, NEVER, Observable, take, timer } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fakeExtension } from './support/fake-extension.js';

const account = {
  name: 'account',
  state: 100,
  events: type<string>(),
  commands: {
    deposit: (balance: number, amount: number) => balance + amount,
    withdraw: (balance: number, amount: number, { emit }: { emit: (event: string) => void }) => {
      if (amount > balance) throw new RangeError('too much');
      emit('withdrawn');
      return reply(balance - amount, balance - amount);
    },
    nothing: (balance: number) => balance,
  },
  queries: { balance: (balance: number) => balance },
};

/** A store that is shown. */
function shown(options: DevtoolsOptions = {}) {
  const extension = fakeExtension();
  const store = createStore(account);
  const connection = connectDevtools(store, { extension, ...options });
  return { store, connection, monitor: extension.instances[0]! };
}

describe('the monitor shows', () => {
  it('the store as an instance of its name, with the present state', () => {
    const { monitor } = shown();
    expect(monitor.config).toMatchObject({ name: 'account', maxAge: 50, latency: 0 });
    expect(monitor.types()).toEqual(['@@INIT']);
    expect(monitor.states()).toEqual([100]);
  });

  it('a command with its payload and the state after it', () => {
    const { store, monitor } = shown();
    store.tell.deposit(5);
    expect(monitor.actions()).toMatchObject([{
      type: 'deposit', payload: 5,
      meta: { store: 'account', command: 'deposit', id: 1, seq: 1, step: 1, form: 'tell', sent: expect.any(Number) as unknown, outcome: 'replied', waited: expect.any(Number) as unknown, ran: expect.any(Number) as unknown },
    }]);
    expect(monitor.actions()[0]!.meta).not.toHaveProperty('reply');
    expect(monitor.states()).toEqual([100, 105]);
  });

  it('reply and events with it', () => {
    const { store, monitor } = shown();
    store.ask.withdraw(30);
    expect(monitor.actions()).toMatchObject([{ type: 'withdraw', payload: 30, meta: { form: 'ask', reply: 70, events: ['withdrawn'] } }]);
  });

  it('a failure, with the state that stays', () => {
    const { store, monitor } = shown();
    store.ask.withdraw(500).subscribe({ error: () => undefined });
    expect(monitor.actions()).toMatchObject([
      { type: 'withdraw ✗', payload: 500, meta: { outcome: 'failed', error: { name: 'RangeError', message: 'too much' } } },
    ]);
    expect(monitor.states()).toEqual([100, 100]);
  });

  it('no query, unless they are wanted', () => {
    const quiet = shown();
    quiet.store.ask.balance();
    expect(quiet.monitor.actions()).toEqual([]);
    const { store, monitor } = shown({ queries: true });
    store.ask.balance();
    expect(monitor.actions()).toMatchObject([{ type: 'balance', meta: { form: 'query', reply: 100 } }]);
  });

  it('nothing of what is ignored, but its state with the next action', () => {
    const { store, monitor } = shown({ ignore: ['deposit'] });
    store.tell.deposit(5);
    expect(monitor.actions()).toEqual([]);
    store.tell.nothing();
    expect(monitor.types()).toEqual(['@@INIT', 'nothing']);
    expect(monitor.states()).toEqual([100, 105]);
  });

  it('commands in their order, also those that an observer of a state sends', () => {
    const { store, monitor } = shown();
    store.select().subscribe((balance) => {
      if (balance === 105) store.ask.withdraw(5);
    });
    store.tell.deposit(5);
    expect(monitor.types()).toEqual(['@@INIT', 'deposit', 'withdraw']);
    expect(monitor.states()).toEqual([100, 105, 100]);
    expect(monitor.actions().map(({ meta }) => meta?.outcome)).toEqual(['replied', 'replied']);
  });

  it('an effect: its begin, and its result with the reply', marbles((m) => {
    const extension = fakeExtension();
    const store = m.store({
      name: 'search',
      state: { loading: false, hits: 0 },
      commands: {
        search: (state, query: string) => effect({ ...state, loading: query !== '' }, {
          run: () => timer(3).pipe(map(() => 7)), done: (_now, hits: number) => reply({ loading: false, hits }, hits),
        }),
      },
    });
    connectDevtools(store, { extension });
    const [monitor] = extension.instances;
    store.ask.search('cats');
    m.flush();
    expect(monitor!.actions()).toMatchObject([
      { type: 'search', payload: 'cats', meta: { id: 1, seq: 1, step: 1, time: 0 } },
      { type: 'search ✓', meta: { id: 1, seq: 2, step: 2, time: 3, reply: 7, ran: 3, outcome: 'replied' } },
    ]);
    expect([monitor!.actions()[1]!.payload, monitor!.actions()[1]!.meta!.sent]).toEqual([undefined, undefined]);
    expect(monitor!.states()).toEqual([{ loading: false, hits: 0 }, { loading: true, hits: 0 }, { loading: false, hits: 7 }]);
  }));

  it('an effect that fails, and a later reply', marbles((m) => {
    const extension = fakeExtension();
    const store = m.store({
      state: 0,
      commands: {
        fetch: (n) => effect(n + 1, { run: () => timer(2).pipe(map(() => { throw new Error('offline'); })), done: (now) => now, failed: (now) => now - 1 }),
        ring: (n) => replyLater(n, timer(5).pipe(map(() => 'come in'))),
      },
    });
    connectDevtools(store, { extension });
    store.ask.fetch().subscribe({ error: () => undefined });
    store.ask.ring();
    m.flush();
    expect(extension.instances[0]!.types()).toEqual(['@@INIT', 'fetch', 'ring', 'fetch ✗', 'ring ✓']);
    expect(extension.instances[0]!.states()).toEqual([0, 1, 1, 0, 0]);
    expect(extension.instances[0]!.actions()[2]!.meta).toMatchObject({ error: { message: 'offline' }, outcome: 'failed' });
    expect(extension.instances[0]!.actions()[3]!.meta).toMatchObject({ reply: 'come in' });
  }));

  it('each state of an Observable when it is there, and not when the command ends', marbles((m) => {
    const extension = fakeExtension();
    const store = m.store({ state: 0, commands: { load: () => m.cold('-a--b--|', { a: 1, b: 2 }) } });
    connectDevtools(store, { extension });
    const seen: string[][] = [];
    store.tell.load();
    m.cold('--x--x---x').subscribe(() => seen.push(extension.instances[0]!.types()));
    m.flush();
    expect(seen).toEqual([['@@INIT', 'load'], ['@@INIT', 'load', 'load …'], ['@@INIT', 'load', 'load …', 'load ✓']]);
  }));

  it('what is announced with the next action of its command, once', marbles((m) => {
    const extension = fakeExtension();
    const store = m.store({
      state: 0,
      events: type<string>(),
      commands: {
        load: (_n, _payload: void, { emit }: Context<string>) => m.cold('-a--b--|', { a: 1, b: 2 }).pipe(map((n) => {
          emit(`at ${n}`);
          return n;
        })),
      },
    });
    connectDevtools(store, { extension });
    store.tell.load();
    m.flush();
    expect(extension.instances[0]!.actions().map(({ type: title, meta }) => [title, meta!.events])).toEqual([
      ['load', undefined], ['load …', ['at 1']], ['load ✓', ['at 2']],
    ]);
  }));

  it('what never began: dropped, and withdrawn', marbles((m) => {
    const extension = fakeExtension();
    const store = m.store({
      state: 0,
      commands: {
        slow: (n) => timer(5).pipe(map(() => n + 1)),
        add: (n, by: number) => n + by,
      },
    }, { mailbox: { capacity: 1 } });
    store.errors$.subscribe();
    connectDevtools(store, { extension });
    store.tell.slow();
    store.with({ timeout: 2 }).ask.add(1).subscribe({ error: () => undefined });
    store.tell.add(2);
    m.flush();
    expect(extension.instances[0]!.actions()).toMatchObject([
      { type: 'add ✗', payload: 2, meta: { outcome: 'dropped', error: { name: 'MailboxFullError' } } },
      { type: 'add ✗', payload: 1, meta: { outcome: 'failed', error: { name: 'AskTimeoutError', started: false } } },
      { type: 'slow', meta: { outcome: 'replied' } },
    ]);
    expect(extension.instances[0]!.actions()[0]!.meta).not.toHaveProperty('seq');
  }));

  it('what the store sends itself, as its own', marbles((m) => {
    const extension = fakeExtension();
    const store = m.store({
      state: 0, ticks: { tick: 2 },
      commands: {
        tick: (n) => n + 10,
        add: (n, by: number) => n + by,
        twice: (n, by: number, { tell }: Context<never>) => {
          tell('add', by);
          return n + by;
        },
      },
    });
    connectDevtools(store, { extension });
    store.tell.twice(1);
    timer(3).subscribe(() => void store.shutdown());
    m.flush();
    expect(extension.instances[0]!.actions().map(({ type: title, meta }) => [title, meta?.form, meta?.sent])).toEqual([
      ['twice', 'tell', 0], ['add', 'own', 0], ['tick', 'own', 2], ['(draining)', undefined, undefined], ['(closed)', undefined, undefined],
    ]);
  }));

  describe('what comes when its asker has given up:', () => {
    const late = {
      state: 0,
      events: type<string>(),
      commands: {
        slow: (n: number, by: number, { emit }: Context<string>) => timer(3).pipe(map(() => {
          emit('slow');
          return n + by;
        })),
        load: (n: number, by: number) => timer(2, 2).pipe(take(2), map((i) => n + by + i)),
        work: (n: number, by: number) => effect(n + by, {
          run: () => timer(3),
          done: (now: number, _zero: number, { emit }: Context<string>) => {
            emit('done');
            return now + by;
          },
        }),
      },
    };

    it.each([
      ['a state, and what is announced with it', 'slow', [
        { type: 'slow ✗', payload: 5, meta: { id: 1, seq: 1, step: 1, outcome: 'failed' } },
        { type: 'slow …', meta: { id: 1, seq: 1, time: 3, events: ['slow'] } },
      ], [0, 0, 5]],
      ['each state of an Observable', 'load', [
        { type: 'load ✗', payload: 5, meta: { seq: 1 } }, { type: 'load …', meta: { seq: 1, time: 2 } }, { type: 'load …', meta: { seq: 1, time: 4 } },
      ], [0, 0, 5, 6]],
      ['the result of an effect', 'work', [
        { type: 'work', payload: 5, meta: { seq: 1 } }, { type: 'work ✗', meta: { seq: 1, step: 2 } },
        { type: 'work …', meta: { seq: 2, time: 3, events: ['done'] } },
      ], [0, 5, 5, 10]],
    ] as const)('%s', (_what, name, actions, states) => {
      marbles((m) => {
        const extension = fakeExtension();
        const store = m.store(late);
        connectDevtools(store, { extension });
        store.with({ timeout: 1 }).ask[name](5).subscribe({ error: () => undefined });
        m.flush();
        const [monitor] = extension.instances;
        expect(monitor!.actions()).toMatchObject(actions);
        for (const { type: title, payload, meta } of monitor!.actions().filter(({ type: one }) => one.endsWith('…'))) {
          expect([title, payload, meta?.form, meta?.outcome]).toEqual([`${name} …`, undefined, undefined, undefined]);
        }
        expect(monitor!.states()).toEqual(states);
        expect(readLog(monitor!.exportLog()).map(({ type: one }) => one)).toEqual([name]);
      })();
    });
  });

  it('what is announced then, though another store has been shown since the state', marbles((m) => {
    const extension = fakeExtension();
    const one = m.store({
      name: 'one',
      state: 0,
      events: type<string>(),
      commands: {
        slow: (n, by: number, { emit }: Context<string>) => timer(3).pipe(map(() => {
          emit('slow');
          return n + by;
        })),
      },
    });
    const two = m.store({ name: 'two', state: 0, commands: { add: (n) => n + 1 } });
    one.select().subscribe((n) => {
      if (n > 0) two.tell.add();
    });
    connectDevtools([one, two], { extension });
    one.with({ timeout: 1 }).ask.slow(5).subscribe({ error: () => undefined });
    m.flush();
    expect(extension.instances[0]!.actions().map(({ type: title, payload, meta }) => [title, payload, meta!.events])).toEqual([
      ['one/slow ✗', 5, undefined], ['one/slow …', undefined, undefined], ['two/add', undefined, undefined], ['one/slow …', undefined, ['slow']],
    ]);
  }));

  it('nothing of what is ignored, though it comes when its asker has given up', marbles((m) => {
    const extension = fakeExtension();
    const store = m.store({
      state: 0,
      events: type<string>(),
      commands: {
        slow: (n, _payload: void, { emit }: Context<string>) => timer(3).pipe(map(() => {
          emit('slow');
          return n + 1;
        })),
      },
    });
    connectDevtools(store, { extension, ignore: ['slow'] });
    store.with({ timeout: 1 }).ask.slow().subscribe({ error: () => undefined });
    m.flush();
    expect([extension.instances[0]!.types(), store.snapshot()]).toEqual([['@@INIT'], 1]);
  }));

  it('a query beside an effect that has just begun', () => {
    const extension = fakeExtension();
    const store = createStore({
      state: 0,
      commands: { load: (n) => effect(n + 1, { run: () => NEVER, done: (now) => now }) },
      queries: { get: (n) => n },
    });
    connectDevtools(store, { extension, queries: true });
    store.tell.load();
    store.ask.get();
    expect(extension.instances[0]!.types()).toEqual(['@@INIT', 'load', 'get']);
  });

  it('a command whose payload is a function', () => {
    const extension = fakeExtension();
    const store = createStore({ state: 0, commands: { update: (n, how: (n: number) => number) => how(n) } });
    connectDevtools(store, { extension });
    store.tell.update((n) => n + 1);
    expect(extension.instances[0]!.actions()).toMatchObject([{ type: 'update', payload: '[function]' }]);
  });

  it('what `sanitize` makes of each part, of which it is told where it belongs', () => {
    const seen: unknown[] = [];
    const { store, monitor } = shown({ sanitize: (_value, part) => void seen.push(part) });
    store.ask.withdraw(30);
    store.ask.withdraw(500).subscribe({ error: () => undefined });
    expect(seen).toEqual([
      { store: 'account', type: '', part: 'state' },
      ...['payload', 'state', 'event', 'reply', 'payload', 'error'].map((part) => ({ store: 'account', type: 'withdraw', part })),
    ]);
    expect(monitor.states()).toEqual(['[no view]', '[no view]', '[no view]']);
  });

  it('the end of what was sent before the connection', marbles((m) => {
    const extension = fakeExtension();
    const store = m.store({ state: 0, commands: { slow: (n) => timer(2).pipe(map(() => n + 1)), ring: (n) => replyLater(n, timer(9)), add: (n) => n + 1 } });
    store.tell.slow();
    store.tell.add();
    store.ask.ring();
    connectDevtools(store, { extension });
    m.flush();
    expect(extension.instances[0]!.actions()).toMatchObject([
      { type: 'slow ✓', meta: { id: 1, seq: 1, outcome: 'replied' } }, { type: 'add ✓', meta: { id: 2, seq: 2, outcome: 'replied' } },
      { type: 'ring …', meta: { id: 3, seq: 3 } }, { type: 'ring ✓', meta: { id: 3, seq: 3, reply: 0 } },
    ]);
  }));

  it('what happens at once in one task, however much it is', () => {
    const schedule = vi.spyOn(asapScheduler, 'schedule');
    const { store, monitor } = shown();
    for (let i = 0; i < 5; i++) store.tell.deposit(1);
    expect(schedule).toHaveBeenCalledTimes(1);
    expect(monitor.states()).toEqual([100, 101, 102, 103, 104, 105]);
    schedule.mockRestore();
  });

  it('the phases of a store that ends, and then nothing more', async () => {
    const { store, connection, monitor } = shown();
    expect(connection.connected).toBe(true);
    await store.shutdown();
    expect(monitor.types()).toEqual(['@@INIT', '(draining)', '(closed)']);
    expect(connection.connected).toBe(false);
    expect(monitor.listeners()).toBe(0);
  });

  it('several stores as one: states by their names, actions with them', () => {
    const extension = fakeExtension();
    const [one, other] = [createStore(account), createStore(account)];
    const cart = createStore({ name: 'cart', state: [] as string[], commands: { add: (items, item: string) => [...items, item] } });
    connectDevtools([one, other, cart], { extension });
    const [monitor] = extension.instances;
    expect(monitor!.config.name).toBe('account + account 2 + cart');
    other.tell.deposit(1);
    cart.tell.add('tea');
    expect(monitor!.types()).toEqual(['@@INIT', 'account 2/deposit', 'cart/add']);
    expect(monitor!.states().at(-1)).toEqual({ 'account': 100, 'account 2': 101, 'cart': ['tea'] });
    expect(monitor!.actions()[0]!.meta).toMatchObject({ store: 'account 2', command: 'deposit' });
  });

  it('a store that wakes another in the order of their commits, each with the states of both', () => {
    const extension = fakeExtension();
    const one = createStore({ ...account, name: 'one' });
    const two = createStore({ ...account, name: 'two' });
    one.select().subscribe((balance) => {
      if (balance !== 100) two.tell.deposit(1);
    });
    connectDevtools([one, two], { extension });
    one.ask.withdraw(10);
    expect(extension.instances[0]!.types()).toEqual(['@@INIT', 'one/withdraw', 'two/deposit', 'one/withdraw ✓']);
    expect(extension.instances[0]!.states()).toEqual([{ one: 100, two: 100 }, { one: 90, two: 100 }, { one: 90, two: 101 }, { one: 90, two: 101 }]);
  });

  it('a state without a view as such', () => {
    const extension = fakeExtension();
    const store = createStore({ state: () => new Map<string, number>(), commands: { set: (map, key: string) => map.set(key, 1) } });
    connectDevtools(store, { extension });
    store.tell.set('a');
    expect(extension.instances[0]!.states()).toEqual(['[no view]', '[no view]']);
  });

  it('what no JSON has a word for, so that it can be read', () => {
    const extension = fakeExtension();
    const ring: { self?: unknown } = {};
    ring.self = ring;
    const store = createStore({ state: 0, view: () => new Map([['a', 1n]]), commands: { take: (n, what: unknown) => n + (what === undefined ? 0 : 1) } });
    connectDevtools(store, { extension });
    store.tell.take({ ring, big: 5n, call: () => 1, when: new Date(0), not: NaN, set: new Set([1]) });
    expect(extension.instances[0]!.actions()[0]!.payload).toEqual({
      ring: { self: '[circular]' }, big: '[5n]', call: '[function]', when: '[Date 1970-01-01T00:00:00.000Z]', not: '[NaN]', set: { '[Set]': [1] },
    });
    expect(extension.instances[0]!.states().at(-1)).toEqual({ '[Map]': [['a', '[1n]']] });
  });

  it('no field that is redacted, wherever it stands', () => {
    const extension = fakeExtension();
    const store = createStore({
      state: { token: '', user: '' },
      commands: {
        enter: (_state, { user, password }: { user: string; password: string }) => {
          if (password === '') throw Object.assign(new Error('no'), { token: 'secret' });
          return reply({ user, token: 'secret' }, { token: 'secret' });
        },
      },
    });
    connectDevtools(store, { extension, redact: ['password', 'token'] });
    store.ask.enter({ user: 'ann', password: 'hunter2' });
    store.ask.enter({ user: 'ann', password: '' }).subscribe({ error: () => undefined });
    const all = extension.instances[0]!.exportLog();
    expect(all).not.toMatch(/hunter2|secret/);
    expect(extension.instances[0]!.actions()[0]).toMatchObject({ payload: { user: 'ann', password: '[redacted]' }, meta: { reply: { token: '[redacted]' } } });
    expect(store.snapshot()).toEqual({ user: 'ann', token: 'secret' });
  });

  it('as many actions as maxAge says', () => {
    const { store, monitor } = shown({ maxAge: 3 });
    for (let i = 0; i < 10; i++) store.tell.deposit(1);
    expect(monitor.states()).toEqual([108, 109, 110]);
  });

  it('nothing while recording is paused', () => {
    const { store, monitor } = shown();
    monitor.pause(true);
    store.tell.deposit(1);
    monitor.pause(false);
    store.tell.deposit(1);
    expect(monitor.states()).toEqual([100, 102]);
  });
});

describe('a connection', () => {
  afterEach(() => {
    Reflect.deleteProperty(globalThis, '__REDUX_DEVTOOLS_EXTENSION__');
  });

  it('finds the extension on the global object', () => {
    const extension = fakeExtension();
    Object.assign(globalThis, { __REDUX_DEVTOOLS_EXTENSION__: extension });
    expect(connectDevtools(createStore(account)).connected).toBe(true);
    expect(extension.instances).toHaveLength(1);
  });

  it('passes over what stands there and cannot connect', () => {
    Object.assign(globalThis, { __REDUX_DEVTOOLS_EXTENSION__: { connect: 'no' } });
    expect(connectDevtools(createStore(account))).toMatchObject({ connected: false, travels: false });
  });

  it('watches nothing where there is no extension', () => {
    let watched = false;
    const trace$ = new Observable<TraceEvent>(() => { watched = true; });
    const store = { name: 'quiet', tell: {}, snapshot: () => 0, send: () => NEVER, trace$ };
    const connection = connectDevtools(store);
    expect(connection).toMatchObject({ connected: false, travels: false });
    connection.disconnect();
    expect(watched).toBe(false);
    connectDevtools(store, { extension: fakeExtension() });
    expect(watched).toBe(true);
  });

  it('that is ended shows nothing more, and listens to nothing', () => {
    const { store, connection, monitor } = shown();
    store.tell.deposit(1);
    connection.disconnect();
    connection.disconnect();
    store.tell.deposit(1);
    expect(connection.connected).toBe(false);
    expect(monitor.states()).toEqual([100, 101]);
    expect(monitor.listeners()).toBe(0);
  });

  it('to a store that has closed ends at once', async () => {
    const store = createStore(account);
    await store.shutdown();
    expect(connectDevtools(store, { extension: fakeExtension() }).connected).toBe(false);
  });

  it('to several stores lasts as long as one of them', async () => {
    const extension = fakeExtension();
    const [one, other] = [createStore(account), createStore(account)];
    const connection = connectDevtools([one, other], { extension });
    await one.shutdown();
    other.tell.deposit(1);
    expect([connection.connected, extension.instances[0]!.types().at(-1)]).toEqual([true, 'account 2/deposit']);
    await other.shutdown();
    expect(connection.connected).toBe(false);
  });

  it('that is ended shows first what has just happened', () => {
    const extension = fakeExtension();
    const store = createStore({ state: 0, commands: { load: (n) => effect(n + 1, { run: () => NEVER, done: (now) => now }) } });
    const connection = connectDevtools(store, { extension });
    store.tell.load();
    connection.disconnect();
    expect(extension.instances[0]!.types()).toEqual(['@@INIT', 'load']);
  });

  it('takes a client as well as a store', () => {
    const extension = fakeExtension();
    const store = createStore(account);
    connectDevtools(store.client, { extension });
    store.tell.deposit(1);
    expect(extension.instances[0]!.states()).toEqual([100, 101]);
  });

  it.each([
    ['no store', () => connectDevtools({} as never), 'Expected `stores` to be a store, or an array of stores'],
    ...['tell', 'snapshot', 'send'].map((member): [string, () => unknown, string] => {
      const { name, trace$, tell } = createStore(account);
      const store = { name, trace$, tell, snapshot: () => 0, send: () => NEVER, [member]: undefined };
      return [`what has no \`${member}\``, () => connectDevtools(store), 'Expected `stores` to be a store, or an array of stores'];
    }),
    ['no store at all', () => connectDevtools([]), 'Expected `stores` to be a store, or an array of stores'],
    ['a name that is none', () => connectDevtools(createStore(account), { name: 5 as never }), 'Expected `name` to be a string, got 5'],
    ['a maxAge below 2', () => connectDevtools(createStore(account), { maxAge: 1 }), 'Expected `maxAge` to be an integer from 2 on, got 1'],
    ['a negative latency', () => connectDevtools(createStore(account), { latency: -1 }), 'Expected `latency` to be a number of milliseconds from 0 on, got -1'],
    ['a latency that is no number', () => connectDevtools(createStore(account), { latency: '5' as never }), "Expected `latency` to be a number of milliseconds from 0 on, got '5'"],
    ['a way of travelling that is none', () => connectDevtools(createStore(account), { travel: 5 as never }), 'Expected `travel` to be true, false or a function, got 5'],
    ['commands that are no list', () => connectDevtools(createStore(account), { ignore: 'tick' as never }), "Expected `ignore` to be an array of commands, got 'tick'"],
    ['names that are none', () => connectDevtools(createStore(account), { redact: [''] }), 'Expected `redact` to be an array of names of fields'],
    ['a name that is no text', () => connectDevtools(createStore(account), { redact: [5 as never] }), 'Expected `redact` to be an array of names of fields'],
    ['a sanitize that is none', () => connectDevtools(createStore(account), { sanitize: 1 as never }), 'Expected `sanitize` to be a function, got 1'],
    ['an extension that is none', () => connectDevtools(createStore(account), { extension: {} as never }), 'Expected `extension` to be an extension with `connect`'],
  ])('refuses %s', (_what, call, message) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });

  it('refuses the same store twice', () => {
    const store = createStore(account);
    expect(() => connectDevtools([store, store])).toThrow('Expected `stores` to be an array of different stores');
  });
});
