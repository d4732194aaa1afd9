/**
 * The state of a task queue, and the transitions of its tasks.
 *
 * ```
 *                ┌──────────── fail, time out, lost: another attempt ────────────┐
 *                ▼                                                               │
 *   enqueue ─▶ pending ─── its time comes ──▶ ready ──── dequeue ────▶ running ──┼─▶ completed
 *                ▲                                                               ├─▶ failed ──┐
 *                │                                                               └─▶ cancelled┤
 *                └────────────────────────────── retry, redrive ──────────────────────────────┘
 *
 * ```
 *
 * What time has done is made true by `settle`, before anything else, by whoever comes first: a command, a query or the
 * timer. Its events and answers wait in `outbox` and `answers` for the next command that succeeds, which at the latest is
 * the timer's, in the same millisecond. So a command that is refused loses none.
 */
import type { Context } from '../../index.js';
import { show } from '../../internal/expect.js';
import { LeaseLostError, TaskNotFoundError } from '../errors.js';
import { Percentiles } from '../structures/percentiles.js';
import { Slots } from '../structures/slots.js';
import { Sweep, SWEPT_AT_ONCE } from '../structures/sweep.js';
import { Ended } from './ended.js';
import { backoffAfter, type Rules } from './options.js';
import { Schedule } from './schedule.js';
import { isEnded, type Beat, type Task, type Times } from './task.js';
import type { EndedState, FailReply, TaskFailure, TaskLease, TaskQueueEvent } from './types.js';
import { Waits, type Waiting } from './waits.js';

/** A dequeue that waits for a task. @internal */
export type Waiter<T> = Waiting<TaskLease<T> | undefined> & {
  readonly worker: string;
  readonly lease: number;
  /** What it was given. */
  given: TaskLease<T> | undefined;
};

/** What has happened since the queue was made. @internal */
export interface Totals {
  enqueued: number;
  duplicates: number;
  started: number;
  completed: number;
  errors: number;
  timeouts: number;
  lost: number;
  failed: number;
  cancelled: number;
  removed: number;
}

/** In this order tasks are forgotten when room is needed. */
const DISPENSABLE = ['completed', 'cancelled', 'failed'] as const;

/** The longest text of an error that is kept. */
const LONGEST = 1_000;

/** @internal */
export class Queue<T, R> {
  readonly rules: Rules;
  readonly tasks = new Slots<string, Task<T, R>>();
  readonly #schedule = new Schedule();
  readonly ended: Readonly<Record<EndedState, Ended>>;
  readonly waiters = new Waits<Waiter<T>>();
  readonly #beats = new Waits<Beat>();
  /** How many tasks and waiting dequeues each worker has. */
  readonly #workers = new Map<string, number>();
  readonly totals: Totals = {
    enqueued: 0, duplicates: 0, started: 0, completed: 0, errors: 0, timeouts: 0, lost: 0, failed: 0, cancelled: 0, removed: 0,
  };
  readonly wait = new Percentiles();
  readonly run = new Percentiles();
  readonly #sweep = new Sweep(0);
  /** The earliest time for which the timer is to be set, of those that have come up since it was. */
  #wake = Infinity;
  #outbox: TaskQueueEvent[] = [];
  #answers: (() => void)[] = [];
  /** The last token that was given. */
  tokens = 0;
  /** The last id that was given. */
  ids = 0;
  running = 0;
  paused = false;
  /** The latest time that was seen: it never goes back. */
  now = -Infinity;

