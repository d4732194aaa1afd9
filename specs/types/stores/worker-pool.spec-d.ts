/** What is inferred of a worker pool, and what doesn't compile. */
import { createWorkerPool, throughPool, type PoolEvent, type PoolStatus, type TaskRun, type WorkerPool } from 'ownstate/stores';
import { of, type Observable } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import { Worker } from 'node:worker_threads';

const words = createWorkerPool({ work: (text: string, { signal }: TaskRun) => Promise.resolve(signal.aborted ? 0 : text.length) });

describe('a worker pool', () => {
  it('takes task and result from its work', () => {
    expectTypeOf(words).toEqualTypeOf<WorkerPool<string, number>>();
    expectTypeOf(words.ask.submit({ task: 'a', priority: 1, taskTimeout: 5 })).resolves.toEqualTypeOf<number>();
    expectTypeOf(createWorkerPool({ work: (n: number) => of(String(n)) })).toEqualTypeOf<WorkerPool<number, string>>();
    expectTypeOf(createWorkerPool({ work: (n: number) => [n] })).toEqualTypeOf<WorkerPool<number, number[]>>();
  });

  it('of threads is told what they do', () => {
    const pool = createWorkerPool<string, number>({ thread: () => new Worker('file') });
    expectTypeOf(pool.ask.submit({ task: 'a' })).resolves.toEqualTypeOf<number>();
  });

  it('replies by command and query', () => {
    expectTypeOf(words.ask.add()).resolves.toEqualTypeOf<number>();
    expectTypeOf(words.ask.remove(1)).resolves.toEqualTypeOf<boolean>();
    expectTypeOf(words.ask.remove({ id: 1, force: true })).resolves.toEqualTypeOf<boolean>();
    expectTypeOf(words.ask.clear()).resolves.toEqualTypeOf<number>();
    expectTypeOf(words.ask.idle()).resolves.toEqualTypeOf<void>();
    expectTypeOf(words.ask.status()).resolves.toEqualTypeOf<PoolStatus<number>>();
    expectTypeOf(words.events$).toEqualTypeOf<Observable<PoolEvent<number>>>();
    expectTypeOf(words.snapshot().running).toEqualTypeOf<number>();
  });

  it('goes into a pipeline', () => {
    expectTypeOf(of('a').pipe(throughPool(words, { ordered: true }))).toEqualTypeOf<Observable<number>>();
    // @ts-expect-error the pool takes texts
    of(1).pipe(throughPool(words));
    // @ts-expect-error there's no such option
    throughPool(words, { concurrency: 5 });
  });

  it('refuses what it cannot do', () => {
    // @ts-expect-error a task is a text here
    words.ask.submit({ task: 5 });
    // @ts-expect-error a task stands in a field
    words.ask.submit('a');
    // @ts-expect-error the field is missing
    words.ask.submit({ priority: 1 });
    // @ts-expect-error workers have numbers
    words.ask.remove('1');
    // @ts-expect-error there's no such policy
    createWorkerPool({ work: () => 1, overflow: 'wait' });
    // @ts-expect-error a query isn't told
    expectTypeOf(words.tell.status);
  });
});
