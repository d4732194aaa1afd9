/** A property of S5 and S9: whatever is asked, limited, aborted and shut down, each reply settles exactly once, and nothing is left open. */
import {
  createStore, effect, reply, replyLater, StoreError,
  type AskOptions, type Client, type Context, type EffectPolicy, type HandlerOutcome, type StoreOptions,
} from 'ownstate';
import * as fc from 'fast-check';
import { config, finalize, firstValueFrom, map, mergeMap, NEVER, Observable, of, timer, VirtualTimeScheduler } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';

/** How an answer comes, and after how many milliseconds. */
interface Work {
  readonly way: 'value' | 'error' | 'hang';
  readonly ms: number;
}

type Step =
  | {
    readonly do: 'ask' | 'tell';
    readonly type: keyof ReturnType<typeof commandsOf>;
    readonly order: Order;
    readonly timeout: number | undefined;
    readonly signal: number | undefined;
  }
  | { readonly do: 'abort'; readonly signal: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'unknown' | 'query' | 'failing query' }
  | { readonly do: 'shutdown'; readonly timeout: number | undefined }
  | { readonly do: 'end' };

type Order = Work & { readonly policy: EffectPolicy; readonly key: number };

/** The definition of another store, which `relay` asks. */
type Other = { readonly state: number; readonly commands: { readonly slow: (n: number, order: Order) => Observable<number> } };

const boom = new Error('boom');
const signals = 3;

/** All forms of outcome, each with a source that takes its time, fails or hangs. `sources` counts those that are subscribed. */
function commandsOf(clock: VirtualTimeScheduler, sources: { open: number }, other: () => Client<Other>) {
  const stream = <T>({ way, ms }: Work, value: T): Observable<T> => new Observable<T>((subscriber) => {
    sources.open++;
    const source = way === 'hang' ? NEVER : (ms === 0 ? of(0) : timer(ms, clock)).pipe(map(() => {
      if (way === 'error') throw boom;
      return value;
    }));
    return source.pipe(finalize(() => sources.open--)).subscribe(subscriber);
  });
  const promise = <T>(work: Work, value: T): Promise<T> => {
    if (work.way === 'hang') return new Promise<T>(() => {});
    const source = firstValueFrom((work.ms === 0 ? of(0) : timer(work.ms, clock)).pipe(map(() => {
      if (work.way === 'error') throw boom;
      return value;
    })));
    // A command that is refused leaves its promise alone.
    source.catch(() => {});
    return source;
  };
  const plan = ({ policy, key }: Order, run: () => Observable<number> | Promise<number>) => ({
    policy, key, run, done: (now: number, value: number) => reply(now + value, value),
  });
  return {
    now: (n: number, { way }: Order): HandlerOutcome<number> => {
      if (way === 'error') throw boom;
      return reply(n + 1, n);
    },
    slow: (n: number, order: Order): HandlerOutcome<number> => stream(order, n + 1),
    steps: (n: number, order: Order): HandlerOutcome<number> =>
      stream({ ...order, way: 'value' }, 0).pipe(mergeMap(() => stream(order, reply(n + 1, n)))),
    awaits: (n: number, order: Order): HandlerOutcome<number> => promise(order, reply(n + 1, n)),
    later: (n: number, order: Order): HandlerOutcome<number> => replyLater(n + 1, stream(order, n)),
    promises: (n: number, order: Order): HandlerOutcome<number> => replyLater(n + 1, promise(order, n)),
    effect: (n: number, order: Order): HandlerOutcome<number> => effect(n, plan(order, () => stream(order, 1))),
    fetch: (n: number, order: Order): HandlerOutcome<number> => effect(n, plan(order, () => promise(order, 1))),
    chain: (n: number, order: Order): HandlerOutcome<number> => effect(n, {
      run: () => stream(order, 1),
      done: (now: number) => effect(now, plan(order, () => stream(order, 1))),
    }),
    relay: (n: number, order: Order, { via }: Context<never>): HandlerOutcome<number> => via(other()).ask.slow(order).pipe(map(() => n)),
    again: (n: number, order: Order, { tell, timers }: Context<never>) => {
      timers.set('again', order.ms, 'now', order);
      tell('now', order);
      return n;
    },
    stop: (n: number, _order: Order, { stop }: Context<never>) => (stop(), n),
    beat: (n: number) => n,
  };
}

