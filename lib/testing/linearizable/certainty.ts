/** Moments of a history at which only one state is possible: what came before them may be forgotten. */
import type { Message } from '../../index.js';
import type { Operation } from '../operation.js';
import type { Judge } from './model.js';
import { byBegin, Search, type Budget } from './search.js';

/** With more possible states than this, none is looked for any further. */
const MOST = 8;

/**
 * The last moment before the culprit and all that overlaps with it at which nothing was under way and the state is
 * certain; and that state. Operations that may have happened at any later time end the certainty.
 *
 * ```
 *   ├─┤ ├──┤    ├──┤  ┆  ├────┤ ┆   ├──────┤
 *     ├──┤   ├───┤    ┆     ├─┤ ┆     ├culprit┤
 *               one state      two           the first of the two moments is taken
 * ```
 * @internal
 */
export function certainty<S, M extends Message>(
  judge: Judge<S, M>, operations: readonly Operation<M>[], culprit: Operation<M>, from: number, budget: Budget,
): { readonly at: number; readonly from: number } {
  let certain = { at: -Infinity, from };
  let states = new Set([from]);
  let group: Operation<M>[] = [];
  let until = -Infinity;
  for (const operation of [...operations].sort(byBegin)) {
    if (operation.began > until && group.length > 0) {
      if (group.includes(culprit)) return certain;
      const next = new Set<number>();
      for (const state of states) {
        if (new Search(judge, group, []).run(state, budget, next).verdict === 'spent') return certain;
      }
      if (next.size > MOST) return certain;
      states = next;
      group = [];
      for (const state of states) if (states.size === 1) certain = { at: until, from: state };
    }
    if (operation.outcome === 'unknown') return certain;
    group.push(operation);
    until = Math.max(until, operation.ended ?? Infinity);
  }
  return certain;
}
