/** What the commands and queries of a task queue do, one after the other; what takes time is in time.spec.ts. */
import { createTaskQueue, type TaskLease, type TaskQueue, type TaskQueueEvent, type TaskQueueOptions } from 'ownstate/stores';
import { describe, expect, it } from 'vitest';

/** A queue without backoff, and what it announced. */
function make(options: TaskQueueOptions<string, string> = {}) {
  const queue = createTaskQueue<string, string>({ backoff: { base: 0 }, ...options });
  const events: TaskQueueEvent[] = [];
  queue.events$.subscribe((event) => events.push(event));
  return { queue, events };
}

/** The next task, which has to be there. */
async function take(queue: TaskQueue<string, string>, worker = 'ann'): Promise<TaskLease<string>> {
  const lease = await queue.ask.dequeue({ worker });
  if (!lease) throw new Error('no task');
  return lease;
}

/** All that can be had, in the order in which it comes. */
async function drain(queue: TaskQueue<string, string>): Promise<string[]> {
  const tasks: string[] = [];
  for (let lease = await queue.ask.dequeue({ worker: 'ann' }); lease; lease = await queue.ask.dequeue({ worker: 'ann' })) tasks.push(lease.task);
  return tasks;
}

describe('a task', () => {
  it('is enqueued, dequeued and completed', async () => {
    const { queue } = make();
    const id = await queue.ask.enqueue({ task: 'cook' });
    const lease = await take(queue);
    expect(lease).toMatchObject({ id, token: 1, task: 'cook', attempt: 1, priority: 0 });
    expect(await queue.ask.get(id)).toMatchObject({ state: 'running', worker: 'ann', startedAt: lease.startedAt });
    expect(await queue.ask.complete({ id, token: lease.token, result: 'soup' })).toBe(true);
    expect(await queue.ask.get(id)).toMatchObject({ state: 'completed', result: 'soup', worker: undefined });
    expect(await queue.ask.status()).toEqual({
      pending: 0, delayed: 0, running: 0, completed: 1, failed: 0, cancelled: 0, workers: 0, waiting: 0, paused: false,
    });
  });

  it('is given to one worker only', async () => {
    const { queue } = make();
    await queue.ask.enqueue({ task: 'cook' });
    await take(queue);
    expect(await queue.ask.dequeue({ worker: 'bob' })).toBeUndefined();
  });

  it('isn\'t there in an empty queue', async () => {
    const { queue } = make();
    expect(await queue.ask.dequeue({ worker: 'ann' })).toBeUndefined();
    expect(await queue.ask.get('1')).toBeUndefined();
    expect(await queue.ask.deadLetters()).toEqual([]);
    expect(await queue.ask.redrive()).toBe(0);
  });

  it('may be any value but undefined, and is the very one that was put in', async () => {
    const queue = createTaskQueue();
    const given = [0, '', false, null, { deep: [1] }];
    for (const task of given) queue.tell.enqueue({ task });
    for (const task of given) expect((await queue.ask.dequeue({ worker: 'ann' }))?.task).toBe(task);
  });

  it('may have any id, `__proto__` and an empty one too', async () => {
    const { queue } = make();
    for (const id of ['__proto__', 'constructor', '', 'toString']) expect(await queue.ask.enqueue({ task: id, id })).toBe(id);
    expect(await queue.ask.get('__proto__')).toMatchObject({ task: '__proto__' });
    expect(await queue.ask.get('')).toMatchObject({ task: '' });
    expect(await queue.ask.get('valueOf')).toBeUndefined();
    expect(await drain(queue)).toEqual(['__proto__', 'constructor', '', 'toString']);
  });

  it('gets a running number as its id, or one of the option `ids`', async () => {
    const { queue } = make();
    await queue.ask.enqueue({ task: 'a', id: '2' });
    expect(await queue.ask.enqueue({ task: 'b' })).toBe('1');
    expect(await queue.ask.enqueue({ task: 'c' })).toBe('3');
    let n = 0;
    const other = make({ ids: () => `task-${++n}` }).queue;
    expect(await other.ask.enqueue({ task: 'a' })).toBe('task-1');
    expect(await other.ask.enqueue({ task: 'a' })).toBe('task-2');
  });
});

