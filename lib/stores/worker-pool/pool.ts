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
import { Subscription } from 'rxjs';
import { createFeed, hold, ticket, type Clock, type Context, type Outcome, type Ticket } from '../../index.js';
import { PoolFullError, TaskAbortedError, TaskTimeoutError, WorkerCrashedError, WorkerLimitError, WorkerNotFoundError } from '../errors.js';
import { begin, type Doing } from './begin.js';
import { Crew } from './crew.js';
import type { PoolEvent, QueuedTask } from './kinds.js';
import { Landing } from './landing.js';
import { Limits } from './limits.js';
import type { PoolWorker } from './pool-worker.js';
import type { Parts } from './seen.js';
import { Tally } from './tally.js';
import { Task } from './task.js';
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

export class Pool<T, R> implements Parts<T, R> {
  readonly #settings: PoolSettings<T, R>;
  readonly #now: Clock['now'];
  readonly crew: Crew<T, R> = new Crew();
  readonly queue: TaskQueue<T, R> = new TaskQueue();
  readonly #limits = new Limits();
  readonly #landing = new Landing<T, R>();
  readonly tally: Tally<T, R>;
  paused: boolean;
  /** Tasks that were ever taken; the last one has this number. */
  submitted = 0;
  #latest = -Infinity;
  /** Asks for the moment when nothing runs and nothing waits. */
  readonly #waiters = new Set<Ticket<void>>();
  /** The pool hears when its store has closed. */
  #listening = false;
  /** A timer is about to begin what waits. */
  #going = false;

