/** Recorded commands are sent again. */
import { createStore, effect, reply, type Context } from 'ownstate';
import { connectDevtools, readLog, recordTrace, replay, type ReplayedCommand } from 'ownstate/devtools';
import { marbles } from 'ownstate/testing';
import fc from 'fast-check';
import { map, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { fakeExtension } from './support/fake-extension.js';

const account = {
  name: 'account',
  state: 100,
  commands: {
    deposit: (balance: number, amount: number) => balance + amount,
    withdraw: (balance: number, amount: number) => {
      if (amount > balance) throw new RangeError('too much');
      return reply(balance - amount, balance - amount);
    },
    close: () => 0,
  },
  queries: { balance: (balance: number) => balance },
};

/** A command that takes whatever comes, and changes nothing. */
const take: (n: number, payload: unknown) => number = (n) => n;

describe('replay', () => {
  it('sends each command again, in order, and tells what became of it', () => {
    const store = createStore(account);
    const seen: ReplayedCommand[] = [];
    let completed = false;
    replay(store, [{ time: 0, type: 'withdraw', payload: 30 }, { time: 5, type: 'withdraw', payload: 500 }, { time: 9, type: 'close' }])
      .subscribe({ next: (one) => seen.push(one), complete: () => { completed = true; } });
    expect(seen).toStrictEqual([
      { time: 0, type: 'withdraw', payload: 30, outcome: 'replied', reply: 70 },
      { time: 5, type: 'withdraw', payload: 500, outcome: 'failed', error: new RangeError('too much') },
      { time: 9, type: 'close', outcome: 'replied', reply: undefined },
    ]);
    expect(completed).toBe(true);
    expect(store.snapshot()).toBe(0);
  });

  it('sends nothing before it is subscribed to', () => {
    const store = createStore(account);
    replay(store, [{ time: 0, type: 'close' }]);
    expect(store.snapshot()).toBe(100);
  });

  it('keeps to the recorded times, if it is to, until it is unsubscribed', marbles((m) => {
    const store = m.store(account);
    const recording = [1, 3, 6].map((time) => ({ time, type: 'deposit', payload: time }));
    const replayed = replay(store, recording, { timing: 'recorded', scheduler: m.scheduler });
    m.expect(replayed.pipe(map(({ type }) => type[0]!)), '^---!').toBeObservable('-d-d');
    m.flush();
    expect(store.snapshot()).toBe(104);
  }));

  it('gives what takes time when it is there', marbles((m) => {
    const store = m.store({ state: 0, commands: { work: (n, ms: number) => effect(n, { policy: 'merge', run: () => timer(ms), done: (now) => now + ms }) } });
    const replayed = replay(store, [{ time: 0, type: 'work', payload: 4 }, { time: 0, type: 'work', payload: 2 }]);
    m.expect(replayed.pipe(map(({ payload }) => String(payload)))).toBeObservable('--2-(4|)');
  }));

  it('leaves out what the store sends by itself', marbles((m) => {
    const define = {
      name: 'clock', state: 0, ticks: { tick: 3 },
      commands: {
        tick: (n: number) => n + 1,
        add: (n: number, by: number) => n * 2 + by,
        twice: (n: number, by: number, { tell, timers }: Context<never>) => {
          tell('add', by);
          timers.set('later', 1, 'add', 100);
          return n * 2 + by;
        },
      },
    };
    const store = m.store(define);
    const extension = fakeExtension();
    connectDevtools(store, { extension });
    const recorder = recordTrace(store, { since: 0 });
    m.cold('-----x').subscribe(() => store.tell.twice(3));
    timer(4).subscribe(() => store.tell.add(10));
    timer(8).subscribe(() => void store.shutdown());
    timer(10).subscribe(() => {
      const log = extension.instances[0]!.exportLog();
      for (const recording of [recorder.recording(), readLog(log)]) {
        expect(recording).toEqual([{ time: 0, type: 'add', payload: 10 }, { time: 1, type: 'twice', payload: 3 }]);
        const other = m.store(define);
        replay(other, recording.map((one) => ({ ...one, time: one.time + 4 })), { timing: 'recorded', scheduler: m.scheduler }).subscribe();
        timer(8).subscribe(() => {
          expect(other.snapshot()).toBe(store.snapshot());
          void other.shutdown();
        });
      }
    });
    m.flush();
    expect(store.snapshot()).toBe(216);
  }));

  it('leaves out the commands that it is told to', () => {
    const store = createStore(account);
    replay(store, [{ time: 0, type: 'deposit', payload: 5 }, { time: 1, type: 'close' }], { ignore: ['close'] }).subscribe();
    expect(store.snapshot()).toBe(105);
  });

  it('brings a store to the state that was recorded', () => {
    const sent = fc.oneof(
      fc.record({ type: fc.constantFrom('deposit', 'withdraw'), payload: fc.integer({ min: 0, max: 200 }) }),
      fc.record({ type: fc.constantFrom('close', 'balance') }),
    );
    fc.assert(fc.property(fc.array(sent), (messages) => {
      const store = createStore(account);
      const extension = fakeExtension();
      const recorder = recordTrace(store);
      connectDevtools(store, { extension, maxAge: 1000 });
      for (const message of messages) store.send(message as never).subscribe({ error: () => undefined });
      for (const recording of [recorder.recording(), readLog(extension.instances[0]!.exportLog())]) {
        const other = createStore(account);
        replay(other, recording).subscribe();
        expect(other.snapshot()).toBe(store.snapshot());
      }
    }));
  });

  it.each([
    ['no store', () => replay({} as never, []), 'Expected `stores` to be a store, or an array of stores'],
    ['no recording', () => replay(createStore(account), {} as never), 'Expected `recording` to be an array of commands'],
    ['an unknown timing', () => replay(createStore(account), [], { timing: 'later' as never }), "Expected `timing` to be one of at once, recorded, got 'later'"],
    ['commands that are no list', () => replay(createStore(account), [], { ignore: 5 as never }), 'Expected `ignore` to be an array of commands, got 5'],
    ['no scheduler', () => replay(createStore(account), [], { scheduler: {} as never }), 'Expected `scheduler.schedule` to be a function, got undefined'],
    ['a payload that was redacted', () => replay(createStore(account), [{ time: 0, type: 'close', payload: { a: ['[redacted]'] } }]),
      "Expected the payload of 'close' to be whole, got one with [redacted] in it"],
    ['a payload that has no JSON', () => replay(createStore(account), [{ time: 0, type: 'close', payload: ['[5n]', { at: '[Date invalid]' }] }]),
      "Expected the payload of 'close' to be whole, got one with [5n] in it"],
  ])('refuses %s', (_what, call, message) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });

  it.each<[string, unknown]>([
    ['a Map', new Map()], ['a Set', new Set()], ['a function', () => 1], ['a date', new Date(0)], ['no date', new Date(NaN)], ['a long bigint', 123n],
    ['a negative one', -12n], ['NaN', NaN], ['Infinity', Infinity], ['-Infinity', -Infinity], ['a symbol', Symbol()], ['one with a name', Symbol('of some\nlength')],
    ['a regular expression', /a+b/], ['one with flags', /x/gi], ['bytes', new Uint8Array(9)], ['a promise', Promise.resolve()], ['a getter', { get no() { return 1; } }],
    ['a state without a view', '[no view]'],
  ])('sends no mark in the place of %s', (_what, value) => {
    const store = createStore({ state: 0, commands: { put: take } });
    const recorder = recordTrace(store);
    store.tell.put([{ null: null, value }]);
    expect(() => replay(store, recorder.recording())).toThrow("Expected the payload of 'put' to be whole, got one with [");
  });

  it.each(['a [NaN]', '[NaN] b', 'see [redacted]', '[5]', '[5nm]', '[object]', '[Symbol]', '[Dates]', '[/]', '[]', null])('takes %j as it is', (value) => {
    const store = createStore({ state: (): unknown => 0, commands: { put: (_n, what: unknown) => what } });
    replay(store, [{ time: 0, type: 'put', payload: { value } }]).subscribe();
    expect(store.snapshot()).toEqual({ value });
  });

  it('takes text in brackets, and a payload with a ring, as they are', () => {
    const store = createStore({ state: [] as readonly unknown[], commands: { put: (all, what: unknown) => [...all, what] } });
    const recorder = recordTrace(store);
    store.tell.put('[WIP]');
    const ring: Record<string, unknown> = { '[x]': '[Draft]' };
    ring['self'] = ring;
    const other = createStore({ state: 0, commands: { put: (n, what: unknown) => n + (what === undefined ? 0 : 1) } });
    replay(other, [...recorder.recording(), { time: 5, type: 'put', payload: ring }]).subscribe();
    expect(other.snapshot()).toBe(2);
  });
});

