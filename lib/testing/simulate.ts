/** Deterministic simulation: a seed decides the order in which everything happens, and the same seed decides it again. */
import { Chronicle } from './simulation/chronicle.js';
import { Choices } from './simulation/choices.js';
import { explainShortest, told } from './simulation/explain.js';
import { expect, expectInteger, expectObject, expectSynchronous } from './expect.js';
import { Generator } from './simulation/generator.js';
import { shrinkChoices } from './simulation/shrink.js';
import type { Scenario, SimulationFailure, SimulationResult } from './simulation/simulation.js';
import { Broken, World } from './simulation/world.js';

/** How a simulation is run. Each field is optional. */
export interface SimulateOptions {
  /** The first choices, in the place of the generator's; all after them take what has been ready longest. */
  readonly choices?: readonly number[];
  /** The most steps of a run; one that goes on has failed. Default 10,000. */
  readonly maxSteps?: number;
  /** Whether the trace is written down. Default `true`; without it a run is faster, and otherwise the same. */
  readonly trace?: boolean;
}

/** How far `shrinkSimulation` goes. Each field is optional. */
export interface ShrinkOptions extends Pick<SimulateOptions, 'maxSteps'> {
  /** The most runs that are tried. Default 2,000. */
  readonly maxRuns?: number;
}

/** Which seeds `checkScenario` runs. Each field is optional. */
export interface CheckScenarioOptions extends ShrinkOptions {
  /** The first seed. Default 1. */
  readonly from?: number;
  /** How many seeds. Default 200. */
  readonly seeds?: number;
}

/**
 * Runs a scenario once, in an order that follows from the seed: which client goes on, whose work completes, which
 * timer rings. The same seed gives the same run on every machine, down to the last line of the trace.
 *
 * ```
 *   choose one of all that is ready ─▶ do it ─▶ let every promise do what it can ─▶ check ─┐
 *        ▲                                                                                 │
 *        └─────────────────────────────────────────────────────────────────────────────────┘
 * ```
 *
 * When nothing is left but the ticks of stores, nobody may be waiting any more; the stores are shut down, and nothing
 * may be left open. An error of a store that nobody watches fails the run, see `createStore` of `Simulation`.
 *
 * Gotchas: a scenario takes its work, its time and its chance from `sim`; a platform timer, `Date.now` or `Math.random` makes
 * runs differ. Time may move on at any step, so in some run an ask times out before its work is done: expect that, or give
 * the store `timeout: Infinity`. What rxjs reports as unhandled is thrown by the platform, after the run. A run that stays
 * within one step is ended where it's a store of `sim.createStore` that calls more than 100,000 handlers; what goes round
 * without one (a loop, promises that wake each other, a client that never minds an error) can't be stopped. Run one
 * simulation at a time.
 *
 * @param seed an integer that's not negative
 * @param scenario what is to be run
 * @param options whether choices are given, how far a run goes
 * @returns what came of it. It doesn't reject for a scenario that fails; see `failure`
 * @throws TypeError (rejects) for a seed, a scenario or options that can't be run
 *
 * @example
 * ```ts
 * import { reply } from 'ownstate';
 * import { simulate, type Scenario } from 'ownstate/testing';
 *
 * const counting: Scenario = {
 *   name: 'counting',
 *   setup: (sim) => {
 *     const counter = sim.createStore({
 *       state: 0,
 *       commands: { add: (count, by: number) => sim.promise(() => reply(count + by, count + by)) },
 *     }, { timeout: Infinity });
 *     for (const name of ['anna', 'ben']) {
 *       sim.client(name, async (turn) => {
 *         for (let times = 0; times < 3; times++) {
 *           await turn();
 *           await counter.ask.add(1);
 *         }
 *       });
 *     }
 *     sim.atEnd('no update is lost', () => counter.snapshot() === 6);
 *   },
 * };
 * console.log((await simulate(1, counting)).failure); // undefined
 * ```
 */
export async function simulate(seed: number, scenario: Scenario, options: SimulateOptions = {}): Promise<SimulationResult> {
  expectObject(options, 'options');
  const { choices: given, maxSteps = 10_000, trace = true } = options;
  expectInteger(seed, 'seed', 0);
  expectInteger(maxSteps, 'maxSteps', 1);
  expectScenario(scenario);
  if (given !== undefined) expectChoices(given);
  const generator = new Generator(seed);
  const choices = new Choices(generator, given);
  const chronicle = new Chronicle(trace);
  const world = new World(choices, generator, chronicle);
  let failure: SimulationFailure | undefined;
  try {
    expectSynchronous(scenario.setup(world), 'setup');
    await run(world, chronicle, maxSteps);
    for (const store of world.open.stores) store.shutdown().catch((error: unknown) => world.break('shutdown', error));
    await run(world, chronicle, maxSteps);
    world.checkEnd();
  } catch (thrown) {
    const { what, cause: error } = thrown instanceof Broken ? thrown : new Broken('setup', thrown);
    failure = { step: world.done, what, error };
    chronicle.note(`FAILED ${what}: ${told(error)}`);
  }
  return { scenario: scenario.name, seed, steps: world.done, choices: choices.made, trace: chronicle.lines, failure };
}

