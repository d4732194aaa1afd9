/** A run in words. */
import { show } from '../show.js';
import type { SimulationFailure, SimulationResult } from './simulation.js';

/** How many lines of a long trace are shown: where it begins, and what led to its end. */
const FIRST = 20;
const LAST = 100;

/**
 * A run in words: what failed and how to repeat it, then the trace. Of a long one the first 20 lines and the last 100;
 * `result.trace` holds them all.
 *
 * @param result what `simulate` or `shrinkSimulation` gave
 * @returns the text, of several lines
 *
 * @example
 * ```ts
 * import { explainSimulation, simulate } from 'ownstate/testing';
 *
 * const result = await simulate(7, { name: 'nothing', setup: (sim) => sim.step('rest', () => undefined) });
 * console.log(explainSimulation(result).split('\n')[0]); // nothing, seed 7: held in 1 step
 * ```
 */
export function explainSimulation({ scenario, seed, steps, choices, trace, failure }: SimulationResult): string {
  const head = failure === undefined
    ? `${scenario}, seed ${seed}: held in ${stepsOf(steps)}`
    : `${scenario}, seed ${seed}: ${failure.what} failed after ${stepsOf(failure.step)}: ${told(failure.error)}`;
  return [head, `choices: [${choices.join(', ')}]`, ...shortened(trace)].join('\n');
}

/** The shortest run in words, and what the one that it was found by failed with, where that's another thing. @internal */
export function explainShortest({ what, error }: SimulationFailure, shortest: SimulationResult): string {
  const { scenario, seed, failure } = shortest;
  if (failure?.what === what) return explainSimulation(shortest);
  const found = failure === undefined ? 'its choices, repeated, lead to no failure' : `the shortest run fails by ${failure.what}`;
  return `${scenario}, seed ${seed}: ${what} failed: ${told(error)}; ${found}\n${explainSimulation(shortest)}`;
}

function shortened(trace: readonly string[]): readonly string[] {
  const left = trace.length - FIRST - LAST;
  return left <= 1 ? trace : [...trace.slice(0, FIRST), `${' '.repeat(17)}… ${left} lines …`, ...trace.slice(-LAST)];
}

/** An error in full: it's what a reader looks for. @internal */
export const told = (error: unknown): string => error instanceof Error ? `${error.name}: ${error.message}` : show(error);

const stepsOf = (n: number): string => `${n} step${n === 1 ? '' : 's'}`;
