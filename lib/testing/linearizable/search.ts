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
 * The mays are tried where no must helps, and only if they change something: the fewer are taken in, the more is possible
 * later.
 */
import type { Message } from '../../index.js';
import type { Operation } from '../operation.js';
import { Entries } from './entries.js';
import { REFUSED, type Judge } from './model.js';
import { mix } from './hash.js';
import { Seen } from './seen.js';

/** How many steps of the model may still be taken, by all searches that share it. @internal */
export interface Budget {
  steps: number;
}

/** No order gets past the end of the culprit; some gets past those of others before it. @internal */
export interface Refuted<M extends Message> {
  readonly verdict: 'refuted';
  readonly culprit: Operation<M>;
  readonly passed: readonly Operation<M>[];
}

/** What a search has found. `spent`: the budget was used up before the end. @internal */
export type Found<M extends Message> =
  | { readonly verdict: 'explained'; readonly order: readonly Operation<M>[] }
  | Refuted<M>
  | { readonly verdict: 'spent' };

/** A configuration on the way of the search. */
interface Place {
  /** What has been taken in last, the state after that, and the highest number of a must that has been taken in; or -1. */
  readonly operation: number;
  readonly state: number;
  readonly last: number;
  /** The latest begin of all that has been taken in. */
  readonly latest: number;
  /** The must that ends first: it, or what overlaps with it, is next. -1 where no must is left. */
  readonly blocking: number;
  /** What can be next: pairs of an operation and the state after it, and how much of it has been tried. */
  readonly choices: number[];
  tried: number;
  /** 0: nothing is chosen yet. 1: the musts are. 2: the mays, too. */
  stage: number;
}

/** @internal */
export class Search<S, M extends Message> {
  readonly #judge: Judge<S, M>;
  readonly #entries: Entries<M>;
  /** For each may: an earlier one of the same kind, which is taken in first; or none, -1. */
  readonly #twin: Int32Array;

