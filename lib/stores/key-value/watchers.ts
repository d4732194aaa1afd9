/** Who watches which key, and when the first watched key expires: its watchers are told at that very time. */
import type { Context, FeedSource } from '../../index.js';
import type { Key } from '../structures/check-payload.js';
import { Expiries } from '../structures/expiries.js';

export class Watchers<V> {
  readonly #sources = new Map<Key, Set<FeedSource<V | undefined>>>();
  /** Of watched keys only, by their slots in the store. */
  readonly #expiries = new Expiries();
  /** Readers. */
  size = 0;

  /** Keys that are watched. */
  keys(): MapIterator<Key> {
    return this.#sources.keys();
  }

  /** One more reader of a key; `slot`: where the key stands and when it expires, if it's there. */
  join(key: Key, source: FeedSource<V | undefined>, slot: number, at: number): void {
    const sources = this.#sources.get(key);
    if (sources === undefined) this.#sources.set(key, new Set([source]));
    else sources.add(source);
    this.size++;
    if (slot >= 0) this.#expiries.set(slot, at);
  }

  leave(key: Key, source: FeedSource<V | undefined>, slot: number): void {
    const sources = this.#sources.get(key);
    if (sources?.delete(source) !== true) return;
    this.size--;
    if (sources.size > 0) return;
    this.#sources.delete(key);
    if (slot >= 0) this.#expiries.delete(slot);
  }

  /** A key was written. `shown` makes the value for each reader. */
  written(key: Key, slot: number, at: number, shown: () => V, context: Context<never>): void {
    if (this.size === 0 || !this.#tell(key, shown, context)) return;
    this.#expiries.set(slot, at);
  }

  /** A key is gone. */
  removed(key: Key, slot: number, context: Context<never>): void {
    if (this.size === 0 || !this.#tell(key, () => undefined, context)) return;
    this.#expiries.delete(slot);
  }

  /** No watched key expires before this time. */
  next(now: number): number {
    // Nothing is due any more; what had moved back is brought to its place.
    this.#expiries.due(now);
    return this.#expiries.next;
  }

  #tell(key: Key, shown: () => V | undefined, context: Context<never>): boolean {
    const sources = this.#sources.get(key);
    if (sources === undefined) return false;
    context.after(() => sources.forEach((source) => source.push(shown())));
    return true;
  }
}
