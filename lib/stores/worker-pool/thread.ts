/**
 * Threads as workers: what the pool needs of one, whether it's of `node:worker_threads` or a Web Worker, and the other
 * end, within the thread.
 *
 * ```
 *   pool ── { id, task } ──▶ thread: serveTasks(port, work)
 *        ◀── { id, result } | { id, error } ──
 * ```
 *
 * A thread gets one task at a time. One whose task is given up is ended, since nothing else stops it.
 */
import { expect, expectFunction, expectObject } from '../../internal/expect.js';

/** A thread as `node:worker_threads` makes it: the part that a pool needs. */
export interface NodeThread {
  /** Sends it a task. */
  postMessage(message: unknown): void;
  /** Listens to its answers, and to its end. */
  on(event: string, listener: (value: unknown) => void): unknown;
  /** Ends it. */
  terminate(): unknown;
  /** Has it keep the process alive: called while it has a task. */
  ref?(): void;
  /** Has it not keep the process alive: called while it rests. */
  unref?(): void;
}

/** A thread as the web platform makes it: the part that a pool needs. */
export interface WebThread {
  /** Sends it a task. */
  postMessage(message: unknown): void;
  /** Listens to its answers, and to its failure. */
  addEventListener(event: string, listener: (event: unknown) => void): void;
  /** Ends it. */
  terminate(): unknown;
}

/** What `serveTasks` takes: `parentPort` of `node:worker_threads`, or `self` in a Web Worker. */
export type TaskPort = Pick<NodeThread, 'postMessage' | 'on'> | Pick<WebThread, 'postMessage' | 'addEventListener'>;

/** A thread, as the pool sees it. */
export interface ThreadPort {
  begin(id: number, task: unknown): void;
  /** It has no task any more. */
  rest(): void;
  end(): void;
}

/** What a thread tells the pool. */
export interface ThreadEvents {
  /** It answered: the value, or the error. */
  answered(id: number, failed: boolean, value: unknown): void;
  /** It has ended by itself. */
  crashed(error: unknown): void;
}

/** Listens to events of either kind of port; on the web the value stands in the event. */
function listen(port: TaskPort, event: string, field: string, heard: (value: unknown) => void): void {
  if ('on' in port) port.on(event, heard);
  else {
    port.addEventListener(event, (message) => {
      // A cast: the fields of whatever event it is.
      const fields = message as Readonly<Record<string, unknown>>;
      heard(fields[field] ?? fields['message']);
    });
  }
}

/** @throws TypeError for what is no thread */
export function openPort(thread: NodeThread | WebThread, events: ThreadEvents): ThreadPort {
  expectObject(thread, 'thread()');
  for (const method of ['postMessage', 'terminate']) expect(method in thread, `thread().${method}`, 'a function', undefined);
  expect('on' in thread || 'addEventListener' in thread, 'thread()', 'a Worker', thread);
  let ended = false;
  const crash = (error: unknown) => {
    if (ended) return;
    ended = true;
    try {
      thread.terminate();
    } finally {
      events.crashed(error);
    }
  };
  listen(thread, 'message', 'data', (message) => {
    // A cast: whatever a thread sends is looked at as an answer; what is none is somebody else's.
    const { id, ...answer } = Object(message) as { id?: unknown; result?: unknown; error?: unknown };
    if (ended || typeof id !== 'number') return;
    if ('error' in answer) events.answered(id, true, answer.error);
    else if ('result' in answer) events.answered(id, false, answer.result);
  });
  listen(thread, 'error', 'error', crash);
  listen(thread, 'messageerror', 'data', () => crash(new TypeError('Expected a message that can be read, got another')));
  listen(thread, 'exit', 'code', (code) => crash(new Error(`the thread exited with code ${String(code)}`)));
  const node = thread as Partial<NodeThread>;
  node.unref?.();
  return {
    begin: (id, task) => {
      thread.postMessage({ id, task });
      node.ref?.();
    },
    rest: () => node.unref?.(),
    end: () => {
      ended = true;
      thread.terminate();
    },
  };
}

/**
 * Does the tasks of a pool, within a thread: each is given to `work`, and what that gives, or fails with, goes back.
 *
 * @param port `parentPort` of `node:worker_threads`, or `self` in a Web Worker
 * @param work does one task; what it takes and gives (at once or by a Promise) has to be such that it can be posted to another thread
 * @throws TypeError for what is no port, and unless `work` is a function
 *
 * @example
 * ```ts
 * import { serveTasks } from 'ownstate/stores';
 * import { MessageChannel } from 'node:worker_threads';
 *
 * // In a thread it would be its `parentPort`; the pool has the other end.
 * const { port1, port2 } = new MessageChannel();
 * serveTasks(port1, (text: string) => text.length);
 * port2.on('message', ({ result }) => {
 *   console.log(result); // 5
 *   port2.close();
 * });
 * port2.postMessage({ id: 1, task: 'seven' });
 * ```
 */
export function serveTasks(port: TaskPort, work: (task: never) => unknown): void {
  expectObject(port, 'port');
  expect('postMessage' in port, 'port.postMessage', 'a function', undefined);
  expect('on' in port || 'addEventListener' in port, 'port', 'a port', port);
  expectFunction(work, 'work');
  const post = port.postMessage.bind(port);
  const fail = (id: number, error: unknown) => {
    try {
      post({ id, error: postable(error) });
    } catch {
      post({ id, error: new Error('failed by what can\'t be posted') });
    }
  };
  listen(port, 'message', 'data', (message) => {
    // A cast: whatever comes is looked at as a task, and what a pool sends is what `work` is declared for.
    const { id, task } = Object(message) as { readonly id?: unknown; readonly task: never };
    // What is none is somebody else's.
    if (typeof id !== 'number') return;
    new Promise<unknown>((resolve) => resolve(work(task))).then((result) => post({ id, result })).catch((error: unknown) => fail(id, error));
  });
}

/** Some errors of the platform arrive as empty objects: they're told by their text. */
function postable(error: unknown): unknown {
  return Object.prototype.toString.call(error) === '[object DOMException]' ? new Error((error as Error).message) : error;
}
