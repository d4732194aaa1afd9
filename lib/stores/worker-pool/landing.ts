/**
 * How the end of work comes back to the pool: as a command, like everything else.
 *
 * ```
 *   promise ─┐
 *   promise ─┼─▶ ended ── one `land` for all that ended in the same moment ──▶ the pool
 *   thread ──┘
 * ```
 *
 * A store that shuts down takes no tells, and one whose mailbox is full refuses them. What ended then comes by a timer
 * of 0 ms instead, which passes both.
 */
import type { Context } from '../../index.js';
import type { PoolWorker } from './pool-worker.js';
import type { Task } from './task.js';

/** A worker whose thread has ended by itself. */
export interface Crash<T, R> {
  readonly worker: PoolWorker<T, R>;
  readonly error: unknown;
}

/** What has ended, or crashed, since the last `land`. */
export class Landing<T, R> {
  #ended: Task<T, R>[] = [];
  #crashed: Crash<T, R>[] = [];
  /** Tells were refused lately: it goes by the timer at once. */
  refused = false;
  #closed = false;
  #tell: Context['tell'] | undefined;
  #timers: Context['timers'] | undefined;
  readonly #announce = (): void => this.#ring();

  /** To be called by a command that begins work: its context is what the end of that comes back by. */
  open(context: Context<never>): void {
    this.refused = false;
    if (this.#tell) return;
    this.#tell = context.tell;
    this.#timers = context.timers;
  }

  /** Work has ended. `soon`: others may end in the same moment, by promises. */
  end(task: Task<T, R>, failed: boolean, value: unknown, soon: boolean): void {
    // What was given up meanwhile has ended already; a thenable may call twice.
    if (this.#closed || task.phase !== 'running' || task.over) return;
    task.over = true;
    task.failed = failed;
    task.value = value;
    const first = this.#waiting === 0;
    this.#ended.push(task);
    if (!first) return;
    if (soon) void RESOLVED.then(this.#announce);
    else this.#ring();
  }

  crash(worker: PoolWorker<T, R>, error: unknown): void {
    if (this.#closed) return;
    const first = this.#waiting === 0;
    this.#crashed.push({ worker, error });
    if (first) this.#ring();
  }

  /** To be called by the command `land`. `late`: it was sent by the timer, so a tell was refused. */
  take(late: boolean): { readonly ended: readonly Task<T, R>[]; readonly crashed: readonly Crash<T, R>[] } {
    const taken = { ended: this.#ended, crashed: this.#crashed };
    if (this.#waiting > 0) {
      this.refused = late;
      this.#ended = [];
      this.#crashed = [];
    }
    this.#timers?.clear('land');
    return taken;
  }

  /** The store has closed: nobody hears it any more. */
  close(): void {
    this.#closed = true;
  }

  get #waiting(): number {
    return this.#ended.length + this.#crashed.length;
  }

  #ring(): void {
    if (!this.refused) this.#tell?.('land');
    // Handled already, most of the time.
    if (this.#waiting > 0) this.#timers?.set('land', 0, 'land', true);
  }
}

const RESOLVED = Promise.resolve();
