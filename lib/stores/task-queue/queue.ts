/**
 * The state of a task queue: the transitions of its tasks, and those who wait for them.
 *
 * ```
 *                ┌──────────── fail, time out, lost: another attempt ────────────┐
 *                ▼                                                               │
 *   enqueue ─▶ pending ─── its time comes ──▶ ready ──── dequeue ────▶ running ──┼─▶ completed
 *                ▲                                                               ├─▶ failed ──┐
 *                │                                                               └─▶ cancelled┤
 *                └────────────────────────────── retry, redrive ──────────────────────────────┘
 * ```
 *
 * What time has done is made true by `settle`, before anything else, by whichever command comes first. Its events and
 * answers wait in the outbox for the next command that succeeds, which at the latest is the timer's, in the same
 * millisecond. So a command that is refused loses none.
 */
import type { Context } from '../../index.js';
import { LeaseLostError } from '../errors.js';
import { Percentiles } from '../structures/percentiles.js';
import { backoffAfter } from './options.js';
import { isEnded, textOf, type Beat, type Task } from './task.js';
import { Tasks } from './tasks.js';
import type { FailReply, TaskFailure, TaskLease, TaskQueueEvent } from './types.js';
import { Waits, type Waiter } from './waits.js';
import { Workers } from './workers.js';

export class Queue<T, R> extends Tasks<T, R> {
  readonly waiters: Waits<Waiter<T>> = new Waits<Waiter<T>>();
  readonly wait: Percentiles = new Percentiles();
  readonly run: Percentiles = new Percentiles();
  /** The last token that was given. */
  tokens = 0;
  /** The last id that was given. */
  ids = 0;
  paused = false;
  readonly #beats = new Waits<Beat>();
  readonly #workers = new Workers();

  // ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Makes true what time has done up to now: delays that are over, leases that ran out, waits that were long enough. */
  settle(time: number): void {
    if (time > this.now) this.now = time;
    const { now } = this;
    for (let slot = this.scheduled.ripe(now); slot >= 0; slot = this.scheduled.ripe(now)) {
      const task = this.task(slot);
      if (task.state === 'pending') this.scheduled.release(slot, this.scheduled.due(slot));
      else this.#overdue(slot, task);
    }
    this.serve();
    for (let waiter = this.waiters.overdue(now); waiter; waiter = this.waiters.overdue(now)) this.#dismiss(waiter, undefined);
    for (let beat = this.#beats.overdue(now); beat; beat = this.#beats.overdue(now)) this.#answerBeat(beat);
  }

  /** Forgets what is too old, says how many, and sets the timer for what time does next. */
  sweep(context: Context<TaskQueueEvent>): number {
    this.outbox.begin(context);
    const removed = this.forgetOld(context);
    this.outbox.wakeAt(Math.min(this.scheduled.next, this.nextOld, this.waiters.next, this.#beats.next));
    return removed;
  }

  // ── transitions ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** A task becomes pending, until a time or at once. */
  schedule(slot: number, due: number): void {
    this.task(slot).state = 'pending';
    if (due <= this.now) this.scheduled.release(slot, due);
    else this.scheduled.delay(slot, due);
    if (due > this.now) this.outbox.wakeAt(due);
  }

  /** A pending task isn't pending any more. */
  unschedule(slot: number): void {
    this.scheduled.delete(slot);
  }

  /** Gives a worker the task that comes first, if there's one. */
  take(worker: string, lease: number): TaskLease<T> | undefined {
    const slot = this.paused ? -1 : this.scheduled.first;
    if (slot < 0) return undefined;
    const { now } = this;
    const task = this.task(slot);
    this.scheduled.delete(slot);
    task.state = 'running';
    task.worker = worker;
    task.token = ++this.tokens;
    this.scheduled.note(slot, now);
    task.lease = lease;
    this.running++;
    this.#workers.engage(worker);
    this.totals.started++;
    this.wait.add(now - this.scheduled.due(slot));
    const until = this.#lease(slot, task);
    const { id, token, attempt } = task;
    this.announce({ type: 'started', id, worker, token, attempt });
    const { enqueuedAt } = this.scheduled.times(slot);
    return { id, token, task: task.task, priority: task.priority, attempt, enqueuedAt, startedAt: now, until };
  }

  /** A lease holds from now on; gives when it runs out. */
  #lease(slot: number, task: Task<T, R>): number {
    const due = Math.min(this.scheduled.since(slot) + task.runTimeout, this.now + task.lease);
    this.scheduled.watch(slot, due);
    this.outbox.wakeAt(due);
    return due;
  }

  /** Renews the lease of a running task. */
  renew(slot: number): number {
    return this.#lease(slot, this.task(slot));
  }

  /** A running task doesn't run any more, whoever ended that. */
  #stop(slot: number, task: Task<T, R>): void {
    this.scheduled.delete(slot);
    this.running--;
    this.#workers.release(task.worker);
    const { beat, id, token } = task;
    if (beat === undefined) return;
    task.beat = undefined;
    this.#beats.delete(beat);
    this.outbox.answer(() => beat.place.refuse(new LeaseLostError(id, token)));
  }

  complete(slot: number, result: R | undefined): void {
    const task = this.task(slot);
    this.#stop(slot, task);
    this.run.add(this.now - this.scheduled.since(slot));
    task.result = result;
    this.totals.completed++;
    this.announce({ type: 'completed', id: task.id, worker: task.worker });
    this.end(slot, 'completed');
  }

  /** A worker puts its task off; that's no attempt. */
  release(slot: number): void {
    this.#stop(slot, this.task(slot));
  }

  cancel(slot: number): void {
    const task = this.task(slot);
    if (task.state === 'running') this.#stop(slot, task);
    else this.unschedule(slot);
    this.totals.cancelled++;
    this.announce({ type: 'cancelled', id: task.id });
    this.end(slot, 'cancelled');
  }

  /** An attempt has failed. `delay`: until the next one; `retry`: whether there's to be one. */
  fail(slot: number, reason: TaskFailure, error: unknown, delay?: number, retry = true): FailReply {
    const task = this.task(slot);
    const { id } = task;
    const lost = reason === 'lost';
    const over = !retry || task.failures + Number(!lost) >= task.attempts || task.losses + Number(lost) >= this.rules.losses;
    // The source of chance belongs to others and may throw: before anything has changed.
    const runAt = over ? Infinity : this.now + (delay ?? this.#backoff(task, reason));
    const text = textOf(error);
    this.#stop(slot, task);
    this.run.add(this.now - this.scheduled.since(slot));
    if (lost) task.losses++;
    else task.failures++;
    this.totals[lost ? 'lost' : reason === 'timeout' ? 'timeouts' : 'errors']++;
    task.reason = reason;
    task.error = text;
    if (over) {
      this.totals.failed++;
      this.announce({ type: 'failed', id, reason, error: text });
      this.end(slot, 'failed');
      return { state: 'failed' };
    }
    this.schedule(slot, runAt);
    this.announce({ type: 'retrying', id, reason, error: text, runAt });
    return { state: 'pending', runAt };
  }

  /** @throws what the source of chance does wrong; where it's time that fails a task, that's only reported, and takes nothing off */
  #backoff({ attempt }: Task<T, R>, reason: TaskFailure): number {
    try {
      return backoffAfter(attempt, this.rules);
    } catch (error) {
      if (reason === 'error') throw error;
      this.outbox.answer(() => { throw error; });
      return backoffAfter(attempt, this.rules, () => 0);
    }
  }

  #overdue(slot: number, task: Task<T, R>): void {
    if (this.scheduled.since(slot) + task.runTimeout <= this.now) this.fail(slot, 'timeout', `timed out after ${task.runTimeout} ms`);
    else this.fail(slot, 'lost', `its worker was silent for ${task.lease} ms`);
  }

