/** Operations after which only one state is possible, also where much overlaps: a part of the history may begin there. */
import type { Message } from '../../index.js';
import type { Operation } from '../operation.js';
import { isMust } from './certainty.js';
import { byBegin, byEnd } from './entries.js';
import { REFUSED, type Judge } from './model.js';
import type { Budget } from './search.js';

/** With more possible states than this, nothing is pinned any more. */
const MOST = 1024;

/** An operation, and the number of the only state that can be right after it. @internal */
export interface Pin<M extends Message> {
  readonly operation: Operation<M>;
  readonly state: number;
}

/**
 * The operations over before the culprit began that leave no choice of the state right after them, in the order of their
 * ends. Which of those that overlap with them have happened by then isn't said.
 *
 * ```
 *   ├── set 1 ──┤   ├──── set 2 ────┤
 *     ├ set 0 ┤   ├── get → 1 ──┤
 *   possible  0 1     0 1 2      1 2       right after the get: 1
 * ```
 *
 * Goes from begin to end with all states that are possible, rather too many than too few: it forgets which of the open
 * operations have happened, and so lets each happen as often as it likes. @internal
 */
export function pins<S, M extends Message>(
  judge: Judge<S, M>, operations: readonly Operation<M>[], culprit: Operation<M>, from: number, budget: Budget,
): Pin<M>[] {
  const begins = operations.filter(({ began }) => began <= culprit.began).sort(byBegin);
  const ends = operations.filter((operation) => isMust(operation) && (operation.ended ?? Infinity) < culprit.began).sort(byEnd);
  const open = new Set<Operation<M>>();
  /** The states that are possible right after each of the open ones. */
  const after = new Map<Operation<M>, Set<number>>();
  const step = remembering(judge, operations, budget);
  const found: Pin<M>[] = [];
  let possible = new Set([from]);
  let begun = 0;

  /** Takes in the states that come of some by operations. */
  const spread = (states: Set<number>, fresh: Iterable<number>, first: Iterable<Operation<M>>, all: Iterable<Operation<M>>): void => {
    const left: number[] = [];
    const take = (state: number, by: Iterable<Operation<M>>) => {
      for (const operation of by) {
        const to = step(state, operation);
        if (to === REFUSED) continue;
        if (states === possible) after.get(operation)?.add(to);
        if (!states.has(to)) {
          states.add(to);
          left.push(to);
        }
      }
    };
    for (const state of [...fresh]) take(state, first);
    while (left.length > 0 && states.size <= MOST) take(left.pop() as number, all);
  };

  for (const [i, ending] of ends.entries()) {
    const { ended: at = Infinity } = ending;
    for (; begun < begins.length && (begins[begun]?.began ?? Infinity) <= at; begun++) {
      const operation = begins[begun] as Operation<M>;
      open.add(operation);
      if (isMust(operation)) after.set(operation, new Set());
      spread(possible, possible, [operation], open);
    }
    if (budget.steps < 0 || possible.size > MOST) break;
    const [state, other] = after.get(ending) ?? [];
    open.delete(ending);
    after.delete(ending);
    if (state === undefined || other !== undefined) continue;
    found.push({ operation: ending, state });
    // By now, whatever has overlapped with it may have happened since.
    const overlapping = [...open];
    for (let j = i - 1; j >= 0 && (ends[j]?.ended ?? 0) >= ending.began; j--) overlapping.push(ends[j] as Operation<M>);
    const reached = new Set([state]);
    spread(reached, [state], overlapping, overlapping);
    if (reached.size <= MOST) possible = new Set([...possible].filter((each) => reached.has(each)));
  }
  return found;
}

/** Steps of the model, each taken once. */
function remembering<S, M extends Message>(
  judge: Judge<S, M>, operations: readonly Operation<M>[], budget: Budget,
): (state: number, operation: Operation<M>) => number {
  const numbers = new Map(operations.map((operation, number) => [operation, number]));
  const known = new Map<number, number>();
  return (state, operation) => {
    const key = state * operations.length + (numbers.get(operation) ?? 0);
    let to = known.get(key);
    if (to === undefined) {
      budget.steps--;
      known.set(key, to = judge.step(state, operation));
    }
    return to;
  };
}
