/** A pool of workers: tasks come in, wait if they have to, are done a few at a time, and each asker gets its own result. */
import { createStore, reply, type Clock, type Context, type Outcome, type Store, type StoreOptions } from '../index.js';
import { expect, expectFunction, expectObject, expectOneOf } from '../internal/expect.js';
import { check, checkBoolean, checkDuration, checkInteger, checkObject } from './structures/check-payload.js';
import { dumpOf, expectDump } from './structures/dump.js';
import type { Doing, Work } from './worker-pool/begin.js';
import type { ClearTasks, PoolEvent, PoolStats, PoolStatus, PoolView, QueuedTask, RemoveWorker, SubmitTask, WorkerPoolDump } from './worker-pool/kinds.js';
import { Pool } from './worker-pool/pool.js';
import { queuedOf, statsOf, statusOf, viewOf } from './worker-pool/seen.js';
import type { NodeThread, WebThread } from './worker-pool/thread.js';

/** How a worker pool is made. It needs `work` or `thread`; everything else is optional. */
export interface WorkerPoolOptions<T, R> extends StoreOptions {
  /** What errors and traces call it. Default `'worker-pool'`. */
  readonly name?: string;
  /** Does one task: gives its result, or a Promise of it, or an Observable whose last value it is. */
  readonly work?: Work<T, R>;
  /** Makes a thread for one worker, in the place of `work`; within the thread, `serveTasks` does the tasks. */
  readonly thread?: () => NodeThread | WebThread;
  /** How many workers there are at first. Default 0: they come by `add` or `resize`. */
  readonly size?: number;
  /** The most workers. Default 1,000. */
  readonly maxWorkers?: number;
  /** The most tasks that wait for a worker. Default 50,000; more than some 65,000 need a larger `mailbox.capacity` too. */
  readonly maxQueue?: number;
  /**
   * Beyond that: `'reject'` (default) refuses the task that comes, `'drop-oldest'` drops the one of the lowest priority
   * that waits longest, unless the one that comes is of a lower priority still.
   */
  readonly overflow?: 'reject' | 'drop-oldest';
  /** How long a task may run, in milliseconds from its start. Default `Infinity`. (`timeout` is about asks.) */
  readonly taskTimeout?: number;
  /** How many ended tasks `status` shows with their results and errors. Default 100. */
  readonly remember?: number;
  /** What `dump` of another pool gave: its tasks are done here. */
  readonly restore?: WorkerPoolDump<T>;
}

/** The commands and queries of a worker pool. */
export interface WorkerPoolDefinition<T, R> {
  readonly name: string;
  /** Makes the first state. */
  readonly state: (clock: Clock) => Pool<T, R>;
  readonly commands: {
    /** Has a task done, and replies its result, once it's there; fails as the work does. */
    readonly submit: (pool: Pool<T, R>, submitted: SubmitTask<T>, context: Context<PoolEvent<R>>) => Outcome<Pool<T, R>, R>;
    /** One more worker; replies its number. */
    readonly add: (pool: Pool<T, R>, payload: void, context: Context<PoolEvent<R>>) => Outcome<Pool<T, R>, number>;
    /** Removes a worker, by its number. Replies whether it's gone; else it goes when its task has ended. */
    readonly remove: (pool: Pool<T, R>, worker: number | RemoveWorker, context: Context<PoolEvent<R>>) => Outcome<Pool<T, R>, boolean>;
    /** Makes it so many workers; those too many finish their tasks first. Replies that number, or fails as `add` does. */
    readonly resize: (pool: Pool<T, R>, size: number, context: Context<PoolEvent<R>>) => Outcome<Pool<T, R>, number>;
    /** Begins no more tasks; what runs goes on. Replies whether that's a change. */
    readonly pause: (pool: Pool<T, R>, payload: void, context: Context<PoolEvent<R>>) => Outcome<Pool<T, R>, boolean>;
    /** Begins tasks again. Replies whether that's a change. */
    readonly resume: (pool: Pool<T, R>, payload: void, context: Context<PoolEvent<R>>) => Outcome<Pool<T, R>, boolean>;
    /** Replies when nothing runs and nothing waits; at once where that's so. */
    readonly idle: (pool: Pool<T, R>, payload: void, context: Context<PoolEvent<R>>) => Outcome<Pool<T, R>, void>;
    /** Gives up what waits, and what runs too if `running`. Replies how many that were. */
    readonly clear: (pool: Pool<T, R>, what: ClearTasks | undefined, context: Context<PoolEvent<R>>) => Outcome<Pool<T, R>, number>;
    /** The pool's own: work has ended. Sent by others it does nothing. */
    readonly land: (pool: Pool<T, R>, late: boolean | undefined, context: Context<PoolEvent<R>>) => Pool<T, R>;
    /** The pool's own: tasks may have run too long. Sent by others it does nothing. */
    readonly expire: (pool: Pool<T, R>, payload: void, context: Context<PoolEvent<R>>) => Pool<T, R>;
  };
  readonly queries: {
    /** Workers, tasks that run, tasks that ended lately with their results and errors, and how long tasks take. */
    readonly status: (pool: Pool<T, R>) => PoolStatus<R>;
    /** Counts. */
    readonly stats: (pool: Pool<T, R>) => PoolStats;
    /** The tasks that wait as plain data, for the option `restore` of another pool. */
    readonly dump: (pool: Pool<T, R>, payload: void, clock: Clock) => WorkerPoolDump<T>;
  };
  /** What `select` and `snapshot` show. */
  readonly view: (pool: Pool<T, R>) => PoolView;
  readonly events: { readonly ofType?: PoolEvent<R> };
}

