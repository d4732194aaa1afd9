/** A run in words. */
import { show } from '../show.js';
import type { SimulationResult } from './simulation.js';

/**
 * A run in words: what failed and how to repeat it, then the trace.
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
  return [head, `choices: [${choices.join(', ')}]`, ...trace].join('\n');
}

/** An error in full: it's what a reader looks for. @internal */
export const told = (error: unknown): string => error instanceof Error ? `${error.name}: ${error.message}` : show(error);

const stepsOf = (n: number): string => `${n} step${n === 1 ? '' : 's'}`;
