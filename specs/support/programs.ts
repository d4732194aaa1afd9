/** Runs the programs of docs/programs as child processes. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where the bundles go: spec files that run side by side don't overwrite each other's. */
const outdir = `build/specs/programs/${process.env['VITEST_POOL_ID'] ?? ''}`;

/** What a process left behind. */
export interface Ran {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
  /** How long it took, in milliseconds. */
  readonly took: number;
}

/** Runs `npm start -- …args`. */
export function npmStart(...args: readonly string[]): Promise<Ran> {
  return run('specs/support/start-on-sources.js', [outdir, ...args]);
}

/** Runs a program that `npmStart` has bundled before. */
export function runBundle(name: string, ...args: readonly string[]): Promise<Ran> {
  return run(`${outdir}/${name}.mjs`, args);
}

function run(file: string, args: readonly string[]): Promise<Ran> {
  const begin = performance.now();
  return new Promise((resolve) => {
    // A program that left something open would hang: it's killed then, and has no exit code.
    execFile(process.execPath, [root + file, ...args], { cwd: root, timeout: 10_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr, took: performance.now() - begin });
    });
  });
}
