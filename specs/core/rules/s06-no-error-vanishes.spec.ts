/** S6: no error vanishes: what nobody takes care of appears on `errors$`, or is reported the way rxjs reports unhandled errors. */
import {
  AskTimeoutError, BusyError, createStore, effect, MailboxFullError, reply, replyLater, StoreClosedError, SupersededError, type, UnknownCommandError,
  type EffectPolicy, type HandlerOutcome, type MailboxOptions, type StoreError,
} from 'ownstate';
import { marbles, type Marbles } from 'ownstate/testing';
import { catchError, concat, config, from, map, mergeMap, NEVER, Observable, of, Subject, timer } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

type Go = (n: number) => HandlerOutcome<number>;

const boom = new Error('boom');
const throws = (): never => {
  throw boom;
};
const fails = (ms: number) => timer(ms).pipe(mergeMap(throws));

/** What was reported the way rxjs reports it. Within a marble test, in virtual time. */
let unhandled: unknown[] = [];
const former = config.onUnhandledError;

describe('S6 No error vanishes', () => {
  beforeEach(() => {
    unhandled = [];
    config.onUnhandledError = (error: unknown) => unhandled.push(error);
  });
  afterEach(() => {
    config.onUnhandledError = former;
  });

  /** How a handler fails, when that's known, and the number of the command that ends by it. */
  const failures: { how: string; go: Go; at: string; seq: number }[] = [
    { how: 'a handler throws',                       go: throws,                                                    at: '--e', seq: 1 },
    { how: 'an Observable of states fails',          go: () => fails(3),                                            at: '-----e', seq: 1 },
    { how: 'an Observable fails after its states',   go: (n) => concat(of(n + 1), fails(3)),                        at: '-----e', seq: 1 },
    { how: 'the source of a later reply fails',      go: (n) => replyLater(n, fails(3)),                            at: '-----e', seq: 1 },
    { how: 'an effect throws',                       go: (n) => effect(n, { run: throws, done: (now: number) => now }), at: '--e', seq: 2 },
    { how: 'an effect fails',                        go: (n) => effect(n, { run: () => fails(3), done: (now: number) => now }), at: '-----e', seq: 2 },
    { how: 'the `done` of an effect throws',         go: (n) => effect(n, { run: () => timer(3), done: (): number => throws() }), at: '-----e', seq: 2 },
  ];

  describe('a failed tell appears on errors$, with its store, number, type and whether it had begun', () => {
    for (const { how, go, at, seq } of failures) {
      it(how, marbles((m) => {
        const store = m.store({ name: 'desk', state: 0, commands: { go } });
        m.cold('                               --g').subscribe(() => store.tell.go());
        const told = { store: 'desk', seq, type: 'go', started: true, quiet: false };
        m.expect(store.errors$).toBeObservable(at, { e: { ...told, error: boom } });
        m.flush();
        expect(unhandled).toEqual([]);
      }));
    }

    it('with the number of the command, counted without gaps over the whole store', marbles((m) => {
      const store = m.store({ name: 'desk', state: 0, commands: { add: (n: number, by: number) => n + by, go: throws } });
      m.cold('                     a-a-g-a-g').subscribe((what) => what === 'a' ? store.tell.add(1) : store.tell.go());
      m.expect(store.errors$.pipe(map(({ seq }) => seq))).toBeObservable('----3---5', { 3: 3, 5: 5 });
    }));
  });

  describe('where nobody watches errors$, a failed tell is reported as unhandled', () => {
    for (const { how, go } of failures) {
      it(how, marbles((m) => {
        const store = m.store({ state: 0, commands: { go } });
        m.cold('--g').subscribe(() => store.tell.go());
        m.flush();
        expect(unhandled).toStrictEqual([boom]);
      }));
    }

    it('in a task of its own, after the sender has gone on', marbles((m) => {
      const store = m.store({ state: 0, commands: { go: throws } });
      const log: string[] = [];
      config.onUnhandledError = () => log.push('reported');
      m.cold('--g').subscribe(() => {
        store.tell.go();
        log.push('told');
      });
      m.flush();
      expect(log).toEqual(['told', 'reported']);
    }));

    it('also after somebody watched it and left', marbles((m) => {
      const store = m.store({ state: 0, commands: { go: throws } });
      m.expect(store.errors$.pipe(map(({ seq }) => String(seq))), '^--!').toBeObservable('-1-');
      m.cold('                                                    -g--g').subscribe(() => store.tell.go());
      m.flush();
      expect(unhandled).toEqual([boom]);
    }));
  });

  describe('a failed reply that nobody observes', () => {
    for (const { how, go, seq } of failures) {
      it(`appears on errors$: ${how}`, marbles((m) => {
        const store = m.store({ name: 'desk', state: 0, commands: { go } });
        m.cold('--g').subscribe(() => void store.ask.go());
        const seen: unknown[] = [];
        store.errors$.subscribe((event) => seen.push(event));
        m.flush();
        expect(seen).toStrictEqual([{ store: 'desk', seq, type: 'go', error: boom, started: true, quiet: false }]);
        expect(unhandled).toEqual([]);
      }));

      it(`is reported as unhandled where nobody watches errors$ either: ${how}`, marbles((m) => {
        const store = m.store({ state: 0, commands: { go } });
        m.cold('--g').subscribe(() => void store.ask.go());
        m.flush();
        expect(unhandled).toStrictEqual([boom]);
      }));
    }

    const store = {
      name: 'desk',
      state: 0,
      commands: { go: throws as Go, slow: (n: number) => timer(5).pipe(map(() => n)) },
      queries: { read: throws },
    };
    it('of a query too, with the number of the last command', marbles((m) => {
      const desk = m.store(store);
      const seen: unknown[] = [];
      desk.errors$.subscribe((event) => seen.push(event));
      desk.tell.slow();
      void desk.ask.read();
      m.flush();
      expect(seen).toStrictEqual([{ store: 'desk', seq: 1, type: 'read', error: boom, started: true, quiet: false }]);
    }));

    it('which the store itself decided: of a timeout, an unknown command', marbles((m) => {
      const desk = m.store(store);
      const seen: unknown[] = [];
      desk.errors$.subscribe(({ seq, type: of, started, error }) => seen.push([seq, of, started, (error as StoreError).code]));
      desk.tell.slow();
      void desk.with({ timeout: 3 }).ask.go();
      void desk.send({ type: 'nope' } as never);
      m.flush();
      expect(seen).toEqual([[1, 'nope', false, 'UNKNOWN_COMMAND'], [1, 'go', false, 'ASK_TIMEOUT']]);
    }));

    it('because its store ended by abort, before errors$ completes', marbles((m) => {
      const controller = new AbortController();
      const desk = m.store(store, { signal: controller.signal });
      const seen: unknown[] = [];
      desk.errors$.subscribe({
        next: ({ type: of, started, error }) => seen.push([of, started, (error as StoreError).code]),
        complete: () => seen.push('complete'),
      });
      void desk.ask.slow();
      m.cold('--a').subscribe(() => controller.abort());
      m.flush();
      expect(seen).toEqual([['slow', true, 'STORE_CLOSED'], 'complete']);
      expect(unhandled).toEqual([]);
    }));

    it('just before its store has drained, before errors$ completes', marbles((m) => {
      const desk = m.store(store);
      const seen: unknown[] = [];
      desk.errors$.subscribe({ next: ({ error }) => seen.push(error), complete: () => seen.push('complete') });
      m.cold('--a').subscribe(() => {
        void desk.ask.go();
        void desk.shutdown();
      });
      m.flush();
      expect(seen).toEqual([boom, 'complete']);
      expect(unhandled).toEqual([]);
    }));

    it('is not taken for observed because another reply is', marbles((m) => {
      const desk = m.store(store);
      const seen: unknown[] = [];
      desk.errors$.subscribe(({ seq }) => seen.push(seq));
      desk.ask.go().subscribe({ error: () => {} });
      void desk.ask.go();
      desk.ask.go().subscribe({ error: () => {} });
      m.flush();
      expect(seen).toEqual([2]);
    }));
  });

  describe('a failed reply that is observed appears nowhere else', () => {
    const observers: { how: string; observe: (reply: Observable<unknown> & PromiseLike<unknown>) => void }[] = [
      { how: 'by a subscriber with an error handler', observe: (reply) => void reply.subscribe({ error: () => {} }) },
      { how: 'by await', observe: (reply) => void reply.then(undefined, () => {}) },
      { how: 'through a pipe', observe: (reply) => void reply.pipe(map(() => 0)).subscribe({ error: () => {} }) },
      { how: 'as the source of something else', observe: (reply) => void from(reply).subscribe({ error: () => {} }) },
    ];
    for (const { how, observe } of observers) {
      it(how, marbles((m) => {
        const store = m.store({ state: 0, commands: { go: throws, slow: () => fails(3) } });
        const seen: unknown[] = [];
        store.errors$.subscribe((event) => seen.push(event));
        // One has failed before it is observed, one fails afterwards.
        observe(store.ask.go());
        observe(store.ask.slow());
        m.flush();
        expect(seen).toEqual([]);
        expect(unhandled).toEqual([]);
      }));
    }

    it('a subscriber without an error handler leaves it to rxjs, which reports it once', marbles((m) => {
      const store = m.store({ state: 0, commands: { go: throws, slow: () => fails(3) } });
      const seen: unknown[] = [];
      store.errors$.subscribe((event) => seen.push(event));
      store.ask.go().subscribe();
      store.ask.slow().subscribe();
      m.flush();
      expect(seen).toEqual([]);
      expect(unhandled).toEqual([boom, boom]);
    }));
  });

  describe('what the store itself decided about a tell goes to errors$ only, and never brings a process down', () => {
    const desk = {
      name: 'desk',
      state: 0,
      commands: {
        hang: (): Observable<number> => NEVER,
        add: (n: number, by: number) => n + by,
        fetch: (n: number, policy: EffectPolicy) => effect(n, { policy, run: () => NEVER, done: (now: number) => now }),
        confirm: (n: number) => replyLater(n, NEVER),
      },
    };
    const open = (m: Marbles, mailbox: MailboxOptions) => {
      const controller = new AbortController();
      return { store: m.store(desk, { mailbox, signal: controller.signal }), abort: () => controller.abort() };
    };
    const add = { store: 'desk', type: 'add', started: false };
    const fetch = { store: 'desk', type: 'fetch', started: true };
    const hang = { store: 'desk', type: 'hang', started: true };
    const confirm = { store: 'desk', type: 'confirm', started: true };
    interface Decision {
      readonly what: string;
      readonly mailbox?: MailboxOptions;
      readonly act: (given: ReturnType<typeof open>) => void;
      /** What errors$ emits, by the letters of the errors. */
      readonly errors: string;
      readonly seq: number;
      readonly e: StoreError;
      readonly f?: StoreError;
    }
    const decisions: Decision[] = [
      {
        what: 'superseded',
        act: ({ store: { tell } }) => (tell.fetch('switch'), tell.fetch('switch')),
        errors: '--e    ', seq: 1, e: new SupersededError(fetch),
      }, {
        what: 'busy',
        act: ({ store: { tell } }) => (tell.fetch('exhaust'), tell.fetch('exhaust')),
        errors: '--e    ', seq: 2, e: new BusyError(fetch),
      }, {
        what: 'refused by a full mailbox',
        mailbox: { capacity: 1 },
        act: ({ store: { tell } }) => (tell.hang(), tell.add(1), tell.add(2)),
        errors: '--e    ', seq: 1, e: new MailboxFullError(add, 1),
      }, {
        what: 'dropped from a full mailbox',
        mailbox: { capacity: 1, overflow: 'drop-oldest' },
        act: ({ store: { tell } }) => (tell.hang(), tell.add(1), tell.add(2)),
        errors: '--e    ', seq: 1, e: new MailboxFullError(add, 1),
      }, {
        what: 'no room for one more effect',
        mailbox: { capacity: 1 },
        act: ({ store: { tell } }) => (tell.confirm(), tell.fetch('merge')),
        errors: '--e    ', seq: 2, e: new MailboxFullError(fetch, 1),
      }, {
        what: 'no room for one more later reply',
        mailbox: { capacity: 1 },
        act: ({ store: { tell } }) => (tell.fetch('merge'), tell.confirm()),
        errors: '--e    ', seq: 2, e: new MailboxFullError(confirm, 1),
      }, {
        what: 'sent while the store drains',
        act: ({ store }) => (store.tell.hang(), void store.shutdown(), store.tell.add(1)),
        errors: '--e    ', seq: 1, e: new StoreClosedError(add),
      }, {
        what: 'running, or waiting, when the store aborts',
        act: ({ store, abort }) => (store.tell.hang(), store.tell.add(1), abort()),
        errors: '--(ef|)', seq: 1, e: new StoreClosedError(hang), f: new StoreClosedError(add),
      }, {
        what: 'its effect in flight when the store aborts',
        act: ({ store, abort }) => (store.tell.fetch('merge'), abort()),
        errors: '--(e|) ', seq: 1, e: new StoreClosedError(fetch),
      }, {
        what: 'its later reply in flight when the store aborts',
        act: ({ store, abort }) => (store.tell.confirm(), abort()),
        errors: '--(e|) ', seq: 1, e: new StoreClosedError(confirm),
      },
    ];
    for (const { what, mailbox = {}, act, errors, seq, e, f = e } of decisions) {
      it(`${what}: on errors$`, marbles((m) => {
        const given = open(m, mailbox);
        const event = (error: StoreError) => ({ store: 'desk', seq, type: error.type, error, started: error.started, quiet: true });
        m.cold('                                      --a    ').subscribe(() => act(given));
        // Cut there, since what hangs fails too when the test ends its store.
        m.expect(given.store.errors$, '               ^--!   ').toBeObservable(errors, { e: event(e), f: event(f) });
        m.flush();
        expect(unhandled).toEqual([]);
      }));

      it(`${what}: unwatched, nothing`, marbles((m) => {
        const given = open(m, mailbox);
        m.cold('--a').subscribe(() => act(given));
        m.flush();
        expect(unhandled).toEqual([]);
      }));
    }

    it('sent when the store has closed: nothing, since errors$ has completed', marbles((m) => {
      const { store, abort } = open(m, {});
      m.cold('                              --a---').subscribe(abort);
      m.cold('                              ----t-').subscribe(() => store.tell.add(1));
      m.expect(store.errors$).toBeObservable('--|');
      m.flush();
      expect(unhandled).toEqual([]);
    }));
  });

  describe('while the store drains', () => {
    for (const { how, go, seq } of failures) {
      it(`a failed tell appears on errors$ before it completes: ${how}`, marbles((m) => {
        const store = m.store({ name: 'desk', state: 0, commands: { go, slow: (n: number) => timer(2).pipe(map(() => n)) } });
        const seen: unknown[] = [];
        store.errors$.subscribe({ next: (event) => seen.push(event), complete: () => seen.push('complete') });
        // First of all, so that it's still to be handled, or in flight, when the store is shut down.
        store.tell.slow();
        store.tell.go();
        void store.shutdown();
        m.flush();
        expect(seen).toStrictEqual([{ store: 'desk', seq: seq + 1, type: 'go', error: boom, started: true, quiet: false }, 'complete']);
        expect(unhandled).toEqual([]);
      }));

      it(`an ask gets that very error: ${how}`, marbles((m) => {
        const store = m.store({ state: 0, commands: { go, slow: (n: number) => timer(2).pipe(map(() => n)) } });
        const seen: unknown[] = [];
        store.tell.slow();
        store.ask.go().subscribe({ error: (error: unknown) => seen.push(error) });
        void store.shutdown();
        m.flush();
        expect(seen).toStrictEqual([boom]);
      }));
    }
  });

  describe('a promise that a handler gave back, rejected when nobody wants it any more, brings no process down', () => {
    const never = new Promise<number>(() => {});
    const cases: [string, (late: () => Promise<number>) => Go][] = [
      ['the promise of a later reply for which there is no room', (late) => (n) => replyLater(n, late())],
      ['the promise of an effect that was switched away', (late) => (n) => effect(n, { policy: 'switch', run: late, done: (now: number) => now })],
      ['the promise of a handler whose store was aborted', (late) => late],
      ['the promise of a later reply whose store was aborted', (late) => (n) => replyLater(n, late())],
      ['the promise of an effect whose store was aborted', (late) => (n) => effect(n, { run: late, done: (now: number) => now })],
    ];
    it.each(cases)('%s', async (what, go) => {
      const rejections: unknown[] = [];
      const watching = process.listeners('unhandledRejection');
      process.removeAllListeners('unhandledRejection');
      process.on('unhandledRejection', (error) => rejections.push(error));
      try {
        const controller = new AbortController();
        let reject: (error: Error) => void = () => {};
        const promises = [new Promise<number>((_resolve, no) => { reject = no; })];
        const store = createStore({
          state: 0,
          // Only the first one rejects.
          commands: { go: go(() => promises.shift() ?? never), wait: (n: number) => replyLater(n, never) },
        }, { mailbox: { capacity: what.includes('no room') ? 1 : 2 }, signal: controller.signal });
        if (what.includes('no room')) store.tell.wait();
        store.tell.go();
        if (what.includes('switched away')) store.tell.go();
        if (what.includes('aborted')) controller.abort();
        reject(boom);
        // Node looks for rejections that nobody handles between two of its tasks.
        await new Promise(setImmediate);
        controller.abort();
        // And rxjs reports in a task of its own, which is over when this one is.
        await new Promise((over) => setTimeout(over));
        expect(rejections).toEqual([]);
        expect(unhandled).toEqual([]);
      } finally {
        process.removeAllListeners('unhandledRejection');
        for (const listener of watching) process.on('unhandledRejection', listener);
      }
    });
  });

  describe('a failed reply whose observers have all unsubscribed', () => {
    const desk = { name: 'desk', state: 0, commands: { hang: () => fails(5) } };
    const event = { store: 'desk', seq: 1, type: 'hang', error: boom, started: true, quiet: true };

    it('appears on errors$, as one that nobody is to handle', marbles((m) => {
      const store = m.store(desk);
      const asked = store.ask.hang();
      m.expect(asked, '^-!').toBeObservable('---');
      m.expect(store.errors$).toBeObservable('-----e', { e: event });
      m.flush();
      expect(unhandled).toEqual([]);
    }));

    it('does so whatever the store decided', marbles((m) => {
      const store = m.store({ name: 'desk', state: 0, commands: { hang: () => NEVER } });
      const asked = store.with({ timeout: 5 }).ask.hang();
      m.expect(asked, '                  ^-!').toBeObservable('---');
      const error = new AskTimeoutError({ store: 'desk', type: 'hang', started: true }, 5);
      m.expect(store.errors$, '         ^-----!').toBeObservable('-----e', { e: { ...event, error } });
      m.flush();
      expect(unhandled).toEqual([]);
    }));

    it('is not reported where nobody watches errors$', marbles((m) => {
      m.expect(m.store(desk).ask.hang(), '^-!').toBeObservable('---');
      m.flush();
      expect(unhandled).toEqual([]);
    }));

    it('stays with those who are still there', marbles((m) => {
      const store = m.store(desk);
      const asked = store.ask.hang();
      m.expect(asked, '^-!').toBeObservable('---');
      m.expect(asked).toBeObservable('       -----#', undefined, boom);
      m.expect(store.errors$).toBeObservable('------');
    }));

    it('stays with who awaits it', async () => {
      const store = createStore({ state: 0, commands: { hang: () => Promise.reject(boom) } });
      const seen: unknown[] = [];
      store.errors$.subscribe((each) => seen.push(each));
      const asked = store.ask.hang();
      asked.subscribe({ error: () => undefined }).unsubscribe();
      expect(await asked.then(undefined, (error: unknown) => error)).toBe(boom);
      expect(seen).toEqual([]);
    });
  });

  describe('a source of commands', () => {
    const desk = { name: 'desk', state: 0, commands: { add: (n: number, by: number) => n + by, go: throws as Go } };

    it('its error appears on errors$ and ends nothing', marbles((m) => {
      const store = m.store(desk);
      m.cold('                               --a--#   ', { a: { type: 'add' as const, payload: 1 } }, boom).subscribe(store.commands$);
      m.cold('                               -------a ', { a: { type: 'add' as const, payload: 1 } }).subscribe(store.commands$);
      m.expect(store.errors$).toBeObservable('-----e   ', { e: { store: 'desk', seq: 1, type: '', error: boom, started: false, quiet: false } });
      m.expect(store.select()).toBeObservable('0-1----2', { 0: 0, 1: 1, 2: 2 });
      m.flush();
      expect(unhandled).toEqual([]);
    }));

    it('its error is reported as unhandled where nobody watches errors$', marbles((m) => {
      const store = m.store(desk);
      m.cold('--#', undefined, boom).subscribe(store.commands$ as never);
      m.flush();
      expect(unhandled).toEqual([boom]);
    }));

    it('a message of a type that is not there appears on errors$, and the rest goes on', marbles((m) => {
      const store = m.store(desk);
      const messages = { n: { type: 'nope' } as never, a: { type: 'add' as const, payload: 1 } };
      m.cold('                                -a-n-a', messages).subscribe(store.commands$);
      const error = new UnknownCommandError({ store: 'desk', type: 'nope', started: false }, ['add', 'go']);
      m.expect(store.errors$).toBeObservable(' ---e  ', { e: { store: 'desk', seq: 1, type: 'nope', error, started: false, quiet: false } });
      m.expect(store.select()).toBeObservable('01---2', { 0: 0, 1: 1, 2: 2 });
      m.flush();
      expect(unhandled).toEqual([]);
    }));

    it('a message that fails appears on errors$, and the rest goes on', marbles((m) => {
      const store = m.store(desk);
      const messages = { g: { type: 'go' as const }, a: { type: 'add' as const, payload: 1 } };
      m.cold('                                -g-a', messages).subscribe(store.commands$);
      m.expect(store.errors$).toBeObservable(' -e  ', { e: { store: 'desk', seq: 1, type: 'go', error: boom, started: true, quiet: false } });
      m.expect(store.select()).toBeObservable('0--1', { 0: 0, 1: 1 });
    }));
  });

  describe('a tell of a handler to its own store', () => {
    it('that fails appears on errors$ under its own type', marbles((m) => {
      const store = m.store({
        name: 'desk',
        state: 0,
        commands: { go: throws, start: (n: number, _payload: void, { tell }: { tell: (type: string) => void }) => (tell('go'), n + 1) },
      });
      m.cold('                               --a').subscribe(() => store.tell.start());
      m.expect(store.errors$).toBeObservable('--e', { e: { store: 'desk', seq: 2, type: 'go', error: boom, started: true, quiet: false } });
    }));
  });

  describe('an observer that throws harms no one else', () => {
    const desk = {
      state: 0,
      events: type<number>(),
      commands: {
        add: (n: number, by: number, { emit }: { emit: (event: number) => void }) => (emit(by), n + by),
        go: throws as Go,
      },
    };
    type Desk = ReturnType<typeof open>;
    const open = (m: Marbles) => m.store(desk);
    const outputs: { output: string; watch: (store: Desk) => Observable<unknown> }[] = [
      { output: 'select',    watch: (store) => store.select() },
      { output: 'events$',   watch: (store) => store.events$ },
      { output: 'trace$',    watch: (store) => store.trace$ },
      { output: 'errors$',   watch: (store) => store.errors$ },
      { output: 'commands$', watch: (store) => store.commands$ },
    ];
    for (const { output, watch } of outputs) {
      it(`an observer of ${output}: the others see everything, the store goes on, the error is reported`, marbles((m) => {
        const store = open(m);
        const times = { before: 0, thrower: 0, after: 0 };
        watch(store).subscribe(() => times.before++);
        watch(store).subscribe(() => {
          times.thrower++;
          throw boom;
        });
        watch(store).subscribe(() => times.after++);
        const errors = new Subject();
        if (output !== 'errors$') store.errors$.subscribe(errors);
        const asks = m.cold('  a--b--(c|)', { a: 1, b: 2, c: 3 });
        m.cold('               -g--g').subscribe(() => store.tell.go());
        const replies = asks.pipe(mergeMap((by) => store.ask.add(by)), map(() => store.snapshot()));
        m.expect(replies).toBeObservable('a--b--(c|)', { a: 1, b: 3, c: 6 });
        m.flush();
        expect(times.before).toBeGreaterThanOrEqual(2);
        expect(times.after).toBe(times.before);
        expect(times.thrower).toBe(times.before);
        expect(unhandled).toEqual(Array.from({ length: times.thrower }, () => boom));
      }));
    }

    it('a subscriber of a reply: the other subscribers get it, the store goes on, the error is reported', marbles((m) => {
      const store = m.store({ state: 0, commands: { slow: (n: number) => timer(3).pipe(map(() => n + 1)) } });
      const slow = store.ask.slow();
      const seen: string[] = [];
      slow.subscribe(() => seen.push('before'));
      slow.subscribe(throws);
      slow.subscribe(() => seen.push('after'));
      const next = store.ask.slow();
      next.subscribe(() => seen.push('next'));
      m.flush();
      // Settled by now.
      next.subscribe(throws);
      next.subscribe(() => seen.push('late'));
      m.flush();
      expect(seen).toEqual(['before', 'after', 'next', 'late']);
      expect(unhandled).toEqual([boom, boom]);
      expect(store.snapshot()).toBe(2);
    }));

    it('a projector that throws fails its own select alone', marbles((m) => {
      const store = open(m);
      m.cold('                                  --a--b').subscribe(() => store.tell.add(1));
      m.expect(store.select((n) => n === 1 ? throws() : n)).toBeObservable('0-#   ', { 0: 0 }, boom);
      m.expect(store.select()).toBeObservable(' 0-1--2', { 0: 0, 1: 1, 2: 2 });
    }));

    it('an `equal` that throws fails its own select alone', marbles((m) => {
      const store = open(m);
      m.cold('                                              --a--b').subscribe(() => store.tell.add(1));
      m.expect(store.select((n) => n, throws)).toBeObservable('0-#   ', { 0: 0 }, boom);
      m.expect(store.select()).toBeObservable('             0-1--2', { 0: 0, 1: 1, 2: 2 });
    }));

    it('a view that throws fails those who select, and no command', marbles((m) => {
      const store = m.store({ state: 0, view: (n: number) => n === 1 ? throws() : n, commands: { add: (n: number, by: number) => n + by } });
      const asks = m.cold('                  --a--(b|)');
      m.expect(asks.pipe(mergeMap(() => store.ask.add(1)), map(() => 'ok'))).toBeObservable('--a--(b|)', { a: 'ok', b: 'ok' });
      m.expect(store.select()).toBeObservable('            0-#      ', { 0: 0 }, boom);
      m.expect(store.select(), '---^').toBeObservable('    ---#     ', undefined, boom);
      m.expect(store.select(), '------^').toBeObservable(' ------2  ', { 2: 2 });
    }));

    it('a select of a state without a view fails alone', marbles((m) => {
      const store = m.store({
        state: () => new Map<string, number>(),
        commands: { put: (entries, key: string) => reply(entries.set(key, 1), entries.size) },
      });
      const select = store.select().pipe(map(() => 'seen'), catchError((error: unknown) => of((error as Error).name)));
      m.expect(select).toBeObservable('           (e|)   ', { e: 'TypeError' });
      const asks = m.cold('                       --a--(b|)', { a: 'a', b: 'b' });
      m.expect(asks.pipe(mergeMap((key) => store.ask.put(key)))).toBeObservable('--a--(b|)', { a: 1, b: 2 });
    }));

    it('a teardown that throws when the store aborts: all else ends as it should', marbles((m) => {
      const controller = new AbortController();
      const store = m.store({
        state: 0,
        commands: { hang: (): Observable<number> => new Observable(() => throws), add: (n: number, by: number) => n + by },
      }, { signal: controller.signal });
      const codes = (reply: Observable<unknown>) => reply.pipe(map(String));
      const hang = store.ask.hang();
      const add = store.ask.add(1);
      m.cold('                                   --a').subscribe(() => controller.abort());
      m.expect(codes(hang)).toBeObservable('     --#', undefined, new StoreClosedError({ store: 'store', type: 'hang', started: true }));
      m.expect(codes(add)).toBeObservable('      --#', undefined, new StoreClosedError({ store: 'store', type: 'add', started: false }));
      m.expect(store.trace$.pipe(map(({ kind }) => kind === 'phase' ? 'p' : 's'))).toBeObservable('--(pss|)');
    }));

    it('a teardown that throws when an effect is switched away: the newer one and the store go on', marbles((m) => {
      const store = m.store({
        state: 0,
        commands: {
          fetch: (n, teardown: () => void) => effect(n, {
            policy: 'switch',
            run: () => new Observable<number>((subscriber) => {
              const pending = timer(3).subscribe(() => {
                subscriber.next(1);
                subscriber.complete();
              });
              return () => {
                const early = !pending.closed;
                pending.unsubscribe();
                if (early) teardown();
              };
            }),
            done: (now, value) => now + value,
          }),
          add: (n: number, by: number) => n + by,
        },
      });
      store.ask.fetch(throws).subscribe({ error: () => {} });
      m.cold('                                --b').subscribe(() => store.ask.fetch(() => {}).subscribe({ error: () => {} }));
      m.cold('                                ---c').subscribe(() => store.tell.add(5));
      m.expect(store.select()).toBeObservable('0--a-b', { 0: 0, a: 5, b: 6 });
    }));
  });
});
