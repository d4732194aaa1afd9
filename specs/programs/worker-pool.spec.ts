/** The program `worker-pool`. */
import { expect, it } from 'vitest';
import program from '../../docs/programs/worker-pool.js';
import { runVirtually } from '../support/virtual.js';

it('worker-pool does ten tasks with three workers, and fails at the seventh', async () => {
  const { timed } = await runVirtually(program);
  expect(timed).toEqual([
    '0 ms  worker 1 is here',
    '0 ms  worker 2 is here',
    '0 ms  worker 3 is here',
    '0 ms  3 workers, 3 tasks run, 7 wait',
    '100 ms  task 1: done by worker 1',
    '200 ms  task 2: done by worker 2',
    '200 ms  task 4: done by worker 1',
    '300 ms  task 3: done by worker 3',
    '400 ms  task 5: done by worker 2',
    '400 ms  task 7: failed, task 7 is broken',
    '500 ms  task 6: done by worker 1',
    '600 ms  task 8: done by worker 2',
    '600 ms  task 10: done by worker 1',
    '700 ms  task 9: done by worker 3',
    '700 ms  worker 1 did 4, and failed at 0',
    '700 ms  worker 2 did 3, and failed at 0',
    '700 ms  worker 3 did 2, and failed at 1',
    '700 ms  9 tasks done, 1 failed',
    '700 ms  worker 3 is gone',
    '700 ms  Expected `id` to be a worker of the pool, got 3',
    '700 ms  the pool has closed',
  ]);
});