const order = fc.record<Order>({
  way: fc.constantFrom('value', 'value', 'value', 'error', 'hang'),
  ms: fc.nat(6),
  policy: fc.constantFrom('concat', 'merge', 'switch', 'exhaust'),
  key: fc.nat(1),
});
const types: (keyof ReturnType<typeof commandsOf>)[] = [
  'now', 'slow', 'steps', 'awaits', 'later', 'promises', 'effect', 'fetch', 'chain', 'relay', 'again',
];
const step = fc.oneof<{ arbitrary: fc.Arbitrary<Step>; weight: number }[]>(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constantFrom('ask', 'ask', 'ask', 'tell'),
      // Rarely, so that there's something to end.
      type: fc.oneof({ weight: 40, arbitrary: fc.constantFrom(...types) }, { weight: 1, arbitrary: fc.constant('stop' as const) }),
      order,
      timeout: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
      signal: fc.option(fc.nat(signals - 1), { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('abort'), signal: fc.nat(signals - 1) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('unknown', 'query', 'failing query') }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('shutdown'), timeout: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end') }) },
);

const options = fc.record({
  mailbox: fc.record({ capacity: fc.constantFrom(1, 2, 3, 100), overflow: fc.constantFrom('reject', 'drop-oldest') }),
  timeout: fc.constantFrom(8, 30_000, Infinity),
  onHandlerError: fc.constantFrom('keep', 'reset', 'stop'),
}) satisfies fc.Arbitrary<StoreOptions>;

describe('replies', () => {
  const former = config.onUnhandledError;
  afterEach(() => {
    config.onUnhandledError = former;
  });

  it('settle exactly once, and then nothing is left open, whatever happens', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 25 }), options, async (steps, given) => {
      const clock = new VirtualTimeScheduler();
      const sources = { open: 0 };
      const end = new AbortController();
      const aborts = Array.from({ length: signals }, () => new AbortController());
      const listening = aborts.map(({ signal }) => listeners(signal));
      const other = createStore({
        name: 'other',
        state: 0,
        commands: { slow: (n: number, { ms }: Order) => timer(ms, clock).pipe(map(() => n)) },
      }, { scheduler: clock });
      const unhandled: unknown[] = [];
      config.onUnhandledError = (error: unknown) => unhandled.push(error);
      const store = createStore({
        state: () => 0,
        ticks: { beat: 7 },
        commands: commandsOf(clock, sources, () => other),
        queries: { read: (n: number) => n, fail: (): number => { throw boom; } },
      }, { ...given, scheduler: clock, signal: end.signal });
      let completed = 0;
      for (const output of [store.select(), store.events$, store.trace$, store.errors$, store.commands$]) {
        (output as Observable<unknown>).subscribe({ complete: () => completed++ });
      }

      /** How often each reply has settled: for its early subscribers, and for who awaits it. */
      const settled: { subscriber: number; promise: number; outcome: unknown[] }[] = [];
      const watch = (asked: Observable<unknown> & PromiseLike<unknown>) => {
        const seen = { subscriber: 0, promise: 0, outcome: [] as unknown[] };
        settled.push(seen);
        const note = (outcome: unknown) => {
          seen.subscriber++;
          seen.outcome.push(outcome);
          expect(outcome === boom || outcome instanceof StoreError || typeof outcome !== 'object').toBe(true);
        };
        asked.subscribe({ next: note, error: note });
        const count = (outcome: unknown) => {
          seen.promise++;
          seen.outcome.push(outcome);
        };
        asked.then(count, count);
        later.push(() => asked.subscribe({ next: (late) => seen.outcome.push(late), error: (late: unknown) => seen.outcome.push(late) }));
      };
      const later: (() => void)[] = [];
      const pass = async (ms: number) => {
        // Promises are real: they get their turns between the milliseconds.
        for (let passed = 0; passed <= ms; passed++) {
          if (passed > 0) clock.schedule(() => {}, 1);
          clock.maxFrames = clock.frame + (passed > 0 ? 1 : 0);
          clock.flush();
          await new Promise(setImmediate);
        }
      };
      const limitsOf = ({ timeout, signal }: { timeout: number | undefined; signal: number | undefined }): AskOptions => ({
        ...timeout === undefined ? {} : { timeout },
        ...signal === undefined ? {} : { signal: aborts[signal]!.signal },
      });

      for (const next of steps) {
        switch (next.do) {
          case 'ask': watch(store.with(limitsOf(next)).send({ type: next.type, payload: next.order } as never)); break;
          case 'tell': store.commands$.next({ type: next.type, payload: next.order } as never); break;
          case 'unknown': watch(store.send({ type: 'nope' } as never)); break;
          case 'query': watch(store.ask.read()); break;
          case 'failing query': watch(store.ask.fail()); break;
          case 'abort': aborts[next.signal]!.abort(); break;
          case 'shutdown': void store.shutdown(next.timeout === undefined ? {} : { timeout: next.timeout }); break;
          case 'end': end.abort(); break;
          case 'wait': await pass(next.ms);
        }
        expect(store.status().waiting).toBeLessThanOrEqual(given.mailbox.capacity);
      }
      const shut = store.shutdown({ timeout: 20 });
      await pass(20);
      // Both resolve by now; if they don't, the property would hang.
      expect(store.status()).toMatchObject({ phase: 'closed', waiting: 0, running: 0, effects: 0, replies: 0 });
      await Promise.all([shut, store.closed]);
      for (const subscribe of later) subscribe();

      expect(settled.map(({ subscriber, promise }) => [subscriber, promise])).toEqual(settled.map(() => [1, 1]));
      // Early or late, by subscription or await: the very same.
      for (const { outcome } of settled) expect(new Set(outcome).size === 1 && outcome.length === 3).toBe(true);
      expect(completed).toBe(5);
      expect(listening.map(({ size }) => size)).toEqual(listening.map(() => 0));
      expect(sources.open).toBe(0);
      // What is still running are timers of promises that nobody can take back, and of the other store.
      await pass(20);
      void other.shutdown({ timeout: 1 });
      await pass(2);
      expect(clock.actions).toHaveLength(0);
      // rxjs reports in a task of its own, which is over when this one is.
      await new Promise((over) => setTimeout(over));
      // Each failed tell appeared on errors$, each failed reply was observed.
      expect(unhandled).toEqual([]);
    }), { numRuns: 400 });
  });
});

/** The abort listeners that a signal has. */
function listeners(signal: AbortSignal): Set<unknown> {
  const on = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...given: Parameters<typeof add>) => {
    on.add(given[1]);
    add(...given);
  };
  signal.removeEventListener = (...given: Parameters<typeof remove>) => {
    on.delete(given[1]);
    remove(...given);
  };
  return on;
}
