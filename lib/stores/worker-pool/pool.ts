/**
 * The state of a worker pool: its workers, what waits, what runs. It's changed by handlers only; what reaches out (work
 * that begins, replies, aborts) is done in `context.after`.
 *
 * ```
 *   submit ─▶ ┌ queue ┐ ─ dispatch ─▶ worker ── begin ──▶ the work, outside
 *             └───────┘                  ▲                     │
 *                                        └──────── land ◀──────┘
 * ```
 */
import { createFeed, hold, ticket, type Clock, type Context, type Outcome, type Ticket } from '../../index.js';
import { PoolFullError, TaskAbortedError, TaskTimeoutError, WorkerCrashedError, WorkerLimitError, WorkerNotFoundError } from '../errors.js';
import { Expiries } from '../structures/expiries.js';
import { Percentiles } from '../structures/percentiles.js';
import { Recency } from '../structures/recency.js';
import { Recent } from '../structures/recent.js';
import { Slots } from '../structures/slots.js';
import { Landing } from './landing.js';
import type { PoolEvent, PoolStats, PoolStatus, PoolView, QueuedTask } from './kinds.js';
import { PoolWorker } from './pool-worker.js';
import { begin, type Doing } from './begin.js';
import { Task, type TaskOutcome } from './task.js';
import { TaskQueue } from './task-queue.js';

/** What a pool is made with, checked. */
export interface PoolSettings<T, R> {
  readonly doing: Doing<T, R>;
  readonly size: number;
  readonly maxWorkers: number;
  readonly maxQueue: number;
  readonly overflow: 'reject' | 'drop-oldest';
  readonly taskTimeout: number;
  readonly remember: number;
  readonly paused: boolean;
  /** Tasks of a dump. */
  readonly queued: readonly QueuedTask<T>[];
}

type At<R> = Context<PoolEvent<R>>;

export class Pool<T, R> {
  readonly #settings: PoolSettings<T, R>;
  readonly #now: Clock['now'];
  readonly #workers = new Slots<number, PoolWorker<T, R>>();
  /** Workers without a task, the one that rests longest first. */
  readonly #idle = new Recency();
  readonly #queue = new TaskQueue<T, R>();
  /** When the task of a worker has run too long. */
  readonly #limits = new Expiries();
  readonly #landing = new Landing<T, R>();
  readonly #recent: Recent<TaskOutcome<R>>;
  readonly #waited = new Percentiles();
  readonly #ran = new Percentiles();
  #paused: boolean;
  #running = 0;
  #leaving = 0;
  /** So many of those who are busy, whoever that is, go when they're done. */
  #surplus = 0;
  #lastWorker = 0;
  #lastTask = 0;
  #latest = -Infinity;
  /** When the timer for tasks that run too long is due. */
  #alarm = Infinity;
  /** Asks for the moment when nothing runs and nothing waits. */
  readonly #waiters = new Set<Ticket<void>>();
  /** The pool hears when its store has closed. */
  #listening = false;
  #done = 0;
  #failed = 0;
  #timedOut = 0;
  #aborted = 0;
  #dropped = 0;
  #crashed = 0;

  constructor(settings: PoolSettings<T, R>, now: Clock['now']) {
    this.#settings = settings;
    this.#now = now;
    this.#paused = settings.paused;
    this.#recent = new Recent(settings.remember);
    for (let count = 0; count < settings.size; count++) this.#hire();
    for (const { task, priority, taskTimeout } of settings.queued) {
      this.#queue.push(new Task(++this.#lastTask, task, priority, taskTimeout, this.#clock(), undefined));
    }
  }

