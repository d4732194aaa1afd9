/** All that time does in a task queue, to the millisecond. */
import { createTaskQueue, type TaskLease, type TaskQueueEvent, type TaskQueueOptions } from 'ownstate/stores';
import { marbles, type Marbles } from 'ownstate/testing';
import { filter, map, mergeMap } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** A queue in virtual time, without chance. */
const queueIn = (m: Marbles, options: TaskQueueOptions<string, string> = {}) =>
  m.watch(createTaskQueue<string, string>({ scheduler: m.scheduler, backoff: { jitter: 0 }, ...options }));

/** Does something at a time. */
const at = (m: Marbles, ms: number, work: () => void) => void m.scheduler.schedule(work, ms);

/** What an ask gives: its value, or its error's code. */
function answers<T>(reply: { subscribe: (observer: { next: (value: T) => void; error: (error: { code: string }) => void }) => unknown }): (T | string)[] {
  const seen: (T | string)[] = [];
  reply.subscribe({ next: (value) => seen.push(value), error: ({ code }) => seen.push(code) });
  return seen;
}

/** A lease that must be there at once. */
function now(reply: { subscribe: (next: (lease: TaskLease<string> | undefined) => void) => unknown }): TaskLease<string> {
  let lease: TaskLease<string> | undefined;
  reply.subscribe((given) => { lease = given; });
  if (!lease) throw new Error('no task');
  return lease;
}

const types = map((event: TaskQueueEvent) => event.type);

describe('a delayed task', () => {
  it('isn\'t there a millisecond before its time, and is there from then on', marbles((m) => {
    const queue = queueIn(m);
    const asks = '    aaaaaaa|';
    const replies = ' nnnnxnn|';
    queue.tell.enqueue({ task: 'x', delay: 4 });
    m.expect(m.cold(asks).pipe(mergeMap(() => queue.ask.dequeue({ worker: 'ann' })), map((lease) => lease?.task ?? 'n'))).toBeObservable(replies);
  }));

  it('goes by `runAt` alike, and a time that has passed is now', marbles((m) => {
    const queue = queueIn(m);
    at(m, 10, () => {
      queue.tell.enqueue({ task: 'past', runAt: 3 });
      queue.tell.enqueue({ task: 'future', runAt: 12 });
    });
    const got: (string | undefined)[] = [];
    for (const ms of [10, 11, 12]) at(m, ms, () => queue.ask.dequeue({ worker: 'ann' }).subscribe((lease) => got.push(lease?.task)));
    m.flush();
    expect(got).toEqual(['past', undefined, 'future']);
  }));

  it('goes first in, first out, where delays are equal, however many', marbles((m) => {
    const queue = queueIn(m);
    const names = Array.from({ length: 100 }, (_, n) => `task ${n}`);
    // A heap by time alone would give them out in an order of its own.
    for (const task of names) queue.tell.enqueue({ task, delay: 5 });
    const got: (string | undefined)[] = [];
    at(m, 5, () => {
      names.forEach(() => queue.ask.dequeue({ worker: 'ann' }).subscribe((lease) => got.push(lease?.task)));
    });
    m.flush();
    expect(got).toEqual(names);
  }));

  it('goes by the time when it became ready, within a priority', marbles((m) => {
    const queue = queueIn(m);
    queue.tell.enqueue({ task: 'late', delay: 9 });
    queue.tell.enqueue({ task: 'early', delay: 3 });
    queue.tell.enqueue({ task: 'urgent', delay: 9, priority: 1 });
    at(m, 5, () => queue.tell.enqueue({ task: 'between' }));
    const got: (string | undefined)[] = [];
    at(m, 20, () => {
      for (let n = 0; n < 4; n++) queue.ask.dequeue({ worker: 'ann' }).subscribe((lease) => got.push(lease?.task));
    });
    m.flush();
    expect(got).toEqual(['urgent', 'early', 'between', 'late']);
  }));
});

