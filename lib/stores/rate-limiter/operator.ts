/** A limiter in a pipeline. */
import { defer, filter, finalize, map, mergeMap, type MonoTypeOperatorFunction, type Observable } from 'rxjs';
import type { Client } from '../../index.js';
import { expect, expectFunction, expectObject, expectOneOf } from '../../internal/expect.js';
import { RateLimitExceededError } from '../errors.js';
import type { Key } from '../structures/check-payload.js';
import type { RateLimiterDefinition } from '../rate-limiter.js';

/** How `rateLimit` works. */
export interface RateLimitOptions<T> {
  /** Whose bucket a value draws from: a key for all, or a function of the value. */
  readonly key: Key | ((value: T) => Key);
  /** How many tokens a value takes: a number for all, or a function of the value. Default 1. */
  readonly tokens?: number | ((value: T) => number);
  /**
   * What becomes of a value for which there are no tokens: `'wait'` (default) has it wait for them, `'drop'` leaves it
   * out, `'error'` ends the stream with `RateLimitExceededError`.
   */
  readonly onExceeded?: 'wait' | 'drop' | 'error';
  /** With `'wait'`: the longest that a value may wait, in milliseconds; beyond that the stream fails with `WaitTooLongError`. */
  readonly deadline?: number;
}

/**
 * Lets values through as a limiter allows it: an operator, for `pipe`. Values of one key stay in order; one whose key has
 * to wait holds no other key up.
 *
 * The stream fails with whatever the limiter refuses (`TokensExceedLimitError`, `WaitTooLongError`, and
 * `TooManyWaitingError`, since the limiter's `maxWaiting` is the bound of what waits here), with `StoreClosedError` when
 * the limiter closes, and with what `key` or `tokens` throw. To unsubscribe takes back what waits.
 *
 * @param limiter a rate limiter, or a client of one
 * @param options whose bucket, and what happens when it's empty
 * @throws TypeError for options that can't be used
 *
 * @example
 * ```ts
 * import { createRateLimiter, rateLimit } from 'ownstate/stores';
 * import { from } from 'rxjs';
 *
 * const limiter = createRateLimiter({ limit: 2 });
 * const letters = from(['a', 'b', 'c']).pipe(rateLimit(limiter, { key: 'letters', onExceeded: 'drop' }));
 * letters.subscribe((letter) => console.log(letter)); // a, b
 * ```
 */
export function rateLimit<T>(limiter: Client<RateLimiterDefinition>, options: RateLimitOptions<T>): MonoTypeOperatorFunction<T> {
  expect(typeof (limiter as Partial<typeof limiter> | undefined)?.with === 'function', 'limiter', 'a rate limiter, or a client of one', limiter);
  expectObject(options, 'options');
  const { key, tokens = 1, onExceeded = 'wait', deadline = Infinity } = options;
  expect(typeof key === 'string' || typeof key === 'number' || typeof key === 'function', 'key', 'a string, a number or a function', key);
  if (typeof tokens !== 'number') expectFunction(tokens, 'tokens');
  expectOneOf(onExceeded, 'onExceeded', 'wait', 'drop', 'error');
  expect(typeof deadline === 'number' && deadline >= 0, 'deadline', 'a number of milliseconds from 0 on', deadline);
  const askOf = (value: T) => ({
    key: typeof key === 'function' ? key(value) : key,
    tokens: typeof tokens === 'function' ? tokens(value) : tokens,
  });
  return (source: Observable<T>) => defer(() => {
    const left = new AbortController();
    // It's the limiter's line that bounds what waits, and the deadline how long.
    const { ask } = limiter.with({ timeout: Infinity, signal: left.signal });
    const pass = (value: T): Observable<T> => {
      const asked = askOf(value);
      if (onExceeded === 'wait') return ask.wait({ ...asked, deadline }).pipe(map(() => value));
      return ask.allow(asked).pipe(filter(({ allowed, retryAfter }) => {
        if (!allowed && onExceeded === 'error') throw new RateLimitExceededError(asked.key, retryAfter);
        return allowed;
      }), map(() => value));
    };
    return source.pipe(mergeMap(pass), finalize(() => left.abort()));
  });
}
