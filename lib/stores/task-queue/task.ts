/**
 * What a task queue keeps of a task. What orders it, and its times, stand in arrays of numbers, by its slot: an object
 * would keep each time in a box of its own.
 */
import { show } from '../../internal/expect.js';
import type { EndedState, EnqueuePayload, TaskFailure, TaskInfo, TaskState } from './types.js';
import type { Waiting } from './waits.js';

/** A heartbeat whose reply is to come later. */
export type Beat = Waiting<number> & { readonly slot: number };

/** When a task came, when it's due, and since when it has run or is over. */
export interface Times {
  readonly enqueuedAt: number;
  readonly due: number;
  readonly since: number;
}

/** The longest text of an error that is kept. */
const LONGEST = 1_000;

export class Task<T, R> {
  readonly id: string;
  readonly task: T;
  readonly priority: number;
  /** How often it may fail. */
  readonly attempts: number;
  // 0 for `Infinity`, which would be such a box.
  readonly #runTimeout: number;
  #lease = 0;
  state: TaskState = 'pending';
  failures = 0;
  losses = 0;
  worker = '';
  token = 0;
  result: R | undefined = undefined;
  reason: TaskFailure | undefined = undefined;
  error: string | undefined = undefined;
  progress: unknown = undefined;
  beat: Beat | undefined = undefined;

  constructor(id: string, { task, priority = 0 }: Pick<EnqueuePayload<T>, 'task' | 'priority'>, attempts: number, runTimeout: number) {
    this.id = id;
    this.task = task;
    this.priority = priority;
    this.attempts = attempts;
    this.#runTimeout = runTimeout === Infinity ? 0 : runTimeout;
  }

  /** How long one attempt may run. */
  get runTimeout(): number {
    return this.#runTimeout || Infinity;
  }

  /** How long its worker may be silent. */
  get lease(): number {
    return this.#lease || Infinity;
  }

  set lease(ms: number) {
    this.#lease = ms === Infinity ? 0 : ms;
  }

  /** Which attempt runs, or comes next. */
  get attempt(): number {
    return this.failures + this.losses + 1;
  }

  info({ due, enqueuedAt, since }: Times): TaskInfo<T, R> {
    const { state } = this;
    const running = state === 'running';
    return {
      id: this.id, task: this.task, state, priority: this.priority, failures: this.failures, losses: this.losses, enqueuedAt,
      runAt: state === 'pending' ? due : undefined,
      worker: running ? this.worker : undefined,
      startedAt: running ? since : undefined,
      endedAt: isEnded(state) ? since : undefined,
      result: this.result, reason: this.reason, error: this.error, progress: this.progress,
    };
  }
}

export function isEnded(state: TaskState): state is EndedState {
  return state !== 'pending' && state !== 'running';
}

/** What went wrong, as text. */
export function textOf(error: unknown): string {
  try {
    const text = typeof error === 'string' ? error : error instanceof Error ? `${error.name}: ${error.message}` : error === undefined ? '' : show(error);
    return text.slice(0, LONGEST);
  } catch {
    return 'an error that can\'t be read';
  }
}