describe('a waiting dequeue', () => {
  it('gets the task in the millisecond in which it comes, or becomes ready', marbles((m) => {
    const queue = queueIn(m);
    const asks = '     aa--------|';
    const puts = '     ---p       ';
    const replies = '  ---x---y--|';
    queue.tell.enqueue({ task: 'y', delay: 7 });
    m.cold(puts).subscribe(() => queue.tell.enqueue({ task: 'x' }));
    m.expect(m.cold(asks).pipe(mergeMap(() => queue.ask.dequeue({ worker: 'ann', wait: 50 })), map((lease) => lease?.task ?? 'n'))).toBeObservable(replies);
  }));

  it('gets none when it has waited long enough', marbles((m) => {
    const queue = queueIn(m);
    const asks = '    a-b------|';
    const replies = ' -----(nn)|';
    const waits = { a: 5, b: 3 };
    m.expect(m.cold(asks, waits).pipe(mergeMap((wait) => queue.ask.dequeue({ worker: 'ann', wait })), map((lease) => lease?.task ?? 'n'))).toBeObservable(replies);
  }));

  it('prefers a task that comes in the very millisecond in which the wait is over', marbles((m) => {
    const queue = queueIn(m);
    queue.tell.enqueue({ task: 'x', delay: 5 });
    const seen = answers(queue.ask.dequeue({ worker: 'ann', wait: 5 }));
    m.scheduler.schedule(() => undefined, 10);
    m.flush();
    expect(seen).toMatchObject([{ task: 'x' }]);
  }));
});

describe('a running task', () => {
  it('times out 5 minutes after its start, and not after its creation', marbles((m) => {
    const queue = queueIn(m);
    queue.tell.enqueue({ task: 'x' });
    // It has waited for 10 minutes before it's begun.
    at(m, 600_000, () => queue.tell.dequeue({ worker: 'ann' }));
    const expected = '10m s 299999ms r 99999ms ';
    m.expect(queue.events$.pipe(filter(({ type }) => type !== 'enqueued'), types), '^ 16m !')
      .toBeObservable(expected, { s: 'started', r: 'retrying' });
  }));

  it('runs until the last millisecond before it times out', marbles((m) => {
    const queue = queueIn(m);
    queue.tell.enqueue({ task: 'a', runTimeout: 100 });
    queue.tell.enqueue({ task: 'b', runTimeout: 100 });
    const [a, b] = [now(queue.ask.dequeue({ worker: 'ann' })), now(queue.ask.dequeue({ worker: 'ann' }))];
    expect(a.until).toBe(100);
    const seen: (boolean | string)[][] = [];
    at(m, 99, () => seen.push(answers(queue.ask.complete(a))));
    at(m, 100, () => seen.push(answers(queue.ask.complete(b))));
    m.flush();
    expect(seen).toEqual([[true], ['LEASE_LOST']]);
  }));

  it('that times out has failed an attempt; the last one makes it a dead letter', marbles((m) => {
    const queue = queueIn(m, { attempts: 2, runTimeout: 10, backoff: { base: 0 } });
    queue.tell.enqueue({ task: 'x' });
    queue.tell.dequeue({ worker: 'ann' });
    queue.tell.dequeue({ worker: 'ann', wait: 100 });
    const expected = '         ----------(rs)------f';
    m.expect(queue.events$.pipe(types), '^ 30ms !').toBeObservable(expected, { s: 'started', r: 'retrying', f: 'failed' });
    at(m, 25, () => queue.ask.get('1').subscribe((task) => expect(task)
      .toMatchObject({ state: 'failed', failures: 2, losses: 0, reason: 'timeout', error: 'timed out after 10 ms', endedAt: 20 })));
  }));

  it('with `runTimeout: Infinity` never does', marbles((m) => {
    const queue = queueIn(m, { runTimeout: Infinity });
    queue.tell.enqueue({ task: 'x' });
    const lease = now(queue.ask.dequeue({ worker: 'ann' }));
    expect(lease.until).toBe(Infinity);
    const seen: (boolean | string)[][] = [];
    at(m, 86_000_000, () => seen.push(answers(queue.ask.complete(lease))));
    m.flush();
    expect(seen).toEqual([[true]]);
  }));
});

