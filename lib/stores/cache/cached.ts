/**
 * A cache in a pipeline, in front of its loader. All that comes is asked for at once, so loads overlap; what they give
 * goes out in the order in which it was asked for.
 *
 * ```
 *   source   a──b──a──c|
 *   loads    a──────A              of `a` one for both
 *               b──C
 *                     c───C
 *   result   ───────(ABA)─C|
 * ```
 */
import { Observable, takeWhile, type OperatorFunction } from 'rxjs';
import type { Client } from '../../index.js';
import { expect, expectFunction, expectObject } from '../../internal/expect.js';
import type { CacheDefinition } from '../cache.js';
import { PipelineFullError } from '../errors.js';
import type { Key } from '../structures/check-payload.js';
import type { CacheLoadContext } from './flight.js';
import type { CacheLifetime } from './payloads.js';

/** How a pipeline uses a cache. */
export interface CachedOptions<T, K extends Key, V> extends CacheLifetime {
  /** What an item's value is kept by. */
  readonly key: (item: T) => K;
  /** Gets the value of an item: at once, by a Promise, or as an Observable's last value. */
  readonly load: (item: T, context: CacheLoadContext) => V | PromiseLike<V> | Observable<V>;
  /** The most items that wait, for their load or for the one before them; beyond it the pipeline fails. Default 65,536. */
  readonly capacity?: number;
}

/** An item on its way: what has come of it, once something has. */
interface Place<V> {
  came: { readonly value: V } | { readonly error: unknown } | undefined;
}

/**
 * Makes an operator that gives for each item of its source what `getOrLoad` does, in the same order.
 *
 * The result fails as a load or an ask does, after the values of those before; and at once as its source or `key` does,
 * and with `PipelineFullError`. It completes when its source has and all are through. To unsubscribe is to give up all asks that
 * aren't answered: loads that nobody else waits for are aborted.
 *
 * @param cache the cache, or a client of it; its limits hold for each ask
 * @param options the key of an item, its load, and how long its value lives
 * @throws TypeError for options that can't be used
 *
 * @example
 * ```ts
 * import { cached, createCache } from 'ownstate/stores';
 * import { from } from 'rxjs';
 *
 * const lengths = createCache<string, number>();
 * const load = (word: string) => (console.log(`measures ${word}`), word.length); // measures cat
 * from(['cat', 'cat']).pipe(cached(lengths, { key: (word) => word, load })).subscribe((length) => {
 *   console.log(length); // 3, 3
 * });
 * ```
 */
export function cached<T, K extends Key, V>(cache: Client<CacheDefinition<K, V>>, options: CachedOptions<T, K, V>): OperatorFunction<T, V> {
  expectObject(options, 'options');
  const { key, load, capacity = 65_536, ...lifetime } = options;
  expect(typeof (cache as Partial<typeof cache> | undefined)?.with === 'function', 'cache', 'a cache, or a client of one', cache);
  expectFunction(key, 'key');
  expectFunction(load, 'load');
  expect(Number.isSafeInteger(capacity) && capacity > 0, 'capacity', 'a positive integer', capacity);
  return (source) => new Observable<V>((subscriber) => {
    const giveUp = new AbortController();
    const client = cache.with({ signal: giveUp.signal });
    const waiting: Place<V>[] = [];
    let first = 0;
    let ended = false;
    let passing = false;
    // What comes of one that passes may let the next come: that one passes after it, not within it.
    const pass = () => {
      if (passing) return;
      passing = true;
      for (let came = waiting[first]?.came; came && !subscriber.closed; came = waiting[first]?.came) {
        // Those that have passed are let go of now and then, since to shift each would cost as much as wait.
        if (++first === waiting.length || first === 1024) {
          waiting.splice(0, first);
          first = 0;
        }
        if ('error' in came) subscriber.error(came.error);
        else subscriber.next(came.value);
      }
      passing = false;
      if (ended && waiting.length === 0) subscriber.complete();
    };
    const begin = (item: T) => {
      if (waiting.length - first >= capacity) throw new PipelineFullError(capacity);
      const place: Place<V> = { came: undefined };
      waiting.push(place);
      client.ask.getOrLoad({ ...lifetime, key: key(item), load: (_key, context) => load(item, context) }).subscribe({
        next: (value) => {
          place.came = { value };
          pass();
        },
        error: (error: unknown) => {
          place.came = { error };
          pass();
        },
      });
    };
    // First of all, so that it's there for a source that gives all it has at once.
    subscriber.add(() => giveUp.abort());
    // And one that gives without end is stopped, which it couldn't be before it's subscribed.
    // eslint-disable-next-line rxjs-x/no-ignored-takewhile-value -- it's the result that has ended, whatever comes
    subscriber.add(source.pipe(takeWhile(() => !subscriber.closed)).subscribe({
      next: (item) => {
        try {
          begin(item);
        } catch (error) {
          subscriber.error(error);
        }
      },
      error: (error: unknown) => subscriber.error(error),
      complete: () => {
        ended = true;
        pass();
      },
    }));
  });
}
