/** Threads as workers: real ones of Node, and the port that a Web Worker has. */
import { createWorkerPool, serveTasks, TaskAbortedError, TaskTimeoutError, WorkerCrashedError, type NodeThread, type WorkerPool } from 'ownstate/stores';
import { marbles, probe } from 'ownstate/testing';
import { buildSync } from 'esbuild';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Job } from './support/thread.js';

const outfile = fileURLToPath(new URL('../../../build/specs/worker-pool/thread.mjs', import.meta.url));
const entry = fileURLToPath(new URL('support/thread.ts', import.meta.url));
beforeAll(() => void buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' }));

const threads: Worker[] = [];
const pools: WorkerPool<Job, unknown>[] = [];

function threadPool(size = 1, taskTimeout = Infinity): WorkerPool<Job, unknown> {
  const pool = createWorkerPool<Job, unknown>({
    size, taskTimeout, thread: () => {
      const thread = new Worker(outfile);
      threads.push(thread);
      return thread;
    },
  });
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.shutdown()));
  await Promise.all(threads.splice(0).map((thread) => thread.terminate()));
});

describe('a pool of threads of Node', { timeout: 30_000 }, () => {
  it('makes a thread with the first task of a worker, and keeps it', async () => {
    const pool = threadPool(2);
    expect(threads.length).toBe(0);
    const ask = (value: number) => pool.ask.submit({ task: { do: 'double', value } });
    expect(await Promise.all([ask(1), ask(2), ask(3), ask(4)])).toEqual([2, 4, 6, 8]);
    expect(threads.length).toBe(2);
  });

  it('fails as the task does, with the error as it came through', async () => {
    const pool = threadPool();
    await expect(pool.ask.submit({ task: { do: 'fail', value: 'no' } })).rejects.toThrow(new RangeError('no'));
    await expect(pool.ask.submit({ task: { do: 'give a function' } })).rejects.toThrow('could not be cloned');
    await expect(pool.ask.submit({ task: { do: 'throw a function' } })).rejects.toThrow('failed by what can\'t be posted');
    await expect(pool.ask.submit({ task: { do: 'double', value: () => 1 } })).rejects.toThrow('could not be cloned');
    expect(await pool.ask.submit({ task: { do: 'double', value: 2 } })).toBe(4);
    expect(threads.length).toBe(1);
  });

  it.each([['exit', 'exited with code 3'], ['crash', 'crashed']] as const)('replaces one whose thread ends by "%s": its task fails, the next is done', async (how, why) => {
    const pool = threadPool();
    const seen = probe(pool);
    const failed = pool.ask.submit({ task: { do: how } });
    const next = pool.ask.submit({ task: { do: 'double', value: 4 } });
    const error: unknown = await failed.then(undefined, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WorkerCrashedError);
    expect(error).toMatchObject({ code: 'WORKER_CRASHED', worker: 1, message: expect.stringContaining(why) as string });
    expect(await next).toBe(8);
    expect(seen.events.map(({ event }) => event.type)).toEqual(['crashed', 'failed', 'left', 'added', 'done']);
    expect(await pool.ask.stats()).toMatchObject({ workers: 1, crashed: 1, failed: 1, done: 1, running: 0 });
  });

  it('ends the thread of a task that runs too long, even in an endless loop', async () => {
    const pool = threadPool(1, 300);
    await expect(pool.ask.submit({ task: { do: 'spin' } })).rejects.toBeInstanceOf(TaskTimeoutError);
    await once(threads[0]!, 'exit');
    expect(await pool.ask.submit({ task: { do: 'double', value: 4 }, taskTimeout: Infinity })).toBe(8);
    expect(threads.length).toBe(2);
    expect((await pool.ask.status()).workers).toMatchObject([{ id: 1 }]);
  });

  it('ends the thread of a task that is given up, and of a worker that is removed', async () => {
    const pool = threadPool(2);
    const controller = new AbortController();
    const given = pool.with({ signal: controller.signal }).ask.submit({ task: { do: 'hang' } });
    const removed = pool.ask.submit({ task: { do: 'hang' } });
    controller.abort();
    await expect(Promise.resolve(given)).rejects.toMatchObject({ code: 'ASK_ABORTED' });
    await pool.ask.remove({ id: 2, force: true });
    await expect(Promise.resolve(removed)).rejects.toEqual(new TaskAbortedError(2, 'removed'));
    await Promise.all(threads.map(async (thread) => thread.threadId === -1 || await once(thread, 'exit')));
    await pool.ask.submit({ task: { do: 'double', value: 1 } });
    await pool.ask.remove(1);
    expect(await once(threads[2]!, 'exit')).toEqual([1]);
  });

  it('ends all threads when it has closed', async () => {
    const pool = threadPool(3);
    await Promise.all([1, 2, 3].map((value) => pool.ask.submit({ task: { do: 'double', value } })));
    const exits = threads.map((thread) => once(thread, 'exit'));
    await pool.shutdown();
    expect((await Promise.all(exits)).length).toBe(3);
  });
});

