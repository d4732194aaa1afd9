/** The choices of a run: drawn from the generator, or given, and written down so that the run can be repeated. */
import type { Generator } from './generator.js';

/** @internal */
export class Choices {
  /** Which of its possibilities each choice took, from 0. Where there was only one, nothing was chosen. */
  readonly made: number[] = [];
  readonly #generator: Generator;
  readonly #given: readonly number[] | undefined;

  /** @param given the first choices, if they're given; all later ones then take the first possibility */
  constructor(generator: Generator, given: readonly number[] | undefined) {
    this.#generator = generator;
    this.#given = given;
  }

  /** Chooses one of `n` possibilities, by `draw` where the generator does. */
  take(n: number, draw: (generator: Generator) => number = (generator) => generator.below(n)): number {
    if (n <= 1) return 0;
    // What is left of a longer list may have been chosen among more.
    const taken = this.#given === undefined ? draw(this.#generator) : (this.#given[this.made.length] ?? 0) % n;
    this.made.push(taken);
    return taken;
  }
}