describe('a lease', () => {
  it('runs out when the worker is silent: a loss, and no failure', marbles((m) => {
    const queue = queueIn(m, { lease: 10, losses: 2, backoff: { base: 5, jitter: 0 } });
    queue.tell.enqueue({ task: 'x' });
    queue.tell.dequeue({ worker: 'ann' });
    queue.tell.dequeue({ worker: 'bob', wait: 100 });
    const expected = '----------r----s---------f';
    m.expect(queue.events$.pipe(types), '^ 40ms !').toBeObservable(expected, { r: 'retrying', s: 'started', f: 'failed' });
    at(m, 30, () => queue.ask.stats().subscribe((stats) => expect(stats).toMatchObject({ lost: 2, errors: 0, timeouts: 0, failed: 1 })));
    at(m, 30, () => queue.ask.get('1').subscribe((task) => expect(task)
      .toMatchObject({ failures: 0, losses: 2, reason: 'lost', error: 'its worker was silent for 10 ms' })));
  }));

  it('is renewed by a heartbeat and by progress, but the run timeout stays', marbles((m) => {
    const queue = queueIn(m, { runTimeout: 25 });
    queue.tell.enqueue({ task: 'x' });
    const lease = now(queue.ask.dequeue({ worker: 'ann', lease: 10 }));
    const seen: (number | string)[][] = [];
    at(m, 9, () => seen.push(answers(queue.ask.heartbeat(lease))));
    at(m, 18, () => seen.push(answers(queue.ask.progress({ ...lease, value: 0.5 }))));
    at(m, 24, () => seen.push(answers(queue.ask.heartbeat(lease))));
    at(m, 25, () => seen.push(answers(queue.ask.heartbeat(lease))));
    m.flush();
    expect(seen).toEqual([[19], [25], [25], ['LEASE_LOST']]);
  }));

  it('of equal length gives tasks back in the order in which they were begun', marbles((m) => {
    const queue = queueIn(m, { lease: 10, backoff: { base: 0 } });
    const names = Array.from({ length: 50 }, (_, n) => `task ${n}`);
    for (const task of names) queue.tell.enqueue({ task });
    names.forEach(() => queue.tell.dequeue({ worker: 'ann' }));
    const got: (string | undefined)[] = [];
    at(m, 10, () => {
      names.forEach(() => queue.ask.dequeue({ worker: 'bob' }).subscribe((lease) => got.push(lease?.task)));
    });
    m.flush();
    expect(got).toEqual(names);
  }));
});

describe('a heartbeat that waits', () => {
  it('renews at once and is answered later, so that it sets the beat', marbles((m) => {
    const queue = queueIn(m);
    queue.tell.enqueue({ task: 'x' });
    const { id, token } = now(queue.ask.dequeue({ worker: 'ann', lease: 30 }));
    m.expect(m.cold('-----a').pipe(mergeMap(() => queue.ask.heartbeat({ id, token, wait: 10 }))), '^ 50ms !').toBeObservable(
      '               ---------------u', { u: 35 });
  }));

  it('fails as soon as the lease is lost: cancelled, timed out, given to another', marbles((m) => {
    const queue = queueIn(m, { runTimeout: 20 });
    const seen: (number | string)[][] = [];
    const times: number[] = [];
    for (const task of ['a', 'b', 'c']) queue.tell.enqueue({ task, id: task });
    for (let n = 0; n < 3; n++) {
      const { id, token } = now(queue.ask.dequeue({ worker: 'ann', lease: n === 2 ? 15 : 30 }));
      const reply = queue.ask.heartbeat({ id, token, wait: 100 });
      reply.subscribe({ error: () => times.push(m.scheduler.now()) });
      seen.push(answers(reply));
    }
    at(m, 7, () => queue.tell.cancel('a'));
    m.flush();
    expect(seen).toEqual([['LEASE_LOST'], ['LEASE_LOST'], ['LEASE_LOST']]);
    expect(times).toEqual([7, 15, 20]);
  }));

  it('is answered at once when another one comes for the same task', marbles((m) => {
    const queue = queueIn(m);
    queue.tell.enqueue({ task: 'x' });
    const { id, token } = now(queue.ask.dequeue({ worker: 'ann', lease: 30 }));
    const first = answers(queue.ask.heartbeat({ id, token, wait: 20 }));
    const second: (number | string)[][] = [];
    at(m, 5, () => {
      second.push(answers(queue.ask.heartbeat({ id, token, wait: 20 })));
      expect(first).toEqual([35]);
    });
    m.flush();
    expect(second).toEqual([[35]]);
  }));
});