describe('readLog', () => {
  /** The log of two stores. */
  const exported = () => {
    const extension = fakeExtension();
    const [one, two] = [createStore({ ...account, name: 'one' }), createStore({ ...account, name: 'two' })];
    connectDevtools([one, two], { extension, queries: true });
    one.tell.deposit(5);
    two.ask.withdraw(1000).subscribe({ error: () => undefined });
    one.ask.balance();
    two.tell.close();
    return extension.instances[0]!.exportLog();
  };

  it('reads the commands of a log, or those of one store', () => {
    expect(readLog(exported()).map(({ type, payload }) => [type, payload])).toEqual([['deposit', 5], ['withdraw', 1000], ['close', undefined]]);
    expect(readLog(JSON.parse(exported()), 'two').map(({ type }) => type)).toEqual(['withdraw', 'close']);
    expect(readLog(exported()).map((command) => 'payload' in command)).toEqual([true, true, false]);
  });

  it('leaves out what never began', marbles((m) => {
    const extension = fakeExtension();
    const store = m.store({ state: 0, commands: { slow: (n) => timer(5).pipe(map(() => n)), add: (n) => n + 1 } }, { mailbox: { capacity: 1 } });
    store.errors$.subscribe();
    connectDevtools(store, { extension });
    store.tell.slow();
    store.with({ timeout: 2 }).ask.add().subscribe({ error: () => undefined });
    store.tell.add();
    m.flush();
    expect(extension.instances[0]!.types()).toEqual(['@@INIT', 'add ✗', 'add ✗', 'slow']);
    expect(readLog(extension.instances[0]!.exportLog()).map(({ type }) => type)).toEqual(['slow']);
  }));

  it('reads when they were sent, not when their states were there', marbles((m) => {
    const extension = fakeExtension();
    const store = m.store({ state: 0, commands: { slow: (n, ms: number) => timer(ms).pipe(map(() => n + ms)) } });
    connectDevtools(store, { extension });
    const recorder = recordTrace(store);
    store.tell.slow(5);
    m.cold('--x').subscribe(() => void store.ask.slow(3));
    m.flush();
    expect(readLog(extension.instances[0]!.exportLog())).toEqual([{ time: 0, type: 'slow', payload: 5 }, { time: 2, type: 'slow', payload: 3 }]);
    expect(recorder.recording()).toEqual(readLog(extension.instances[0]!.exportLog()));
  }));

  it('passes over actions of others, and those that only go on with a command', () => {
    const actions = [{ type: '@@INIT' }, { type: 'other', payload: 1 }, { type: 'foreign', meta: null }, { type: 'alike', meta: { form: 'ask', seq: 1, step: 1 } }, { type: 'add ✓', meta: { command: 'add', id: 1, seq: 2, step: 2, form: 'ask', time: 5 } }];
    const log = { stagedActionIds: [0, 1, 2, 3, 4, 7], actionsById: Object.fromEntries(actions.map((action, i) => [i, { action }])) };
    expect(readLog(log)).toEqual([]);
  });

  it.each([['text that is no JSON', '{'], ['no log', '{}'], ['no actions', '{ "stagedActionIds": [] }'], ['nothing', undefined]])('refuses %s', (_what, log) => {
    expect(() => readLog(log)).toThrow(TypeError);
    expect(() => readLog(log)).toThrow('Expected `log');
  });

  it('says what is wrong with a text', () => {
    const error = new TypeError('Expected `log` to be a log exported from the DevTools, got text that is no JSON', { cause: expect.any(SyntaxError) });
    expect(() => readLog('{')).toThrow(error);
  });
});
