/**
 * When a store sweeps what has expired: one quiet timer, none while there's nothing to expire. What expires is gone at
 * once for whoever reads; the sweep only gives its memory back, and announces it.
 *
 * ```
 *   expires at   ·    ·· ·         ·
 *                │◀─ every ─▶│     │◀─ every ─▶│
 *                            sweep             sweep       at most one for each `every`, whatever expires
 * ```
 */
import type { Context } from '../../index.js';

/** How many are removed in a row, before the rest goes on behind what waits in the mailbox. */
export const SWEPT_AT_ONCE = 10_000;

export class Sweep {
  readonly #every: number;
  #due = Infinity;

  /** `every`: how long after its expiry a thing is swept at the latest, in milliseconds. */
  constructor(every: number) {
    this.#every = every;
  }

  /**
   * To be called whenever something may expire earlier than before; `next`: when the first one does. `exact`: when the
   * first one does that somebody waits for, so that it's swept at that very time.
   */
  arm(context: Context<never>, next: number, exact: number = Infinity): void {
    const due = Math.min(next + this.#every, exact);
    if (due >= this.#due) return;
    this.#due = due;
    context.timers.set('sweep', Math.max(0, due - context.now()), 'sweep', undefined, { quiet: true });
  }

  /** To be called by the command `sweep`, before it removes anything. */
  begin({ timers }: Context<never>): void {
    // It may have been sent by somebody else.
    timers.clear('sweep');
    this.#due = Infinity;
  }
}
