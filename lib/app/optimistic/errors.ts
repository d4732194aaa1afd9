/** The errors of optimistic definitions. */
import { StoreError, type ErrorSite } from '../../index.js';

/**
 * A command had been handled, and can't be folded any more: one before it has failed or turned out otherwise, and on the
 * state without it the handler throws. Its change is gone; what was thrown is the `cause`. It appears on `errors$`.
 */
export class CommandDroppedError extends StoreError {
  override readonly name = 'CommandDroppedError';
  readonly code = 'COMMAND_DROPPED';

  constructor(site: ErrorSite, cause: unknown) {
    super(site, 'its change is dropped, since it can\'t be folded again without a command that failed');
    this.cause = cause;
  }
}

/** As many commands as may be were handled since the oldest attempt that is still in flight: no more until it has ended. */
export class LogFullError extends StoreError {
  override readonly name = 'LogFullError';
  readonly code = 'LOG_FULL';
  /** The most commands that are kept. */
  readonly limit: number;

  constructor(site: ErrorSite, limit: number) {
    super(site, `the oldest attempt is still in flight after ${limit} commands`);
    this.limit = limit;
  }
}
