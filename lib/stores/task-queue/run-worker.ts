/**
 * A worker of a task queue, made of a function: the edge where the queue's commands become promises.
 *
 * ```
 *   each of `concurrency` loops:   dequeue, waiting ─▶ handler ─▶ complete or fail ─▶ dequeue …
 *                                                        │
 *                        heartbeat ─▶ reply ─▶ heartbeat …   the queue's own clock sets the beat, and a lease
 *                                                            that is lost fails it at once
 * ```
 *
 * There's no timer here: a heartbeat is answered when the next one is due. An idle worker keeps a Node process alive by the
 * deadline of its dequeue.
 */
import { AskAbortedError, AskTimeoutError, StoreClosedError, type Client } from '../../index.js';
import { defaultIfEmpty, defer, takeLast, type Observable } from 'rxjs';
import { expect, expectFunction, expectObject, expectPositive } from '../../internal/expect.js';
import { LeaseLostError, TaskNotFoundError } from '../errors.js';
import { observableOf } from '../structures/observable-of.js';
import type { TaskQueueDefinition } from '../task-queue.js';
import type { TaskLease } from './types.js';

/** How a worker works. Each field is optional. */
export interface WorkerOptions {
  /** Its name. Default `'worker'`. */
  readonly worker?: string;
  /** How many tasks it has at once. Default 1. */
  readonly concurrency?: number;
  /** Ends it gracefully when it aborts: it takes no further task, and finishes those that it has. */
  readonly signal?: AbortSignal;
  /** How long it may be silent, in milliseconds; it gives a sign of life three times as often. Default 30,000. */
  readonly lease?: number;
  /** How long it waits for a task until it asks again, in milliseconds. Default 60,000. */
  readonly wait?: number;
}

/** What a handler gets beside the task. */
export interface WorkerContext<T> extends TaskLease<T> {
  /** Aborts when the lease is lost: the task was cancelled, has timed out, or the queue was closed. */
  readonly signal: AbortSignal;
  /**
   * Says how far it has come. What comes after the lease was lost goes nowhere.
   *
   * @throws TypeError for `undefined`
   */
  readonly progress: (value: unknown) => void;
}

/** Does a task. What it throws, or rejects with, fails the attempt; its value, or an Observable's last one, is the result. */
export type WorkerHandler<T, R> = (task: T, context: WorkerContext<T>) => R | PromiseLike<R> | Observable<R>;

/** What a worker has done. */
export interface WorkerReport {
  readonly completed: number;
  readonly failed: number;
  /** Tasks that it lost while it worked on them. */
  readonly lost: number;
}

/** How an attempt came out. */
type Result<R> = { readonly kind: 'done'; readonly value: R | undefined } | { readonly kind: 'failed'; readonly error: unknown } | { readonly kind: 'lost' };

/** How much longer than its `wait` a dequeue may take, in a queue that's busy. */
const PATIENCE = 30_000;

/**
 * Works on the tasks of a queue until its `signal` aborts or the queue is shut down. Several may run on one queue.
 *
 * A handler whose lease is lost has its signal aborted and isn't waited for any longer, even if it goes on. At the end
 * the promise resolves, when all that was begun is settled. It rejects for arguments that can't be used, and where the
 * queue refuses what a worker needs (`MailboxFullError`), after what was begun is settled.
 *
 * @param queue the queue, or a client of it
 * @param handler what is done with each task
 * @param options name, concurrency, signal, lease
 * @returns what it has done
 * @throws TypeError (rejects) for arguments that can't be used
 *
 * @example
 * ```ts
 * import { createTaskQueue, runWorker } from 'ownstate/stores';
 *
 * const queue = createTaskQueue<number, number>();
 * for (const task of [1, 2, 3]) queue.tell.enqueue({ task });
 * const stop = new AbortController();
 * const worker = runWorker(queue, async (n) => {
 *   if (n === 3) stop.abort(); // this one is finished, and no other begun
 *   return n * n;
 * }, { signal: stop.signal });
 * console.log(await worker); // { completed: 3, failed: 0, lost: 0 }
 * console.log((await queue.ask.get('3'))?.result); // 9
 * ```
 */
