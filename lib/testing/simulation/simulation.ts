/** What a scenario gets: a world in which all that takes time happens when the simulation says so. */
import type { Observable, SchedulerLike } from 'rxjs';
import type { createStore } from '../../index.js';
import type { Watchable } from '../open-check.js';
import type { SimulatedSource } from './work.js';

/**
 * One run of a scenario. Clients, stores and work are made of it, and one seeded generator chooses what happens next
 * among all that is ready. Between two choices every promise does what it can.
 *
 * Its members need no `this`.
 */
export interface Simulation {
  /** All time. It begins at 0 ms, and moves on only when a timer rings. For operators that want a scheduler. */
  readonly scheduler: SchedulerLike;
  /**
   * `createStore` on this scheduler, whatever `options` says of that. Its trace and errors join those of the run. It need
   * not be shut down: at the end that's done for it, and the run fails if anything of it is left open then.
   *
   * The run also fails by an error that comes to `errors$` while the scenario doesn't watch that: a tell, a tick or a
   * timer whose handler threw, a failed ask that nobody observed. Elsewhere such an error is reported as unhandled. Where
   * it's meant to come, subscribe to the store's `errors$`. What the store itself decided about a tell (superseded, busy,
   * aborted, closed, dropped) fails no run, and neither does a handler that fails when its asker has given up.
   *
   * A store that calls more than 100,000 handlers before a step is over is ended, and the run fails: a handler that tells
   * itself without end, a client that asks again and again for what never comes.
   *
   * @throws TypeError for a definition or an option that no store can work with
   */
  readonly createStore: typeof createStore;
  /** The same care for a store that something else has made on `scheduler`, without its trace. Gives the store back. */
  readonly watch: <W extends Watchable>(store: W) => W;
  /** How many choices of what happens next were made so far. */
  readonly steps: () => number;

  /** An integer from 0 to `n - 1` that the generator draws. @throws TypeError unless `n` is a positive integer */
  readonly int: (n: number) => number;
  /** One of a list that the generator draws. @throws TypeError for an empty list */
  readonly pick: <T>(among: readonly T[]) => T;
  /** `true` with a probability from 0 to 1. @throws TypeError unless `probability` is one */
  readonly chance: (probability: number) => boolean;

  /**
   * A promise that settles when the generator says so. A function is called then, and what it throws is the rejection.
   * `what` is its name in the trace, default `'work'`.
   */
  readonly promise: <T>(result: T | (() => T), what?: string) => Promise<T>;
  /** A cold Observable: each value, then its end, comes when the generator says so. */
  readonly observable: <T>(values: readonly T[], options?: SimulatedSource) => Observable<T>;
  /** Resolves when `ms` milliseconds of the scheduler have passed. @throws TypeError unless `ms` is a number from 0 on */
  readonly sleep: (ms: number) => Promise<void>;
  /**
   * Lets `ms` milliseconds pass in which no timer rings, as if the process had been held up. What is due is late then.
   *
   * @throws TypeError unless `ms` is a finite number from 0 on
   */
  readonly stall: (ms: number) => void;

  /**
   * Somebody who does one thing after the other. `run` begins when the generator says so, and goes on after each
   * `await turn()` when it says so again. The run fails if it rejects, or if it still waits when nothing is left to happen.
   *
   * @throws TypeError unless `run` is a function
   */
  readonly client: (name: string, run: (turn: () => Promise<void>) => PromiseLike<unknown>) => void;
  /**
   * Something that happens once, when the generator says so: an abort, a shutdown. What it throws fails the run. A promise
   * or a reply that it gives is waited for: the run fails if that rejects, or is still open when nothing is left to happen.
   *
   * @throws TypeError unless `work` is a function
   */
  readonly step: (what: string, work: () => unknown) => void;
  /**
   * The same right after the `n`th step, for sweeps over all of them; not at all in a shorter run.
   *
   * @throws TypeError unless `n` is an integer from 0 on and `work` a function
   */
  readonly afterStep: (n: number, what: string, work: () => unknown) => void;
  /**
   * How a reply settles, as a promise that never rejects. The run fails if it's still open when nothing is left to happen.
   *
   * @throws TypeError unless `reply` is an Observable
   */
  readonly settled: <T>(what: string, reply: Observable<T>) => Promise<PromiseSettledResult<T>>;

  /**
   * What has to hold after each step and at the end. Broken when `check` throws or gives `false`; also when it gives a
   * promise, since a check is synchronous: look at `snapshot()`, or ask in a client.
   *
   * @throws TypeError unless `check` is a function
   */
  readonly always: (what: string, check: () => unknown) => void;
  /** The same when all is over and the stores are closed. @throws TypeError unless `check` is a function */
  readonly atEnd: (what: string, check: () => unknown) => void;
  /** A line of its own in the trace. */
  readonly note: (text: string) => void;
}

/** A world to simulate: who is in it, what they do, and what has to hold whatever order it happens in. */
export interface Scenario {
  readonly name: string;
  /**
   * Makes the stores and the clients, synchronously, anew for each run. Whatever it draws, it draws from `sim`.
   */
  readonly setup: (sim: Simulation) => void;
}

/** What ended a run: something that was said never to happen. */
export interface SimulationFailure {
  /** After how many steps. */
  readonly step: number;
  /** What failed: the name of a check, a client or a step; `errors$ of` a store and command; a command that had no end. */
  readonly what: string;
  readonly error: unknown;
}

/** What came of a run. */
export interface SimulationResult {
  /** Name of the scenario. */
  readonly scenario: string;
  readonly seed: number;
  /** How many steps were done. */
  readonly steps: number;
  /** What was chosen, each time that there was more than one possibility. With `simulate`'s option `choices` it repeats the run. */
  readonly choices: readonly number[];
  /** What happened, line by line: the steps, and the events of each store. Empty where the option `trace` says so. */
  readonly trace: readonly string[];
  /** `undefined` where all held. */
  readonly failure: SimulationFailure | undefined;
}
