/** What whoever runs the limiter decides about a key: that it's blocked for a while, that it has limits of its own. */
import { reply, type Outcome } from '../../index.js';
import { check, checkDuration, checkKey, type Key } from '../structures/check-payload.js';
import { statusOf, type RateStatus } from './answers.js';
import { checkKeyed } from './checks.js';
import { limitOf, limitsOf, type Limits } from './limits.js';
import { reline, serveDue } from './line-up.js';
import type { LimiterContext, RateLimiterState } from './state.js';
import type { RateBlock, RateChange } from './types.js';

/** The slot of a key, made if need be. @throws TooManyKeysError */
function slotFor(state: RateLimiterState, key: Key, now: number, context: LimiterContext): number {
  const slot = state.slots.find(key);
  return slot < 0 ? state.add(key, now, context) : slot;
}

export function block(state: RateLimiterState, payload: RateBlock, context: LimiterContext): Outcome<RateLimiterState, RateStatus> {
  checkKeyed(payload);
  const { key, ttl } = payload;
  checkDuration(ttl, 'ttl');
  const now = state.tick(context.now());
  const slot = slotFor(state, key, now, context);
  // Buckets go by whole milliseconds.
  reline(state, slot, now, context, () => { state.special(slot).blockedUntil = now + Math.ceil(ttl); });
  context.emit({ type: 'blocked', key, ttl });
  serveDue(state, now, context);
  return reply(state, statusOf(state, state.slots.find(key), now));
}

export function unblock(state: RateLimiterState, key: Key, context: LimiterContext): Outcome<RateLimiterState, boolean> {
  checkKey(key);
  const now = state.tick(context.now());
  const slot = state.slots.find(key);
  if (slot < 0 || state.blockedUntil(slot) <= now) return reply(state, false);
  reline(state, slot, now, context, () => { state.special(slot).blockedUntil = -Infinity; });
  serveDue(state, now, context);
  return reply(state, true);
}

export function setLimit(state: RateLimiterState, payload: RateChange, context: LimiterContext): Outcome<RateLimiterState, RateStatus> {
  checkKeyed(payload);
  const { key, name = state.limits.each[0]!.name, limit, refill, every } = payload;
  const names = state.limits.each.map((each) => each.name);
  const place = names.indexOf(name);
  check(place >= 0, 'name', `one of ${names.join(', ')}`, name);
  const found = state.slots.find(key);
  const { each } = state.limitsOf(found);
  const given = { ...limit === undefined ? {} : { limit }, ...refill === undefined ? {} : { refill }, ...every === undefined ? {} : { every } };
  const changed = limitOf(given, each[place]!, check);
  const own = limitsOf(each.map((was, index) => index === place ? changed : was));
  const now = state.tick(context.now());
  const slot = slotFor(state, key, now, context);
  change(state, slot, own, now, context);
  return reply(state, statusOf(state, slot, now));
}

export function clearLimit(state: RateLimiterState, key: Key, context: LimiterContext): Outcome<RateLimiterState, boolean> {
  checkKey(key);
  const now = state.tick(context.now());
  const slot = state.slots.find(key);
  if (slot < 0 || !state.slots.values[slot]?.own) return reply(state, false);
  change(state, slot, undefined, now, context);
  return reply(state, true);
}

/** Gives a key limits of its own, or takes them away. What was drawn stays drawn. */
function change(state: RateLimiterState, slot: number, own: Limits | undefined, now: number, context: LimiterContext): void {
  const from = state.limitsOf(slot);
  reline(state, slot, now, context, () => {
    state.buckets.convert(slot, from, own ?? state.limits, Math.max(now, state.buckets.at(slot)));
    state.special(slot).own = own;
  });
  serveDue(state, now, context);
}
