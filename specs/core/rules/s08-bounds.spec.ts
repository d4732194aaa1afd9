/** S8: bounds: what waits is bounded, what comes beyond is refused or dropped by the policy, settled and counted. */
import { createStore, effect, MailboxFullError, reply, replyLater, type Overflow, type StoreError } from 'ownstate';
import { marbles } from 'ownstate/testing';
import * as fc from 'fast-check';
import { map, mergeMap, NEVER, Subject, take, timer, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';

const after = <T>(ms: number, value: T) => timer(ms).pipe(map(() => value));
const codeOf = (error: unknown) => (error as StoreError).code;
const full = (capacity: number, type = 'add', started = false) => new MailboxFullError({ store: 'store', type, started }, capacity);

/** Adds letters to a word; `slow` takes 6 ms, in which the others wait. */
const word = {
  state: '',
  commands: {
    slow: (log: string) => after(6, `${log}s`),
    add: (log: string, what: string) => reply(log + what, what),
  },
  queries: { read: (log: string) => log },
};

describe('S8 Bounds', () => {
  describe('beyond the capacity', () => {
    it('the one that comes fails, by default', marbles((m) => {
      const store = m.store(word, { mailbox: { capacity: 2 } });
      const add = (at: string, what: string) => m.cold(at).pipe(mergeMap(() => store.ask.add(what)));
      store.tell.slow();
      m.expect(add('(a|)       ', 'a')).toBeObservable('------(a|)');
      m.expect(add('-(a|)      ', 'b')).toBeObservable('------(b|)');
      m.expect(add('--(a|)     ', 'c')).toBeObservable('--#       ', undefined, full(2));
      m.expect(add('---(a|)    ', 'd')).toBeObservable('---#      ', undefined, full(2));
      m.expect(add('-------(a|)', 'e')).toBeObservable('-------(e|)');
      m.flush();
      expect(store.snapshot()).toBe('sabe');
      expect(store.status()).toMatchObject({ dropped: 2, highWater: 2, handled: 4, failed: 0 });
    }));

    it('the one that waits longest fails, under `drop-oldest`', marbles((m) => {
      const store = m.store(word, { mailbox: { capacity: 2, overflow: 'drop-oldest' } });
      const add = (at: string, what: string) => m.cold(at).pipe(mergeMap(() => store.ask.add(what)));
      store.tell.slow();
      m.expect(add('(a|)       ', 'a')).toBeObservable('--#       ', undefined, full(2));
      m.expect(add('-(a|)      ', 'b')).toBeObservable('---#      ', undefined, full(2));
      m.expect(add('--(a|)     ', 'c')).toBeObservable('------(c|)');
      m.expect(add('---(a|)    ', 'd')).toBeObservable('------(d|)');
      m.expect(add('-------(a|)', 'e')).toBeObservable('-------(e|)');
      m.flush();
      expect(store.snapshot()).toBe('scde');
      expect(store.status()).toMatchObject({ dropped: 2, highWater: 2, handled: 4, failed: 0 });
    }));

    it('the one that runs is neither counted nor dropped', marbles((m) => {
      const store = m.store(word, { mailbox: { capacity: 1, overflow: 'drop-oldest' } });
      const slow = store.ask.slow();
      store.tell.add('a');
      store.tell.add('b');
      m.expect(slow.pipe(map(() => store.snapshot()))).toBeObservable('------(s|)');
      m.flush();
      expect(store.snapshot()).toBe('sb');
    }));

    it('a query counts like a command', marbles((m) => {
      const store = m.store(word, { mailbox: { capacity: 1 } });
      store.tell.slow();
      m.expect(store.ask.read()).toBeObservable('------(s|)');
      m.expect(store.ask.read()).toBeObservable('#         ', undefined, full(1, 'read'));
      m.expect(store.ask.add('a')).toBeObservable('#         ', undefined, full(1));
    }));

    it('a handler that tells its own store counts like anybody', marbles((m) => {
      const store = m.store({
        state: 0,
        commands: {
          start: (n, _payload: void, { tell }) => {
            for (let by = 1; by <= 4; by++) tell('add', by);
            return n;
          },
          add: (n: number, by: number) => n + by,
        },
      }, { mailbox: { capacity: 2 } });
      m.cold('                                     -a      ').subscribe(() => store.tell.start());
      m.expect(store.select()).toBeObservable('     0(ab)   ', { 0: 0, a: 1, b: 3 });
      const event = { store: 'store', seq: 1, type: 'add', error: full(2), started: false, quiet: true };
      m.expect(store.errors$, '^--!').toBeObservable('-(ee)   ', { e: event });
    }));

    it.each<Overflow>(['reject', 'drop-oldest'])('a place is free again when a command is withdrawn (%s)', (overflow) => {
      const controller = new AbortController();
      const store = createStore(word, { mailbox: { capacity: 2, overflow } });
      const log: string[] = [];
      const note = (what: string) => ({ error: (error: unknown) => log.push(`${what} ${codeOf(error)}`) });
      store.tell.slow();
      store.with({ signal: controller.signal }).ask.add('a').subscribe(note('a'));
      store.ask.add('b').subscribe(note('b'));
      controller.abort();
      expect(store.status().waiting).toBe(1);
      store.ask.add('c').subscribe(note('c'));
      expect(log).toEqual(['a ASK_ABORTED']);
      store.ask.add('d').subscribe(note('d'));
      expect(log.slice(1)).toEqual([overflow === 'reject' ? 'd MAILBOX_FULL' : 'b MAILBOX_FULL']);
      expect(store.status()).toMatchObject({ waiting: 2, dropped: 1, highWater: 2 });
      void store.shutdown({ timeout: 1 });
    });

    it('a place is free again as soon as a handler begins', marbles((m) => {
      const store = m.store(word, { mailbox: { capacity: 1 } });
      store.tell.slow();
      store.tell.slow();
      m.expect(m.cold('-----(a|)').pipe(mergeMap(() => store.ask.add('a')))).toBeObservable('-----#       ', undefined, full(1));
      m.expect(m.cold('-------(a|)').pipe(mergeMap(() => store.ask.add('b')))).toBeObservable('------------(b|)');
    }));

    it('65,536 commands wait unless said otherwise', () => {
      const store = createStore({ state: 0, commands: { hang: (): Observable<number> => NEVER, add: (n: number) => n + 1 } });
      const errors: unknown[] = [];
      store.tell.hang();
      for (let nth = 0; nth < 65_536; nth++) store.tell.add();
      expect(store.status()).toMatchObject({ waiting: 65_536, dropped: 0 });
      store.ask.add().subscribe({ error: (error: unknown) => errors.push(error) });
      expect(store.status()).toMatchObject({ waiting: 65_536, dropped: 1 });
      expect(errors).toMatchObject([{ code: 'MAILBOX_FULL', capacity: 65_536, started: false }]);
      void store.shutdown({ timeout: 1 });
    });
  });

  describe('when one is dropped', () => {
    it('the newcomer is queued before the dropped reply settles', marbles((m) => {
      const store = m.store(word, { mailbox: { capacity: 1, overflow: 'drop-oldest' } });
      let seen: object | undefined;
      store.tell.slow();
      store.ask.add('a').subscribe({
        error: () => {
          seen = store.status();
          // It comes after `b`, and so it's `b` that loses its place to it.
          store.tell.add('c');
        },
      });
      store.tell.add('b');
      expect(seen).toMatchObject({ waiting: 1, dropped: 1 });
      m.flush();
      expect(store.snapshot()).toBe('sc');
      expect(store.status().dropped).toBe(2);
    }));

    it('what its subscriber sends comes after the newcomer', marbles((m) => {
      const store = m.store(word, { mailbox: { capacity: 2, overflow: 'drop-oldest' } });
      store.tell.slow();
      store.ask.add('a').subscribe({ error: () => store.tell.add('d') });
      store.ask.add('b').subscribe({ error: () => {} });
      store.tell.add('c');
      m.flush();
      expect(store.snapshot()).toBe('scd');
    }));

    it('what the subscriber of a refused reply sends is refused too, while nothing leaves', marbles((m) => {
      const store = m.store(word, { mailbox: { capacity: 1 } });
      const errors: string[] = [];
      store.tell.slow();
      store.tell.add('a');
      store.ask.add('b').subscribe({
        error: () => store.ask.add('c').subscribe({ error: (error: unknown) => errors.push(codeOf(error)) }),
      });
      expect(errors).toEqual(['MAILBOX_FULL']);
      m.flush();
      expect(store.snapshot()).toBe('sa');
    }));
  });

  for (const overflow of ['reject', 'drop-oldest'] as const) {
    describe(`passes beside the bound and is never dropped (${overflow})`, () => {
      const mailbox = { capacity: 1, overflow };

      it('a tick', marbles((m) => {
        const store = m.store({
          state: '',
          ticks: { sweep: 4 },
          commands: { ...word.commands, sweep: (log: string) => `${log}t` },
        }, { mailbox });
        m.cold('                                 ---s      ').subscribe(() => store.tell.slow());
        m.cold('                                 -----(ab) ').subscribe((what) => store.tell.add(what));
        const log = overflow === 'reject' ? { s: 's', t: 'st', a: 'sta' } : { s: 's', t: 'st', a: 'stb' };
        // The tick of the 4th millisecond came before what is added in the 5th; the one of the 8th is not sent twice.
        m.expect(store.select(), '^---------!').toBeObservable('0--------(sta)', { 0: '', ...log });
        m.flush();
        expect(store.status().dropped).toBe(1);
      }));

      it('a named timer', marbles((m) => {
        const store = m.store({
          state: '',
          commands: {
            ...word.commands,
            begin: (log, _payload: void, { timers }) => {
              timers.set('alarm', 4, 'ring', 'r');
              timers.set('bell', 5, 'ring', 'R');
              return log;
            },
            ring: (log: string, what: string) => log + what,
          },
        }, { mailbox });
        store.tell.begin();
        m.cold('                       -s---     ').subscribe(() => store.tell.slow());
        m.cold('                       --(ab)    ').subscribe((what) => store.tell.add(what));
        m.flush();
        expect(store.snapshot()).toBe(overflow === 'reject' ? 'sarR' : 'sbrR');
        expect(store.status()).toMatchObject({ dropped: 1, highWater: 1 });
      }));

      it('the result of an effect', marbles((m) => {
        const store = m.store({
          state: '',
          commands: {
            ...word.commands,
            fetch: (log) => effect(log, { run: () => after(3, 'f'), done: (now, value) => reply(now + value, value) }),
          },
        }, { mailbox });
        const fetch = store.ask.fetch();
        store.tell.slow();
        store.tell.add('a');
        store.tell.add('b');
        m.expect(fetch).toBeObservable('------(f|)');
        m.flush();
        expect(store.snapshot()).toBe(overflow === 'reject' ? 'saf' : 'sbf');
        expect(store.status()).toMatchObject({ dropped: 1, highWater: 1 });
      }));

      it('a shutdown', marbles((m) => {
        const store = m.store(word, { mailbox });
        store.tell.slow();
        const add = store.ask.add('a');
        void store.shutdown();
        m.expect(add).toBeObservable('           ------(a|)');
        m.expect(store.select()).toBeObservable('0-----(sa|)', { 0: '', s: 's', a: 'sa' });
      }));

      it('what passes takes no place from the others', marbles((m) => {
        const store = m.store({
          state: '',
          ticks: { sweep: 1 },
          commands: { ...word.commands, sweep: (log: string) => `${log}t` },
        }, { mailbox });
        store.tell.slow();
        const waiting = m.cold('-----(a|)').pipe(mergeMap(() => {
          const before = store.status().waiting;
          return store.ask.add('a').pipe(map(() => [before, store.status().dropped]));
        }));
        m.expect(waiting).toBeObservable('------(a|)', { a: [0, 0] });
      }));
    });
  }

  describe('effects and later replies in flight', () => {
    const desk = {
      state: 0,
      commands: {
        fetch: (n: number, ms: number) => effect(n + 1, { policy: 'merge', run: () => after(ms, 'f'), done: reply<number, string> }),
        confirm: (n: number, ms: number) => replyLater(n + 1, after(ms, 'c')),
        add: (n: number, by: number) => n + by,
      },
    };
    for (const overflow of ['reject', 'drop-oldest'] as const) {
      it(`are bounded by the capacity, both together (${overflow}): the newcomer fails, its state is not committed`, marbles((m) => {
        const store = m.store(desk, { mailbox: { capacity: 2, overflow } });
        const fetch = (at: string) => m.cold(at).pipe(mergeMap(() => store.ask.fetch(5)));
        const confirm = (at: string) => m.cold(at).pipe(mergeMap(() => store.ask.confirm(5)));
        m.expect(fetch('  -(a|)     ')).toBeObservable('------(f|)      ', { f: 'f' });
        m.expect(confirm('--(a|)    ')).toBeObservable('-------(c|)     ', { c: 'c' });
        m.expect(fetch('  ---(a|)   ')).toBeObservable('---#            ', undefined, full(2, 'fetch', true));
        m.expect(confirm('----(a|)  ')).toBeObservable('----#           ', undefined, full(2, 'confirm', true));
        // One has landed by now.
        m.expect(confirm('-------(a|)')).toBeObservable('------------(c|)', { c: 'c' });
        m.expect(store.select()).toBeObservable('        012----3        ', { 0: 0, 1: 1, 2: 2, 3: 3 });
        m.flush();
        expect(store.status()).toMatchObject({ dropped: 2 });
      }));
    }

    it('count also while they wait in their lane', marbles((m) => {
      const store = m.store({
        state: 0,
        commands: { fetch: (n: number) => effect(n + 1, { run: () => after(5, 'f'), done: reply<number, string> }) },
      }, { mailbox: { capacity: 2 } });
      m.expect(store.ask.fetch()).toBeObservable('-----(f|)     ');
      m.expect(store.ask.fetch()).toBeObservable('----------(f|)');
      m.expect(store.ask.fetch()).toBeObservable('#             ', undefined, full(2, 'fetch', true));
      m.flush();
      expect(store.snapshot()).toBe(2);
    }));

    it('leave their place when their ask gives up waiting', marbles((m) => {
      const store = m.store({
        state: 0,
        commands: {
          fetch: (n: number) => effect(n + 1, { run: () => after(5, 'f'), done: reply<number, string> }),
          confirm: (n: number) => replyLater(n, after(9, 'c')),
        },
      }, { mailbox: { capacity: 3 } });
      store.tell.fetch();
      store.with({ timeout: 2 }).ask.fetch().subscribe({ error: () => {} });
      store.with({ timeout: 2 }).ask.confirm().subscribe({ error: () => {} });
      const flights = m.cold('-a-b', { a: 0, b: 0 }).pipe(map(() => store.status().effects + store.status().replies));
      m.expect(flights).toBeObservable('-a-b', { a: 3, b: 1 });
    }));

    it('do not count what waits in the mailbox, nor are they counted there', marbles((m) => {
      const store = m.store({ ...desk, commands: { ...desk.commands, slow: (n: number) => after(6, n) } }, { mailbox: { capacity: 1 } });
      m.expect(store.ask.fetch(9)).toBeObservable('---------(f|)');
      store.tell.slow();
      m.expect(store.ask.add(1)).toBeObservable('  ------(u|)   ', { u: undefined });
      m.flush();
      expect(store.status().dropped).toBe(0);
    }));
  });

  describe('whatever is sent, withdrawn and released', () => {
    type Op = { readonly op: 'hold' | 'add' | 'release' } | { readonly op: 'withdraw'; readonly nth: number };
    const ops = fc.array(fc.oneof<fc.Arbitrary<Op>[]>(
      fc.record({ op: fc.constantFrom('hold', 'add', 'add', 'add', 'release') }),
      fc.record({ op: fc.constant('withdraw'), nth: fc.nat(9) }),
    ), { maxLength: 50 });

    it('as many wait as a bounded queue would hold, never more than the capacity, and the same ones fail', () => {
      const capacities = fc.integer({ min: 1, max: 4 });
      const policies = fc.constantFrom<Overflow>('reject', 'drop-oldest');
      fc.assert(fc.property(ops, capacities, policies, (given, capacity, overflow) => {
        const gate = new Subject<void>();
        const controllers: AbortController[] = [];
        const seen = { handled: [] as number[], failed: [] as number[], withdrawn: [] as number[] };
        const waiting: number[] = [];
        const handle = (id: number) => {
          seen.handled.push(id);
          waiting.push(store.status().waiting);
        };
        const store = createStore({
          state: 0,
          commands: {
            hold: (n: number, id: number) => (handle(id), gate.pipe(take(1), map(() => n + 1))),
            add: (n: number, id: number) => (handle(id), n + 1),
          },
        }, { mailbox: { capacity, overflow }, timeout: Infinity });

        // The model: one that runs, and an array.
        const model = { handled: [] as number[], failed: [] as number[], withdrawn: [] as number[] };
        const queue: { readonly id: number; readonly op: 'hold' | 'add' }[] = [];
        const owner: { held: boolean } = { held: false };
        let most = 0;
        const work = () => {
          while (!owner.held && queue.length > 0) {
            const { id, op } = queue.shift()!;
            model.handled.push(id);
            owner.held = op === 'hold';
          }
        };
        const send = (op: 'hold' | 'add') => {
          const id = controllers.push(new AbortController());
          if (owner.held && queue.length === capacity) model.failed.push(overflow === 'reject' ? id : queue.shift()!.id);
          if (model.failed.at(-1) !== id) queue.push({ id, op });
          if (owner.held) most = Math.max(most, queue.length);
          work();
          store.with({ signal: controllers[id - 1]!.signal }).ask[op](id).subscribe({
            error: (error: unknown) => {
              seen[codeOf(error) === 'MAILBOX_FULL' ? 'failed' : 'withdrawn'].push(id);
              waiting.push(store.status().waiting);
            },
          });
        };
        const release = () => {
          owner.held = false;
          work();
          gate.next();
        };

        for (const step of given) {
          if (step.op === 'release') release();
          else if (step.op !== 'withdraw') send(step.op);
          else if (queue.length > 0) {
            const { id } = queue.splice(step.nth % queue.length, 1)[0]!;
            model.withdrawn.push(id);
            controllers[id - 1]!.abort();
          }
          expect(store.status()).toMatchObject({ waiting: queue.length, running: owner.held ? 1 : 0 });
          expect(seen).toEqual(model);
        }
        while (owner.held) release();
        expect(seen).toEqual(model);
        expect(Math.max(0, ...waiting)).toBeLessThanOrEqual(capacity);
        const counts = { highWater: most, dropped: model.failed.length, handled: model.handled.length };
        expect(store.status()).toMatchObject({ waiting: 0, running: 0, ...counts });
        void store.shutdown();
      }));
    });
  });

  it('a command costs the same however many wait, also one that is withdrawn or dropped', () => {
    /** Fills a mailbox, withdraws every other command, drops the rest. Gives the time for each, in microseconds. */
    const run = (many: number) => {
      const asks = new AbortController();
      const end = new AbortController();
      const store = createStore({
        state: 0,
        commands: { hang: (): Observable<number> => NEVER, add: (n: number) => n + 1 },
      }, { mailbox: { capacity: 2 * many, overflow: 'drop-oldest' }, signal: end.signal });
      const under = store.with({ signal: asks.signal });
      const started = performance.now();
      store.tell.hang();
      for (let nth = 0; nth < many; nth++) {
        store.tell.add();
        under.ask.add().subscribe({ error: () => {} });
      }
      asks.abort();
      expect(store.status().waiting).toBe(many);
      for (let nth = 0; nth < 2 * many; nth++) store.tell.add();
      expect(store.status()).toMatchObject({ waiting: 2 * many, dropped: many });
      const time = performance.now() - started;
      end.abort();
      return 1000 * time / many;
    };
    const { stackTraceLimit } = Error;
    // The stacks of the errors would hide what the queue costs.
    Error.stackTraceLimit = 0;
    try {
      const few = Math.min(...Array.from({ length: 20 }, () => run(250)));
      const many = Math.min(...Array.from({ length: 2 }, () => run(25_000)));
      // A queue that is shifted or searched for each would cost a hundred times as much.
      expect(many / few).toBeLessThan(10);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  });
});
