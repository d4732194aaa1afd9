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

/** Who is at work on an ask: what blocks the store in whose mailbox it waits, or, once it has begun, itself. */
function workOn(ask: Command): Command | null {
  return ask.started ? ask : ask.owner.blocked;
}

/** From now on `waiter` waits for these: a ring that one of them closes is broken. @internal */
export function waitFor(waiter: Command, others = awaited(waiter)): void {
  for (const other of others) {
    const ring = [waiter, ...findRing(other, waiter, stuckWith(waiter)) ?? []];
    if (ring.length === 1) continue;
    // Somewhere on the ring an ask waits in the mailbox of a store that is blocked, and never begins; or all have begun
    // and one of them waits in a lane, the nearest one if it's `waiter`.
    const waiting = ring.find(({ started }) => !started) ?? ring.find(({ more }) => more?.behind?.().length);
    waiting?.owner.giveUp(waiting, new DeadlockError(waiting, ring.map(({ store }) => store)));
  }
}

/** Of all that `waiter` depends on, those that can't end any more, because they wait for each other. */
function stuckWith(waiter: Command): Set<Command> {
  const stuck = new Set([waiter]);
  const isStuck = (ask: Command) => stuck.has(workOn(ask) as Command);
  // It grows while it's gone through, until it has all of them.
  for (const command of stuck) {
    for (const work of awaited(command).map(workOn)) if (work) stuck.add(work);
  }
  // A command can end once all its asks can, and one of those before it in its lane. Those that can leave the set, until
  // that lets no other one end.
  for (let before = 0; before !== stuck.size;) {
    before = stuck.size;
    for (const command of stuck) {
      const { asks = [], behind } = command.more ?? {};
      const lane = behind?.() ?? [];
      if (![...asks].some(isStuck) && (lane.length === 0 || !lane.every(isStuck))) stuck.delete(command);
    }
  }
  return stuck;
}

/** The way from `ask` to `target` among those that are stuck, or `undefined` where there's none. */
function findRing(ask: Command, target: Command, stuck: Set<Command>): Command[] | undefined {
  const work = workOn(ask);
  if (work === target) return [ask];
  // Whoever has been passed once leads nowhere.
  if (!work || !stuck.delete(work)) return undefined;
  for (const next of awaited(work)) {
    const ring = findRing(next, target, stuck);
    if (ring) return [ask, ...ring];
  }
  return undefined;
}
