/** A queue that survives a deployment: dump and restore. */
import { createTaskQueue, type TaskQueueDump, type TaskQueueOptions } from 'ownstate/stores';
import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** A queue whose clock is set by hand. */
function make(options: TaskQueueOptions<string, string> = {}, begin = 0) {
  const clock = { now: begin };
  const scheduler = { now: () => clock.now, schedule: () => ({ unsubscribe: () => undefined }) as never };
  return { clock, queue: createTaskQueue<string, string>({ scheduler, backoff: { base: 0 }, ...options }) };
}

/** A queue with a task in each state, dumped at 100. */
async function dumped() {
  const { clock, queue } = make({ attempts: 2, retain: { completed: { age: 1000 } } });
  for (const id of ['completed', 'failed', 'cancelled', 'running', 'first', 'second']) await queue.ask.enqueue({ task: `do ${id}`, id });
  await queue.ask.enqueue({ task: 'do later', id: 'later', delay: 500 });
  await queue.ask.enqueue({ task: 'do urgent', id: 'urgent', priority: -1, runTimeout: Infinity });
  const take = async () => (await queue.ask.dequeue({ worker: 'ann' }))!;
  await queue.ask.cancel('cancelled');
  await queue.ask.complete({ ...await take(), result: 'well' });
  await queue.ask.fail({ ...await take(), error: 'no', retry: false });
  const running = await take();
  await queue.ask.progress({ ...running, value: 0.5 });
  clock.now = 100;
  return { dump: JSON.parse(JSON.stringify(await queue.ask.dump())) as TaskQueueDump<string, string>, running };
}

