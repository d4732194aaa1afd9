// @ts-check
/** What a task queue costs with many tasks: a command with 1,000,000 tasks against 1,000, a sweep, and memory. */
import { createTaskQueue } from 'ownstate/stores';
import { cpuTime, expectSame, heapUsed, interleave, report } from '../measure.js';
import { figure, ratio } from '../figures.js';

const BATCH = 1000;
const FEW = 1000;
const MANY = 1_000_000;
const SWEEPS = 31;
const task = { to: 'ann' };

/** A queue with so many tasks that wait, and how many bytes each of them takes. */
function filled(/** @type {number} */ count) {
  const before = heapUsed() + process.memoryUsage().arrayBuffers;
  const queue = createTaskQueue({ maxTasks: 2 * MANY, retain: { completed: { count: 100 } } });
  for (let i = 0; i < count; i++) queue.tell.enqueue({ task });
  return { queue, bytes: (heapUsed() + process.memoryUsage().arrayBuffers - before) / count };
}

const few = filled(FEW);
const many = filled(MANY);
let sent = 0;
let done = 0;

/** Each comes in at the end, and the one at the front goes out. */
const working = (/** @type {typeof few.queue} */ queue) => () => {
  for (let i = 0; i < BATCH; i++) {
    queue.tell.enqueue({ task });
    queue.ask.dequeue({ worker: 'ann' }).subscribe((lease) => {
      if (lease) queue.ask.complete({ id: lease.id, token: lease.token }).subscribe(() => { done++; });
    });
  }
  sent += BATCH;
};
const rates = await interleave({ few: working(few.queue), many: working(many.queue) }, BATCH);
expectSame('the tasks that were completed', done, sent);
expectSame('the tasks that wait', (await many.queue.ask.status()).pending, MANY);

let removed = 0;
/** Milliseconds that a sweep took which had nothing to do. */
const sweeps = Array.from({ length: SWEEPS }, () => {
  const begin = cpuTime();
  for (let i = 0; i < 100; i++) many.queue.ask.sweep().subscribe((count) => { removed += count; });
  return (cpuTime() - begin) / 100 / 1e6;
});
expectSame('what the sweeps found to do', removed, 0);
await Promise.all([few.queue.shutdown(), many.queue.shutdown()]);

report({
  figures: [
    figure('tasks from enqueue to complete, with 1,000 waiting', 'per second', rates.few),
    figure('tasks from enqueue to complete, with 1,000,000 waiting', 'per second', rates.many),
    figure('a sweep with 1,000,000 tasks and nothing to do', 'ms', sweeps),
    figure('memory per task, without the task itself', 'bytes', [many.bytes]),
  ],
  found: [ratio(rates.few, rates.many), figure('', 'ms', sweeps)],
});