describe('the order', () => {
  it('is first in, first out, whatever the ids', async () => {
    const { queue } = make();
    // A Map or an object by id would give another one: integers first, or as they were last set.
    for (const id of ['9', 'b', '1', 'a', '5']) await queue.ask.enqueue({ task: id, id });
    expect(await drain(queue)).toEqual(['9', 'b', '1', 'a', '5']);
  });

  it('is that of priority first, the larger number before the smaller', async () => {
    const { queue } = make();
    for (const [task, priority] of [['a', 0], ['b', 5], ['c', -1], ['d', 5], ['e', 0]] as const) await queue.ask.enqueue({ task, priority });
    expect(await drain(queue)).toEqual(['b', 'd', 'a', 'e', 'c']);
  });

  it('puts one that is tried again behind those that were ready before', async () => {
    const { queue } = make();
    for (const task of ['a', 'b']) await queue.ask.enqueue({ task });
    await queue.ask.fail(await take(queue));
    expect(await drain(queue)).toEqual(['b', 'a']);
  });
});

describe('an id that is held', () => {
  it('isn\'t enqueued again while it waits, runs, or is kept', async () => {
    const { queue, events } = make();
    await queue.ask.enqueue({ task: 'a', id: 'x' });
    expect(await queue.ask.enqueue({ task: 'b', id: 'x' })).toBe('x');
    const lease = await take(queue);
    expect(await queue.ask.enqueue({ task: 'c', id: 'x' })).toBe('x');
    await queue.ask.complete(lease);
    expect(await queue.ask.enqueue({ task: 'd', id: 'x' })).toBe('x');
    expect(await drain(queue)).toEqual([]);
    expect(await queue.ask.stats()).toMatchObject({ enqueued: 1, duplicates: 3 });
    expect(events.filter(({ type }) => type === 'duplicate')).toHaveLength(3);
  });

  it('is free again when it was forgotten', async () => {
    const { queue } = make({ retain: { completed: { count: 0 } } });
    await queue.ask.enqueue({ task: 'a', id: 'x' });
    await queue.ask.complete(await take(queue));
    expect(await queue.ask.get('x')).toBeUndefined();
    await queue.ask.enqueue({ task: 'b', id: 'x' });
    expect((await take(queue)).task).toBe('b');
  });
});

describe('attempts', () => {
  it.each([1, 2, 3])('of %i: a task is begun so many times, and no more', async (attempts) => {
    const { queue, events } = make({ attempts });
    await queue.ask.enqueue({ task: 'a' });
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const lease = await take(queue);
      expect(lease.attempt).toBe(attempt);
      const again = await queue.ask.fail({ ...lease, error: new RangeError('no') });
      expect(again.state).toBe(attempt < attempts ? 'pending' : 'failed');
    }
    expect(await queue.ask.dequeue({ worker: 'ann' })).toBeUndefined();
    expect(await queue.ask.get('1')).toMatchObject({ state: 'failed', failures: attempts, reason: 'error', error: 'RangeError: no' });
    expect(events.filter(({ type }) => type === 'started')).toHaveLength(attempts);
    expect(events.filter(({ type }) => type === 'retrying')).toHaveLength(attempts - 1);
    expect(events.filter(({ type }) => type === 'failed')).toHaveLength(1);
  });

  it('are three by default', async () => {
    const { queue } = make();
    await queue.ask.enqueue({ task: 'a' });
    const states: string[] = [];
    for (let n = 0; n < 3; n++) states.push((await queue.ask.fail(await take(queue))).state);
    expect(states).toEqual(['pending', 'pending', 'failed']);
  });

  it('may be another number for a task', async () => {
    const { queue } = make();
    await queue.ask.enqueue({ task: 'a', attempts: 1 });
    expect(await queue.ask.fail(await take(queue))).toEqual({ state: 'failed' });
  });

  it('end with `retry: false`', async () => {
    const { queue } = make();
    await queue.ask.enqueue({ task: 'a' });
    expect(await queue.ask.fail({ ...await take(queue), retry: false })).toEqual({ state: 'failed' });
  });

  it.each([
    [new Error('no'), 'Error: no'], ['text', 'text'], [undefined, ''], [{ a: 1 }, '[object Object]'], ['x'.repeat(5000), 'x'.repeat(1000)],
    [Symbol('s'), 'Symbol(s)'], [Object.create(null), '[object Object]'],
  ])('keep %o as a text', async (error, text) => {
    const { queue } = make({ attempts: 1 });
    await queue.ask.enqueue({ task: 'a' });
    await queue.ask.fail({ ...await take(queue), error });
    expect((await queue.ask.get('1'))?.error).toBe(text);
  });

  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  it.each<[string, () => unknown]>([
    ['its message throws', () => Object.defineProperty(new Error(), 'message', { get: () => { throw new RangeError('awful'); } })],
    ['its name is no text', () => Object.assign(new Error(), { name: Symbol('awful') })],
    ['it\'s a revoked proxy', () => revoked.proxy],
  ])('fail the attempt also where the error can\'t even be read: %s', async (_what, awful) => {
    const { queue } = make({ attempts: 1 });
    await queue.ask.enqueue({ task: 'a' });
    expect(await queue.ask.fail({ ...await take(queue), error: awful() })).toEqual({ state: 'failed' });
    expect((await queue.ask.get('1'))?.error).toBe('an error that can\'t be read');
  });
});

