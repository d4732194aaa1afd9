/**
 * A task queue: work that is to be done once, by whichever worker comes for it, and again if that goes wrong.
 *
 * ```
 *   enqueue({ task }) ─▶ id             dequeue({ worker }) ─▶ lease { id, token, task, … }, or nothing
 *                                            │  while it runs: heartbeat, progress
 *                                            ▼
 *                                       complete({ id, token })   or   fail({ id, token, error }) ─▶ later once more
 * ```
 *
 * Who shows the token of the lease may settle the attempt, and nobody else: a worker that was thought dead and comes back
 * late is told so. All that time does (delays, backoff, timeouts, leases, what is kept for how long) goes by one timer,
 * and by a heap that knows what is due next; nothing is ever looked through.
 */
import {
  createStore, hold, reply, ticket, type, type Clock, type Context, type Outcome, type Store, type Type,
} from '../index.js';
import { expect, expectObject } from '../internal/expect.js';
import { TaskQueueFullError, TaskStateError } from './errors.js';
import type { Durations } from './structures/percentiles.js';
import { dump, expectQueueDump, restore, type TaskQueueDump } from './task-queue/dump.js';
import { rulesOf, type TaskQueueOptions } from './task-queue/options.js';
import {
  checkDequeue, checkEnqueue, checkFail, checkHeartbeat, checkId, checkLeased, checkProgress, checkSnooze, cursorOf, limitOf, timeOf,
} from './task-queue/payloads.js';
import { Queue } from './task-queue/queue.js';
import { isEnded, Task } from './task-queue/task.js';
import type { Totals } from './task-queue/tasks.js';
import type {
  CompletePayload, DeadLettersPayload, DequeuePayload, EnqueuePayload, FailPayload, FailReply, HeartbeatPayload, ProgressPayload,
  RedrivePayload, SnoozePayload, TaskInfo, TaskLease, TaskQueueEvent, TaskQueueStatus,
} from './task-queue/types.js';
import type { Waiter } from './task-queue/waits.js';

/** What `select` and `snapshot` show: how many tasks the queue holds, as of its last command. */
export type TaskQueueView = Omit<TaskQueueStatus, 'delayed'>;

/** What `stats` gives: the status, and what has happened since the queue was made. */
export interface TaskQueueStats extends TaskQueueStatus, Readonly<Omit<Totals, 'completed' | 'failed' | 'cancelled'>> {
  /** Tasks that were completed, that failed for good, and that were cancelled, since the queue was made. */
  readonly totalCompleted: number;
  readonly totalFailed: number;
  readonly totalCancelled: number;
  /** How long tasks that could run waited for a worker. */
  readonly wait: Durations;
  /** How long attempts ran, failed ones too. */
  readonly run: Durations;
}

