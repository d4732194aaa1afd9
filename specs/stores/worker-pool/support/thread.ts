/** A thread for the specs: does as it's told. They bundle it, since a thread of its own can't load the sources. */
import { parentPort } from 'node:worker_threads';
import { serveTasks } from '../../../../lib/stores/worker-pool/thread.js';

export interface Job {
  readonly do: 'double' | 'fail' | 'throw a function' | 'give a function' | 'spin' | 'exit' | 'crash' | 'hang';
  readonly value?: unknown;
}

serveTasks(parentPort!, async ({ do: what, value }: Job) => {
  if (what === 'double') return Number(value) * 2;
  if (what === 'fail') throw new RangeError(String(value));
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- that's what is to be posted
  if (what === 'throw a function') throw () => value;
  if (what === 'give a function') return () => value;
  while (what === 'spin');
  if (what === 'exit') process.exit(3);
  if (what === 'crash') setTimeout(() => { throw new Error('crashed'); });
  return new Promise(() => undefined);
});