/** A thread that isn't one: it answers when it's told to. */
function fakeThread() {
  const listeners = new Map<string, (event: unknown) => void>();
  const posted: unknown[] = [];
  let ended = 0;
  return {
    posted,
    get ended() {
      return ended;
    },
    say: (event: string, value: unknown) => listeners.get(event)?.(value),
    postMessage: (message: unknown) => void posted.push(message),
    addEventListener: (event: string, listener: (event: unknown) => void) => void listeners.set(event, listener),
    terminate: () => { ended++; },
  };
}

describe('a Web Worker', () => {
  it('is posted tasks, and listened to', async () => {
    const thread = fakeThread();
    const pool = createWorkerPool<string, number>({ size: 1, thread: () => thread });
    const one = pool.ask.submit({ task: 'a' });
    expect(thread.posted).toEqual([{ id: 1, task: 'a' }]);
    thread.say('message', { data: 'something of its own' });
    thread.say('message', { data: { id: 7, result: 1 } });
    thread.say('message', { data: { id: 1, result: 5 } });
    thread.say('message', { data: { id: 1, result: 6 } });
    expect(await one).toBe(5);
    const two = pool.ask.submit({ task: 'b' });
    thread.say('message', { data: { id: 2, error: new RangeError('no') } });
    await expect(Promise.resolve(two)).rejects.toThrow('no');
    await pool.shutdown();
    expect(thread.ended).toBe(1);
  });

  it('that fails is replaced, while it rests too', async () => {
    const made: ReturnType<typeof fakeThread>[] = [];
    const pool = createWorkerPool<string, number>({
      size: 1, thread: () => {
        made.push(fakeThread());
        return made.at(-1)!;
      },
    });
    const lost = pool.ask.submit({ task: 'a' });
    made[0]!.say('error', { message: 'no such file' });
    made[0]!.say('message', { data: { id: 1, result: 5 } });
    await expect(Promise.resolve(lost)).rejects.toMatchObject({ code: 'WORKER_CRASHED', cause: 'no such file' });
    const one = pool.ask.submit({ task: 'b' });
    made[1]!.say('message', { data: { id: 2, result: 5 } });
    expect(await one).toBe(5);
    made[1]!.say('messageerror', {});
    expect((await pool.ask.status()).workers).toMatchObject([{ id: 3, state: 'idle' }]);
    expect(await pool.ask.stats()).toMatchObject({ crashed: 2, workers: 1 });
    await pool.shutdown();
    expect(made.map(({ ended }) => ended)).toEqual([1, 1]);
  });

  it('that fails fails its task, also if it can\'t be ended', async () => {
    const thread = { ...fakeThread(), terminate: () => { throw new Error('broken'); } };
    const pool = createWorkerPool<string, number>({ size: 1, thread: () => thread });
    const lost = pool.ask.submit({ task: 'a' });
    expect(() => thread.say('error', { message: 'no such file' })).toThrow('broken');
    await expect(Promise.resolve(lost)).rejects.toMatchObject({ code: 'WORKER_CRASHED' });
  });

  it('that is leaving and fails is not replaced', async () => {
    const thread = fakeThread();
    const pool = createWorkerPool<string, number>({ size: 1, thread: () => thread });
    pool.ask.submit({ task: 'a' }).subscribe({ error: () => undefined });
    pool.tell.remove(1);
    thread.say('error', { error: new Error('x') });
    expect(await pool.ask.stats()).toMatchObject({ workers: 0, running: 0, crashed: 1, leaving: 0 });
  });

  it('that cannot be made fails its task, and the next may do better', async () => {
    let times = 0;
    const thread = fakeThread();
    const pool = createWorkerPool<string, number>({
      size: 1, thread: () => {
        if (times++ === 0) throw new RangeError('no threads left');
        if (times === 2) return {} as NodeThread;
        return thread;
      },
    });
    await expect(pool.ask.submit({ task: 'a' })).rejects.toThrow('no threads left');
    await expect(pool.ask.submit({ task: 'a' })).rejects.toThrow(TypeError);
    const one = pool.ask.submit({ task: 'a' });
    thread.say('message', { data: { id: 3, result: undefined } });
    expect(await one).toBeUndefined();
  });

  it('that is given up ends to the millisecond', marbles((m) => {
    const thread = fakeThread();
    const pool = m.watch(createWorkerPool<string, number>({ scheduler: m.scheduler, size: 1, taskTimeout: 3, thread: () => thread }));
    m.expect(pool.ask.submit({ task: 'a' })).toBeObservable('---#', {}, new TaskTimeoutError(1, 3));
    m.flush();
    expect(thread.ended).toBe(1);
  }));
});

