/**
 * Simulates the core: `npm run simulate -- --seeds 100000 --from 1`, `--seed 17`, `--scenario bank`, `--choices 2,0,1`.
 * The seeds run in a thread of their own, so that one that hangs can be named and ended.
 */
import { inspect } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { scenarios } from './scenarios/index.js';
import { readArguments, type Arguments } from './support/arguments.js';
import { oversee, Progress, type Message } from './support/oversee.js';
import { runSeeds, scenarioOf } from './support/run-seeds.js';

interface Task {
  readonly given: Arguments;
  readonly memory: SharedArrayBuffer;
}

/** Runs the seeds, and tells the main thread what came of them. */
async function run({ given, memory }: Task): Promise<void> {
  const progress = new Progress(memory);
  const tell = (message: Message) => parentPort?.postMessage(message);
  // What nobody handles comes in a task of its own, sometimes after the run that caused it.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      const { name } = scenarioOf(progress.seed, scenarios, given.scenario);
      tell(`seed ${progress.seed} of ${name}, or one shortly before it, left an error that nobody handles: ${inspect(error)}`);
      tell(1);
    });
  }
  tell(await runSeeds(given, scenarios, { print: tell, now: () => performance.now(), begins: (seed) => progress.begins(seed) }));
}

/** Has the seeds run in a thread. Gives the exit code. */
async function begin(args: readonly string[]): Promise<number> {
  let given: Arguments;
  try {
    given = readArguments(args, scenarios.map(({ name }) => name));
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
  const progress = new Progress();
  const task: Task = { given, memory: progress.memory };
  return oversee(new Worker(new URL(import.meta.url), { workerData: task }), progress, {
    print: (line) => console.log(line),
    now: () => performance.now(),
    watch: (look) => {
      const timer = setInterval(look, 1000);
      return () => clearInterval(timer);
    },
    nameOf: (seed) => scenarioOf(seed, scenarios, given.scenario).name,
  });
}

if (isMainThread) process.exitCode = await begin(process.argv.slice(2));
else await run(workerData as Task);
