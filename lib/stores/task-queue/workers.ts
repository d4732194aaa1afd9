/** Which workers there are: those that have a task or wait for one. */

export class Workers {
  /** How many tasks and waiting dequeues each one has. */
  readonly #engagements = new Map<string, number>();

  get size(): number {
    return this.#engagements.size;
  }

  /** One more. */
  engage(worker: string): void {
    this.#engagements.set(worker, (this.#engagements.get(worker) ?? 0) + 1);
  }

  /** One less. */
  release(worker: string): void {
    const left = (this.#engagements.get(worker) ?? 0) - 1;
    if (left > 0) this.#engagements.set(worker, left);
    else this.#engagements.delete(worker);
  }
}