describe('serveTasks', () => {
  it('does what it is posted, and posts what comes of it', async () => {
    const { port1, port2 } = new MessageChannel();
    serveTasks(port1, async (task: string) => {
      if (task === 'function') return () => 1;
      if (task === 'fail') throw new RangeError('no');
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- that's what is to be posted
      if (task === 'odd') throw { call: () => 1 };
      return task.length;
    });
    const answer = async (id: number, task: unknown) => {
      port2.postMessage({ id, task });
      return (await once(port2, 'message'))[0] as unknown;
    };
    expect(await answer(1, 'four')).toEqual({ id: 1, result: 4 });
    expect(await answer(2, 'fail')).toEqual({ id: 2, error: new RangeError('no') });
    expect(await answer(3, 'function')).toMatchObject({ id: 3, error: { message: expect.stringContaining('could not be cloned') as string } });
    expect(await answer(4, 'odd')).toEqual({ id: 4, error: new Error('failed by what can\'t be posted') });
    port1.close();
  });

  it('serves a Web Worker\'s own side too', async () => {
    const port = fakeThread();
    serveTasks(port, (task: number) => task + 1);
    port.say('message', { data: { id: 1, task: 1 } });
    await Promise.resolve().then(() => undefined).then(() => undefined);
    expect(port.posted).toEqual([{ id: 1, result: 2 }]);
  });

  it.each([null, undefined, 5, 'hello', {}, { id: '1', task: 1 }])('takes %o for somebody else\'s', async (message) => {
    const port = fakeThread();
    const tasks: unknown[] = [];
    serveTasks(port, (task: number) => tasks.push(task));
    port.say('message', { data: message });
    await new Promise((resolve) => setTimeout(resolve));
    expect({ tasks, posted: port.posted }).toEqual({ tasks: [], posted: [] });
  });

  it.each([[null, 'port'], [{}, 'port.postMessage'], [{ postMessage: () => 1 }, 'port']])('refuses %o', (port, name) => {
    expect(() => serveTasks(port as never, () => 1)).toThrow(new RegExp(`^Expected \`${name}\``));
  });

  it('refuses work that is no function', () => {
    expect(() => serveTasks(fakeThread(), 5 as never)).toThrow('Expected `work` to be a function, got 5');
  });
});
