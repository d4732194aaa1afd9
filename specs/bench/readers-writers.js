// @ts-check
/** The program `readers-writers` as `npm start` runs it, for a second; beside the program in Go with the same pause. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { besideGo, operationsIn } from './go.js';

const ROUNDS = 9;
const program = fileURLToPath(new URL('../../docs/programs/run.js', import.meta.url));

await besideGo('readers-writers', '1ms', ROUNDS, (seconds) => {
  const flags = ['--seconds', String(seconds)];
  return operationsIn(execFileSync(process.execPath, [program, 'readers-writers', ...flags], { encoding: 'utf8' })) / seconds;
});
