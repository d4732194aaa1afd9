// @ts-check
/**
 * A task from enqueue to complete: awaited, and answered at once (told and subscribed). Beside it fastq, for the bare
 * scheduling alone: it keeps no task, no lease, no attempts and no times, so the two don't do the same.
 */
import fastq from 'fastq';
import { createTaskQueue } from 'ownstate/stores';
import { expectSame, interleave, report } from '../measure.js';
import { figure, ratio } from '../figures.js';

const BATCH = 1000;
const task = { to: 'ann' };

const queue = createTaskQueue({ retain: { completed: { count: 1000 } } });
let sent = 0;
let done = 0;

const bare = fastq.promise(async () => { done++; }, 1);
const scheduled = fastq((/** @type {object} */ _task, /** @type {() => void} */ end) => {
  done++;
  end();
}, 1);

const { awaited, atOnce, promised, called } = await interleave({
  awaited: async () => {
    for (let i = 0; i < BATCH; i++) {
      await queue.ask.enqueue({ task });
      const lease = await queue.ask.dequeue({ worker: 'ann' });
      if (lease && await queue.ask.complete({ id: lease.id, token: lease.token })) done++;
    }
    sent += BATCH;
  },
  atOnce: () => {
    for (let i = 0; i < BATCH; i++) {
      queue.tell.enqueue({ task });
      queue.ask.dequeue({ worker: 'ann' }).subscribe((lease) => {
        if (lease) queue.tell.complete({ id: lease.id, token: lease.token });
        done++;
      });
    }
    sent += BATCH;
  },
  promised: async () => {
    for (let i = 0; i < BATCH; i++) await bare.push(task);
    sent += BATCH;
  },
  called: () => {
    for (let i = 0; i < BATCH; i++) void scheduled.push(task);
    sent += BATCH;
  },
}, BATCH);

expectSame('the tasks that were done', done, sent);
const { totalCompleted, pending, running, lost } = await queue.ask.stats();
expectSame('what was left or lost', pending + running + lost, 0);
expectSame('the tasks that were completed', totalCompleted, (await queue.ask.stats()).enqueued);
await queue.shutdown();

report({
  figures: [
    figure('enqueue, dequeue, complete, each awaited', 'per second', awaited),
    figure('enqueue told, dequeue subscribed, complete told', 'per second', atOnce),
    figure('fastq.promise, a push awaited', 'per second', promised),
    figure('fastq, a push with a callback', 'per second', called),
  ],
  found: [figure('', 'per second', awaited), figure('', 'per second', atOnce)],
});
