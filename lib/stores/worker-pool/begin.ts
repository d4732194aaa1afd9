/** How a task is begun: by a function whose result may come later, or by a thread. */
import { isObservable, type Observable } from 'rxjs';
import { isThenable } from '../../internal/thenable.js';
import type { Landing } from './landing.js';
import { Run, type Task, type TaskRun } from './task.js';
import { openPort, type NodeThread, type WebThread } from './thread.js';

/** The work of a pool, as a function: its result may come at once, by a Promise, or as an Observable's last value. */
export type Work<T, R> = (task: T, run: TaskRun) => PromiseLike<R> | Observable<R> | R;

/** The work of a pool, by whatever does it. */
export type Doing<T, R> = { readonly work: Work<T, R> } | { readonly thread: () => NodeThread | WebThread };

/** Begins a task, which its worker has taken. Its end is told to `landing`, also where it can't even begin. */
export function begin<T, R>(doing: Doing<T, R>, task: Task<T, R>, landing: Landing<T, R>): void {
  try {
    if ('thread' in doing) beginThere(doing.thread, task, landing);
    else beginHere(doing.work, task, landing);
  } catch (error) {
    landing.end(task, true, error, false);
  }
}

function beginHere<T, R>(work: Work<T, R>, task: Task<T, R>, landing: Landing<T, R>): void {
  // Casts: a task that has begun has a worker, and what is to be done.
  const given = work(task.task as T, new Run(task, task.worker!.id));
  if (isObservable(given)) return observe(given, task, landing);
  if (!isThenable(given)) return landing.end(task, false, given, false);
  // `Promise.resolve` gives a native promise back as it is, and tames any other thenable.
  Promise.resolve(given).then(
    (value) => landing.end(task, false, value, true),
    (error: unknown) => landing.end(task, true, error, true),
  );
}

function observe<T, R>(source: Observable<R>, task: Task<T, R>, landing: Landing<T, R>): void {
  let last: R | undefined;
  const work = source.subscribe({
    next: (value) => { last = value; },
    error: (error: unknown) => landing.end(task, true, error, false),
    complete: () => landing.end(task, false, last, false),
  });
  task.work = work;
}

function beginThere<T, R>(thread: () => NodeThread | WebThread, task: Task<T, R>, landing: Landing<T, R>): void {
  // A cast: a task that has begun has a worker.
  const worker = task.worker!;
  const port = worker.port ??= openPort(thread(), {
    answered: (id, failed, value) => {
      if (worker.port !== port || worker.task?.id !== id) return;
      port.rest();
      landing.end(worker.task, failed, value, false);
    },
    crashed: (error) => {
      if (worker.port === port) landing.crash(worker, error);
    },
  });
  port.begin(task.id, task.task);
}
