/** What goes into a task queue and what comes out of it: payloads, replies, events. */

/** Where a task stands. `pending` is both: ready, and waiting for its time. */
export type TaskState = 'pending' | 'running' | 'completed' | 'failed' | 'cancelled';

/** The states from which a task goes nowhere by itself. */
export type EndedState = Exclude<TaskState, 'pending' | 'running'>;

/** Why an attempt failed: the worker said so, it ran for too long, or its worker fell silent. */
export type TaskFailure = 'error' | 'timeout' | 'lost';

/** The payload of `enqueue`. */
export interface EnqueuePayload<T> {
  /** The work itself, anything but `undefined`. It's the caller's: the queue keeps it as it is. */
  readonly task: T;
  /** Default: one of the option `ids`. A task whose id is held already is not enqueued a second time. */
  readonly id?: string;
  /** An integer; the larger goes first. Default 0. */
  readonly priority?: number;
  /** Milliseconds from now until it may run. Default 0. */
  readonly delay?: number;
  /** The time from which on it may run, instead of `delay`. */
  readonly runAt?: number;
  /** How often it may fail until it stays failed, this one included. Default: the option `attempts`. */
  readonly attempts?: number;
  /** How long one attempt may run, in milliseconds; `Infinity` for no limit. Default: the option `runTimeout`. */
  readonly runTimeout?: number;
}

/** The payload of `dequeue`. */
export interface DequeuePayload {
  /** Who asks. */
  readonly worker: string;
  /** How long it waits for a task, in milliseconds; `Infinity` for as long as the ask itself may. Default 0: not at all. */
  readonly wait?: number;
  /** How long this worker may be silent before its task is taken for lost. Default: the option `lease`. */
  readonly lease?: number;
}

/** What a worker shows for the task that it has: the id, and the token of its lease. */
export interface LeasedTask {
  readonly id: string;
  readonly token: number;
}

/** The payload of `complete`. */
export interface CompletePayload<R> extends LeasedTask {
  /** What came of it; kept with the task, as it is. */
  readonly result?: R;
}

/** The payload of `fail`. */
export interface FailPayload extends LeasedTask {
  /** What went wrong; kept as text of at most 1,000 characters. */
  readonly error?: unknown;
  /** Milliseconds until the next attempt. Default: the option `backoff`. */
  readonly delay?: number;
  /** `false`: no further attempt, however many are left. Default `true`. */
  readonly retry?: boolean;
}

/** The payload of `heartbeat`. */
export interface HeartbeatPayload extends LeasedTask {
  /** The lease is renewed at once, and the reply comes so many milliseconds later. Default 0: at once. */
  readonly wait?: number;
}

/** The payload of `progress`. */
export interface ProgressPayload extends LeasedTask {
  /** How far it has come, in whatever form; kept as it is. */
  readonly value: unknown;
}

/** The payload of `snooze`: with the token for a task that runs, without for one that waits. */
export interface SnoozePayload {
  readonly id: string;
  readonly token?: number;
  /** Milliseconds from now until it may run. */
  readonly delay?: number;
  /** The time from which on it may run, instead of `delay`. */
  readonly runAt?: number;
}

/** The payload of `redrive`. */
export interface RedrivePayload {
  /** The most tasks that are moved at once. Default 1,000, at most 10,000. */
  readonly limit?: number;
}

/** The payload of `deadLetters`. */
export interface DeadLettersPayload {
  /** The id of the last task of the page before. Default: from the oldest on. */
  readonly after?: string;
  /** The most tasks of a page. Default 100, at most 10,000. */
  readonly limit?: number;
}

/** What `dequeue` gives a worker: a task, for as long as the lease holds. */
export interface TaskLease<T> extends LeasedTask {
  /** Rises with each lease of the queue; only the one who shows it may settle this attempt. */
  readonly token: number;
  readonly task: T;
  readonly priority: number;
  /** Which attempt this is: 1 for the first. */
  readonly attempt: number;
  /** When the task came into the queue. */
  readonly enqueuedAt: number;
  /** When this attempt began. */
  readonly startedAt: number;
  /** When the lease runs out, or the attempt times out, unless something happens before; `Infinity` for never. */
  readonly until: number;
}

/** What `fail` answers: whether there's another attempt, and when. */
export type FailReply = { readonly state: 'pending'; readonly runAt: number } | { readonly state: 'failed' };

/** A task as `get` and `deadLetters` show it. */
export interface TaskInfo<T, R> {
  readonly id: string;
  readonly task: T;
  readonly state: TaskState;
  readonly priority: number;
  /** Attempts that failed or timed out, since it was enqueued or retried. */
  readonly failures: number;
  /** Attempts whose worker fell silent. */
  readonly losses: number;
  readonly enqueuedAt: number;
  /** Of a pending one: the time from which on it may run. */
  readonly runAt: number | undefined;
  /** Of a running one: who has it, and since when. */
  readonly worker: string | undefined;
  readonly startedAt: number | undefined;
  /** Of one that is completed, failed or cancelled. */
  readonly endedAt: number | undefined;
  /** What `complete` gave. */
  readonly result: R | undefined;
  /** Why the latest attempt failed, and as what. */
  readonly reason: TaskFailure | undefined;
  readonly error: string | undefined;
  /** What the latest `progress` said. */
  readonly progress: unknown;
}

/** What `status` gives: how many tasks stand where, now. */
export interface TaskQueueStatus {
  /** Ready or delayed. */
  readonly pending: number;
  /** Of these, those whose time hasn't come. */
  readonly delayed: number;
  readonly running: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Workers that have a task or wait for one. */
  readonly workers: number;
  /** Dequeues that wait for a task. */
  readonly waiting: number;
  readonly paused: boolean;
}

/** What a task queue announces on `events$`: each transition of a task, and of the queue. */
export type TaskQueueEvent =
  | { readonly type: 'enqueued'; readonly id: string; readonly runAt: number }
  | { readonly type: 'duplicate'; readonly id: string }
  | { readonly type: 'started'; readonly id: string; readonly worker: string; readonly token: number; readonly attempt: number }
  | { readonly type: 'progressed'; readonly id: string; readonly value: unknown }
  | { readonly type: 'completed'; readonly id: string; readonly worker: string }
  /** An attempt failed, and there will be another one at `runAt`. */
  | { readonly type: 'retrying'; readonly id: string; readonly reason: TaskFailure; readonly error: string; readonly runAt: number }
  /** The last attempt failed: it's a dead letter now. */
  | { readonly type: 'failed'; readonly id: string; readonly reason: TaskFailure; readonly error: string }
  | { readonly type: 'cancelled'; readonly id: string }
  | { readonly type: 'snoozed'; readonly id: string; readonly runAt: number }
  /** It was handed to a worker who had given up waiting, and is ready again. */
  | { readonly type: 'returned'; readonly id: string }
  /** `retry` or `redrive` made it pending again. */
  | { readonly type: 'redriven'; readonly id: string }
  /** The queue forgot it: too old, too many of its state, or room was needed. */
  | { readonly type: 'removed'; readonly id: string; readonly state: EndedState; readonly reason: 'age' | 'count' | 'room' }
  | { readonly type: 'paused' }
  | { readonly type: 'resumed' };