/** The commands and queries of a task queue of tasks `T` with results `R`. */
export interface TaskQueueDefinition<T = unknown, R = unknown> {
  readonly name: string;
  /** Makes the first state. */
  readonly state: (clock: Clock) => Queue<T, R>;
  readonly events: Type<TaskQueueEvent>;
  /** What `select` and `snapshot` show. */
  readonly view: (queue: Queue<T, R>) => TaskQueueView;
  readonly commands: {
    /** Takes a task in, now or for later, and replies its id. One whose id is held already isn't taken in again. */
    readonly enqueue: (queue: Queue<T, R>, payload: EnqueuePayload<T>, context: Context<TaskQueueEvent>) => Outcome<Queue<T, R>, string>;
    /** Gives a worker the next task with a lease; `undefined` if there's none, or none came within `wait`. */
    readonly dequeue: (queue: Queue<T, R>, payload: DequeuePayload, context: Context<TaskQueueEvent>) => Outcome<Queue<T, R>, TaskLease<T> | undefined>;
    /** The task is done. Replies `true`. */
    readonly complete: (queue: Queue<T, R>, payload: CompletePayload<R>, context: Context<TaskQueueEvent>) => Outcome<Queue<T, R>, true>;
    /** The attempt has failed. Replies whether and when there's another one. */
    readonly fail: (queue: Queue<T, R>, payload: FailPayload, context: Context<TaskQueueEvent>) => Outcome<Queue<T, R>, FailReply>;
    /** The worker lives: renews its lease, and replies until when it holds; after `wait`, so that it can set the beat. */
    readonly heartbeat: (queue: Queue<T, R>, payload: HeartbeatPayload, context: Context<TaskQueueEvent>) => Outcome<Queue<T, R>, number>;
    /** Says how far the work has come, and renews the lease. Replies until when it holds. */
    readonly progress: (queue: Queue<T, R>, payload: ProgressPayload, context: Context<TaskQueueEvent>) => Outcome<Queue<T, R>, number>;
    /** Puts a task off, a running one too; that counts as no attempt. Replies when it may run. */
    readonly snooze: (queue: Queue<T, R>, payload: SnoozePayload, context: Context<TaskQueueEvent>) => Outcome<Queue<T, R>, number>;
    /** Ends a pending or running task. Replies `true`. */
    readonly cancel: (queue: Queue<T, R>, id: string, context: Context<TaskQueueEvent>) => Outcome<Queue<T, R>, true>;
    /** Makes a failed or cancelled task pending again, with all its attempts. Replies `true`. */
    readonly retry: (queue: Queue<T, R>, id: string, context: Context<TaskQueueEvent>) => Outcome<Queue<T, R>, true>;
    /** Makes failed tasks pending again, the oldest first. Replies how many. */
    readonly redrive: (queue: Queue<T, R>, payload: RedrivePayload | undefined, context: Context<TaskQueueEvent>) => Outcome<Queue<T, R>, number>;
    /** Gives out no more tasks; what runs goes on. Replies whether that's new. */
    readonly pause: (queue: Queue<T, R>, payload: void, context: Context<TaskQueueEvent>) => Outcome<Queue<T, R>, boolean>;
    /** Gives out tasks again. Replies whether that's new. */
    readonly resume: (queue: Queue<T, R>, payload: void, context: Context<TaskQueueEvent>) => Outcome<Queue<T, R>, boolean>;
    /** Does what is due by now, and forgets what is too old. Sent by the queue itself; replies how many it forgot. */
    readonly sweep: (queue: Queue<T, R>, payload: void, context: Context<TaskQueueEvent>) => Outcome<Queue<T, R>, number>;
  };
  readonly queries: {
    /** A task, or `undefined` for an id that isn't held. */
    readonly get: (queue: Queue<T, R>, id: string, clock: Clock) => TaskInfo<T, R> | undefined;
    /** How many tasks stand where, now. */
    readonly status: (queue: Queue<T, R>, payload: void, clock: Clock) => TaskQueueStatus;
    /** The status, and what has happened so far. */
    readonly stats: (queue: Queue<T, R>, payload: void, clock: Clock) => TaskQueueStats;
    /** The tasks that failed for good, in the order in which they did, in pages. */
    readonly deadLetters: (queue: Queue<T, R>, payload: DeadLettersPayload | undefined, clock: Clock) => readonly TaskInfo<T, R>[];
    /** The queue as plain data, for the option `restore` of another one. */
    readonly dump: (queue: Queue<T, R>, payload: void, clock: Clock) => TaskQueueDump<T, R>;
  };
}

/** A task queue: what `createTaskQueue` makes. */
export type TaskQueue<T = unknown, R = unknown> = Store<TaskQueueDefinition<T, R>>;

/**
 * The definition of a task queue, for whoever makes stores of definitions.
 *
 * @param options as for `createTaskQueue`
 * @throws TypeError for options that no queue can work with
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { defineTaskQueue } from 'ownstate/stores';
 *
 * const letters = createStore(defineTaskQueue<string>({ name: 'letters' }));
 * console.log(await letters.ask.enqueue({ task: 'to Ann' })); // 1
 * ```
 */
