/** Runs seed after seed, shows how far it is, and stops at the first that fails. */
import { explainSimulation, shrinkSimulation, simulate, type Scenario } from 'ownstate/testing';
import { commandLine, type Arguments } from './arguments.js';

/** What of the process is needed. */
export interface Outside {
  readonly print: (line: string) => void;
  /** A clock, in milliseconds. It only says how fast it goes. */
  readonly now: () => number;
  /** A run begins, of this seed: of the search for one that fails, or for a shorter one. */
  readonly begins?: (seed: number) => void;
}

/** How often progress is shown, in milliseconds. */
const PROGRESS = 5000;

/** The exit code: 0 if all held, 1 if one failed. */
export async function runSeeds({ from, seeds, scenario, choices }: Arguments, scenarios: readonly Scenario[], outside: Outside): Promise<number> {
  const { print, now, begins = () => undefined } = outside;
  const watched = (seed: number): Scenario => {
    const { name, setup } = scenarioOf(seed, scenarios, scenario);
    return { name, setup: (sim) => {
      begins(seed);
      setup(sim);
    } };
  };
  if (choices !== undefined) {
    const result = await simulate(from, watched(from), { choices });
    print(explainSimulation(result));
    return result.failure === undefined ? 0 : 1;
  }
  const begin = now();
  let shown = begin;
  let steps = 0;
  const rate = (done: number) => `${count(done / Math.max(now() - begin, 1) * 1000)} seeds per second`;
  for (let done = 0; done < seeds; done++) {
    const seed = from + done;
    const chosen = watched(seed);
    const result = await simulate(seed, chosen, { trace: false });
    steps += result.steps;
    if (result.failure !== undefined) {
      print(`seed ${seed} failed after ${count(done)} that held: ${result.failure.what}`);
      print('the shortest failing run:');
      const shortest = await shrinkSimulation(result, chosen);
      print(explainSimulation(shortest));
      print(`to repeat it: ${commandLine(seed, chosen.name)}`);
      print(`or its shortest run: ${commandLine(seed, chosen.name, shortest.choices)}`);
      return 1;
    }
    if (now() - shown < PROGRESS) continue;
    shown = now();
    print(`${count(done + 1)} of ${count(seeds)} seeds, ${rate(done + 1)}`);
  }
  print(`${count(seeds)} ${seeds === 1 ? 'seed' : 'seeds'} held, from ${from} on: ${count(steps)} steps, ${rate(seeds)}`);
  return 0;
}

/** Which scenario a seed runs: the one that is named, or each in turn. */
export function scenarioOf(seed: number, scenarios: readonly Scenario[], name: string | undefined): Scenario {
  return scenarios.find((scenario) => scenario.name === name) ?? scenarios[seed % scenarios.length]!;
}

function count(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}
