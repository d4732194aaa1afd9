/**
 * A state with those before it and those that were undone. Nothing is copied: each step holds the very state that was.
 *
 * ```
 *   past:  ▢ ▢ ▢ ─── present ─── ▢ ▢  :future
 *              ◀ undo           redo ▶
 *   a step: past gets the present, future is emptied        ▶ at most `limit` in the past: the oldest goes
 * ```
 */
import type { Identity, Move } from './identity.js';

/** A state to go to, and the command whose step leads there. */
export interface Step<S> {
  readonly state: S;
  readonly by: Identity;
}

/** The state of an undoable definition. */
export interface History<S> {
  /** The states to go back to, the nearest last. */
  readonly past: readonly Step<S>[];
  /** The state as it is. */
  readonly present: S;
  /** The states that were undone, the nearest first. */
  readonly future: readonly Step<S>[];
  /** The key of the latest step, while others may join it. */
  readonly group: unknown;
}

/** What changes a state: a command, and what becomes of it. */
export interface Change {
  readonly by: Identity;
  readonly group: unknown;
  readonly record: boolean;
}

/** The history after a change to another state: with one more step, with a step that was joined, or without a step. */
export function advance<S>(history: History<S>, next: S, change: Change, limit: number): History<S> {
  const { past, present, group } = history;
  if (!change.record) return { ...history, present: next };
  const by = change.by.joined ?? change.by;
  const latest = past.at(-1);
  if (latest && (latest.by === by || (change.group !== undefined && Object.is(change.group, group)))) {
    change.by.joined = latest.by;
    // What leads back to where the step began is no step, and the one before it is another one.
    if (Object.is(next, latest.state)) return { past: past.slice(0, -1), present: next, future: [], group: undefined };
    return { past, present: next, future: [], group };
  }
  const kept = past.slice(Math.max(0, past.length + 1 - limit));
  return { past: [...kept, { state: present, by }], present: next, future: [], group: change.group };
}

/** The history one step back; the same where there's none, or another one than this `undo` undid at first. */
export function undone<S>(history: History<S>, undo: Move): History<S> {
  const { past, present, future } = history;
  const step = past.at(-1);
  if (!moves(undo, step) || !step) return history;
  return { past: past.slice(0, -1), present: step.state, future: [{ state: present, by: step.by }, ...future], group: undefined };
}

/** The history one step on; the same where there's none, or another one than this `redo` did again at first. */
export function redone<S>(history: History<S>, redo: Move): History<S> {
  const { past, present, future: [step, ...future] } = history;
  if (!moves(redo, step) || !step) return history;
  return { past: [...past, { state: present, by: step.by }], present: step.state, future, group: undefined };
}

/** The same state without past and future. */
export function cleared<S>(history: History<S>): History<S> {
  const { past, present, future } = history;
  return past.length + future.length === 0 ? history : { past: [], present, future: [], group: undefined };
}

/** Whether this step is the one that was moved when the command was first handled; that's noted then. */
function moves(move: Move, step: Step<unknown> | undefined): boolean {
  if (move.moved === undefined) move.moved = step?.by ?? null;
  return move.moved === step?.by;
}
