/**
 * What the suites of other queues hold true, as specs of this one, where the meaning is the same. Written anew in virtual
 * time: theirs wait for a database, and poll.
 *
 * From pg-boss (github.com/timgit/pg-boss, test): retryTest, expireTest, priorityTest, delayTest, cancelTest, failureTest,
 * attemptFenceTest. A retry limit of n there is n + 1 attempts here. What doesn't apply:
 * batches (`batchSize`), connections of one's own (`db`), singleton policies and throttling
 * by time slots, queues in several copies, fetching past the priority, ISO texts as times, errors kept as objects (a text
 * here), dead letters as jobs of another queue with another id (they stay where they are, under theirs).
 *
 * From agenda (github.com/agenda/agenda, packages/agenda/test/shared): the suites backoff and removeoncomplete. What doesn't
 * apply: jobs defined by name, repeating jobs, linear and combined backoff, conditions on the error (`fail` with
 * `retry: false` is the worker's own), debouncing, polling.
 */
import { createTaskQueue, runWorker, type TaskLease, type TaskQueue, type TaskQueueOptions } from 'ownstate/stores';
import { lastValueFrom, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { World } from '../../../docs/programs/support/world.js';
import { runVirtually } from '../../support/virtual.js';

type Queue = TaskQueue;

/** Runs a test in virtual time, with a queue of its own. */
const inTime = (options: TaskQueueOptions<unknown, unknown>, test: (queue: Queue, world: World) => Promise<void>) => async () => {
  await runVirtually(async (world) => {
    const queue = createTaskQueue({ scheduler: world.scheduler, backoff: { base: 0 }, ...options });
    await test(queue, world);
    await queue.shutdown();
  });
};

const fetch = (queue: Queue, worker = 'ann'): PromiseLike<TaskLease<unknown> | undefined> => queue.ask.dequeue({ worker });
const fetched = async (queue: Queue, worker?: string): Promise<TaskLease<unknown>> => (await fetch(queue, worker))!;
const send = (queue: Queue, options: object = {}) => queue.ask.enqueue({ task: null, ...options });
/** A promise that rejects with whatever it may be. */
const throwing = (error: unknown) => lastValueFrom(throwError(() => error));
const stateOf = async (queue: Queue, id: string) => (await queue.ask.get(id))?.state;

describe('pg-boss, retryTest', () => {
  it('should retry a job that didn\'t complete', inTime({ runTimeout: 1000, attempts: 2 }, async (queue, { sleep }) => {
    const id = await send(queue);
    expect((await fetched(queue)).id).toBe(id);
    await sleep(1000);
    expect((await fetched(queue)).id).toBe(id);
  }));

  it('should retry a job that failed', inTime({ attempts: 2 }, async (queue) => {
    const id = await send(queue);
    await queue.ask.fail(await fetched(queue));
    expect((await fetched(queue)).id).toBe(id);
  }));

  it('should retry with a fixed delay', inTime({ attempts: 2, backoff: { base: 1000, factor: 1, jitter: 0 } }, async (queue, { sleep }) => {
    await send(queue);
    await queue.ask.fail(await fetched(queue));
    expect(await fetch(queue)).toBeUndefined();
    await sleep(1000);
    expect(await fetch(queue)).toBeDefined();
  }));

  it('should retry with a exponential backoff', inTime({ attempts: 5, backoff: { base: 2000 } }, async (queue, { sleep }) => {
    let processed = 0;
    const stop = new AbortController();
    const worker = runWorker(queue, () => {
      processed++;
      throw new Error('retry');
    }, { signal: stop.signal });
    await send(queue);
    await sleep(8000);
    stop.abort();
    await worker;
    expect(processed).toBeLessThan(4);
    expect(processed).toBeGreaterThan(1);
  }));

  it('should limit retry delay with exponential backoff', inTime({ attempts: 5, backoff: { base: 1000, max: 3000 } }, async (queue, { scheduler, sleep }) => {
    const times: number[] = [];
    const stop = new AbortController();
    const worker = runWorker(queue, () => {
      times.push(scheduler.now());
      throw new Error('retry');
    }, { signal: stop.signal });
    await send(queue);
    await sleep(13_000);
    stop.abort();
    await worker;
    expect(times).toHaveLength(5);
    for (const [n, time] of times.entries()) expect(time - (times[n - 1] ?? 0)).toBeLessThanOrEqual(3000);
  }));

  it('should mark a failed job to be retried', inTime({ attempts: 1 }, async (queue) => {
    const id = await send(queue);
    await queue.ask.fail(await fetched(queue));
    await queue.ask.retry(id);
    expect(await stateOf(queue, id)).toBe('pending');
  }));
});

describe('pg-boss, expireTest', () => {
  it('should expire a job', inTime({}, async (queue, { sleep }) => {
    const id = await send(queue, { attempts: 1, runTimeout: 1000 });
    await fetched(queue);
    await sleep(1000);
    expect(await stateOf(queue, id)).toBe('failed');
  }));

  it('should expire a job - cascaded config', inTime({ attempts: 1, runTimeout: 1000 }, async (queue, { sleep }) => {
    const id = await send(queue);
    await fetched(queue);
    await sleep(1000);
    expect(await stateOf(queue, id)).toBe('failed');
  }));

  it('should abort signal when job handler times out', inTime({ attempts: 1, runTimeout: 1000 }, async (queue, { sleep }) => {
    let aborted = false;
    const stop = new AbortController();
    await send(queue);
    const worker = runWorker(queue, async (_task, { signal }) => {
      signal.addEventListener('abort', () => { aborted = true; });
      await sleep(2000);
    }, { signal: stop.signal });
    await sleep(1500);
    stop.abort();
    await worker;
    expect(aborted).toBe(true);
  }));
});

describe('pg-boss, priorityTest', () => {
  it('higher priority job', inTime({}, async (queue) => {
    await send(queue);
    const high = await send(queue, { priority: 1 });
    expect((await fetched(queue)).id).toBe(high);
  }));

  it('descending priority order', inTime({}, async (queue) => {
    const low = await send(queue, { priority: 1 });
    const medium = await send(queue, { priority: 5 });
    const high = await send(queue, { priority: 10 });
    const order = [await fetched(queue), await fetched(queue), await fetched(queue)].map(({ id }) => id);
    expect(order).toEqual([high, medium, low]);
  }));
});

describe('pg-boss, delayTest', () => {
  it.each([
    ['an int', () => ({ delay: 2000 })],
    ['a date', (now: number) => ({ runAt: now + 2000 })],
  ])('should wait until after %s', (_what, when) => inTime({}, async (queue, { scheduler, sleep }) => {
    await send(queue, when(scheduler.now()));
    expect(await fetch(queue)).toBeUndefined();
    await sleep(2000);
    expect(await fetch(queue)).toBeDefined();
  })());
});

describe('pg-boss, cancelTest', () => {
  it('should reject missing arguments', inTime({}, async (queue) => {
    await expect((queue.ask.cancel as unknown as () => PromiseLike<unknown>)()).rejects.toThrow();
  }));

  it('should cancel a pending job', inTime({}, async (queue) => {
    const id = await send(queue, { delay: 1000 });
    await queue.ask.cancel(id);
    expect(await stateOf(queue, id)).toBe('cancelled');
  }));

  it('should not cancel a completed job', inTime({}, async (queue) => {
    const id = await send(queue);
    expect(await queue.ask.complete(await fetched(queue))).toBe(true);
    await expect(queue.ask.cancel(id)).rejects.toMatchObject({ code: 'TASK_STATE' });
    expect(await stateOf(queue, id)).toBe('completed');
  }));
});

describe('pg-boss, failureTest', () => {
  it('should reject missing id argument', inTime({}, async (queue) => {
    await expect((queue.ask.fail as unknown as () => PromiseLike<unknown>)()).rejects.toThrow();
  }));

  it.each([
    ['failure via Promise reject() should pass string', () => throwing('mah error'), 'mah error'],
    ['failure with Error object should be saved in the job', () => throwing(new Error('a real error!')), 'Error: a real error!'],
    ['failure with circular payload should be safely serialized', () => {
      const error: Record<string, unknown> = { message: 'mhmm' };
      error['myself'] = error;
      return throwing(error);
    }, '[object Object]'],
  ])('%s', (_what, handler, text) => inTime({ attempts: 1 }, async (queue, { sleep }) => {
    const stop = new AbortController();
    const id = await send(queue);
    const worker = runWorker(queue, handler, { signal: stop.signal });
    await sleep(1);
    stop.abort();
    await worker;
    expect(await queue.ask.get(id)).toMatchObject({ state: 'failed', error: text });
  })());

  it('dead letter queues are working', inTime({}, async (queue) => {
    const id = await queue.ask.enqueue({ task: { key: 'x' }, attempts: 1 });
    await queue.ask.fail(await fetched(queue));
    expect(await queue.ask.deadLetters()).toMatchObject([{ id, task: { key: 'x' }, failures: 1 }]);
  }));

  it('redrive moves a dead-lettered job back', inTime({}, async (queue) => {
    const id = await send(queue, { attempts: 1 });
    await queue.ask.fail(await fetched(queue));
    expect(await queue.ask.redrive()).toBe(1);
    expect(await queue.ask.redrive()).toBe(0);
    expect(await queue.ask.get(id)).toMatchObject({ state: 'pending', failures: 0 });
    expect((await fetched(queue)).attempt).toBe(1);
  }));

  it('redrive: a second failure returns to the dead letters', inTime({}, async (queue) => {
    const id = await send(queue, { attempts: 1 });
    await queue.ask.fail(await fetched(queue));
    await queue.ask.redrive();
    await queue.ask.fail(await fetched(queue));
    expect((await queue.ask.deadLetters()).map((task) => task.id)).toEqual([id]);
  }));

  it('dead letter and redrive preserve priority', inTime({}, async (queue) => {
    const id = await send(queue, { attempts: 1, priority: 7 });
    await queue.ask.fail(await fetched(queue));
    await send(queue, { priority: 6 });
    await queue.ask.redrive();
    expect(await fetched(queue)).toMatchObject({ id, priority: 7 });
  }));
});

describe('pg-boss, attemptFenceTest: a stale worker', () => {
  /** A lease that was taken away, and the newer one. */
  const lapsed = async (queue: Queue) => {
    await send(queue);
    const stale = await fetched(queue, 'stale');
    await queue.ask.fail(stale);
    return { stale, newer: await fetched(queue, 'newer') };
  };

  it.each(['complete', 'fail', 'heartbeat'] as const)('should not %s a newer attempt, whose worker may', (method) => inTime({}, async (queue) => {
    const { stale, newer } = await lapsed(queue);
    const before = await queue.ask.get(stale.id);
    await expect(queue.ask[method](stale)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await queue.ask.get(stale.id)).toEqual(before);
    await queue.ask[method](newer);
  })());

  it('should settle nothing after its heartbeat has gone stale and another worker has the job', inTime({ lease: 10 }, async (queue, { sleep }) => {
    const id = await send(queue);
    const stale = await fetched(queue, 'stale');
    await sleep(10);
    const newer = await fetched(queue, 'newer');
    expect(newer.id).toBe(id);
    await expect(queue.ask.complete(stale)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await queue.ask.complete({ ...newer, result: 'by newer' })).toBe(true);
    expect((await queue.ask.get(id))?.result).toBe('by newer');
  }));
});

describe('agenda, backoff', () => {
  /** The waits before each further attempt, until there's none. */
  const delays = async (queue: Queue, world: World) => {
    const waits: number[] = [];
    await send(queue);
    for (;;) {
      const again = await queue.ask.fail(await fetched(queue));
      if (again.state === 'failed') return waits;
      waits.push(again.runAt - world.scheduler.now());
      await world.sleep(again.runAt - world.scheduler.now());
    }
  };

  it.each([
    ['constant: should return the same delay for each attempt', { base: 1000, factor: 1 }, 4, [1000, 1000, 1000]],
    ['constant: should respect maxDelay', { base: 5000, factor: 1, max: 2000 }, 2, [2000]],
    ['exponential: should increase delay exponentially', { base: 100 }, 6, [100, 200, 400, 800, 1600]],
    ['exponential: should respect maxDelay', { base: 100, max: 500 }, 6, [100, 200, 400, 500, 500]],
  ])('%s', (_what, backoff, attempts, expected) => inTime({ attempts, backoff: { jitter: 0, ...backoff } }, async (queue, world) => {
    expect(await delays(queue, world)).toEqual(expected);
  })());

  it('should apply jitter when configured', inTime({ attempts: 21, backoff: { base: 1000, factor: 1, jitter: 0.5 } }, async (queue, world) => {
    const waits = await delays(queue, world);
    expect(new Set(waits).size).toBeGreaterThan(1);
    for (const wait of waits) {
      expect(wait).toBeGreaterThanOrEqual(500);
      expect(wait).toBeLessThanOrEqual(1000);
    }
  }));

  it('should automatically retry with backoff strategy', inTime({ backoff: { base: 100, factor: 1, jitter: 0 } }, async (queue, { scheduler, sleep }) => {
    const retries: number[] = [];
    queue.events$.subscribe((event) => { if (event.type === 'retrying') retries.push(event.runAt - scheduler.now()); });
    let attempts = 0;
    const stop = new AbortController();
    const id = await send(queue);
    const worker = runWorker(queue, () => {
      if (++attempts < 3) throw new Error(`Attempt ${attempts} failed`);
    }, { signal: stop.signal });
    await sleep(1000);
    stop.abort();
    await worker;
    expect([attempts, retries, await stateOf(queue, id)]).toEqual([3, [100, 100], 'completed']);
  }));

  it('should emit retry exhausted when max retries reached', inTime({ backoff: { base: 50 } }, async (queue, { sleep }) => {
    const failed: string[] = [];
    queue.events$.subscribe((event) => { if (event.type === 'failed') failed.push(event.error); });
    const stop = new AbortController();
    const id = await send(queue);
    const worker = runWorker(queue, () => { throw new Error('Always fails'); }, { signal: stop.signal });
    await sleep(1000);
    stop.abort();
    expect(await worker).toEqual({ completed: 0, failed: 3, lost: 0 });
    expect(failed).toEqual(['Error: Always fails']);
    expect((await queue.ask.get(id))?.failures).toBe(3);
  }));

  it('should work with custom backoff function: the worker\'s own `delay`', inTime({ attempts: 4 }, async (queue, { sleep }) => {
    await send(queue);
    for (const delay of [100, 100, 200]) {
      await queue.ask.fail({ ...await fetched(queue), delay });
      await sleep(delay - 1);
      expect(await fetch(queue)).toBeUndefined();
      await sleep(1);
    }
    expect(await queue.ask.complete(await fetched(queue))).toBe(true);
  }));
});

describe('agenda, removeOnComplete', () => {
  it('should remove a job after successful completion, and emit complete before removal', inTime({ retain: { completed: { count: 0 } } }, async (queue) => {
    const events: string[] = [];
    queue.events$.subscribe(({ type }) => events.push(type));
    const id = await send(queue);
    await queue.ask.complete(await fetched(queue));
    expect(await stateOf(queue, id)).toBeUndefined();
    expect(events).toEqual(['enqueued', 'started', 'completed', 'removed']);
  }));

  it('should NOT remove a job by default', inTime({}, async (queue) => {
    const id = await send(queue);
    await queue.ask.complete(await fetched(queue));
    expect(await stateOf(queue, id)).toBe('completed');
  }));

  it('should NOT remove failed job', inTime({ attempts: 1, retain: { completed: { count: 0 } } }, async (queue) => {
    const id = await send(queue);
    await queue.ask.fail(await fetched(queue));
    expect(await stateOf(queue, id)).toBe('failed');
  }));
});
