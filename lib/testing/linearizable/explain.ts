/** The shortest part of a history that no order explains, so that a reader sees what is wrong with it. */
import type { Message } from '../../index.js';
import type { Operation } from '../operation.js';
import { certainty, isMust, type Moment } from './certainty.js';
import { byBegin, byEnd } from './entries.js';
import type { Judge } from './model.js';
import { pins, type Pin } from './pins.js';
import { Search, type Budget, type Found, type Refuted } from './search.js';

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

/** How many steps of the model are spent on finding where a part may begin, on making it short, and on each attempt of that. */
const FINDING = 1_000_000;
const STEPS = 4_000_000;
const ATTEMPT = 200_000;

/** A stretch of the history up to the culprit, and the number of the state that it begins in. */
interface Stretch<M extends Message> {
  readonly from: number;
  /** What is over before the culprit is. */
  readonly over: readonly Operation<M>[];
  /** What is over as well, and may have happened before the stretch. */
  readonly before: readonly Operation<M>[];
  /** What isn't over. */
  readonly open: readonly Operation<M>[];
  /** Whether it's known that no order explains it. */
  readonly isRefuted: boolean;
}

/**
 * What of a refuted history is needed to refute it.
 *
 * Of what came before the culprit's end, the part is taken from the first state on, or from a later moment at which only
 * one state was possible: between operations, or right after one. @internal
 */
export function explain<S, M extends Message>(
  judge: Judge<S, M>, operations: readonly Operation<M>[], refuted: Refuted<M>, from: number,
): Part<M> {
  const { ended: until = Infinity } = refuted.culprit;
  const begun = operations.filter(({ began }) => began <= until);
  let steps = STEPS;
  let best: Part<M> | undefined;
  for (const stretch of stretches(judge, begun, refuted, from)) {
    if (best && stretch.over.length > WIDEST) continue;
    // Something is left for the others.
    const budget = { steps: Math.ceil(steps / 4) };
    steps -= budget.steps;
    const part = shorten(judge, stretch, refuted.culprit, budget);
    steps += budget.steps;
    if (part && part.operations.length < (best?.operations.length ?? Infinity)) best = part;
    if (best && best.operations.length <= SHORT) break;
  }
  const kept = new Set(best?.operations);
  return best ? { operations: begun.filter((operation) => kept.has(operation)), from: best.from } : { operations: begun, from };
}

/** From where on a part may be taken; first what gives the shortest ones, or the ones that say most. */
function* stretches<S, M extends Message>(
  judge: Judge<S, M>, begun: readonly Operation<M>[], { culprit, passed }: Refuted<M>, from: number,
): Generator<Stretch<M>> {
  const isOver = new Set(passed);
  const over = begun.filter((operation) => isOver.has(operation));
  const open = begun.filter((operation) => operation !== culprit && !isOver.has(operation));
  if (begun.length <= WIDEST) yield { from, over, before: [], open, isRefuted: true };

  const moments = certainty(judge, begun, culprit, from, { steps: FINDING });
  const since = ({ at, state, happened }: Moment<M>): Stretch<M> => {
    const isLeft = (operation: Operation<M>) => !happened.has(operation) && (!isMust(operation) || endOf(operation) > at);
    return { from: state, over: over.filter(isLeft), before: [], open: open.filter(isLeft), isRefuted: true };
  };
  const ends = begun.filter(isMust).sort(byEnd);
  for (const width of WIDTHS) {
    // The earliest that is narrow enough says most.
    const last = ends[ends.length - 1 - width];
    const moment = moments[firstIndex(moments, ({ at }) => last === undefined || at >= endOf(last))];
    if (moment) yield since(moment);
  }

  // From right after the last operation that leaves no choice of the state, then the one before, the fourth, the eighth, ….
  const pinned = pins(judge, begun, culprit, from, { steps: FINDING });
  for (let back = 1; back <= pinned.length; back *= 2) {
    const { operation, state } = pinned[pinned.length - back] as Pin<M>;
    const later = over.filter(({ began }) => began > endOf(operation));
    const before = over.filter((other) => other !== operation && other.began <= endOf(operation) && endOf(other) >= operation.began);
    yield { from: state, over: later, before, open, isRefuted: false };
  }

  yield since(moments[moments.length - 1] as Moment<M>);
}

/** Leaves out what can be left out. `undefined` if it's not seen that no order explains the stretch. */
function shorten<S, M extends Message>(
  judge: Judge<S, M>, { from, over, before, open, isRefuted }: Stretch<M>, culprit: Operation<M>, budget: Budget,
): Part<M> | undefined {
  const search = (musts: readonly Operation<M>[], mays: readonly Operation<M>[]): Found<M> => {
    if (budget.steps <= 0) return { verdict: 'spent' };
    const attempt = { steps: Math.min(ATTEMPT, budget.steps) };
    budget.steps -= attempt.steps;
    const found = new Search(judge, musts, mays).run(from, attempt);
    budget.steps += attempt.steps;
    return found;
  };

  // What need not have happened, nor have ended when it did, isn't what refutes the history.
  const endless = new Map(over.map((operation) => [operation, { ...operation, ended: Infinity }]));
  const refutes = (left: readonly Operation<M>[]) => {
    const rest = new Map(endless);
    left.forEach((operation) => rest.delete(operation));
    return search([...left, culprit], [...before, ...open, ...rest.values()]).verdict === 'refuted';
  };
  if (!isRefuted && !refutes(over)) return undefined;
  const needed = reduce(over, refutes);

  // But without some of it, more than the culprit would be without an explanation: what was read, for one, has to be written.
  const isNeeded = new Set(needed);
  const isOpen = new Set(open);
  const unanswered: Operation<M> = { ...culprit, outcome: 'unknown' };
  const explains = (left: readonly Operation<M>[]) => search(
    [...needed, ...left.filter((operation) => !isOpen.has(operation))],
    [...left.filter((operation) => isOpen.has(operation)), unanswered],
  ).verdict === 'explained';
  const within = before.length === 0 ? undefined : search(over, [...before, ...open, unanswered]);
  if (within && within.verdict !== 'explained') return undefined;
  const isWithin = new Set(within?.order);
  const optional = [
    ...before.filter((operation) => isWithin.has(operation)), ...over.filter((operation) => !isNeeded.has(operation)), ...open,
  ];
  return { operations: [...needed, ...reduce(optional, explains), culprit], from };
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

/** The first place from which on something holds; the length where it never does. */
function firstIndex<T>(list: readonly T[], holds: (item: T) => boolean): number {
  let [from, to] = [0, list.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (holds(list[middle] as T)) to = middle;
    else from = middle + 1;
  }
  return from;
}

function endOf({ ended = Infinity }: Operation): number {
  return ended;
}
