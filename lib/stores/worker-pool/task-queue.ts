/**
 * Tasks that wait: those of one priority in a line, the lines in a heap.
 *
 * ```
 *   priority   10   ▶ 4 ⇄ 9           the next one: the first of the highest line
 *               0   ▶ 1 ⇄ 2 ⇄ 3 ⇄ 8
 *              -5   ▶ 7               the least: the first of the lowest line
 * ```
 *
 * With one priority for all, every step costs the same however many wait; else it costs the logarithm of the number of
 * priorities that are there.
 */
import { Heap } from '../structures/heap.js';
import { Slots } from '../structures/slots.js';
import type { Task } from './task.js';

/** The tasks of one priority, in the order in which they came. */
interface Line<T, R> {
  first: Task<T, R>;
  last: Task<T, R>;
}

export class TaskQueue<T, R> {
  readonly #lines = new Slots<number, Line<T, R>>();
  readonly #highest = new Heap((one, other) => this.#lines.keys[one]! > this.#lines.keys[other]!);
  readonly #lowest = new Heap((one, other) => this.#lines.keys[one]! < this.#lines.keys[other]!);
  size = 0;

  /** The task whose turn is next. */
  get next(): Task<T, R> | undefined {
    return this.#firstOf(this.#highest.first);
  }

  /** Of the lowest priority, the task that waits longest. */
  get least(): Task<T, R> | undefined {
    return this.#firstOf(this.#lowest.first);
  }

  push(task: Task<T, R>): void {
    this.size++;
    const slot = this.#lines.find(task.priority);
    if (slot < 0) return this.#open(task);
    const line = this.#lines.values[slot]!;
    task.before = line.last;
    line.last.next = task;
    line.last = task;
  }

  /** Takes a task out, wherever it stands. It must be in. */
  delete(task: Task<T, R>): void {
    this.size--;
    const { before, next } = task;
    task.before = task.next = undefined;
    if (before) before.next = next;
    if (next) next.before = before;
    if (before && next) return;
    const slot = this.#lines.find(task.priority);
    const line = this.#lines.values[slot]!;
    if (before) line.last = before;
    else if (next) line.first = next;
    else this.#close(slot);
  }

  /** All of them, in the order of their turns. */
  * [Symbol.iterator](): Generator<Task<T, R>> {
    const lines = [...this.#lines.entries()].sort(([one], [other]) => other - one);
    for (const [, slot] of lines) {
      for (let task: Task<T, R> | undefined = this.#lines.values[slot]!.first; task; task = task.next) yield task;
    }
  }

  #firstOf(slot: number): Task<T, R> | undefined {
    return slot < 0 ? undefined : this.#lines.values[slot]!.first;
  }

  #open(task: Task<T, R>): void {
    const slot = this.#lines.add(task.priority, { first: task, last: task });
    this.#highest.set(slot);
    this.#lowest.set(slot);
  }

  #close(slot: number): void {
    this.#highest.delete(slot);
    this.#lowest.delete(slot);
    this.#lines.delete(slot);
  }
}