/** A worker pool: what `createWorkerPool` makes. */
export type WorkerPool<T, R> = Store<WorkerPoolDefinition<T, R>>;

/**
 * The definition of a worker pool, for whoever makes stores of definitions. What `restore` brings is begun by the first
 * command that comes.
 *
 * @param options as for `createWorkerPool`
 * @throws TypeError for options that no pool can work with
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { defineWorkerPool } from 'ownstate/stores';
 *
 * const pool = createStore(defineWorkerPool({ size: 2, work: (text: string) => text.length }));
 * console.log(await pool.ask.submit({ task: 'five!' })); // 5
 * ```
 */
export function defineWorkerPool<T, R>(options: WorkerPoolOptions<T, R>): WorkerPoolDefinition<T, R> {
  expectObject(options, 'options');
  const {
    name = 'worker-pool', size = 0, maxWorkers = 1000, maxQueue = 50_000, overflow = 'reject', taskTimeout = Infinity,
    remember = 100, restore, onHandlerError,
  } = options;
  const doing = doingOf(options);
  expectCount(maxWorkers, 'maxWorkers', 1);
  expectCount(size, 'size', 0, maxWorkers);
  expectCount(maxQueue, 'maxQueue', 0);
  expectCount(remember, 'remember', 0);
  expectOneOf(overflow, 'overflow', 'reject', 'drop-oldest');
  expect(typeof taskTimeout === 'number' && taskTimeout > 0, 'taskTimeout', 'a positive number of milliseconds, or Infinity', taskTimeout);
  // A pool that forgot its tasks couldn't answer them.
  expect(onHandlerError !== 'reset', 'onHandlerError', "'keep' or 'stop'", onHandlerError);
  const queued = restore === undefined ? [] : restored(restore);
  const paused = restore?.paused ?? false;

  return {
    name,
    state: ({ now }) => new Pool({ doing, size, maxWorkers, maxQueue, overflow, taskTimeout, remember, paused, queued }, now),
    commands: {
      submit: (pool, submitted, context) => {
        checkObject(submitted);
        check('task' in submitted, 'task', 'there', undefined);
        const { task, priority = 0, taskTimeout: limit = taskTimeout } = submitted;
        checkInteger(priority, 'priority', Number.MIN_SAFE_INTEGER);
        checkDuration(limit, 'taskTimeout');
        return pool.submit(task, priority, limit, context);
      },
      add: (pool, _payload, context) => reply(pool, pool.add(context)),
      remove: (pool, worker, context) => {
        if (typeof worker === 'number') checkInteger(worker, 'id', 1);
        else checkObject(worker);
        const { id, force = false } = typeof worker === 'number' ? { id: worker } : worker;
        checkInteger(id, 'id', 1);
        checkBoolean(force, 'force');
        return reply(pool, pool.remove(id, force, context));
      },
      resize: (pool, to, context) => {
        checkInteger(to, 'size', 0, maxWorkers);
        return reply(pool, pool.resize(to, context));
      },
      pause: (pool, _payload, context) => reply(pool, pool.pause(true, context)),
      resume: (pool, _payload, context) => reply(pool, pool.pause(false, context)),
      idle: (pool, _payload, context) => pool.idle(context),
      clear: (pool, what = {}, context) => {
        checkObject(what);
        const { running = false } = what;
        checkBoolean(running, 'running');
        return reply(pool, pool.clear(running, context));
      },
      land: (pool, late, context) => {
        pool.land(late === true, context);
        return pool;
      },
      expire: (pool, _payload, context) => {
        pool.expire(context);
        return pool;
      },
    },
    queries: {
      status: statusOf,
      stats: statsOf,
      dump: (pool, _payload, { now }) => ({ ...dumpOf('worker-pool', now()), paused: pool.paused, queued: queuedOf(pool) }),
    },
    view: viewOf,
    events: {},
  };
}

