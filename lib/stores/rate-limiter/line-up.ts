/** How those stand who wait for tokens of a key: who is served when, and what moves them up or back. */
import { TokensExceedLimitError, WaitTooLongError } from '../errors.js';
import { SWEPT_AT_ONCE } from '../structures/sweep.js';
import { answerOf } from './answers.js';
import type { Waiter } from './line.js';
import type { LimiterContext, RateLimiterState } from './state.js';

/** Somebody waits: the key isn't forgotten, and it's known when the first one is due. */
export function begin(state: RateLimiterState, slot: number, { due }: Waiter): void {
  state.expiries.set(slot, Infinity);
  state.dues.set(slot, due);
}

/**
 * One who waits gives up. Those behind move up, but not yet: many may give up at the same time, and to line the others up
 * for each of them would cost the square of it. It's done right after that, or when somebody asks for the key.
 */
export function leave(state: RateLimiterState, slot: number, waiter: Waiter, now: number, context: LimiterContext): void {
  // A cast: there's a line, since somebody is in it.
  const line = state.lineOf(slot)!;
  const { before, ahead, behind } = waiter;
  line.leave(waiter);
  state.waiting--;
  // What was before the first one is always known, and all else follows from it.
  if (behind && !ahead) behind.before = before;
  if (behind) state.loose.add(slot);
  else if (!ahead || !state.loose.has(slot)) state.buckets.paste(slot, before);
  if (!line.first) next(state, slot, now, context);
  state.arm(context);
}

/** Those behind one who gave up move up. Nobody is answered by that: a handler that fails after it has changed nothing. */
export function moveUp(state: RateLimiterState, slot: number, now: number, context: LimiterContext): void {
  if (!state.loose.delete(slot)) return;
  // A cast: the line of a slot that is loose has a first one.
  const first = state.lineOf(slot)!.first!;
  state.buckets.paste(slot, first.before);
  for (let waiter: Waiter | undefined = first; waiter; waiter = waiter.behind) place(state, slot, waiter, now, state.timeFor(slot, waiter.tokens, now));
  next(state, slot, now, context);
}

/** Draws what one waits for, as of the time at which it will be there. */
function place(state: RateLimiterState, slot: number, waiter: Waiter, now: number, takes: number): void {
  waiter.before = state.buckets.copy(slot);
  waiter.due = now + takes;
  state.buckets.draw(slot, state.limitsOf(slot), waiter.tokens, waiter.due);
}

/** Changes what a bucket holds, or what it's allowed to give, below the feet of those who wait. */
export function reline(state: RateLimiterState, slot: number, now: number, context: LimiterContext, change: () => void): void {
  const first = state.lineOf(slot)?.first;
  state.loose.delete(slot);
  if (first) state.buckets.paste(slot, first.before);
  change();
  lineUp(state, slot, first, now, context);
}

/** Draws anew what those wait for who stand from `first` on, and refuses whom that makes too late. */
function lineUp(state: RateLimiterState, slot: number, first: Waiter | undefined, now: number, context: LimiterContext): void {
  const { least } = state.limitsOf(slot);
  for (let waiter = first; waiter; waiter = waiter.behind) {
    const takes = state.timeFor(slot, waiter.tokens, now);
    if (takes === Infinity || now + takes > waiter.until) {
      refuse(state, slot, waiter, context, waiter.tokens > least && least > 0
        ? new TokensExceedLimitError(state.slots.keys[slot]!, waiter.tokens, least)
        : new WaitTooLongError(state.slots.keys[slot]!, takes, Math.max(0, waiter.until - now)));
      continue;
    }
    place(state, slot, waiter, now, takes);
  }
  next(state, slot, now, context);
}

function refuse(state: RateLimiterState, slot: number, waiter: Waiter, { after }: LimiterContext, error: Error): void {
  state.lineOf(slot)!.leave(waiter);
  state.waiting--;
  waiter.phase = 'over';
  after(() => waiter.place.refuse(error));
}

/** The line of a key has changed: the next one's turn is set, or the key goes on without a line. */
function next(state: RateLimiterState, slot: number, now: number, context: LimiterContext): void {
  const special = state.slots.values[slot];
  const first = special?.line?.first;
  if (first) begin(state, slot, first);
  else {
    if (special) special.line = undefined;
    state.loose.delete(slot);
    state.dues.delete(slot);
    state.settle(slot, now, context);
  }
}

/** Answers whose time has come, and sets the timer for the next. Gives how many those were. */
export function serveDue(state: RateLimiterState, now: number, context: LimiterContext): number {
  const { dues } = state;
  for (const slot of state.loose) moveUp(state, slot, now, context);
  let count = 0;
  for (let slot = dues.due(now); slot >= 0 && count < SWEPT_AT_ONCE; slot = dues.due(now)) {
    // Casts: a slot that is due has a line, and somebody in it.
    const line = state.lineOf(slot)!;
    const waiter = line.first!;
    line.leave(waiter);
    state.waiting--;
    state.allowed++;
    waiter.phase = 'granted';
    const answer = answerOf(state, slot, now, 0);
    context.after(() => waiter.place.answer(answer));
    next(state, slot, now, context);
    count++;
  }
  state.arm(context);
  return count;
}

/** Puts tokens back. Who waits for them gets them. */
export function giveBack(state: RateLimiterState, slot: number, tokens: number, now: number, context: LimiterContext): void {
  reline(state, slot, now, context, () => {
    state.buckets.draw(slot, state.limitsOf(slot), -tokens, Math.max(now, state.buckets.at(slot)));
  });
  serveDue(state, now, context);
}