export function defineTaskQueue<T = unknown, R = unknown>(options: TaskQueueOptions<T, R> = {}): TaskQueueDefinition<T, R> {
  expectObject(options, 'options');
  const { name = 'task-queue', restore: dumped } = options;
  expect(typeof name === 'string', 'name', 'a string', name);
  const rules = rulesOf(options);
  if (dumped !== undefined) expectQueueDump(dumped, rules);

  type Q = Queue<T, R>;
  type C = Context<TaskQueueEvent>;

  /** What every command ends with. */
  const done = <A>(queue: Q, context: C, answer: A): Outcome<Q, A> => {
    queue.leave(context);
    return reply(queue, answer);
  };
  /** The same, where a task may have become ready. */
  const served = <A>(queue: Q, context: C, answer: A): Outcome<Q, A> => {
    queue.serve();
    return done(queue, context, answer);
  };

  /** An id that isn't held. */
  const freshId = (queue: Q): string => {
    if (rules.ids !== undefined) {
      const id: unknown = rules.ids();
      expect(typeof id === 'string' && queue.claim(id), 'ids', 'a source of new ids, each a string', id);
      return id as string;
    }
    while (!queue.claim(String(++queue.ids)));
    return String(queue.ids);
  };

  const statusOf = (queue: Q, now: number): TaskQueueStatus => {
    const { pending, running, workers, paused, ended, waiters } = queue;
    return {
      pending, delayed: queue.delayedAt(now), running,
      completed: ended.completed.count(now), failed: ended.failed.count(now), cancelled: ended.cancelled.count(now),
      workers, waiting: waiters.size, paused,
    };
  };

  const definition: TaskQueueDefinition<T, R> = {
    name,
    state: ({ now }) => {
      const queue: Q = new Queue(rules);
      if (dumped !== undefined) restore(queue, dumped, now());
      return queue;
    },
    events: type<TaskQueueEvent>(),
    view: ({ pending, running, ended: { completed, failed, cancelled }, workers, waiters, paused }) => ({
      pending, running, completed: completed.size, failed: failed.size, cancelled: cancelled.size, workers, waiting: waiters.size, paused,
    }),
    commands: {
      enqueue: (queue, payload, context) => {
        checkEnqueue(payload);
        queue.settle(context.now());
        const { attempts = rules.attempts, runTimeout = rules.runTimeout } = payload;
        if (payload.id !== undefined && !queue.claim(payload.id)) {
          queue.totals.duplicates++;
          queue.announce({ type: 'duplicate', id: payload.id });
          return done(queue, context, payload.id);
        }
        if (!queue.hasRoom) throw new TaskQueueFullError(rules.maxTasks);
        const id = payload.id ?? freshId(queue);
        const { now } = queue;
        const runAt = timeOf(payload, now);
        queue.schedule(queue.add(new Task(id, payload, attempts, runTimeout), now), runAt);
        queue.totals.enqueued++;
        queue.announce({ type: 'enqueued', id, runAt });
        return served(queue, context, id);
      },
      dequeue: (queue, payload, context) => {
        checkDequeue(payload);
        const { worker, wait = 0, lease = rules.lease } = payload;
        queue.settle(context.now());
        const given = queue.take(worker, lease);
        if (given !== undefined || wait === 0) return done(queue, context, given);
        const place = ticket<TaskLease<T> | undefined>();
        const waiter: Waiter<T> = { number: queue.waiters.nextNumber(), place, due: queue.now + wait, worker, lease, given: undefined };
        queue.await(waiter);
        queue.postpone(context);
        return hold(queue, place, {
          gone: (state, later) => {
            state.settle(later.now());
            state.forsake(waiter);
            state.leave(later);
            return state;
          },
          // Only a task from outside could answer it.
          atShutdown: 'fail',
        });
      },
      complete: (queue, payload, context) => {
        checkLeased(payload);
        queue.settle(context.now());
        queue.complete(queue.leased(payload.id, payload.token), payload.result);
        return done(queue, context, true);
      },
      fail: (queue, payload, context) => {
        checkFail(payload);
        queue.settle(context.now());
        const { id, token, error, delay, retry } = payload;
        return served(queue, context, queue.fail(queue.leased(id, token), 'error', error, delay, retry));
      },
      heartbeat: (queue, payload, context) => {
        checkHeartbeat(payload);
        const { id, token, wait = 0 } = payload;
        queue.settle(context.now());
        const slot = queue.leased(id, token);
        const until = queue.renew(slot);
        if (wait === 0) return done(queue, context, until);
        const place = ticket<number>();
        const beat = queue.hold(slot, place, wait);
        queue.postpone(context);
        return hold(queue, place, {
          gone: (state) => {
            state.dropBeat(beat);
            return state;
          },
          atShutdown: 'fail',
        });
      },
      progress: (queue, payload, context) => {
        checkProgress(payload);
        const { id, token, value } = payload;
        queue.settle(context.now());
        const slot = queue.leased(id, token);
        queue.task(slot).progress = value;
        queue.announce({ type: 'progressed', id, value });
        return done(queue, context, queue.renew(slot));
      },
      snooze: (queue, payload, context) => {
        checkSnooze(payload);
        queue.settle(context.now());
        const { id, token } = payload;
        const slot = token === undefined ? queue.at(id) : queue.leased(id, token);
        const { state } = queue.task(slot);
        if (token === undefined && state !== 'pending') throw new TaskStateError(id, 'pending', state);
        if (state === 'running') queue.release(slot);
        else queue.unschedule(slot);
        const runAt = timeOf(payload, queue.now);
        queue.schedule(slot, runAt);
        queue.announce({ type: 'snoozed', id, runAt });
        return served(queue, context, runAt);
      },
      cancel: (queue, id, context) => {
        checkId(id);
        queue.settle(context.now());
        const slot = queue.at(id);
        const { state } = queue.task(slot);
        if (isEnded(state)) throw new TaskStateError(id, 'pending or running', state);
        queue.cancel(slot);
        return done(queue, context, true);
      },
      retry: (queue, id, context) => {
        checkId(id);
        queue.settle(context.now());
        const slot = queue.at(id);
        const { state } = queue.task(slot);
        if (state !== 'failed' && state !== 'cancelled') throw new TaskStateError(id, 'failed or cancelled', state);
        queue.restart(slot);
        return served(queue, context, true);
      },
      redrive: (queue, payload, context) => {
        const limit = limitOf(payload, 1_000);
        queue.settle(context.now());
        const { failed } = queue.ended;
        let moved = 0;
        for (let slot = failed.first(queue.now); slot >= 0 && moved < limit; moved++) {
          const next = failed.after(slot);
          queue.restart(slot);
          slot = next;
        }
        return served(queue, context, moved);
      },
      pause: (queue, _payload, context) => {
        queue.settle(context.now());
        const { paused } = queue;
        queue.paused = true;
        if (!paused) queue.announce({ type: 'paused' });
        return done(queue, context, !paused);
      },
      resume: (queue, _payload, context) => {
        queue.settle(context.now());
        const { paused } = queue;
        queue.paused = false;
        if (paused) queue.announce({ type: 'resumed' });
        return served(queue, context, paused);
      },
      sweep: (queue, _payload, context) => {
        queue.settle(context.now());
        return done(queue, context, queue.sweep(context));
      },
    },
    queries: {
      get: (queue, id, { now }) => {
        checkId(id);
        const slot = queue.find(id, queue.later(now()));
        return slot < 0 ? undefined : queue.task(slot).info(queue.times(slot));
      },
      status: (queue, _payload, { now }) => statusOf(queue, queue.later(now())),
      stats: (queue, _payload, { now }) => {
        const { completed, failed, cancelled, ...totals } = queue.totals;
        return {
          ...totals, ...statusOf(queue, queue.later(now())), totalCompleted: completed, totalFailed: failed, totalCancelled: cancelled,
          wait: queue.wait.summary(), run: queue.run.summary(),
        };
      },
      deadLetters: (queue, payload, { now }) => {
        const limit = limitOf(payload, 100);
        const after = cursorOf(payload);
        const time = queue.later(now());
        const { failed } = queue.ended;
        let slot = after === undefined ? failed.first(time) : queue.at(after, time);
        if (after !== undefined) {
          const { state } = queue.task(slot);
          if (state !== 'failed') throw new TaskStateError(after, 'failed', state);
          slot = failed.after(slot);
        }
        const page: TaskInfo<T, R>[] = [];
        for (; slot >= 0 && page.length < limit; slot = failed.after(slot)) page.push(queue.task(slot).info(queue.times(slot)));
        return page;
      },
      dump: (queue, _payload, { now }) => dump(queue, queue.later(now())),
    },
  };
  return definition;
}

