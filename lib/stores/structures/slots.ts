/**
 * Values by key, each in a numbered slot: the other structures keep what belongs to a value (when it expires, how lately
 * it was used) in arrays of numbers, by its slot.
 *
 * ```
 *   'ann' ──Map──▶ 2 ──▶ keys[2], values[2] · expiries.at[2] · recency.before[2] …
 * ```
 *
 * Slots that became free are given out again, the last one first. Keys are told apart as a Map does it.
 */
export class Slots<K, V> {
  readonly #slots = new Map<K, number>();
  readonly keys: K[] = [];
  readonly values: V[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#slots.size;
  }

  /** The slot of a key, or -1. */
  find(key: K): number {
    return this.#slots.get(key) ?? -1;
  }

  /** Gives a key a slot. It must not have one. */
  add(key: K, value: V): number {
    const slot = this.#free.pop() ?? this.keys.length;
    this.#slots.set(key, slot);
    this.keys[slot] = key;
    this.values[slot] = value;
    return slot;
  }

  /** Gives the slot of a key another key; its value and all that is kept by slot stays. The other key must have none. */
  rename(slot: number, key: K): void {
    this.#slots.delete(this.keys[slot]!);
    this.#slots.set(key, slot);
    this.keys[slot] = key;
  }

  /** Frees a slot. */
  delete(slot: number): void {
    this.#slots.delete(this.keys[slot]!);
    // Casts: nothing reads a slot that is free, and what was there is to be let go.
    this.keys[slot] = undefined as K;
    this.values[slot] = undefined as V;
    if (this.#slots.size > 0) this.#free.push(slot);
    else this.clear();
  }

  clear(): void {
    this.#slots.clear();
    this.keys.length = this.values.length = this.#free.length = 0;
  }

  /** Keys and their slots, in the order in which the keys came. */
  entries(): MapIterator<[K, number]> {
    return this.#slots.entries();
  }
}
