/**
 * Askers who wait, in the order in which they came, each until a time of its own.
 *
 * ```
 *   first ─▶ ann ─ bob ─ eve          who came first is served first
 *   due      bob 5 s, ann 8 s, eve ∞  who has waited long enough is let go
 * ```
 */
import type { Ticket } from '../../index.js';
import { Heap } from '../structures/heap.js';
import { Recency } from '../structures/recency.js';
import { Slots } from '../structures/slots.js';
import type { TaskLease } from './types.js';

/** One who waits. Its number is its key. */
export interface Waiting<R> {
  readonly number: number;
  readonly place: Ticket<R>;
  /** Until when. */
  readonly due: number;
}

/** A dequeue that waits for a task. */
export type Waiter<T> = Waiting<TaskLease<T> | undefined> & {
  readonly worker: string;
  readonly lease: number;
  /** What it was given. */
  given: TaskLease<T> | undefined;
};

export class Waits<W extends Waiting<never>> {
  readonly #slots = new Slots<number, W>();
  readonly #order = new Recency();
  readonly #clock = new Heap((one, other) => {
    // Casts here and below: the slots in the heap and in the order are taken ones.
    const first = this.#slots.values[one] as W;
    const second = this.#slots.values[other] as W;
    return first.due === second.due ? first.number < second.number : first.due < second.due;
  });
  #numbers = 0;

  get size(): number {
    return this.#slots.size;
  }

  /** The number for the next one. */
  nextNumber(): number {
    return ++this.#numbers;
  }

  add(waiting: W): void {
    const slot = this.#slots.add(waiting.number, waiting);
    this.#order.use(slot);
    if (waiting.due < Infinity) this.#clock.set(slot);
  }

  /** Whether it was there. */
  delete(waiting: W): boolean {
    const slot = this.#slots.find(waiting.number);
    // One of a queue that was there before this one may have the same number.
    if (slot < 0 || this.#slots.values[slot] !== waiting) return false;
    this.#order.delete(slot);
    this.#clock.delete(slot);
    this.#slots.delete(slot);
    return true;
  }

  /** Who came first. */
  get first(): W | undefined {
    // An array is slow to say that there's nothing at -1.
    return this.#slots.size === 0 ? undefined : this.#slots.values[this.#order.oldest];
  }

  /** Whose time is up, the earliest first. It's to be deleted before the next. */
  overdue(now: number): W | undefined {
    const first = this.#clock.size === 0 ? undefined : this.#slots.values[this.#clock.first];
    return first !== undefined && first.due <= now ? first : undefined;
  }

  /** When the first one's time is up; `Infinity` for never. */
  get next(): number {
    return this.#clock.size === 0 ? Infinity : (this.#slots.values[this.#clock.first] as W).due;
  }
}
