/** How long tasks may run: when each worker's has run too long, and one timer for whichever does first. */
import type { ContextTimers } from '../../index.js';
import { Expiries } from '../structures/expiries.js';

export class Limits {
  readonly #ends = new Expiries();
  /** When the timer is due. */
  #alarm = Infinity;

  /** The task of a worker, by its slot, has run too long at `end`. */
  set(slot: number, end: number, now: number, timers: ContextTimers): void {
    this.#ends.set(slot, end);
    this.#arm(now, timers);
  }

  delete(slot: number): void {
    if (this.#ends.size > 0) this.#ends.delete(slot);
  }

  /** The slots whose tasks have run too long, one after the other; each is to be deleted before the next. Sets the timer anew. */
  * due(now: number, timers: ContextTimers): Generator<number> {
    timers.clear('expire');
    this.#alarm = Infinity;
    for (let slot = this.#ends.due(now); slot >= 0; slot = this.#ends.due(now)) yield slot;
    this.#arm(now, timers);
  }

  #arm(now: number, timers: ContextTimers): void {
    const { next } = this.#ends;
    if (next >= this.#alarm) return;
    this.#alarm = next;
    timers.set('expire', Math.max(0, next - now), 'expire', undefined, { quiet: true });
  }
}
