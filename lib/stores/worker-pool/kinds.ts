/** What a pool tells of itself, and what it's told. */
import type { Dump } from '../structures/dump.js';
import type { Durations } from '../structures/percentiles.js';
import type { TaskDone, TaskFailed, TaskOutcome } from './task.js';

/** The payload of `submit`. */
export interface SubmitTask<T> {
  /** What is to be done: the first argument of the work. It stays the caller's, and isn't copied. */
  readonly task: T;
  /** An integer; the higher goes first, equal ones in the order in which they came. Default 0. */
  readonly priority?: number;
  /** How long it may run, in milliseconds from its start; `Infinity` for no limit. Default: as the pool's option says. */
  readonly taskTimeout?: number;
}

/** The payload of `remove` where it's to be by force. */
export interface RemoveWorker {
  /** Number of the worker. */
  readonly id: number;
  /** Gives its task up at once. Default `false`: the worker finishes its task first. */
  readonly force?: boolean;
}

/** The payload of `clear`. */
export interface ClearTasks {
  /** Gives up what runs too. Default `false`: only what waits. */
  readonly running?: boolean;
}

/** What a pool announces on `events$`. */
export type PoolEvent<R> =
  | TaskDone<R>
  | TaskFailed
  /** A worker came. */
  | { readonly type: 'added'; readonly worker: number }
  /** A worker is gone. */
  | { readonly type: 'left'; readonly worker: number }
  /** The thread of a worker ended by itself. */
  | { readonly type: 'crashed'; readonly worker: number; readonly error: Error }
  | { readonly type: 'paused' }
  | { readonly type: 'resumed' };

/** What `select` and `snapshot` show of a pool. */
export interface PoolView {
  readonly workers: number;
  readonly running: number;
  readonly queued: number;
  readonly paused: boolean;
}

/** What `stats` gives: counts. */
export interface PoolStats extends PoolView {
  /** Workers without a task. */
  readonly idle: number;
  /** Workers that go when their task has ended. */
  readonly leaving: number;
  /** Tasks that were ever taken. */
  readonly submitted: number;
  readonly done: number;
  /** Tasks that failed, for whatever reason. */
  readonly failed: number;
  /** Of these, those that ran too long. */
  readonly timedOut: number;
  /** Of these, those given up by their asker, by `clear`, or with their worker. */
  readonly aborted: number;
  /** Of these, those dropped for another one because the queue was full. */
  readonly dropped: number;
  /** Threads that ended by themselves. */
  readonly crashed: number;
}

/** A worker, as `status` shows it. */
export interface WorkerStatus {
  readonly id: number;
  readonly state: 'idle' | 'busy' | 'leaving';
  /** Number of the task that it has. */
  readonly task: number | undefined;
  /** Tasks that it did, and tasks that failed with it. */
  readonly done: number;
  readonly failed: number;
}

/** A task that runs, as `status` shows it. */
export interface ActiveTask {
  readonly id: number;
  readonly worker: number;
  readonly priority: number;
  /** When it began, in milliseconds of the scheduler. */
  readonly startedAt: number;
}

/** What `status` gives. */
export interface PoolStatus<R> {
  readonly paused: boolean;
  readonly workers: readonly WorkerStatus[];
  /** Tasks that run. */
  readonly active: readonly ActiveTask[];
  /** How many wait. */
  readonly queued: number;
  /** The tasks that ended last, with their results and errors, the oldest first. */
  readonly recent: readonly TaskOutcome<R>[];
  /** How long tasks waited for a worker. */
  readonly waited: Durations;
  /** How long tasks ran. */
  readonly ran: Durations;
}

/** A task that waits, as `dump` gives it. */
export interface QueuedTask<T> {
  readonly task: T;
  readonly priority: number;
  /** In milliseconds; `Infinity` for no limit. (`null` stands for it in JSON, and is taken as such.) */
  readonly taskTimeout: number;
}

/** What `dump` gives: the tasks that wait. Those that run aren't in it, since they'd be done twice. */
export interface WorkerPoolDump<T> extends Dump<'worker-pool'> {
  readonly paused: boolean;
  /** In the order of their turns. */
  readonly queued: readonly QueuedTask<T>[];
}
