/** What users' functions give, whenever they give it: a value at once, a Promise, or an Observable. */
import { from, isObservable, of, type Observable } from 'rxjs';
import { isThenable } from '../../internal/thenable.js';

/** All of these as an Observable. A plain array is a value. */
export function observableOf<T>(given: T | PromiseLike<T> | Observable<T>): Observable<T> {
  if (isObservable(given)) return given;
  // `Promise.resolve` tames any thenable.
  return isThenable(given) ? from(Promise.resolve(given)) : of(given);
}
