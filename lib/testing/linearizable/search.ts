/**
 * Wing and Gong's search for an order of single steps that explains a history, with Lowe's memory of configurations.
 *
 * ```
 *   musts   ├a   ├b   a┤   ├c   b┤   c┤      a list of begins and ends; what stands before the first end can be next
 *   mays    ├u   ├v                         no end: each can be next from its begin on, or never
 *
 *   take a: its two entries leave the list, the state goes on; no way on from there: they come back, the next is tried
 * ```
 *
 * The mays are tried last, and only where they change something: the fewer are taken in, the more is possible later.
 */
import type { Message } from '../../index.js';
import type { Operation } from '../operation.js';
import { REFUSED, type Judge } from './model.js';
import { mix } from './same.js';
import { Seen } from './seen.js';

/** How many steps of the model may still be taken, by all searches that share it. @internal */
export interface Budget {
  steps: number;
}

/** What a search has found. `spent`: the budget was used up before the end. @internal */
export type Found<M extends Message> =
  | { readonly verdict: 'explained'; readonly order: readonly Operation<M>[] }
  /** No order gets past the end of this operation. */
  | { readonly verdict: 'refuted'; readonly culprit: Operation<M> }
  | { readonly verdict: 'spent' };

/** @internal */
export class Search<S, M extends Message> {
  readonly #judge: Judge<S, M>;
  /** Musts and then mays, each in the order of their begins. */
  readonly #operations: readonly Operation<M>[];
  readonly #musts: number;
  /** Entries are numbered: the begins of the operations, the ends of the musts, the heads of both lists. */
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #mustHead: number;
  readonly #mayHead: number;
  /** For each end of a must: when it is, and the how manyth it is. */
  readonly #ended: Float64Array;
  readonly #rank: Int32Array;
  /** For each may: an earlier one of the same kind, which is taken in first; or none, -1. */
  readonly #twin: Int32Array;

