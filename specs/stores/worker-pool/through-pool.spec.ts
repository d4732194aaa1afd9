/** A worker pool in a pipeline. */
import { createWorkerPool, PipelineFullError, TaskTimeoutError, throughPool, type ThroughPoolOptions, type WorkerPool } from 'ownstate/stores';
import { marbles, type Marbles } from 'ownstate/testing';
import { from, map, NEVER, range, Subject, take, tap, throwError, timer, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';

const broken = new Error('broken');
/** A task lasts as many milliseconds as it says; one of 7 fails when it's done. */
const sleepers = (m: Marbles, size: number): WorkerPool<number, number> => m.watch(createWorkerPool({
  scheduler: m.scheduler, size, work: (ms: number) => timer(ms).pipe(map(() => {
    if (ms === 7) throw broken;
    return ms;
  })),
}));
const ms = { 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7 };

describe('throughPool', () => {
  it('gives results as they come', marbles((m) => {
    m.expect(m.cold('    5-1---2-|', ms).pipe(throughPool(sleepers(m, 2)))).toBeObservable(
      '                  ---1-5--(2|)', ms);
  }));

  it('gives them in the order of the source, if that is wanted', marbles((m) => {
    m.expect(m.cold('    5-1----4-|', ms).pipe(throughPool(sleepers(m, 2), { ordered: true }))).toBeObservable(
      '                  -----(51)--(4|)', ms);
  }));

  it('completes with an empty source, and fails with a failing one', marbles((m) => {
    const pool = sleepers(m, 2);
    m.expect(m.cold('--|', ms).pipe(throughPool(pool))).toBeObservable('--|');
    m.expect(m.cold('5-#', ms, broken).pipe(throughPool(pool))).toBeObservable('--#', {}, broken);
    m.expect(throwError(() => broken).pipe(throughPool(pool))).toBeObservable('#', {}, broken);
    m.flush();
    expect(pool.snapshot()).toMatchObject({ running: 0, queued: 0 });
  }));

  it('fails as a task does, and gives the others up', marbles((m) => {
    const pool = sleepers(m, 2);
    m.expect(from([7, 2, 9, 4, 4]).pipe(throughPool(pool))).toBeObservable('--2----#', ms, broken);
    m.flush();
    expect(pool.snapshot()).toMatchObject({ running: 0, queued: 0 });
  }));

  it('aborts on unsubscribing: what waits never begins, what runs is told', marbles((m) => {
    const begun: number[] = [];
    const aborted: number[] = [];
    const pool = m.watch(createWorkerPool({
      scheduler: m.scheduler, size: 1,
      work: (task: number, { signal }) => {
        begun.push(task);
        signal.addEventListener('abort', () => aborted.push(task));
        return NEVER;
      },
    }));
    m.expect(from([1, 2, 3]).pipe(throughPool(pool)), '--!').toBeObservable('---');
    m.flush();
    expect({ begun, aborted, left: pool.snapshot() }).toMatchObject({ begun: [1], aborted: [1], left: { running: 0, queued: 0 } });
  }));

  it('gives up what is left when enough has been taken', marbles((m) => {
    const pool = sleepers(m, 3);
    m.expect(from([3, 1, 5]).pipe(throughPool(pool), take(1))).toBeObservable('-(1|)', ms);
    m.flush();
    pool.ask.stats().subscribe((stats) => expect(stats).toMatchObject({ aborted: 2, done: 1, running: 0 }));
  }));

  it('stops a source that gives all it has at once, when it is over', async () => {
    const pool = createWorkerPool({ size: 1, work: (n: number) => n === 3 ? NEVER : n });
    const given = (options: ThroughPoolOptions, most: number) => {
      let count = 0;
      const source = range(0, 1000).pipe(tap(() => count++));
      source.pipe(throughPool(pool, options), take(most)).subscribe({ error: () => undefined });
      return count;
    };
    // One more than was wanted, or than there's room for, is what tells that it's over.
    expect([given({}, 2), given({ inFlight: 2, buffer: 3 }, 100)]).toEqual([3, 10]);
    expect(pool.snapshot()).toMatchObject({ running: 0, queued: 0 });
  });

  it('has at most so many in the pool, and so many wait; one more fails it', marbles((m) => {
    const pool = sleepers(m, 5);
    const source = new Subject<number>();
    m.expect(source.pipe(throughPool(pool, { inFlight: 2, buffer: 1 }))).toBeObservable('--#', {}, new PipelineFullError(1));
    m.cold('abc-').subscribe(() => source.next(3));
    m.cold('--x-').subscribe(() => {
      expect(pool.snapshot()).toMatchObject({ running: 2, queued: 0 });
      source.next(3);
    });
  }));

  it('holds back what is behind an earlier one, within the same bound', marbles((m) => {
    const pool = sleepers(m, 5);
    m.expect(from([4, 1, 4]).pipe(throughPool(pool, { inFlight: 2, ordered: true }))).toBeObservable('----(41)(4|)', ms);
  }));

  it('gives its tasks priority and a limit', marbles((m) => {
    const pool = sleepers(m, 1);
    const order: number[] = [];
    const went = (n: number) => order.push(n);
    from([1, 2]).pipe(throughPool(pool)).subscribe(went);
    from([3, 4]).pipe(throughPool(pool, { priority: 1, taskTimeout: 5 })).subscribe(went);
    m.expect(from([6]).pipe(throughPool(pool, { priority: -1, taskTimeout: 5 }))).toBeObservable('---------------#', {}, new TaskTimeoutError(5, 5));
    m.flush();
    expect(order).toEqual([1, 3, 4, 2]);
  }));

  it('takes many more than it has room for in the pool', async () => {
    const pool = createWorkerPool({ size: 10, work: async (n: number) => n });
    const all = await new Promise<number[]>((resolve) => {
      range(0, 5000).pipe(throughPool(pool, { ordered: true, inFlight: 20 }), toArray()).subscribe(resolve);
    });
    expect(all).toEqual(Array.from({ length: 5000 }, (_, n) => n));
    await pool.shutdown();
  });

  it('takes a client, and does not go by the timeout of asks', marbles((m) => {
    const pool = sleepers(m, 1);
    m.expect(from([5]).pipe(throughPool(pool.client.with({ timeout: 2 })))).toBeObservable('-----(5|)', ms);
  }));

  it.each<[string, unknown, unknown]>([
    ['pool', {}, {}], ['pool', null, {}], ['options', undefined, 5],
    ...[0, 1.5, NaN, -1, '1'].map((inFlight): [string, unknown, unknown] => ['inFlight', undefined, { inFlight }]),
    ...[-1, 1.5, NaN, '1'].map((buffer): [string, unknown, unknown] => ['buffer', undefined, { buffer }]),
    ['priority', undefined, { priority: 1.5 }], ['ordered', undefined, { ordered: 1 }], ['taskTimeout', undefined, { taskTimeout: 0 }],
  ])('refuses `%s` of %o, %o', (name, pool, options) => {
    const call = () => throughPool((pool === undefined ? createWorkerPool({ work: () => 1 }) : pool) as never, options as never);
    expect(call).toThrow(TypeError);
    expect(call).toThrow(new RegExp(`^Expected \`${name}\``));
  });
});
