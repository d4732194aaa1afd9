/** How much waits in a worker pool, what happens beyond it, and what a dump takes along. */
import { createWorkerPool, PoolFullError, type WorkerPool, type WorkerPoolDump, type WorkerPoolOptions } from 'ownstate/stores';
import { marbles, probe, type Marbles } from 'ownstate/testing';
import { map, NEVER, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';

const pool = (options: Partial<WorkerPoolOptions<string, string>> = {}): WorkerPool<string, string> =>
  createWorkerPool({ size: 1, maxQueue: 2, work: () => NEVER, ...options });

/** Submits tasks, and gives a list of those that failed, with the code, as it grows. */
function submitAll(to: WorkerPool<string, string>, tasks: readonly (readonly [task: string, priority?: number])[]): string[] {
  const failed: string[] = [];
  for (const [task, priority = 0] of tasks) {
    to.ask.submit({ task, priority }).subscribe({ error: (error: unknown) => failed.push(`${task} ${(error as PoolFullError).code}`) });
  }
  return failed;
}

const waiting = async (of: WorkerPool<string, string>) => (await of.ask.dump()).queued.map(({ task }) => task);

describe('a full queue', () => {
  it('refuses the task that comes, and changes nothing', async () => {
    const store = pool();
    submitAll(store, [['runs'], ['a'], ['b']]);
    const before = [await store.ask.stats(), await waiting(store)];
    await expect(store.ask.submit({ task: 'c', priority: 9 })).rejects.toEqual(new PoolFullError(2));
    expect([await store.ask.stats(), await waiting(store)]).toEqual(before);
  });

  it('drops the one that waits longest, by `drop-oldest`', async () => {
    const store = pool({ overflow: 'drop-oldest' });
    expect(submitAll(store, [['runs'], ['a'], ['b'], ['c'], ['d']])).toEqual(['a POOL_FULL', 'b POOL_FULL']);
    expect(await waiting(store)).toEqual(['c', 'd']);
    expect(await store.ask.stats()).toMatchObject({ dropped: 2, failed: 2, queued: 2 });
  });

  it('drops one of the lowest priority, which may be the one that comes', async () => {
    const store = pool({ overflow: 'drop-oldest' });
    expect(submitAll(store, [['runs'], ['a', 5], ['b', 1], ['c', 3], ['d', 2]])).toEqual(['b POOL_FULL', 'd POOL_FULL']);
    expect(await waiting(store)).toEqual(['a', 'c']);
  });

  it('drops one whose asker hears of it, and `events$` too, also where the one that came could not be held', marbles((m: Marbles) => {
    const store = m.watch(pool({ scheduler: m.scheduler, overflow: 'drop-oldest', mailbox: { capacity: 3 }, timeout: Infinity }));
    const seen = probe(store);
    expect(submitAll(store, [['runs'], ['a'], ['b'], ['c']])).toEqual(['a POOL_FULL', 'c MAILBOX_FULL']);
    expect(seen.events.map(({ event }) => event)).toMatchObject([
      { type: 'failed', id: 2, error: new PoolFullError(2) }, { type: 'failed', id: 4, error: { reason: 'gone' } },
    ]);
    store.ask.stats().subscribe((stats) => expect(stats).toMatchObject({ running: 1, queued: 1, dropped: 1, aborted: 1, failed: 2 }));
    m.flush();
  }));

  it('of no place at all takes only what begins at once', () => {
    for (const overflow of ['reject', 'drop-oldest'] as const) {
      expect(submitAll(pool({ maxQueue: 0, overflow }), [['runs'], ['a']])).toEqual(['a POOL_FULL']);
    }
  });

  it('has room again when a task has begun', marbles((m: Marbles) => {
    const store = m.watch(createWorkerPool({ scheduler: m.scheduler, size: 1, maxQueue: 1, work: (ms: number) => timer(ms).pipe(map(() => ms)) }));
    m.expect(store.ask.submit({ task: 1 })).toBeObservable('-(a|)', { a: 1 });
    m.expect(store.ask.submit({ task: 1 })).toBeObservable('--(a|)', { a: 1 });
    m.cold('-x').subscribe(() => m.expect(store.ask.submit({ task: 1 })).toBeObservable('---(a|)', { a: 1 }));
  }));
});

it('a command that is refused since the store is full keeps no other task from its begin', marbles((m: Marbles) => {
  const begun: string[] = [];
  const waiter = new AbortController();
  const store = m.watch(pool({ scheduler: m.scheduler, size: 2, mailbox: { capacity: 3 }, work: (task) => (begun.push(task), NEVER) }));
  const codes: unknown[] = [];
  const refused = { error: (error: unknown) => codes.push((error as PoolFullError).code) };
  submitAll(store, [['a']]);
  store.with({ signal: waiter.signal }).ask.idle().subscribe({ error: () => undefined });
  store.ask.idle().subscribe({ error: () => undefined });
  store.tell.pause();
  store.select(({ paused }) => paused).subscribe((paused) => {
    if (paused) return;
    // It can't be held, and has a worker until the pool hears of that.
    store.ask.submit({ task: 'b' }).subscribe(refused);
    store.ask.remove(99).subscribe({ error: () => waiter.abort() });
    // So this one waits, and takes the last room.
    submitAll(store, [['c']]);
  });
  store.tell.resume();
  store.ask.idle().subscribe(refused);
  expect(codes).toEqual(['MAILBOX_FULL', 'MAILBOX_FULL']);
  m.cold('-x').subscribe(() => expect({ begun, ...store.snapshot() }).toMatchObject({ begun: ['a', 'c'], running: 2, queued: 0 }));
  m.flush();
  expect(begun).toEqual(['a', 'c']);
}));

describe('dump and restore', () => {
  it('take along what waits, in the order of its turns, and nothing that runs', async () => {
    const store = pool({ maxQueue: 10 });
    submitAll(store, [['runs'], ['a'], ['b', 2], ['c']]);
    await store.ask.pause();
    const dump = await store.ask.dump();
    expect(dump).toEqual({
      kind: 'worker-pool', version: 1, at: expect.any(Number) as number, paused: true,
      queued: [['b', 2], ['a', 0], ['c', 0]].map(([task, priority]) => ({ task, priority, taskTimeout: Infinity })),
    });

    const done: string[] = [];
    // As it comes out of a file.
    const restore = JSON.parse(JSON.stringify(dump)) as typeof dump;
    const next = createWorkerPool({ size: 1, work: (task: string) => void done.push(task), restore });
    expect(done).toEqual([]);
    await next.ask.resume();
    await next.ask.idle();
    expect(done).toEqual(['b', 'a', 'c']);
  });

  it('keep a task that is `undefined`, which JSON leaves out', async () => {
    const store = createWorkerPool<unknown, void>({ work: () => undefined });
    store.ask.submit({ task: undefined }).subscribe({ error: () => undefined });
    // As it comes out of a file.
    const restore = JSON.parse(JSON.stringify(await store.ask.dump())) as WorkerPoolDump<unknown>;
    const done: unknown[] = [];
    await createWorkerPool({ size: 1, work: (task: unknown) => void done.push(task), restore }).shutdown();
    expect(done).toEqual([undefined]);
  });

  it('drop nothing where more comes along than may wait; no more is taken meanwhile', async () => {
    const store = pool({ size: 0 });
    submitAll(store, [['a'], ['b']]);
    const next = pool({ size: 0, maxQueue: 1, restore: await store.ask.dump() });
    expect(submitAll(next, [['c']])).toEqual(['c POOL_FULL']);
    expect(await waiting(next)).toEqual(['a', 'b']);
  });

  it('has a shutdown wait for what came with it', async () => {
    const done: string[] = [];
    const dump = { kind: 'worker-pool', version: 1, at: 0, paused: false, queued: [{ task: 'a', priority: 0, taskTimeout: 5 }] } as const;
    const store = createWorkerPool({
      size: 1, restore: dump, work: async (task: string) => {
        await Promise.resolve();
        done.push(task);
      },
    });
    await store.shutdown();
    expect(done).toEqual(['a']);
  });
});
