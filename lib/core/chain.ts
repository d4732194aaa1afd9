/**
 * Who waits for whom (rule S11).
 *
 * ```
 *   store a ── runs ──▶ command c ── waits for ──▶ ask d ── in the mailbox of ──▶ store b ── runs ──▶ command e ─┐
 *      ▲                                                                                                         │
 *      └────────────────────────── in the mailbox of ◀── ask f ◀── waits for ────────────────────────────────────┘
 * ```
 *
 * A store that runs something asynchronous is blocked by it. A command waits for the asks that its handler made. An
 * ask that was handled but not answered yet (an effect, a later reply) waits for what itself asked. Rings close only
 * when a command begins to wait for an ask, so that's when they're looked for.
 */
import type { Command } from './command.js';
import { DeadlockError } from './errors.js';

/** Whoever has a command at work: an owner, most of the time. */
interface Worker {
  readonly current: Command | null;
}

/**
 * Whose handler is on the stack right now: the asks made meanwhile are those of its current command. (The worker and
 * not the command stands here, since writing young objects into old ones is what costs V8 most on this path.) @internal
 */
export const handling: { by: Worker | null } = { by: null };

/** Notes that `waiter` may wait for `ask`. @internal */
export function note(waiter: Command, ask: Command): void {
  (waiter.extras.asks ??= new Set()).add(ask);
  ask.extras.waiter = waiter;
}

/** What a command waits for: the asks that it made, and in the lane of an effect those before it. */
function awaited({ more }: Command): Command[] {
  return [...more?.asks ?? [], ...more?.behind?.() ?? []];
}

/** From now on `waiter` waits for these: a ring that one of them closes is broken. @internal */
export function waitFor(waiter: Command, others = awaited(waiter)): void {
  for (const other of others) {
    const ring = findRing(other, waiter, new Set());
    // Somewhere on the ring an ask waits in the mailbox of a store that is blocked, and never begins; or all have begun
    // and one of them waits in a lane.
    const waiting = ring?.find(({ started }) => !started) ?? ring?.find(({ more }) => more?.behind?.().length);
    waiting?.owner.giveUp(waiting, new DeadlockError(waiting, [waiter, ...ring ?? []].map(({ store }) => store)));
  }
}

/** The way from `ask` to `target`, or `undefined` where there's none. */
function findRing(ask: Command, target: Command, seen: Set<Command>): Command[] | undefined {
  // An ask that waits in a mailbox waits for what blocks that store; one that has begun waits for its own asks.
  const blocking = ask.started ? ask : ask.owner.blocked;
  if (blocking === target) return [ask];
  if (blocking && !seen.has(blocking)) {
    seen.add(blocking);
    for (const next of awaited(blocking)) {
      const ring = findRing(next, target, seen);
      if (ring) return [ask, ...ring];
    }
  }
  return undefined;
}
