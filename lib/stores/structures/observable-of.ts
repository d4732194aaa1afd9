/** What users' functions give, whenever they give it: a value at once, a Promise, or an Observable. */
import { from, isObservable, of, type Observable } from 'rxjs';

/** Whether a value is one to wait for: a promise, a reply, anything with a `then`. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  // A cast: anything may be asked whether it has a `then`.
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
}

/** All of these as an Observable. A plain array is a value. */
export function observableOf<T>(given: T | PromiseLike<T> | Observable<T>): Observable<T> {
  if (isObservable(given)) return given;
  // `Promise.resolve` tames any thenable.
  return isThenable(given) ? from(Promise.resolve(given)) : of(given);
}
