/** The shortest part of a history that no order explains, so that a reader sees what is wrong with it. */
import type { Message } from '../../index.js';
import type { Operation } from '../operation.js';
import { certainty } from './certainty.js';
import type { Judge } from './model.js';
import { byBegin, Search, type Budget } from './search.js';

/** Operations that no order explains if they begin in this state. @internal */
export interface Part<M extends Message> {
  readonly operations: readonly Operation<M>[];
  /** Number of the state. */
  readonly from: number;
}

/** A part of so few operations is short enough to be read from the first state on. */
const SHORT = 12;

/** How many steps of the model are spent on making a part short. */
const STEPS = 5_000_000;

/**
 * What of a refuted history is needed to refute it.
 *
 * Up to the end of the culprit, the part begins in the first state; or, if that makes it much shorter, in a later one
 * that all explanations of what came before agree on. @internal
 */
export function explain<S, M extends Message>(judge: Judge<S, M>, operations: readonly Operation<M>[], culprit: Operation<M>, from: number): Part<M> {
  const { ended: until = Infinity } = culprit;
  const begun = operations.filter(({ began }) => began <= until);
  const isMust = ({ outcome, ended = Infinity }: Operation) => outcome !== 'unknown' && ended <= until;
  const musts = begun.filter(isMust);
  const mays = begun.filter((operation) => !isMust(operation));
  const budget = { steps: STEPS };
  const whole = shorten(judge, musts, mays, culprit, from, budget);
  if (whole.operations.length <= SHORT) return whole;
  const known = certainty(judge, begun, culprit, from, budget);
  const rest = ({ began }: Operation) => began > known.at;
  const part = shorten(judge, musts.filter(rest), mays.filter(rest), culprit, known.from, budget);
  return part.operations.length < whole.operations.length ? part : whole;
}

/** Leaves out what can be left out: in halves, then in ever smaller pieces, the latest first. */
function shorten<S, M extends Message>(
  judge: Judge<S, M>, musts: readonly Operation<M>[], mays: readonly Operation<M>[], culprit: Operation<M>, from: number, budget: Budget,
): Part<M> {
  const verdict = (some: readonly Operation<M>[], others: readonly Operation<M>[]) => new Search(judge, some, others).run(from, budget).verdict;

  // What need not have happened, nor have ended when it did, isn't what refutes the history.
  const others = musts.filter((operation) => operation !== culprit);
  const needed = reduce(others, (left) => {
    const kept = new Set(left);
    return verdict([...left, culprit], [...mays, ...others.filter((operation) => !kept.has(operation))]) === 'refuted';
  });

  // But without some of it, more than the culprit would be without an explanation: what was read, for one, has to be written.
  const kept = new Set(needed);
  const optional = [...mays, ...others.filter((operation) => !kept.has(operation))];
  const unanswered: Operation<M> = { ...culprit, outcome: 'unknown' };
  const shown = reduce(optional, (left) => verdict(needed, [...left, unanswered]) === 'explained');
  return { operations: [...needed, ...shown, culprit].sort(byBegin), from };
}

/** Takes pieces out of a list as long as what is left will do. */
function reduce<T extends Operation>(list: readonly T[], willDo: (left: readonly T[]) => boolean): readonly T[] {
  if (willDo([])) return [];
  let left = [...list].sort(byBegin);
  for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let end = left.length; end > 0; end -= size) {
      const without = left.filter((_, i) => i < end - size || i >= end);
      if (without.length > 0 && willDo(without)) left = without;
    }
  }
  return left;
}
