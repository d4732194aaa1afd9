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
import { running } from './chain.js';
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
const late = new Ring<() => void>();

/** @internal */
export abstract class Loop {
  readonly mailbox: Mailbox = new Mailbox();
  phase: Phase = 'open';
  /** Whether what comes now has to wait. */
  busy = false;
  /** The command whose outcome takes time, if that's what keeps the owner busy. */
  blocked: Command | null = null;
  /** The rest of a backlog, when a slice is over. */
  protected pause: Subscription | undefined = undefined;
  /** Commands worked off in a row, and since when. */
  #stretch = 0;
  #since: number | undefined = undefined;

  abstract readonly scheduler: SchedulerLike;
  protected abstract readonly slice: number;
  /** Handles one command. Afterwards it has ended, or `blocked` is set. Doesn't throw. */
  protected abstract take(command: Command): void;
  /** Called when the mailbox has emptied and nothing runs. */
  protected abstract idle(): void;

  /** Calls others inside the busy section: what they send waits until all of them have been called. */
  busily(call: () => void): void {
    if (this.busy) return call();
    this.busy = true;
    this.work(undefined, call);
  }

  /** Goes on with an outcome that took time. A new slice begins where that was a task of its own, not a mere promise. */
  protected resume(step: () => void, newSlice: boolean): void {
    if (this.phase === 'closed') return;
    if (newSlice) this.#since = undefined;
    this.work(undefined, step);
  }

  /** Takes a command, or a step of one, and then what waits. */
  protected work(command: Command | undefined, step?: () => void): void {
    if (nesting === DEEPEST) {
      if (command) this.mailbox.put(command, Infinity, 'reject');
      return late.push(() => this.work(undefined, step));
    }
    nesting++;
    const outer = running.command;
    running.command = null;
    step?.();
    for (;;) {
      if (command !== undefined) this.take(command);
      if (this.blocked !== null) break;
      if (this.mailbox.empty) {
        this.busy = false;
        this.#stretch = 0;
        this.#since = undefined;
        this.idle();
        break;
      }
      if (++this.#stretch % STRETCH === 0) {
        const now = this.scheduler.now();
        this.#since ??= now;
        if (now - this.#since >= this.slice) {
          this.#since = undefined;
          this.pause = after(this.scheduler, 0, () => this.work(undefined));
          break;
        }
      }
      command = this.mailbox.take();
    }
    running.command = outer;
    if (nesting === 1) for (let next = late.shift(); next !== undefined; next = late.shift()) next();
    nesting--;
  }
}
