/** What is remembered by key of the last so many; the oldest is forgotten first. */
import { Recency } from '../structures/recency.js';
import { Slots } from '../structures/slots.js';

export class Window<K, V> {
  readonly #most: number;
  readonly #slots = new Slots<K, V>();
  readonly #order = new Recency();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#slots.size;
  }

  get(key: K): V | undefined {
    const slot = this.#slots.find(key);
    return slot < 0 ? undefined : this.#slots.values[slot];
  }

  /** Remembers one more; the key must be new. What is too much then stays until `trim`, so that this can be undone. */
  add(key: K, value: V): void {
    this.#order.use(this.#slots.add(key, value));
  }

  delete(key: K): void {
    const slot = this.#slots.find(key);
    if (slot < 0) return;
    this.#order.delete(slot);
    this.#slots.delete(slot);
  }

  /** The oldest, if there are too many: to be deleted by the caller, until there's none. */
  get excess(): K | undefined {
    return this.#slots.size > this.#most ? this.oldest : undefined;
  }

  get oldest(): K | undefined {
    const slot = this.#order.oldest;
    return slot < 0 ? undefined : this.#slots.keys[slot];
  }

  /** All of them, the oldest first. */
  * entries(): Generator<readonly [K, V]> {
    for (let slot = this.#order.oldest; slot >= 0; slot = this.#order.after(slot)) {
      yield [this.#slots.keys[slot]!, this.#slots.values[slot]!];
    }
  }
}