export async function runWorker<T, R>(
  queue: Client<TaskQueueDefinition<T, R>>, handler: WorkerHandler<T, R>, options: WorkerOptions = {},
): Promise<WorkerReport> {
  expectObject(queue, 'queue');
  expectFunction(handler, 'handler');
  expectObject(options, 'options');
  const { worker = 'worker', concurrency = 1, signal, lease = 30_000, wait = 60_000 } = options;
  expect(typeof worker === 'string', 'worker', 'a string', worker);
  expect(Number.isSafeInteger(concurrency) && concurrency > 0, 'concurrency', 'a positive integer', concurrency);
  expect(signal === undefined || signal instanceof AbortSignal, 'signal', 'an AbortSignal', signal);
  expectPositive(lease, 'lease');
  expectPositive(wait, 'wait');

  const report = { completed: 0, failed: 0, lost: 0 };
  const stop = new AbortController();
  const end = () => stop.abort();
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted) end();
  const taker = queue.with({ timeout: wait + PATIENCE, signal: stop.signal });

  const take = async (): Promise<TaskLease<T> | undefined> => {
    try {
      return await taker.ask.dequeue({ worker, wait, lease });
    } catch (error) {
      if (error instanceof StoreClosedError) end();
      else if (!(error instanceof AskAbortedError || error instanceof AskTimeoutError)) throw error;
      return undefined;
    }
  };

  /** Tells the queue how an attempt came out. */
  const settle = async (taken: TaskLease<T>, result: Result<R>): Promise<void> => {
    const { id, token } = taken;
    try {
      if (result.kind === 'done') await queue.ask.complete({ id, token, ...result.value === undefined ? {} : { result: result.value } });
      else if (result.kind === 'failed') await queue.ask.fail({ id, token, error: result.error });
      report[result.kind === 'done' ? 'completed' : result.kind]++;
    } catch (error) {
      if (!isGone(error)) throw error;
      report.lost++;
    }
  };

  const loop = async (): Promise<void> => {
    try {
      while (!stop.signal.aborted) {
        const taken = await take();
        if (taken) await settle(taken, await attempt(queue, handler, taken, lease / 3));
      }
    } finally {
      // Where one can't go on, the others finish what they have.
      end();
    }
  };

  const loops = await Promise.allSettled(Array.from({ length: concurrency }, loop));
  signal?.removeEventListener('abort', end);
  const broken = loops.find((each) => each.status === 'rejected');
  if (broken) throw broken.reason;
  return report;
}

/** Whether nobody waits for the result of an attempt any more. */
function isGone(error: unknown): boolean {
  return error instanceof LeaseLostError || error instanceof TaskNotFoundError || error instanceof StoreClosedError;
}

/** Runs the handler, with heartbeats, until it has a result or has lost its lease. */
function attempt<T, R>(
  queue: Client<TaskQueueDefinition<T, R>>, handler: WorkerHandler<T, R>, taken: TaskLease<T>, beat: number,
): Promise<Result<R>> {
  const { id, token } = taken;
  const lost = new AbortController();
  const over = new AbortController();
  const beating = queue.with({ timeout: Infinity, signal: over.signal });
  const progress = (value: unknown) => {
    expect(value !== undefined, 'value', 'anything but undefined', value);
    // Who lost its lease hears of it by the heartbeat.
    queue.ask.progress({ id, token, value }).subscribe({ error: () => undefined });
  };
  return new Promise((resolve) => {
    const work = defer(() => observableOf(handler(taken.task, { ...taken, signal: lost.signal, progress })));
    const finish = (result: Result<R>) => {
      if (over.signal.aborted) return;
      over.abort();
      resolve(result);
    };
    const pulse = () => {
      beating.ask.heartbeat({ id, token, wait: beat }).subscribe({
        next: () => {
          if (!over.signal.aborted) pulse();
        },
        error: (error: unknown) => {
          if (over.signal.aborted) return;
          finish({ kind: 'lost' });
          lost.abort(error);
        },
      });
    };
    pulse();
    const working = work.pipe(takeLast(1), defaultIfEmpty(undefined)).subscribe({
      next: (value) => finish({ kind: 'done', value }),
      error: (error: unknown) => finish({ kind: 'failed', error }),
    });
    // Nobody listens to what was given up; an Observable is told.
    if (over.signal.aborted) working.unsubscribe();
    else over.signal.addEventListener('abort', () => working.unsubscribe(), { once: true });
  });
}
