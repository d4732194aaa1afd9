/** What a worker pool does in time: limits, pauses, givers-up, the end. */
import { AskAbortedError, AskTimeoutError, StoreClosedError, type StoreError } from 'ownstate';
import { createWorkerPool, TaskAbortedError, TaskTimeoutError, type TaskRun, type WorkerPool, type WorkerPoolOptions } from 'ownstate/stores';
import { marbles, probe, type Marbles } from 'ownstate/testing';
import { config, map, NEVER, Observable, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';

const sleepers = (m: Marbles, options: Partial<WorkerPoolOptions<number, number>> = {}): WorkerPool<number, number> =>
  m.watch(createWorkerPool({ scheduler: m.scheduler, size: 1, work: (ms: number) => timer(ms).pipe(map(() => ms)), ...options }));
const site = { store: 'worker-pool', type: 'submit', started: true };
const ignore = { error: () => undefined };

describe('taskTimeout', () => {
  it('runs from the start of the task, not from when it came', marbles((m) => {
    const pool = sleepers(m, { taskTimeout: 4 });
    m.expect(pool.ask.submit({ task: 3 })).toBeObservable('---(a|)', { a: 3 });
    m.expect(pool.ask.submit({ task: 3 })).toBeObservable('------(a|)', { a: 3 });
    m.expect(pool.ask.submit({ task: 9 })).toBeObservable('----------#', {}, new TaskTimeoutError(3, 4));
    m.expect(pool.ask.submit({ task: 2 })).toBeObservable('------------(a|)', { a: 2 });
  }));

  it('may be the task\'s own', marbles((m) => {
    const pool = sleepers(m, { taskTimeout: 4, size: 3 });
    m.expect(pool.ask.submit({ task: 9, taskTimeout: 2 })).toBeObservable('--#', {}, new TaskTimeoutError(1, 2));
    m.expect(pool.ask.submit({ task: 9, taskTimeout: Infinity })).toBeObservable('---------(a|)', { a: 9 });
    m.expect(pool.ask.submit({ task: 9 })).toBeObservable('----#', {}, new TaskTimeoutError(3, 4));
  }));

  it('aborts the signal with the error that the asker gets, and counts', marbles((m) => {
    let signal: AbortSignal | undefined;
    const pool = sleepers(m, { taskTimeout: 4, work: (_task: number, run: TaskRun) => (signal = run.signal, NEVER) });
    pool.ask.submit({ task: 1 }).subscribe(ignore);
    m.flush();
    expect(signal?.reason).toEqual(new TaskTimeoutError(1, 4));
    pool.ask.stats().subscribe((stats) => expect(stats).toMatchObject({ timedOut: 1, failed: 1, running: 0, aborted: 0 }));
  }));

  it('frees the worker also of work that goes on nonetheless, whose late result goes nowhere', marbles((m) => {
    const late: ((value: number) => void)[] = [];
    const pool = sleepers(m, { taskTimeout: 3, work: () => new Promise<number>((done) => late.push(done)) });
    const seen = probe(pool);
    pool.ask.submit({ task: 1 }).subscribe(ignore);
    m.flush();
    late.forEach((done) => done(5));
    pool.ask.stats().subscribe((stats) => expect(stats).toMatchObject({ done: 0, failed: 1, idle: 1 }));
    expect(seen.events.map(({ event }) => event.type)).toEqual(['failed']);
  }));

  it('costs one timer, whatever runs', marbles((m) => {
    const pool = sleepers(m, { taskTimeout: 50, size: 100 });
    for (let task = 1; task <= 100; task++) pool.tell.submit({ task: 40 });
    expect(m.scheduler.actions.length).toBe(100 + 1);
  }));
});

describe('an asker who gives up', () => {
  it('by its timeout takes back what waits: it never begins', marbles((m) => {
    const begun: number[] = [];
    const pool = sleepers(m, { work: (ms: number) => (begun.push(ms), timer(ms).pipe(map(() => ms))) });
    pool.tell.submit({ task: 5 });
    m.expect(pool.with({ timeout: 3 }).ask.submit({ task: 1 })).toBeObservable('---#', {}, new AskTimeoutError(site, 3));
    m.expect(pool.select(({ queued }) => queued)).toBeObservable('a--b', { a: 1, b: 0 });
    m.flush();
    expect(begun).toEqual([5]);
  }));

  it('by its signal aborts what runs: its worker takes the next', marbles((m) => {
    let reason: unknown;
    const controller = new AbortController();
    const pool = sleepers(m, {
      work: (ms: number, { signal }: TaskRun) => {
        signal.addEventListener('abort', () => { reason = signal.reason; });
        return timer(ms).pipe(map(() => ms));
      },
    });
    m.cold('                                              --x').subscribe(() => controller.abort('why'));
    m.expect(pool.with({ signal: controller.signal }).ask.submit({ task: 9 })).toBeObservable('--#', {}, new AskAbortedError(site, 'why'));
    m.expect(pool.ask.submit({ task: 1 })).toBeObservable('---(a|)', { a: 1 });
    m.flush();
    expect(reason).toEqual(new TaskAbortedError(1, 'gone'));
    pool.ask.stats().subscribe((stats) => expect(stats).toMatchObject({ aborted: 1, done: 1, running: 0 }));
  }));

  it('before anything began sends nothing', () => {
    const pool = createWorkerPool({ size: 1, work: () => 1 });
    pool.with({ signal: AbortSignal.abort() }).ask.submit({ task: 1 }).subscribe(ignore);
    expect(pool.snapshot()).toMatchObject({ running: 0, queued: 0 });
  });

  it('who waits for `idle` is forgotten', marbles((m) => {
    const pool = sleepers(m);
    pool.tell.submit({ task: 5 });
    m.expect(pool.with({ timeout: 2 }).ask.idle()).toBeObservable('--#', {}, new AskTimeoutError({ ...site, type: 'idle' }, 2));
  }));

  it('since its reply could not be held leaves no task behind', marbles((m) => {
    const pool = sleepers(m, { mailbox: { capacity: 1 } });
    const codes: unknown[] = [];
    m.expect(pool.ask.submit({ task: 2 })).toBeObservable('--(a|)', { a: 2 });
    pool.ask.submit({ task: 2 }).subscribe({ error: (error: unknown) => codes.push((error as StoreError).code) });
    m.flush();
    expect(codes).toEqual(['MAILBOX_FULL']);
    pool.ask.stats().subscribe((stats) => expect(stats).toMatchObject({ running: 0, queued: 0, done: 1, aborted: 1 }));
  }));
});

describe('pause and resume', () => {
  it('begin no task meanwhile; what runs goes on', marbles((m) => {
    const pool = sleepers(m, { size: 2 });
    m.expect(pool.ask.submit({ task: 3 })).toBeObservable('---(a|)', { a: 3 });
    pool.tell.pause();
    m.cold('                                               -----x').subscribe(() => pool.tell.resume());
    m.expect(pool.ask.submit({ task: 1 })).toBeObservable('------(a|)', { a: 1 });
    m.expect(pool.select(({ paused }) => paused)).toBeObservable('a----b', { a: true, b: false });
  }));

  it('say whether they changed anything', async () => {
    const pool = createWorkerPool({ work: () => 1 });
    expect([await pool.ask.resume(), await pool.ask.pause(), await pool.ask.pause(), await pool.ask.resume()]).toEqual([false, true, false, true]);
  });
});

describe('idle', () => {
  it('is answered when nothing runs and nothing waits', marbles((m) => {
    const pool = sleepers(m);
    m.expect(pool.ask.idle()).toBeObservable('(a|)', { a: undefined });
    pool.tell.submit({ task: 2 });
    pool.tell.submit({ task: 3 });
    m.expect(pool.ask.idle()).toBeObservable('-----(a|)', { a: undefined });
    m.expect(pool.ask.idle()).toBeObservable('-----(a|)', { a: undefined });
  }));

  it('comes after the result of the last task', async () => {
    const pool = createWorkerPool({ size: 1, work: async () => 1 });
    const seen: string[] = [];
    pool.ask.submit({ task: 1 }).subscribe(() => seen.push('result'));
    await pool.ask.idle().then(() => seen.push('idle'));
    expect(seen).toEqual(['result', 'idle']);
  });

  it('is answered when the last task was given up, or cleared', marbles((m) => {
    const pool = sleepers(m, { work: () => NEVER });
    pool.with({ timeout: 2 }).ask.submit({ task: 1 }).subscribe(ignore);
    m.expect(pool.ask.idle()).toBeObservable('--(a|)', { a: undefined });
    m.cold('                                  ---x-y').subscribe((what) => {
      if (what === 'x') pool.ask.submit({ task: 1 }).subscribe(ignore);
      else pool.tell.clear({ running: true });
    });
  }));
});

describe('clear', () => {
  it('fails what waits, so that no reply stays open', marbles((m) => {
    const pool = sleepers(m);
    m.expect(pool.ask.submit({ task: 4 })).toBeObservable('----(a|)', { a: 4 });
    m.expect(pool.ask.submit({ task: 1 })).toBeObservable('--#', {}, new TaskAbortedError(2, 'cleared'));
    m.expect(pool.ask.submit({ task: 1 })).toBeObservable('--#', {}, new TaskAbortedError(3, 'cleared'));
    m.cold('--x').subscribe(() => pool.ask.clear().subscribe((count) => expect(count).toBe(2)));
  }));

  it('fails what runs too, if it is to', marbles((m) => {
    const pool = sleepers(m);
    m.expect(pool.ask.submit({ task: 4 })).toBeObservable('--#', {}, new TaskAbortedError(1, 'cleared'));
    m.expect(pool.ask.submit({ task: 1 })).toBeObservable('--#', {}, new TaskAbortedError(2, 'cleared'));
    m.cold('--x').subscribe(() => pool.ask.clear({ running: true }).subscribe((count) => expect(count).toBe(2)));
    m.flush();
    pool.ask.stats().subscribe((stats) => expect(stats).toMatchObject({ running: 0, queued: 0, aborted: 2, idle: 1 }));
  }));

  it('of an empty pool clears nothing', async () => {
    expect(await createWorkerPool({ work: () => 1 }).ask.clear()).toBe(0);
  });
});

describe('shutdown', () => {
  it('finishes what runs and what waits, and takes no more', marbles((m) => {
    const pool = sleepers(m);
    m.expect(pool.ask.submit({ task: 2 })).toBeObservable('--(a|)', { a: 2 });
    m.expect(pool.ask.submit({ task: 3 })).toBeObservable('-----(a|)', { a: 3 });
    m.cold('-x-y').subscribe((what) => {
      if (what === 'x') void pool.shutdown();
      else pool.ask.submit({ task: 1 }).subscribe({ error: (error: unknown) => expect(error).toEqual(new StoreClosedError({ ...site, started: false })) });
    });
    m.flush();
    expect(pool.status().phase).toBe('closed');
  }));

  it('finishes work by promises, many at a time', async () => {
    const pool = createWorkerPool({ size: 4, work: async (n: number) => n });
    const results = Array.from({ length: 50 }, (_, task) => pool.ask.submit({ task }));
    await pool.shutdown();
    expect(await Promise.all(results)).toEqual(Array.from({ length: 50 }, (_, task) => task));
  });

  it('gives up what is left when its limit has passed', marbles((m) => {
    let reason: unknown;
    const pool = sleepers(m, {
      work: (_task: number, { signal }: TaskRun) => {
        signal.addEventListener('abort', () => { reason = signal.reason; });
        return NEVER;
      },
    });
    m.expect(pool.ask.submit({ task: 1 })).toBeObservable('---#', {}, new StoreClosedError(site));
    m.expect(pool.ask.submit({ task: 2 })).toBeObservable('---#', {}, new StoreClosedError(site));
    void pool.shutdown({ timeout: 3 });
    m.flush();
    expect(reason).toEqual(new TaskAbortedError(1, 'closed'));
  }));

  it('ends all that is left, also if one of them throws upon it', async () => {
    const torn: number[] = [];
    const unhandled: unknown[] = [];
    config.onUnhandledError = (error) => void unhandled.push(error);
    const pool = createWorkerPool({
      size: 2, work: (task: number) => new Observable<number>(() => () => {
        torn.push(task);
        if (task === 1) throw new Error('broken');
      }),
    });
    for (const task of [1, 2]) pool.ask.submit({ task }).subscribe(ignore);
    await pool.shutdown({ timeout: 1 });
    // A task later it's reported.
    await new Promise((resolve) => setTimeout(resolve, 5));
    config.onUnhandledError = null;
    expect(torn).toEqual([1, 2]);
    expect(unhandled).toMatchObject([{ errors: [{ message: 'broken' }] }]);
  });

  it('finishes also what a full mailbox kept the pool from hearing', async () => {
    const pool = createWorkerPool({ size: 1, mailbox: { capacity: 3 }, work: async (n: number) => n });
    const results = [1, 2, 3].map((task) => pool.ask.submit({ task }));
    expect(await Promise.all(results)).toEqual([1, 2, 3]);
    await pool.shutdown();
  });

  it('lets no command in afterwards', async () => {
    const pool = createWorkerPool({ size: 1, work: () => 1 });
    await pool.shutdown();
    const commands = [pool.ask.submit({ task: 1 }), pool.ask.add(), pool.ask.remove(1), pool.ask.resize(2), pool.ask.pause(), pool.ask.resume(), pool.ask.idle(), pool.ask.clear(), pool.ask.status(), pool.ask.stats(), pool.ask.dump()];
    for (const each of commands) await expect(Promise.resolve(each)).rejects.toBeInstanceOf(StoreClosedError);
    expect(pool.snapshot()).toEqual({ workers: 1, running: 0, queued: 0, paused: false });
  });
});
