/** A queue in a circular array: O(1) at both ends, room given back when it has emptied. */

const SMALL = 16;

/** First in, first out, as large as it has to be. @internal */
export class Ring<T> {
  size = 0;
  // Its length is a power of two, so that `& (length - 1)` wraps an index.
  #items: (T | undefined)[] = [];
  #head = 0;

  push(item: T): void {
    if (this.size === this.#items.length) this.#resize(this.size * 2 || SMALL);
    this.#items[(this.#head + this.size++) & (this.#items.length - 1)] = item;
  }

  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const items = this.#items;
    const item = items[this.#head];
    items[this.#head] = undefined;
    this.#head = (this.#head + 1) & (items.length - 1);
    if (--this.size === 0 && items.length > 1024) this.#resize(SMALL);
    return item;
  }

  /** The item `place` places behind the head, which must be there. */
  at(place: number): T {
    // A cast: within `size` there is always an item.
    return this.#items[(this.#head + place) & (this.#items.length - 1)] as T;
  }

  /** Drops what doesn't pass, keeps the order. */
  keep(passes: (item: T) => boolean): void {
    const size = this.size;
    const kept: T[] = [];
    for (let place = 0; place < size; place++) if (passes(this.at(place))) kept.push(this.at(place));
    this.#items = [];
    this.#head = this.size = 0;
    for (const item of kept) this.push(item);
  }

  #resize(length: number): void {
    // `new Array(length)` would be slower to fill; a literal array grown by assignment keeps its elements packed.
    const items: (T | undefined)[] = [];
    for (let place = 0; place < length; place++) items.push(place < this.size ? this.at(place) : undefined);
    this.#items = items;
    this.#head = 0;
  }
}
