/** Tokens are taken, and put back. */
import { reply, type Outcome } from '../../index.js';
import { checkInteger, checkKey, type Key } from '../structures/check-payload.js';
import { answerOf, statusOf, type RateAnswer, type RateStatus } from './answers.js';
import { checkKeyed, slotOf } from './checks.js';
import { giveBack, moveUp, reline, serveDue } from './line-up.js';
import type { LimiterContext, RateLimiterState } from './state.js';
import type { RateAsk } from './types.js';

/** Takes tokens that are there. Gives the slot; -1 where there's still nothing to remember. @throws TooManyKeysError */
export function draw(state: RateLimiterState, key: Key, found: number, tokens: number, now: number, context: LimiterContext): number {
  const { buckets } = state;
  const limits = state.limitsOf(found);
  if (tokens === 0 || limits.least === Infinity) return found;
  const slot = found < 0 ? state.add(key, now, context) : found;
  buckets.draw(slot, limits, tokens, now);
  if (found < 0) state.settle(slot, now, context);
  return slot;
}

/** The same for what's asked most often, in one go: a bucket that's there, one limit, nothing special. */
function drawPlainly(state: RateLimiterState, slot: number, tokens: number, now: number): RateAnswer | undefined {
  const { limit, refill, every, capacity } = state.limits.each[0]!;
  const lack = state.buckets.take(slot, state.limits.each[0]!, tokens, now);
  if (lack < 0) return undefined;
  const resetAfter = lack > 0 ? Math.ceil(lack / refill) : 0;
  return { allowed: true, limit, remaining: Math.floor((capacity - lack) / every), retryAfter: 0, resetAfter };
}

export function allow(state: RateLimiterState, payload: RateAsk, context: LimiterContext): Outcome<RateLimiterState, RateAnswer> {
  checkKeyed(payload);
  const { key, tokens = 1 } = payload;
  const found = slotOf(state, key, tokens);
  const now = state.tick(context.now());
  moveUp(state, found, now, context);
  if (found >= 0 && state.limits.each.length === 1 && state.slots.values[found] === undefined) {
    const answer = drawPlainly(state, found, tokens, now);
    if (answer) {
      state.allowed++;
      return reply(state, answer);
    }
  }
  const retryAfter = state.timeFor(found, tokens, now);
  if (retryAfter > 0) {
    state.refused++;
    context.emit({ type: 'limited', key, tokens, retryAfter });
    return reply(state, answerOf(state, found, now, retryAfter));
  }
  const slot = draw(state, key, found, tokens, now, context);
  state.allowed++;
  return reply(state, answerOf(state, slot, now, 0));
}

export function peek(state: RateLimiterState, payload: RateAsk, now: number): RateAnswer {
  checkKeyed(payload);
  const { key, tokens = 1 } = payload;
  const slot = slotOf(state, key, tokens);
  return answerOf(state, slot, now, state.timeFor(slot, tokens, now));
}

export function refund(state: RateLimiterState, payload: RateAsk, context: LimiterContext): Outcome<RateLimiterState, RateStatus> {
  checkKeyed(payload);
  const { key, tokens = 1 } = payload;
  checkInteger(tokens, 'tokens');
  const now = state.tick(context.now());
  const slot = state.slots.find(key);
  if (slot >= 0) giveBack(state, slot, tokens, now, context);
  return reply(state, statusOf(state, state.slots.find(key), now));
}

/** All is back, and a block is lifted. Limits of its own stay: they're no trace of what the key did. */
export function reset(state: RateLimiterState, key: Key, context: LimiterContext): Outcome<RateLimiterState, boolean> {
  checkKey(key);
  const now = state.tick(context.now());
  const slot = state.slots.find(key);
  if (slot < 0) return reply(state, false);
  const changed = state.blockedUntil(slot) > now || state.buckets.fullAt(slot, state.limitsOf(slot)) > now;
  reline(state, slot, now, context, () => {
    if (state.slots.values[slot]) state.special(slot).blockedUntil = -Infinity;
    state.buckets.fill(slot, now);
  });
  serveDue(state, now, context);
  return reply(state, changed);
}
