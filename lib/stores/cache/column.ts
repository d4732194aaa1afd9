/**
 * A number for each slot, of which most are the same: there's no array before the first one that differs, so what nobody
 * uses (weights, sliding expiry) takes no room.
 */
import { grown } from '../structures/heap.js';

export class Column {
  readonly #usual: number;
  #numbers: Float64Array | undefined = undefined;

  constructor(usual: number) {
    this.#usual = usual;
  }

  at(slot: number): number {
    return this.#numbers?.[slot] ?? this.#usual;
  }

  set(slot: number, number: number): void {
    if (this.#numbers === undefined) {
      if (number === this.#usual) return;
      this.#numbers = new Float64Array(Math.max(16, slot + 1)).fill(this.#usual);
    } else if (slot >= this.#numbers.length) {
      const { length } = this.#numbers;
      this.#numbers = grown(this.#numbers, slot + 1).fill(this.#usual, length);
    }
    this.#numbers[slot] = number;
  }

  clear(): void {
    this.#numbers = undefined;
  }
}
