/** Virtual time that ends: what a TestScheduler has to do is done, and a source without an end fails instead of hanging. */
import type { TestScheduler } from 'rxjs/testing';
import { StoreClosedError } from '../index.js';
import { TrackedScheduler } from './tracked-scheduler.js';

/** How far a test may go. @internal */
export interface Caps {
  /** The last millisecond of virtual time. */
  readonly maxFrames: number;
  /** The most pieces of work that the scheduler does. */
  readonly maxActions: number;
}

/**
 * Takes a TestScheduler in hand: all that is scheduled on it is tracked, and its `flush` works off virtual time until
 * nothing is left but ticks, then compares the diagrams. @internal
 */
export class VirtualTime {
  readonly #scheduler: TestScheduler;
  readonly #tracked: TrackedScheduler;
  readonly #maxActions: number;
  #maxFrames: number;
  #done = 0;
  /** The test is over: what happens now is the closing of its stores. */
  #closing = false;

  constructor(scheduler: TestScheduler, { maxFrames, maxActions }: Caps) {
    this.#scheduler = scheduler;
    this.#maxFrames = maxFrames;
    this.#maxActions = maxActions;
    const schedule = scheduler.schedule.bind(scheduler);
    const compare = scheduler.flush.bind(scheduler);
    this.#tracked = new TrackedScheduler({ now: () => scheduler.now(), schedule });
    scheduler.schedule = this.#tracked.schedule.bind(this.#tracked);
    scheduler.flush = () => {
      this.#work();
      // What is left is not to run: rxjs's own flush only compares.
      scheduler.maxFrames = -Infinity;
      compare();
    };
  }

  flush(): void {
    this.#scheduler.flush();
  }

  /** The rest of the time, in which stores that were shut down come to their end, and their asks with them. */
  end(): void {
    this.#closing = true;
    this.#maxFrames = Infinity;
    this.flush();
  }

  #work(): void {
    const { actions } = this.#scheduler;
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- rxjs's own flush does just this, and compares at once.
    for (const hot of this.#scheduler.hotObservables.splice(0)) hot.setup();
    while (this.#tracked.expectant) {
      const action = actions[0];
      if (action === undefined) return;
      if (action.delay > this.#maxFrames) throw unbounded('maxFrames', this.#maxFrames, 'ms of virtual time', action.delay);
      if (++this.#done > this.#maxActions) throw unbounded('maxActions', this.#maxActions, 'actions', this.#scheduler.frame);
      actions.shift();
      this.#scheduler.frame = action.delay;
      const error: unknown = action.execute(action.state, action.delay);
      if (this.#fails(error)) throw error;
    }
  }

  /** Whether what a piece of work has thrown fails the test. An ask that ends with its store because the test is over doesn't. */
  #fails(error: unknown): boolean {
    return error !== undefined && !(this.#closing && error instanceof StoreClosedError);
  }
}

/** The error for a test that goes on and on. */
function unbounded(cap: string, most: number, unit: string, at: number): Error {
  return new Error(
    `Expected the marble test to end within ${most} ${unit} (\`${cap}\`), got more to do at ${at} ms: is a source without an end `
      + 'subscribed? Unsubscribe it in the test, or raise the cap',
  );
}
