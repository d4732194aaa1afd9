/** Dequeues that wait: who is served, what becomes of those who give up, and the end of the queue. */
import { createStore } from 'ownstate';
import { createTaskQueue, defineTaskQueue, type TaskQueueEvent, type TaskQueueOptions } from 'ownstate/stores';
import { marbles, type Marbles } from 'ownstate/testing';
import { describe, expect, it } from 'vitest';

const queueIn = (m: Marbles, options: TaskQueueOptions<string, string> = {}) =>
  m.watch(createTaskQueue<string, string>({ scheduler: m.scheduler, backoff: { base: 0 }, ...options }));

const codeOf = (error: unknown): string => (error as { code: string }).code;

const at = (m: Marbles, ms: number, work: () => void) => void m.scheduler.schedule(work, ms);

/** A dequeue that waits, as lines: `12 bob x`, or the code of its error. */
function waiting(m: Marbles, lines: string[], queue: Pick<ReturnType<typeof queueIn>, 'ask'>, worker: string, wait = 1000) {
  queue.ask.dequeue({ worker, wait }).subscribe({
    next: (lease) => lines.push(`${m.scheduler.now()} ${worker} ${lease?.task ?? '-'}`),
    error: (error: unknown) => lines.push(`${m.scheduler.now()} ${worker} ${codeOf(error)}`),
  });
}

describe('those who wait', () => {
  it('are served in the order in which they came', marbles((m) => {
    const queue = queueIn(m);
    const lines: string[] = [];
    for (const worker of ['ann', 'bob', 'eve']) waiting(m, lines, queue, worker);
    queue.ask.status().subscribe((status) => lines.push(`${status.waiting} wait, ${status.workers} workers`));
    at(m, 3, () => queue.tell.enqueue({ task: 'x' }));
    at(m, 5, () => queue.tell.enqueue({ task: 'y' }));
    at(m, 6, () => queue.ask.status().subscribe((status) => lines.push(`${status.waiting} waits, ${status.workers} workers`)));
    m.flush();
    expect(lines).toEqual(['3 wait, 3 workers', '3 ann x', '5 bob y', '1 waits, 3 workers', '1000 eve -']);
  }));

  it('get what becomes ready in whatever way', marbles((m) => {
    const queue = queueIn(m, { attempts: 1, runTimeout: 50 });
    const lines: string[] = [];
    queue.tell.enqueue({ task: 'x', id: 'x' });
    queue.tell.dequeue({ worker: 'zoe' });
    for (const worker of ['ann', 'bob', 'eve', 'ian', 'joe']) waiting(m, lines, queue, worker);
    const fail = () => queue.ask.get('x').subscribe(() => queue.tell.fail({ id: 'x', token, retry: false }));
    let token = 1;
    at(m, 1, fail);
    at(m, 2, () => queue.tell.retry('x'));
    at(m, 3, () => { token = 2; fail(); });
    at(m, 4, () => queue.tell.redrive());
    at(m, 5, () => queue.tell.snooze({ id: 'x', token: 3, delay: 0 }));
    at(m, 6, () => queue.tell.snooze({ id: 'x', token: 4, delay: 3 }));
    at(m, 10, () => queue.tell.pause());
    at(m, 11, () => queue.tell.enqueue({ task: 'y' }));
    at(m, 12, () => queue.tell.resume());
    m.flush();
    expect(lines).toEqual(['2 ann x', '4 bob x', '5 eve x', '9 ian x', '12 joe y']);
  }));

  it('get the task of a worker that has fallen silent', marbles((m) => {
    const queue = queueIn(m, { lease: 10 });
    const lines: string[] = [];
    queue.tell.enqueue({ task: 'x' });
    queue.tell.dequeue({ worker: 'zoe' });
    waiting(m, lines, queue, 'ann');
    m.flush();
    expect(lines).toEqual(['10 ann x']);
  }));

  it('are many, and all are served within the time of a spec', () => {
    const queue = createTaskQueue<number>({ mailbox: { capacity: 60_000 } });
    let served = 0;
    for (let n = 0; n < 50_000; n++) queue.ask.dequeue({ worker: 'ann', wait: 60_000 }).subscribe(() => { served++; });
    for (let task = 0; task < 50_000; task++) queue.tell.enqueue({ task });
    expect(served).toBe(50_000);
  });
});

