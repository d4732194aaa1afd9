/** A task queue against a plain model of it, which keeps a list and looks through all of it each millisecond. */
import fc from 'fast-check';
import { createTaskQueue, type TaskLease } from 'ownstate/stores';
import { VirtualTimeScheduler } from 'rxjs';
import assert from 'node:assert/strict';
import { it } from 'vitest';

/** One thing that is done, after a pause. `of` picks one of the leases that were given so far. */
type Step = { readonly pause: number } & (
  | { readonly does: 'enqueue'; readonly payload: { readonly task: string; readonly id?: string; readonly priority?: number; readonly delay?: number; readonly attempts?: number; readonly runTimeout?: number } }
  | { readonly does: 'dequeue'; readonly payload: { readonly worker: string; readonly wait?: number; readonly lease?: number } }
  | { readonly does: 'complete' | 'fail' | 'heartbeat' | 'progress' | 'snooze'; readonly of: number; readonly payload: Readonly<Record<string, unknown>> }
  | { readonly does: 'cancel' | 'retry' | 'get'; readonly payload: string }
  | { readonly does: 'redrive'; readonly payload: { readonly limit: number } }
  | { readonly does: 'pause' | 'resume' | 'status' | 'deadLetters'; readonly payload?: undefined }
  | { readonly does: 'abort'; readonly of: number }
);

/** What has happened: answers by number of the step, and events, each with its time. */
interface Story {
  readonly answers: Map<number, string>;
  readonly events: string[];
}

const RULES = { attempts: 2, losses: 2, runTimeout: 30, lease: Infinity, maxTasks: 6, age: 50 };
const BACKOFF = { base: 4, factor: 2, max: 10, jitter: 0 };

interface ModelTask {
  id: string; task: string; priority: number; attempts: number; runTimeout: number;
  state: string; failures: number; losses: number; runAt: number; ready: boolean; order: number;
  token: number; worker: string; startedAt: number; lease: number; until: number; endedAt: number; ending: number;
  progress: unknown; beat: { step: number; due: number } | undefined;
}

/** The model: a list of tasks, a list of those who wait, and nothing clever. */
class Model {
  readonly story: Story = { answers: new Map(), events: [] };
  readonly leases: { id: string; token: number }[] = [];
  tasks: ModelTask[] = [];
  waiters: { step: number; worker: string; lease: number; due: number }[] = [];
  now = 0;
  paused = false;
  #orders = 0;
  #tokens = 0;
  #ids = 0;

  answer(step: number, value: unknown): void {
    this.story.answers.set(step, `${this.now}: ${JSON.stringify(value)}`);
  }

  event(...words: unknown[]): void {
    this.story.events.push(`${this.now}: ${words.join(' ')}`);
  }

  /** One millisecond after the other. */
  advance(to: number): void {
    while (this.now < to) {
      this.now++;
      this.settle();
    }
  }

  settle(): void {
    const due = ({ state, ready, runAt, until }: ModelTask) => state === 'pending' && !ready ? runAt : state === 'running' ? until : Infinity;
    for (const task of this.tasks.filter((each) => due(each) <= this.now).sort((a, b) => a.order - b.order)) {
      if (task.state === 'pending') this.ripen(task);
      else this.failed(task, task.startedAt + task.runTimeout <= this.now ? 'timeout' : 'lost');
    }
    this.serve();
    for (const waiter of this.waiters.filter((each) => each.due <= this.now)) {
      this.waiters = this.waiters.filter((each) => each !== waiter);
      this.answer(waiter.step, undefined);
    }
    for (const task of this.tasks) {
      if (!task.beat || task.beat.due > this.now) continue;
      this.answer(task.beat.step, task.until);
      task.beat = undefined;
    }
    this.tasks = this.tasks.filter(({ state, endedAt }) => !['completed', 'failed', 'cancelled'].includes(state) || endedAt + RULES.age > this.now);
  }

  ripen(task: ModelTask): void {
    task.ready = true;
    task.order = ++this.#orders;
  }

