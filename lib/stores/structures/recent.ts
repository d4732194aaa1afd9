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
