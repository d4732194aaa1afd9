/** A scheduler that knows what is armed on it: it passes everything on to another one, and keeps count. */
import { Subscription, type SchedulerAction, type SchedulerLike } from 'rxjs';

type Work<T> = (this: SchedulerAction<T>, state?: T) => void;

/** @internal */
export class TrackedScheduler implements SchedulerLike {
  /** Actions that are to run, in the order in which they were armed. */
  readonly armed: Set<TrackedAction<never>> = new Set();
  readonly target: SchedulerLike;

  constructor(target: SchedulerLike) {
    this.target = target;
  }

  now(): number {
    return this.target.now();
  }

  schedule<T>(work: Work<T>, delay = 0, state?: T): Subscription {
    return new TrackedAction(this, work).begin(this.target, delay, state);
  }

  /** Whether time has anything to bring but what keeps no process alive: the ticks of a store. */
  get expectant(): boolean {
    for (const action of this.armed) if (!action.quiet) return true;
    return false;
  }
}

/** A piece of work on a tracked scheduler, which can schedule itself again as rxjs's own can. @internal */
export class TrackedAction<T> extends Subscription implements SchedulerAction<T> {
  /** When it's to run, and how long before that it was armed, in milliseconds. */
  due = 0;
  delay = 0;
  /** It doesn't count as something to wait for: see `id`. */
  quiet = false;
  /** What a timer of Node offers: `unref` says that it isn't to keep a process alive, `ref` that it is. */
  readonly id: { ref(): void; unref(): void } = { ref: () => this.#keepAlive(true), unref: () => this.#keepAlive(false) };
  readonly #scheduler: TrackedScheduler;
  readonly #work: Work<T>;
  /** The target's action. */
  #inner: Subscription | undefined = undefined;

  constructor(scheduler: TrackedScheduler, work: Work<T>) {
    super();
    this.#scheduler = scheduler;
    this.#work = work;
  }

  begin(target: SchedulerLike, delay: number, state: T | undefined): this {
    const run = (action: SchedulerAction<T>, given?: T) => this.#run(action, given);
    return this.#arm(delay, () => target.schedule<T>(function (given) { run(this, given); }, delay, state));
  }

  schedule(state?: T, delay = 0): Subscription {
    // A cast: what the target made is an action of its own, unless it's to run never.
    const inner = this.#inner as Partial<SchedulerAction<T>> | undefined;
    return this.#arm(delay, () => inner?.schedule?.(state, delay) ?? Subscription.EMPTY);
  }

  override unsubscribe(): void {
    this.#scheduler.armed.delete(this);
    this.#inner?.unsubscribe();
    super.unsubscribe();
  }

  #arm(delay: number, arm: () => Subscription): this {
    this.delay = delay;
    this.due = this.#scheduler.now() + delay;
    this.quiet = false;
    this.#scheduler.armed.add(this);
    this.#inner = arm();
    // Closed at once: a delay that never ends.
    if (this.#inner.closed) this.#scheduler.armed.delete(this);
    return this;
  }

  #run(action: SchedulerAction<T>, state: T | undefined): void {
    this.#scheduler.armed.delete(this);
    this.#inner = action;
    try {
      this.#work.call(this, state);
    } catch (error) {
      this.unsubscribe();
      throw error;
    }
  }

  #keepAlive(alive: boolean): void {
    this.quiet = !alive;
    // A cast: rxjs keeps the platform's timer in `id`; a tracked target has one like it, others something else.
    const { id } = this.#inner as { id?: { ref?: () => void; unref?: () => void } };
    id?.[alive ? 'ref' : 'unref']?.();
  }
}
