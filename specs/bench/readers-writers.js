// @ts-check
/** The program `readers-writers` as `npm start` runs it, for a second; beside the program in Go with the same pause. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { besideGo, operationsPerSecond } from './go.js';
import { createMap, dice, READERS, WRITERS } from './shared-map.js';

const program = fileURLToPath(new URL('../../docs/programs/run.js', import.meta.url));

/** @param {number} ms */
function runProgram(ms) {
  return operationsPerSecond(execFileSync(process.execPath, [program, 'readers-writers', '--seconds', String(ms / 1000)], { encoding: 'utf8' }));
}

/** @param {number} ms */
async function runHere(ms) {
  const map = createMap();
  let operations = 0;
  let open = true;
  /** @param {() => PromiseLike<unknown>} ask */
  const client = async (ask) => {
    while (open) {
      await ask();
      operations++;
      await pause(1);
    }
  };
  const begun = performance.now();
  const clients = [
    ...Array.from({ length: READERS }, () => client(() => map.ask.read(dice(5)))),
    ...Array.from({ length: WRITERS }, () => client(() => map.ask.write({ key: dice(5), value: dice(100) }))),
  ];
  await pause(ms);
  const rate = operations / (performance.now() - begun) * 1000;
  open = false;
  await Promise.all(clients);
  await map.shutdown();
  return rate;
}

await besideGo('readers-writers', '1ms', 5, existsSync(program) ? runProgram : runHere);
