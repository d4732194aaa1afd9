/** The shortest part of a history that no order explains, so that a reader sees what is wrong with it. */
import type { Message } from '../../index.js';
import type { Operation } from '../operation.js';
import { certainty, isMust } from './certainty.js';
import type { Judge } from './model.js';
import { byBegin } from './entries.js';
import { Search, type Budget, type Refuted } from './search.js';

/** Operations that no order explains if they begin in this state. @internal */
export interface Part<M extends Message> {
  readonly operations: readonly Operation<M>[];
  /** Number of the state. */
  readonly from: number;
}

/** A part of so few operations is short enough to be read from the first state on. */
const SHORT = 12;

/** From so many operations a short part is found quickly; if it isn't short, from fewer of the last ones. */
const WIDEST = 64;
const WIDTHS = [WIDEST, 16, 4];

/** How many steps of the model are spent on making a part short, and on each attempt. */
const STEPS = 5_000_000;
const ATTEMPT = 200_000;

/**
 * What of a refuted history is needed to refute it.
 *
 * Of what came before the culprit's end, the part is taken from the first state on, or from a later moment at which only
 * one state was possible. @internal
 */
export function explain<S, M extends Message>(judge: Judge<S, M>, operations: readonly Operation<M>[], refuted: Refuted<M>, from: number): Part<M> {
  const { ended: until = Infinity } = refuted.culprit;
  const begun = operations.filter(({ began }) => began <= until);
  const budget = { steps: STEPS };
  const whole = begun.length <= WIDEST ? shorten(judge, begun, refuted, from, budget) : undefined;
  if (whole && whole.operations.length <= SHORT) return whole;
  const windows = certainty(judge, begun, refuted.culprit, from, { steps: STEPS }).map(({ at, state, happened }) => ({
    state,
    operations: begun.filter((operation) => (!isMust(operation) || (operation.ended ?? Infinity) > at) && !happened.has(operation)),
  }));
  let best: Part<M> = whole ?? { operations: begun, from };
  for (const width of WIDTHS) {
    // The earliest that is narrow enough says most; else the last.
    const window = windows.find(({ operations: some }) => some.filter(isMust).length <= width) ?? windows[windows.length - 1];
    const part = window && shorten(judge, window.operations, refuted, window.state, budget);
    if (part && part.operations.length < best.operations.length) best = part;
    if (best.operations.length <= SHORT) break;
  }
  return best;
}

/** Leaves out what can be left out. */
function shorten<S, M extends Message>(
  judge: Judge<S, M>, operations: readonly Operation<M>[], { culprit, passed }: Refuted<M>, from: number, budget: Budget,
): Part<M> {
  const over = new Set(passed);
  const others = operations.filter((operation) => over.has(operation));
  const mays = operations.filter((operation) => operation !== culprit && !over.has(operation));
  const verdict = (some: readonly Operation<M>[], rest: readonly Operation<M>[]) => {
    const attempt = { steps: Math.min(ATTEMPT, budget.steps) };
    budget.steps -= attempt.steps;
    const found = new Search(judge, some, rest).run(from, attempt);
    budget.steps += attempt.steps;
    return found.verdict;
  };

  // What need not have happened, nor have ended when it did, isn't what refutes the history.
  const needed = reduce(others, (left) => {
    const kept = new Set(left);
    return verdict([...left, culprit], [...mays, ...others.filter((operation) => !kept.has(operation))]) === 'refuted';
  });

  // But without some of it, more than the culprit would be without an explanation: what was read, for one, has to be written.
  const kept = new Set(needed);
  const optional = operations.filter((operation) => operation !== culprit && !kept.has(operation));
  const unanswered: Operation<M> = { ...culprit, outcome: 'unknown' };
  const shown = reduce(optional, (left) => verdict(
    [...needed, ...left.filter((operation) => over.has(operation))],
    [...left.filter((operation) => !over.has(operation)), unanswered],
  ) === 'explained');
  const part = new Set([...needed, ...shown, culprit]);
  return { operations: operations.filter((operation) => part.has(operation)), from };
}

/** Takes pieces out of a list as long as what is left will do: of a short one each alone, of a long one first its halves. */
function reduce<T extends Operation>(list: readonly T[], willDo: (left: readonly T[]) => boolean): readonly T[] {
  if (willDo([])) return [];
  let left = [...list].sort(byBegin);
  for (let size = left.length <= 32 ? 1 : Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let end = left.length; end > 0; end -= size) {
      const without = left.filter((_, i) => i < end - size || i >= end);
      if (without.length > 0 && willDo(without)) left = without;
    }
  }
  return left;
}
