/** Histories: what is written down of the asks of a store's clients, and that they work as before. */
import {
  AskTimeoutError, createStore, DeadlockError, effect, reply, replyLater, StoreClosedError, type as typed, type Reply,
} from 'ownstate';
import { marbles, recordHistory, type Operation } from 'ownstate/testing';
import { EMPTY, firstValueFrom, NEVER, Observable, timer, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';

const counting = {
  name: 'counter',
  state: 0,
  commands: { add: (count: number, by: number) => reply(count + by, count + by), reset: () => 0 },
  queries: { get: (count: number) => count },
};

const ignore = { error: () => {} };

/** An operation in a line: client, type, payload, places, outcome. */
const line = (operation: Operation): string => {
  const { client, type, payload, began, ended, outcome } = operation;
  const answer = operation.outcome === 'replied' ? operation.reply : operation.error instanceof Error ? operation.error.name : operation.error;
  return [client, type, payload, `${began}-${ended ?? ''}`, outcome, answer].filter((word) => word !== undefined).map(String).join(' ');
};

describe('a history', () => {
  it('holds who asked for what, from when to when, and the reply', () => {
    const clock = new VirtualTimeScheduler();
    const history = recordHistory(createStore(counting, { scheduler: clock }), { scheduler: clock });
    clock.schedule(() => void history.client('ann').ask.add(5), 3);
    clock.flush();
    expect(history.operations).toStrictEqual([
      { client: 'ann', type: 'add', payload: 5, began: 1, beganAt: 3, ended: 2, endedAt: 3, outcome: 'replied', reply: 5 },
    ]);
  });

  it('has one order for all of its clients', () => {
    const clock = new VirtualTimeScheduler();
    const store = createStore({ ...counting, commands: { slow: () => timer(10, clock) } }, { scheduler: clock });
    const history = recordHistory(store);
    const [ann, bob] = [history.client('ann'), history.client('bob')];
    ann.ask.slow();
    bob.ask.slow();
    ann.ask.get();
    expect(history.operations.map(line)).toEqual(['ann slow 1- unknown', 'bob slow 2- unknown', 'ann get 3- unknown']);
    clock.flush();
    expect(history.operations.map(line)).toEqual(['ann slow 1-4 replied', 'bob slow 2-5 replied', 'ann get 3-6 replied 0']);
  });

  it('has its times in marble tests, too', marbles((m) => {
    const store = m.store({ ...counting, commands: { slow: (n: number) => replyLater(n, timer(10)) } });
    const history = recordHistory(store);
    m.cold('---a').subscribe(() => void history.client('ann').ask.slow());
    m.flush();
    expect(history.operations).toMatchObject([{ beganAt: 3, endedAt: 13 }]);
  }));

  it('counts its times from when the recording begins, or from another time', () => {
    const clock = new VirtualTimeScheduler();
    clock.schedule(() => {
      const store = createStore(counting, { scheduler: clock });
      const [one, other] = [recordHistory(store, { scheduler: clock }), recordHistory(store, { scheduler: clock, since: -100 })];
      one.client().ask.get();
      other.client().ask.get();
      expect([...one.operations, ...other.operations].map(({ beganAt }) => beganAt)).toEqual([0, 120]);
    }, 20);
    clock.flush();
    expect.assertions(1);
  });

  it('has the end before whoever asked has the reply', async () => {
    const history = recordHistory(createStore(counting));
    const { ask } = history.client('ann');
    ask.add(1).subscribe(() => {
      expect(history.operations.map(line)).toEqual(['ann add 1 1-2 replied 1']);
      // Within a delivery, too.
      ask.add(1).subscribe(() => expect(history.operations.map(line)[1]).toBe('ann add 1 3-4 replied 2'));
    });
    await ask.get().then(() => expect(history.operations.map(line)[2]).toBe('ann get 5-6 replied 2'));
    expect.assertions(3);
  });

  it('names clients that have no name', () => {
    const history = recordHistory(createStore(counting));
    for (const { ask } of [history.client(), history.client(), history.client('dan'), history.client()]) ask.get();
    expect(history.operations.map(({ client }) => client)).toEqual(['client 1', 'client 2', 'dan', 'client 3']);
  });

  it('holds no asks but those of its clients', () => {
    const store = createStore(counting);
    const history = recordHistory(store);
    store.ask.add(1);
    expect(history.operations).toEqual([]);
  });
});

describe('an operation', () => {
  const error = new RangeError('too much');
  const closing = new StoreClosedError({ store: 'another', type: 'late', started: false });

  it.each<[string, unknown]>([['an error', error], ["another store's error", closing], ['undefined', undefined]])('that fails in its handler by %s has failed', (_title, thrown) => {
    const history = recordHistory(createStore({ state: 0, commands: { late: (): number => { throw thrown; } } }));
    history.client('ann').ask.late();
    expect(history.operations).toMatchObject([{ outcome: 'failed', began: 1, ended: 2, error: thrown }]);
  });

  it('that is given up before its handler has started never happened', () => {
    const clock = new VirtualTimeScheduler();
    const store = createStore({ ...counting, commands: { ...counting.commands, hang: () => NEVER as Observable<number> } }, {
      scheduler: clock, mailbox: { capacity: 2, overflow: 'drop-oldest' }, timeout: Infinity,
    });
    const history = recordHistory(store);
    const controller = new AbortController();
    store.tell.hang();
    history.client('timed out', store.with({ timeout: 5 })).ask.add(1);
    clock.flush();
    const aborted = history.client('aborted', store.with({ signal: controller.signal }));
    aborted.ask.add(2);
    controller.abort();
    aborted.ask.add(3);
    history.client('dropped').ask.add(4);
    history.client('waits').ask.add(5);
    history.client('waits').ask.add(6);
    history.client('unknown').send({ type: 'no such' } as never);
    void store.shutdown({ timeout: 5 });
    history.client('closed').ask.add(7);
    clock.flush();
    expect(history.operations.map(line)).toEqual([
      'timed out add 1 1-2 never AskTimeoutError',
      'aborted add 2 3-4 never AskAbortedError',
      'aborted add 3 5-6 never AskAbortedError',
      'dropped add 4 7-10 never MailboxFullError',
      'waits add 5 8-15 never StoreClosedError',
      'waits add 6 9-16 never StoreClosedError',
      'unknown no such 11-12 never UnknownCommandError',
      'closed add 7 13-14 never StoreClosedError',
    ]);
  });

  it('that is given up after its handler has started is unknown', () => {
    const clock = new VirtualTimeScheduler();
    const store = createStore({
      state: 0,
      commands: {
        slow: (_: number, ms: number) => timer(ms, clock),
        load: (n: number) => effect(n, { policy: 'switch', run: () => NEVER, done: (state: number) => state }),
      },
    }, { scheduler: clock, timeout: Infinity });
    const history = recordHistory(store);
    history.client('timed out', store.with({ timeout: 5 })).ask.slow(7);
    clock.flush();
    const superseded = history.client('superseded');
    superseded.ask.load();
    superseded.ask.load();
    const controller = new AbortController();
    history.client('aborted', store.with({ signal: controller.signal })).ask.slow(7);
    controller.abort();
    clock.flush();
    void store.shutdown({ timeout: 1 });
    clock.flush();
    expect(history.operations.map(line)).toEqual([
      'timed out slow 7 1-2 unknown AskTimeoutError',
      'superseded load 3-5 unknown SupersededError',
      'superseded load 4-8 unknown StoreClosedError',
      'aborted slow 7 6-7 unknown AskAbortedError',
    ]);
  });

  it("that passes on another store's refusal has failed, if the stores have names of their own", () => {
    const busy = (name: string) => createStore({ name, state: 0, commands: { set: () => NEVER as Observable<number> } }, { mailbox: { capacity: 1 }, timeout: Infinity });
    const outcomes = ['inner', 'outer'].map((name) => {
      const inner = busy(name);
      inner.tell.set();
      inner.tell.set();
      const outer = createStore({ name: 'outer', state: 0, commands: { set: (n: number) => effect(n, { run: () => inner.ask.set(), done: (state: number) => state }) } });
      const history = recordHistory(outer);
      history.client('ann').ask.set();
      return history.operations[0]?.outcome;
    });
    // The second is the gotcha of the docstring.
    expect(outcomes).toEqual(['failed', 'never']);
  });

  it('that would close a ring never happened', async () => {
    const store = createStore({ name: 'a', state: 0, commands: { ask: async (n: number) => { await ask.get(); return n; } }, queries: { get: (n: number) => n } });
    const history = recordHistory(store);
    const { ask } = history.client('ann');
    await expect(ask.ask()).rejects.toBeInstanceOf(DeadlockError);
    expect(history.operations.map(({ type, outcome }) => `${type} ${outcome}`)).toEqual(['ask failed', 'get never']);
  });

  it('that is told is never answered', () => {
    const history = recordHistory(createStore(counting));
    const { tell, ask } = history.client('ann');
    expect(tell.add(2)).toBeUndefined();
    ask.get();
    expect(history.operations.map(line)).toEqual(['ann add 2 1- unknown', 'ann get 2-3 replied 2']);
  });

  it('that is answered by an empty source is answered by nothing', () => {
    const history = recordHistory(createStore({ state: 0, commands: { none: () => EMPTY as Observable<number> } }));
    history.client('ann').ask.none();
    expect(history.operations).toMatchObject([{ outcome: 'replied', reply: undefined }]);
  });

  it('may have any name', () => {
    const names = ['__proto__', 'constructor', 'toString', ''] as const;
    const commands = Object.fromEntries(names.map((name) => [name, (n: number) => reply(n, name)]));
    const history = recordHistory(createStore({ state: 0, commands }));
    for (const name of names) history.client('ann').ask[name]!();
    // Also once the store's own face has been used.
    for (const name of names) history.client('bob').tell[name]!();
    expect(history.operations.map((operation) => [operation.type, operation.outcome === 'replied' && operation.reply])).toEqual([
      ...names.map((name) => [name, name]), ...names.map((name) => [name, false]),
    ]);
  });
});

describe('a recorded client', () => {
  it('asks through the client it is given, and so do those of its `with`', () => {
    const clock = new VirtualTimeScheduler();
    const store = createStore({ state: 0, commands: { hang: () => NEVER as Observable<number> } }, { scheduler: clock, timeout: Infinity });
    const history = recordHistory(store, { scheduler: clock });
    history.client('ann').with({ timeout: 7 }).with({}).ask.hang();
    clock.flush();
    expect(history.operations).toMatchObject([{ client: 'ann', outcome: 'unknown', endedAt: 7, error: { name: 'AskTimeoutError' } }]);
  });

  it("gives the store's own replies", async () => {
    const history = recordHistory(createStore(counting));
    const ann = history.client('ann');
    const asked: Reply<number> = ann.ask.add(1);
    expect(await asked).toBe(1);
    expect(await firstValueFrom(ann.send({ type: 'add', payload: 1 }))).toBe(2);
    const { get } = ann.ask;
    expect(await get()).toBe(2);
    await ann.ask.reset();
    expect(history.operations.map(({ type }) => type)).toEqual(['add', 'add', 'get', 'reset']);
  });

  it('shows what the store shows', async () => {
    const store = createStore({ ...counting, events: typed<'hop'>(), commands: { ...counting.commands, fail: (): number => { throw new Error('no'); } } });
    const ann = recordHistory(store).client('ann');
    const seen: unknown[] = [];
    ann.select().subscribe((n) => seen.push(n));
    ann.select((n) => n % 2).subscribe((odd) => seen.push(`odd ${odd}`));
    ann.errors$.subscribe(({ error }) => seen.push(error));
    ann.trace$.subscribe(({ kind }) => kind === 'phase' && seen.push(kind));
    ann.events$.subscribe({ complete: () => seen.push('the end') });
    ann.tell.add(2);
    ann.tell.fail();
    expect([ann.name, ann.snapshot(), ann.status().handled]).toEqual(['counter', 2, 2]);
    await store.shutdown();
    await ann.closed;
    expect(seen).toEqual([0, 'odd 0', 2, new Error('no'), 'phase', 'phase', 'the end']);
    expect('shutdown' in ann).toBe(false);
  });

  it('observes its replies, so that no failure of theirs is reported', async () => {
    const clock = new VirtualTimeScheduler();
    const store = createStore({ state: 0, commands: { fail: (): number => { throw new Error('no'); } } }, { scheduler: clock });
    const errors: unknown[] = [];
    store.errors$.subscribe(({ error }) => errors.push(error));
    recordHistory(store).client('ann').ask.fail();
    clock.flush();
    expect(errors).toEqual([]);
    store.ask.fail();
    clock.flush();
    expect(errors).toEqual([new Error('no')]);
  });

  it('leaves the failure to whoever asked', async () => {
    const clock = new VirtualTimeScheduler();
    const store = createStore({ state: 0, commands: { hang: () => NEVER as Observable<number> } }, { scheduler: clock, timeout: 5 });
    const failures: unknown[] = [];
    recordHistory(store).client('ann').ask.hang().subscribe({ error: (error: unknown) => failures.push(error) });
    clock.flush();
    expect(failures).toEqual([new AskTimeoutError({ store: 'store', type: 'hang', started: true }, 5)]);
  });
});

describe('recordHistory', () => {
  it('takes a client as well as a store', () => {
    const history = recordHistory(createStore(counting).client);
    history.client('ann').ask.get().subscribe(ignore);
    expect(history.operations).toHaveLength(1);
  });

  it.each([
    [undefined, 'undefined'], [null, 'null'], [{}, '{}'], [1, '1'], [{ ask: 1, tell: 2 }, '{ ask: 1, tell: 2 }'], [{ ask: {}, tell: {} }, '{ ask: {}, tell: {} }'],
  ])('refuses %s', (client, shown) => {
    expect(() => recordHistory(client as never)).toThrow(new TypeError(`Expected \`client\` to be a store or a client, got ${shown}`));
  });

  it.each<[string, unknown]>([
    ['Expected `options` to be an object, got null', null],
    ['Expected `scheduler.now` to be a function, got undefined', { scheduler: 5 }],
    ["Expected `since` to be a finite number of milliseconds, got 'noon'", { since: 'noon' }],
  ])('refuses: %s', (message, options) => {
    expect(() => recordHistory(createStore(counting), options as object)).toThrow(new TypeError(message));
  });

  it('refuses a client by a name that is none, or through what is no client', () => {
    const history = recordHistory(createStore(counting));
    expect(() => history.client(1 as never)).toThrow(new TypeError('Expected `name` to be a string, got 1'));
    expect(() => history.client('ann', {} as never)).toThrow(new TypeError('Expected `through` to be a store or a client, got {}'));
  });
});
