/** From a failing run to a short one: fewer steps, fewer choices. */
import type { SimulationResult } from './simulation.js';

type Run = (choices: readonly number[]) => Promise<SimulationResult>;

/**
 * Looks for the shortest failing run of a scenario:
 *
 * ```
 *   3 1 0 2 4 1      the choices of the run that failed
 *   3 1 0            1. the shortest prefix that fails when everything after it is taken in plain order
 *   3 0              2. without pieces of it, ever smaller ones
 *   1 0              3. each choice replaced by a smaller one
 * ```
 *
 * and again, as long as that helps. Whatever fails is taken, also if it fails otherwise than the first. @internal
 */
export async function shrinkChoices(failed: SimulationResult, run: Run, maxRuns: number): Promise<SimulationResult> {
  let best = failed;
  let runs = 0;
  /** Tries choices. Gives whether they're better. */
  const attempt = async (choices: readonly number[]): Promise<boolean> => {
    if (runs++ >= maxRuns) return false;
    const result = await run(choices);
    if (result.failure === undefined || !shorter(result, choices, best)) return false;
    best = { ...result, choices: trimmed(choices) };
    return true;
  };
  for (let length = 0; length < failed.choices.length; length++) {
    if (await attempt(failed.choices.slice(0, length))) break;
  }
  for (let before: SimulationResult | undefined; before !== best && runs < maxRuns;) {
    before = best;
    for (let size = Math.ceil(best.choices.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = best.choices.length - size; at >= 0; at--) {
        await attempt([...best.choices.slice(0, at), ...best.choices.slice(at + size)]);
      }
    }
    for (let at = 0; at < best.choices.length; at++) {
      for (const smaller of [0, 1, (best.choices[at] ?? 0) - 1]) {
        if (smaller >= 0 && smaller < (best.choices[at] ?? 0)) await attempt(best.choices.map((choice, i) => i === at ? smaller : choice));
      }
    }
  }
  return best;
}

/** Whether a run is shorter than the best so far: in steps, then in choices, then by smaller ones. */
function shorter(result: SimulationResult, choices: readonly number[], best: SimulationResult): boolean {
  if (result.steps !== best.steps) return result.steps < best.steps;
  const own = trimmed(choices);
  if (own.length !== best.choices.length) return own.length < best.choices.length;
  const at = own.findIndex((choice, i) => choice !== best.choices[i]);
  return at >= 0 && (own[at] ?? 0) < (best.choices[at] ?? 0);
}

/** Without the zeros at the end: that's what is chosen anyway. */
function trimmed(choices: readonly number[]): readonly number[] {
  let length = choices.length;
  while (choices[length - 1] === 0) length--;
  return choices.slice(0, length);
}
