// @ts-check
/** The program in Go: built into `build/`, and run beside ours, in turn. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { reportVersus } from './measure.js';

const SECONDS = 1;
const WARM_UP = 1;
const root = fileURLToPath(new URL('../..', import.meta.url));
const binary = `${root}build/readers-writers${process.platform === 'win32' ? '.exe' : ''}`;

/**
 * Operations of readers and writers together, as a program printed them.
 * @param {string} output
 */
export function operationsIn(output) {
  const counts = ['readOps', 'writeOps'].map((name) => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(output)?.[1]));
  const operations = counts[0] + counts[1];
  if (!(operations > 0)) throw new Error(`Expected readOps and writeOps, got ${output}`);
  return operations;
}

/**
 * Runs the program in Go and ours alternately, and reports both.
 * @param {string} what what ours does
 * @param {string} pause the pause of each client in Go, `0` or `1ms`
 * @param {number} rounds
 * @param {(seconds: number) => number | Promise<number>} run runs ours for so long, gives operations per second
 */
export async function besideGo(what, pause, rounds, run) {
  mkdirSync(`${root}build`, { recursive: true });
  execFileSync('go', ['build', '-o', binary, `${root}specs/bench/go/readers-writers.go`]);
  /** @type {number[]} */
  const ours = [];
  /** @type {number[]} */
  const theirs = [];
  for (let round = -WARM_UP; round < rounds; round++) {
    const output = execFileSync(binary, ['-pause', pause, '-seconds', String(SECONDS)], { encoding: 'utf8' });
    const rate = await run(SECONDS);
    if (round < 0) continue;
    theirs.push(operationsIn(output) / SECONDS);
    ours.push(rate);
  }
  reportVersus(what, ours, `Go, pause ${pause}`, theirs);
}