  /** Each of `musts` has ended. `mays` may have happened or not, since their begin; those that have an answer, until their end. */
  constructor(judge: Judge<S, M>, musts: readonly Operation<M>[], mays: readonly Operation<M>[]) {
    this.#judge = judge;
    this.#entries = new Entries(musts, mays);
    const kinds = new Map<number, number>();
    this.#twin = Int32Array.from(mays, (_, i) => {
      if (Number.isFinite(this.#deadline(musts.length + i))) return -1;
      const kind = judge.kindOf(this.#entries.operation(musts.length + i));
      const twin = kinds.get(kind) ?? -1;
      kinds.set(kind, i);
      return twin;
    });
  }

  /** Looks for an order, from a state on. `guess`: what changes nothing now never does, which may miss an order. Runs once. */
  run(from: number, budget: Budget, guess = false): Found<M> {
    const { musts, next, rank, byEnd, mustHead, operations } = this.#entries;
    const must = new Int32Array((musts >>> 5) + 1);
    const may = new Int32Array((operations.length - musts + 31) >>> 5);
    const seen = new Seen(may.length);
    /** Where the search stands, and above it how it came there. */
    const path: Place[] = [];
    let place = this.#place(-1, from, -1, -Infinity);
    let hash = 0;
    let furthest = -1;
    const toggle = (operation: number): void => {
      const isMust = operation < musts;
      const bit = isMust ? operation : operation - musts;
      const bits = isMust ? must : may;
      bits[bit >>> 5] = (bits[bit >>> 5] as number) ^ (1 << (bit & 31));
      if (isMust) hash ^= mix(operation + 1);
    };
    while (place.blocking >= 0) {
      furthest = Math.max(furthest, rank[place.blocking] as number);
      if (budget.steps < 0) return { verdict: 'spent' };
      if (place.tried === place.choices.length && place.stage < 2) this.#choose(place, path[path.length - 1], may, budget, guess);
      if (place.tried < place.choices.length) {
        const operation = place.choices[place.tried++] as number;
        const state = place.choices[place.tried++] as number;
        const last = operation < musts ? Math.max(place.last, operation) : place.last;
        this.#entries.takeOut(operation);
        toggle(operation);
        // The first entry left is the begin of the first must left.
        if (seen.add(hash, state, next[mustHead] as number, last, must, may)) {
          path.push(place);
          place = this.#place(operation, state, last, Math.max(place.latest, this.#entries.operation(operation).began));
          continue;
        }
        toggle(operation);
        this.#entries.putBack(operation);
      } else if (place.stage === 2) {
        const above = path.pop();
        if (above === undefined) {
          const passed = byEnd.slice(0, furthest).map((operation) => this.#entries.operation(operation));
          return { verdict: 'refuted', culprit: this.#entries.operation(byEnd[furthest] as number), passed };
        }
        toggle(place.operation);
        this.#entries.putBack(place.operation);
        place = above;
      }
    }
    return { verdict: 'explained', order: [...path.slice(1), ...path.length > 0 ? [place] : []].map(({ operation }) => this.#entries.operation(operation)) };
  }

  /** What is the case after an operation has been taken in, nothing tried yet. */
  #place(operation: number, state: number, last: number, latest: number): Place {
    const { musts, next, mustHead, operations } = this.#entries;
    let entry = next[mustHead] as number;
    while (entry < musts) entry = next[entry] as number;
    const blocking = entry === mustHead ? -1 : entry - operations.length;
    return { operation, state, last, latest, blocking, choices: [], tried: 0, stage: 0 };
  }

  /**
   * What can be next. First what changes nothing, then what lets the must that ends first be next, then the others, those
   * that end earlier before those that end later. The mays come in front if none of the musts helps, else last.
   */
  #choose(place: Place, above: Place | undefined, may: Int32Array, budget: Budget, guess: boolean): void {
    const { musts, next, rank, mustHead, mayHead } = this.#entries;
    const { state, blocking, choices } = place;
    const ending = this.#entries.operation(blocking);
    const helps = (to: number, entry: number) => entry === blocking || (budget.steps--, this.#judge.step(to, ending) !== REFUSED);
    const useful: number[] = [];
    const others: number[] = [];
    if (place.stage === 0) {
      const found: { readonly entry: number; readonly to: number }[] = [];
      for (let entry = next[mustHead] as number; entry < musts; entry = next[entry] as number) {
        const operation = this.#entries.operation(entry);
        budget.steps--;
        const to = this.#judge.step(state, operation);
        if (to === REFUSED || this.#isWaste(to, place, above, operation, budget)) continue;
        if (this.#judge.isQuery(operation) || (guess && to === state)) {
          // Nothing is lost by it, whatever comes later.
          choices.push(entry, to);
          place.stage = 2;
          return;
        }
        if (to === state) choices.push(entry, to);
        else found.push({ entry, to });
      }
      found.sort((a, b) => (rank[a.entry] as number) - (rank[b.entry] as number));
      for (const { entry, to } of found) (helps(to, entry) ? useful : others).push(entry, to);
      choices.push(...useful);
    }
    if (place.stage === 1 || choices.length === 0) {
      const limit = this.#entries.endOf(blocking);
      const rest: number[] = [];
      for (let entry = next[mayHead] as number; entry < mustHead; entry = next[entry] as number) {
        const operation = this.#entries.operation(entry);
        // The later ones begin later still.
        if (operation.began > limit) break;
        if (!this.#isDue(entry - musts, may) || this.#deadline(entry) < place.latest) continue;
        budget.steps--;
        const to = this.#judge.step(state, operation);
        if (to === REFUSED || to === state || this.#isWaste(to, place, above, operation, budget)) continue;
        if (place.stage === 0) (helps(to, entry) ? choices : rest).push(entry, to);
        else choices.push(entry, to);
      }
      others.push(...rest);
      place.stage = 1;
    }
    choices.push(...others);
    place.stage++;
  }

  /** Until when a may can have happened. */
  #deadline(may: number): number {
    const { outcome, ended = Infinity } = this.#entries.operation(may);
    return outcome === 'unknown' ? Infinity : ended;
  }

  /** Whether a may isn't one of several alike of which an earlier one has not been taken in. */
  #isDue(index: number, may: Int32Array): boolean {
    const twin = this.#twin[index] as number;
    return twin < 0 || ((may[twin >>> 5] as number) >>> (twin & 31) & 1) === 1;
  }

  /** Whether an operation comes right after a may and wipes out all that it has done: then it's as well without it. */
  #isWaste(to: number, place: Place, above: Place | undefined, operation: Operation<M>, budget: Budget): boolean {
    if (above === undefined || place.operation < this.#entries.musts) return false;
    budget.steps--;
    return this.#judge.step(above.state, operation) === to;
  }
}
