/** What may be there at once or be promised: worked with at once where it can be. */
import { isThenable } from '../../internal/thenable.js';

/** Goes on with a value: at once, or when it's there. @internal */
export function andThen<T, R>(value: T | PromiseLike<T>, next: (value: T) => R | PromiseLike<R>): R | PromiseLike<R> {
  return isThenable(value) ? Promise.resolve(value).then(next) : next(value);
}

/** What a function gives, or what is made of its error. @internal */
export function rescue<T, R>(work: () => T | PromiseLike<T>, saved: (error: unknown) => R): T | R | PromiseLike<T | R> {
  try {
    const value = work();
    return isThenable(value) ? Promise.resolve(value).then<T, R>(undefined, saved) : value;
  } catch (error) {
    return saved(error);
  }
}
