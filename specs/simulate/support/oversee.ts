/** Looks after the thread that runs the seeds: prints what it says, names a seed that takes too long, and ends one that hangs. */
import type { Worker } from 'node:worker_threads';
import { commandLine } from './arguments.js';

/** What the thread tells: a line to print, or the exit code, at its end. */
export type Message = string | number;

/** Where the thread is, in memory that both have: the seed, and how many runs have begun. A message for each would slow it down. */
export class Progress {
  readonly memory: SharedArrayBuffer;
  readonly #cells: Float64Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(2 * Float64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#cells = new Float64Array(memory);
  }

  get seed(): number {
    return this.#cells[0]!;
  }

  get runs(): number {
    return this.#cells[1]!;
  }

  begins(seed: number): void {
    this.#cells[0] = seed;
    this.#cells[1] = this.runs + 1;
  }
}

/** What of the process is needed. */
export interface Overseer {
  readonly print: (line: string) => void;
  /** A clock, in milliseconds. */
  readonly now: () => number;
  /** Calls `look` again and again, until what it gives is called. */
  readonly watch: (look: () => void) => () => void;
  /** The scenario of a seed. */
  readonly nameOf: (seed: number) => string;
}

/** After how many milliseconds in one run a seed is named, and after how many it's ended. */
export const SLOW = 10_000;
export const STUCK = 60_000;

/** The exit code that the thread gives; 1 where it hangs, or ends without one. */
export async function oversee(thread: Worker, progress: Progress, { print, now, watch, nameOf }: Overseer): Promise<number> {
  let run = { number: progress.runs, since: now(), slow: false };
  const code = await new Promise<number>((resolve) => {
    const unwatch = watch(() => {
      const { seed, runs } = progress;
      if (runs !== run.number) run = { number: runs, since: now(), slow: false };
      const spent = now() - run.since;
      if (runs > 0 && spent >= SLOW && !run.slow) {
        run.slow = true;
        print(`seed ${seed} of ${nameOf(seed)} takes longer than ${SLOW / 1000} s`);
      }
      if (runs > 0 && spent >= STUCK) {
        print(`seed ${seed} of ${nameOf(seed)} hangs: it takes longer than ${STUCK / 1000} s`);
        print(`to repeat it: ${commandLine(seed, nameOf(seed))}`);
        end(1);
      }
    });
    const end = (given: number) => {
      unwatch();
      resolve(given);
    };
    thread.on('message', (message: Message) => typeof message === 'string' ? print(message) : end(message));
    thread.on('error', (error) => {
      print(String(error.stack ?? error));
      end(1);
    });
    thread.on('exit', () => end(1));
  });
  await thread.terminate();
  return code;
}
