/** The check that nothing is left open: every store closed, no timer armed, no command without its end. */
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { createStore } from '../index.js';
import type { AnyDefinition, Definition, Phase, Store, StoreOptions } from '../index.js';
import { TrackedScheduler } from './tracked-scheduler.js';

/** What `openCheck` goes by. Each field is optional. */
export interface OpenCheckOptions {
  /** The scheduler that all time comes from. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** A store, as far as it has to be known to be watched. */
export type Watchable = Pick<Store<AnyDefinition>, 'status' | 'shutdown'>;

/** Stores under watch. Its members need no `this`. */
export interface OpenCheck {
  /** For stores that aren't made by `createStore` here: what is armed on it counts, under the name `scheduler`. */
  readonly scheduler: SchedulerLike;
  /**
   * `createStore`, with the store and its timers under watch.
   *
   * @throws TypeError for a definition or an option that no store can work with
   */
  readonly createStore: typeof createStore;
  /** Puts a store under watch that something else has made, and gives it back. */
  readonly watch: <W extends Watchable>(store: W) => W;
  /**
   * Passes if nothing is left open.
   *
   * @throws Error that lists by name each store which isn't closed, what of it hasn't ended, and the armed timers
   */
  readonly check: () => void;
}

/**
 * Watches over stores, so that a test can say at its end that nothing is left open.
 *
 * A marble test doesn't need it: `m.store` does the same. Use it where time is real, or where the code under test
 * makes the stores, and call `check` at the end of a test.
 *
 * Left open is: a store that is open or draining; a command that waits or runs, or whose effect or later reply is in
 * flight; a timer. Gotcha: what was armed for at most a millisecond is no timer but a task about to end.
 *
 * @param options what time comes from
 * @returns `createStore`, `watch` and `scheduler`, which put stores and timers under watch, and `check`
 *
 * @example
 * ```ts
 * import { openCheck } from 'ownstate/testing';
 *
 * const open = openCheck();
 * const counter = open.createStore({ name: 'counter', state: 0, commands: { increment: (count) => count + 1 } });
 * counter.tell.increment();
 * try {
 *   open.check();
 * } catch (error) {
 *   console.log(String(error)); // Error: Expected nothing to be left open, got counter: open
 * }
 * await counter.shutdown();
 * open.check();
 * ```
 */
export function openCheck(options: OpenCheckOptions = {}): OpenCheck {
  const { scheduler, createStore: create, watch, check } = new Watch(options.scheduler);
  return { scheduler, createStore: create, watch, check };
}

/** Stores under watch, for whoever also ends them. @internal */
export class Watch implements OpenCheck {
  readonly scheduler: TrackedScheduler;
  readonly stores: Watchable[] = [];
  readonly #timers = new Map<Watchable, TrackedScheduler>();

  constructor(scheduler: SchedulerLike = asyncScheduler) {
    this.scheduler = new TrackedScheduler(scheduler);
  }

  // A cast: what a definition may be is said once, by `createStore` itself, and passed on here as it is.
  readonly createStore = ((definition: never, options?: StoreOptions) => {
    const timers = new TrackedScheduler(options?.scheduler ?? this.scheduler.target);
    const store: Store<AnyDefinition> = createStore<unknown, Definition<unknown, unknown>, unknown>(definition, { ...options, scheduler: timers });
    this.#timers.set(store, timers);
    return this.watch(store);
  }) as typeof createStore;

  readonly watch = <W extends Watchable>(store: W): W => {
    this.stores.push(store);
    return store;
  };

  readonly check = (): void => {
    const left = this.stores.map((store) => {
      const { name, phase, waiting, running, effects, replies } = store.status();
      return entry(name, phase, [
        count(running, 'command running'),
        count(waiting, 'command waiting', 'commands waiting'),
        count(effects, 'effect in flight', 'effects in flight'),
        count(replies, 'reply pending', 'replies pending'),
        timersOf(this.#timers.get(store)),
      ]);
    });
    const timers = timersOf(this.scheduler);
    const lines = [...left, timers && `scheduler: ${timers}`].filter((line) => line !== '');
    if (lines.length > 0) throw new Error(`Expected nothing to be left open, got ${lines.join('; ')}`);
  };
}

/** What is left of a store, `''` for nothing. */
function entry(name: string, phase: Phase, facts: readonly string[]): string {
  const left = facts.filter((fact) => fact !== '');
  return phase === 'closed' && left.length === 0 ? '' : `${name}: ${[phase, ...left].join(', ')}`;
}

function count(n: number, one: string, many = one): string {
  return n === 0 ? '' : `${n} ${n === 1 ? one : many}`;
}

function timersOf(scheduler: TrackedScheduler | undefined): string {
  if (scheduler === undefined) return '';
  const timers = [...scheduler.armed].filter(({ delay }) => delay > 1);
  const due = timers.map(({ due }) => `${due - scheduler.now()} ms`).join(', ');
  return timers.length === 0 ? '' : `${count(timers.length, 'timer', 'timers')} armed, due in ${due}`;
}