/** Goes on until nothing is left to happen, and nobody waits. @throws Broken where something doesn't hold */
async function run(world: World, chronicle: Chronicle, maxSteps: number): Promise<void> {
  const { agenda, clock } = world;
  for (;;) {
    await world.turn();
    if (world.followUp()) await world.turn();
    world.check();
    if (!agenda.expectant) return world.checkWaiting();
    if (world.done >= maxSteps) throw new Broken('the end', new Error(`Expected the run to end within ${maxSteps} steps (\`maxSteps\`), got more to do`));
    const next = agenda.take();
    if (next === undefined) return world.checkWaiting();
    const { task, among } = next;
    world.done++;
    // A timer moves time on before it rings, and says so.
    const time = Math.max(clock.time, task.due ?? 0);
    chronicle.step(world.done, time, task.what, among);
    try {
      task.run();
    } catch (error) {
      throw new Broken(task.what, error);
    }
  }
}

/**
 * Looks for the shortest run that fails: a short prefix of the choices after which plain order fails as well, then
 * with choices made smaller or taken away. It has to fail by the same check, client or step, numbers in its name aside.
 *
 * @param failed a run that failed
 * @param scenario its scenario
 * @param options how many runs may be tried
 * @returns the shortest one found, with its trace; `simulate(seed, scenario, { choices })` repeats it
 * @throws TypeError (rejects) for a run that didn't fail, and for a scenario or options that can't be run
 *
 * @example
 * ```ts
 * import { shrinkSimulation, simulate, type Scenario } from 'ownstate/testing';
 *
 * const wrong: Scenario = {
 *   name: 'wrong',
 *   setup: (sim) => {
 *     let sum = 0;
 *     for (const by of [1, 2, 3]) sim.step(`add ${by}`, () => { sum += by; });
 *     sim.always('the sum is never 3', () => sum !== 3);
 *   },
 * };
 * let failed = await simulate(0, wrong);
 * for (let seed = 1; failed.failure === undefined; seed++) failed = await simulate(seed, wrong);
 * const shortest = await shrinkSimulation(failed, wrong);
 * console.log(shortest.steps, shortest.choices); // 1 [ 2 ]
 * ```
 */
export async function shrinkSimulation(failed: SimulationResult, scenario: Scenario, options: ShrinkOptions = {}): Promise<SimulationResult> {
  expectObject(options, 'options');
  const { maxRuns = 2000, ...how } = options;
  expectInteger(maxRuns, 'maxRuns', 1);
  expectScenario(scenario);
  expectObject(failed, 'failed');
  if (failed.failure === undefined) throw new TypeError('Expected `failed` to be a run that failed, got one without a failure');
  const { choices } = await shrinkChoices(failed, (given) => simulate(failed.seed, scenario, { ...how, choices: given, trace: false }), maxRuns);
  return { ...await simulate(failed.seed, scenario, { ...how, choices }), choices };
}

/**
 * Runs a scenario for many seeds. Stops at the first that fails, and says how to repeat it, with the trace of the
 * shortest failing run.
 *
 * @param scenario what is to be run
 * @param options which seeds, how far a run goes
 * @throws Error (rejects) that names the seed, what failed, and the shortest failing run with its trace, which is cut in
 *   the middle where it's long; the error of that run is its `cause`
 * @throws TypeError (rejects) for a scenario or options that can't be run
 *
 * @example
 * ```ts
 * import { checkScenario } from 'ownstate/testing';
 * import { it } from 'vitest';
 *
 * it('handles each order once, whenever the shop closes', async () => {
 *   await checkScenario({
 *     name: 'shop',
 *     setup: (sim) => {
 *       const shop = sim.createStore({ state: 0, commands: { order: (orders) => orders + 1 } });
 *       let orders = 0;
 *       sim.client('anna', async (turn) => {
 *         await turn();
 *         const { status } = await sim.settled('order', shop.ask.order());
 *         if (status === 'fulfilled') orders++;
 *       });
 *       sim.step('closing time', () => shop.shutdown());
 *       sim.atEnd('what was answered was done', () => shop.snapshot() === orders);
 *     },
 *   }, { seeds: 50 });
 * });
 * ```
 */
export async function checkScenario(scenario: Scenario, options: CheckScenarioOptions = {}): Promise<void> {
  expectObject(options, 'options');
  const { from = 1, seeds = 200, maxRuns = 2000, ...how } = options;
  expectInteger(from, 'from', 0);
  expectInteger(seeds, 'seeds', 1);
  expectInteger(maxRuns, 'maxRuns', 1);
  const most = Number.MAX_SAFE_INTEGER - from + 1;
  expect(seeds <= most, 'seeds', `at most ${most} from seed ${from} on`, seeds);
  for (let seed = from; seed < from + seeds; seed++) {
    const failed = await simulate(seed, scenario, { ...how, trace: false });
    if (failed.failure === undefined) continue;
    const shortest = await shrinkSimulation(failed, scenario, { ...how, maxRuns });
    throw new Error(explainShortest(failed.failure, shortest), { cause: (shortest.failure ?? failed.failure).error });
  }
}

/** @throws TypeError for what is no list of choices */
function expectChoices(choices: readonly number[]): void {
  expect(Array.isArray(choices), 'choices', 'a list of integers', choices);
  for (const choice of choices) expectInteger(choice, 'choices', 0);
}

function expectScenario(scenario: Scenario): void {
  // A cast: what comes from JavaScript may be anything.
  const { name, setup } = Object(scenario) as Partial<Scenario>;
  expect(typeof name === 'string' && typeof setup === 'function', 'scenario', 'an object with a `name` and a `setup`', scenario);
}
