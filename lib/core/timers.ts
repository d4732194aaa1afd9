/**
 * All that the scheduler does for a store: deadlines of asks, named timers, ticks.
 *
 * Deadlines with the same timeout fall due in the order in which they were set. So there's one list for each distinct
 * timeout, ordered for free, and one alarm for the earliest head of them all (rule S7: one timer per store):
 *
 * ```
 *   30,000 ms   ask 7 ─ ask 9 ─ ask 12          an ask leaves its list in O(1) when it's answered
 *      250 ms   ask 8 ─ ask 11
 *               ▲ alarm
 * ```
 */
import type { SchedulerAction, SchedulerLike, Subscription } from 'rxjs';
import { expect, expectObject } from '../internal/expect.js';
import type { Answers } from './answers.js';
import type { AnyHandler, Command } from './command.js';
import type { TimerOptions } from './context.js';
import { AskTimeoutError } from './errors.js';
import { join, leave, ring, type Link } from './internal/links.js';
import type { Owner } from './owner.js';

/** The longest delay that a platform timer takes; what is longer is waited for in parts. */
const LONGEST = 2 ** 31 - 1;

/** Calls `work` after `ms` milliseconds. A `quiet` delay doesn't keep a Node process alive. @internal */
export function after(scheduler: SchedulerLike, ms: number, work: () => void, quiet = false): Subscription {
  let rest = ms;
  const part = () => {
    const delay = Math.min(rest, LONGEST);
    rest -= delay;
    return delay;
  };
  const step = function (this: SchedulerAction<unknown>) {
    if (rest > 0) keepAlive(this.schedule(undefined, part()), !quiet);
    else work();
  };
  return keepAlive(scheduler.schedule(step, part()), !quiet);
}

/** On Node, says whether the platform's timer behind a scheduled action keeps the process alive. */
function keepAlive(action: Subscription, alive: boolean): Subscription {
  // A cast: rxjs keeps the platform's timer in `id`; a number in browsers, something else on other schedulers.
  const { id } = action as { id?: { ref?: () => void; unref?: () => void } };
  id?.[alive ? 'ref' : 'unref']?.();
  return action;
}

/** When an ask is due: its place in the list of its timeout. @internal */
export interface Deadline extends Link {
  readonly command: Command;
  readonly due: number;
  readonly list: Link & { readonly timeout: number };
}

/** The deadlines of a store's pending asks. @internal */
export class Deadlines {
  readonly #owner: Answers;
  readonly #lists = new Map<number, Deadline['list']>();
  #pending = 0;
  #alarm: Subscription | undefined = undefined;
  #alarmAt = Infinity;

  constructor(owner: Answers) {
    this.#owner = owner;
  }

  add(command: Command, timeout: number): void {
    const due = this.#owner.now() + timeout;
    let list = this.#lists.get(timeout);
    if (list === undefined) this.#lists.set(timeout, list = ring({ timeout }));
    const deadline: Deadline = { command, due, list, before: list, next: list };
    command.deadline = deadline;
    join(list, deadline);
    if (due < this.#alarmAt) this.#arm(due);
    if (this.#pending++ === 0) this.#keepAlive(true);
  }

  remove(deadline: Deadline): void {
    const { list } = deadline;
    leave(deadline);
    // Garbage that knows what is in use has it collected late.
    deadline.before = deadline.next = deadline;
    if (list.next === list && this.#lists.size > 8) this.#lists.delete(list.timeout);
    // The alarm stays armed, so that asks which come and go don't arm one each; but it keeps no process alive.
    if (--this.#pending === 0) this.#keepAlive(false);
  }

  /** The time of an ask is up. */
  expire({ command, list }: Deadline): void {
    this.#owner.timedOut++;
    this.#owner.giveUp(command, new AskTimeoutError(command, list.timeout));
  }

  stop(): void {
    this.#alarm?.unsubscribe();
  }

  #keepAlive(alive: boolean): void {
    if (this.#alarm !== undefined) keepAlive(this.#alarm, alive);
  }

  #arm(due: number): void {
    this.stop();
    this.#alarmAt = due;
    this.#alarm = after(this.#owner.scheduler, Math.max(0, due - this.#owner.now()), () => this.#ring());
  }

  #ring(): void {
    this.#alarm = undefined;
    this.#alarmAt = Infinity;
    let earliest = Infinity;
    for (const list of this.#lists.values()) {
      // A cast: members of these lists are deadlines.
      for (let head = list.next; head !== list; head = list.next) {
        const { due } = head as Deadline;
        if (due > this.#owner.now()) {
          earliest = Math.min(earliest, due);
          break;
        }
        this.expire(head as Deadline);
      }
    }
    if (earliest < this.#alarmAt) this.#arm(earliest);
  }
}

/** The ticks and named timers of a store. @internal */
export class Timers {
  readonly #owner: Owner;
  readonly #ticks = new Map<string, Subscription>();
  readonly #named = new Map<string, { readonly delay: Subscription; readonly command: Command }>();

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** Sends `type` each `period` milliseconds; a tick that still waits isn't sent twice. */
  tick(type: string, period: number): void {
    const owner = this.#owner;
    let last: Command | undefined;
    const beat = () => {
      this.#ticks.set(type, after(owner.scheduler, period, beat, true));
      if (last === undefined || last.started || last.settled) owner.send(last = owner.known(type, undefined, true));
    };
    this.#ticks.set(type, after(owner.scheduler, period, beat, true));
  }

  set(name: string, ms: number, type: string, payload?: unknown, options: TimerOptions = {}): void {
    const owner = this.#owner;
    expect(typeof ms === 'number' && ms >= 0, 'ms', 'a number from 0 on', ms);
    expectObject(options, 'options');
    // The command is made now, so that a name that isn't there fails where it was written.
    const command = owner.known(type, payload, true);
    // A cast: `known` has seen to it that there's one.
    const handle = command.route.handle as AnyHandler;
    this.clear(name);
    if (owner.phase === 'closed') return;
    this.#named.set(name, { command, delay: after(owner.scheduler, ms, () => owner.send(command), options.quiet) });
    command.route = {
      ...command.route,
      handle: (...given) => {
        // What has begun can't be taken back any more. (A timer that was set anew under this name has withdrawn this one.)
        this.#named.delete(name);
        return handle(...given);
      },
    };
  }

  /** Stops a timer, and takes back what it sent if that still waits. */
  clear(name: string): void {
    const timer = this.#named.get(name);
    if (timer === undefined) return;
    const { delay, command } = timer;
    this.#named.delete(name);
    delay.unsubscribe();
    this.#owner.takeBack(command);
  }

  stopTicks(): void {
    for (const tick of this.#ticks.values()) tick.unsubscribe();
  }

  /** Nothing more is sent; what was sent and waits is the owner's affair. */
  stop(): void {
    this.stopTicks();
    for (const { delay } of this.#named.values()) delay.unsubscribe();
  }
}