describe('backoff', () => {
  it('doubles from a second to a minute, from the failure on', marbles((m) => {
    const queue = queueIn(m, { attempts: 10 });
    queue.tell.enqueue({ task: 'x' });
    const delays: number[] = [];
    queue.events$.subscribe((event) => {
      if (event.type === 'retrying') delays.push(event.runAt - m.scheduler.now());
    });
    const attempt = () => queue.with({ timeout: Infinity }).ask.dequeue({ worker: 'ann', wait: 100_000 }).subscribe((lease) => {
      if (!lease) return;
      queue.tell.fail(lease);
      attempt();
    });
    attempt();
    at(m, 500_000, () => undefined);
    m.flush();
    expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  }));

  it('is there without being asked for: a task that fails at once isn\'t tried in a hot loop', marbles((m) => {
    const queue = m.watch(createTaskQueue<string>({ scheduler: m.scheduler, attempts: 100, random: () => 0.999 }));
    queue.tell.enqueue({ task: 'x' });
    let attempts = 0;
    const attempt = () => queue.ask.dequeue({ worker: 'ann', wait: 10_000 }).subscribe((lease) => {
      if (!lease) return;
      attempts++;
      queue.tell.fail(lease);
      attempt();
    });
    attempt();
    at(m, 10_000, () => expect(attempts).toBe(4));
    m.flush();
  }));

  it.each([
    [0, 1000], [0.5, 900], [0.999, 801],
  ])('with the chance %f of the usual jitter is %i ms', (chance, ms) => marbles((m) => {
    const queue = m.watch(createTaskQueue<string>({ scheduler: m.scheduler, random: () => chance }));
    queue.tell.enqueue({ task: 'x' });
    expect(answers(queue.ask.fail(now(queue.ask.dequeue({ worker: 'ann' }))))).toEqual([{ state: 'pending', runAt: ms }]);
  })());

  const wrong: [string, () => number, string][] = [
    ['throws', () => { throw new Error('no chance'); }, 'no chance'],
    ...[NaN, -0.1, 1, Infinity].map((chance): [string, () => number, string] =>
      [`gives ${chance}`, () => chance, `Expected \`random\` to be a source of numbers from 0 to below 1, got ${chance}`]),
  ];
  it.each(wrong)('refuses a `fail` where the source of chance %s, and the task runs on', (_what, random, message) => marbles((m) => {
    const queue = queueIn(m, { backoff: {}, random });
    queue.tell.enqueue({ task: 'x' });
    const lease = now(queue.ask.dequeue({ worker: 'ann' }));
    const errors: unknown[] = [];
    queue.ask.fail(lease).subscribe({ error: (error: unknown) => errors.push((error as Error).message) });
    expect(errors).toEqual([message]);
    expect(answers(queue.ask.complete(lease))).toEqual([true]);
  })());

  it.each(wrong)('is the whole one where time fails a task and the source of chance %s, which is reported', (_what, random, message) => marbles((m) => {
    const queue = queueIn(m, { backoff: {}, random, runTimeout: 5, lease: 3 });
    const errors: unknown[] = [];
    queue.errors$.subscribe(({ error }) => errors.push((error as Error).message));
    const got: unknown[] = [];
    for (const task of ['x', 'y']) queue.tell.enqueue({ task });
    // Both are lost in the same millisecond, while another one waits.
    for (let n = 0; n < 2; n++) queue.ask.dequeue({ worker: 'ann' }).subscribe();
    queue.ask.dequeue({ worker: 'bob', wait: 3 }).subscribe((lease) => got.push(lease, m.scheduler.now()));
    at(m, 4, () => {
      expect(errors).toEqual([message, message]);
      expect(got).toEqual([undefined, 3]);
      for (const id of ['1', '2']) queue.ask.get(id).subscribe((task) => expect(task).toMatchObject({ state: 'pending', losses: 1, runAt: 1003 }));
    });
    m.flush();
    expect.assertions(4);
  })());

  it('may be left to the worker, by `delay`', marbles((m) => {
    const queue = queueIn(m);
    queue.tell.enqueue({ task: 'x' });
    expect(answers(queue.ask.fail({ ...now(queue.ask.dequeue({ worker: 'ann' })), delay: 7 }))).toEqual([{ state: 'pending', runAt: 7 }]);
  }));
});

