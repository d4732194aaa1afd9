/** `runWorker`: a worker made of a function. Promises are real, so virtual time is run between them. */
import { createTaskQueue, runWorker, type TaskQueueOptions } from 'ownstate/stores';
import { concat, defer, map, Observable, of, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { World } from '../../../docs/programs/support/world.js';
import { runVirtually } from '../../support/virtual.js';

/** Runs a test in virtual time, and gives the lines that it printed, each with its millisecond. */
const run = async (test: (world: World) => Promise<void>): Promise<readonly string[]> => (await runVirtually(test)).timed;

const queueOf = ({ scheduler }: World, options: TaskQueueOptions<string, string> = {}) =>
  createTaskQueue<string, string>({ scheduler, backoff: { base: 10, jitter: 0 }, ...options });

describe('a worker', () => {
  it('works on one task after the other, as they come, and tells what it has done', async () => {
    expect(await run(async (world) => {
      const { print, sleep } = world;
      const queue = queueOf(world);
      const stop = new AbortController();
      const worker = runWorker(queue, async (task, { id, attempt }) => {
        print(`${task} ${id} ${attempt}`);
        await sleep(100);
        return task.toUpperCase();
      }, { signal: stop.signal });
      for (const task of ['a', 'b']) queue.tell.enqueue({ task });
      await sleep(500);
      queue.tell.enqueue({ task: 'c' });
      await sleep(200);
      print(JSON.stringify(await queue.ask.status()));
      stop.abort();
      print(JSON.stringify(await worker));
      print(String((await queue.ask.get('3'))?.result));
    })).toEqual([
      '0 ms  a 1 1',
      '100 ms  b 2 1',
      '500 ms  c 3 1',
      '700 ms  {"pending":0,"delayed":0,"running":0,"completed":3,"failed":0,"cancelled":0,"workers":1,"waiting":1,"paused":false}',
      '700 ms  {"completed":3,"failed":0,"lost":0}',
      '700 ms  C',
    ]);
  });

  it('has as many tasks at once as its concurrency, and is one worker', async () => {
    const lines = await run(async (world) => {
      const { print, sleep } = world;
      const queue = queueOf(world);
      const stop = new AbortController();
      for (let n = 0; n < 5; n++) queue.tell.enqueue({ task: `${n}` });
      const worker = runWorker(queue, () => sleep(100).then(() => 'done'), { concurrency: 3, signal: stop.signal, worker: 'ann' });
      await sleep(50);
      const { running, workers } = await queue.ask.status();
      print(`${running} running, ${workers} worker`);
      await sleep(100);
      print(`${(await queue.ask.status()).running} running`);
      await sleep(100);
      stop.abort();
      print(JSON.stringify(await worker));
    });
    expect(lines).toEqual(['50 ms  3 running, 1 worker', '150 ms  2 running', '250 ms  {"completed":5,"failed":0,"lost":0}']);
  });

  const results: readonly (readonly [what: string, handler: () => never, result: unknown])[] = ([
    ['a value', () => 'x', 'x'],
    ['an array, which is a value', () => ['x', 'y'], ['x', 'y']],
    ['a promise', () => Promise.resolve('x'), 'x'],
    ['an Observable, of which the last value counts', () => of('w', 'x'), 'x'],
    ['an empty Observable', () => of(), undefined],
    ['nothing', () => undefined, undefined],
  ] as const).map(([what, handler, result]) => [what, handler as () => never, result]);

  it.each(results)('takes %s as the result', async (_what, handler: () => never, result) => {
    await run(async (world) => {
      const queue = queueOf(world);
      const stop = new AbortController();
      queue.tell.enqueue({ task: 'a' });
      const worker = runWorker<string, string>(queue, handler, { signal: stop.signal });
      await world.sleep(1);
      stop.abort();
      expect(await worker).toEqual({ completed: 1, failed: 0, lost: 0 });
      expect((await queue.ask.get('1'))?.result).toEqual(result);
    });
  });

  it.each([
    ['throws', () => { throw new RangeError('no'); }],
    ['rejects', () => Promise.reject(new RangeError('no'))],
    ['gives an Observable that fails', () => concat(of('x'), throwError(() => new RangeError('no')))],
  ])('fails the attempt where the handler %s, and goes on', async (_what, handler) => {
    const lines = await run(async (world) => {
      const queue = queueOf(world);
      const stop = new AbortController();
      queue.tell.enqueue({ task: 'a', attempts: 2 });
      queue.tell.enqueue({ task: 'b' });
      queue.events$.subscribe(({ type, ...event }) => {
        if (type !== 'enqueued') world.print(`${type} ${'id' in event ? event.id : ''}`);
      });
      const worker = runWorker<string, string>(queue, (task) => task === 'a' ? handler() : 'x', { signal: stop.signal });
      await world.sleep(100);
      stop.abort();
      expect(await worker).toEqual({ completed: 1, failed: 2, lost: 0 });
      expect((await queue.ask.get('1'))?.error).toBe('RangeError: no');
    });
    expect(lines).toEqual(['0 ms  started 1', '0 ms  retrying 1', '0 ms  started 2', '0 ms  completed 2', '10 ms  started 1', '10 ms  failed 1']);
  });
});

describe('heartbeats', () => {
  it('keep the lease of a task that takes longer than it', async () => {
    await run(async (world) => {
      const queue = queueOf(world);
      const stop = new AbortController();
      queue.tell.enqueue({ task: 'a' });
      const worker = runWorker(queue, () => world.sleep(1000).then(() => 'x'), { lease: 30, signal: stop.signal });
      await world.sleep(990);
      expect(await queue.ask.get('1')).toMatchObject({ state: 'running', losses: 0 });
      await world.sleep(20);
      stop.abort();
      expect(await worker).toEqual({ completed: 1, failed: 0, lost: 0 });
      expect((await queue.ask.stats()).lost).toBe(0);
    });
  });

  it('come three times in a lease', async () => {
    await run(async (world) => {
      const queue = queueOf(world);
      const stop = new AbortController();
      const beats: number[] = [];
      queue.commands$.subscribe(({ type }) => { if (type === 'heartbeat') beats.push(world.scheduler.now()); });
      queue.tell.enqueue({ task: 'a' });
      const worker = runWorker(queue, () => world.sleep(95).then(() => 'x'), { lease: 60, signal: stop.signal });
      await world.sleep(100);
      stop.abort();
      await worker;
      expect(beats).toEqual([0, 20, 40, 60, 80]);
    });
  });
});

describe('a lost lease', () => {
  it.each([
    ['cancelled', (queue: ReturnType<typeof queueOf>) => queue.tell.cancel('1'), 50],
    ['timed out', () => undefined, 80],
  ])('(%s) aborts the handler\'s signal at once, and the worker goes on without it', async (_how, lose, when) => {
    const lines = await run(async (world) => {
      const { print, sleep } = world;
      const queue = queueOf(world, { runTimeout: 80, attempts: 1 });
      const stop = new AbortController();
      for (const task of ['hangs', 'b']) queue.tell.enqueue({ task });
      const worker = runWorker<string, string>(queue, (task, { signal }) => {
        print(task);
        if (task === 'b') return 'x';
        signal.addEventListener('abort', () => print(`aborted: ${(signal.reason as { code: string }).code}`));
        return new Promise(() => undefined);
      }, { signal: stop.signal });
      await sleep(50);
      lose(queue);
      await sleep(100);
      stop.abort();
      expect(await worker).toEqual({ completed: 1, failed: 0, lost: 1 });
    });
    expect(lines).toEqual(['0 ms  hangs', `${when} ms  aborted: LEASE_LOST`, `${when} ms  b`]);
  });

  it('unsubscribes an Observable, and what a promise rejects with later goes nowhere', async () => {
    const lines = await run(async (world) => {
      const { print, sleep, scheduler } = world;
      const queue = queueOf(world);
      const stop = new AbortController();
      for (const task of ['observable', 'promise']) queue.tell.enqueue({ task, id: task });
      const worker = runWorker<string, string>(queue, (task) => {
        if (task === 'promise') return sleep(60).then(() => Promise.reject(new RangeError('late')));
        return new Observable<string>(() => () => print('unsubscribed'));
      }, { signal: stop.signal, concurrency: 2 });
      timer(30, scheduler).subscribe(() => {
        queue.tell.cancel('observable');
        queue.tell.cancel('promise');
      });
      await sleep(100);
      stop.abort();
      expect(await worker).toEqual({ completed: 0, failed: 0, lost: 2 });
    });
    expect(lines).toEqual(['30 ms  unsubscribed']);
  });

  it('by the late result of a handler that can\'t be stopped settles nothing', async () => {
    await run(async (world) => {
      const queue = queueOf(world, { runTimeout: 20, attempts: 2 });
      const stop = new AbortController();
      queue.tell.enqueue({ task: 'a' });
      let attempts = 0;
      const worker = runWorker<string, string>(queue, async () => {
        const attempt = ++attempts;
        await world.sleep(attempt === 1 ? 35 : 15);
        return `attempt ${attempt}`;
      }, { signal: stop.signal });
      await world.sleep(100);
      stop.abort();
      expect(await worker).toEqual({ completed: 1, failed: 0, lost: 1 });
      expect((await queue.ask.get('1'))?.result).toBe('attempt 2');
    });
  });
});

describe('its end', () => {
  it('is graceful: what it has is finished, and nothing more is taken', async () => {
    const lines = await run(async (world) => {
      const { print, sleep } = world;
      const queue = queueOf(world);
      const stop = new AbortController();
      for (const task of ['a', 'b', 'c']) queue.tell.enqueue({ task });
      const worker = runWorker(queue, async (task, { signal }) => {
        await sleep(100);
        print(`${task} ${signal.aborted ? 'aborted' : 'finished'}`);
        return task;
      }, { concurrency: 2, signal: stop.signal });
      await sleep(30);
      stop.abort();
      print(JSON.stringify(await worker));
      print(`${(await queue.ask.status()).pending} left`);
    });
    expect(lines).toEqual(['100 ms  a finished', '100 ms  b finished', '100 ms  {"completed":2,"failed":0,"lost":0}', '100 ms  1 left']);
  });

  it('has come already where the signal was aborted before', async () => {
    const queue = createTaskQueue<string>();
    await queue.ask.enqueue({ task: 'a' });
    expect(await runWorker(queue, () => 'x', { signal: AbortSignal.abort() })).toEqual({ completed: 0, failed: 0, lost: 0 });
    expect((await queue.ask.status()).pending).toBe(1);
  });

  it('comes with the queue\'s shutdown: who waits is let go, what runs has its signal aborted', async () => {
    const lines = await run(async (world) => {
      const { print, sleep } = world;
      const queue = queueOf(world);
      queue.tell.enqueue({ task: 'a' });
      const worker = runWorker<string, string>(queue, (_task, { signal }) => new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          print((signal.reason as { code: string }).code);
          resolve('too late');
        });
      }), { concurrency: 2 });
      await sleep(30);
      await queue.shutdown();
      print(JSON.stringify(await worker));
    });
    expect(lines).toEqual(['30 ms  STORE_CLOSED', '30 ms  {"completed":0,"failed":0,"lost":1}']);
  });

  it('leaves no listener on the signal, and no ask open', async () => {
    await run(async (world) => {
      const queue = queueOf(world);
      const stop = new AbortController();
      const listeners = { added: 0, removed: 0 };
      const { signal } = stop;
      const add = signal.addEventListener.bind(signal);
      const remove = signal.removeEventListener.bind(signal);
      Object.assign(signal, {
        addEventListener: (...given: Parameters<typeof add>) => { listeners.added++; add(...given); },
        removeEventListener: (...given: Parameters<typeof remove>) => { listeners.removed++; remove(...given); },
      });
      for (let n = 0; n < 20; n++) queue.tell.enqueue({ task: 'a' });
      const worker = runWorker(queue, () => world.sleep(1).then(() => 'x'), { concurrency: 4, signal });
      await world.sleep(50);
      expect(listeners.added).toBe(1);
      stop.abort();
      await worker;
      expect(listeners).toEqual({ added: 1, removed: 1 });
      expect(queue.status()).toMatchObject({ replies: 0, waiting: 0, running: 0 });
    });
  });

  it('without a task for long it asks anew, and takes what comes then', async () => {
    await run(async (world) => {
      const queue = queueOf(world);
      const stop = new AbortController();
      const worker = runWorker(queue, () => 'x', { wait: 100, signal: stop.signal });
      await world.sleep(1_050);
      expect((await queue.ask.status()).waiting).toBe(1);
      expect(queue.status().handled).toBeLessThan(40);
      queue.tell.enqueue({ task: 'a' });
      stop.abort();
      expect(await worker).toEqual({ completed: 1, failed: 0, lost: 0 });
    });
  });

  it('rejects where the queue refuses what it needs, when all it has is finished', async () => {
    const lines = await run(async (world) => {
      const { print, sleep } = world;
      const queue = queueOf(world, { mailbox: { capacity: 3 } });
      for (const task of ['a', 'b']) queue.tell.enqueue({ task });
      // Three loops and three heartbeats don't fit.
      const worker = runWorker(queue, () => sleep(50).then(() => 'x'), { concurrency: 4 });
      await worker.then(() => print('resolved'), (error: unknown) => print((error as { code: string }).code));
    });
    expect(lines.at(-1)).toMatch(/^\d+ ms {2}MAILBOX_FULL$/);
  });

  it('refuses arguments that can\'t be used', async () => {
    const queue = createTaskQueue<string>();
    const handler = () => 'x';
    for (const [given, message] of [
      [[undefined, handler], 'Expected `queue` to be an object, got undefined'],
      [[queue, 'x'], "Expected `handler` to be a function, got 'x'"],
      [[queue, handler, null], 'Expected `options` to be an object, got null'],
      [[queue, handler, { worker: 5 }], 'Expected `worker` to be a string, got 5'],
      [[queue, handler, { concurrency: 0 }], 'Expected `concurrency` to be a positive integer, got 0'],
      [[queue, handler, { concurrency: 1.5 }], 'Expected `concurrency` to be a positive integer, got 1.5'],
      [[queue, handler, { signal: {} }], 'Expected `signal` to be an AbortSignal, got [object Object]'],
      [[queue, handler, { lease: 0 }], 'Expected `lease` to be a positive number, got 0'],
      [[queue, handler, { wait: NaN }], 'Expected `wait` to be a positive number, got NaN'],
    ] as const) {
      await expect(runWorker(...given as unknown as Parameters<typeof runWorker>)).rejects.toThrow(new TypeError(message));
    }
  });
});