describe('one who gives up', () => {
  it('by a timeout is no longer served, and the next one is', marbles((m) => {
    const queue = queueIn(m);
    const lines: string[] = [];
    waiting(m, lines, queue.with({ timeout: 5 }), 'ann');
    waiting(m, lines, queue, 'bob');
    at(m, 5, () => queue.tell.enqueue({ task: 'x' }));
    at(m, 6, () => queue.ask.status().subscribe((status) => lines.push(`${status.waiting} waits`)));
    m.flush();
    expect(lines).toEqual(['5 ann ASK_TIMEOUT', '5 bob x', '0 waits']);
  }));

  it('by a signal is no longer served', marbles((m) => {
    const queue = queueIn(m);
    const lines: string[] = [];
    const abort = new AbortController();
    waiting(m, lines, queue.with({ signal: abort.signal }), 'ann');
    at(m, 3, () => abort.abort());
    at(m, 4, () => queue.tell.enqueue({ task: 'x' }));
    at(m, 5, () => queue.ask.status().subscribe((status) => lines.push(`${status.pending} pending, ${status.workers} workers`)));
    m.flush();
    expect(lines).toEqual(['3 ann ASK_ABORTED', '1 pending, 0 workers']);
  }));

  it('in the very moment in which it is handed a task gives that back to where it stood', marbles((m) => {
    const queue = queueIn(m);
    const lines: string[] = [];
    const events: TaskQueueEvent[] = [];
    queue.events$.subscribe((event) => events.push(event));
    const abort = new AbortController();
    waiting(m, lines, queue.with({ signal: abort.signal }), 'ann');
    at(m, 3, () => {
      // The event comes after the task was handed over and before it's delivered.
      queue.events$.subscribe(({ type }) => { if (type === 'started') abort.abort(); });
      queue.tell.enqueue({ task: 'x' });
      queue.tell.enqueue({ task: 'y' });
    });
    at(m, 4, () => queue.ask.dequeue({ worker: 'bob' }).subscribe((lease) => lines.push(`bob ${lease?.task} ${lease?.attempt}`)));
    m.flush();
    expect(lines).toEqual(['3 ann ASK_ABORTED', 'bob x 1']);
    expect(events.map(({ type }) => type)).toEqual(['enqueued', 'started', 'returned', 'enqueued', 'started']);
  }));

  it('hands what it was given to the next one who waits', marbles((m) => {
    const queue = queueIn(m);
    const lines: string[] = [];
    const abort = new AbortController();
    waiting(m, lines, queue.with({ signal: abort.signal }), 'ann');
    waiting(m, lines, queue, 'bob');
    queue.events$.subscribe((event) => { if (event.type === 'started' && event.worker === 'ann') abort.abort(); });
    at(m, 3, () => queue.tell.enqueue({ task: 'x' }));
    m.flush();
    expect(lines).toEqual(['3 ann ASK_ABORTED', '3 bob x']);
  }));

  it('after its task was cancelled meanwhile gives nothing back', marbles((m) => {
    const queue = queueIn(m);
    const abort = new AbortController();
    waiting(m, [], queue.with({ signal: abort.signal }), 'ann');
    queue.events$.subscribe(({ type }) => {
      if (type !== 'started') return;
      queue.tell.cancel('1');
      abort.abort();
    });
    at(m, 3, () => queue.tell.enqueue({ task: 'x' }));
    const seen: unknown[] = [];
    at(m, 4, () => queue.ask.status().subscribe((status) => seen.push(status)));
    m.flush();
    expect(seen).toMatchObject([{ pending: 0, running: 0, cancelled: 1, workers: 0, waiting: 0 }]);
  }));

  it('of a heartbeat loses nothing but the answer', marbles((m) => {
    const queue = queueIn(m);
    const errors: string[] = [];
    queue.tell.enqueue({ task: 'x' });
    queue.ask.dequeue({ worker: 'ann', lease: 20 }).subscribe((lease) => {
      queue.with({ timeout: 5 }).ask.heartbeat({ id: '1', token: lease!.token, wait: 10 })
        .subscribe({ error: (error: unknown) => errors.push(codeOf(error)) });
    });
    const seen: unknown[] = [];
    at(m, 15, () => queue.ask.complete({ id: '1', token: 1 }).subscribe((done) => seen.push(done)));
    m.flush();
    expect(errors).toEqual(['ASK_TIMEOUT']);
    expect(seen).toEqual([true]);
  }));
});