/** Who does the tasks. @throws TypeError unless it's one of the two */
function doingOf<T, R>({ work, thread }: WorkerPoolOptions<T, R>): Doing<T, R> {
  expect((work === undefined) !== (thread === undefined), 'work', 'given, or else `thread`', work);
  if (thread !== undefined) {
    expectFunction(thread, 'thread');
    return { thread };
  }
  expectFunction(work, 'work');
  // A cast: one of them is given.
  return { work: work as Work<T, R> };
}

function expectCount(value: unknown, name: string, least: number, most: number = Number.MAX_SAFE_INTEGER): void {
  const holds = Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
  expect(holds, name, `an integer from ${least} to ${most}`, value);
}

/** The tasks of a dump. @throws TypeError for what is no dump of a pool */
function restored<T>(dump: WorkerPoolDump<T>): QueuedTask<T>[] {
  expectDump(dump, 'worker-pool');
  const { paused, queued } = dump as Partial<WorkerPoolDump<T>>;
  expect(typeof paused === 'boolean', 'restore.paused', 'a boolean', paused);
  expect(Array.isArray(queued), 'restore.queued', 'an array', queued);
  // A cast: it's an array, of whatever.
  return (queued as unknown[]).map((each, place) => {
    const where = `restore.queued[${place}]`;
    expectObject(each, where);
    // `null` is what JSON makes of Infinity.
    // And it leaves out what is `undefined`, which is a task like any other.
    const { task, priority, taskTimeout } = each as { task: T; priority: number; taskTimeout: number | null };
    expect(Number.isSafeInteger(priority), `${where}.priority`, 'an integer', priority);
    expect(taskTimeout === null || (typeof taskTimeout === 'number' && taskTimeout > 0), `${where}.taskTimeout`, 'a positive number', taskTimeout);
    return { task, priority, taskTimeout: taskTimeout ?? Infinity };
  });
}

/**
 * Makes a pool of workers. Commands: `submit({ task, priority, taskTimeout })`, `add()`, `remove(id)`, `resize(n)`,
 * `pause()`, `resume()`, `idle()`, `clear({ running })`; queries: `status()`, `stats()`, `dump()`. Its view is how many
 * workers there are, how many tasks run and wait, and whether it's paused. `shutdown()` finishes all tasks first.
 *
 * `submit` is answered when its task has ended, by the result or the very error of the work. It may also fail with
 * `PoolFullError`, `TaskTimeoutError`, `TaskAbortedError`, `WorkerCrashedError` and `InvalidPayloadError`. An asker who
 * gives up, by the timeout of the ask or by a signal, takes its task back: it never begins, or its signal aborts. Work
 * that doesn't heed its signal isn't waited for: its worker takes the next task.
 *
 * A command costs the same however many tasks wait, the logarithm of the priorities in use aside; `resize`, `clear` and
 * queries cost what they go through.
 *
 * @param options the work or the thread, bounds, and those of `createStore`
 * @throws TypeError for options that no pool can work with
 *
 * @example
 * ```ts
 * import { createWorkerPool } from 'ownstate/stores';
 *
 * const pool = createWorkerPool({ size: 3, work: async (n: number) => n * n });
 * console.log(await Promise.all([1, 2, 3, 4].map((task) => pool.ask.submit({ task })))); // [ 1, 4, 9, 16 ]
 * await pool.shutdown();
 * ```
 */
export function createWorkerPool<T, R>(options: WorkerPoolOptions<T, R>): WorkerPool<T, R> {
  const pool = createStore(defineWorkerPool(options), options);
  // What a dump brought is begun, and a shutdown waits for it.
  if (options.restore !== undefined) pool.tell.idle();
  return pool;
}