  // ── tasks ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  submit(what: T, priority: number, timeout: number, context: At<R>): Outcome<this, R> {
    const free = !this.#paused && this.#idle.oldest >= 0;
    // What waits goes first, where a worker has just been freed by somebody who gave up.
    const direct = free && this.#queue.size === 0;
    const dropped = free || this.#queue.size < this.#settings.maxQueue ? undefined : this.#displaced(priority);
    // From here on nothing throws.
    const place = ticket<R>();
    const now = this.#clock();
    const task = new Task<T, R>(++this.#lastTask, what, priority, timeout, now, place);
    this.#landing.open(context);
    if (direct) {
      this.#start(task, now, context);
      context.after(() => this.#begin(task));
    } else {
      if (dropped) this.#drop(dropped, context);
      this.#queue.push(task);
      if (free) this.#go(context);
    }
    return hold<this, R>(this, place, { gone: (pool, later) => (pool.#forsake(task, later), pool) });
  }

  /** Work has ended, and threads have. */
  land(late: boolean, context: At<R>): void {
    const { ended, crashed } = this.#landing.take(late);
    const now = this.#clock();
    for (const task of ended) {
      if (task.phase === 'running') this.#end(task, now, context);
    }
    for (const { worker, error } of crashed) this.#replace(worker, error, now, context);
    const begun = this.#dispatch(now, context);
    context.after(() => {
      // What was given up before it landed has been answered; a ticket takes one answer.
      for (const task of ended) task.answer();
      for (const task of begun) this.#begin(task);
    });
    this.#wake(context);
  }

  /** Tasks that have run too long. */
  expire(context: At<R>): void {
    const now = this.#clock();
    context.timers.clear('expire');
    this.#alarm = Infinity;
    for (let slot = this.#limits.due(now); slot >= 0; slot = this.#limits.due(now)) {
      // A cast: a worker with a limit has a task.
      const task = this.#workers.values[slot]!.task as Task<T, R>;
      this.#timedOut++;
      this.#giveUp(task, new TaskTimeoutError(task.id, task.timeout), now, context);
    }
    this.#arm(context);
    this.#go(context);
  }

  /** Fails what waits, and, if `running`, what runs. Gives how many that were. */
  clear(running: boolean, context: At<R>): number {
    const now = this.#clock();
    const tasks = [...this.#queue, ...running ? this.#busy() : []];
    for (const task of tasks) this.#giveUp(task, new TaskAbortedError(task.id, 'cleared'), now, context);
    this.#aborted += tasks.length;
    this.#go(context);
    return tasks.length;
  }

  pause(paused: boolean, context: At<R>): boolean {
    const changed = this.#paused !== paused;
    this.#paused = paused;
    if (changed) context.emit({ type: paused ? 'paused' : 'resumed' });
    this.#go(context);
    return changed;
  }

  idle(context: At<R>): Outcome<this, void> {
    const place = ticket<void>();
    this.#waiters.add(place);
    this.#go(context);
    return hold<this, void>(this, place, { gone: (pool) => (pool.#waiters.delete(place), pool) });
  }

  // ── workers ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** @throws WorkerLimitError */
  add(context: At<R>): number {
    const { maxWorkers } = this.#settings;
    if (this.#workers.size >= maxWorkers) throw new WorkerLimitError(maxWorkers);
    const worker = this.#hire();
    context.emit({ type: 'added', worker });
    this.#go(context);
    return worker;
  }

  /** Gives whether it's gone already, and doesn't finish a task first. @throws WorkerNotFoundError */
  remove(id: number, force: boolean, context: At<R>): boolean {
    const worker = this.#workers.values[this.#workers.find(id)];
    if (!worker) throw new WorkerNotFoundError(id);
    this.#dismiss(worker, context);
    if (force && worker.task) {
      this.#aborted++;
      this.#giveUp(worker.task, new TaskAbortedError(worker.task.id, 'removed'), this.#clock(), context);
      this.#go(context);
    }
    return this.#workers.find(id) < 0;
  }

  resize(size: number, context: At<R>): number {
    const staying = () => this.#workers.size - this.#leaving - this.#surplus;
    let excess = staying() - size;
    if (excess > 0) {
      // Those who rest go, the latest come first; of those who are busy, whoever is done first.
      const resting = [...this.#workers.entries()].map(([, slot]) => this.#workers.values[slot]!).filter(({ task }) => !task);
      for (const worker of resting.reverse()) if (excess-- > 0) this.#leave(worker, context);
      this.#surplus += Math.max(0, excess);
    }
    this.#surplus -= Math.min(this.#surplus, Math.max(0, size - staying()));
    let missing = size - staying();
    for (; missing > 0; missing--) context.emit({ type: 'added', worker: this.#hire() });
    this.#go(context);
    return size;
  }

  // ── what is seen ──────────────────────────────────────────────────────────────────────────────────────────────────

  view(): PoolView {
    return { workers: this.#workers.size, running: this.#running, queued: this.#queue.size, paused: this.#paused };
  }

  stats(): PoolStats {
    return {
      workers: this.#workers.size, idle: this.#workers.size - this.#running, leaving: this.#leaving + this.#surplus, running: this.#running,
      queued: this.#queue.size, paused: this.#paused, submitted: this.#lastTask, done: this.#done, failed: this.#failed,
      timedOut: this.#timedOut, aborted: this.#aborted, dropped: this.#dropped, crashed: this.#crashed,
    };
  }

  status(): PoolStatus<R> {
    const workers = [...this.#workers.entries()].map(([, slot]) => this.#workers.values[slot]!);
    return {
      paused: this.#paused,
      workers: workers.map(({ id, task, leaving, done, failed }) =>
        ({ id, state: leaving ? 'leaving' : task ? 'busy' : 'idle', task: task?.id, done, failed })),
      active: this.#busy().map(({ id, priority, startedAt, worker }) => ({ id, worker: worker!.id, priority, startedAt })),
      queued: this.#queue.size,
      recent: this.#recent.last().map((outcome) => ({ ...outcome })),
      waited: this.#waited.summary(),
      ran: this.#ran.summary(),
    };
  }

  /** What waits, in the order of its turns. */
  queued(): QueuedTask<T>[] {
    // A cast: a task that waits has what is to be done.
    return [...this.#queue].map(({ task, priority, timeout }) => ({ task: task as T, priority, taskTimeout: timeout }));
  }

  get paused(): boolean {
    return this.#paused;
  }

  // ── within ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The time, which never runs backwards. */
  #clock(): number {
    const now = this.#now();
    if (now > this.#latest) this.#latest = now;
    return this.#latest;
  }

  #busy(): Task<T, R>[] {
    return [...this.#workers.entries()].map(([, slot]) => this.#workers.values[slot]!.task).filter((task) => task !== undefined);
  }

  #hire(): number {
    const worker = new PoolWorker<T, R>(++this.#lastWorker);
    worker.slot = this.#workers.add(worker.id, worker);
    this.#idle.use(worker.slot);
    return worker.id;
  }

  /** A worker goes: at once, or when its task has ended. */
  #dismiss(worker: PoolWorker<T, R>, context: At<R>): void {
    if (!worker.task) return this.#leave(worker, context);
    if (worker.leaving) return;
    worker.leaving = true;
    this.#leaving++;
    this.#surplus = Math.min(this.#surplus, this.#running - this.#leaving);
  }

  #leave(worker: PoolWorker<T, R>, context: At<R>): void {
    const { port, slot } = worker;
    if (worker.leaving) this.#leaving--;
    this.#idle.delete(slot);
    this.#workers.delete(slot);
    worker.port = undefined;
    if (port) context.after(() => port.end());
    context.emit({ type: 'left', worker: worker.id });
  }

  /** Gives tasks to workers, as long as there are both. */
  #dispatch(now: number, context: At<R>): readonly Task<T, R>[] {
    if (this.#queue.size === 0 || this.#paused || this.#idle.oldest < 0) return NONE;
    const begun: Task<T, R>[] = [];
    for (let task = this.#queue.next; task && this.#idle.oldest >= 0; task = this.#queue.next) {
      this.#queue.delete(task);
      this.#start(task, now, context);
      begun.push(task);
    }
    this.#landing.open(context);
    return begun;
  }

  /** The same, with all that follows. */
  #go(context: At<R>): void {
    const begun = this.#dispatch(this.#clock(), context);
    if (begun.length > 0) {
      context.after(() => {
        for (const task of begun) this.#begin(task);
      });
    }
    this.#wake(context);
  }

  /** A worker takes a task. */
  #start(task: Task<T, R>, now: number, context: At<R>): void {
    const slot = this.#idle.oldest;
    const worker = this.#workers.values[slot]!;
    this.#idle.delete(slot);
    worker.task = task;
    task.worker = worker;
    task.phase = 'running';
    task.startedAt = now;
    this.#running++;
    this.#waited.add(now - task.at);
    if (!this.#listening) this.#listen(context);
    if (task.timeout === Infinity) return;
    this.#limits.set(slot, now + task.timeout);
    this.#arm(context);
  }

  /** The work begins, outside. */
  #begin(task: Task<T, R>): void {
    // It may have been given up right after its worker took it.
    if (task.phase === 'running') begin(this.#settings.doing, task, this.#landing);
  }

  /** A task has ended, and its worker is free. What is to be said of it stands in the task; it's answered by the caller. */
  #end(task: Task<T, R>, now: number, context: At<R>): void {
    const { id, worker, failed, value } = task;
    const waited = (worker ? task.startedAt : now) - task.at;
    const ran = worker ? now - task.startedAt : 0;
    task.phase = 'ended';
    task.task = undefined;
    // A cast: the work has given what it gives.
    const outcome: TaskOutcome<R> = failed
      ? { type: 'failed', id, worker: worker?.id, error: value, waited, ran }
      : { type: 'done', id, worker: worker!.id, result: value as R, waited, ran };
    if (failed) this.#failed++;
    else this.#done++;
    this.#recent.push(outcome);
    context.emit(outcome);
    if (worker) this.#free(worker, ran, failed, context);
  }

  #free(worker: PoolWorker<T, R>, ran: number, failed: boolean, context: At<R>): void {
    const { slot } = worker;
    worker.task = undefined;
    if (failed) worker.failed++;
    else worker.done++;
    this.#running--;
    this.#ran.add(ran);
    if (this.#limits.size > 0) this.#limits.delete(slot);
    if (!worker.leaving && this.#surplus === 0) this.#idle.use(slot);
    else {
      if (!worker.leaving) this.#surplus--;
      this.#leave(worker, context);
    }
  }

  /** A task is given up, wherever it stands: its asker is told, and then the work. */
  #giveUp(task: Task<T, R>, error: Error, now: number, context: At<R>): void {
    if (task.phase === 'queued') this.#queue.delete(task);
    const { worker } = task;
    // Nothing else ends what a thread does. Its worker gets another one with its next task.
    const port = worker?.port;
    if (worker) worker.port = undefined;
    task.failed = true;
    task.value = error;
    this.#end(task, now, context);
    context.after(() => task.answer());
    context.after(() => task.abort(error));
    if (port) context.after(() => port.end());
  }

  /** Its asker gave up, or its reply couldn't be held. */
  #forsake(task: Task<T, R>, context: At<R>): void {
    if (task.phase === 'ended') return;
    this.#aborted++;
    this.#giveUp(task, new TaskAbortedError(task.id, 'gone'), this.#clock(), context);
    this.#wake(context);
    // Others may give up by the same signal: none of their tasks is to begin just because the one before it has left.
    if (this.#queue.size > 0 && this.#idle.oldest >= 0) context.timers.set('go', 0, 'land');
  }

  #drop(task: Task<T, R>, context: At<R>): void {
    this.#dropped++;
    this.#giveUp(task, new PoolFullError(this.#settings.maxQueue), this.#clock(), context);
  }

  /** The task that makes room for one of this priority. @throws PoolFullError if none does */
  #displaced(priority: number): Task<T, R> {
    const { overflow, maxQueue } = this.#settings;
    const { least } = this.#queue;
    if (overflow === 'drop-oldest' && least && least.priority <= priority) return least;
    throw new PoolFullError(maxQueue);
  }

  /** A thread has ended by itself: its task fails, another worker comes. */
  #replace(worker: PoolWorker<T, R>, cause: unknown, now: number, context: At<R>): void {
    // It may have left meanwhile.
    if (this.#workers.find(worker.id) < 0) return;
    const error = new WorkerCrashedError(worker.id, cause);
    const surplus = !worker.leaving && this.#surplus > 0;
    const stays = !worker.leaving && !surplus;
    if (surplus) this.#surplus--;
    this.#crashed++;
    worker.port = undefined;
    context.emit({ type: 'crashed', worker: worker.id, error });
    this.#dismiss(worker, context);
    if (worker.task) this.#giveUp(worker.task, error, now, context);
    if (stays) context.emit({ type: 'added', worker: this.#hire() });
  }

  /** Answers those who wait for the moment when nothing runs and nothing waits, if this is it. */
  #wake(context: At<R>): void {
    if (this.#waiters.size === 0 || this.#running + this.#queue.size > 0) return;
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    context.after(() => {
      for (const place of waiters) place.answer();
    });
  }

  /** One timer for the task that will have run too long first. */
  #arm({ timers }: At<R>): void {
    const { next } = this.#limits;
    if (next >= this.#alarm) return;
    this.#alarm = next;
    timers.set('expire', Math.max(0, next - this.#latest), 'expire', undefined, { quiet: true });
  }

  /** When the store has closed, what still runs is told, and threads end. */
  #listen(context: At<R>): void {
    const { feed } = createFeed<this, never>(context, { capacity: 1 });
    feed.subscribe({ complete: () => this.#close() });
    // Discarded, as the feed is, if the command's reply can't be held.
    context.after(() => { this.#listening = true; });
  }

  #close(): void {
    this.#landing.close();
    for (const worker of this.#workers.values) {
      // A slot may be free.
      const { task, port } = (worker as PoolWorker<T, R> | undefined) ?? {};
      try {
        if (task) task.abort(new TaskAbortedError(task.id, 'closed'));
      } finally {
        port?.end();
      }
    }
  }
}

const NONE: readonly never[] = [];
