/** The workers of a pool: they come, go, and are as many as they should be. */
import { createWorkerPool, TaskAbortedError, WorkerLimitError, WorkerNotFoundError, type PoolEvent, type TaskRun, type WorkerPool } from 'ownstate/stores';
import { marbles, probe, type Marbles } from 'ownstate/testing';
import { map, NEVER, Observable, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';

const sleepers = (m: Marbles, size = 0): WorkerPool<number, number> =>
  m.watch(createWorkerPool({ scheduler: m.scheduler, size, work: (ms: number) => timer(ms).pipe(map(() => ms)) }));

describe('add', () => {
  it('replies the number of the new worker, each another one', async () => {
    const pool = createWorkerPool({ work: () => 1 });
    expect([await pool.ask.add(), await pool.ask.add()]).toEqual([1, 2]);
    await pool.ask.remove(2);
    expect(await pool.ask.add()).toBe(3);
    expect((await pool.ask.status()).workers.map(({ id }) => id)).toEqual([1, 3]);
  });

  it('begins a task that waits', marbles((m) => {
    const pool = sleepers(m);
    m.cold('                                              ---a').subscribe(() => pool.tell.add());
    m.expect(pool.ask.submit({ task: 2 })).toBeObservable('-----(r|)', { r: 2 });
    m.expect(pool.select()).toBeObservable('               0--1-2', {
      0: { workers: 0, running: 0, queued: 1, paused: false },
      1: { workers: 1, running: 1, queued: 0, paused: false },
      2: { workers: 1, running: 0, queued: 0, paused: false },
    });
  }));

  it('fails where there are as many workers as there may be, and changes nothing', async () => {
    const pool = createWorkerPool({ size: 2, maxWorkers: 2, work: () => 1 });
    await expect(pool.ask.add()).rejects.toEqual(new WorkerLimitError(2));
    expect(await pool.ask.stats()).toMatchObject({ workers: 2 });
  });
});

describe('remove', () => {
  it('removes a worker that rests at once', async () => {
    const pool = createWorkerPool({ size: 2, work: () => 1 });
    expect(await pool.ask.remove(1)).toBe(true);
    expect((await pool.ask.status()).workers).toMatchObject([{ id: 2 }]);
  });

  it('fails for a number that no worker has, also the second time', async () => {
    const pool = createWorkerPool({ size: 1, work: () => 1 });
    await expect(pool.ask.remove(2)).rejects.toEqual(new WorkerNotFoundError(2));
    await pool.ask.remove(1);
    await expect(pool.ask.remove(1)).rejects.toMatchObject({ code: 'WORKER_NOT_FOUND', id: 1 });
  });

  it('lets a worker finish its task first, which is not lost, and begins no other with it', marbles((m) => {
    const pool = sleepers(m, 1);
    const seen = probe(pool);
    m.cold('                                              -x').subscribe(() => pool.ask.remove(1).subscribe((gone) => expect(gone).toBe(false)));
    m.expect(pool.ask.submit({ task: 4 })).toBeObservable('----(r|)', { r: 4 });
    pool.with({ timeout: 10 }).ask.submit({ task: 1 }).subscribe({ error: () => undefined });
    m.flush();
    expect(seen.events).toMatchObject([
      { time: 4, event: { type: 'done', id: 1, worker: 1, result: 4 } },
      { time: 4, event: { type: 'left', worker: 1 } },
      { time: 10, event: { type: 'failed', id: 2, worker: undefined } },
    ]);
  }));

  it('shows such a worker as leaving, and may be asked again', marbles((m) => {
    const pool = sleepers(m, 1);
    pool.tell.submit({ task: 4 });
    pool.tell.remove(1);
    pool.tell.remove(1);
    pool.ask.status().subscribe(({ workers }) => expect(workers).toEqual([{ id: 1, state: 'leaving', task: 1, done: 0, failed: 0 }]));
    pool.ask.stats().subscribe((stats) => expect(stats).toMatchObject({ workers: 1, leaving: 1, running: 1 }));
    m.flush();
    pool.ask.stats().subscribe((stats) => expect(stats).toMatchObject({ workers: 0, leaving: 0, running: 0, done: 1 }));
  }));

  it('by force gives the task up: its asker is told, its signal aborts, its Observable is unsubscribed', marbles((m) => {
    let signal: AbortSignal | undefined;
    const torn: number[] = [];
    const pool = m.watch(createWorkerPool({
      scheduler: m.scheduler, size: 1,
      work: (_task: number, run: TaskRun) => {
        signal = run.signal;
        return new Observable<number>(() => () => torn.push(m.scheduler.now()));
      },
    }));
    m.cold('                                              --x').subscribe(() => pool.tell.remove({ id: 1, force: true }));
    m.expect(pool.ask.submit({ task: 4 })).toBeObservable('--#', {}, new TaskAbortedError(1, 'removed'));
    m.flush();
    expect({ aborted: signal?.aborted, torn }).toEqual({ aborted: true, torn: [2] });
    pool.ask.stats().subscribe((stats) => expect(stats).toMatchObject({ workers: 0, running: 0, aborted: 1, failed: 1 }));
  }));

  it('by force ends one that was leaving', marbles((m) => {
    const pool = m.watch(createWorkerPool({ scheduler: m.scheduler, size: 1, work: () => NEVER }));
    pool.ask.submit({ task: 1 }).subscribe({ error: () => undefined });
    pool.tell.remove(1);
    pool.ask.remove({ id: 1, force: true }).subscribe((gone) => expect(gone).toBe(true));
    pool.ask.stats().subscribe((stats) => expect(stats).toMatchObject({ workers: 0, leaving: 0 }));
  }));
});

describe('resize', () => {
  it('adds and removes workers, those who rest and came last first', async () => {
    const pool = createWorkerPool({ work: () => 1 });
    const ids = async () => (await pool.ask.status()).workers.map(({ id }) => id);
    expect(await pool.ask.resize(3)).toBe(3);
    expect(await ids()).toEqual([1, 2, 3]);
    expect(await pool.ask.resize(1)).toBe(1);
    expect(await ids()).toEqual([1]);
    await pool.ask.resize(0);
    expect(await ids()).toEqual([]);
  });

  it('lets those too many finish, and keeps them if they are wanted again', marbles((m) => {
    const pool = sleepers(m, 3);
    for (const task of [5, 5, 5]) pool.tell.submit({ task });
    pool.tell.resize(1);
    pool.ask.stats().subscribe((stats) => expect(stats).toMatchObject({ workers: 3, leaving: 2 }));
    pool.tell.resize(2);
    pool.ask.stats().subscribe((stats) => expect(stats).toMatchObject({ workers: 3, leaving: 1 }));
    m.flush();
    pool.ask.stats().subscribe((stats) => expect(stats).toMatchObject({ workers: 2, leaving: 0, done: 3 }));
  }));

  it('to fewer begins no task before so few run', marbles((m) => {
    const pool = sleepers(m, 3);
    for (const task of [2, 4, 6, 1, 1]) pool.tell.submit({ task });
    pool.tell.resize(1);
    m.expect(pool.select(({ workers, running }) => `${workers}/${running}`)).toBeObservable('a-b-c---d', { a: '3/3', b: '2/2', c: '1/1', d: '1/0' });
  }));

  it('leaves alone who was to be removed', marbles((m) => {
    const pool = sleepers(m, 2);
    for (const task of [2, 2]) pool.tell.submit({ task });
    pool.tell.resize(1);
    pool.tell.remove(1);
    pool.tell.remove(2);
    pool.ask.stats().subscribe((stats) => expect(stats).toMatchObject({ workers: 2, leaving: 2 }));
    pool.tell.resize(1);
    m.flush();
    pool.ask.status().subscribe(({ workers }) => expect(workers.map(({ id }) => id)).toEqual([3]));
  }));

  it('fails where those who are leaving and those to come would be more than there may be, and changes nothing', async () => {
    const pool = createWorkerPool({ size: 2, maxWorkers: 2, work: () => NEVER });
    for (const task of [1, 2, 3]) pool.ask.submit({ task }).subscribe({ error: () => undefined });
    await pool.ask.remove(1);
    const before = await pool.ask.stats();
    await expect(pool.ask.resize(2)).rejects.toEqual(new WorkerLimitError(2));
    expect(await pool.ask.stats()).toEqual(before);
    // Those who were just too many stay, so nobody has to come.
    await pool.ask.resize(0);
    expect(await pool.ask.resize(1)).toBe(1);
    expect(await pool.ask.stats()).toMatchObject({ workers: 2, leaving: 1 });
  });

  it('begins what waits', marbles((m) => {
    const pool = sleepers(m, 0);
    pool.tell.submit({ task: 2 });
    pool.tell.submit({ task: 2 });
    m.cold('                                -x').subscribe(() => pool.tell.resize(5));
    m.expect(pool.select(({ running }) => running)).toBeObservable('ab-(cd)', { a: 0, b: 2, c: 1, d: 0 });
  }));
});

describe('status', () => {
  it('shows workers, what runs, and the last results and errors', marbles((m) => {
    const broken = new Error('broken');
    const pool = m.watch(createWorkerPool({
      scheduler: m.scheduler, size: 2, remember: 2,
      work: (ms: number) => timer(ms).pipe(map(() => {
        if (ms === 3) throw broken;
        return -ms;
      })),
    }));
    for (const task of [1, 3, 9, 2]) pool.ask.submit({ task, priority: task }).subscribe({ error: () => undefined });
    m.cold('------x').subscribe(() => pool.ask.status().subscribe((status) => expect(status).toEqual({
      paused: false,
      workers: [{ id: 1, state: 'busy', task: 3, done: 1, failed: 0 }, { id: 2, state: 'idle', task: undefined, done: 1, failed: 1 }],
      active: [{ id: 3, worker: 1, priority: 9, startedAt: 1 }],
      queued: 0,
      recent: [
        { type: 'failed', id: 2, worker: 2, error: broken, waited: 0, ran: 3 },
        { type: 'done', id: 4, worker: 2, result: -2, waited: 3, ran: 2 },
      ],
      waited: { count: 4, p50: 0, p90: expect.closeTo(3, 1) as number, p99: expect.closeTo(3, 1) as number },
      ran: { count: 3, p50: expect.closeTo(2, 1) as number, p90: expect.closeTo(3, 1) as number, p99: expect.closeTo(3, 1) as number },
    })));
    m.flush();
  }));

  it('is a copy', async () => {
    const pool = createWorkerPool({ size: 1, work: () => 1 });
    await pool.ask.submit({ task: 1 });
    Object.assign((await pool.ask.status()).recent[0]!, { id: 99 });
    expect((await pool.ask.status()).recent[0]!.id).toBe(1);
  });
});

it('events tell of results, workers and pauses', async () => {
  const pool = createWorkerPool<number, number>({ work: (n: number) => n + 1 });
  const events: PoolEvent<number>[] = [];
  pool.events$.subscribe((event) => events.push(event));
  await pool.ask.add();
  await pool.ask.submit({ task: 1 });
  await pool.ask.pause();
  await pool.ask.pause();
  await pool.ask.resume();
  await pool.ask.remove(1);
  expect(events).toMatchObject([
    { type: 'added', worker: 1 }, { type: 'done', id: 1, worker: 1, result: 2 }, { type: 'paused' }, { type: 'resumed' }, { type: 'left', worker: 1 },
  ]);
});
