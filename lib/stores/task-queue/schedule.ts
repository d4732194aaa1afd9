/**
 * Which task comes next, and whose time comes next: two heaps over the slots of the tasks.
 *
 * ```
 *   clock   those to whom time will do something: delayed ones, running ones      by (due, order)
 *   ready   those that a worker may have                                          by (priority, order)
 * ```
 *
 * `order` is a number that each task gets when it's scheduled, and anew when its delay is over. So those that became
 * ready first go first, of equal delays the one that was scheduled first, and one that is given back has its old place.
 */
import { grown, Heap } from '../structures/heap.js';
import type { Times } from './task.js';

export class Schedule {
  #due = new Float64Array(16);
  #order = new Float64Array(16);
  #priority = new Float64Array(16);
  #enqueuedAt = new Float64Array(16);
  #since = new Float64Array(16);
  readonly #clock = new Heap((one, other) => {
    const first = this.due(one);
    const second = this.due(other);
    return first < second || (first === second && this.order(one) < this.order(other));
  });
  readonly #ready = new Heap((one, other) => {
    // Casts here and below: the slots in the heaps are taken ones.
    const first = this.#priority[one] as number;
    const second = this.#priority[other] as number;
    return first > second || (first === second && this.order(one) < this.order(other));
  });
  #orders = 0;

  /** When a task may run, or when time does something to it. */
  due(slot: number): number {
    return this.#due[slot] as number;
  }

  /** Since when it has run or is over. */
  since(slot: number): number {
    return this.#since[slot] as number;
  }

  times(slot: number): Times {
    return { enqueuedAt: this.#enqueuedAt[slot] as number, due: this.due(slot), since: this.since(slot) };
  }

  /** It runs, or is over, since then. */
  note(slot: number, since: number): void {
    this.#since[slot] = since;
  }

  /** Of two tasks that wait for the same, the one with the smaller number is first. */
  order(slot: number): number {
    return this.#order[slot] as number;
  }

  /** How many a worker may have. */
  get ready(): number {
    return this.#ready.size;
  }

  /** The one that a worker gets next, or -1. */
  get first(): number {
    return this.#ready.first;
  }

  /** When time does something next; `Infinity` for never. */
  get next(): number {
    return this.#clock.first < 0 ? Infinity : this.due(this.#clock.first);
  }

  /** The slots whose time has come and that are still in the clock, in no order. Costs what it gives. */
  overdue(now: number): number[] {
    return this.#clock.where((slot) => this.due(slot) <= now);
  }

  /** A slot whose time has come, the earliest first, or -1. It's out of the clock then. */
  ripe(now: number): number {
    const slot = this.#clock.first;
    if (slot < 0 || this.due(slot) > now) return -1;
    this.#clock.delete(slot);
    return slot;
  }

  /** There's a task in this slot. */
  add(slot: number, priority: number, enqueuedAt: number): void {
    if (slot >= this.#due.length) {
      this.#due = grown(this.#due, slot + 1);
      this.#order = grown(this.#order, slot + 1);
      this.#priority = grown(this.#priority, slot + 1);
      this.#enqueuedAt = grown(this.#enqueuedAt, slot + 1);
      this.#since = grown(this.#since, slot + 1);
    }
    this.#priority[slot] = priority;
    this.#enqueuedAt[slot] = enqueuedAt;
    this.#since[slot] = 0;
  }

  /** It may run from a time on. */
  delay(slot: number, due: number): void {
    this.#due[slot] = due;
    this.#order[slot] = ++this.#orders;
    this.#clock.set(slot);
  }

  /** It may run, behind those that already may. It was to since `due`. */
  release(slot: number, due: number): void {
    this.#order[slot] = ++this.#orders;
    this.putBack(slot, due);
  }

  /** It may run, where it stood before. */
  putBack(slot: number, due: number): void {
    this.#due[slot] = due;
    this.#ready.set(slot);
  }

  /** It runs, or ends, or waits for something else. */
  delete(slot: number): void {
    this.#ready.delete(slot);
    this.#clock.delete(slot);
  }

  /** It's to be looked at when a time has come; `Infinity` for never. */
  watch(slot: number, due: number): void {
    this.#due[slot] = due;
    if (due < Infinity) this.#clock.set(slot);
    else this.#clock.delete(slot);
  }
}
