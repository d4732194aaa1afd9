/**
 * The loop that works off what waits: one command at a time, iterative, in slices (rules S3 and S13).
 *
 * ```
 *   a: ├ take ─ show ─┬─ reply ┤├ take …                  what a is sent meanwhile waits for the next turn
 *                     └▶ b: ├ take ─ show ─┬ reply ┤       an idle store is woken at once, inside
 *                                          └▶ c: …          64 deep at most: the rest waits for the outermost
 * ```
 */
import type { SchedulerLike, Subscription } from 'rxjs';
import { handling } from './chain.js';
import type { Command } from './command.js';
import { Ring } from './internal/ring.js';
import type { Phase } from './lifecycle.js';
import { Mailbox } from './mailbox.js';
import { after } from './timers.js';

/** Stores that wake each other nest this deep. */
const DEEPEST = 64;

/** The clock of a slice is read once in so many commands. */
const STRETCH = 256;

let nesting = 0;
/** What stores have to go on with, since it would have nested too deep. */
const late = new Ring<() => void>();
/** What waits until no store has anything to go on with. */
const calm = new Ring<() => void>();
/** How much of both there is. */
let later = 0;

/** @internal */
export abstract class Loop {
  readonly mailbox: Mailbox = new Mailbox();
  phase: Phase = 'open';
  /** Whether what comes now has to wait. */
  busy = false;
  /** The command whose handler is at work, or waited for. */
  current: Command | null = null;
  /** The command whose outcome takes time, if that's what keeps the owner busy. */
  blocked: Command | null = null;
  /** The rest of a backlog, when a slice is over. */
  protected pause: Subscription | undefined = undefined;
  /** Commands worked off in a row, and since when. */
  #stretch = 0;
  #since: number | undefined = undefined;

  abstract readonly scheduler: SchedulerLike;
  protected abstract readonly slice: number;
  /** Handles one command. Afterwards it has ended, or `blocked` is set. */
  protected abstract take(command: Command): void;
  /** Whatever throws where nothing should (a getter, a proxy) ends what was at work, and not the loop. */
  protected abstract escaped(error: unknown): void;
  /** Called when the mailbox has emptied and nothing runs. */
  protected abstract idle(): void;

  /** Calls others inside the busy section: what they send waits until all of them have been called. */
  busily(call: () => void): void {
    if (!this.busy) {
      this.busy = true;
      return this.work(undefined, call);
    }
    // What those who are called ask isn't what the handler asks that may be on the stack.
    const outer = handling.by;
    handling.by = null;
    try {
      call();
    } finally {
      handling.by = outer;
    }
  }

  /** Goes on with an outcome that took time. */
  protected resume(step: () => void): void {
    if (this.phase !== 'closed') this.work(undefined, step);
  }

  /** Takes a command, or a step of one, and then what waits. */
  protected work(command: Command | undefined, step?: () => void): void {
    if (nesting >= DEEPEST) return this.#postpone(command, step);
    nesting++;
    const outer = handling.by;
    handling.by = null;
    for (;;) {
      try {
        step?.();
        if (command) this.take(command);
      } catch (error) {
        this.escaped(error);
      }
      step = undefined;
      if (this.blocked) break;
      if (this.mailbox.empty) {
        this.busy = false;
        this.#stretch = 0;
        this.#since = undefined;
        this.idle();
        break;
      }
      if (++this.#stretch % STRETCH === 0 && this.#pauses()) break;
      command = this.mailbox.take();
    }
    handling.by = outer;
    if (nesting === 1 && later > 0) workLate();
    nesting--;
  }

  // Closures stand in methods of their own, so that `work` makes none for each command.

  /** Where loops nest too deep, the outermost is to work off what waits here. */
  protected postpones(): boolean {
    if (nesting < DEEPEST) return false;
    this.#late();
    return true;
  }

  #postpone(command: Command | undefined, step: (() => void) | undefined): void {
    if (command) this.mailbox.put(command, Infinity, 'reject');
    this.#late(step);
  }

  #late(step?: () => void): void {
    later++;
    late.push(() => this.work(undefined, step));
  }

  /** Whether this slice is over; the rest then goes on in a new task. */
  #pauses(): boolean {
    const now = this.scheduler.now();
    this.#since ??= now;
    // Where time is virtual (the frame of a VirtualTimeScheduler) it passes by waiting, not by working.
    if (now - this.#since < this.slice || now === (this.scheduler as { frame?: number }).frame) return false;
    this.#since = undefined;
    this.pause = after(this.scheduler, 0, () => this.work(undefined));
    return true;
  }
}

/** What was left to the outermost loop. */
function workLate(): void {
  for (let next = late.shift() ?? calm.shift(); next; next = late.shift() ?? calm.shift()) {
    later--;
    next();
  }
}

/**
 * Calls others as a loop does: what that sets off in stores is done at once, what waits for calm comes after it; and what
 * they ask isn't what the handler asks that may be on the stack. @internal
 */
export function turn(call: () => void): void {
  nesting++;
  const outer = handling.by;
  handling.by = null;
  try {
    call();
  } finally {
    handling.by = outer;
    if (nesting === 1) workLate();
    nesting--;
  }
}

/** Calls when all that is being worked off, by whichever stores, has been; at once where that's nothing. @internal */
export function whenCalm(call: () => void): void {
  later++;
  calm.push(call);
  if (nesting === 0) turn(() => undefined);
}
