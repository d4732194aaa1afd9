/**
 * Three workers share a queue of twenty tasks. Every tenth attempt fails, and its task is tried again a little later.
 *
 * ```sh
 * npm start -- task-queue
 * ```
 */
import { createTaskQueue, runWorker } from 'ownstate/stores';
import type { World } from './support/world.js';

const TASKS = 20;
const WORKERS = ['ann', 'bob', 'eve'];

export default async function program({ print, scheduler, sleep }: World): Promise<void> {
  const begin = scheduler.now();
  const queue = createTaskQueue<number, number>({ scheduler, backoff: { base: 500, jitter: 0 } });
  queue.events$.subscribe((event) => {
    if (event.type === 'retrying') print(`  task ${event.id} failed (${event.error}), once more at ${event.runAt - begin} ms`);
    if (event.type === 'failed') print(`  task ${event.id} failed for good (${event.error})`);
  });
  for (let task = 1; task <= TASKS; task++) await queue.ask.enqueue({ task });

  let attempts = 0;
  const stop = new AbortController();
  const workers = WORKERS.map((worker) => runWorker(queue, async (task) => {
    const fails = ++attempts % 10 === 0;
    await sleep(600 + (task * 370) % 900);
    if (fails) throw new Error('bad luck');
    return task * task;
  }, { worker, signal: stop.signal }));

  for (;;) {
    const { pending, running, completed, failed, workers: busy } = await queue.ask.status();
    print(`${pending} pending, ${running} running, ${completed} completed, ${failed} failed; ${busy} workers`);
    if (completed + failed === TASKS) break;
    await sleep(2000);
  }

  stop.abort();
  for (const [n, { completed, failed }] of (await Promise.all(workers)).entries()) {
    print(`${WORKERS[n]} completed ${completed}, failed attempts: ${failed}`);
  }
  const { started, errors, wait, run } = await queue.ask.stats();
  print(`${started} attempts, ${errors} failed; half waited less than ${seconds(wait.p50)}, half ran less than ${seconds(run.p50)}`);
  await queue.shutdown();
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
