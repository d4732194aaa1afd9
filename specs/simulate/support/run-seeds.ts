/** Runs seed after seed, shows how far it is, and stops at the first that fails. */
import { explainSimulation, shrinkSimulation, simulate, type Scenario } from 'ownstate/testing';
import type { Arguments } from './arguments.js';

/** What of the process is needed. */
export interface Outside {
  readonly print: (line: string) => void;
  /** A clock, in milliseconds. It only says how fast it goes. */
  readonly now: () => number;
}

/** How often progress is shown, in milliseconds. */
const PROGRESS = 5000;

/** Where it is, for whoever has to say when something fails beside the simulation. */
export const at: { seed: number; scenario: string } = { seed: 0, scenario: '' };

/** The exit code: 0 if all held, 1 if one failed. Without a scenario named, each seed runs one of them, in turn. */
export async function runSeeds({ from, seeds, scenario }: Arguments, scenarios: readonly Scenario[], { print, now }: Outside): Promise<number> {
  const run = scenario === undefined ? scenarios : scenarios.filter(({ name }) => name === scenario);
  const begin = now();
  let shown = begin;
  let steps = 0;
  const rate = (done: number) => `${count(done / Math.max(now() - begin, 1) * 1000)} seeds per second`;
  for (let done = 0; done < seeds; done++) {
    const seed = from + done;
    const chosen = run[seed % run.length]!;
    at.seed = seed;
    at.scenario = chosen.name;
    const result = await simulate(seed, chosen, { trace: false });
    steps += result.steps;
    if (result.failure !== undefined) {
      print(`seed ${seed} failed after ${count(done)} that held: ${result.failure.what}`);
      print('the shortest failing run:');
      print(explainSimulation(await shrinkSimulation(result, chosen)));
      print(`to repeat it: npm run simulate -- --seed ${seed} --scenario '${chosen.name}'`);
      return 1;
    }
    if (now() - shown < PROGRESS) continue;
    shown = now();
    print(`${count(done + 1)} of ${count(seeds)} seeds, ${rate(done + 1)}`);
  }
  print(`${count(seeds)} ${seeds === 1 ? 'seed' : 'seeds'} held, from ${from} on: ${count(steps)} steps, ${rate(seeds)}`);
  return 0;
}

function count(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}