describe('snooze', () => {
  it('puts off a pending task', marbles((m) => {
    const queue = queueIn(m);
    queue.tell.enqueue({ task: 'x', id: 'x' });
    expect(answers(queue.ask.snooze({ id: 'x', delay: 5 }))).toEqual([5]);
    const asks = '    a--aaa|';
    const replies = ' n--nnx|';
    m.expect(m.cold(asks).pipe(mergeMap(() => queue.ask.dequeue({ worker: 'ann' })), map((lease) => lease?.task ?? 'n'))).toBeObservable(replies);
  }));

  it('puts off a running one, by its worker, which counts as no attempt', marbles((m) => {
    const queue = queueIn(m, { attempts: 1 });
    queue.tell.enqueue({ task: 'x', id: 'x' });
    const { id, token } = now(queue.ask.dequeue({ worker: 'ann' }));
    expect(answers(queue.ask.snooze({ id, delay: 5 }))).toEqual(['TASK_STATE']);
    expect(answers(queue.ask.snooze({ id, token, runAt: 8 }))).toEqual([8]);
    queue.ask.status().subscribe((status) => expect(status).toMatchObject({ pending: 1, delayed: 1, running: 0, workers: 0 }));
    at(m, 8, () => {
      const again = now(queue.ask.dequeue({ worker: 'bob' }));
      expect(again).toMatchObject({ attempt: 1, token: token + 1 });
      expect(answers(queue.ask.complete({ id, token }))).toEqual(['LEASE_LOST']);
      expect(answers(queue.ask.complete(again))).toEqual([true]);
    });
    m.flush();
  }));
});

describe('what has ended', () => {
  it('is forgotten an hour after it was completed, to the millisecond for whoever reads', marbles((m) => {
    const queue = queueIn(m);
    queue.tell.enqueue({ task: 'x', id: 'x' });
    queue.tell.complete(now(queue.ask.dequeue({ worker: 'ann' })));
    const seen: unknown[] = [];
    for (const ms of [3_599_999, 3_600_000]) {
      at(m, ms, () => {
        queue.ask.get('x').subscribe((task) => seen.push(task?.state));
        queue.ask.status().subscribe(({ completed }) => seen.push(completed));
        queue.ask.dump().subscribe(({ tasks }) => seen.push(tasks.length));
      });
    }
    m.flush();
    expect(seen).toEqual(['completed', 1, 1, undefined, 0, 0]);
  }));

  it('leaves the memory within the period of the sweep, and says so', marbles((m) => {
    const queue = queueIn(m);
    at(m, 0, () => {
      queue.tell.enqueue({ task: 'x', id: 'x' });
      queue.tell.complete(now(queue.ask.dequeue({ worker: 'ann' })));
    });
    const expected = '60m 4999ms - r';
    m.expect(queue.events$.pipe(filter(({ type }) => type === 'removed'), types), '^ 61m 10s !').toBeObservable(expected, { r: 'removed' });
  }));

  it('stays for good where it failed, unless `retain` says otherwise', marbles((m) => {
    const queue = queueIn(m, { attempts: 1 });
    const other = queueIn(m, { attempts: 1, retain: { failed: { age: 100 } } });
    const seen: (string | undefined)[] = [];
    for (const each of [queue, other]) {
      each.tell.enqueue({ task: 'x', id: 'x' });
      each.tell.fail(now(each.ask.dequeue({ worker: 'ann' })));
      at(m, 99, () => each.ask.get('x').subscribe((task) => seen.push(task?.state)));
      at(m, 80_000_000, () => each.ask.get('x').subscribe((task) => seen.push(task?.state)));
    }
    m.flush();
    expect(seen).toEqual(['failed', 'failed', 'failed', undefined]);
  }));

  it('frees its id in that millisecond, before it\'s swept', marbles((m) => {
    const queue = queueIn(m, { retain: { completed: { age: 100 } } });
    queue.tell.enqueue({ task: 'x', id: 'x' });
    queue.tell.complete(now(queue.ask.dequeue({ worker: 'ann' })));
    const events: string[] = [];
    queue.events$.subscribe(({ type }) => events.push(type));
    at(m, 99, () => queue.tell.enqueue({ task: 'y', id: 'x' }));
    at(m, 100, () => queue.tell.enqueue({ task: 'z', id: 'x' }));
    m.flush();
    expect(events).toEqual(['duplicate', 'removed', 'enqueued']);
  }));

  it('can\'t be retried, nor be the cursor of a page, once it\'s too old', marbles((m) => {
    const queue = queueIn(m, { attempts: 1, retain: { failed: { age: 100 } } });
    queue.tell.enqueue({ task: 'x', id: 'x' });
    queue.tell.fail(now(queue.ask.dequeue({ worker: 'ann' })));
    at(m, 100, () => {
      expect(answers(queue.ask.retry('x'))).toEqual(['TASK_NOT_FOUND']);
      expect(answers(queue.ask.deadLetters({ after: 'x' }))).toEqual(['TASK_NOT_FOUND']);
      expect(answers(queue.ask.deadLetters())).toEqual([[]]);
      expect(answers(queue.ask.redrive())).toEqual([0]);
    });
    m.flush();
  }));
});

