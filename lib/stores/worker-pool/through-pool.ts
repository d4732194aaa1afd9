/**
 * A pool within a pipeline: each value goes in as a task, its result comes out.
 *
 * ```
 *   source ─▶ buffer ─▶ at most `inFlight` in the pool ─▶ results, as they come or in the order of the source
 * ```
 *
 * rxjs sources can't be held back, so both are bounded, and what comes beyond fails the pipeline.
 */
import { Observable, takeWhile, type OperatorFunction, type Subscriber } from 'rxjs';
import type { Client } from '../../index.js';
import { expect, expectObject, expectPositive } from '../../internal/expect.js';
import { PipelineFullError } from '../errors.js';
import type { WorkerPoolDefinition } from '../worker-pool.js';

/** How tasks go through a pool. Each field is optional. */
export interface ThroughPoolOptions {
  /** Gives results in the order of the source, instead of as they come. Default `false`. */
  readonly ordered?: boolean;
  /** The most tasks of this pipeline in the pool; in order, also results that wait for an earlier one. Default 1,000. */
  readonly inFlight?: number;
  /** The most values that wait beyond that; one more fails the pipeline with `PipelineFullError`. Default 50,000. */
  readonly buffer?: number;
  /** Priority of the tasks. Default 0. */
  readonly priority?: number;
  /** How long a task may run, in milliseconds from its start. Default: as the pool says. */
  readonly taskTimeout?: number;
}

/**
 * Sends each value of a pipeline through a pool, and gives the results.
 *
 * It fails as the first task does that fails, with the errors of `submit`; the others are then given up. So they are on
 * unsubscribing: what waits never begins, and the signal of what runs aborts. It completes when the source has completed
 * and all results are out. Each subscription is a pipeline of its own.
 *
 * The asks have no timeout here: how long a task may run says `taskTimeout`.
 *
 * @param pool the pool, or a client of it
 * @param options order, bounds, and what is submitted besides the task
 * @throws TypeError for what is no pool, and for options that can't be used
 *
 * @example
 * ```ts
 * import { createWorkerPool, throughPool } from 'ownstate/stores';
 * import { from, toArray } from 'rxjs';
 *
 * const pool = createWorkerPool({ size: 2, work: async (n: number) => n * n });
 * from([1, 2, 3]).pipe(throughPool(pool, { ordered: true }), toArray()).subscribe((all) => {
 *   console.log(all); // [ 1, 4, 9 ]
 * });
 * ```
 */
export function throughPool<T, R>(pool: Client<WorkerPoolDefinition<T, R>>, options: ThroughPoolOptions = {}): OperatorFunction<T, R> {
  // A cast: what comes from JavaScript may be anything.
  expect(typeof (Object(pool) as Partial<Client<WorkerPoolDefinition<T, R>>>).ask?.submit === 'function', 'pool', 'a worker pool', pool);
  expectObject(options, 'options');
  const { ordered = false, inFlight = 1000, buffer = 50_000, priority = 0, taskTimeout } = options;
  expect(typeof ordered === 'boolean', 'ordered', 'a boolean', ordered);
  expect(Number.isSafeInteger(inFlight) && inFlight > 0, 'inFlight', 'a positive integer', inFlight);
  expect(Number.isSafeInteger(buffer) && buffer >= 0, 'buffer', 'an integer from 0 on', buffer);
  expect(Number.isSafeInteger(priority), 'priority', 'an integer', priority);
  if (taskTimeout !== undefined) expectPositive(taskTimeout, 'taskTimeout');
  const more = taskTimeout === undefined ? { priority } : { priority, taskTimeout };
  return (source) => new Observable((subscriber) => {
    const controller = new AbortController();
    // How long anything waits is bounded by the bounds, and how long it runs by `taskTimeout`.
    const { ask } = pool.with({ timeout: Infinity, signal: controller.signal });
    const pipeline = new Pipeline<T, R>(subscriber, { ordered, inFlight, buffer }, (task) => ask.submit({ task, ...more }));
    // Whatever ends it: the end of all, an error, whoever unsubscribes.
    subscriber.add(() => {
      pipeline.end();
      controller.abort();
    });
    // And a source that gives without end is stopped, which it couldn't be before it's subscribed.
    // eslint-disable-next-line rxjs-x/no-ignored-takewhile-value -- it's the result that has ended, whatever comes
    subscriber.add(source.pipe(takeWhile(() => !subscriber.closed)).subscribe({
      next: (task) => pipeline.take(task),
      error: (error: unknown) => subscriber.error(error),
      complete: () => pipeline.complete(),
    }));
  });
}

