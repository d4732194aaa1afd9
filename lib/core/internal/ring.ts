/** A queue in a circular array: first in, first out, O(1) at both ends. */

/** @internal */
export class Ring<T> {
  size = 0;
  #items: (T | undefined)[] = [];
  #head = 0;

  push(item: T): void {
    if (this.size === this.#items.length) this.#lay(this.#all(), this.size * 2 || 16);
    this.#items[(this.#head + this.size++) % this.#items.length] = item;
  }

  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const item = this.at(0);
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.#items.length;
    // What a long backlog took is given back when it's worked off.
    if (--this.size === 0 && this.#items.length > 1024) this.#lay([], 16);
    return item;
  }

  /** The item `place` places behind the head, which must be there. */
  at(place: number): T {
    // A cast: within `size` there is always an item.
    return this.#items[(this.#head + place) % this.#items.length] as T;
  }

  /** Drops what doesn't pass, keeps the order. */
  keep(passes: (item: T) => boolean): void {
    const kept = this.#all().filter(passes);
    this.size = kept.length;
    this.#lay(kept, this.size);
  }

  #all(): T[] {
    return Array.from({ length: this.size }, (_, place) => this.at(place));
  }

  #lay(items: T[], length: number): void {
    items.length = length;
    this.#items = items;
    this.#head = 0;
  }
}