  /** An ended task begins anew, as if it had never been tried. */
  restart(slot: number): void {
    const task = this.task(slot);
    if (isEnded(task.state)) this.ended[task.state].delete(slot);
    task.failures = task.losses = 0;
    task.reason = task.error = task.progress = task.result = undefined;
    this.schedule(slot, this.now);
    this.announce({ type: 'redriven', id: task.id });
  }

  // ── those who wait ────────────────────────────────────────────────────────────────────────────────────────────────

  /** How many workers have a task or wait for one. */
  get workers(): number {
    return this.#workers.size;
  }

  /** Gives those who wait what is ready. */
  serve(): void {
    if (this.paused) return;
    for (let waiter = this.waiters.first; waiter && this.scheduled.ready > 0; waiter = this.waiters.first) {
      waiter.given = this.take(waiter.worker, waiter.lease);
      this.#dismiss(waiter, waiter.given);
    }
  }

  await(waiter: Waiter<T>): void {
    this.waiters.add(waiter);
    this.outbox.wakeAt(waiter.due);
    this.#workers.engage(waiter.worker);
  }

  #dismiss(waiter: Waiter<T>, answer: TaskLease<T> | undefined): void {
    this.#leaveWaiters(waiter);
    this.outbox.answer(() => waiter.place.answer(answer));
  }

  #leaveWaiters(waiter: Waiter<T>): boolean {
    const waited = this.waiters.delete(waiter);
    if (waited) this.#workers.release(waiter.worker);
    return waited;
  }

  /** One who waited has given up: a task that was given to it meanwhile goes back to where it stood. */
  forsake(waiter: Waiter<T>): void {
    if (this.#leaveWaiters(waiter) || !waiter.given) return;
    const { id, token, startedAt } = waiter.given;
    const slot = this.tasks.find(id);
    const task = this.tasks.values[slot];
    if (task?.state !== 'running' || task.token !== token) return;
    this.#stop(slot, task);
    task.state = 'pending';
    this.scheduled.putBack(slot, startedAt);
    this.announce({ type: 'returned', id });
    this.serve();
  }

  /** A heartbeat whose reply is to come later; there's one for each task, the one before is answered. */
  hold(slot: number, place: Beat['place'], wait: number): Beat {
    const task = this.task(slot);
    if (task.beat) this.#answerBeat(task.beat);
    const beat = { number: this.#beats.nextNumber(), place, due: this.now + wait, slot };
    task.beat = beat;
    this.#beats.add(beat);
    this.outbox.wakeAt(beat.due);
    return beat;
  }

  #answerBeat(beat: Beat): void {
    const until = this.scheduled.due(beat.slot);
    this.dropBeat(beat);
    this.outbox.answer(() => beat.place.answer(until));
  }

  /** Whoever waits for it has given up, or has been answered. */
  dropBeat(beat: Beat): void {
    if (!this.#beats.delete(beat)) return;
    this.task(beat.slot).beat = undefined;
  }
}
