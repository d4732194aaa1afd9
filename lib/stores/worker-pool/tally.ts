/** What has become of tasks: how many ended how, which ones lately, and how long they took. */
import { Percentiles, type Durations } from '../structures/percentiles.js';
import { Recent } from '../structures/recent.js';
import type { Task, TaskOutcome } from './task.js';

export class Tally<T, R> {
  done = 0;
  failed = 0;
  timedOut = 0;
  aborted = 0;
  dropped = 0;
  crashed = 0;
  readonly #recent: Recent<TaskOutcome<R>>;
  readonly #waited = new Percentiles();
  readonly #ran = new Percentiles();

  constructor(remember: number) {
    this.#recent = new Recent(remember);
  }

  /** A worker has taken a task. */
  began({ startedAt, at }: Task<T, R>): void {
    this.#waited.add(startedAt - at);
  }

  /** A task ends. What is to be said of it stands in the task. */
  ended(task: Task<T, R>, now: number): TaskOutcome<R> {
    const { id, at, startedAt, worker, failed, value } = task;
    task.phase = 'ended';
    task.task = undefined;
    const waited = (worker ? startedAt : now) - at;
    const ran = worker ? now - startedAt : 0;
    // A cast: the work has given what it gives.
    const outcome: TaskOutcome<R> = failed
      ? { type: 'failed', id, worker: worker?.id, error: value, waited, ran }
      : { type: 'done', id, worker: worker!.id, result: value as R, waited, ran };
    if (failed) this.failed++;
    else this.done++;
    if (worker) this.#ran.add(ran);
    this.#recent.push(outcome);
    return outcome;
  }

  /** For `stats`. */
  counts(): Record<'done' | 'failed' | 'timedOut' | 'aborted' | 'dropped' | 'crashed', number> {
    const { done, failed, timedOut, aborted, dropped, crashed } = this;
    return { done, failed, timedOut, aborted, dropped, crashed };
  }

  /** For `status`. */
  history(): { readonly recent: readonly TaskOutcome<R>[]; readonly waited: Durations; readonly ran: Durations } {
    return { recent: this.#recent.last().map((outcome) => ({ ...outcome })), waited: this.#waited.summary(), ran: this.#ran.summary() };
  }
}
