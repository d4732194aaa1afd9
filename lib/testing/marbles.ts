/** Marble tests for vitest that can't pass by mistake, and that own the stores they make. */
import type { Observable } from 'rxjs';
import { configure, type Context } from 'rxjs-marbles';
import type { TestScheduler } from 'rxjs/testing';
import { expect } from 'vitest';
import type { createStore } from '../index.js';
import { Watch, type Watchable } from './open-check.js';
import { VirtualTime } from './virtual-time.js';

/** How far a marble test may go. Each field is optional. */
export interface MarblesOptions {
  /**
   * The last millisecond of virtual time at which anything may happen; what is scheduled beyond fails the test.
   * Default 86,400,000, a day; `Infinity` for no limit.
   */
  readonly maxFrames?: number;
  /** The most pieces of work that the scheduler may do, also within one frame. Default 100,000. */
  readonly maxActions?: number;
}

/** A hot or cold source made from a diagram; it knows when it was subscribed and unsubscribed. */
export type MarbleSource<T> = Observable<T> & { readonly subscriptions: { subscribedFrame: number; unsubscribedFrame: number }[] };

/** What `m.expect` gives: one of its matchers has to be called. */
export interface MarbleExpectation<T> {
  /** Compares with a diagram, or with a hot or cold source of this test. */
  toBeObservable(expected: string, values?: Readonly<Record<string, T>>, error?: unknown): void;
  toBeObservable(expected: MarbleSource<T>): void;
  /** Compares the subscriptions of a hot or cold source: `'^--!'`. */
  toHaveSubscriptions(expected: string | string[]): void;
}

/** What a marble test gets: rxjs-marbles' context in run mode (one frame is one millisecond), and stores. */
export interface Marbles extends Pick<Context, 'equal' | 'has'> {
  /** The source of all time. For `createStore` and for operators that want one. */
  readonly scheduler: TestScheduler;
  /** A source that begins anew for each subscriber: `m.cold('--a|', { a: 1 })`. Without values it emits the letters. */
  cold<T = string>(diagram: string, values?: Readonly<Record<string, T>>, error?: unknown): MarbleSource<T>;
  /** A source that begins with the test, or at its `^`. */
  hot<T = string>(diagram: string, values?: Readonly<Record<string, T>>, error?: unknown): MarbleSource<T>;
  /** How many milliseconds a diagram lasts: `m.time('---|')` is 3. */
  time(diagram: string): number;
  /** Compares an Observable with a diagram, at the next flush or at the end. Without a matcher the test fails. */
  expect<T>(actual: Observable<T>, subscription?: string): MarbleExpectation<T>;
  /**
   * Runs virtual time until nothing is left to happen, then compares the diagrams so far. Ticks, which keep no process
   * alive, don't keep virtual time going either: they happen as long as anything else is to come, such as the `!` of
   * a subscription.
   */
  flush(): void;
  /**
   * `createStore` in virtual time. The test need not shut it down: at the end that's done for it, and the test fails
   * if anything of the store is left open then.
   */
  readonly store: typeof createStore;
  /** The same care for a store that something else has made, on `m.scheduler`. Gives the store back. */
  watch<W extends Watchable>(store: W): W;
}

const { marbles: wrap } = configure({
  assert: (value: unknown, message: string) => expect(value, message).toBeTruthy(),
  assertDeepEqual: (actual: unknown, expected: unknown) => expect(actual).toStrictEqual(expected),
  frameworkMatcher: true,
  run: true,
});

