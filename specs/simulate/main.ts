/** Simulates the core: `npm run simulate -- --seeds 100000 --from 1`, `--seed 17`, `--scenario bank`. */
import { scenarios } from './scenarios/index.js';
import { readArguments, type Arguments } from './support/arguments.js';
import { at, runSeeds } from './support/run-seeds.js';

// What nobody handles comes in a task of its own, sometimes after the run that caused it.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    console.log(`seed ${at.seed} of ${at.scenario}, or one shortly before it, left an error that nobody handles:`, error);
    process.exit(1);
  });
}

let given: Arguments | undefined;
try {
  given = readArguments(process.argv.slice(2), scenarios.map(({ name }) => name));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
if (given !== undefined) {
  process.exitCode = await runSeeds(given, scenarios, { print: (line) => console.log(line), now: () => performance.now() });
}
