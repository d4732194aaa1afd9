/** What a limiter says of a key. */
import type { Limit, RateLimit } from './limits.js';
import type { RateLimiterState } from './state.js';

/** What `allow`, `peek` and `wait` answer. Where there are several limits, the numbers are of the one that has the least left. */
export interface RateAnswer {
  /** Whether the tokens were given; after a `peek`, whether they would be. */
  readonly allowed: boolean;
  /** The most tokens in the bucket. */
  readonly limit: number;
  /** Whole tokens that are left; 0 while the key is blocked, and `Infinity` where there's no limit. */
  readonly remaining: number;
  /** In how many milliseconds the same ask may succeed: 0 if it did, `Infinity` for never. */
  readonly retryAfter: number;
  /** In how many milliseconds all is back; `Infinity` for never. */
  readonly resetAfter: number;
}

/** One limit of a key. */
export interface LimitStatus extends Required<RateLimit> {
  readonly remaining: number;
  readonly resetAfter: number;
}

/** What `status` answers: what `peek` would for one token, and more. */
export interface RateStatus extends RateAnswer {
  /** How long the key is still blocked, in milliseconds: 0 for not at all. */
  readonly blockedFor: number;
  /** Asks that wait for tokens of this key. */
  readonly waiting: number;
  /** Each of its limits. */
  readonly limits: readonly LimitStatus[];
}

/** What a limit of a key shows at a time. */
function shown(state: RateLimiterState, slot: number, index: number, limit: Limit, now: number): { remaining: number; resetAfter: number } {
  const lack = slot < 0 ? 0 : state.buckets.lack(slot, index, limit.refill, now);
  const blocked = slot < 0 ? 0 : state.blockedUntil(slot) - now;
  const resetAfter = lack > 0 ? Math.ceil(lack / limit.refill) : 0;
  if (blocked > 0) return { remaining: 0, resetAfter: Math.max(resetAfter, blocked) };
  return { remaining: lack < limit.capacity ? Math.floor((limit.capacity - lack) / limit.every) : 0, resetAfter };
}

/** `slot`: -1 for a key of which there's nothing to remember. */
export function answerOf(state: RateLimiterState, slot: number, now: number, retryAfter: number): RateAnswer {
  const { each } = state.limitsOf(slot);
  let { limit } = each[0]!;
  let { remaining, resetAfter } = shown(state, slot, 0, each[0]!, now);
  for (let index = 1; index < each.length; index++) {
    const other = shown(state, slot, index, each[index]!, now);
    if (other.remaining > remaining || (other.remaining === remaining && other.resetAfter <= resetAfter)) continue;
    ({ limit } = each[index]!);
    ({ remaining, resetAfter } = other);
  }
  return { allowed: retryAfter === 0, limit, remaining, retryAfter, resetAfter };
}

export function statusOf(state: RateLimiterState, slot: number, now: number): RateStatus {
  const limits = state.limitsOf(slot).each.map((limit, index) => {
    const { name, limit: most, refill, every } = limit;
    return { name, limit: most, refill, every, ...shown(state, slot, index, limit, now) };
  });
  return {
    ...answerOf(state, slot, now, state.timeFor(slot, 1, now)),
    blockedFor: slot < 0 ? 0 : Math.max(0, state.blockedUntil(slot) - now),
    waiting: state.lineOf(slot)?.size ?? 0,
    limits,
  };
}
