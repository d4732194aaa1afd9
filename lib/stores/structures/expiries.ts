/**
 * When each slot expires, and which one does first.
 *
 * An expiry that moves back (a session that is used, a bucket that was drawn from) is just written down: the heap learns
 * of it when its turn has come. So that costs a write, and the heap's work is for what really expires.
 *
 * ```
 *   at      when a slot expires                    read at each access: exact to the millisecond
 *   known   what the heap goes by, never later     looked at by `due`
 * ```
 *
 * A slot is expired from the very millisecond `at` on.
 */
import { grown, Heap } from './heap.js';

export class Expiries {
  #at = new Float64Array(16).fill(Infinity);
  #known = new Float64Array(16);
  readonly #heap = new Heap((one, other) => this.#known[one]! < this.#known[other]!);

  /** Slots that will expire. */
  get size(): number {
    return this.#heap.size;
  }

  /** When a slot expires; `Infinity` for never. */
  at(slot: number): number {
    return this.#at[slot] ?? Infinity;
  }

  isExpired(slot: number, now: number): boolean {
    return this.#at[slot]! <= now;
  }

  /** A slot expires at `time`, in milliseconds; `Infinity` for never. */
  set(slot: number, time: number): void {
    if (slot >= this.#at.length) this.#grow(slot + 1);
    const before = this.#at[slot]!;
    this.#at[slot] = time;
    if (time === Infinity) this.#heap.delete(slot);
    // What moves back is in the heap already, by a time that is early enough.
    else if (before <= time) return;
    else if (!this.#heap.has(slot) || time < this.#known[slot]!) this.#order(slot, time);
  }

  /** Forgets a slot. */
  delete(slot: number): void {
    if (slot >= this.#at.length) return;
    this.#at[slot] = Infinity;
    this.#heap.delete(slot);
  }

  clear(): void {
    this.#heap.clear();
    this.#at = new Float64Array(16).fill(Infinity);
    this.#known = new Float64Array(16);
  }

  /**
   * A slot that has expired, the earliest of them first, or -1. It's to be deleted, or set anew, before the next. Puts at
   * most `moves` of those right that moved back: if it gives -1 while `next` is due, there's more to look at.
   */
  due(now: number, moves: number = Infinity): number {
    let left = moves;
    for (let slot = this.#heap.first; slot >= 0 && this.#known[slot]! <= now; slot = this.#heap.first) {
      const time = this.#at[slot]!;
      if (time === this.#known[slot]!) return slot;
      if (left-- <= 0) return -1;
      this.#order(slot, time);
    }
    return -1;
  }

  /** Tells the heap of a slot that moved back before its turn has come, so that nobody has to then. */
  settle(slot: number): void {
    if (this.#heap.has(slot) && this.#known[slot] !== this.#at[slot]) this.#order(slot, this.#at[slot]!);
  }

  /** Nothing expires before this time; `Infinity` if nothing ever does. */
  get next(): number {
    const slot = this.#heap.first;
    return slot < 0 ? Infinity : this.#known[slot]!;
  }

  /** How many slots are expired and still there. Costs what it counts, and those that moved back. */
  count(now: number): number {
    return this.expired(now).length;
  }

  /** The slots that are expired and still there, in no order. Costs the same. */
  expired(now: number): number[] {
    return this.#heap.where((slot) => this.#known[slot]! <= now).filter((slot) => this.#at[slot]! <= now);
  }

  /** Tells the heap. */
  #order(slot: number, time: number): void {
    this.#known[slot] = time;
    this.#heap.set(slot);
  }

  #grow(least: number): void {
    const { length } = this.#at;
    this.#at = grown(this.#at, least).fill(Infinity, length);
    this.#known = grown(this.#known, least);
  }
}
