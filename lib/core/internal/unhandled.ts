/** What nobody else takes care of is reported the way rxjs does it, in a task of its own. */
import { throwError } from 'rxjs';

/** Reports an error that nobody handles: `config.onUnhandledError` of rxjs, else thrown in a task of its own. @internal */
export function reportUnhandled(error: unknown): void {
  // An Observable that fails without an error handler is just what rxjs has that report for.
  throwError(() => error).subscribe();
}
