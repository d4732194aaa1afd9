/** What is submitted to a worker pool, and what comes of it. */
import { createWorkerPool, TaskAbortedError, type TaskRun, type WorkerPool } from 'ownstate/stores';
import { marbles, type Marbles } from 'ownstate/testing';
import { concat, EMPTY, map, merge, mergeMap, NEVER, of, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** A pool whose tasks are so many milliseconds long; the result is the task. */
const sleepers = (m: Marbles, size: number): WorkerPool<number, number> =>
  m.watch(createWorkerPool({ scheduler: m.scheduler, size, work: (ms: number) => timer(ms).pipe(map(() => ms)) }));

describe('a task', () => {
  it('is answered with its own result, when it has ended', marbles((m) => {
    const pool = sleepers(m, 3);
    const results = merge(...[5, 2, 4].map((task) => pool.ask.submit({ task })));
    m.expect(results).toBeObservable('--a-b(c|)', { a: 2, b: 4, c: 5 });
  }));

  it('waits while all workers are busy, in the order of coming', marbles((m) => {
    const pool = sleepers(m, 2);
    const results = merge(...[3, 4, 5, 1].map((task) => pool.ask.submit({ task })));
    m.expect(results).toBeObservable('---abd--(c|)', { a: 3, b: 4, c: 5, d: 1 });
  }));

  it('goes ahead of those of lower priority, and behind those of its own', marbles((m) => {
    const begun: string[] = [];
    const pool = m.watch(createWorkerPool({
      scheduler: m.scheduler, size: 1, work: (name: string) => (begun.push(name), timer(1)),
    }));
    const tasks: [string, number?][] = [['first'], ['b'], ['z', -1], ['a', 5], ['c'], ['a2', 5]];
    for (const [task, priority = 0] of tasks) pool.tell.submit({ task, priority });
    m.flush();
    expect(begun).toEqual(['first', 'a', 'a2', 'b', 'c', 'z']);
  }));

  it('is given to the worker that has rested longest', marbles((m) => {
    const workers: number[] = [];
    const pool = m.watch(createWorkerPool({
      scheduler: m.scheduler, size: 3, work: (ms: number, { worker }: TaskRun) => (workers.push(worker), timer(ms)),
    }));
    for (const task of [5, 1, 3]) pool.tell.submit({ task });
    m.cold('----------x---').subscribe(() => [9, 9].forEach((task) => pool.tell.submit({ task })));
    m.flush();
    expect(workers).toEqual([1, 2, 3, 2, 3]);
  }));

  it('may be any value, and so may its result', async () => {
    const pool = createWorkerPool({ size: 1, work: (value: unknown) => value });
    for (const value of [0, '', false, null, undefined, NaN, {}]) expect(await pool.ask.submit({ task: value })).toBe(value);
    await pool.shutdown();
  });

  it('has a number, in the order of coming', async () => {
    const pool = createWorkerPool({ size: 1, work: (_task: string, { id }: TaskRun) => id });
    expect(await Promise.all(['a', 'b', 'c'].map((task) => pool.ask.submit({ task })))).toEqual([1, 2, 3]);
  });
});

describe('the work', () => {
  it.each([
    ['a value', () => 'it'],
    ['a promise', () => Promise.resolve('it')],
    ['a thenable', () => ({ then: (done: (value: string) => void) => (done('it'), done('again')) }) as PromiseLike<string>],
    ['an Observable, whose last value counts', () => of('not it', 'it')],
    ['an Observable that takes its time', () => concat(of('not it'), timer(1).pipe(map(() => 'it')))],
  ])('gives %s', async (_what, work) => {
    const pool = createWorkerPool<string, string>({ size: 1, work });
    expect(await pool.ask.submit({ task: '' })).toBe('it');
    expect(await pool.ask.stats()).toMatchObject({ running: 0, idle: 1, done: 1 });
    await pool.shutdown();
  });

  it('gives nothing by an empty Observable', async () => {
    const pool = createWorkerPool({ size: 1, work: () => EMPTY });
    expect(await pool.ask.submit({ task: 1 })).toBeUndefined();
  });

  const broken = new RangeError('broken');
  it.each([
    ['a throw', () => { throw broken; }],
    ['a rejection', () => Promise.reject(broken)],
    ['a thenable that throws', () => ({ then: () => { throw broken; } })],
    ['an Observable\'s error', () => throwError(() => broken)],
    ['an Observable\'s error after a value', () => concat(of('x'), throwError(() => broken))],
  ])('fails by %s: the asker gets that very error, and the worker is free again', async (_what, work) => {
    const pool = createWorkerPool<string, string>({ size: 1, work });
    for (let times = 0; times < 3; times++) await expect(pool.ask.submit({ task: '' })).rejects.toBe(broken);
    expect(await pool.ask.stats()).toMatchObject({ running: 0, idle: 1, failed: 3, done: 0, queued: 0 });
    await pool.shutdown();
  });

  it('that fails without an asker is reported on errors$', async () => {
    const pool = createWorkerPool({ size: 1, work: () => Promise.reject(broken) });
    const errors: unknown[] = [];
    pool.errors$.subscribe(({ type, error }) => errors.push([type, error]));
    pool.tell.submit({ task: 1 });
    await pool.ask.idle();
    expect(errors).toEqual([['submit', broken]]);
    await pool.shutdown();
  });

  it('begins when the state is shown', async () => {
    const seen: number[] = [];
    const pool: WorkerPool<number, void> = createWorkerPool({ size: 1, work: () => void seen.push(pool.snapshot().running) });
    await pool.ask.submit({ task: 1 });
    expect(seen).toEqual([1]);
  });

  it('may submit to its own pool, without waiting for itself', async () => {
    const pool: WorkerPool<number, number> = createWorkerPool({
      size: 2, work: async (n: number) => n <= 1 ? 1 : n * await pool.ask.submit({ task: n - 1 }),
    });
    expect(await pool.ask.submit({ task: 2 })).toBe(2);
    await pool.shutdown();
  });

  it('makes no AbortController unless it reads its signal', async () => {
    const Original = globalThis.AbortController;
    let made = 0;
    globalThis.AbortController = class extends Original {
      constructor() {
        super();
        made++;
      }
    };
    try {
      const pool = createWorkerPool({ size: 1, work: (reads: boolean, run: TaskRun) => reads && run.signal === run.signal });
      await pool.ask.submit({ task: false });
      expect(made).toBe(0);
      expect(await pool.ask.submit({ task: true })).toBe(true);
      expect(made).toBe(1);
    } finally {
      globalThis.AbortController = Original;
    }
  });

  it('that was given up finds its signal aborted, also if it first looks then', marbles((m) => {
    let run: TaskRun | undefined;
    const pool = m.watch(createWorkerPool({ scheduler: m.scheduler, size: 1, work: (_task: number, its: TaskRun) => (run = its, NEVER) }));
    pool.with({ timeout: 3 }).ask.submit({ task: 1 }).subscribe({ error: () => undefined });
    m.flush();
    expect(run?.signal).toMatchObject({ aborted: true, reason: new TaskAbortedError(1, 'gone') });
  }));

  it('that has ended has a signal that never aborts', async () => {
    let run: TaskRun | undefined;
    const pool = createWorkerPool({ size: 1, work: (_task: number, its: TaskRun) => { run = its; } });
    await pool.ask.submit({ task: 1 });
    expect(run?.signal.aborted).toBe(false);
  });
});

describe('many tasks', () => {
  it('that end in the same moment are all answered, and all workers free', async () => {
    const pool = createWorkerPool({ size: 10, work: async (n: number) => n * 2 });
    const tasks = Array.from({ length: 1000 }, (_, n) => n);
    expect(await Promise.all(tasks.map((task) => pool.ask.submit({ task })))).toEqual(tasks.map((n) => n * 2));
    expect(await pool.ask.stats()).toMatchObject({ running: 0, queued: 0, done: 1000, idle: 10 });
    await pool.shutdown();
  });

  it('never run on more than the workers there are', marbles((m) => {
    let running = 0;
    let most = 0;
    const pool = m.watch(createWorkerPool({
      scheduler: m.scheduler, size: 4,
      work: (ms: number) => (most = Math.max(most, ++running), timer(ms).pipe(map(() => { running--; }))),
    }));
    let done = 0;
    of(3, 1, 4, 1, 5, 9, 2, 6).pipe(mergeMap((task) => pool.ask.submit({ task }))).subscribe(() => done++);
    m.flush();
    expect({ most, done, running }).toEqual({ most: 4, done: 8, running: 0 });
  }));
});
