// @ts-check
/**
 * A worker pool beside fastq and p-queue: ten clients, each of which submits a task that does nothing, awaits its result,
 * and submits the next. And what a task costs where 50,000 others wait.
 */
import fastq from 'fastq';
import { createWorkerPool } from 'ownstate/stores';
import PQueue from 'p-queue';
import { expectSame, interleave, report } from '../measure.js';
import { figure, ratio } from '../figures.js';

const CLIENTS = 10;
const ROUNDS = 500;
const BATCH = CLIENTS * ROUNDS;

let worked = 0;
let submitted = 0;
const nothing = async () => { worked++; };

const pool = createWorkerPool({ size: CLIENTS, work: nothing });
const fast = fastq.promise(nothing, CLIENTS);
const queue = new PQueue({ concurrency: CLIENTS });

const clients = (/** @type {() => PromiseLike<void>} */ submit) => async () => {
  await Promise.all(Array.from({ length: CLIENTS }, async () => {
    for (let i = 0; i < ROUNDS; i++) await submit();
  }));
  submitted += BATCH;
};
const rates = await interleave({
  ours: clients(() => pool.ask.submit({ task: undefined })),
  fastq: clients(() => fast.push(undefined)),
  pQueue: clients(() => queue.add(nothing)),
}, BATCH);
expectSame('the tasks that were done', worked, submitted);
await pool.shutdown();

/** A pool whose one worker is busy, and before whose others so many tasks wait. */
function crowded(/** @type {number} */ waiting) {
  const crowd = createWorkerPool({ size: 0, maxQueue: 2 * waiting, timeout: Infinity, work: () => undefined });
  for (let n = 0; n < waiting; n++) crowd.tell.submit({ task: n, priority: n % 10 });
  return crowd;
}
const COMES = 1000;
const FEW = 1000;
const MANY = 50_000;
const crowds = { few: crowded(FEW), many: crowded(MANY) };
const ignore = { error: () => undefined };
/** A task comes, and is taken back. */
const passing = (/** @type {typeof crowds.few} */ crowd) => () => {
  const controller = new AbortController();
  const { ask } = crowd.with({ signal: controller.signal });
  for (let n = 0; n < COMES; n++) ask.submit({ task: n, priority: n % 10 }).subscribe(ignore);
  controller.abort();
};
const passed = await interleave({ few: passing(crowds.few), many: passing(crowds.many) }, COMES);
expectSame('the tasks that wait', crowds.few.snapshot().queued + crowds.many.snapshot().queued, FEW + MANY);
for (const crowd of Object.values(crowds)) {
  crowd.errors$.subscribe();
  crowd.tell.clear();
  await crowd.shutdown();
}

report({
  figures: [
    figure('submit and await, concurrency 10', 'per second', rates.ours),
    figure('fastq.promise', 'per second', rates.fastq),
    figure('p-queue', 'per second', rates.pQueue),
    figure('a task that comes and is taken back, 1,000 waiting', 'per second', passed.few),
    figure('a task that comes and is taken back, 50,000 waiting', 'per second', passed.many),
  ],
  found: [ratio(rates.ours, rates.fastq), ratio(rates.ours, rates.pQueue), ratio(passed.few, passed.many)],
});
