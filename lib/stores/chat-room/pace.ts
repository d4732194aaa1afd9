/**
 * How fast a member may speak: a bucket that each message fills by `per`, and that runs out by `messages` each
 * millisecond. Integers, so that nothing is lost in fractions:
 *
 * ```
 *   messages 3, per 1000      level  0 ─ 1000 ─ 2000 ─ 3000 full      empty 3 a ms, so 334 ms later there's room for one
 * ```
 */
export interface ChatRate {
  /** So many messages may come in a row. */
  readonly messages: number;
  /** And on the average so many in this time, in milliseconds. */
  readonly per: number;
}

export class Pace {
  #level = 0;
  #at = -Infinity;

  /** How long until one more message may come, in milliseconds; 0 for now. */
  wait({ messages, per }: ChatRate, now: number): number {
    const over = this.#after(messages, now) + per - messages * per;
    return over > 0 ? Math.ceil(over / messages) : 0;
  }

  /** One more message came. */
  add({ messages, per }: ChatRate, now: number): void {
    this.#level = this.#after(messages, now) + per;
    // A clock that steps back gives nothing away twice.
    this.#at = Math.max(this.#at, now);
  }

  /** Whether it's as good as new. */
  isIdle({ messages }: ChatRate, now: number): boolean {
    return this.#after(messages, now) === 0;
  }

  #after(messages: number, now: number): number {
    return this.#level === 0 ? 0 : Math.max(0, this.#level - Math.max(0, now - this.#at) * messages);
  }
}