describe('a dump', () => {
  it('is plain data with its kind, version and time, and survives JSON', async () => {
    const { dump } = await dumped();
    expect(dump).toMatchObject({ kind: 'task-queue', version: 1, at: 100, paused: false, tokens: 3, ids: 0 });
    expect(dump.tasks.map(({ id, state, at }) => [id, state, at])).toEqual([
      ['running', 'pending', 0], ['first', 'pending', 0], ['second', 'pending', 0], ['urgent', 'pending', 0], ['later', 'pending', 500],
      ['completed', 'completed', 0], ['failed', 'failed', 0], ['cancelled', 'cancelled', 0],
    ]);
  });

  it('is restored: order, results, errors, progress, remaining delays', async () => {
    const { dump } = await dumped();
    const { clock, queue } = make({ restore: dump, retain: { completed: { age: 1000 } } }, 300);
    expect(await queue.ask.status()).toMatchObject({ pending: 5, delayed: 1, running: 0, completed: 1, failed: 1, cancelled: 1 });
    expect(await queue.ask.get('completed')).toMatchObject({ result: 'well', endedAt: 0 });
    expect(await queue.ask.get('failed')).toMatchObject({ error: 'no', reason: 'error', failures: 1 });
    expect(await queue.ask.get('running')).toMatchObject({ state: 'pending', progress: 0.5, failures: 0, losses: 0 });
    const ids: (string | undefined)[] = [];
    for (let n = 0; n < 5; n++) ids.push((await queue.ask.dequeue({ worker: 'bob' }))?.id);
    expect(ids).toEqual(['running', 'first', 'second', 'urgent', undefined]);
    clock.now = 499;
    expect(await queue.ask.dequeue({ worker: 'bob' })).toBeUndefined();
    clock.now = 500;
    expect((await queue.ask.dequeue({ worker: 'bob' }))?.id).toBe('later');
  });

  it('keeps the order in which delays end, also of those that have ended meanwhile', async () => {
    const { queue } = make();
    for (const [task, delay] of [['c', 30], ['b', 20], ['a', 10], ['b2', 20]] as const) await queue.ask.enqueue({ task, delay });
    const other = make({ restore: await queue.ask.dump() }, 100).queue;
    const tasks: (string | undefined)[] = [];
    for (let n = 0; n < 4; n++) tasks.push((await other.ask.dequeue({ worker: 'ann' }))?.task);
    expect(tasks).toEqual(['a', 'b', 'b2', 'c']);
  });

  it('goes by what is left where the other clock is another one', async () => {
    const { dump } = await dumped();
    const { clock, queue } = make({ restore: dump }, 7);
    // 400 were left of the delay.
    clock.now = 406;
    expect((await queue.ask.status()).delayed).toBe(1);
    clock.now = 407;
    expect((await queue.ask.status()).delayed).toBe(0);
  });

  it('gives no token twice: a worker from before can settle nothing', async () => {
    const { dump, running } = await dumped();
    const { queue } = make({ restore: dump }, 100);
    await expect(queue.ask.complete(running)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    const again = (await queue.ask.dequeue({ worker: 'bob' }))!;
    expect(again).toMatchObject({ id: 'running', token: 4, attempt: 1 });
    await expect(queue.ask.complete(running)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await queue.ask.complete(again)).toBe(true);
  });

  it('leaves out what has become too old meanwhile', async () => {
    const { dump } = await dumped();
    expect((await make({ restore: dump, retain: { completed: { age: 1000 } } }, 999).queue.ask.status()).completed).toBe(1);
    const { queue } = make({ restore: dump, retain: { completed: { age: 1000 } } }, 1000);
    expect((await queue.ask.dump()).tasks.some(({ id }) => id === 'completed')).toBe(false);
    expect((await queue.ask.stats()).removed).toBe(0);
  });

  it('of a restored queue is the same again', async () => {
    const { dump } = await dumped();
    const { queue } = make({ restore: dump }, 100);
    expect(JSON.parse(JSON.stringify(await queue.ask.dump()))).toEqual(dump);
  });

  it('keeps the running numbers of ids, and the pause', async () => {
    const { queue } = make();
    await queue.ask.enqueue({ task: 'a' });
    await queue.ask.pause();
    const other = make({ restore: await queue.ask.dump() }).queue;
    expect(await other.ask.enqueue({ task: 'b' })).toBe('2');
    expect(await other.ask.dequeue({ worker: 'ann' })).toBeUndefined();
    expect((await other.ask.status()).paused).toBe(true);
  });

  it('of more that ended than there\'s room for loses the rest, and of more that are live is refused', async () => {
    const { dump } = await dumped();
    expect(await make({ restore: dump, maxTasks: 6 }, 100).queue.ask.status()).toMatchObject({ pending: 5, completed: 0, failed: 0, cancelled: 1 });
    expect(() => make({ restore: dump, maxTasks: 4 })).toThrow(new TypeError('Expected `restore.tasks` to be at most 4 pending ones (`maxTasks`), got 5'));
  });

  it('gives its delayed tasks to those who wait, by the timer', () => {
    const scheduler = new VirtualTimeScheduler();
    const first = make({}, 0);
    const got: unknown[] = [];
    first.queue.tell.enqueue({ task: 'x', delay: 50 });
    first.queue.ask.dump().subscribe((restore) => {
      const queue = createTaskQueue<string, string>({ scheduler, restore });
      queue.ask.dequeue({ worker: 'ann', wait: 100 }).subscribe((lease) => got.push([scheduler.now(), lease?.task]));
    });
    scheduler.maxFrames = 60;
    scheduler.flush();
    expect(got).toEqual([[50, 'x']]);
  });
});

describe('a malformed dump', () => {
  const good = { kind: 'task-queue', version: 1, at: 0, paused: false, tokens: 0, ids: 0, tasks: [] as unknown[] };
  const task = { id: 'a', task: 1, state: 'pending', priority: 0, attempts: 3, runTimeout: null, failures: 0, losses: 0, enqueuedAt: 0, at: 0 };

  it('is none where all is well', () => {
    expect(() => createTaskQueue({ restore: { ...good, tasks: [task] } as never })).not.toThrow();
  });

  const malformed: readonly (readonly [change: object, message: string])[] = [
    [{ kind: 'cache' }, "Expected `restore.kind` to be 'task-queue', got 'cache'"],
    [{ version: 2 }, 'Expected `restore.version` to be 1, got 2'],
    [{ at: NaN }, 'Expected `restore.at` to be a time in milliseconds, got NaN'],
    [{ paused: 1 }, 'Expected `restore.paused` to be a boolean, got 1'],
    [{ tokens: -1 }, 'Expected `restore.tokens` to be an integer from 0 to 2^52, got -1'],
    [{ tokens: Number.MAX_SAFE_INTEGER }, 'Expected `restore.tokens` to be an integer from 0 to 2^52, got 9007199254740991'],
    [{ ids: 1.5 }, 'Expected `restore.ids` to be an integer from 0 to 2^52, got 1.5'],
    [{ ids: Number.MAX_SAFE_INTEGER }, 'Expected `restore.ids` to be an integer from 0 to 2^52, got 9007199254740991'],
    [{ tasks: {} }, 'Expected `restore.tasks` to be an array, got [object Object]'],
    [{ tasks: [5] }, 'Expected `restore.tasks[0]` to be an object, got 5'],
    [{ tasks: [task, task] }, "Expected `restore.tasks[1].id` to be a string, once, got 'a'"],
    ...([
      ['id', 5, 'a string, once'], ['task', undefined, 'anything but undefined'], ['priority', 0.5, 'an integer'],
      ['attempts', 0, 'a positive integer'], ['runTimeout', 0, 'a positive number, or null'], ['failures', -1, 'an integer from 0 on'],
      ['losses', NaN, 'an integer from 0 on'], ['enqueuedAt', Infinity, 'a time in milliseconds'], ['at', NaN, 'a time in milliseconds'],
    ] as const).map(([name, value, expected]) =>
      [{ tasks: [{ ...task, [name]: value }] }, `Expected \`restore.tasks[0].${name}\` to be ${expected}, got ${String(value)}`] as const),
    [{ tasks: [{ ...task, state: 'running' }] }, "Expected `restore.tasks[0].state` to be one of pending, completed, failed, cancelled, got 'running'"],
    [{ tasks: [{ ...task, state: 'completed', at: 1 }] }, 'Expected `restore.tasks[0].at` to be at most 0, the time of the dump, got 1'],
    [{ tasks: [{ ...task, reason: 'why' }] }, "Expected `restore.tasks[0].reason` to be one of error, timeout, lost, got 'why'"],
    [{ tasks: [{ ...task, error: 5 }] }, 'Expected `restore.tasks[0].error` to be a string, got 5'],
  ];

  it.each(malformed)('%o is refused', (change, message) => {
    expect(() => createTaskQueue({ restore: { ...good, ...change } as never })).toThrow(new TypeError(message));
  });
});
