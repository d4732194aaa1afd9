/**
 * A load on its way: one for each key, whoever asks.
 *
 * ```
 *   getOrLoad ── effect ──▶ load(key, { signal }) ──▶ done | failed ──▶ the reply of the first asker
 *   getOrLoad ── hold ───┐                                │
 *   getOrLoad ── hold ───┴────────── tickets ◀────────────┘
 *
 *   the last asker gives up ─▶ abandoned: `signal` aborts, the next asker begins anew
 * ```
 *
 * One that is begun behind a stale value has nobody who waits for it. It goes on, until those who came to wait for it
 * nonetheless have all given up: it may hang.
 */
import { defaultIfEmpty, map, Observable, takeLast } from 'rxjs';
import type { Ticket } from '../../index.js';
import { observableOf } from '../structures/observable-of.js';

/** What `load` gets besides the key. */
export interface CacheLoadContext {
  /** Aborts when all who asked for the value have given up, and when the store ends. */
  readonly signal: AbortSignal;
}

/** Gets a value from where it comes from: at once, by a Promise, or as an Observable's last value. */
export type CacheLoader<K, V> = (key: K, context: CacheLoadContext) => V | PromiseLike<V> | Observable<V>;

/** Why a value is loaded: there's none, or one that is stale. */
export type CacheLoadReason = 'missing' | 'stale';

export class Flight<K, V> {
  readonly key: K;
  readonly reason: CacheLoadReason;
  /** The state that counts it. After a reset it's another one that it lands in. */
  readonly origin: object;
  /** Those who wait for the same, besides the one whose ask began it. */
  readonly places: Set<Ticket<V>> = new Set();
  /** Nobody waits for it any more. */
  abandoned = false;
  #askers = 1;
  #end: (() => void) | undefined = undefined;

  constructor(key: K, reason: CacheLoadReason, origin: object) {
    this.origin = origin;
    this.key = key;
    this.reason = reason;
  }

  /** Loads. `asker` aborts when the one who began it gives up; what it gives is seen to by `see`, which may throw. */
  run<R>(load: CacheLoader<K, V>, asker: AbortSignal, see: (value: V | undefined) => R): Observable<R> {
    return new Observable<R>((subscriber) => {
      const controller = new AbortController();
      const leave = () => this.leave();
      let landed = false;
      const land = () => { landed = true; };
      this.#end = () => {
        this.abandoned = true;
        controller.abort();
        subscriber.error(controller.signal.reason);
      };
      subscriber.add(() => {
        this.#end = undefined;
        asker.removeEventListener('abort', leave);
        // Unsubscribed on its way: the store has ended.
        if (!landed) controller.abort();
      });
      if (asker.aborted) return leave();
      asker.addEventListener('abort', leave);
      const source = observableOf(load(this.key, { signal: controller.signal }));
      subscriber.add(source.pipe(takeLast(1), defaultIfEmpty(undefined), map(see)).subscribe({
        next: (seen) => subscriber.next(seen),
        error: (error: unknown) => {
          land();
          subscriber.error(error);
        },
        complete: () => {
          land();
          subscriber.complete();
        },
      }));
    });
  }

  join(place: Ticket<V>): void {
    this.#askers++;
    this.places.add(place);
  }

  /** Those who wait for its value. A load behind a stale value was begun by nobody who does. */
  get waiting(): number {
    return this.reason === 'stale' ? this.places.size : this.#askers;
  }

  /** One of those who asked has given up. */
  leave(place?: Ticket<V>): void {
    if (place && !this.places.delete(place)) return;
    this.#askers--;
    if (this.waiting === 0) this.#end?.();
  }
}
