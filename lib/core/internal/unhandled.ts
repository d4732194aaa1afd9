/** What nobody else takes care of is reported the way rxjs does it, in a task of its own. */
import { throwError, type Subscription } from 'rxjs';

/** Reports an error that nobody handles: `config.onUnhandledError` of rxjs, else thrown in a task of its own. @internal */
export function reportUnhandled(error: unknown): void {
  // An Observable that fails without an error handler is just what rxjs has that report for.
  throwError(() => error).subscribe();
}

/** Ends a subscription, whatever its own teardown says to that. @internal */
export function teardown(subscription: Subscription): void {
  try {
    subscription.unsubscribe();
  } catch (error) {
    reportUnhandled(error);
  }
}