describe('the lease', () => {
  it('has a token that rises, and only the latest may settle the attempt', async () => {
    const { queue } = make();
    await queue.ask.enqueue({ task: 'a' });
    const first = await take(queue, 'ann');
    await queue.ask.fail(first);
    const second = await take(queue, 'bob');
    expect(second.token).toBeGreaterThan(first.token);
    for (const late of [
      queue.ask.complete(first), queue.ask.fail(first), queue.ask.heartbeat(first), queue.ask.progress({ ...first, value: 1 }),
      queue.ask.snooze({ id: first.id, token: first.token, delay: 5 }),
    ]) await expect(late).rejects.toMatchObject({ code: 'LEASE_LOST', id: first.id, token: first.token });
    expect(await queue.ask.get('1')).toMatchObject({ state: 'running', worker: 'bob', progress: undefined });
    expect(await queue.ask.complete(second)).toBe(true);
  });

  it('is over when the task is settled: a second time is refused', async () => {
    const { queue } = make();
    await queue.ask.enqueue({ task: 'a' });
    const lease = await take(queue);
    await queue.ask.complete(lease);
    await expect(queue.ask.complete(lease)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(queue.ask.fail(lease)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await queue.ask.status()).toMatchObject({ completed: 1, running: 0, workers: 0 });
  });
});

describe('cancel', () => {
  it('ends a pending task', async () => {
    const { queue, events } = make();
    for (const task of ['a', 'b', 'c']) await queue.ask.enqueue({ task, id: task });
    expect(await queue.ask.cancel('b')).toBe(true);
    expect(await drain(queue)).toEqual(['a', 'c']);
    expect(await queue.ask.get('b')).toMatchObject({ state: 'cancelled' });
    expect(events).toContainEqual({ type: 'cancelled', id: 'b' });
  });

  it('ends a delayed one', async () => {
    const { queue } = make();
    await queue.ask.enqueue({ task: 'a', id: 'a', delay: 1000 });
    await queue.ask.cancel('a');
    expect(await queue.ask.status()).toMatchObject({ pending: 0, delayed: 0, cancelled: 1 });
  });

  it('ends a running one, whose worker is told so', async () => {
    const { queue } = make();
    await queue.ask.enqueue({ task: 'a', id: 'a' });
    const lease = await take(queue);
    await queue.ask.cancel('a');
    expect(await queue.ask.status()).toMatchObject({ running: 0, cancelled: 1, workers: 0 });
    await expect(queue.ask.complete(lease)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  it('is refused for one that has ended', async () => {
    const { queue } = make();
    await queue.ask.enqueue({ task: 'a', id: 'a' });
    await queue.ask.complete(await take(queue));
    await expect(queue.ask.cancel('a')).rejects.toMatchObject({ code: 'TASK_STATE', id: 'a', state: 'completed' });
    await expect(queue.ask.cancel('b')).rejects.toMatchObject({ code: 'TASK_NOT_FOUND', id: 'b' });
  });
});

describe('retry and redrive', () => {
  /** Three tasks that failed for good, and one that was cancelled. */
  async function dead() {
    const made = make({ attempts: 1 });
    const { queue } = made;
    for (const task of ['a', 'b', 'c']) {
      await queue.ask.enqueue({ task, id: task });
      await queue.ask.fail({ ...await take(queue), error: `no ${task}` });
    }
    await queue.ask.enqueue({ task: 'd', id: 'd' });
    await queue.ask.cancel('d');
    return made;
  }

  it('the dead letters are shown in pages, the oldest first', async () => {
    const { queue } = await dead();
    expect((await queue.ask.deadLetters()).map(({ id, error }) => [id, error])).toEqual([['a', 'no a'], ['b', 'no b'], ['c', 'no c']]);
    const page = await queue.ask.deadLetters({ limit: 2 });
    expect(page.map(({ id }) => id)).toEqual(['a', 'b']);
    expect((await queue.ask.deadLetters({ limit: 2, after: 'b' })).map(({ id }) => id)).toEqual(['c']);
    expect(await queue.ask.deadLetters({ after: 'c' })).toEqual([]);
    await expect(queue.ask.deadLetters({ after: 'd' })).rejects.toMatchObject({ code: 'TASK_STATE' });
    await expect(queue.ask.deadLetters({ after: 'x' })).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' });
  });

  it('retry gives a failed or cancelled task all its attempts anew', async () => {
    const { queue, events } = await dead();
    expect(await queue.ask.retry('b')).toBe(true);
    expect(await queue.ask.retry('d')).toBe(true);
    expect(await queue.ask.get('b')).toMatchObject({ state: 'pending', failures: 0, error: undefined, reason: undefined });
    expect(events).toContainEqual({ type: 'redriven', id: 'b' });
    expect((await take(queue)).attempt).toBe(1);
    await expect(queue.ask.retry('b')).rejects.toMatchObject({ code: 'TASK_STATE', state: 'running' });
    expect(await queue.ask.status()).toMatchObject({ failed: 2, cancelled: 0 });
  });

  it('redrive takes up the failed ones, the oldest first, at most so many', async () => {
    const { queue } = await dead();
    expect(await queue.ask.redrive({ limit: 2 })).toBe(2);
    expect(await drain(queue)).toEqual(['a', 'b']);
    expect(await queue.ask.redrive()).toBe(1);
    expect(await queue.ask.redrive()).toBe(0);
    expect(await drain(queue)).toEqual(['c']);
  });
});

describe('pause', () => {
  it('gives out nothing, what runs goes on, and resume gives out again', async () => {
    const { queue, events } = make();
    for (const task of ['a', 'b']) await queue.ask.enqueue({ task });
    const lease = await take(queue);
    expect(await queue.ask.pause()).toBe(true);
    expect(await queue.ask.pause()).toBe(false);
    expect(await queue.ask.dequeue({ worker: 'ann' })).toBeUndefined();
    expect(await queue.ask.complete(lease)).toBe(true);
    expect(await queue.ask.status()).toMatchObject({ paused: true, pending: 1 });
    expect(await queue.ask.resume()).toBe(true);
    expect(await queue.ask.resume()).toBe(false);
    expect((await take(queue)).task).toBe('b');
    expect(events.map(({ type }) => type).filter((type) => type === 'paused' || type === 'resumed')).toEqual(['paused', 'resumed']);
  });
});

describe('progress', () => {
  it('is kept with the task and announced, and falsy values are values', async () => {
    const { queue, events } = make();
    await queue.ask.enqueue({ task: 'a' });
    const lease = await take(queue);
    for (const value of [0.5, 0, '', null, false]) {
      expect(await queue.ask.progress({ ...lease, value })).toBe(lease.startedAt + 300_000);
      expect((await queue.ask.get('1'))?.progress).toBe(value);
    }
    expect(events).toContainEqual({ type: 'progressed', id: '1', value: 0.5 });
  });
});

describe('bounds', () => {
  it('a full queue of live tasks refuses one more, and takes it when one is gone', async () => {
    const { queue } = make({ maxTasks: 2 });
    for (const task of ['a', 'b']) await queue.ask.enqueue({ task, id: task });
    await expect(queue.ask.enqueue({ task: 'c' })).rejects.toMatchObject({ code: 'TASK_QUEUE_FULL', maxTasks: 2 });
    expect(await queue.ask.enqueue({ task: 'a', id: 'a' })).toBe('a');
    await queue.ask.complete(await take(queue));
    expect(await queue.ask.enqueue({ task: 'c', id: 'c' })).toBe('c');
  });

  it('the oldest that ended makes room: completed before cancelled before failed', async () => {
    const { queue, events } = make({ maxTasks: 3, attempts: 1 });
    for (const task of ['a', 'b', 'c']) await queue.ask.enqueue({ task, id: task });
    await queue.ask.fail(await take(queue));
    await queue.ask.cancel('b');
    await queue.ask.complete(await take(queue));
    for (const task of ['d', 'e', 'f']) await queue.ask.enqueue({ task, id: task });
    expect(events.filter(({ type }) => type === 'removed')).toEqual([
      { type: 'removed', id: 'c', state: 'completed', reason: 'room' },
      { type: 'removed', id: 'b', state: 'cancelled', reason: 'room' },
      { type: 'removed', id: 'a', state: 'failed', reason: 'room' },
    ]);
    expect(await queue.ask.stats()).toMatchObject({ pending: 3, completed: 0, failed: 0, removed: 3, totalCompleted: 1, totalFailed: 1, totalCancelled: 1 });
  });

  it('the first that ended is forgotten when there are more than `count` of its state', async () => {
    const { queue, events } = make({ attempts: 1, retain: { completed: { count: 2 }, failed: { count: 1 }, cancelled: { count: 0 } } });
    for (const task of ['a', 'b', 'c', 'd', 'e', 'f']) await queue.ask.enqueue({ task, id: task });
    for (let n = 0; n < 3; n++) await queue.ask.complete(await take(queue));
    for (let n = 0; n < 2; n++) await queue.ask.fail(await take(queue));
    await queue.ask.cancel('f');
    const removed = events.flatMap((event) => event.type === 'removed' ? [[event.id, event.state, event.reason]] : []);
    expect(removed).toEqual([['a', 'completed', 'count'], ['d', 'failed', 'count'], ['f', 'cancelled', 'count']]);
    expect(await queue.ask.status()).toMatchObject({ completed: 2, failed: 1, cancelled: 0 });
  });
});

describe('workers', () => {
  it('are those that have a task, each counted once', async () => {
    const { queue } = make();
    for (const task of ['a', 'b', 'c']) await queue.ask.enqueue({ task });
    const leases = [await take(queue, 'ann'), await take(queue, 'ann'), await take(queue, 'bob')];
    expect(await queue.ask.status()).toMatchObject({ workers: 2, running: 3 });
    await queue.ask.complete(leases[0]!);
    expect(await queue.ask.status()).toMatchObject({ workers: 2 });
    await queue.ask.complete(leases[1]!);
    await queue.ask.complete(leases[2]!);
    expect(await queue.ask.status()).toMatchObject({ workers: 0 });
  });
});

describe('the view', () => {
  it('says how many stand where, and changes with each command', async () => {
    const { queue } = make();
    const seen: number[][] = [];
    queue.select(({ pending, running, completed }) => [pending, running, completed], (one, other) => String(one) === String(other))
      .subscribe((counts) => seen.push(counts));
    await queue.ask.enqueue({ task: 'a' });
    await queue.ask.complete(await take(queue));
    expect(seen).toEqual([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]);
  });
});

describe('events', () => {
  it('tell each transition', async () => {
    const { queue, events } = make({ attempts: 2 });
    await queue.ask.enqueue({ task: 'a', id: 'a' });
    const { startedAt, ...first } = await take(queue);
    await queue.ask.fail({ ...first, error: 'no' });
    const second = await take(queue);
    await queue.ask.fail({ ...second, error: 'no again' });
    expect(events).toEqual([
      { type: 'enqueued', id: 'a', runAt: expect.any(Number) as number },
      { type: 'started', id: 'a', worker: 'ann', token: 1, attempt: 1 },
      { type: 'retrying', id: 'a', reason: 'error', error: 'no', runAt: expect.any(Number) as number },
      { type: 'started', id: 'a', worker: 'ann', token: 2, attempt: 2 },
      { type: 'failed', id: 'a', reason: 'error', error: 'no again' },
    ]);
    expect(startedAt).toBeGreaterThan(0);
  });
});
