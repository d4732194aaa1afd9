/** Those who wait for tokens of one key, in the order in which they came; anyone may leave it. */
import type { Ticket } from '../../index.js';
import type { RateAnswer } from './answers.js';
import type { Copy } from './buckets.js';

/** One who waits. The tokens are drawn from the bucket already, as of `due`. */
export interface Waiter {
  readonly tokens: number;
  /** It may take until then. */
  readonly until: number;
  readonly place: Ticket<RateAnswer>;
  phase: 'waiting' | 'granted' | 'over';
  /** When the tokens are there. */
  due: number;
  /** The bucket before they were drawn. */
  before: Copy;
  ahead: Waiter | undefined;
  behind: Waiter | undefined;
}

export class Line {
  first: Waiter | undefined;
  last: Waiter | undefined;
  size = 0;

  join(waiter: Waiter): void {
    waiter.ahead = this.last;
    if (this.last) this.last.behind = waiter;
    else this.first = waiter;
    this.last = waiter;
    this.size++;
  }

  /** The waiter has to be in. Who was behind still knows who was: the walk of a caller goes on. */
  leave(waiter: Waiter): void {
    const { ahead, behind } = waiter;
    if (ahead) ahead.behind = behind;
    else this.first = behind;
    if (behind) behind.ahead = ahead;
    else this.last = ahead;
    this.size--;
  }
}