/** A value on its way: it waits, is in the pool, or its result waits for an earlier one. */
interface Passage<T, R> {
  task: T | undefined;
  result: R | undefined;
  done: boolean;
  next: Passage<T, R> | undefined;
}

/** The bounds of a pipeline, and its order. */
type Bounds = Required<Pick<ThroughPoolOptions, 'ordered' | 'inFlight' | 'buffer'>>;

class Pipeline<T, R> {
  readonly #out: Subscriber<R>;
  readonly #options: Bounds;
  readonly #submit: (task: T) => Observable<R>;
  /** The values not given out yet, as a list: in order from the first one on, else from the first one that waits. */
  #first: Passage<T, R> | undefined;
  #last: Passage<T, R> | undefined;
  /** The first one that waits. */
  #waiting: Passage<T, R> | undefined;
  #buffered = 0;
  #flying = 0;
  #complete = false;
  #filling = false;
  #ended = false;

  constructor(out: Subscriber<R>, options: Bounds, submit: (task: T) => Observable<R>) {
    this.#out = out;
    this.#options = options;
    this.#submit = submit;
  }

  take(task: T): void {
    if (this.#flying >= this.#options.inFlight && this.#buffered >= this.#options.buffer) {
      return this.#out.error(new PipelineFullError(this.#options.buffer));
    }
    const passage: Passage<T, R> = { task, result: undefined, done: false, next: undefined };
    if (this.#last) this.#last.next = passage;
    this.#last = passage;
    this.#first ??= passage;
    this.#waiting ??= passage;
    this.#buffered++;
    this.#fill();
  }

  complete(): void {
    this.#complete = true;
    this.#finish();
  }

  /** Nothing more is begun or kept. */
  end(): void {
    this.#ended = true;
    this.#first = this.#last = this.#waiting = undefined;
  }

  /** Sends in what may go in. What comes back at once doesn't nest. */
  #fill(): void {
    if (this.#filling) return;
    this.#filling = true;
    while (this.#waiting && this.#flying < this.#options.inFlight) {
      const passage = this.#waiting;
      this.#waiting = passage.next;
      this.#buffered--;
      this.#flying++;
      if (!this.#options.ordered) {
        this.#first = passage.next;
        if (!passage.next) this.#last = undefined;
      }
      // A cast: what hasn't been sent in has its task.
      const task = passage.task as T;
      passage.task = undefined;
      this.#submit(task).subscribe({
        next: (result) => this.#land(passage, result),
        error: (error: unknown) => this.#out.error(error),
      });
    }
    this.#filling = false;
    this.#finish();
  }

  #land(passage: Passage<T, R>, result: R): void {
    if (this.#ended) return;
    passage.result = result;
    passage.done = true;
    if (this.#options.ordered) this.#release();
    else {
      this.#flying--;
      this.#out.next(result);
    }
    this.#fill();
  }

  /** Gives out what is done, up to the first that isn't. */
  #release(): void {
    for (let passage = this.#first; passage?.done; passage = this.#first) {
      this.#first = passage.next;
      if (!passage.next) this.#last = undefined;
      this.#flying--;
      // A cast: it's done.
      this.#out.next(passage.result as R);
    }
  }

  #finish(): void {
    if (this.#complete && this.#flying === 0 && this.#buffered === 0) this.#out.complete();
  }
}
