/** What a naive worker pool gets wrong, a spec for each. */
import fc from 'fast-check';
import { createWorkerPool, type TaskRun } from 'ownstate/stores';
import { marbles } from 'ownstate/testing';
import { map, NEVER, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { TaskQueue } from '../../../lib/stores/worker-pool/task-queue.js';
import { Task } from '../../../lib/stores/worker-pool/task.js';

describe('the queue', () => {
  /** The time of `times` puts and takes with `waiting` tasks in the queue. */
  function cost(waiting: number, times: number): number {
    const queue = new TaskQueue<number, void>();
    const put = (n: number) => queue.push(new Task(n, n, 0, Infinity, 0, undefined));
    for (let n = 0; n < waiting; n++) put(n);
    const since = performance.now();
    for (let n = 0; n < times; n++) {
      put(n);
      queue.delete(queue.next!);
    }
    return performance.now() - since;
  }

  it('is no array that is shifted: a task costs the same however many wait', () => {
    cost(1000, 50_000);
    const rounds = [1, 2, 3].map(() => cost(200_000, 50_000) / cost(1000, 50_000));
    // An array shifted at 200,000 costs thousands of times as much.
    expect(Math.min(...rounds)).toBeLessThan(20);
  });

  it('gives the highest priority first, in the order of coming, and lets any one go', () => {
    const steps = fc.array(fc.oneof(
      fc.record({ put: fc.integer({ min: -2, max: 2 }) }),
      fc.record({ take: fc.constantFrom('next' as const, 'least' as const) }),
      fc.record({ leave: fc.nat(20) }),
    ), { maxLength: 60 });
    fc.assert(fc.property(steps, (all) => {
      const queue = new TaskQueue<number, void>();
      const model: Task<number, void>[] = [];
      const first = (sign: number) => [...model].sort((one, other) => sign * (other.priority - one.priority) || one.id - other.id);
      for (const [id, step] of all.entries()) {
        if ('put' in step) {
          const task = new Task<number, void>(id, id, step.put, Infinity, 0, undefined);
          queue.push(task);
          model.push(task);
        } else {
          const gone = 'take' in step ? queue[step.take] : model[step.leave];
          if ('take' in step) expect(gone?.id).toBe(first(step.take === 'next' ? 1 : -1)[0]?.id);
          if (gone) {
            queue.delete(gone);
            model.splice(model.indexOf(gone), 1);
          }
        }
        expect(queue.size).toBe(model.length);
        expect([...queue].map((task) => task.id)).toEqual(first(1).map((task) => task.id));
      }
    }));
  });
});

it('a removed worker does not lose its task', marbles((m) => {
  const pool = m.watch(createWorkerPool({ scheduler: m.scheduler, size: 1, work: (ms: number) => timer(ms).pipe(map(() => ms)) }));
  const result = pool.ask.submit({ task: 3 });
  pool.tell.remove(1);
  m.expect(result).toBeObservable('---(a|)', { a: 3 });
}));

it.each<[string, (run: TaskRun) => unknown]>([
  ['a throw', () => { throw new Error('x'); }],
  ['a rejection', () => Promise.reject(new Error('x'))],
  ['a timeout', () => NEVER],
])('%s leaks no capacity', async (_what, work) => {
  const pool = createWorkerPool({ size: 2, taskTimeout: 1, work: (bad: boolean, run) => bad ? work(run) : 'done' });
  for (let round = 0; round < 3; round++) {
    const bad = Array.from({ length: 4 }, () => pool.ask.submit({ task: true }));
    for (const each of await Promise.allSettled(bad)) expect(each.status).toBe('rejected');
  }
  expect(await pool.ask.stats()).toMatchObject({ idle: 2, running: 0, failed: 12 });
  expect(await pool.ask.submit({ task: false })).toBe('done');
  await pool.shutdown();
});

it('no reply stays open after `clear`', async () => {
  const pool = createWorkerPool({ size: 1, work: () => NEVER });
  const asks = [1, 2, 3].map((task) => pool.ask.submit({ task }));
  expect(await pool.ask.clear()).toBe(2);
  expect(await pool.ask.clear({ running: true })).toBe(1);
  expect((await Promise.allSettled(asks)).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(pool.status().replies).toBe(0);
});

it('those who give up by one signal do not begin each other\'s tasks', marbles((m) => {
  const begun: number[] = [];
  const controller = new AbortController();
  const pool = m.watch(createWorkerPool({ scheduler: m.scheduler, size: 1, work: (n: number) => (begun.push(n), NEVER) }));
  for (const task of [1, 2, 3]) pool.with({ signal: controller.signal }).ask.submit({ task }).subscribe({ error: () => undefined });
  pool.ask.submit({ task: 4 }).subscribe({ error: () => undefined });
  controller.abort();
  pool.ask.submit({ task: 5 }).subscribe({ error: () => undefined });
  m.flush();
  expect(begun).toEqual([1, 4]);
}));
