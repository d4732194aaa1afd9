/**
 * A binary heap of numbered items: which one comes first by `before`, and any one taken out or moved in O(log n).
 *
 * ```
 *            3              items     3 8 5 …     the numbers, in heap order
 *         8     5           place[8]  1           where each stands
 * ```
 */

/** Says which of two items comes first. It has to be a strict order as long as both are in. */
export type Before = (one: number, other: number) => boolean;

export class Heap {
  readonly #before: Before;
  #items = new Uint32Array(16);
  /** Where each item stands, plus one; 0 for one that isn't in. */
  #place = new Uint32Array(16);
  size = 0;

  constructor(before: Before) {
    this.#before = before;
  }

  /** The item that comes first, or -1. */
  get first(): number {
    return this.size > 0 ? this.at(0) : -1;
  }

  /** The item at a place of the heap: behind place `n` come those at `2n + 1` and `2n + 2`. The place must be taken. */
  at(place: number): number {
    return this.#items[place]!;
  }

  has(item: number): boolean {
    return (this.#place[item] ?? 0) > 0;
  }

  /** Puts an item in, or to its right place after what orders it has changed. */
  set(item: number): void {
    if (item >= this.#place.length) this.#place = grown(this.#place, item + 1);
    let place = this.#place[item]! - 1;
    if (place < 0) {
      if (this.size === this.#items.length) this.#items = grown(this.#items, this.size + 1);
      place = this.size++;
    }
    this.#settle(item, place);
  }

  /** Takes an item out; nothing happens to one that isn't in. */
  delete(item: number): void {
    const place = (this.#place[item] ?? 0) - 1;
    if (place < 0) return;
    this.#place[item] = 0;
    const last = this.#items[--this.size]!;
    if (last !== item) this.#settle(last, place);
  }

  /**
   * All items for which something holds, in no order. It has to hold for those that come before one for which it holds;
   * then this costs what it gives.
   */
  where(holds: (item: number) => boolean): number[] {
    const found: number[] = [];
    const places = [0];
    for (const place of places) {
      if (place >= this.size) continue;
      const item = this.at(place);
      if (!holds(item)) continue;
      found.push(item);
      places.push(2 * place + 1, 2 * place + 2);
    }
    return found;
  }

  /** Takes all of them out. */
  clear(): void {
    this.#items = new Uint32Array(16);
    this.#place = new Uint32Array(16);
    this.size = 0;
  }

  /** Finds the place of an item that was to stand at `place`: further up, or further down. */
  #settle(item: number, place: number): void {
    const items = this.#items;
    const places = this.#place;
    const before = this.#before;
    let at = place;
    for (let parent = (at - 1) >> 1; at > 0 && before(item, items[parent]!); parent = (at - 1) >> 1) {
      at = put(items, places, items[parent]!, at, parent);
    }
    if (at === place) {
      for (let child = 2 * at + 1; child < this.size; child = 2 * at + 1) {
        if (child + 1 < this.size && before(items[child + 1]!, items[child]!)) child++;
        if (!before(items[child]!, item)) break;
        at = put(items, places, items[child]!, at, child);
      }
    }
    items[at] = item;
    places[item] = at + 1;
  }
}

/** Puts an item at a place, and gives the place that it left. */
function put(items: Uint32Array, places: Uint32Array, item: number, at: number, from: number): number {
  items[at] = item;
  places[item] = at + 1;
  return from;
}

/** The same array with room for `least` and half as many again. */
export function grown<A extends Uint32Array | Float64Array>(array: A, least: number): A {
  // A cast: the constructor of an array makes one of its own kind.
  const larger = new (array.constructor as new (length: number) => A)(Math.max(16, Math.ceil(least * 1.5)));
  larger.set(array);
  return larger;
}
