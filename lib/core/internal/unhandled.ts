/** What nobody else takes care of is reported the way rxjs does it, in a task of its own. */
import { throwError, type Observer, type Subscription } from 'rxjs';

/** Reports an error that nobody handles: `config.onUnhandledError` of rxjs, else thrown in a task of its own. @internal */
export function reportUnhandled(error: unknown): void {
  // An Observable that fails without an error handler is just what rxjs has that report for.
  throwError(() => error).subscribe();
}

/** Calls somebody whose failure is to harm no one else. @internal */
export function attempt(call: () => void): void {
  try {
    call();
  } catch (error) {
    reportUnhandled(error);
  }
}

/** Ends a subscription, whatever its own teardown says to that. @internal */
export function teardown(subscription: Subscription): void {
  attempt(() => subscription.unsubscribe());
}

/** The same observer; but where it's so broken that rxjs itself throws, those who come after it don't notice. @internal */
export function guarded<T>(observer: Observer<T>): Observer<T> {
  return {
    next: (value) => {
      // As `attempt` does it, without a closure for each value.
      try {
        observer.next(value);
      } catch (error) {
        reportUnhandled(error);
      }
    },
    error: (error) => attempt(() => observer.error(error)),
    complete: () => attempt(() => observer.complete()),
  };
}