/**
 * Makes a task queue. Commands: `enqueue`, `dequeue`, `complete`, `fail`, `heartbeat`, `progress`, `snooze`, `cancel`,
 * `retry`, `redrive`, `pause`, `resume`, `sweep`; queries: `get`, `status`, `stats`, `deadLetters`, `dump`. Its view, for
 * `select` and `snapshot`, says how many tasks stand where. `runWorker` makes a worker of a function.
 *
 * A reply may fail with `InvalidPayloadError`; with `TaskQueueFullError` (`enqueue`), `LeaseLostError` (whatever shows a
 * token), `TaskNotFoundError` and `TaskStateError` (whatever names a task). The queue then stays as it is. A command
 * costs O(log n) in time for n tasks.
 *
 * @param options how often, how long, how many; and the options of `createStore`
 * @throws TypeError for options that no queue can work with
 *
 * @example
 * ```ts
 * import { createTaskQueue } from 'ownstate/stores';
 *
 * const queue = createTaskQueue<string>();
 * await queue.ask.enqueue({ task: 'water the plants' });
 * const lease = await queue.ask.dequeue({ worker: 'ann' });
 * console.log(lease?.task); // water the plants
 * if (lease) await queue.ask.complete({ id: lease.id, token: lease.token });
 * console.log((await queue.ask.status()).completed); // 1
 * ```
 */
export function createTaskQueue<T = unknown, R = unknown>(options: TaskQueueOptions<T, R> = {}): TaskQueue<T, R> {
  const queue = createStore(defineTaskQueue(options), options);
  // What was restored has times of its own, for which the timer is to be set.
  if (options.restore !== undefined) queue.tell.sweep();
  return queue;
}
