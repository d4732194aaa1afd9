/** What comes of a run: the first thing that is wrong with it, which ends it. */
import { differenceOf } from '../linearizable/same.js';
import { alike, table, type Row } from './table.js';

/** Store and model parted: which way, and the table of what was done. @internal */
export class Disagreement extends Error {}

/** Where they part: which row, and what about it. */
interface Parting {
  readonly row: Row;
  readonly what: string;
  readonly values: Values;
}

/** Values that should have been the same: what was to be, one for each that is right, and what is. */
type Values = readonly [expected: readonly unknown[], got: unknown] | undefined;

/** @internal */
export class Verdict {
  #parting: Parting | undefined = undefined;
  /** An error of the model's own, or of the store's where it mustn't throw. */
  #fault: { readonly error: unknown } | undefined = undefined;

  get over(): boolean {
    return this.#parting !== undefined || this.#fault !== undefined;
  }

  /** Store and model part at a row. Where its two texts don't show it: what was to be beside them, and what is. */
  part(row: Row, what: string, expected = '', got = '', values?: Values): void {
    if (this.over) return;
    row.beside = { expected, got };
    this.#parting = { row, what, values };
  }

  /** Something threw. */
  fail(error: unknown): void {
    if (!this.over) this.#fault = { error };
  }

  /** An observer mustn't throw: what does is kept for the end of the run. */
  safely(call: () => void): void {
    if (this.over) return;
    try {
      call();
    } catch (error) {
      this.fail(error);
    }
  }

  /** @throws Disagreement, or what was thrown */
  pronounce(store: string, rows: readonly Row[]): void {
    if (this.#fault !== undefined) throw this.#fault.error;
    if (this.#parting === undefined) return;
    const { row, what, values } = this.#parting;
    const difference = values !== undefined && alike(row) ? differenceOf(values[0][0], values[1]) : undefined;
    throw new Disagreement([
      `Expected ${store} to do what its model does; it differs in ${what}:`,
      table(rows, row),
      ...difference === undefined ? [] : [`What was expected and what was got differ ${difference}`],
    ].join('\n\n'));
  }
}
