/**
 * The workers of a pool: who rests, who is busy, and who goes.
 *
 * ```
 *   hire ─▶ rests ⇄ busy          take, rest
 *             └───────┴──▶ gone   at once, or, if it's leaving or one too many, when its task has ended
 * ```
 */
import { Recency } from '../structures/recency.js';
import { Slots } from '../structures/slots.js';
import { PoolWorker } from './pool-worker.js';
import type { Task } from './task.js';

export class Crew<T, R> {
  readonly #workers = new Slots<number, PoolWorker<T, R>>();
  /** Workers without a task, the one that rests longest first. */
  readonly #resting = new Recency();
  #last = 0;
  /** Workers with a task. */
  running = 0;
  /** Of these, those who were told to go. */
  leaving = 0;
  /** So many more of them, whoever that is, go when they're done. */
  surplus = 0;

  get size(): number {
    return this.#workers.size;
  }

  /** Those who are to stay. */
  get staying(): number {
    return this.size - this.leaving - this.surplus;
  }

  /** Somebody rests. */
  get free(): boolean {
    return this.#resting.oldest >= 0;
  }

  /** The worker in a slot. */
  at(slot: number): PoolWorker<T, R> | undefined {
    return this.#workers.values[slot];
  }

  find(id: number): PoolWorker<T, R> | undefined {
    return this.at(this.#workers.find(id));
  }

  /** All of them, in the order in which they came. */
  all(): PoolWorker<T, R>[] {
    // A cast: whoever has an entry has a slot.
    return Array.from(this.#workers.entries(), ([, slot]) => this.at(slot)!);
  }

  /** What they're at. */
  tasks(): Task<T, R>[] {
    return this.all().map(({ task }) => task).filter((task) => task !== undefined);
  }

  hire(): number {
    const worker = new PoolWorker<T, R>(++this.#last);
    worker.slot = this.#workers.add(worker.id, worker);
    this.#resting.use(worker.slot);
    return worker.id;
  }

  /** The worker that has rested longest takes a task. Somebody must rest. */
  take(task: Task<T, R>): PoolWorker<T, R> {
    const worker = this.at(this.#resting.oldest)!;
    this.#resting.delete(worker.slot);
    worker.task = task;
    this.running++;
    return worker;
  }

  /** A worker's task has ended. Gives whether it rests now; else it is to go. */
  rest(worker: PoolWorker<T, R>): boolean {
    worker.task = undefined;
    this.running--;
    if (worker.leaving) return false;
    if (this.surplus > 0) {
      this.surplus--;
      return false;
    }
    this.#resting.use(worker.slot);
    return true;
  }

  /** A busy worker is to go when its task has ended. */
  release(worker: PoolWorker<T, R>): void {
    if (worker.leaving) return;
    worker.leaving = true;
    this.leaving++;
    this.surplus = Math.min(this.surplus, this.running - this.leaving);
  }

  /** A worker is gone. */
  delete(worker: PoolWorker<T, R>): void {
    if (worker.leaving) this.leaving--;
    this.#resting.delete(worker.slot);
    this.#workers.delete(worker.slot);
  }
}
