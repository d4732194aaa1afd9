/** How a store is run: all options in one place, with their defaults. */
import type { SchedulerLike } from 'rxjs';
import type { Overflow } from './mailbox.js';

/** The bound of a store's mailbox. */
export interface MailboxOptions {
  /** The most commands that may wait, and the most effects and later replies in flight. Default 65,536. */
  readonly capacity?: number;
  /** Who fails with `MailboxFullError` beyond that: `'reject'` (default) the one that comes, `'drop-oldest'` the one that waits longest. */
  readonly overflow?: Overflow;
}

/** The second argument of `createStore`. Each field is optional. */
export interface StoreOptions {
  /** All time: ticks, timers, timeouts, `context.now()`. Default `asyncScheduler`; a marble test passes its own. */
  readonly scheduler?: SchedulerLike;
  /** The bound of what waits. */
  readonly mailbox?: MailboxOptions;
  /** How long an ask may stay unanswered, in milliseconds. Default 30,000; `Infinity` for no limit. */
  readonly timeout?: number;
  /**
   * After a command's handler threw: `'keep'` (default) the state, `'reset'` it (needs `state` as a function), or
   * `'stop'` the store, as by its signal.
   */
  readonly onHandlerError?: 'keep' | 'reset' | 'stop';
  /** Ends the store at once when it aborts. */
  readonly signal?: AbortSignal;
  /** How long a backlog is worked off in a row, in milliseconds, before the rest continues in a new task. Default 8; `Infinity` for no limit. */
  readonly slice?: number;
  /** Deep-freezes what the view gives out. Default: on, unless `NODE_ENV` is `'production'`. */
  readonly freeze?: boolean;
}

/** Options with their defaults filled in. @internal */
export interface ResolvedOptions {
  readonly scheduler: SchedulerLike;
  readonly capacity: number;
  readonly overflow: Overflow;
  readonly timeout: number;
  readonly onHandlerError: 'keep' | 'reset' | 'stop';
  readonly slice: number;
  readonly freeze: boolean;
}
