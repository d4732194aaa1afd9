// @ts-check
/** A worker pool of threads beside piscina: tasks that do nothing, four threads, sixteen clients. */
import { createWorkerPool } from 'ownstate/stores';
import { Piscina } from 'piscina';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expectSame, interleave, reportVersus } from '../measure.js';

const THREADS = 4;
const CLIENTS = 16;
const ROUNDS = 20;
const BATCH = CLIENTS * ROUNDS;
const thread = new URL('worker-pool-thread.js', import.meta.url);

/** @type {import('ownstate/stores').WorkerPool<number, number>} */
const pool = createWorkerPool({ size: THREADS, thread: () => new Worker(thread) });
const piscina = new Piscina({ filename: fileURLToPath(thread), minThreads: THREADS, maxThreads: THREADS });

let sum = 0;
let expected = 0;
const clients = (/** @type {(task: number) => PromiseLike<number>} */ submit) => async () => {
  await Promise.all(Array.from({ length: CLIENTS }, async () => {
    for (let i = 0; i < ROUNDS; i++) {
      const result = await submit(1);
      sum += result;
    }
  }));
  expected += BATCH;
};
const { ours, theirs } = await interleave({
  ours: clients((task) => pool.ask.submit({ task })),
  theirs: clients((task) => piscina.run(task)),
}, BATCH);
expectSame('the sum of all results', sum, expected);
await pool.shutdown();
await piscina.destroy();
reportVersus('submit and await, 4 threads', ours, 'piscina', theirs);
