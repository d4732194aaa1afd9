/** Virtual time that moves only when the simulation lets a timer ring. */
import { Subscription, type SchedulerAction, type SchedulerLike } from 'rxjs';

type Work<T> = (this: SchedulerAction<T>, state?: T) => void;

/** Something that may happen: a client's step, a completion of work, a timer. @internal */
export interface Task {
  /** What it is, for the trace. */
  readonly what: string;
  /** Of a timer: when it's to ring, in milliseconds. */
  readonly due?: number;
  run(): void;
}

/** A timer that is armed. @internal */
export interface Alarm extends Task {
  readonly due: number;
  /** It doesn't count as something to wait for. */
  readonly quiet: boolean;
}

/** @internal */
export class Clock {
  time = 0;
  /** Timers that are to ring, in the order in which they were armed. */
  readonly armed: Set<Alarm> = new Set();

  /** A scheduler on this clock, for whoever is named. */
  scheduler(name: string): SchedulerLike {
    return {
      now: () => this.time,
      schedule: <T>(work: Work<T>, delay = 0, state?: T): Subscription => new ClockAction(this, name, work).schedule(state, delay),
    };
  }

  /** The timers that may ring next: those that are due first. */
  next(): readonly Task[] {
    let due = Infinity;
    for (const alarm of this.armed) due = Math.min(due, alarm.due);
    return [...this.armed].filter((alarm) => alarm.due === due);
  }

  /** Whether time has anything to bring but what keeps no process alive: the ticks of a store. */
  get expectant(): boolean {
    for (const { quiet } of this.armed) if (!quiet) return true;
    return false;
  }
}

/** A piece of work on the clock, which can schedule itself again as rxjs's own can. */
class ClockAction<T> extends Subscription implements SchedulerAction<T>, Alarm {
  readonly what: string;
  due = 0;
  quiet = false;
  /** What a timer of Node offers: `unref` says that it isn't to keep a process alive, `ref` that it is. */
  readonly id: { ref(): void; unref(): void } = { ref: () => { this.quiet = false; }, unref: () => { this.quiet = true; } };
  readonly #clock: Clock;
  readonly #work: Work<T>;
  #state: T | undefined = undefined;

  constructor(clock: Clock, name: string, work: Work<T>) {
    super();
    this.#clock = clock;
    this.what = `timer of ${name}`;
    this.#work = work;
  }

  schedule(state?: T, delay = 0): this {
    if (this.closed) return this;
    this.#state = state;
    this.#clock.armed.delete(this);
    this.due = this.#clock.time + Math.max(0, delay);
    this.quiet = false;
    // A delay that never ends is no timer.
    if (this.due < Infinity) this.#clock.armed.add(this);
    return this;
  }

  run(): void {
    this.#clock.armed.delete(this);
    // It may be late: a step may have taken its time.
    this.#clock.time = Math.max(this.#clock.time, this.due);
    this.#work.call(this, this.#state);
  }

  override unsubscribe(): void {
    this.#clock.armed.delete(this);
    super.unsubscribe();
  }
}
