/**
 * The state of an optimistic definition: what is certain, and the commands since the oldest attempt in flight.
 *
 * ```
 *   base ─▶ ■ add ─▶ □ rename ─▶ □ tick ─▶ ■ add ─▶ present       ■ an attempt in flight   □ a command that is settled
 *           it fails: it's left out, and those behind it are folded again
 *   base ──────────▶ □ rename ─▶ □ tick ─▶ ■ add ─▶ present       those in front that are settled become part of the base
 * ```
 *
 * Each entry knows the states before and after it, so only those are folded again before which the state is another one.
 */
import type { OPTIMISTIC } from '../over.js';

/** An attempt, as the entries know it. */
export interface Flight {
  /** Its lane. */
  readonly key: unknown;
  /** Whether its work has ended, so that its result is on the way. */
  ended: boolean;
  /** Whether a newer one of its lane has taken its place. */
  superseded: boolean;
}

/** A command in the log. */
export interface Entry<S> {
  readonly type: string;
  /** The attempt in flight, if it's one. */
  readonly flight: Flight | undefined;
  /** Folds it on another state. */
  readonly fold: (state: S) => S;
  readonly before: S;
  readonly after: S;
  /** What the handler throws on the state before it, if it does: then nothing is changed. */
  readonly thrown: { readonly error: unknown } | undefined;
}

/** The state of an optimistic definition. */
export interface Guessed<S> {
  /** The state before the log. */
  readonly base: S;
  /** The commands since the oldest attempt in flight. */
  readonly log: readonly Entry<S>[];
  /** The state after the log: what is shown. */
  readonly present: S;
  /** Not to be mistaken for a state that may be kept. */
  readonly [OPTIMISTIC]: true;
}

/** Told of each entry that was folded before, isn't in flight, and can't be folded any more. */
export type Dropping<S> = (entry: Entry<S>, error: unknown) => void;

/** The same with another log, folded where need be. */
export function relogged<S>(whole: Guessed<S>, log: readonly Entry<S>[], drop: Dropping<S>): Guessed<S> {
  let present = whole.base;
  const folded = log.map((entry) => {
    const same = Object.is(entry.before, present) ? entry : refolded(entry, present, drop);
    present = same.after;
    return same;
  });
  const flying = folded.findIndex(({ flight }) => flight);
  const settled = flying < 0 ? folded.length : flying;
  const { after: base } = folded[settled - 1] ?? { after: whole.base };
  return { ...whole, base, log: folded.slice(settled), present };
}

function refolded<S>(entry: Entry<S>, before: S, drop: Dropping<S>): Entry<S> {
  try {
    return { ...entry, before, after: entry.fold(before), thrown: undefined };
  } catch (error) {
    if (!entry.flight && !entry.thrown) drop(entry, error);
    return { ...entry, before, after: before, thrown: { error } };
  }
}
