/**
 * The tasks that a queue holds: found by their ids, in the order in which they come next, and forgotten when they're too
 * old, too many of their state, or when room is needed.
 */
import type { Context } from '../../index.js';
import { LeaseLostError, TaskNotFoundError } from '../errors.js';
import { Slots } from '../structures/slots.js';
import { SWEPT_AT_ONCE } from '../structures/sweep.js';
import { Ended } from './ended.js';
import type { Rules } from './options.js';
import { Outbox } from './outbox.js';
import { Schedule } from './schedule.js';
import { isEnded, type Task, type Times } from './task.js';
import type { EndedState, TaskQueueEvent } from './types.js';

/** What has happened since the queue was made. */
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

export abstract class Tasks<T, R> {
  readonly rules: Rules;
  readonly tasks: Slots<string, Task<T, R>> = new Slots<string, Task<T, R>>();
  readonly ended: Readonly<Record<EndedState, Ended>>;
  readonly totals: Totals = {
    enqueued: 0, duplicates: 0, started: 0, completed: 0, errors: 0, timeouts: 0, lost: 0, failed: 0, cancelled: 0, removed: 0,
  };
  /** Tasks that run. */
  running = 0;
  /** The latest time that was seen: it never goes back. */
  now: number = -Infinity;
  protected readonly scheduled: Schedule = new Schedule();
  protected readonly outbox: Outbox = new Outbox();

  constructor(rules: Rules) {
    this.rules = rules;
    const of = (state: EndedState) => new Ended(rules.retain[state], (slot) => this.scheduled.since(slot));
    this.ended = { completed: of('completed'), failed: of('failed'), cancelled: of('cancelled') };
  }

  /** The time, for those who only look: what has become true since the last command is the next one's affair. */
  later(time: number): number {
    return Math.max(this.now, time);
  }

  // ── told ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  announce(event: TaskQueueEvent): void {
    this.outbox.announce(event);
  }

  /** What every command ends with that succeeds. */
  leave(context: Context<TaskQueueEvent>): void {
    this.outbox.leave(context);
  }

  /** The same for a command that may still be refused, its reply being held. */
  postpone(context: Context<TaskQueueEvent>): void {
    this.outbox.postpone(context);
  }

  // ── looked up ─────────────────────────────────────────────────────────────────────────────────────────────────────

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
    return this.scheduled.times(slot);
  }

  /** Of two tasks that wait for the same, the one with the smaller number is first. */
  order(slot: number): number {
    return this.scheduled.order(slot);
  }

  get pending(): number {
    return this.scheduled.ready + this.#delayed;
  }

  get #delayed(): number {
    const { completed, failed, cancelled } = this.ended;
    return this.tasks.size - this.running - this.scheduled.ready - completed.size - failed.size - cancelled.size;
  }

  /** Those whose delay isn't over at a time. */
  delayedAt(now: number): number {
    return this.#delayed - this.scheduled.overdue(now).filter((slot) => this.task(slot).state === 'pending').length;
  }

  // ── taken in ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Whether no task has this id that anybody may see; one that's too old is forgotten then. */
  claim(id: string): boolean {
    const slot = this.tasks.find(id);
    if (slot < 0) return true;
    if (!this.#isOld(slot)) return false;
    this.#remove(slot, 'age');
    return true;
  }

  /** Whether there's room for one more, if some that ended are forgotten. */
  get hasRoom(): boolean {
    return this.tasks.size < this.rules.maxTasks || DISPENSABLE.some((state) => this.ended[state].size > 0);
  }

  /** Takes in a task that nobody sees, into the place of an older one if need be. */
  add(task: Task<T, R>, enqueuedAt: number): number {
    if (this.tasks.size >= this.rules.maxTasks) this.#makeRoom();
    const slot = this.tasks.add(task.id, task);
    this.scheduled.add(slot, task.priority, enqueuedAt);
    return slot;
  }

  #makeRoom(): void {
    const old = DISPENSABLE.find((each) => this.ended[each].next <= this.now);
    const state = old ?? DISPENSABLE.find((each) => this.ended[each].size > 0);
    if (state !== undefined) this.#remove(this.ended[state].oldest, old === undefined ? 'room' : 'age');
  }

  // ── kept, and forgotten ───────────────────────────────────────────────────────────────────────────────────────────

  /** A task has come to an end. */
  end(slot: number, state: EndedState, at: number = this.now): void {
    const ended = this.ended[state];
    this.task(slot).state = state;
    this.scheduled.note(slot, at);
    ended.add(slot);
    this.outbox.wakeAt(at + ended.rule.age + this.rules.sweep);
    if (ended.size > ended.rule.count) this.#remove(ended.oldest, this.#isOld(ended.oldest) ? 'age' : 'count');
  }

  /** Forgets what is too old, and says how many. */
  protected forgetOld(context: Context<TaskQueueEvent>): number {
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

  /** When the first one is forgotten at the latest: what is too old may stay for the period of the sweep. */
  protected get nextOld(): number {
    const { completed, failed, cancelled } = this.ended;
    return Math.min(completed.next, failed.next, cancelled.next) + this.rules.sweep;
  }

  /** What happened so far is nobody's business: the queue was just made of a dump. */
  forget(): void {
    this.outbox.forget();
    this.totals.removed = 0;
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
}
