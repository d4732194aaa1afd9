/**
 * A task on its way through the pool:
 *
 * ```
 *   queued ──▶ running ──▶ ended          done, or failed: by the work, its timeout, an abort, the end of its worker
 *      └──────────────────────▲           given up, cleared, dropped for another one
 * ```
 */
import type { Subscription } from 'rxjs';
import type { Context, Ticket } from '../../index.js';
import type { PoolWorker } from './pool-worker.js';

/** What the work gets besides its task. */
export interface TaskRun {
  /** Number of the task. */
  readonly id: number;
  /** Number of the worker that has it. */
  readonly worker: number;
  /**
   * Aborts when the task has run too long, when its asker gave up, when its worker is removed by force, when it's
   * cleared, and when the store has closed. It's made when it's first read: work that doesn't read it doesn't pay for it.
   */
  readonly signal: AbortSignal;
}

/** What became of a task: announced on `events$`, and kept in `status` for a while. */
export type TaskOutcome<R> = TaskDone<R> | TaskFailed;

/** A task that was done. */
export interface TaskDone<R> {
  readonly type: 'done';
  /** Number of the task. */
  readonly id: number;
  /** Number of the worker that did it. */
  readonly worker: number;
  readonly result: R;
  /** How long it waited for a worker, in milliseconds. */
  readonly waited: number;
  /** How long it ran, in milliseconds. */
  readonly ran: number;
}

/** A task that failed, or was given up. */
export interface TaskFailed {
  readonly type: 'failed';
  /** Number of the task. */
  readonly id: number;
  /** Number of the worker that had it; `undefined` for one that never began. */
  readonly worker: number | undefined;
  /** What the work failed with, or why it was given up. */
  readonly error: unknown;
  /** How long it waited for a worker, in milliseconds. */
  readonly waited: number;
  /** How long it ran, in milliseconds; 0 for one that never began. */
  readonly ran: number;
}

export class Task<T, R> {
  readonly id: number;
  readonly priority: number;
  /** How long it may run, in milliseconds. */
  readonly timeout: number;
  /** When it was submitted. */
  readonly at: number;
  /** Whom to answer; nobody for one from a dump. */
  readonly place: Ticket<R> | undefined;
  /** What is to be done, until it has ended. */
  task: T | undefined;
  phase: 'queued' | 'running' | 'ended' = 'queued';
  worker: PoolWorker<T, R> | undefined = undefined;
  startedAt = 0;
  /** The work has ended; the pool is about to hear of it. */
  over = false;
  /** What the work gave, or failed with. */
  failed = false;
  value: unknown = undefined;
  /** Made when the work first reads its signal. */
  controller: AbortController | undefined = undefined;
  /** Of work that is an Observable. */
  work: Subscription | undefined = undefined;
  /** Says what became of the task that was dropped for this one, as long as that may yet have been discarded. */
  untold: ((context: Context<TaskOutcome<R>>) => void) | undefined = undefined;
  /** Its neighbours in the queue. */
  before: Task<T, R> | undefined = undefined;
  next: Task<T, R> | undefined = undefined;

  constructor(id: number, task: T, priority: number, timeout: number, at: number, place: Ticket<R> | undefined) {
    this.id = id;
    this.task = task;
    this.priority = priority;
    this.timeout = timeout;
    this.at = at;
    this.place = place;
  }

  /** Tells whoever submitted it, if anybody did. */
  answer(): void {
    if (this.failed) this.place?.refuse(this.value);
    // A cast: the work has given what it gives.
    else this.place?.answer(this.value as R);
  }

  /** Tells the work that nobody wants it any more: its signal, and the source of an Observable. */
  abort(reason: unknown): void {
    this.controller?.abort(reason);
    this.work?.unsubscribe();
  }
}

export class Run<T, R> implements TaskRun {
  readonly worker: number;
  readonly #task: Task<T, R>;

  constructor(task: Task<T, R>, worker: number) {
    this.#task = task;
    this.worker = worker;
  }

  get id(): number {
    return this.#task.id;
  }

  get signal(): AbortSignal {
    const task = this.#task;
    if (!task.controller) {
      task.controller = new AbortController();
      // Read by work that goes on although it was given up.
      if (task.phase === 'ended' && task.failed) task.controller.abort(task.value);
    }
    return task.controller.signal;
  }
}
