/**
 * All that the scheduler does for a store: deadlines of asks, named timers, ticks.
 *
 * Deadlines with the same timeout fall due in the order in which they were set. So there's one list for each distinct
 * timeout, ordered for free, and one alarm for the earliest head of them all (rule S7: one timer per store):
 *
 * ```
 *   30,000 ms   ask 7 ─ ask 9 ─ ask 12          a list's node leaves in O(1) when its ask is answered
 *      250 ms   ask 8 ─ ask 11
 *               ▲ alarm
 * ```
 */
import type { SchedulerAction, SchedulerLike, Subscription } from 'rxjs';
import type { Command } from './command.js';
import { AskTimeoutError } from './errors.js';
import { siteOf } from './internal/site.js';
import type { Owner } from './owner.js';

/** The longest delay that a platform timer takes; what is longer is waited for in parts. */
const LONGEST = 2 ** 31 - 1;

/**
 * Calls `work` after `ms` milliseconds, and again after each further period if it gives one. A `quiet` delay doesn't
 * keep a Node process alive. @internal
 */
export function after(scheduler: SchedulerLike, ms: number, work: () => number | void, quiet = false): Subscription {
  let rest = ms;
  const wait = (action: { schedule(state?: unknown, delay?: number): Subscription }) => {
    const part = Math.min(rest, LONGEST);
    rest -= part;
    const armed = action.schedule(undefined, part);
    if (quiet) keepAlive(armed, false);
    return armed;
  };
  const step = function (this: SchedulerAction<unknown>) {
    if (rest === 0) rest = work() ?? -1;
    if (rest >= 0) wait(this);
  };
  return wait({ schedule: (state, delay) => scheduler.schedule(step, delay, state) });
}

/** On Node, says whether the platform's timer behind a scheduled action keeps the process alive. @internal */
export function keepAlive(action: Subscription, alive: boolean): void {
  // A cast: rxjs keeps the platform's timer in `id`; a number in browsers, something else on other schedulers.
  const { id } = action as { id?: { ref?: () => void; unref?: () => void } };
  id?.[alive ? 'ref' : 'unref']?.();
}

/** A place in a list of deadlines. */
export interface Deadline {
  readonly command: Command;
  readonly due: number;
  readonly list: DeadlineList;
  before: Deadline | undefined;
  next: Deadline | undefined;
}

interface DeadlineList {
  readonly timeout: number;
  first: Deadline | undefined;
  last: Deadline | undefined;
}

/** The deadlines of a store's pending asks. @internal */
export class Deadlines {
  readonly #owner: Owner;
  readonly #lists = new Map<number, DeadlineList>();
  #pending = 0;
  #alarm: Subscription | undefined = undefined;
  #alarmAt = Infinity;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  add(command: Command, timeout: number): void {
    const due = this.#owner.now() + timeout;
    let list = this.#lists.get(timeout);
    if (list === undefined) this.#lists.set(timeout, list = { timeout, first: undefined, last: undefined });
    const deadline: Deadline = { command, due, list, before: list.last, next: undefined };
    if (list.last === undefined) list.first = deadline;
    else list.last.next = deadline;
    list.last = deadline;
    command.needed.deadline = deadline;
    if (due < this.#alarmAt) this.#arm(due);
    if (this.#pending++ === 0 && this.#alarm !== undefined) keepAlive(this.#alarm, true);
  }

  remove({ list, before, next }: Deadline): void {
    if (before === undefined) list.first = next;
    else before.next = next;
    if (next === undefined) list.last = before;
    else next.before = before;
    if (list.first === undefined && this.#lists.size > 8) this.#lists.delete(list.timeout);
    // The alarm stays armed, so that asks which come and go don't arm one each; but it keeps no process alive.
    if (--this.#pending === 0 && this.#alarm !== undefined) keepAlive(this.#alarm, false);
  }

  stop(): void {
    this.#alarm?.unsubscribe();
    this.#alarm = undefined;
  }

  #arm(due: number): void {
    this.stop();
    this.#alarmAt = due;
    this.#alarm = after(this.#owner.scheduler, Math.max(0, due - this.#owner.now()), () => this.#ring());
  }

  #ring(): void {
    this.#alarm = undefined;
    this.#alarmAt = Infinity;
    const now = this.#owner.now();
    let earliest = Infinity;
    for (const list of this.#lists.values()) {
      for (let head = list.first; head !== undefined && head.due <= now; head = list.first) {
        this.#owner.timedOut++;
        this.#owner.giveUp(head.command, new AskTimeoutError(siteOf(head.command), list.timeout));
      }
      if (list.first !== undefined) earliest = Math.min(earliest, list.first.due);
    }
    if (earliest < this.#alarmAt) this.#arm(earliest);
  }
}

/** The ticks and named timers of a store. @internal */
export class Timers {
  readonly #owner: Owner;
  readonly #ticks: Subscription[] = [];
  readonly #named = new Map<string, { delay?: Subscription; sent?: Command }>();

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** Sends `type` each `period` milliseconds; a tick that still waits isn't sent twice. */
  tick(type: string, period: number): void {
    let last: Command | undefined;
    const beat = () => {
      if (last === undefined || last.started || last.settled) this.#owner.send(last = this.#owner.command(type, undefined, true));
      return period;
    };
    this.#ticks.push(after(this.#owner.scheduler, period, beat, true));
  }

  set(name: string, ms: number, type: string, payload: unknown): void {
    // The command is made now, so that a name that isn't there fails where it was written.
    const command = this.#owner.command(type, payload, true);
    const { handle } = command;
    this.clear(name);
    if (this.#owner.phase === 'closed') return;
    const timer: { delay?: Subscription; sent?: Command } = {};
    this.#named.set(name, timer);
    command.handle = (...given) => {
      // What has begun can't be taken back any more.
      if (this.#named.get(name) === timer) this.#named.delete(name);
      return handle(...given);
    };
    timer.delay = after(this.#owner.scheduler, ms, () => {
      timer.sent = command;
      this.#owner.send(command);
    });
  }

  /** Stops a timer, and takes back what it sent if that still waits. */
  clear(name: string): void {
    const timer = this.#named.get(name);
    if (timer === undefined) return;
    this.#named.delete(name);
    timer.delay?.unsubscribe();
    if (timer.sent !== undefined) this.#owner.takeBack(timer.sent);
  }

  stopTicks(): void {
    for (const tick of this.#ticks.splice(0)) tick.unsubscribe();
  }

  stop(): void {
    this.stopTicks();
    for (const name of [...this.#named.keys()]) this.clear(name);
  }
}