describe('more of them than may be in flight', () => {
  it('are refused, and those who wait already lose nothing', marbles((m) => {
    const queue = queueIn(m, { mailbox: { capacity: 1 } });
    const lines: string[] = [];
    // It comes before the queue's own timer: it's the first to see that the task is ready, and hands it to ann.
    at(m, 5, () => waiting(m, lines, queue, 'bob'));
    queue.tell.enqueue({ task: 'x', delay: 5 });
    waiting(m, lines, queue, 'ann');
    at(m, 6, () => queue.ask.status().subscribe((status) => lines.push(`${status.running} runs, ${status.waiting} waits`)));
    m.flush();
    expect(lines).toEqual(['5 ann x', '5 bob MAILBOX_FULL', '1 runs, 0 waits']);
  }));
});

describe('a queue that was made anew by `createStore`\'s own `reset`', () => {
  it('doesn\'t take somebody who waited in the former one for somebody who waits now', marbles((m) => {
    const queue = m.watch(createStore(defineTaskQueue<string, string>(), { scheduler: m.scheduler, onHandlerError: 'reset' }));
    const lines: string[] = [];
    waiting(m, lines, queue.with({ timeout: 50 }), 'ann');
    queue.ask.cancel('unknown').subscribe({ error: (error: unknown) => lines.push(codeOf(error)) });
    waiting(m, lines, queue, 'bob', 100);
    m.flush();
    expect(lines).toEqual(['TASK_NOT_FOUND', '50 ann ASK_TIMEOUT', '100 bob -']);
  }));
});

describe('at the end of the queue', () => {
  it('a shutdown doesn\'t wait for a task to come', marbles((m) => {
    const queue = queueIn(m);
    const lines: string[] = [];
    waiting(m, lines, queue, 'ann');
    queue.tell.enqueue({ task: 'later', delay: 500 });
    queue.ask.enqueue({ task: 'x' }).subscribe();
    waiting(m, lines, queue, 'bob');
    queue.ask.heartbeat({ id: '2', token: 1, wait: 600 }).subscribe({ error: (error: unknown) => lines.push(`${m.scheduler.now()} beat ${codeOf(error)}`) });
    at(m, 5, () => void queue.shutdown());
    m.flush();
    expect(lines).toEqual(['0 ann x', '5 bob STORE_CLOSED', '5 beat STORE_CLOSED']);
    expect(queue.status()).toMatchObject({ phase: 'closed', replies: 0 });
  }));

  it('what comes after it is refused', async () => {
    const queue = createTaskQueue<string>();
    await queue.ask.enqueue({ task: 'x' });
    await queue.shutdown();
    for (const late of [
      queue.ask.enqueue({ task: 'y' }), queue.ask.dequeue({ worker: 'ann' }), queue.ask.complete({ id: '1', token: 1 }), queue.ask.status(), queue.ask.dump(),
    ]) await expect(late).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    expect(queue.snapshot()).toMatchObject({ pending: 1 });
  });
});