  constructor(settings: PoolSettings<T, R>, now: Clock['now']) {
    this.#settings = settings;
    this.#now = now;
    this.paused = settings.paused;
    this.tally = new Tally(settings.remember);
    for (let count = 0; count < settings.size; count++) this.crew.hire();
    for (const { task, priority, taskTimeout } of settings.queued) {
      this.queue.push(new Task(++this.submitted, task, priority, taskTimeout, this.#clock(), undefined));
    }
  }

  // ── tasks ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  submit(what: T, priority: number, timeout: number, context: At<R>): Outcome<this, R> {
    const free = !this.paused && this.crew.free;
    // What waits goes first, where a worker has just been freed by somebody who gave up.
    const direct = free && this.queue.size === 0;
    const dropped = free || this.queue.size < this.#settings.maxQueue ? undefined : this.#displaced(priority);
    // From here on nothing throws. Yet if the reply can't be held, what this command says and begins is discarded: so it
    // begins no other task, and what it says of another one is said again by `#forsake`.
    const place = ticket<R>();
    const now = this.#clock();
    const task = new Task<T, R>(++this.submitted, what, priority, timeout, now, place);
    this.#landing.open(context);
    if (direct) {
      this.#start(task, now, context);
      this.#listen(context);
      context.after(() => this.#begin(task));
    } else {
      if (dropped) this.#drop(dropped, task, now, context);
      this.queue.push(task);
      if (free) this.#goSoon(context);
    }
    return hold<this, R>(this, place, { gone: (pool, later) => (pool.#forsake(task, later), pool) });
  }

  /** Work has ended, and threads have. */
  land(late: boolean, context: At<R>): void {
    this.#going = false;
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
    for (const slot of this.#limits.due(now, context.timers)) {
      // A cast: a worker with a limit has a task.
      const task = this.crew.at(slot)!.task as Task<T, R>;
      this.tally.timedOut++;
      this.#giveUp(task, new TaskTimeoutError(task.id, task.timeout), now, context);
    }
    this.#go(context);
  }

  /** Fails what waits, and, if `running`, what runs. Gives how many that were. */
  clear(running: boolean, context: At<R>): number {
    const now = this.#clock();
    const tasks = [...this.queue, ...running ? this.crew.tasks() : []];
    for (const task of tasks) this.#giveUp(task, new TaskAbortedError(task.id, 'cleared'), now, context);
    this.tally.aborted += tasks.length;
    this.#go(context);
    return tasks.length;
  }

  pause(paused: boolean, context: At<R>): boolean {
    const changed = this.paused !== paused;
    this.paused = paused;
    if (changed) context.emit({ type: paused ? 'paused' : 'resumed' });
    this.#go(context);
    return changed;
  }

  idle(context: At<R>): Outcome<this, void> {
    const place = ticket<void>();
    this.#waiters.add(place);
    // As in `submit`: it begins no task itself.
    if (this.#ready) this.#goSoon(context);
    this.#wake(context);
    return hold<this, void>(this, place, { gone: (pool) => (pool.#waiters.delete(place), pool) });
  }

  // ── workers ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** @throws WorkerLimitError */
  add(context: At<R>): number {
    const { maxWorkers } = this.#settings;
    if (this.crew.size >= maxWorkers) throw new WorkerLimitError(maxWorkers);
    const worker = this.crew.hire();
    context.emit({ type: 'added', worker });
    this.#go(context);
    return worker;
  }

  /** Gives whether it's gone already, and doesn't finish a task first. @throws WorkerNotFoundError */
  remove(id: number, force: boolean, context: At<R>): boolean {
    const worker = this.crew.find(id);
    if (!worker) throw new WorkerNotFoundError(id);
    this.#dismiss(worker, context);
    if (force && worker.task) {
      this.tally.aborted++;
      this.#giveUp(worker.task, new TaskAbortedError(worker.task.id, 'removed'), this.#clock(), context);
      this.#go(context);
    }
    return this.crew.find(id) === undefined;
  }

  /** @throws WorkerLimitError */
  resize(size: number, context: At<R>): number {
    const crew = this.crew;
    const { maxWorkers } = this.#settings;
    // Those who are leaving are still there, as `add` sees it too; those too many just stay.
    if (size > crew.size - crew.leaving && size + crew.leaving > maxWorkers) throw new WorkerLimitError(maxWorkers);
    let excess = crew.staying - size;
    if (excess > 0) {
      // Those who rest go, the latest come first; of those who are busy, whoever is done first.
      const resting = crew.all().filter(({ task }) => !task);
      for (const worker of resting.reverse()) if (excess-- > 0) this.#leave(worker, context);
      crew.surplus += Math.max(0, excess);
    }
    crew.surplus -= Math.min(crew.surplus, Math.max(0, size - crew.staying));
    for (let missing = size - crew.staying; missing > 0; missing--) context.emit({ type: 'added', worker: crew.hire() });
    this.#go(context);
    return size;
  }

  // ── within ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The time, which never runs backwards. */
  #clock(): number {
    const now = this.#now();
    if (now > this.#latest) this.#latest = now;
    return this.#latest;
  }

  /** A task may begin. */
  get #ready(): boolean {
    return !this.paused && this.queue.size > 0 && this.crew.free;
  }

  /** A worker goes: at once, or when its task has ended. */
  #dismiss(worker: PoolWorker<T, R>, context: At<R>): void {
    if (worker.task) this.crew.release(worker);
    else this.#leave(worker, context);
  }

  #leave(worker: PoolWorker<T, R>, context: At<R>): void {
    const { port } = worker;
    this.crew.delete(worker);
    worker.port = undefined;
    if (port) context.after(() => port.end());
    context.emit({ type: 'left', worker: worker.id });
  }

  /** Gives tasks to workers, as long as there are both. */
  #dispatch(now: number, context: At<R>): readonly Task<T, R>[] {
    if (!this.#ready) return NONE;
    const begun: Task<T, R>[] = [];
    for (let task = this.queue.next; task && this.crew.free; task = this.queue.next) {
      this.queue.delete(task);
      this.#start(task, now, context);
      begun.push(task);
    }
    this.#landing.open(context);
    this.#listen(context);
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

  /** The same, by a command of its own: for those who may yet be refused. It isn't put off by those who come meanwhile. */
  #goSoon({ timers }: At<R>): void {
    if (this.#going) return;
    this.#going = true;
    timers.set('go', 0, 'land');
  }

  /** A worker takes a task. */
  #start(task: Task<T, R>, now: number, context: At<R>): void {
    const worker = this.crew.take(task);
    task.worker = worker;
    task.phase = 'running';
    task.startedAt = now;
    this.tally.began(task);
    if (task.timeout < Infinity) this.#limits.set(worker.slot, now + task.timeout, now, context.timers);
  }

  /** The work begins, outside. */
  #begin(task: Task<T, R>): void {
    // It may have been given up right after its worker took it.
    if (task.phase === 'running') begin(this.#settings.doing, task, this.#landing);
  }

  /** A task has ended, and its worker is free. What is to be said of it stands in the task; it's answered by the caller. */
  #end(task: Task<T, R>, now: number, context: At<R>): void {
    const { worker, failed } = task;
    context.emit(this.tally.ended(task, now));
    if (!worker) return;
    if (failed) worker.failed++;
    else worker.done++;
    this.#limits.delete(worker.slot);
    if (!this.crew.rest(worker)) this.#leave(worker, context);
  }

  /** A task is given up, wherever it stands: its asker is told, and then the work. */
  #giveUp(task: Task<T, R>, error: Error, now: number, context: At<R>): void {
    if (task.phase === 'queued') this.queue.delete(task);
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
    task.untold?.(context);
    task.untold = undefined;
    if (task.phase === 'ended') return;
    this.tally.aborted++;
    this.#giveUp(task, new TaskAbortedError(task.id, 'gone'), this.#clock(), context);
    this.#wake(context);
    // Others may give up by the same signal: none of their tasks is to begin just because the one before it has left.
    if (this.#ready) this.#goSoon(context);
  }

  /** A task is dropped for another one. */
  #drop(task: Task<T, R>, by: Task<T, R>, now: number, context: At<R>): void {
    this.queue.delete(task);
    this.tally.dropped++;
    task.failed = true;
    task.value = new PoolFullError(this.#settings.maxQueue);
    const outcome = this.tally.ended(task, now);
    by.untold = ({ emit, after }) => {
      emit(outcome);
      after(() => task.answer());
    };
    by.untold(context);
    context.after(() => { by.untold = undefined; });
  }

  /** The task that makes room for one of this priority. @throws PoolFullError if none does */
  #displaced(priority: number): Task<T, R> {
    const { overflow, maxQueue } = this.#settings;
    const { least } = this.queue;
    if (overflow === 'drop-oldest' && least && least.priority <= priority) return least;
    throw new PoolFullError(maxQueue);
  }

  /** A thread has ended by itself: its task fails, another worker comes. */
  #replace(worker: PoolWorker<T, R>, cause: unknown, now: number, context: At<R>): void {
    // It may have left meanwhile.
    if (this.crew.find(worker.id) !== worker) return;
    const error = new WorkerCrashedError(worker.id, cause);
    const surplus = !worker.leaving && this.crew.surplus > 0;
    const stays = !worker.leaving && !surplus;
    if (surplus) this.crew.surplus--;
    this.tally.crashed++;
    worker.port = undefined;
    context.emit({ type: 'crashed', worker: worker.id, error });
    this.#dismiss(worker, context);
    if (worker.task) this.#giveUp(worker.task, error, now, context);
    if (stays) context.emit({ type: 'added', worker: this.crew.hire() });
  }

  /** Answers those who wait for the moment when nothing runs and nothing waits, if this is it. */
  #wake(context: At<R>): void {
    if (this.#waiters.size === 0 || this.crew.running + this.queue.size > 0) return;
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    context.after(() => {
      for (const place of waiters) place.answer();
    });
  }

  /** When the store has closed, what still runs is told, and threads end. */
  #listen(context: At<R>): void {
    if (this.#listening) return;
    const { feed } = createFeed<this, never>(context, { capacity: 1 });
    feed.subscribe({ complete: () => this.#close() });
    // Discarded, as the feed is, if the command's reply can't be held.
    context.after(() => { this.#listening = true; });
  }

  #close(): void {
    this.#landing.close();
    // One that throws keeps no other from its end.
    const ends = new Subscription();
    for (const { task, port } of this.crew.all()) {
      if (task) ends.add(() => task.abort(new TaskAbortedError(task.id, 'closed')));
      if (port) ends.add(() => port.end());
    }
    ends.unsubscribe();
  }
}

const NONE: readonly never[] = [];
