/** From a failing run to a short one: fewer steps, fewer choices. */
import type { SimulationResult } from './simulation.js';

type Choice = readonly number[];
type Run = (choices: Choice) => Promise<SimulationResult>;

/**
 * Looks for the shortest failing run of a scenario:
 *
 * ```
 *   3 1 0 2 4 1      the choices of the run that failed
 *   3 1 0 2          1. a short prefix that fails when everything after it is taken in plain order
 *   3 0 0 2          2. pieces of it taken in plain order too, ever smaller ones
 *   2 0 0 2          3. each choice replaced by a smaller one
 *   2 2              4. without pieces of it, ever smaller ones
 * ```
 *
 * and again from 2. on, as long as that helps. It has to fail as the first one did. @internal
 */
export async function shrinkChoices(failed: SimulationResult, run: Run, maxRuns: number): Promise<SimulationResult> {
  const shrinking = new Shrinking(failed, run, maxRuns);
  await shrinking.prefix();
  for (let before: SimulationResult | undefined; before !== shrinking.best && !shrinking.exhausted;) {
    before = shrinking.best;
    await shrinking.pieces((choices, from, to) => {
      const plain = choices.slice(from, to).every((choice) => choice === 0);
      return plain ? undefined : choices.map((choice, i) => i >= from && i < to ? 0 : choice);
    });
    await shrinking.smaller();
    await shrinking.pieces((choices, from, to) => [...choices.slice(0, from), ...choices.slice(to)]);
  }
  return shrinking.best;
}

class Shrinking {
  best: SimulationResult;
  readonly #what: string | undefined;
  readonly #run: Run;
  readonly #maxRuns: number;
  #runs = 0;

  constructor(failed: SimulationResult, run: Run, maxRuns: number) {
    this.best = trimmed(failed);
    this.#what = nameless(failed);
    this.#run = run;
    this.#maxRuns = maxRuns;
  }

  get exhausted(): boolean {
    return this.#runs >= this.#maxRuns;
  }

  /** Doubles the length until that fails, then halves the way back to the last that held. */
  async prefix(): Promise<void> {
    const { choices } = this.best;
    let held = -1;
    let failing = 0;
    while (failing < choices.length && !await this.#attempt(choices.slice(0, failing))) {
      held = failing;
      failing = Math.max(1, 2 * failing);
    }
    failing = Math.min(failing, choices.length);
    while (failing - held > 1) {
      const middle = Math.floor((held + failing) / 2);
      if (await this.#attempt(choices.slice(0, middle))) failing = middle;
      else held = middle;
    }
  }

  /** Changes each piece, from the last one on: first halves, single choices in the end. */
  async pieces(change: (choices: Choice, from: number, to: number) => Choice | undefined): Promise<void> {
    for (let size = Math.ceil(this.best.choices.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let to = this.best.choices.length; to > 0 && !this.exhausted; to -= size) {
        const changed = change(this.best.choices, Math.max(0, to - size), to);
        if (changed !== undefined) await this.#attempt(changed);
      }
    }
  }

  /** Makes each choice as small as it can be: 1, else by halves. */
  async smaller(): Promise<void> {
    for (let at = 0; at < this.best.choices.length && !this.exhausted; at++) {
      // That 0 won't do is known.
      let least = 1;
      for (let most = this.best.choices[at] ?? 0; least < most;) {
        const tried = least === 1 ? 1 : Math.floor((least + most) / 2);
        if (await this.#attempt(this.best.choices.map((choice, i) => i === at ? tried : choice))) most = tried;
        else least = tried + 1;
      }
    }
  }

  /** Tries choices. Gives whether they're better. */
  async #attempt(choices: Choice): Promise<boolean> {
    if (this.exhausted) return false;
    this.#runs++;
    const result = trimmed(await this.#run(choices));
    if (nameless(result) !== this.#what || !shorter(result, this.best)) return false;
    this.best = result;
    return true;
  }
}

/** What a run failed by, without the numbers in its name: it may be another client's turn, or another command's. */
function nameless({ failure }: SimulationResult): string | undefined {
  return failure?.what.replace(/\d+/g, '#');
}

/** Whether a run is shorter than the best so far: in steps, then in choices, then by smaller ones. */
function shorter(result: SimulationResult, best: SimulationResult): boolean {
  if (result.steps !== best.steps) return result.steps < best.steps;
  const { choices } = result;
  if (choices.length !== best.choices.length) return choices.length < best.choices.length;
  const at = choices.findIndex((choice, i) => choice !== best.choices[i]);
  return at >= 0 && (choices[at] ?? 0) < (best.choices[at] ?? 0);
}

/** With the choices that were made, without the zeros at their end: that's what is chosen anyway. */
function trimmed(result: SimulationResult): SimulationResult {
  const { choices } = result;
  let length = choices.length;
  while (choices[length - 1] === 0) length--;
  return { ...result, choices: choices.slice(0, length) };
}
