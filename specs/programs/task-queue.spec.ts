/** The program `task-queue`, in virtual time. */
import { expect, it } from 'vitest';
import program from '../../docs/programs/task-queue.js';
import { runVirtually } from '../support/virtual.js';

it('three workers do twenty tasks, two attempts fail and are made again, with a status every two seconds', async () => {
  const { timed } = await runVirtually(program);
  expect(timed).toEqual([
    '0 ms  17 pending, 3 running, 0 completed, 0 failed; 3 workers',
    '2000 ms  12 pending, 3 running, 5 completed, 0 failed; 3 workers',
    '3550 ms    task 10 failed (Error: bad luck), once more at 4050 ms',
    '4000 ms  8 pending, 3 running, 9 completed, 0 failed; 3 workers',
    '6000 ms  3 pending, 3 running, 14 completed, 0 failed; 3 workers',
    '7120 ms    task 20 failed (Error: bad luck), once more at 7620 ms',
    '8000 ms  0 pending, 1 running, 19 completed, 0 failed; 3 workers',
    '10000 ms  0 pending, 0 running, 20 completed, 0 failed; 3 workers',
    '10000 ms  ann completed 7, failed attempts: 1',
    '10000 ms  bob completed 7, failed attempts: 0',
    '10000 ms  eve completed 6, failed attempts: 1',
    '10000 ms  22 attempts, 2 failed; half waited less than 2.7 s, half ran less than 1.0 s',
  ]);
});
