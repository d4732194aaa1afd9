/** Moments of a history from which on all that may follow can be told: what came before them may be forgotten. */
import type { Message } from '../../index.js';
import type { Operation } from '../operation.js';
import { REFUSED, type Judge } from './model.js';
import { byBegin, byEnd } from './entries.js';
import type { Budget } from './search.js';

/** With more possible configurations than this, none is looked for any further. */
const MOST = 1024;

/** A state, and which of the open operations have happened. @internal */
export interface Configuration<M extends Message> {
  readonly state: number;
  readonly happened: ReadonlySet<Operation<M>>;
}

/** A moment, and the configuration that all possible ones then come from. @internal */
export interface Moment<M extends Message> extends Configuration<M> {
  readonly at: number;
}

/**
 * The moments before the culprit's begin at which the state is certain, from the first to the last; the very first is the
 * begin of the history. Certain is a configuration if it's the only one possible, or if all others follow from it by
 * operations that are open.
 *
 * Goes from end to end: what ends has happened by then, and before it may have happened whatever was open.
 *
 * ```
 *   ├─┤ ├──┤    ├──┤  ┆  ├────┤ ┆   ├──────┤
 *     ├──┤   ├───┤    ┆     ├─┤ ┆     ├culprit┤
 *               one state      two
 * ```
 * @internal
 */
export function certainty<S, M extends Message>(
  judge: Judge<S, M>, operations: readonly Operation<M>[], culprit: Operation<M>, from: number, budget: Budget,
): Moment<M>[] {
  const start: Configuration<M> = { state: from, happened: new Set() };
  const moments: Moment<M>[] = [{ at: -Infinity, ...start }];
  const begins = [...operations].sort(byBegin);
  const ends = operations.filter(isMust).sort(byEnd);
  const open = new Set<Operation<M>>();
  let possible: readonly Configuration<M>[] = [start];
  let begun = 0;
  for (const [i, ending] of ends.entries()) {
    const { ended: at = Infinity } = ending;
    if (at >= culprit.began) break;
    for (; begun < begins.length && (begins[begun]?.began ?? Infinity) <= at; begun++) open.add(begins[begun] as Operation<M>);
    const next = new Configurations<M>();
    for (const { state, happened } of possible) {
      // Where it has happened already, nothing is new. Else the ways to it are followed.
      if (happened.has(ending)) next.add({ state, happened: without(happened, ending) });
      else if (!follow(judge, { state, happened }, open, budget, next, ending)) return moments;
    }
    open.delete(ending);
    possible = next.list;
    // What ends at the same place belongs to the same moment.
    if (ends[i + 1]?.ended === at) continue;
    const root = possible.find((each) => {
      const following = new Configurations<M>();
      following.add(each);
      return follow(judge, each, open, budget, following) && possible.every((other) => following.covers(other));
    });
    if (root === undefined) continue;
    moments.push({ at, ...root });
    possible = [root];
  }
  return moments;
}

/**
 * Finds what may follow from a configuration by open operations: with `ending`, right after that one has happened.
 * `false`: that's too much.
 */
function follow<S, M extends Message>(
  judge: Judge<S, M>, start: Configuration<M>, open: ReadonlySet<Operation<M>>, budget: Budget, found: Configurations<M>, ending?: Operation<M>,
): boolean {
  const passed = ending ? new Configurations<M>() : found;
  const left = [start];
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    for (const operation of open) {
      if (at.happened.has(operation)) continue;
      if (budget.steps-- <= 0) return false;
      const state = judge.step(at.state, operation);
      if (state === REFUSED || (state === at.state && !isMust(operation))) continue;
      const next = { state, happened: new Set([...at.happened, operation]) };
      if (operation === ending) found.add({ state, happened: at.happened });
      else if (passed.add(next)) left.push(next);
      if (passed.size + found.size > MOST) return false;
    }
  }
  return true;
}

function without<T>(set: ReadonlySet<T>, item: T): ReadonlySet<T> {
  return new Set([...set].filter((other) => other !== item));
}

/** Different configurations. Of what may never have happened, one with less of it stands for all with more. */
class Configurations<M extends Message> {
  size = 0;
  readonly #byState = new Map<number, readonly Configuration<M>[]>();

  get list(): readonly Configuration<M>[] {
    return [...this.#byState.values()].flat();
  }

  covers(one: Configuration<M>): boolean {
    return (this.#byState.get(one.state) ?? []).some((other) => standsFor(other, one));
  }

  /** `false` if it's there, or one that stands for it. */
  add(one: Configuration<M>): boolean {
    if (this.covers(one)) return false;
    const others = (this.#byState.get(one.state) ?? []).filter((other) => !standsFor(one, other));
    this.size += others.length + 1 - (this.#byState.get(one.state)?.length ?? 0);
    this.#byState.set(one.state, [...others, one]);
    return true;
  }
}

function standsFor(a: Configuration<Message>, b: Configuration<Message>): boolean {
  for (const operation of a.happened) if (!b.happened.has(operation)) return false;
  for (const operation of b.happened) if (isMust(operation) && !a.happened.has(operation)) return false;
  return true;
}

/** Whether an operation has happened for certain. @internal */
export function isMust({ outcome }: Operation): boolean {
  return outcome !== 'unknown';
}