describe('progress', () => {
  it('is told from within the handler, and too late goes nowhere', async () => {
    await run(async (world) => {
      const queue = queueOf(world);
      const stop = new AbortController();
      queue.tell.enqueue({ task: 'a' });
      let late: (() => void) | undefined;
      const worker = runWorker(queue, async (_task, { progress }) => {
        progress(0.5);
        late = () => progress(0.9);
        expect(() => progress(undefined)).toThrow(new TypeError('Expected `value` to be anything but undefined, got undefined'));
        await world.sleep(10);
        return 'x';
      }, { signal: stop.signal });
      await world.sleep(5);
      expect((await queue.ask.get('1'))?.progress).toBe(0.5);
      stop.abort();
      await worker;
      late?.();
      await world.sleep(10);
      expect((await queue.ask.get('1'))?.progress).toBe(0.5);
    });
  });
});

it('an Observable handler is subscribed once', async () => {
  await run(async (world) => {
    const queue = queueOf(world);
    const stop = new AbortController();
    queue.tell.enqueue({ task: 'a' });
    let subscribed = 0;
    const worker = runWorker(queue, () => defer(() => { subscribed++; return timer(5, world.scheduler).pipe(map(() => 'x')); }), { signal: stop.signal });
    await world.sleep(10);
    stop.abort();
    await worker;
    expect(subscribed).toBe(1);
  });
});
