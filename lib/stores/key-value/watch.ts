/** A key as an Observable. */
import { Observable } from 'rxjs';
import type { Client } from '../../index.js';
import type { Key } from '../structures/check-payload.js';
import type { KeyValueDefinition } from './definition.js';

/**
 * The value of a key: the present one first, then each that is written, and `undefined` when the key is gone, by a command
 * or because its time is up. Each subscriber has a watch of its own, which ends when it unsubscribes.
 *
 * Completes when the store has closed. Fails with `TooManyWatchersError`, with `InvalidPayloadError` for what is no key,
 * and with what an ask may fail with (`StoreClosedError`, for one).
 *
 * @param store a key-value store, or a client of it
 * @param key a string or a number
 *
 * @example
 * ```ts
 * import { createKeyValue, watch } from 'ownstate/stores';
 *
 * const prices = createKeyValue<number>();
 * watch(prices, 'tea').subscribe((price) => console.log(price)); // undefined, 3, 4, undefined
 * prices.tell.set({ key: 'tea', value: 3 });
 * prices.tell.set({ key: 'tea', value: 4 });
 * prices.tell.delete('tea');
 * ```
 */
export function watch<V>(store: Client<KeyValueDefinition<V>>, key: Key): Observable<V | undefined> {
  return new Observable((subscriber) => {
    store.ask.watch(key).subscribe({
      next: (feed) => {
        // Not by `mergeMap`: whoever leaves before the answer comes has to leave the feed that it brings.
        // eslint-disable-next-line rxjs-x/no-nested-subscribe -- see above
        subscriber.add(feed.subscribe({
          next: (value) => subscriber.next(value),
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }));
      },
      error: (error: unknown) => subscriber.error(error),
    });
  });
}
