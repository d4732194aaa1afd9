/**
 * Asks that wait for tokens. Each takes its place in the bucket when it comes: its tokens are drawn as of the time at
 * which they'll be there, so whoever comes next comes behind. A timer answers each when its time has come.
 *
 * ```
 *   now        due         due              ask 1 ─▶ 2 tokens at once
 *    │ 1 1 ─── 2 2 ─────── 3 3              ask 2, ask 3 ─▶ in line, at their times
 *    └────────── time ───────▶              ask 2 gives up ─▶ those behind it move up
 * ```
 *
 * So it's known at once how long it takes, and a late timer makes nobody later but the one it serves.
 */
import { hold, reply, ticket, type Outcome } from '../../index.js';
import { TooManyWaitingError, WaitTooLongError } from '../errors.js';
import { check } from '../structures/check-payload.js';
import { answerOf, type RateAnswer } from './answers.js';
import { checkKeyed, slotOf } from './checks.js';
import { draw } from './drawing.js';
import { Line, type Waiter } from './line.js';
import { begin, giveBack, leave, moveUp } from './line-up.js';
import type { LimiterContext, RateLimiterState } from './state.js';
import type { RateWait } from './types.js';

export function wait(
  state: RateLimiterState, payload: RateWait, context: LimiterContext, maxWaiting: number,
): Outcome<RateLimiterState, RateAnswer> {
  checkKeyed(payload);
  const { key, tokens = 1, deadline = Infinity } = payload;
  check(typeof deadline === 'number' && deadline >= 0, 'deadline', 'a number of milliseconds from 0 on, or Infinity', deadline);
  const found = slotOf(state, key, tokens);
  const now = state.tick(context.now());
  moveUp(state, found, now, context);
  const takes = state.timeFor(found, tokens, now);
  if (takes === 0) {
    const slot = draw(state, key, found, tokens, now, context);
    state.allowed++;
    return reply(state, answerOf(state, slot, now, 0));
  }
  if (takes === Infinity || takes > deadline) throw new WaitTooLongError(key, takes, deadline);
  // There is a bucket: where there's none, tokens are given at once or never.
  const slot = found;
  const special = state.special(slot);
  if ((special.line?.size ?? 0) >= maxWaiting) throw new TooManyWaitingError(key, maxWaiting);
  const line = special.line ??= new Line();
  const place = ticket<RateAnswer>();
  const waiter: Waiter = {
    tokens, place, until: now + deadline, due: now + takes, before: state.buckets.copy(slot), phase: 'waiting', ahead: undefined, behind: undefined,
  };
  line.join(waiter);
  state.waiting++;
  state.buckets.draw(slot, state.limitsOf(slot), tokens, waiter.due);
  if (line.first === waiter) begin(state, slot, waiter);
  state.arm(context);
  return hold(state, place, {
    gone: (after, later) => {
      const still = after.slots.find(key);
      const at = after.tick(later.now());
      // The key may have got another bucket meanwhile.
      if (waiter.phase === 'waiting' && after.lineOf(still) === line) leave(after, still, waiter, at, later);
      else if (waiter.phase === 'granted') {
        // What it was given never reached it.
        after.allowed--;
        if (still >= 0) giveBack(after, still, tokens, at, later);
      }
      waiter.phase = 'over';
      return after;
    },
  });
}
