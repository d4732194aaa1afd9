/** A task queue as plain data, and back. */
import { expect, expectObject } from '../../internal/expect.js';
import { ageOf, dumpOf, expectDump, type Dump } from '../structures/dump.js';
import type { Rules } from './options.js';
import { Queue } from './queue.js';
import { isEnded, Task } from './task.js';
import type { TaskFailure, TaskState } from './types.js';

/** A task in a dump. Times are those of the dumped queue's clock. */
export interface DumpedTask<T, R> {
  readonly id: string;
  readonly task: T;
  readonly state: Exclude<TaskState, 'running'>;
  readonly priority: number;
  readonly attempts: number;
  /** `null` for no limit: JSON knows no `Infinity`. */
  readonly runTimeout: number | null;
  readonly failures: number;
  readonly losses: number;
  readonly enqueuedAt: number;
  /** When it may run, or when it ended. */
  readonly at: number;
  readonly result?: R;
  readonly reason?: TaskFailure;
  readonly error?: string;
  readonly progress?: unknown;
}

/** What `dump` gives. It's plain data as far as tasks, results and progress are, which are the caller's. */
export interface TaskQueueDump<T, R> extends Dump<'task-queue'> {
  readonly paused: boolean;
  /** The last lease token and the last running number that were given: none is given twice, also after a restore. */
  readonly tokens: number;
  readonly ids: number;
  /** Pending ones in their order (a running one first, as if it had never been started), then those that ended. */
  readonly tasks: readonly DumpedTask<T, R>[];
}

export function dump<T, R>(queue: Queue<T, R>, now: number): TaskQueueDump<T, R> {
  const pending: number[] = [];
  for (const [, slot] of queue.tasks.entries()) {
    if (!isEnded(queue.task(slot).state)) pending.push(slot);
  }
  // Those that run, those that are ready, and those that will be.
  const rank = (slot: number) => queue.task(slot).state === 'running' ? -Infinity : Math.max(queue.now, queue.times(slot).due);
  const inOrder = new Map(pending.map((slot) => [slot, rank(slot)]));
  pending.sort((one, other) => compare(inOrder.get(one), inOrder.get(other)) || queue.order(one) - queue.order(other));
  const tasks = pending.map((slot) => dumped(queue, slot));
  for (const ended of Object.values(queue.ended)) {
    for (let slot = ended.first(now); slot >= 0; slot = ended.after(slot)) tasks.push(dumped(queue, slot));
  }
  const { paused, tokens, ids } = queue;
  return { ...dumpOf('task-queue', now), paused, tokens, ids, tasks };
}

/** Which number is smaller, also of two infinite ones. */
function compare(one: number = 0, other: number = 0): number {
  return Number(one > other) - Number(one < other);
}

function dumped<T, R>(queue: Queue<T, R>, slot: number): DumpedTask<T, R> {
  const task = queue.task(slot);
  const { id, state, priority, attempts, runTimeout, failures, losses, result, reason, error, progress } = task;
  const { due, enqueuedAt, since } = queue.times(slot);
  return {
    id, task: task.task, state: state === 'running' ? 'pending' : state, priority, attempts,
    runTimeout: runTimeout === Infinity ? null : runTimeout,
    failures, losses, enqueuedAt,
    at: state === 'pending' ? due : since,
    ...result === undefined ? {} : { result },
    ...reason === undefined ? {} : { reason },
    ...error === undefined ? {} : { error },
    ...progress === undefined ? {} : { progress },
  };
}

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
/** A running number that still has room above it: nobody counts that far. */
const isNumber = (value: unknown) => isCount(value) && (value as number) <= 2 ** 52;

/** @throws TypeError for what no queue of these rules has given. */
export function expectQueueDump(dump: TaskQueueDump<unknown, unknown>, { maxTasks }: Rules): void {
  expectDump(dump, 'task-queue');
  const { paused, tokens, ids, tasks } = dump;
  expect(typeof paused === 'boolean', 'restore.paused', 'a boolean', paused);
  expect(isNumber(tokens), 'restore.tokens', 'an integer from 0 to 2^52', tokens);
  expect(isNumber(ids), 'restore.ids', 'an integer from 0 to 2^52', ids);
  expect(Array.isArray(tasks), 'restore.tasks', 'an array', tasks);
  const seen = new Set<string>();
  let live = 0;
  for (const [place, task] of tasks.entries()) {
    const name = `restore.tasks[${place}]`;
    expectObject(task, name);
    const { id, state, priority, attempts, runTimeout, failures, losses, enqueuedAt, at, reason, error } = task;
    expect(typeof id === 'string' && !seen.has(id), `${name}.id`, 'a string, once', id);
    expect(task.task !== undefined, `${name}.task`, 'anything but undefined', undefined);
    expect(['pending', 'completed', 'failed', 'cancelled'].includes(state), `${name}.state`, 'one of pending, completed, failed, cancelled', state);
    expect(Number.isSafeInteger(priority), `${name}.priority`, 'an integer', priority);
    expect(isCount(attempts) && attempts > 0, `${name}.attempts`, 'a positive integer', attempts);
    expect(runTimeout === null || (typeof runTimeout === 'number' && runTimeout > 0), `${name}.runTimeout`, 'a positive number, or null', runTimeout);
    expect(isCount(failures), `${name}.failures`, 'an integer from 0 on', failures);
    expect(isCount(losses), `${name}.losses`, 'an integer from 0 on', losses);
    expect(Number.isFinite(enqueuedAt), `${name}.enqueuedAt`, 'a time in milliseconds', enqueuedAt);
    expect(Number.isFinite(at), `${name}.at`, 'a time in milliseconds', at);
    expect(state === 'pending' || at <= dump.at, `${name}.at`, `at most ${dump.at}, the time of the dump`, at);
    expect(reason === undefined || ['error', 'timeout', 'lost'].includes(reason), `${name}.reason`, 'one of error, timeout, lost', reason);
    expect(error === undefined || typeof error === 'string', `${name}.error`, 'a string', error);
    seen.add(id);
    if (state === 'pending') live++;
  }
  expect(live <= maxTasks, 'restore.tasks', `at most ${maxTasks} pending ones (\`maxTasks\`)`, live);
}

/** Puts the tasks of a dump into a new queue. */
export function restore<T, R>(queue: Queue<T, R>, dump: TaskQueueDump<T, R>, now: number): void {
  queue.now = now;
  queue.paused = dump.paused;
  queue.tokens = dump.tokens;
  queue.ids = dump.ids;
  // By a clock that goes on a time stays what it is; by another one, what is left of it does.
  const shift = now - ageOf(dump, now) - dump.at;
  const pending = dump.tasks.filter(({ state }) => state === 'pending');
  const ended = dump.tasks.filter(({ state }) => state !== 'pending').sort((one, other) => one.at - other.at);
  for (const given of [...pending, ...ended]) {
    const { id, state, attempts, runTimeout, failures, losses, enqueuedAt, at, result, reason, error, progress } = given;
    const time = at + shift;
    if (isEnded(state) && time + queue.rules.retain[state].age <= now) continue;
    const task = new Task<T, R>(id, given, attempts, runTimeout ?? Infinity);
    Object.assign(task, { failures, losses, result, reason, error, progress });
    if (isEnded(state)) {
      if (!queue.hasRoom) continue;
      queue.end(queue.add(task, enqueuedAt + shift), state, time);
    } else {
      queue.schedule(queue.add(task, enqueuedAt + shift), time);
    }
  }
  queue.forget();
}