/**
 * Makes a test of virtual time for vitest's `it`, by marble diagrams.
 *
 * It's rxjs-marbles in run mode, with its traps closed:
 * - an `async` body fails: a marble test is synchronous, and what comes after an `await` would be asserted too late;
 * - `m.expect(…)` without a matcher fails, with the line where it stands;
 * - a source without an end fails by `maxFrames` or `maxActions` instead of hanging.
 *
 * Gotchas: promises are real and settle after the test, so a handler under test gives back an Observable
 * (`timer(10)`, `m.cold('--a|')`). An error that nobody handles fails the test. A loop that never comes back to the
 * scheduler (`of(1).pipe(repeat())`) can't be stopped.
 *
 * @param test the body; what is still to happen when it returns happens before the test ends
 * @param options how far it may go
 * @returns the function for `it`. It throws what the body throws, what a diagram's comparison throws, and an Error for
 * each of the traps above and for a store that is left open
 * @throws TypeError unless `test` is a function and the options are positive numbers
 *
 * @example
 * ```ts
 * import { marbles } from 'ownstate/testing';
 * import { it } from 'vitest';
 *
 * it('counts each click', marbles((m) => {
 *   const counter = m.store({ state: 0, commands: { click: (count) => count + 1 } });
 *   const clicks = m.cold('   --x--x|');
 *   const expected = '        0-1--2 ';
 *   clicks.subscribe(() => counter.tell.click());
 *   m.expect(counter.select()).toBeObservable(expected, { 0: 0, 1: 1, 2: 2 });
 * }));
 * ```
 */
export function marbles(test: (m: Marbles) => void, options: MarblesOptions = {}): () => void {
  const { maxFrames = 86_400_000, maxActions = 100_000 } = options;
  if (typeof test !== 'function') throw new TypeError(`Expected \`test\` to be a function, got ${String(test)}`);
  for (const [name, cap] of Object.entries({ maxFrames, maxActions })) {
    if (!(typeof cap === 'number' && cap > 0)) throw new TypeError(`Expected \`${name}\` to be a positive number, got ${String(cap)}`);
  }
  const run = wrap((context: Context) => {
    const time = new VirtualTime(context.scheduler, { maxFrames, maxActions });
    const open = new Watch(context.scheduler);
    const bare = new Set<Error>();
    const result: unknown = test(contextOf(context, time, open, bare));
    refuseAsync(result);
    time.flush();
    for (const error of bare) throw error;
    close(open, time);
  });
  return () => void run();
}

function contextOf(context: Context, time: VirtualTime, open: Watch, bare: Set<Error>): Marbles {
  return {
    scheduler: context.scheduler,
    cold: context.cold.bind(context),
    hot: context.hot.bind(context),
    equal: context.equal.bind(context),
    has: context.has.bind(context),
    time: context.time.bind(context),
    flush: () => time.flush(),
    store: open.createStore,
    watch: open.watch,
    expect: <T>(actual: Observable<T>, subscription?: string): MarbleExpectation<T> => {
      const made = context.expect(actual, subscription);
      // Made here, so that its stack shows where `expect` stands.
      const unmatched = new Error('Expected a matcher (`toBeObservable`, `toHaveSubscriptions`) after `m.expect(…)`, got none');
      bare.add(unmatched);
      return {
        toBeObservable: (expected: string | MarbleSource<T>, ...more: [Readonly<Record<string, T>>?, unknown?]) => {
          bare.delete(unmatched);
          // A cast: it takes the one as well as the other, but says so in two signatures.
          made.toBeObservable(expected as string, ...more);
        },
        toHaveSubscriptions: (expected) => {
          bare.delete(unmatched);
          made.toHaveSubscriptions(expected);
        },
      };
    },
  };
}

/** @throws TypeError for a body that goes on after it has returned */
function refuseAsync(result: unknown): void {
  if (typeof (result as Partial<PromiseLike<unknown>> | null | undefined)?.then !== 'function') return;
  // Its own failure comes too late to be told.
  if (result instanceof Promise) result.catch(() => undefined);
  throw new TypeError('Expected a marble test to be synchronous, got a body that returns a promise; use a plain test for promises');
}

/** Shuts down what the test left open, in virtual time. @throws what fails meanwhile, or what is open even then */
function close(open: Watch, time: VirtualTime): void {
  for (const store of open.stores) void store.shutdown();
  time.end();
  open.check();
}
