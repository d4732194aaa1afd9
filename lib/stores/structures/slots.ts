/**
 * Values by key, each in a numbered slot: the other structures keep what belongs to a value (when it expires, how lately
 * it was used) in arrays of numbers, by its slot.
 *
 * ```
 *   'ann' ──Map──▶ 2 ──▶ keys[2], values[2] · expiries.at[2] · recency.before[2] …
 *   'bob' ──Map──▶ -8     was deleted lately: rests in place 6
 * ```
 *
 * Slots that became free are given out again, the last one first. Keys are told apart as a Map does it.
 *
 * In a large Map a key that is deleted rests for a while. A Map keeps the dead entry of each deletion until it makes its
 * table anew, which a large one seldom does; so a key that comes and goes again and again would be found behind ever more
 * dead entries of itself, after a hundred thousand times in a millisecond.
 */

/** How many deleted keys rest, and how many entries make a Map a large one. */
const RESTING = 1024;

export class Slots<K, V> {
  /** By key the slot, or `-2 - place` of one that rests. */
  readonly #slots = new Map<K, number>();
  readonly keys: K[] = [];
  readonly values: V[] = [];
  readonly #free: number[] = [];
  /** The keys that rest, and those that have been there again since. */
  #resting: K[] = [];
  #rests = 0;
  /** The place of the next one that rests. */
  #place = 0;

  get size(): number {
    return this.#slots.size - this.#rests;
  }

  /** The slot of a key, or -1. */
  find(key: K): number {
    const slot = this.#slots.get(key);
    return slot === undefined || slot < 0 ? -1 : slot;
  }

  /** Gives a key a slot. It must not have one. */
  add(key: K, value: V): number {
    const slot = this.#free.pop() ?? this.keys.length;
    this.#enter(key, slot);
    this.values[slot] = value;
    return slot;
  }

  /** Gives the slot of a key another key; its value and all that is kept by slot stays. The other key must have none. */
  rename(slot: number, key: K): void {
    this.#rest(this.keys[slot]!);
    this.#enter(key, slot);
  }

  /** Frees a slot. */
  delete(slot: number): void {
    if (this.size === 1) return this.clear();
    this.#rest(this.keys[slot]!);
    // Casts: nothing reads a slot that is free, and what was there is to be let go.
    this.keys[slot] = undefined as K;
    this.values[slot] = undefined as V;
    this.#free.push(slot);
  }

  clear(): void {
    this.#slots.clear();
    this.keys.length = this.values.length = this.#free.length = 0;
    this.#resting = [];
    this.#rests = this.#place = 0;
  }

  /** Keys and their slots, in the order in which the keys came; in a large Map those that rested stand where they were. */
  *entries(): Generator<[K, number]> {
    for (const entry of this.#slots) if (entry[1] >= 0) yield entry;
  }

  #enter(key: K, slot: number): void {
    const { size } = this.#slots;
    this.#slots.set(key, slot);
    if (this.#slots.size === size) this.#rests--;
    this.keys[slot] = key;
  }

  /** A key begins to rest, and the one that has rested longest leaves the Map, unless it has been there again. */
  #rest(key: K): void {
    if (this.#slots.size < RESTING) {
      this.#slots.delete(key);
      return;
    }
    const place = this.#place;
    const former = this.#resting[place];
    // A cast: a place that was never taken is none of a key that rests.
    if (this.#slots.get(former as K) === -2 - place) {
      this.#slots.delete(former as K);
      this.#rests--;
    }
    this.#resting[place] = key;
    this.#place = (place + 1) % RESTING;
    this.#slots.set(key, -2 - place);
    this.#rests++;
  }
}
