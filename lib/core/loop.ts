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
  /** The command whose outcome takes time, if that's what keeps the owner busy. */
  blocked: Command | null = null;
  #busy = false;
  /** Commands worked off in a row, and since when. */
  #stretch = 0;
  #since: number | undefined = undefined;
  #pause: Subscription | undefined = undefined;

  /** Called for each command that comes, inside the busy section. */
  protected abstract arrive(command: Command): void;
  /** Handles one command. Afterwards it has ended, or `blocked` is set. Doesn't throw. */
  protected abstract take(command: Command): void;
  /** Called whenever the mailbox has emptied and nothing runs. */
  protected abstract idle(): void;
  protected abstract readonly scheduler: SchedulerLike;
  protected abstract readonly slice: number;

  /** Whether what comes now has to wait. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Takes a command at once; the owner must be idle. */
  protected start(command: Command): void {
    this.#busy = true;
    this.arrive(command);
    this.#work(command, undefined);
  }

  /** Calls others inside the busy section: what they send waits until all of them have been called. */
  busily(call: () => void): void {
    if (this.#busy) call();
    else {
      this.#busy = true;
      this.#work(undefined, call);
    }
  }

  /** Goes on with an outcome that took time. A new slice begins where that was a task of its own, not a mere promise. */
  resume(step: () => void, newSlice = false): void {
    if (newSlice) this.#since = undefined;
    this.#work(undefined, step);
  }

  /** Forgets a slice that is waited for. */
  protected halt(): void {
    this.#pause?.unsubscribe();
  }

  #work(command: Command | undefined, step: (() => void) | undefined): void {
    if (nesting === DEEPEST) return late.push(() => this.#work(command, step));
    nesting++;
    const outer = running.command;
    running.command = null;
    if (step !== undefined) step();
    for (;;) {
      if (command !== undefined) this.take(command);
      if (this.blocked !== null) break;
      if (this.mailbox.empty) {
        this.#busy = false;
        this.#stretch = 0;
        this.#since = undefined;
        this.idle();
        break;
      }
      if (++this.#stretch % STRETCH === 0 && this.#sliceIsOver()) break;
      command = this.mailbox.take();
    }
    running.command = outer;
    if (nesting === 1) for (let next = late.shift(); next !== undefined; next = late.shift()) next();
    nesting--;
  }

  /** Goes on in a new task if this one has lasted long enough. */
  #sliceIsOver(): boolean {
    const now = this.scheduler.now();
    this.#since ??= now;
    if (now - this.#since < this.slice) return false;
    this.#since = undefined;
    this.#pause = after(this.scheduler, 0, () => this.#work(undefined, undefined));
    return true;
  }
}
