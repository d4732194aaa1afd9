/**
 * fastq's own tests (https://github.com/mcollina/fastq, test/test.js and test/promise.js, ISC licence, © Matteo Collina),
 * run as they ship: a stand-in for `tape` collects them, and an adapter gives them a worker pool for a queue.
 */
import { createWorkerPool, TaskAbortedError, type WorkerPool } from 'ownstate/stores';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { compileFunction } from 'node:vm';
import { Observable } from 'rxjs';
import { expect } from 'vitest';

const require = createRequire(import.meta.url);

type Done = (error: Error | null, result?: unknown) => void;
type Worker = (this: unknown, task: unknown, done: Done) => unknown;

/** A queue with fastq's face, which is a worker pool. */
class Queue {
  drain: (() => void) | undefined = () => undefined;
  #pool: WorkerPool<unknown, unknown>;
  #concurrency: number;
  #paused = false;
  #ahead = 0;
  #onError: ((error: unknown, task: unknown) => void) | undefined;

  constructor(work: (task: unknown) => Observable<unknown> | Promise<unknown>, concurrency: number) {
    this.#concurrency = concurrency;
    this.#pool = createWorkerPool({ size: concurrency, work, timeout: Infinity });
    let busy = false;
    this.#pool.select(({ running, queued }) => running + queued > 0).subscribe((now) => {
      // As soon as the last one has been answered.
      if (busy && !now) this.#pool.ask.idle().subscribe(() => this.drain?.());
      busy = now;
    });
  }

  get concurrency(): number {
    return this.#concurrency;
  }

  set concurrency(size: number) {
    this.#concurrency = size;
    this.#pool.tell.resize(size);
  }

  get paused(): boolean {
    return this.#paused;
  }

  running = () => this.#pool.snapshot().running;
  length = () => this.#pool.snapshot().queued;
  idle = () => this.running() + this.length() === 0;
  getQueue = (): unknown[] => {
    let queued: unknown[] = [];
    this.#pool.ask.dump().subscribe((dump) => { queued = dump.queued.map(({ task }) => task); });
    return queued;
  };

  pause = () => {
    this.#paused = true;
    this.#pool.tell.pause();
  };

  resume = () => {
    this.#paused = false;
    this.#pool.tell.resume();
  };

  /** fastq's name for `clear`, with the error that it gives. */
  abort = () => {
    this.drain = this.#drained;
    this.#pool.tell.clear();
  };

  #drained = this.drain;

  error = (handler: (error: unknown, task: unknown) => void) => { this.#onError = handler; };
  drained = () => new Promise<void>((resolve) => process.nextTick(() => this.#pool.ask.idle().subscribe(() => resolve())));

  submit(task: unknown, priority: number, done: Done): void {
    this.#pool.ask.submit({ task, priority }).subscribe({
      next: (result) => done(null, result),
      error: (thrown: unknown) => {
        // A cast: fastq's tests fail their tasks by errors.
        const error = thrown instanceof TaskAbortedError ? new Error('abort') : thrown as Error;
        this.#onError?.(error, task);
        done(error);
      },
    });
  }

  /** Before all that waits: above the priority of whatever came this way before. */
  ahead(): number {
    return ++this.#ahead;
  }
}

/** fastq with callbacks. */
const withCallbacks = (worker: Worker, concurrency: number) => {
  const queue = new Queue((task) => new Observable((out) => void worker.call(null, task, (error, result) => {
    if (error) return out.error(error);
    out.next(result);
    out.complete();
  })), concurrency);
  return Object.assign(queue, {
    push: (task: unknown, done: Done = () => undefined) => queue.submit(task, 0, done),
    unshift: (task: unknown, done: Done = () => undefined) => queue.submit(task, queue.ahead(), done),
  });
};

/** fastq with promises. */
const withPromises = (worker: (task: unknown) => Promise<unknown>, concurrency: number) => {
  const queue = new Queue(worker, concurrency);
  const promised = (task: unknown, priority: number) => {
    const promise = new Promise<unknown>((resolve, reject) => queue.submit(task, priority, (error, result) => {
      if (error) reject(error);
      else resolve(result);
    }));
    promise.catch(() => undefined);
    return promise;
  };
  return Object.assign(queue, {
    push: (task: unknown) => promised(task, 0),
    unshift: (task: unknown) => promised(task, queue.ahead()),
  });
};

/** What a case of tape's gets: as much as these files use. */
class Tape {
  #planned = 0;
  #count = 0;
  #resolve: (() => void) | undefined;
  readonly #met = new Promise<void>((resolve) => { this.#resolve = resolve; });

  async run(body: (t: Tape) => unknown): Promise<void> {
    await body(this);
    if (this.#planned > 0) await this.#met;
    expect(this.#planned === 0 || this.#count === this.#planned).toBe(true);
  }

  plan = (count: number) => { this.#planned = count; };
  equal = (got: unknown, expected: unknown, what?: string) => this.#assert(() => expect(got, what).toBe(expected));
  is = this.equal;
  deepEqual = (got: unknown, expected: unknown, what?: string) => this.#assert(() => expect(got, what).toEqual(expected));
  match = (got: string, expected: RegExp, what?: string) => this.#assert(() => expect(got, what).toMatch(expected));
  ok = (got: unknown, what?: string) => this.#assert(() => expect(got, what).toBeTruthy());
  notOk = (got: unknown, what?: string) => this.#assert(() => expect(got, what).toBeFalsy());
  error = (got: unknown, what?: string) => this.notOk(got, what);
  pass = () => this.#assert(() => undefined);
  fail = (what: string) => this.#assert(() => expect.fail(what));

  #assert(holds: () => void): void {
    holds();
    if (++this.#count === this.#planned) this.#resolve?.();
  }
}

/** A case of fastq's. */
export interface FastqCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** The cases of one of its files. */
export function fastqCases(file: 'test' | 'promise'): FastqCase[] {
  const cases: FastqCase[] = [];
  const test = (name: string, body: (t: Tape) => unknown) => cases.push({ name, run: () => new Tape().run(body) });
  const stands: Readonly<Record<string, unknown>> = { tape: test, '../': Object.assign(withCallbacks, { promise: withPromises }) };
  const source = readFileSync(require.resolve('fastq').replace('queue.js', `test/${file}.js`), 'utf8');
  // A cast: this is how Node wraps a module.
  const module = compileFunction(source, ['require'], { filename: `fastq/test/${file}.js` }) as (require: (name: string) => unknown) => void;
  module((name) => stands[name] ?? require(name));
  return cases;
}
