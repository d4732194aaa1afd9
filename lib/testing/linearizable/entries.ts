/** The begins and ends of a history as two linked lists, out of which an operation can be taken and put back. */
import type { Message } from '../../index.js';
import type { Operation } from '../operation.js';

/**
 * Entries are numbered: first the begins of the musts and of the mays, each in their order, then the ends of the musts,
 * then the heads of the two lists.
 *
 * ```
 *   mustHead ⇄ begin 0 ⇄ begin 1 ⇄ end 0 ⇄ begin 2 ⇄ end 2 ⇄ end 1 ⇄ mustHead
 *   mayHead  ⇄ begin 3 ⇄ begin 4 ⇄ mayHead
 * ```
 * @internal
 */
export class Entries<M extends Message> {
  readonly operations: readonly Operation<M>[];
  /** How many of the operations are musts. */
  readonly musts: number;
  /** The entry that follows on each. */
  readonly next: Int32Array;
  readonly mustHead: number;
  readonly mayHead: number;
  /** The musts in the order of their ends, and the place of each in it. */
  readonly byEnd: readonly number[];
  readonly rank: Int32Array;
  readonly #previous: Int32Array;

  constructor(musts: readonly Operation<M>[], mays: readonly Operation<M>[]) {
    this.operations = [...[...musts].sort(byBegin), ...[...mays].sort(byBegin)];
    this.musts = musts.length;
    const both = this.operations.length + this.musts;
    this.mustHead = both;
    this.mayHead = both + 1;
    this.next = new Int32Array(both + 2);
    this.#previous = new Int32Array(both + 2);
    this.byEnd = Array.from(musts, (_, must) => must).sort((a, b) => this.endOf(a) - this.endOf(b));
    this.rank = new Int32Array(this.musts);
    this.byEnd.forEach((must, rank) => { this.rank[must] = rank; });
    this.#link(this.mustHead, this.#inOrder());
    this.#link(this.mayHead, Array.from(mays, (_, may) => this.musts + may));
  }

  operation(entry: number): Operation<M> {
    // A cast: the entry is a begin.
    return this.operations[entry] as Operation<M>;
  }

  endOf(must: number): number {
    return this.operation(must).ended ?? Infinity;
  }

  takeOut(operation: number): void {
    this.#unlink(operation);
    if (operation < this.musts) this.#unlink(this.operations.length + operation);
  }

  /** Undoes the last `takeOut` that isn't undone yet. */
  putBack(operation: number): void {
    if (operation < this.musts) this.#relink(this.operations.length + operation);
    this.#relink(operation);
  }

  /** The begins and ends of the musts, merged; at the same place the begins come first. */
  #inOrder(): number[] {
    const entries: number[] = [];
    let begun = 0;
    for (const must of this.byEnd) {
      while (begun < this.musts && this.operation(begun).began <= this.endOf(must)) entries.push(begun++);
      entries.push(this.operations.length + must);
    }
    return entries;
  }

  #link(head: number, entries: readonly number[]): void {
    let previous = head;
    for (const entry of [...entries, head]) {
      this.next[previous] = entry;
      this.#previous[entry] = previous;
      previous = entry;
    }
  }

  #unlink(entry: number): void {
    this.next[this.#previous[entry] as number] = this.next[entry] as number;
    this.#previous[this.next[entry] as number] = this.#previous[entry] as number;
  }

  #relink(entry: number): void {
    this.next[this.#previous[entry] as number] = entry;
    this.#previous[this.next[entry] as number] = entry;
  }
}

/** @internal */
export function byBegin(a: Operation, b: Operation): number {
  return a.began - b.began;
}

/** @internal */
export function byEnd({ ended: a = Infinity }: Operation, { ended: b = Infinity }: Operation): number {
  return a === b ? 0 : a - b;
}