  constructor(rules: Rules) {
    this.rules = rules;
    const of = (state: EndedState) => new Ended(rules.retain[state], (slot) => this.#schedule.since(slot));
    this.ended = { completed: of('completed'), failed: of('failed'), cancelled: of('cancelled') };
  }

  // ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The time, for those who only look: what has become true since the last command is the next one's affair. */
  later(time: number): number {
    return Math.max(this.now, time);
  }

  /** Makes true what time has done up to now: delays that are over, leases that ran out, waits that were long enough. */
  settle(time: number): void {
    if (time > this.now) this.now = time;
    const { now } = this;
    for (let slot = this.#schedule.ripe(now); slot >= 0; slot = this.#schedule.ripe(now)) {
      const task = this.task(slot);
      if (task.state === 'pending') this.#schedule.release(slot, this.#schedule.due(slot));
      else this.#overdue(slot, task);
    }
    this.serve();
    for (let waiter = this.waiters.overdue(now); waiter; waiter = this.waiters.overdue(now)) this.#dismiss(waiter, undefined);
    for (let beat = this.#beats.overdue(now); beat; beat = this.#beats.overdue(now)) this.#answerBeat(beat);
  }

  /** Gives out what waits for the end of a successful command, and sees to the timer. */
  leave(context: Context<TaskQueueEvent>): void {
    if (this.#outbox.length > 0) {
      const { emit } = context;
      for (const event of this.#outbox) emit(event);
      this.#outbox.length = 0;
    }
    if (this.#answers.length > 0) {
      const answers = this.#answers;
      this.#answers = [];
      context.after(() => {
        for (const answer of answers) answer();
      });
    }
    this.#arm(context);
  }

  /** The same for a command that may still be refused, its reply being held: what waits is given out by a next one. */
  postpone(context: Context<TaskQueueEvent>): void {
    if (this.#outbox.length + this.#answers.length > 0) context.tell('sweep');
    this.#arm(context);
  }

  #arm(context: Context<TaskQueueEvent>): void {
    if (this.#wake === Infinity) return;
    this.#sweep.arm(context, this.#wake);
    this.#wake = Infinity;
  }

  /** Something is to be done at a time. */
  #wakeAt(time: number): void {
    if (time < this.#wake) this.#wake = time;
  }

  /** When time does something next; what is too old may stay for the period of the sweep. */
  #next(): number {
    const { completed, failed, cancelled } = this.ended;
    const old = Math.min(completed.next, failed.next, cancelled.next) + this.rules.sweep;
    return Math.min(this.#schedule.next, old, this.waiters.next, this.#beats.next);
  }

  /** Forgets what is too old, and says how many. */
  sweep(context: Context<TaskQueueEvent>): number {
    this.#sweep.begin(context);
    const removed = this.#forgetOld(context);
    this.#wakeAt(this.#next());
    return removed;
  }

  #forgetOld(context: Context<TaskQueueEvent>): number {
    let removed = 0;
    for (const state of DISPENSABLE) {
      const ended = this.ended[state];
      for (let slot = ended.oldest; slot >= 0 && ended.isExpired(slot, this.now); slot = ended.oldest) {
        if (removed === SWEPT_AT_ONCE) {
          context.tell('sweep');
          return removed;
        }
        this.#remove(slot, 'age');
        removed++;
      }
    }
    return removed;
  }

  // ── tasks come, and are looked up ─────────────────────────────────────────────────────────────────────────────────

  /** Whether no task has this id that anybody may see; one that's too old is forgotten then. */
  claim(id: string): boolean {
    const slot = this.tasks.find(id);
    if (slot < 0) return true;
    if (!this.#isOld(slot)) return false;
    this.#remove(slot, 'age');
    return true;
  }

  /** The slot of a task that anybody may see, or -1. */
  find(id: string, now: number = this.now): number {
    const slot = this.tasks.find(id);
    return slot >= 0 && this.#isOld(slot, now) ? -1 : slot;
  }

  /** @throws TaskNotFoundError */
  at(id: string, now: number = this.now): number {
    const slot = this.find(id, now);
    if (slot < 0) throw new TaskNotFoundError(id);
    return slot;
  }

  /** The slot of a task that runs under this token. @throws TaskNotFoundError @throws LeaseLostError */
  leased(id: string, token: number): number {
    const slot = this.at(id);
    const task = this.task(slot);
    if (task.state !== 'running' || task.token !== token) throw new LeaseLostError(id, token);
    return slot;
  }

  /** The task in a slot that is taken. */
  task(slot: number): Task<T, R> {
    // A cast: the slot is taken.
    return this.tasks.values[slot] as Task<T, R>;
  }

  /** When it came, when it's due, and since when it has run or is over. */
  times(slot: number): Times {
    return this.#schedule.times(slot);
  }

  /** Whether there's room for one more, if some that ended are forgotten. */
  get hasRoom(): boolean {
    return this.tasks.size < this.rules.maxTasks || DISPENSABLE.some((state) => this.ended[state].size > 0);
  }

  /** Takes in a task that nobody sees, into the place of an older one if need be. */
  add(task: Task<T, R>, enqueuedAt: number): number {
    if (this.tasks.size >= this.rules.maxTasks) this.#makeRoom();
    const slot = this.tasks.add(task.id, task);
    this.#schedule.add(slot, task.priority, enqueuedAt);
    return slot;
  }

  #makeRoom(): void {
    const old = DISPENSABLE.find((each) => this.ended[each].next <= this.now);
    const state = old ?? DISPENSABLE.find((each) => this.ended[each].size > 0);
    if (state !== undefined) this.#remove(this.ended[state].oldest, old === undefined ? 'room' : 'age');
  }

  #isOld(slot: number, now: number = this.now): boolean {
    const { state } = this.task(slot);
    return isEnded(state) && this.ended[state].isExpired(slot, now);
  }

  #remove(slot: number, reason: 'age' | 'count' | 'room'): void {
    const { id, state } = this.task(slot);
    if (!isEnded(state)) return;
    this.ended[state].delete(slot);
    this.tasks.delete(slot);
    this.totals.removed++;
    this.announce({ type: 'removed', id, state, reason });
  }

  // ── transitions ───────────────────────────────────────────────────────────────────────────────────────────────────

  announce(event: TaskQueueEvent): void {
    this.#outbox.push(event);
  }

  /** A task becomes pending, until a time or at once. */
  schedule(slot: number, due: number): void {
    this.task(slot).state = 'pending';
    if (due <= this.now) this.#schedule.release(slot, due);
    else this.#schedule.delay(slot, due);
    if (due > this.now) this.#wakeAt(due);
  }

  /** A pending task isn't pending any more. */
  unschedule(slot: number): void {
    this.#schedule.delete(slot);
  }

  /** Gives a worker the task that comes first, if there's one. */
  take(worker: string, lease: number): TaskLease<T> | undefined {
    const slot = this.paused ? -1 : this.#schedule.first;
    if (slot < 0) return undefined;
    const { now } = this;
    const task = this.task(slot);
    this.#schedule.delete(slot);
    task.state = 'running';
    task.worker = worker;
    task.token = ++this.tokens;
    this.#schedule.note(slot, now);
    task.lease = lease;
    this.running++;
    this.#engage(worker);
    this.totals.started++;
    this.wait.add(now - this.#schedule.due(slot));
    const until = this.#lease(slot, task);
    const { id, token, attempt } = task;
    this.announce({ type: 'started', id, worker, token, attempt });
    const { enqueuedAt } = this.#schedule.times(slot);
    return { id, token, task: task.task, priority: task.priority, attempt, enqueuedAt, startedAt: now, until };
  }

  /** A lease holds from now on; gives when it runs out. */
  #lease(slot: number, task: Task<T, R>): number {
    const due = Math.min(this.#schedule.since(slot) + task.runTimeout, this.now + task.lease);
    this.#schedule.watch(slot, due);
    this.#wakeAt(due);
    return due;
  }

  /** Renews the lease of a running task. */
  renew(slot: number): number {
    return this.#lease(slot, this.task(slot));
  }

  /** A running task doesn't run any more, whoever ended that. */
  #stop(slot: number, task: Task<T, R>): void {
    this.#schedule.delete(slot);
    this.running--;
    this.#release(task.worker);
    const { beat, id, token } = task;
    if (beat === undefined) return;
    task.beat = undefined;
    this.#beats.delete(beat);
    this.#answers.push(() => beat.place.refuse(new LeaseLostError(id, token)));
  }

  complete(slot: number, result: R | undefined): void {
    const task = this.task(slot);
    this.#stop(slot, task);
    this.run.add(this.now - this.#schedule.since(slot));
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
    // What belongs to others, the error and the source of chance, may throw: before anything has changed.
    const text = textOf(error);
    const lost = reason === 'lost';
    const over = !retry || task.failures + Number(!lost) >= task.attempts || task.losses + Number(lost) >= this.rules.losses;
    const runAt = over ? Infinity : this.now + (delay ?? backoffAfter(task.attempt, this.rules));
    this.#stop(slot, task);
    this.run.add(this.now - this.#schedule.since(slot));
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

  #overdue(slot: number, task: Task<T, R>): void {
    if (this.#schedule.since(slot) + task.runTimeout <= this.now) this.fail(slot, 'timeout', `timed out after ${task.runTimeout} ms`);
    else this.fail(slot, 'lost', `its worker was silent for ${task.lease} ms`);
  }

  /** A task has come to an end. */
  end(slot: number, state: EndedState, at: number = this.now): void {
    const task = this.task(slot);
    const ended = this.ended[state];
    task.state = state;
    this.#schedule.note(slot, at);
    ended.add(slot);
    this.#wakeAt(at + ended.rule.age + this.rules.sweep);
    if (ended.size > ended.rule.count) this.#remove(ended.oldest, this.#isOld(ended.oldest) ? 'age' : 'count');
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

  /** Gives those who wait what is ready. */
  serve(): void {
    if (this.paused) return;
    for (let waiter = this.waiters.first; waiter && this.#schedule.ready > 0; waiter = this.waiters.first) {
      waiter.given = this.take(waiter.worker, waiter.lease);
      this.#dismiss(waiter, waiter.given);
    }
  }

  await(waiter: Waiter<T>): void {
    this.waiters.add(waiter);
    this.#wakeAt(waiter.due);
    this.#engage(waiter.worker);
  }

  #dismiss(waiter: Waiter<T>, answer: TaskLease<T> | undefined): void {
    this.#leaveWaiters(waiter);
    this.#answers.push(() => waiter.place.answer(answer));
  }

  #leaveWaiters(waiter: Waiter<T>): boolean {
    const waited = this.waiters.delete(waiter);
    if (waited) this.#release(waiter.worker);
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
    this.#schedule.putBack(slot, startedAt);
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
    this.#wakeAt(beat.due);
    return beat;
  }

  #answerBeat(beat: Beat): void {
    const until = this.#schedule.due(beat.slot);
    this.dropBeat(beat);
    this.#answers.push(() => beat.place.answer(until));
  }

  /** Whoever waits for it has given up, or has been answered. */
  dropBeat(beat: Beat): void {
    if (!this.#beats.delete(beat)) return;
    this.task(beat.slot).beat = undefined;
  }

  // ── what is told of it ────────────────────────────────────────────────────────────────────────────────────────────

  get pending(): number {
    return this.#schedule.ready + this.delayed;
  }

  get delayed(): number {
    const { completed, failed, cancelled } = this.ended;
    return this.tasks.size - this.running - this.#schedule.ready - completed.size - failed.size - cancelled.size;
  }

  /** Those whose delay isn't over at a time. */
  delayedAt(now: number): number {
    return this.delayed - this.#schedule.overdue(now).filter((slot) => this.task(slot).state === 'pending').length;
  }

  get workers(): number {
    return this.#workers.size;
  }

  /** What happened so far is nobody's business: the queue was just made of a dump. */
  forget(): void {
    this.#outbox = [];
    this.totals.removed = 0;
  }

  /** Of two tasks that wait for the same, the one with the smaller number is first. */
  order(slot: number): number {
    return this.#schedule.order(slot);
  }

  #engage(worker: string): void {
    this.#workers.set(worker, (this.#workers.get(worker) ?? 0) + 1);
  }

  #release(worker: string): void {
    const left = (this.#workers.get(worker) ?? 0) - 1;
    if (left > 0) this.#workers.set(worker, left);
    else this.#workers.delete(worker);
  }
}

/** What went wrong, as text. */
function textOf(error: unknown): string {
  const text = typeof error === 'string' ? error : error instanceof Error ? `${error.name}: ${error.message}` : error === undefined ? '' : show(error);
  return text.slice(0, LONGEST);
}