describe('what time has done', () => {
  it('is told by the timer, even if a refused command was the first to see it', marbles((m) => {
    const queue = queueIn(m, { runTimeout: 10 });
    queue.tell.enqueue({ task: 'x' });
    // Scheduled before the queue's own timer, so it comes first in that millisecond.
    const seen: (boolean | string)[][] = [];
    at(m, 10, () => seen.push(answers(queue.ask.complete({ id: '1', token: 1 }))));
    queue.tell.dequeue({ worker: 'ann' });
    m.expect(queue.events$.pipe(types), '^ 20ms !').toBeObservable('----------r', { r: 'retrying' });
    m.flush();
    expect(seen).toEqual([['LEASE_LOST']]);
  }));

  it('goes on where the clock steps back: nothing is given out twice, nothing is early', () => {
    let clock = 1000;
    const queue = createTaskQueue<string>({ scheduler: { now: () => clock, schedule: () => ({ unsubscribe: () => undefined }) as never } });
    queue.tell.enqueue({ task: 'x', delay: 100 });
    clock = 1099;
    expect(answers(queue.ask.dequeue({ worker: 'ann' }))).toEqual([undefined]);
    clock = 1100;
    const lease = now(queue.ask.dequeue({ worker: 'ann' }));
    clock = 0;
    expect(answers(queue.ask.dequeue({ worker: 'bob' }))).toEqual([undefined]);
    queue.tell.enqueue({ task: 'y', delay: 10 });
    expect(answers(queue.ask.get('2'))).toMatchObject([{ enqueuedAt: 1100, runAt: 1110 }]);
    expect(answers(queue.ask.complete(lease))).toEqual([true]);
  });

  it('costs one timer, and none where nothing is to come', () => {
    const delays: number[] = [];
    const queue = createTaskQueue<string>({
      scheduler: { now: () => 0, schedule: (_work: unknown, delay = 0) => (delays.push(delay), { unsubscribe: () => undefined }) as never },
    });
    for (let n = 0; n < 100; n++) queue.tell.enqueue({ task: 'x' });
    expect(delays).toEqual([]);
    for (let n = 0; n < 100; n++) queue.tell.enqueue({ task: 'x', delay: 1000 + n });
    for (let n = 0; n < 100; n++) queue.tell.complete(now(queue.ask.dequeue({ worker: 'ann' })));
    expect(delays).toEqual([1000]);
  });
});

describe('stats', () => {
  it('tell how long tasks waited since they could run, and how long attempts ran', marbles((m) => {
    const queue = queueIn(m);
    queue.tell.enqueue({ task: 'x', delay: 1000 });
    at(m, 1100, () => {
      const lease = now(queue.ask.dequeue({ worker: 'ann' }));
      at(m, 50, () => queue.tell.complete(lease));
    });
    at(m, 2000, () => queue.ask.stats().subscribe(({ wait, run, ...stats }) => {
      expect(wait.count).toBe(1);
      expect(wait.p50).toBeCloseTo(100, -0.5);
      expect(run.p99).toBeCloseTo(50, -0.5);
      expect(stats).toMatchObject({ enqueued: 1, started: 1, totalCompleted: 1, completed: 1 });
    }));
    m.flush();
  }));
});
