/**
 * Every error a store itself can settle a reply with (rule S5), in one place.
 *
 * A handler's own error is passed on as it is; these are what the *store* decided.
 */

/** Where an error of ours happened: what each of them carries besides its message. */
export interface ErrorSite {
  /** Name of the store that decided. */
  readonly store: string;
  /** Type of the command, or `''` where no command was at hand. */
  readonly type: string;
  /**
   * Whether the handler had begun. `false`: it never will, the command harmed and changed nothing.
   * `true`: the outcome is unknown to the asker, it may still be folded.
   */
  readonly started: boolean;
}

/**
 * What all errors of a store have in common. Catch this class to tell the store's decisions from errors that your
 * own handlers threw; switch on `code` to tell them apart.
 *
 * @example
 * ```ts
 * import { createStore, StoreError } from 'ownstate';
 *
 * const store = createStore({ state: 0, commands: { add: (sum, by: number) => sum + by } });
 * await store.shutdown();
 * try {
 *   await store.ask.add(1);
 * } catch (error) {
 *   console.log(error instanceof StoreError && error.code); // STORE_CLOSED
 * }
 * ```
 */
export abstract class StoreError extends Error implements ErrorSite {
  /** A literal per class, for a `switch`. */
  abstract readonly code: string;
  readonly store: string;
  readonly type: string;
  readonly started: boolean;

  constructor(site: ErrorSite, what: string) {
    super(`${site.store}${site.type && '.' + site.type}: ${what}`);
    this.store = site.store;
    this.type = site.type;
    this.started = site.started;
  }
}

/** The ask stayed unanswered for longer than its `timeout` (milliseconds, counted from the sending). */
export class AskTimeoutError extends StoreError {
  override readonly name = 'AskTimeoutError';
  readonly code = 'ASK_TIMEOUT';
  /** The limit that passed, in milliseconds. */
  readonly timeout: number;

  constructor(site: ErrorSite, timeout: number) {
    super(site, `no answer within ${timeout} ms`);
    this.timeout = timeout;
  }
}

/** The signal given to `with({ signal })` aborted; its reason is the `cause`. */
export class AskAbortedError extends StoreError {
  override readonly name = 'AskAbortedError';
  readonly code = 'ASK_ABORTED';

  constructor(site: ErrorSite, reason: unknown) {
    super(site, 'aborted by its signal');
    this.cause = reason;
  }
}

/** The mailbox, or the room for effects and later replies, was full: this command was refused, or dropped for a newer one. */
export class MailboxFullError extends StoreError {
  override readonly name = 'MailboxFullError';
  readonly code = 'MAILBOX_FULL';
  /** The most commands that may wait. */
  readonly capacity: number;

  constructor(site: ErrorSite, capacity: number) {
    super(site, `mailbox full, capacity ${capacity}`);
    this.capacity = capacity;
  }
}

/** The reader of a feed with the overflow `'disconnect'` was too slow: its buffer was full when one more item came. */
export class FeedFullError extends StoreError {
  override readonly name = 'FeedFullError';
  readonly code = 'FEED_FULL';
  /** The most items that may wait for the reader. */
  readonly capacity: number;

  constructor(site: ErrorSite, capacity: number) {
    super(site, `feed full, capacity ${capacity}`);
    this.capacity = capacity;
  }
}

/** The store was shutting down or closed when the command came, or closed before it was answered. */
export class StoreClosedError extends StoreError {
  override readonly name = 'StoreClosedError';
  readonly code = 'STORE_CLOSED';

  constructor(site: ErrorSite) {
    super(site, 'the store is closed');
  }
}

/** The store has no command and no query of that name. */
export class UnknownCommandError extends StoreError {
  override readonly name = 'UnknownCommandError';
  readonly code = 'UNKNOWN_COMMAND';

  constructor(site: ErrorSite, known: readonly string[]) {
    super(site, `expected one of ${known.join(', ')}, got ${site.type}`);
  }
}

/** A newer command took the lane of an effect with policy `'switch'`. */
export class SupersededError extends StoreError {
  override readonly name = 'SupersededError';
  readonly code = 'SUPERSEDED';

  constructor(site: ErrorSite) {
    super(site, 'superseded by a newer one');
  }
}

/** The lane of an effect with policy `'exhaust'` was still busy; nothing was changed. */
export class BusyError extends StoreError {
  override readonly name = 'BusyError';
  readonly code = 'BUSY';

  constructor(site: ErrorSite) {
    super(site, 'its lane is busy');
  }
}

/** Waiting for this reply would never end: the stores in `ring` wait for each other. */
export class DeadlockError extends StoreError {
  override readonly name = 'DeadlockError';
  readonly code = 'DEADLOCK';
  /** Names of the stores, the first one again at the end: `['a', 'b', 'a']`. */
  readonly ring: readonly string[];

  constructor(site: ErrorSite, ring: readonly string[]) {
    super(site, `deadlock, ${ring.join(' → ')}`);
    this.ring = ring;
  }
}
