/** S7: timeouts and abort signals: what waits is withdrawn, what runs is told so, and neither costs much. */
import {
  AskAbortedError, AskTimeoutError, createStore, effect, reply, replyLater, type AskOptions, type Client, type HandlerOutcome, type StoreError,
} from 'ownstate';
import { marbles, type Marbles } from 'ownstate/testing';
import { concat, config, map, mergeMap, NEVER, Observable, of, timer, VirtualTimeScheduler } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const after = <T>(ms: number, value: T) => timer(ms).pipe(map(() => value));

/** Works off virtual time up to `time`. */
function runTo(clock: VirtualTimeScheduler, time: number): void {
  clock.maxFrames = time;
  clock.flush();
}

/** The two ways for an ask to end after 3 ms without an answer. */
const limits: { limit: string; of: (m: Marbles) => AskOptions; error: (type: string, started: boolean) => StoreError }[] = [
  {
    limit: 'when its timeout passes',
    of: () => ({ timeout: 3 }),
    error: (type, started) => new AskTimeoutError({ store: 'store', type, started }, 3),
  }, {
    limit: 'when its signal aborts',
    of: (m) => {
      const controller = new AbortController();
      m.cold('---a').subscribe(() => controller.abort('gone'));
      return { signal: controller.signal };
    },
    error: (type, started) => new AskAbortedError({ store: 'store', type, started }, 'gone'),
  },
];

