/** What is seen of a pool: plain data, made of its parts when it's asked for. */
import type { PoolStats, PoolStatus, PoolView, QueuedTask } from './kinds.js';
import type { Crew } from './crew.js';
import type { Tally } from './tally.js';
import type { TaskQueue } from './task-queue.js';

/** The parts of a pool that are seen. */
export interface Parts<T, R> {
  readonly crew: Crew<T, R>;
  readonly queue: TaskQueue<T, R>;
  readonly tally: Tally<T, R>;
  readonly paused: boolean;
  /** Tasks that were ever taken. */
  readonly submitted: number;
}

export function viewOf<T, R>({ crew, queue, paused }: Parts<T, R>): PoolView {
  return { workers: crew.size, running: crew.running, queued: queue.size, paused };
}

export function statsOf<T, R>(pool: Parts<T, R>): PoolStats {
  const { size, running, leaving, surplus } = pool.crew;
  return { ...viewOf(pool), idle: size - running, leaving: leaving + surplus, submitted: pool.submitted, ...pool.tally.counts() };
}

export function statusOf<T, R>({ crew, queue, tally, paused }: Parts<T, R>): PoolStatus<R> {
  return {
    paused,
    workers: crew.all().map(({ id, task, leaving, done, failed }) =>
      ({ id, state: leaving ? 'leaving' : task ? 'busy' : 'idle', task: task?.id, done, failed })),
    active: crew.tasks().map(({ id, priority, startedAt, worker }) => ({ id, worker: worker!.id, priority, startedAt })),
    queued: queue.size,
    ...tally.history(),
  };
}

/** What waits, in the order of its turns. */
export function queuedOf<T, R>({ queue }: Parts<T, R>): QueuedTask<T>[] {
  // A cast: a task that waits has what is to be done.
  return [...queue].map(({ task, priority, timeout }) => ({ task: task as T, priority, taskTimeout: timeout }));
}
