/** A worker of the pool: a place for one task at a time, and the thread that does it where threads do. */
import type { Task } from './task.js';
import type { ThreadPort } from './thread.js';

export class PoolWorker<T, R> {
  readonly id: number;
  /** Its slot: what the pool keeps of it in arrays of numbers. */
  slot = -1;
  task: Task<T, R> | undefined = undefined;
  /** It ends with its task. */
  leaving = false;
  /** Made with its first task. */
  port: ThreadPort | undefined = undefined;
  done = 0;
  failed = 0;

  constructor(id: number) {
    this.id = id;
  }
}
