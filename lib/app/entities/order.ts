/**
 * Where items belong in a sorted collection. What comes, or has another order than before, goes behind its equals:
 *
 * ```
 *   staying  a b b d          one that comes: by halving        a b b [b] d
 *   coming   b c              several: sorted, then merged      a b b [b] [c] d
 * ```
 */
import { itemOf, type EntityId, type Table } from './collection.js';

/** The ids of those that stay, which are in order, and of those that come, at least one. */
export function inOrder<T, K extends EntityId>(staying: readonly K[], coming: readonly K[], items: Table<T>, sort: (a: T, b: T) => number): K[] {
  const compare = (a: K, b: K) => sort(itemOf(items, a), itemOf(items, b));
  // A cast: it's there.
  return coming.length === 1 ? inserted(staying, coming[0] as K, compare) : merged(staying, [...coming].sort(compare), compare);
}

function inserted<K>(staying: readonly K[], one: K, compare: (a: K, b: K) => number): K[] {
  let from = 0;
  let to = staying.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    // A cast: `middle` is within.
    if (compare(one, staying[middle] as K) < 0) to = middle;
    else from = middle + 1;
  }
  return [...staying.slice(0, from), one, ...staying.slice(from)];
}

function merged<K>(staying: readonly K[], coming: readonly K[], compare: (a: K, b: K) => number): K[] {
  const ids: K[] = [];
  let next = 0;
  for (const one of coming) {
    // Casts: `next` is within.
    while (next < staying.length && compare(one, staying[next] as K) >= 0) ids.push(staying[next++] as K);
    ids.push(one);
  }
  return ids.concat(staying.slice(next));
}
