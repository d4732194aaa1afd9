/** The last so many items, in the order in which they came: a circular array, the oldest one is overwritten. */
export class Recent<T> {
  readonly #capacity: number;
  #items: T[] = [];
  /** Items that ever came. */
  #count = 0;

  /** `capacity` may be 0: then nothing is kept. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#items.length;
  }

  /** The oldest one: the next to be overwritten, once so many are there. */
  get oldest(): T | undefined {
    return this.#items[(this.#count - this.size) % this.#capacity];
  }

  /** The item at a place, the oldest one at 0. */
  at(place: number): T | undefined {
    return place < 0 || place >= this.size ? undefined : this.#items[(this.#count - this.size + place) % this.#capacity];
  }

  push(item: T): void {
    if (this.#capacity > 0) this.#items[this.#count++ % this.#capacity] = item;
  }

  /** The last `most` of them, the oldest first. Costs what it gives. */
  last(most: number = this.size): T[] {
    const length = Math.min(most, this.size);
    return Array.from({ length }, (_, place) => this.#items[(this.#count - length + place) % this.#capacity]!);
  }

  clear(): void {
    this.#items = [];
    this.#count = 0;
  }
}
