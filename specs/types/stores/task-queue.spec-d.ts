/** What is inferred of a task queue, and what must not compile. */
import { createStore, type Client, type Reply } from 'ownstate';
import {
  createTaskQueue, defineTaskQueue, runWorker, type TaskInfo, type TaskLease, type TaskQueue, type TaskQueueDump, type TaskQueueEvent,
  type TaskQueueStatus, type TaskQueueView, type WorkerReport,
} from 'ownstate/stores';
import { of, type Observable } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';

interface Mail { readonly to: string }

const queue = createTaskQueue<Mail, number>();

describe('a task queue', () => {
  it('knows its tasks and results', () => {
    expectTypeOf(queue).toEqualTypeOf<TaskQueue<Mail, number>>();
    expectTypeOf(queue.ask.enqueue({ task: { to: 'ann' } })).toEqualTypeOf<Reply<string>>();
    expectTypeOf(queue.ask.dequeue({ worker: 'ann' })).toEqualTypeOf<Reply<TaskLease<Mail> | undefined>>();
    expectTypeOf(queue.ask.complete({ id: '1', token: 1, result: 5 })).toEqualTypeOf<Reply<true>>();
    expectTypeOf(queue.ask.get('1')).toEqualTypeOf<Reply<TaskInfo<Mail, number> | undefined>>();
    expectTypeOf(queue.ask.dump()).toEqualTypeOf<Reply<TaskQueueDump<Mail, number>>>();
    expectTypeOf(queue.ask.status()).toEqualTypeOf<Reply<TaskQueueStatus>>();
    expectTypeOf(queue.ask.redrive()).toEqualTypeOf<Reply<number>>();
    expectTypeOf(queue.events$).toEqualTypeOf<Observable<TaskQueueEvent>>();
    expectTypeOf(queue.snapshot()).toEqualTypeOf<TaskQueueView>();
  });

  it('knows nothing of them unless told', () => {
    expectTypeOf(createTaskQueue()).toEqualTypeOf<TaskQueue>();
    expectTypeOf(createTaskQueue().ask.dequeue({ worker: 'ann' })).resolves.toEqualTypeOf<TaskLease<unknown> | undefined>();
  });

  it('infers them from a dump', async () => {
    expectTypeOf(createTaskQueue({ restore: await queue.ask.dump() })).toEqualTypeOf<TaskQueue<Mail, number>>();
  });

  it('is made of its definition alike', () => {
    expectTypeOf(createStore(defineTaskQueue<Mail, number>()).ask.enqueue).toEqualTypeOf(queue.ask.enqueue);
  });

  it('settles `fail` with what comes next', async () => {
    const again = await queue.ask.fail({ id: '1', token: 1 });
    if (again.state === 'pending') expectTypeOf(again.runAt).toEqualTypeOf<number>();
    else expectTypeOf(again).toEqualTypeOf<{ readonly state: 'failed' }>();
  });

  it('refuses what isn\'t a task, a result, a payload', () => {
    // @ts-expect-error -- no mail
    void queue.ask.enqueue({ task: 'ann' });
    // @ts-expect-error -- a task is needed
    void queue.ask.enqueue({});
    // @ts-expect-error -- a worker is needed
    void queue.ask.dequeue({});
    // @ts-expect-error -- no number
    void queue.ask.complete({ id: '1', token: 1, result: 'five' });
    // @ts-expect-error -- a token is needed
    void queue.ask.complete({ id: '1' });
    // @ts-expect-error -- no string
    void queue.ask.cancel(1);
    // Queries aren't told.
    expectTypeOf(queue.tell).not.toHaveProperty('status');
    // @ts-expect-error -- an option misspelt
    createTaskQueue({ maxTask: 5 });
  });
});

describe('a worker', () => {
  it('takes a handler of the queue\'s tasks, and any form of the result', () => {
    expectTypeOf(runWorker(queue, ({ to }) => to.length)).toEqualTypeOf<Promise<WorkerReport>>();
    void runWorker(queue, async (mail, { attempt, token, signal, progress }) => {
      expectTypeOf(mail).toEqualTypeOf<Mail>();
      expectTypeOf(attempt).toEqualTypeOf<number>();
      expectTypeOf(token).toEqualTypeOf<number>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      progress(0.5);
      return 5;
    });
    void runWorker(queue, () => of(5));
    void runWorker(queue.client, () => 5);
    expectTypeOf(queue.client).toExtend<Client<ReturnType<typeof defineTaskQueue<Mail, number>>>>();
    // @ts-expect-error -- another result
    void runWorker(queue, () => 'five');
    // @ts-expect-error -- another result, later
    void runWorker(queue, async () => 'five');
  });
});