describe('S7 Timeouts', () => {
  for (const { limit, of: limited, error } of limits) {
    describe(limit, () => {
      it('an ask that waits is withdrawn and never runs', marbles((m) => {
        const store = m.store({
          state: '',
          commands: { slow: (log: string) => after(6, `${log}s`), add: (log: string, what: string) => log + what },
        });
        const client = store.with(limited(m));
        store.tell.slow();
        m.expect(client.ask.add('a')).toBeObservable('---#  ', undefined, error('add', false));
        m.cold('                                                        -b    ').subscribe((b) => store.tell.add(b));
        m.expect(store.select()).toBeObservable('                        0-----(sb)', { 0: '', s: 's', b: 'sb' });
      }));

      it('its place in the mailbox is free at once', marbles((m) => {
        const store = m.store({ state: 0, commands: { slow: (n: number) => after(6, n), add: (n: number, by: number) => n + by } });
        store.tell.slow();
        store.with(limited(m)).ask.add(1).subscribe({ error: () => {} });
        const waiting = m.cold('   --a-b', { a: 0, b: 0 }).pipe(map(() => store.status().waiting));
        m.expect(waiting).toBeObservable('--a-b', { a: 1, b: 0 });
      }));

      it('an ask that runs fails, its context.signal aborts, and what it returns is still folded', marbles((m) => {
        const aborts: [number, unknown][] = [];
        const store = m.store({
          state: 0,
          commands: {
            slow: (n, _payload: void, { signal, now }) => {
              signal.addEventListener('abort', () => aborts.push([now(), signal.reason]));
              return after(6, reply(n + 1, 'late'));
            },
          },
        });
        const slow = store.with(limited(m)).ask.slow();
        m.expect(slow).toBeObservable('          ---#   ', undefined, error('slow', true));
        m.expect(store.select()).toBeObservable('0-----1', { 0: 0, 1: 1 });
        // The late reply goes nowhere.
        m.expect(slow, '-------^').toBeObservable('-------#', undefined, error('slow', true));
        m.flush();
        expect(aborts).toStrictEqual([[3, error('slow', true)]]);
      }));

      it('an ask that runs keeps the owner until it ends: no other command is handled meanwhile', marbles((m) => {
        const store = m.store({
          state: '',
          commands: { slow: (log: string) => after(6, `${log}s`), add: (log: string, what: string) => log + what },
        });
        store.with(limited(m)).ask.slow().subscribe({ error: () => {} });
        m.cold('                                ----b ').subscribe((b) => store.tell.add(b));
        m.expect(store.select()).toBeObservable('0-----(sb)', { 0: '', s: 's', b: 'sb' });
      }));

      it('each emission of an Observable that runs on is still folded', marbles((m) => {
        const steps = m.cold('                   -a--b--c|', { a: 1, b: 2, c: 3 });
        const store = m.store({ state: 0, commands: { slow: (): Observable<number> => steps } });
        const slow = store.with(limited(m)).ask.slow();
        m.expect(slow).toBeObservable('          ---#     ', undefined, error('slow', true));
        m.expect(store.select()).toBeObservable('01--2--3 ', { 0: 0, 1: 1, 2: 2, 3: 3 });
      }));

      it('a context.signal that is read only afterwards has aborted already', marbles((m) => {
        const store = m.store({
          state: '',
          commands: {
            slow: (_log, _payload: void, context) => timer(6).pipe(map(() => context.signal.aborted ? 'aborted' : 'not')),
          },
        });
        store.with(limited(m)).ask.slow().subscribe({ error: () => {} });
        m.expect(store.select()).toBeObservable('0-----a', { 0: '', a: 'aborted' });
      }));

      it('an effect that waits in its lane never runs', marbles((m) => {
        const ran: string[] = [];
        const store = m.store({
          state: 0,
          commands: {
            fetch: (n, what: string) => effect(n, { run: () => (ran.push(what), after(6, 1)), done: (now, value) => now + value }),
          },
        });
        store.tell.fetch('first');
        m.expect(store.with(limited(m)).ask.fetch('second')).toBeObservable('---#  ', undefined, error('fetch', true));
        m.expect(store.select()).toBeObservable('                                       0-----1', { 0: 0, 1: 1 });
        m.flush();
        expect(ran).toEqual(['first']);
      }));

      it('an effect that leaves its lane lets none behind it begin before its turn', marbles((m) => {
        const runs: [string, number][] = [];
        const store = m.store({
          state: 0,
          commands: {
            fetch: (n, what: string, { now: time }) => effect(n, {
              run: () => (runs.push([what, time()]), after(6, 1)),
              done: (now, value) => now + value,
            }),
          },
        });
        store.tell.fetch('first');
        store.with(limited(m)).ask.fetch('second').subscribe({ error: () => {} });
        store.tell.fetch('third');
        m.expect(store.select()).toBeObservable('0-----1-----2', { 0: 0, 1: 1, 2: 2 });
        m.flush();
        expect(runs).toEqual([['first', 0], ['third', 6]]);
      }));

      it('an effect that runs sees its signal abort, and its result is still folded', marbles((m) => {
        const aborts: number[] = [];
        const store = m.store({
          state: 0,
          commands: {
            fetch: (n, _payload: void, { now: time }) => effect(n, {
              run: ({ signal }) => (signal.addEventListener('abort', () => aborts.push(time())), after(6, 1)),
              done: (now, value) => now + value,
            }),
          },
        });
        m.expect(store.with(limited(m)).ask.fetch()).toBeObservable('---#  ', undefined, error('fetch', true));
        m.expect(store.select()).toBeObservable('                               0-----1', { 0: 0, 1: 1 });
        m.flush();
        expect(aborts).toEqual([3]);
      }));

      it('a later reply is given up: its Observable is unsubscribed, its state stays', marbles((m) => {
        const answer = m.cold('                  ------a|');
        const store = m.store({ state: 0, commands: { confirm: (n: number) => replyLater(n + 1, answer) } });
        const confirm = store.with(limited(m)).ask.confirm();
        m.expect(confirm).toBeObservable('       ---#   ', undefined, error('confirm', true));
        m.expect(answer).toHaveSubscriptions('   ^--!   ');
        m.expect(store.select()).toBeObservable('1      ', { 1: 1 });
        m.flush();
        expect(store.status().replies).toBe(0);
      }));

      it('a query that waits is withdrawn too', marbles((m) => {
        let reads = 0;
        const store = m.store({
          state: 0,
          commands: { slow: (n: number) => after(6, n) },
          queries: { get: (n: number) => (reads++, n) },
        });
        store.tell.slow();
        m.expect(store.with(limited(m)).ask.get()).toBeObservable('---#', undefined, error('get', false));
        m.flush();
        expect(reads).toBe(0);
      }));
    });
  }

  describe('a late failure goes to errors$ only', () => {
    const boom = new Error('boom');
    const former = config.onUnhandledError;
    let unhandled: unknown[] = [];
    beforeEach(() => {
      unhandled = [];
      config.onUnhandledError = (error: unknown) => unhandled.push(error);
    });
    afterEach(() => {
      config.onUnhandledError = former;
    });

    for (const { limit, of: limited, error } of limits) {
      for (const kind of ['slow', 'fetch'] as const) {
        const open = (m: Marbles) => m.store({
          state: 0,
          commands: {
            slow: (): Observable<number> => timer(6).pipe(map(() => { throw boom; })),
            fetch: (n: number) => effect(n, { run: () => timer(6).pipe(map(() => { throw boom; })), done: (now: number) => now }),
          },
        });
        const what = kind === 'slow' ? 'of a handler' : 'of an effect';

        it(`${what}, ${limit}: it is on errors$`, marbles((m) => {
          const store = open(m);
          const reply$ = store.with(limited(m)).ask[kind]();
          m.expect(reply$).toBeObservable('           ---#   ', undefined, error(kind, true));
          const event = { store: 'store', seq: kind === 'slow' ? 1 : 2, type: kind, error: boom, started: true, quiet: true };
          m.expect(store.errors$).toBeObservable('    ------e', { e: event });
          m.expect(reply$, '-------^').toBeObservable('-------#', undefined, error(kind, true));
          m.flush();
          expect(unhandled).toEqual([]);
        }));

        it(`${what}, ${limit}: unwatched, it is nowhere`, marbles((m) => {
          const store = open(m);
          store.with(limited(m)).ask[kind]().subscribe({ error: () => {} });
          m.flush();
          expect(unhandled).toEqual([]);
          expect(store.status().failed).toBe(1);
        }));
      }
    }

    it.each<[string, (late: Promise<never>) => (n: number) => HandlerOutcome<number>]>([
      ['a handler that rejects',                (late) => () => late],
      ['an effect that rejects',                (late) => (n) => effect(n, { run: () => late, done: (now: number) => now })],
      ['the promise of a later reply, rejected', (late) => (n) => replyLater(n, late)],
    ])('%s, when its ask has timed out', async (_what, go) => {
      const clock = new VirtualTimeScheduler();
      let reject: (error: Error) => void = () => {};
      const late = new Promise<never>((_resolve, no) => { reject = no; });
      const store = createStore({ state: 0, commands: { go: go(late) } }, { scheduler: clock, timeout: 3 });
      const seen: unknown[] = [];
      store.errors$.subscribe(({ type, error, started }) => seen.push([type, error, started]));
      const asked = store.ask.go().then(undefined, (error: unknown) => (error as StoreError).code);
      runTo(clock, 3);
      expect(await asked).toBe('ASK_TIMEOUT');
      reject(boom);
      await late.catch(() => {});
      // A few turns, for the rejection to come through.
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
      expect(seen).toEqual([['go', boom, true]]);
      expect(unhandled).toEqual([]);
      await store.shutdown();
    });
  });

  describe('the timeout', () => {
    it('runs from the sending, not from the start of the handler', marbles((m) => {
      const store = m.store({ state: 0, commands: { slow: (n: number) => after(5, n) } }, { timeout: 8 });
      const ask = (times: string) => m.cold(times).pipe(mergeMap(() => store.ask.slow()), map(() => 'v'));
      const site = { store: 'store', type: 'slow' };
      m.expect(ask('                (a|)       ')).toBeObservable('-----(v|)  ');
      m.expect(ask('                -(b|)      ')).toBeObservable('---------# ', undefined, new AskTimeoutError({ ...site, started: true }, 8));
      m.expect(ask('                --(c|)     ')).toBeObservable('----------#', undefined, new AskTimeoutError({ ...site, started: false }, 8));
    }));

    it('is 30,000 ms unless said otherwise', marbles((m) => {
      const store = m.store({ state: 0, commands: { hang: (): Observable<number> => NEVER } });
      const error = new AskTimeoutError({ store: 'store', type: 'hang', started: true }, 30_000);
      m.expect(store.ask.hang()).toBeObservable('30s #', undefined, error);
    }));

    type Hanging = Client<typeof hanging>;
    const clients: { whose: string; client: (store: Hanging) => Hanging; replies: string; timeout: number }[] = [
      { whose: 'is the store\'s own for its asks',     client: (store) => store,                                           replies: '-----#', timeout: 5 },
      { whose: 'is the client\'s for its asks',        client: (store) => store.with({ timeout: 3 }),                      replies: '---#  ', timeout: 3 },
      { whose: 'of a client may be the longer one',   client: (store) => store.with({ timeout: 7 }),                      replies: '-------#', timeout: 7 },
      { whose: 'of the innermost client wins',        client: (store) => store.with({ timeout: 9 }).with({ timeout: 2 }), replies: '--#   ', timeout: 2 },
      { whose: 'of the innermost wins, also if longer', client: (store) => store.with({ timeout: 2 }).with({ timeout: 4 }), replies: '----# ', timeout: 4 },
      {
        whose: 'of an outer client stays where the inner sets a signal',
        client: (store) => store.with({ timeout: 2 }).with({ signal: new AbortController().signal }),
        replies: '--#   ', timeout: 2,
      },
    ];
    const hanging = { state: 0, commands: { hang: (): Observable<number> => NEVER } };
    for (const { whose, client, replies, timeout } of clients) {
      it(whose, marbles((m) => {
        const asked = client(m.store(hanging, { timeout: 5 })).ask.hang();
        m.expect(asked).toBeObservable(replies, undefined, new AskTimeoutError({ store: 'store', type: 'hang', started: true }, timeout));
      }));
    }

    it('of the store stays as it is when a client has another', marbles((m) => {
      const store = m.store(hanging, { timeout: 5 });
      store.with({ timeout: 2 });
      const error = new AskTimeoutError({ store: 'store', type: 'hang', started: true }, 5);
      m.expect(store.ask.hang()).toBeObservable('-----#', undefined, error);
    }));

    it('holds for an ask sent as a message', marbles((m) => {
      const store = m.store(hanging);
      const error = new AskTimeoutError({ store: 'store', type: 'hang', started: true }, 3);
      m.expect(store.with({ timeout: 3 }).send({ type: 'hang' })).toBeObservable('---#', undefined, error);
    }));

    it('of Infinity never passes', marbles((m) => {
      const store = m.store({ state: 0, commands: { slow: (n: number) => after(100_000, reply(n, 'v')) } }, { timeout: Infinity });
      m.expect(store.ask.slow()).toBeObservable('100s (v|)');
    }));

    it('of each ask passes at its own time, whatever the order of the asks', marbles((m) => {
      const store = m.store({ state: 0, commands: { hang: (): Observable<number> => NEVER, add: (n: number, by: number) => n + by } });
      const { tell, with: limit } = { tell: store.tell, with: (timeout: number) => store.with({ timeout }) };
      const add = (at: string, timeout: number) => m.cold(at).pipe(mergeMap(() => limit(timeout).ask.add(1)));
      const error = (timeout: number) => new AskTimeoutError({ store: 'store', type: 'add', started: false }, timeout);
      tell.hang();
      m.expect(add('a       ', 9)).toBeObservable('---------#', undefined, error(9));
      m.expect(add('a       ', 4)).toBeObservable('----#     ', undefined, error(4));
      m.expect(add('-a      ', 4)).toBeObservable('-----#    ', undefined, error(4));
      m.expect(add('--a     ', 1)).toBeObservable('---#      ', undefined, error(1));
      m.expect(add('---a    ', 4)).toBeObservable('-------#  ', undefined, error(4));
      m.expect(add('------a ', 2)).toBeObservable('--------# ', undefined, error(2));
    }));

    it('does not concern an ask that was answered before, nor its context.signal', marbles((m) => {
      const signals: AbortSignal[] = [];
      const store = m.store({
        state: 0,
        commands: { slow: (n, _payload: void, { signal }) => (signals.push(signal), after(2, reply(n, 'v'))) },
      }, { timeout: 5 });
      m.expect(store.ask.slow()).toBeObservable('--(v|)');
      // Another ask, so that virtual time goes on beyond the deadline of the first.
      m.cold('--------a').subscribe(() => store.ask.slow().subscribe());
      m.flush();
      expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
      expect(store.status().timedOut).toBe(0);
    }));

    it('does not concern a tell', marbles((m) => {
      const store = m.store({
        state: '',
        commands: { slow: (_log, _payload: void, { signal }) => timer(9).pipe(map(() => `aborted: ${signal.aborted}`)) },
      }, { timeout: 3 });
      m.cold('                                a---------').subscribe(() => store.tell.slow());
      m.expect(store.select()).toBeObservable('0--------e', { 0: '', e: 'aborted: false' });
      m.expect(store.errors$, '^---------!').toBeObservable('----------');
    }));

    it('is counted in the status, and an abort is not', marbles((m) => {
      const store = m.store({ state: 0, commands: { hang: (): Observable<number> => NEVER } });
      const controller = new AbortController();
      const silent = { error: () => {} };
      store.with({ timeout: 2 }).ask.hang().subscribe(silent);
      store.with({ timeout: 4 }).ask.hang().subscribe(silent);
      store.with({ signal: controller.signal }).ask.hang().subscribe(silent);
      m.cold('                                        ------a ').subscribe(() => controller.abort());
      const counts = m.cold('                         -a-b-c-d').pipe(map(() => store.status().timedOut));
      m.expect(counts, '^-------!').toBeObservable('  -a-b-c-d', { a: 0, b: 1, c: 2, d: 2 });
    }));

    it('that passes for several asks at once fails them in the order of sending', marbles((m) => {
      const store = m.store({ state: 0, commands: { hang: (): Observable<number> => NEVER, add: (n: number, by: number) => n + by } });
      const order: number[] = [];
      store.tell.hang();
      for (const by of [1, 2, 3]) store.with({ timeout: 3 }).ask.add(by).subscribe({ error: () => order.push(by) });
      m.flush();
      expect(order).toEqual([1, 2, 3]);
    }));

    it('of an ask that is sent when another fails counts from then', marbles((m) => {
      const store = m.store({ state: 0, commands: { hang: (): Observable<number> => NEVER, add: (n: number, by: number) => n + by } });
      const client = store.with({ timeout: 3 });
      const times: number[] = [];
      const again = () => {
        times.push(m.scheduler.now());
        if (times.length < 4) client.ask.add(1).subscribe({ error: again });
      };
      store.tell.hang();
      client.ask.add(1).subscribe({ error: again });
      m.flush();
      expect(times).toEqual([3, 6, 9, 12]);
    }));
  });

  describe('the cost of deadlines', () => {
    const definition = { state: 0, commands: { hang: (): Observable<number> => NEVER, add: (n: number, by: number) => n + by } };

    it('a thousand pending asks of a thousand different timeouts have one timer', () => {
      const clock = new VirtualTimeScheduler();
      const store = createStore(definition, { scheduler: clock });
      const passed: number[] = [];
      store.tell.hang();
      for (let nth = 0; nth < 1000; nth++) {
        // 1, 8, 15, … in a mixed order, so that the earliest changes again and again.
        const timeout = 1 + (nth * 7) % 1000;
        store.with({ timeout }).ask.add(1).subscribe({ error: () => passed.push(timeout) });
        expect(clock.actions).toHaveLength(1);
      }
      for (let time = 1; time <= 1000; time++) {
        runTo(clock, time);
        expect(passed.at(-1)).toBe(time);
        expect(clock.actions.length).toBeLessThanOrEqual(1);
      }
      expect(passed).toHaveLength(1000);
      void store.shutdown({ timeout: 1 });
      clock.maxFrames = Infinity;
      clock.flush();
    });

    it('two stores have one timer each', () => {
      const clock = new VirtualTimeScheduler();
      const stores = [createStore(definition, { scheduler: clock }), createStore(definition, { scheduler: clock })];
      for (const store of stores) for (let nth = 0; nth < 5; nth++) store.ask.hang().subscribe({ error: () => {} });
      expect(clock.actions).toHaveLength(2);
      for (const store of stores) void store.shutdown({ timeout: 1 });
      clock.flush();
      expect(clock.actions).toHaveLength(0);
    });

    it.each<[string, (store: ReturnType<typeof open>) => void]>([
      ['an ask that is answered at once',   (store) => void store.ask.add(1).subscribe()],
      ['an ask that fails at once',         (store) => void store.ask.fail().subscribe({ error: () => {} })],
      ['a query',                           (store) => void store.ask.get().subscribe()],
      ['an ask without a timeout',          (store) => void store.with({ timeout: Infinity }).ask.slow().subscribe()],
      ['a tell',                            (store) => store.tell.slow()],
    ])('%s arms no timer', (_what, act) => {
      const clock = new VirtualTimeScheduler();
      const store = open(clock);
      let armed = 0;
      const schedule = clock.schedule.bind(clock);
      clock.schedule = ((...given: Parameters<typeof schedule>) => (armed++, schedule(...given))) as typeof schedule;
      act(store);
      // A failed reply is looked at once more after its task, whether anybody observes it.
      expect(armed).toBeLessThanOrEqual(_what.includes('fails') ? 1 : 0);
      clock.flush();
    });

    function open(scheduler: VirtualTimeScheduler) {
      return createStore({
        state: 0,
        commands: {
          add: (n: number, by: number) => n + by,
          fail: (): number => { throw new Error('boom'); },
          slow: (n: number): Observable<number> => after(0, n),
        },
        queries: { get: (n) => n },
      }, { scheduler });
    }

    it('asks that come and go do not arm one timer each', async () => {
      const clock = new VirtualTimeScheduler();
      let armed = 0;
      const schedule = clock.schedule.bind(clock);
      clock.schedule = ((...given: Parameters<typeof schedule>) => (armed++, schedule(...given))) as typeof schedule;
      const store = createStore({ state: 0, commands: { add: async (n, by: number) => reply(n + by, n + by) } }, { scheduler: clock });
      for (let nth = 1; nth <= 100; nth++) expect(await store.ask.add(1)).toBe(nth);
      expect(armed).toBe(1);
      await store.shutdown();
      expect(clock.actions).toHaveLength(0);
    });
  });

  describe('the signal of an ask', () => {
    it('that has aborted before fails the ask at once, without a handler', () => {
      let runs = 0;
      const store = createStore({ state: 0, commands: { add: (n, by: number) => (runs++, n + by) } });
      const reason = new Error('gone');
      let error: unknown;
      store.with({ signal: AbortSignal.abort(reason) }).ask.add(1).subscribe({ error: (thrown: unknown) => { error = thrown; } });
      expect(error).toBeInstanceOf(AskAbortedError);
      expect(error).toMatchObject({ code: 'ASK_ABORTED', store: 'store', type: 'add', started: false, cause: reason });
      expect(runs).toBe(0);
      void store.shutdown();
    });

    it('stays out of the way of an ask that is answered', async () => {
      const controller = new AbortController();
      const store = createStore({ state: 0, commands: { add: async (n, by: number) => reply(n + by, n + by) } });
      expect(await store.with({ signal: controller.signal }).ask.add(1)).toBe(1);
      controller.abort();
      expect(await store.ask.add(1)).toBe(2);
      await store.shutdown();
    });

    it('that the handler itself aborts in its synchronous part ends the ask', marbles((m) => {
      const controller = new AbortController();
      const store = m.store({
        state: 0,
        commands: { slow: (n: number) => (controller.abort('self'), after(6, n + 1)) },
      });
      const error = new AskAbortedError({ store: 'store', type: 'slow', started: true }, 'self');
      m.expect(store.with({ signal: controller.signal }).ask.slow()).toBeObservable('#     ', undefined, error);
      m.expect(store.select()).toBeObservable('                               0-----1', { 0: 0, 1: 1 });
    }));

    it('that an observer aborts when it sees the first state of the ask ends the ask', marbles((m) => {
      const controller = new AbortController();
      const store = m.store({
        state: 0,
        commands: { steps: (): Observable<number> => concat(of(1), after(6, 2)) },
      });
      store.select((n) => n === 1).subscribe((first) => {
        if (first) controller.abort('seen');
      });
      const error = new AskAbortedError({ store: 'store', type: 'steps', started: true }, 'seen');
      m.expect(store.with({ signal: controller.signal }).ask.steps()).toBeObservable('#     ', undefined, error);
    }));

    const crowds: [string, number][] = [['asks of one client', 1], ['asks of several clients', 5]];
    it.each(crowds)('has one listener, however many %s, and none afterwards', (_who, many) => {
      const controller = new AbortController();
      const { signal } = controller;
      const heard = listeners(signal);
      const clock = new VirtualTimeScheduler();
      const store = createStore({ state: 0, commands: { slow: (n: number) => timer(5, clock).pipe(map(() => n)) } }, { scheduler: clock });
      for (let nth = 0; nth < many; nth++) {
        const client = store.with({ signal }).with({ timeout: 1000 + nth });
        for (let ask = 0; ask < 20; ask++) client.ask.slow().subscribe();
      }
      expect(heard).toEqual({ now: 1, most: 1 });
      clock.flush();
      expect(store.status().handled).toBe(20 * many);
      expect(heard).toEqual({ now: 0, most: 1 });
      void store.shutdown();
    });

    it('has no listener for asks that are answered at once', () => {
      const { signal } = new AbortController();
      const heard = listeners(signal);
      const store = createStore({ state: 0, commands: { add: (n, by: number) => n + by } });
      const client = store.with({ signal });
      client.ask.add(1).subscribe();
      expect(heard.most).toBe(0);
      void store.shutdown();
    });

    it.each<[string, (controller: AbortController, end: AbortController) => void]>([
      ['it has aborted',       (controller) => controller.abort()],
      ['its store has closed', (_controller, end) => end.abort()],
    ])('has no listener left when %s', (_when, act) => {
      const controller = new AbortController();
      const end = new AbortController();
      const heard = listeners(controller.signal);
      const store = createStore({ state: 0, commands: { hang: (): Observable<number> => NEVER } }, { signal: end.signal });
      for (let nth = 0; nth < 3; nth++) store.with({ signal: controller.signal }).ask.hang().subscribe({ error: () => {} });
      expect(heard.now).toBe(1);
      act(controller, end);
      expect(heard.now).toBe(0);
      end.abort();
    });

    it('has no listener left when all its asks have timed out', () => {
      const { signal } = new AbortController();
      const heard = listeners(signal);
      const clock = new VirtualTimeScheduler();
      const store = createStore({ state: 0, commands: { hang: (): Observable<number> => NEVER } }, { scheduler: clock });
      for (const timeout of [2, 3]) store.with({ signal, timeout }).ask.hang().subscribe({ error: () => {} });
      runTo(clock, 2);
      expect(heard.now).toBe(1);
      runTo(clock, 3);
      expect(heard.now).toBe(0);
      void store.shutdown({ timeout: 1 });
      runTo(clock, Infinity);
    });

    it('that aborts fails all asks under it, and only those', marbles((m) => {
      const controller = new AbortController();
      const store = m.store({ state: 0, commands: { slow: (n: number) => after(5, n), add: (n: number, by: number) => n + by } });
      const under = store.with({ signal: controller.signal });
      const done = (reply$: Observable<unknown>) => reply$.pipe(map(() => 'v'));
      const error = (type: string, started: boolean) => new AskAbortedError({ store: 'store', type, started }, 'gone');
      m.cold('                                   --a     ').subscribe(() => controller.abort('gone'));
      m.expect(done(under.ask.slow())).toBeObservable('--#     ', undefined, error('slow', true));
      m.expect(done(under.ask.add(1))).toBeObservable('--#     ', undefined, error('add', false));
      m.expect(done(store.ask.add(2))).toBeObservable('-----(v|)');
      m.expect(done(under.ask.add(3))).toBeObservable('--#     ', undefined, error('add', false));
      m.expect(store.select()).toBeObservable('        0----2  ', { 0: 0, 2: 2 });
    }));

    it('of the innermost client takes the place of the outer one', marbles((m) => {
      const outer = new AbortController();
      const inner = new AbortController();
      const store = m.store({ state: 0, commands: { hang: (): Observable<number> => NEVER } });
      m.cold('--a ').subscribe(() => outer.abort('outer'));
      m.cold('---a').subscribe(() => inner.abort('inner'));
      const error = new AskAbortedError({ store: 'store', type: 'hang', started: true }, 'inner');
      m.expect(store.with({ signal: outer.signal }).with({ signal: inner.signal }).ask.hang()).toBeObservable('---#', undefined, error);
    }));
  });
});

/** Counts the abort listeners of a signal from now on. As with any EventTarget, the same function twice is one listener. */
function listeners(signal: AbortSignal): { now: number; most: number } {
  const heard = { now: 0, most: 0 };
  const on = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = ((type: string, listener: () => void, options?: AddEventListenerOptions) => {
    on.add(listener);
    heard.now = on.size;
    heard.most = Math.max(heard.most, on.size);
    add(type, listener, options);
  }) as typeof signal.addEventListener;
  signal.removeEventListener = ((type: string, listener: () => void) => {
    on.delete(listener);
    heard.now = on.size;
    remove(type, listener);
  }) as typeof signal.removeEventListener;
  return heard;
}