  schedule(task: ModelTask, runAt: number): void {
    Object.assign(task, { state: 'pending', runAt, ready: runAt <= this.now, order: ++this.#orders });
  }

  ended(task: ModelTask, state: string): void {
    Object.assign(task, { state, endedAt: this.now, ending: ++this.#orders });
  }

  serve(): void {
    for (let [waiter] = this.waiters; waiter; [waiter] = this.waiters) {
      const lease = this.take(waiter.worker, waiter.lease);
      if (!lease) return;
      this.waiters.shift();
      this.answer(waiter.step, lease);
    }
  }

  take(worker: string, lease: number) {
    const [task] = this.tasks.filter(({ state, ready }) => !this.paused && state === 'pending' && ready)
      .sort((a, b) => b.priority - a.priority || a.order - b.order);
    if (!task) return undefined;
    const token = ++this.#tokens;
    Object.assign(task, { state: 'running', token, worker, startedAt: this.now, lease, until: Math.min(this.now + task.runTimeout, this.now + lease) });
    this.leases.push({ id: task.id, token });
    this.event('started', task.id, worker, token, task.failures + task.losses + 1);
    return { id: task.id, token, task: task.task, until: task.until };
  }

  stopped(task: ModelTask): void {
    if (task.beat) this.answer(task.beat.step, 'LEASE_LOST');
    task.beat = undefined;
  }

  failed(task: ModelTask, reason: string, delay?: number, retry = true): unknown {
    this.stopped(task);
    if (reason === 'lost') task.losses++;
    else task.failures++;
    if (!retry || task.failures >= task.attempts || task.losses >= RULES.losses) {
      this.event('failed', task.id, reason);
      this.ended(task, 'failed');
      return { state: 'failed' };
    }
    const runAt = this.now + (delay ?? Math.min(10, 4 * 2 ** (task.failures + task.losses - 1)));
    this.schedule(task, runAt);
    this.event('retrying', task.id, reason, runAt);
    return { state: 'pending', runAt };
  }

  /** Does a step; gives its answer, or nothing if that comes later. */
  do(step: Step, number: number): unknown {
    const task = 'payload' in step && typeof step.payload === 'string' ? this.tasks.find(({ id }) => id === step.payload) : undefined;
    switch (step.does) {
      case 'enqueue': {
        const { task: work, id, priority = 0, delay = 0, attempts = RULES.attempts, runTimeout = RULES.runTimeout } = step.payload;
        if (id !== undefined && this.tasks.some((each) => each.id === id)) {
          this.event('duplicate', id);
          return id;
        }
        const full = this.tasks.length >= RULES.maxTasks;
        const [oldest] = this.tasks.filter(({ state }) => state !== 'pending' && state !== 'running')
          .sort((a, b) => ['completed', 'cancelled', 'failed'].indexOf(a.state) - ['completed', 'cancelled', 'failed'].indexOf(b.state) || a.ending - b.ending);
        if (full && !oldest) return 'TASK_QUEUE_FULL';
        let name = id;
        while (name === undefined) {
          const next = String(++this.#ids);
          if (!this.tasks.some((each) => each.id === next)) name = next;
        }
        if (full && oldest) {
          this.tasks = this.tasks.filter((each) => each !== oldest);
          this.event('removed', oldest.id, oldest.state, 'room');
        }
        const made: ModelTask = {
          id: name, task: work, priority, attempts, runTimeout, state: 'pending', failures: 0, losses: 0, runAt: 0, ready: false, order: 0,
          token: 0, worker: '', startedAt: 0, lease: 0, until: 0, endedAt: 0, ending: 0, progress: undefined, beat: undefined,
        };
        this.tasks.push(made);
        this.schedule(made, this.now + delay);
        this.event('enqueued', name, this.now + delay);
        this.answer(number, name);
        this.serve();
        return name;
      }
      case 'dequeue': {
        const { worker, wait = 0, lease = RULES.lease } = step.payload;
        const taken = this.take(worker, lease);
        if (taken || wait === 0) return taken;
        this.waiters.push({ step: number, worker, lease, due: this.now + wait });
        return LATER;
      }
      case 'complete': case 'fail': case 'heartbeat': case 'progress': case 'snooze': {
        const lease = this.leases[step.of % this.leases.length];
        if (!lease) return SKIPPED;
        const held = this.tasks.find(({ id }) => id === lease.id);
        if (!held) return 'TASK_NOT_FOUND';
        if (held.state !== 'running' || held.token !== lease.token) return 'LEASE_LOST';
        const renew = () => (held.until = Math.min(held.startedAt + held.runTimeout, this.now + held.lease));
        if (step.does === 'complete') {
          this.stopped(held);
          this.event('completed', held.id, held.worker);
          this.ended(held, 'completed');
          return true;
        }
        if (step.does === 'fail') {
          const answer = this.failed(held, 'error', step.payload['delay'] as number | undefined, step.payload['retry'] as boolean | undefined);
          this.serve();
          return answer;
        }
        if (step.does === 'progress') {
          held.progress = step.payload['value'];
          this.event('progressed', held.id, held.progress);
          return renew();
        }
        if (step.does === 'snooze') {
          this.stopped(held);
          const runAt = this.now + (step.payload['delay'] as number);
          this.schedule(held, runAt);
          this.event('snoozed', held.id, runAt);
          this.serve();
          return runAt;
        }
        const until = renew();
        if (step.payload['wait'] === undefined) return until;
        if (held.beat) this.answer(held.beat.step, until);
        held.beat = { step: number, due: this.now + (step.payload['wait'] as number) };
        return LATER;
      }
      case 'cancel':
        if (!task) return 'TASK_NOT_FOUND';
        if (task.state !== 'pending' && task.state !== 'running') return 'TASK_STATE';
        this.stopped(task);
        this.event('cancelled', task.id);
        this.ended(task, 'cancelled');
        return true;
      case 'retry':
        if (!task) return 'TASK_NOT_FOUND';
        if (task.state !== 'failed' && task.state !== 'cancelled') return 'TASK_STATE';
        this.revive(task);
        this.serve();
        return true;
      case 'redrive': {
        const dead = this.dead().slice(0, step.payload.limit);
        for (const each of dead) this.revive(each);
        this.serve();
        return dead.length;
      }
      case 'get':
        return task && { state: task.state, failures: task.failures, losses: task.losses, progress: task.progress };
      case 'deadLetters':
        return this.dead().map(({ id }) => id);
      case 'pause': case 'resume': {
        const changed = this.paused !== (step.does === 'pause');
        this.paused = step.does === 'pause';
        if (changed) this.event(`${step.does}d`);
        this.serve();
        return changed;
      }
      case 'status': {
        const count = (state: string) => this.tasks.filter((each) => each.state === state).length;
        const workers = new Set([...this.tasks.filter(({ state }) => state === 'running'), ...this.waiters].map(({ worker }) => worker));
        return {
          pending: count('pending'), delayed: this.tasks.filter(({ state, ready }) => state === 'pending' && !ready).length,
          running: count('running'), completed: count('completed'), failed: count('failed'), cancelled: count('cancelled'),
          workers: workers.size, waiting: this.waiters.length, paused: this.paused,
        };
      }
      case 'abort': {
        const waiter = this.waiters[step.of % this.waiters.length];
        if (!waiter) return SKIPPED;
        this.waiters = this.waiters.filter((each) => each !== waiter);
        this.answer(waiter.step, 'ASK_ABORTED');
        return SKIPPED;
      }
    }
  }

  dead(): ModelTask[] {
    return this.tasks.filter(({ state }) => state === 'failed').sort((a, b) => a.ending - b.ending);
  }

  revive(task: ModelTask): void {
    Object.assign(task, { failures: 0, losses: 0, progress: undefined });
    this.schedule(task, this.now);
    this.event('redriven', task.id);
  }
}

/** The answer comes later; there's none. */
const LATER = Symbol('later');
const SKIPPED = Symbol('skipped');

function modelled(steps: readonly Step[]): Model {
  const model = new Model();
  for (const [number, step] of steps.entries()) {
    model.advance(model.now + step.pause);
    const answer = model.do(step, number);
    if (answer !== LATER && answer !== SKIPPED) model.answer(number, answer);
  }
  model.advance(model.now + 100);
  return model;
}

/** The part of an answer that the model knows. */
function known(step: Step, value: unknown): unknown {
  const given = value as Record<string, unknown> | undefined;
  if (step.does === 'dequeue' && given) return { id: given['id'], token: given['token'], task: given['task'], until: given['until'] };
  if (step.does === 'get' && given) return { state: given['state'], failures: given['failures'], losses: given['losses'], progress: given['progress'] };
  if (step.does === 'deadLetters') return (value as { id: string }[]).map(({ id }) => id);
  return value;
}

/** The same by the store, in virtual time. */
function stored(steps: readonly Step[]): { readonly story: Story; readonly tasks: readonly string[]; readonly late: readonly string[] } {
  const scheduler = new VirtualTimeScheduler();
  const { attempts, losses, runTimeout, maxTasks, age } = RULES;
  const queue = createTaskQueue<string>({
    scheduler, attempts, losses, runTimeout, maxTasks, backoff: BACKOFF, sweep: 7, timeout: Infinity,
    retain: { completed: { age }, failed: { age }, cancelled: { age } },
  });
  const story: Story = { answers: new Map(), events: [] };
  const endings = new Map<string, number>();
  /** What left the memory too late, or too early. */
  const late: string[] = [];
  queue.events$.subscribe((event) => {
    const now = scheduler.now();
    const write = (...words: unknown[]) => story.events.push(`${now}: ${words.join(' ')}`);
    switch (event.type) {
      case 'enqueued': case 'snoozed': return void write(event.type, event.id, event.runAt);
      case 'started': leases.push(event); return void write('started', event.id, event.worker, event.token, event.attempt);
      case 'retrying': return void write('retrying', event.id, event.reason, event.runAt);
      case 'progressed': return void write('progressed', event.id, event.value);
      case 'removed': {
        const kept = now - endings.get(event.id)!;
        if (event.reason === 'room') return void write('removed', event.id, event.state, 'room');
        if (kept < age || kept > age + 7) late.push(`${event.id} was kept for ${kept} ms`);
        return undefined;
      }
      case 'paused': case 'resumed': return void write(event.type);
      case 'completed': endings.set(event.id, now); return void write('completed', event.id, event.worker);
      case 'failed': endings.set(event.id, now); return void write('failed', event.id, event.reason);
      case 'cancelled': endings.set(event.id, now); return void write('cancelled', event.id);
      case 'duplicate': case 'redriven': case 'returned': return void write(event.type, event.id);
    }
  });
  const leases: Pick<TaskLease<string>, 'id' | 'token'>[] = [];
  /** Dequeues that wait, and how they're given up. */
  const waiting = new Map<number, AbortController>();
  const ask = (number: number, step: Exclude<Step, { does: 'abort' }>, payload: unknown) => {
    const abort = new AbortController();
    const write = (value: unknown) => {
      waiting.delete(number);
      story.answers.set(number, `${scheduler.now()}: ${JSON.stringify(value)}`);
    };
    waiting.set(number, abort);
    queue.with({ signal: abort.signal }).send({ type: step.does, payload } as never).subscribe({
      next: (value) => write(known(step, value)), error: (error: unknown) => write((error as { code: string }).code),
    });
    if (step.does !== 'dequeue') waiting.delete(number);
  };
  let time = 0;
  for (const [number, step] of steps.entries()) {
    scheduler.schedule(() => {
      // An abort goes beside the mailbox, a lease has to be known, and who only looks changes nothing: what is due in this
      // very millisecond comes before.
      if ('of' in step || ['status', 'deadLetters', 'get', 'stats'].includes(step.does)) queue.tell.sweep();
      if (step.does === 'abort') {
        const controllers = [...waiting.values()];
        controllers[step.of % controllers.length]?.abort();
      } else if ('of' in step) {
        const lease = leases[step.of % leases.length];
        if (lease) ask(number, step, { ...step.payload, id: lease.id, token: lease.token });
      } else {
        ask(number, step, step.payload);
      }
    }, time += step.pause);
  }
  scheduler.schedule(() => undefined, time + 100);
  scheduler.maxFrames = time + 100;
  scheduler.flush();
  const tasks: string[] = [];
  queue.ask.dump().subscribe((dump) => tasks.push(...dump.tasks.map(({ id, state, failures, losses }) => `${id} ${state} ${failures} ${losses}`)));
  void queue.shutdown();
  return { story, tasks: tasks.sort(), late };
}

const id = fc.constantFrom('a', 'b', 'c', 'd', '1', '2');
const pause = fc.constantFrom(0, 0, 1, 2, 5, 10, 40);
const of = fc.nat(30);
const partial = { requiredKeys: [] as never[] };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({
    pause, does: fc.constant('enqueue' as const),
    payload: fc.record({
      task: fc.constantFrom('x', 'y'), id, priority: fc.integer({ min: -1, max: 1 }), delay: fc.nat(12),
      attempts: fc.integer({ min: 1, max: 3 }), runTimeout: fc.integer({ min: 3, max: 40 }),
    }, { requiredKeys: ['task'] }),
  }) },
  { weight: 6, arbitrary: fc.record({
    pause, does: fc.constant('dequeue' as const),
    payload: fc.record({ worker: fc.constantFrom('ann', 'bob'), wait: fc.nat(20), lease: fc.integer({ min: 1, max: 20 }) }, { requiredKeys: ['worker'] }),
  }) },
  { weight: 3, arbitrary: fc.record({ pause, does: fc.constant('complete' as const), of, payload: fc.constant({}) }) },
  { weight: 4, arbitrary: fc.record({ pause, does: fc.constant('fail' as const), of, payload: fc.record({ delay: fc.nat(9), retry: fc.boolean() }, partial) }) },
  { weight: 2, arbitrary: fc.record({ pause, does: fc.constant('heartbeat' as const), of, payload: fc.record({ wait: fc.integer({ min: 1, max: 9 }) }, partial) }) },
  fc.record({ pause, does: fc.constant('progress' as const), of, payload: fc.record({ value: fc.nat(9) }) }),
  fc.record({ pause, does: fc.constant('snooze' as const), of, payload: fc.record({ delay: fc.nat(9) }) }),
  fc.record({ pause, does: fc.constantFrom('cancel' as const, 'retry' as const, 'get' as const), payload: id }),
  fc.record({ pause, does: fc.constant('redrive' as const), payload: fc.record({ limit: fc.integer({ min: 1, max: 2 }) }) }),
  fc.record({ pause, does: fc.constantFrom('pause' as const, 'resume' as const, 'resume' as const, 'status' as const, 'deadLetters' as const) }),
  fc.record({ pause, does: fc.constant('abort' as const), of }),
);

it('does what its model does: the same answers at the same times, the same events, the same tasks in the end', { timeout: 60_000 }, () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
    const model = modelled(steps);
    const { story, tasks, late } = stored(steps);
    assert.deepEqual(story.events, model.story.events);
    assert.deepEqual([...story.answers].sort(([a], [b]) => a - b), [...model.story.answers].sort(([a], [b]) => a - b));
    assert.deepEqual(tasks, model.tasks.map((each) => `${each.id} ${each.state === 'running' ? 'pending' : each.state} ${each.failures} ${each.losses}`).sort());
    assert.deepEqual(late, []);
  }), { numRuns: 500 });
});
