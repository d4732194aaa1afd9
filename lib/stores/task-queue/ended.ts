/** Tasks of one state that ended, in the order in which they did, and how long they're kept. */
import { Recency } from '../structures/recency.js';
import type { TaskRetention } from './options.js';

export class Ended {
  readonly #order = new Recency();
  readonly #endedAt: (slot: number) => number;
  readonly rule: Required<TaskRetention>;
  size = 0;

  constructor(rule: Required<TaskRetention>, endedAt: (slot: number) => number) {
    this.rule = rule;
    this.#endedAt = endedAt;
  }

  add(slot: number): void {
    this.#order.use(slot);
    this.size++;
  }

  delete(slot: number): void {
    this.#order.delete(slot);
    this.size--;
  }

  /** The one that ended first, or -1. */
  get oldest(): number {
    return this.#order.oldest;
  }

  /** The one that ended next, or -1. */
  after(slot: number): number {
    return this.#order.after(slot);
  }

  isExpired(slot: number, now: number): boolean {
    return this.#endedAt(slot) + this.rule.age <= now;
  }

  /** When the first one is too old; `Infinity` for never. */
  get next(): number {
    return this.oldest < 0 ? Infinity : this.#endedAt(this.oldest) + this.rule.age;
  }

  /** The first one that isn't too old, or -1. Costs what is, and not swept yet. */
  first(now: number): number {
    let slot = this.oldest;
    while (slot >= 0 && this.isExpired(slot, now)) slot = this.after(slot);
    return slot;
  }

  /** How many aren't too old. */
  count(now: number): number {
    let count = this.size;
    for (let slot = this.oldest; slot >= 0 && this.isExpired(slot, now); slot = this.after(slot)) count--;
    return count;
  }
}
