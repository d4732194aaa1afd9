/** Operations of a storage: one at a time, each at once where nothing is under way; and how long they may take. */
import type { SchedulerLike, Subscription } from 'rxjs';
import { isThenable } from '../../internal/thenable.js';

/** What the operations go by. @internal */
export interface TurnsOptions {
  readonly scheduler: SchedulerLike;
  /** How long an answer may take, in milliseconds. */
  readonly patience: number;
}

/** @internal */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #idle: () => void;
  #last: Promise<void> | undefined;

  /** `idle` is called whenever nothing is under way any more. */
  constructor(options: TurnsOptions, idle: () => void) {
    this.#options = options;
    this.#idle = idle;
  }

  get busy(): boolean {
    return this.#last !== undefined;
  }

  /** Does some work when its turn comes. Fails as that does. */
  run<T>(work: () => T | PromiseLike<T>): T | PromiseLike<T> {
    const result = this.#last ? this.#last.then(work) : work();
    if (!isThenable(result)) return result;
    const through = () => {
      if (this.#last !== last) return;
      this.#last = undefined;
      this.#idle();
    };
    const last: Promise<void> = Promise.resolve(result).then(through, through);
    this.#last = last;
    return result;
  }

  /** What a promise gives, or what `late` says when that takes too long. */
  within<T, L>(promise: PromiseLike<T>, late: () => L): Promise<T | L> {
    const { scheduler, patience } = this.#options;
    if (patience === Infinity) return Promise.resolve(promise);
    let alarm: Subscription | undefined;
    const passed = new Promise<T | L>((resolve) => {
      // In a promise of its own, so that what `late` throws is what it rejects with.
      alarm = scheduler.schedule(() => resolve(Promise.resolve().then(late)), patience);
    });
    return Promise.race([promise, passed]).finally(() => alarm?.unsubscribe());
  }

  /** Waits for what is under way, `late` where that takes too long. Gives whether it came to its end. */
  async calm(late: () => void): Promise<boolean> {
    return this.#last ? this.within(this.#last.then(() => true), () => (late(), false)) : true;
  }
}