  /** Each of `musts` has ended, `mays` may have happened or not, at any time since their begin. */
  constructor(judge: Judge<S, M>, musts: readonly Operation<M>[], mays: readonly Operation<M>[]) {
    const [first, second] = [[...musts].sort(byBegin), [...mays].sort(byBegin)];
    const [m, n] = [first.length, first.length + second.length];
    this.#judge = judge;
    this.#operations = [...first, ...second];
    this.#musts = m;
    this.#mustHead = n + m;
    this.#mayHead = n + m + 1;
    this.#next = new Int32Array(n + m + 2);
    this.#previous = new Int32Array(n + m + 2);
    this.#ended = Float64Array.from(first, ({ ended = Infinity }) => ended);
    const ends = [...first.keys()].sort((a, b) => (this.#ended[a] as number) - (this.#ended[b] as number));
    this.#rank = new Int32Array(m);
    ends.forEach((must, rank) => { this.#rank[must] = rank; });
    this.#link(this.#mustHead, inOrder(first, ends, this.#ended, n));
    this.#link(this.#mayHead, second.map((_, i) => m + i));
    const kinds = new Map<number, number>();
    this.#twin = Int32Array.from(second, (may, i) => {
      const kind = judge.kindOf(may);
      const twin = kinds.get(kind) ?? -1;
      kinds.set(kind, i);
      return twin;
    });
  }

  /** Looks for an order, from a state on. With `all`, looks for all orders, and puts there in which states they end. */
  run(from: number, budget: Budget, all?: Set<number>): Found<M> {
    const musts = this.#musts;
    const mays = this.#operations.length - musts;
    const next = this.#next;
    const must = new Int32Array((musts >>> 5) + 1);
    const may = new Int32Array((mays + 31) >>> 5);
    const seen = new Seen(may.length);
    /** What has been taken in, and what was the case before. */
    const path: { readonly operation: number; readonly state: number; readonly last: number; readonly limit: number }[] = [];
    let state = from;
    let last = -1;
    let hash = 0;
    /** The end of the first must that ends: what begins later can't be next. */
    let limit = 0;
    let culprit = -1;
    let furthest = -1;
    let entry = next[this.#mustHead] as number;
    const toggle = (operation: number): void => {
      const isMust = operation < musts;
      const bits = isMust ? must : may;
      const bit = isMust ? operation : operation - musts;
      bits[bit >>> 5] = (bits[bit >>> 5] as number) ^ (1 << (bit & 31));
      if (isMust) hash ^= mix(operation + 1);
    };
    for (;;) {
      if (next[this.#mustHead] === this.#mustHead) {
        if (all === undefined) return { verdict: 'explained', order: path.map(({ operation }) => this.#operation(operation)) };
        all.add(state);
        entry = this.#mayHead;
      }
      if (entry < this.#operations.length) {
        const operation = this.#operation(entry);
        const isMust = entry < musts;
        if (isMust || (operation.began <= limit && this.#isDue(entry - musts, may))) {
          if (budget.steps-- <= 0) return { verdict: 'spent' };
          const to = this.#judge.step(state, operation);
          const above = path[path.length - 1];
          if (to !== REFUSED && (isMust || !this.#isIdle(to, state, above, operation))) {
            this.#takeOut(entry);
            const before = { operation: entry, state, last, limit };
            toggle(entry);
            if (isMust) last = Math.max(last, entry);
            // The first entry left is the begin of the first must left.
            if (seen.add(hash, to, next[this.#mustHead] as number, last, must, may)) {
              path.push(before);
              state = to;
              entry = next[this.#mustHead] as number;
              continue;
            }
            this.#putBack(entry);
            toggle(entry);
            last = before.last;
          }
        }
        // The later mays begin later still.
        entry = !isMust && operation.began > limit ? this.#mayHead : next[entry] as number;
      } else if (entry < this.#mustHead) {
        const ending = entry - this.#operations.length;
        limit = this.#ended[ending] as number;
        if ((this.#rank[ending] as number) > furthest) {
          furthest = this.#rank[ending] as number;
          culprit = ending;
        }
        entry = next[this.#mayHead] as number;
      } else {
        const back = path.pop();
        if (back === undefined) return { verdict: 'refuted', culprit: this.#operation(culprit) };
        this.#putBack(back.operation);
        toggle(back.operation);
        ({ state, last, limit } = back);
        entry = next[back.operation] as number;
      }
    }
  }

  #operation(index: number): Operation<M> {
    // A cast: the index is that of an entry.
    return this.#operations[index] as Operation<M>;
  }

  /** Whether a may isn't one of several alike of which an earlier one has not been taken in. */
  #isDue(index: number, may: Int32Array): boolean {
    const twin = this.#twin[index] as number;
    return twin < 0 || ((may[twin >>> 5] as number) >>> (twin & 31) & 1) === 1;
  }

  /** Whether taking a may in is of no use: it changes nothing, or makes the may right before it useless. */
  #isIdle(to: number, state: number, above: { operation: number; state: number } | undefined, operation: Operation<M>): boolean {
    return to === state || (above !== undefined && above.operation >= this.#musts && this.#judge.step(above.state, operation) === to);
  }

  #link(head: number, entries: readonly number[]): void {
    let previous = head;
    for (const entry of entries) {
      this.#next[previous] = entry;
      this.#previous[entry] = previous;
      previous = entry;
    }
    this.#next[previous] = head;
    this.#previous[head] = previous;
  }

  #takeOut(operation: number): void {
    this.#unlink(operation);
    if (operation < this.#musts) this.#unlink(this.#operations.length + operation);
  }

  /** Undoes the last `takeOut` that isn't undone yet. */
  #putBack(operation: number): void {
    if (operation < this.#musts) this.#relink(this.#operations.length + operation);
    this.#relink(operation);
  }

  #unlink(entry: number): void {
    this.#next[this.#previous[entry] as number] = this.#next[entry] as number;
    this.#previous[this.#next[entry] as number] = this.#previous[entry] as number;
  }

  #relink(entry: number): void {
    this.#next[this.#previous[entry] as number] = entry;
    this.#previous[this.#next[entry] as number] = entry;
  }
}

/** @internal */
export function byBegin(a: Operation, b: Operation): number {
  return a.began - b.began;
}

/** The begins and ends of the musts, merged; at the same place the begins come first. */
function inOrder(musts: readonly Operation[], ends: readonly number[], ended: Float64Array, offset: number): number[] {
  const entries: number[] = [];
  let begun = 0;
  for (const must of ends) {
    while (begun < musts.length && (musts[begun] as Operation).began <= (ended[must] as number)) entries.push(begun++);
    entries.push(offset + must);
  }
  return entries;
}
