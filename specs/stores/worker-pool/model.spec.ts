/**
 * A worker pool and a plain model of it do the same: random commands at random times, tasks of random length that fail
 * now and then, askers who give up. Replies, events and their times agree, and what's left in the end.
 */
import fc from 'fast-check';
import { createWorkerPool } from 'ownstate/stores';
import { map, timer, VirtualTimeScheduler, type Observable } from 'rxjs';
import { expect, it } from 'vitest';

const SIZE = 2;
const MOST = 4;
const QUEUE = 3;

type Step =
  | { readonly type: 'submit'; readonly ms: number; readonly fails: boolean; readonly priority: number; readonly limit: number; readonly patience: number }
  | { readonly type: 'add' | 'pause' | 'resume' | 'idle' }
  | { readonly type: 'remove'; readonly id: number; readonly force: boolean }
  | { readonly type: 'resize'; readonly size: number }
  | { readonly type: 'clear'; readonly running: boolean };
type Overflow = 'reject' | 'drop-oldest';

interface Result {
  readonly log: readonly string[];
  readonly events: readonly string[];
  readonly stats: object;
}

/** No two things happen at the same time, unless one causes the other: each duration has a fraction of its own. */
const odd = (ms: number, salt: number) => ms + Math.sqrt(2 + salt) / 1000 % 0.5;
const stamp = (time: number, what: string) => `${time.toFixed(6)} ${what}`;
const times = (steps: readonly (readonly [gap: number, Step])[]) => steps.map(((now) => ([gap]: readonly [number, Step]) => now += gap)(0));
const limits = ({ ms, limit, patience }: Step & { type: 'submit' }, place: number) =>
  ({ ms: odd(ms, 3 * place), limit: odd(limit, 3 * place + 1), patience: odd(patience, 3 * place + 2) });

/** What the pool does. */
function real(steps: readonly (readonly [number, Step])[], overflow: Overflow): Result {
  const scheduler = new VirtualTimeScheduler();
  const log: string[] = [];
  const events: string[] = [];
  const pool = createWorkerPool({
    scheduler, size: SIZE, maxWorkers: MOST, maxQueue: QUEUE, overflow, timeout: Infinity,
    work: ({ ms, fails, name }: { ms: number; fails: boolean; name: string }) => timer(ms, scheduler).pipe(map(() => {
      if (fails) throw Object.assign(new Error(), { code: 'BAD' });
      return name;
    })),
  });
  const codeOf = (error: unknown) => (error as { code: string }).code;
  pool.events$.subscribe((event) => {
    const { type, ...rest } = event;
    const told = 'error' in rest ? { ...rest, error: codeOf(rest.error) } : rest;
    const { waited, ran } = { waited: 0, ran: 0, ...told };
    events.push(stamp(scheduler.now(), `${type} ${JSON.stringify({ ...told, waited: waited.toFixed(6), ran: ran.toFixed(6) })}`));
  });
  const at = times(steps);
  for (const [place, [, step]] of steps.entries()) {
    scheduler.schedule(() => {
      const name = `${place}`;
      const { ask } = pool;
      const reply = (): Observable<unknown> => {
        switch (step.type) {
          case 'submit': {
            const { ms, limit, patience } = limits(step, place);
            const payload = { task: { ms, fails: step.fails, name }, priority: step.priority, taskTimeout: limit };
            return pool.with({ timeout: patience }).ask.submit(payload);
          }
          case 'remove': return ask.remove(step);
          case 'resize': return ask.resize(step.size);
          case 'clear': return ask.clear(step);
          case 'add': return ask.add();
          case 'pause': return ask.pause();
          case 'resume': return ask.resume();
          case 'idle': return ask.idle();
        }
      };
      reply().subscribe({
        next: (value: unknown) => log.push(stamp(scheduler.now(), `${place} ${String(value)}`)),
        error: (error: unknown) => log.push(stamp(scheduler.now(), `${place} ${codeOf(error)}`)),
      });
    }, at[place]);
  }
  scheduler.flush();
  let stats = {};
  pool.ask.stats().subscribe((counts) => { stats = counts; });
  return { log, events, stats };
}

/** What it should do, in the most obvious way. */
function model(steps: readonly (readonly [number, Step])[], overflow: Overflow): Result {
  interface Task { id: number; place: number; name: string; priority: number; fails: boolean; ms: number; limit: number; at: number; begun: number; worker: number; over: boolean }
  const log: string[] = [];
  const events: string[] = [];
  const agenda: { time: number; act: () => void }[] = [];
  const counts = { done: 0, failed: 0, timedOut: 0, aborted: 0, dropped: 0 };
  let workers: { id: number; task: Task | undefined; leaving: boolean; rests: number }[] = [];
  let queue: Task[] = [];
  const idlers: number[] = [];
  let [now, lastWorker, lastTask, rests, surplus, paused] = [0, 0, 0, 0, 0, false];
  const later = (ms: number, act: () => void) => agenda.push({ time: now + ms, act });
  const say = (place: number, what: unknown): void => void log.push(stamp(now, `${place} ${String(what)}`));
  const tell = (type: string, rest: object, waited = 0, ran = 0) =>
    events.push(stamp(now, `${type} ${JSON.stringify({ ...rest, waited: waited.toFixed(6), ran: ran.toFixed(6) })}`));
  const running = () => workers.flatMap(({ task }) => task ?? []);
  const staying = () => workers.length - workers.filter(({ leaving }) => leaving).length - surplus;
  const hire = () => {
    workers.push({ id: ++lastWorker, task: undefined, leaving: false, rests: rests++ });
    return lastWorker;
  };
  const leave = (id: number) => {
    workers = workers.filter((worker) => worker.id !== id);
    tell('left', { worker: id });
  };
  const byTurn = () => [...queue].sort((one, other) => other.priority - one.priority || one.id - other.id);

  function go() {
    for (;;) {
      const [worker] = workers.filter(({ task }) => !task).sort((one, other) => one.rests - other.rests);
      const [task] = byTurn();
      if (paused || !worker || !task) break;
      queue = queue.filter((other) => other !== task);
      worker.task = task;
      task.worker = worker.id;
      task.begun = now;
      later(task.ms, () => end(task, task.fails ? 'BAD' : undefined));
      later(task.limit, () => {
        if (!task.over) counts.timedOut++;
        end(task, 'TASK_TIMEOUT');
      });
    }
    if (queue.length + running().length === 0) for (const place of idlers.splice(0)) say(place, undefined);
  }

  function end(task: Task, error: string | undefined, asked: string | undefined = error, goes = true) {
    if (task.over) return;
    task.over = true;
    queue = queue.filter((other) => other !== task);
    const worker = workers.find(({ id }) => id === task.worker);
    const waited = (worker ? task.begun : now) - task.at;
    const ran = worker ? now - task.begun : 0;
    counts[error === undefined ? 'done' : 'failed']++;
    const who = { id: task.id, worker: worker?.id };
    if (error === undefined) tell('done', { ...who, result: task.name }, waited, ran);
    else tell('failed', { ...who, error }, waited, ran);
    if (worker) {
      worker.task = undefined;
      worker.rests = rests++;
      if (worker.leaving) leave(worker.id);
      else if (surplus > 0) {
        surplus--;
        leave(worker.id);
      }
    }
    say(task.place, asked ?? task.name);
    if (goes) go();
  }

  function submit(place: number, step: Step & { type: 'submit' }): void {
    const free = !paused && queue.length === 0 && workers.some(({ task }) => !task);
    const { patience, ...rest } = limits(step, place);
    if (!free && queue.length >= QUEUE) {
      const least = byTurn().filter(({ priority }, _place, all) => priority === all.at(-1)!.priority)[0];
      if (overflow === 'reject' || !least || least.priority > step.priority) return say(place, 'POOL_FULL');
      counts.dropped++;
      end(least, 'POOL_FULL', 'POOL_FULL', false);
    }
    const task = { id: ++lastTask, place, name: `${place}`, priority: step.priority, fails: step.fails, ...rest, at: now, begun: 0, worker: 0, over: false };
    queue.push(task);
    later(patience, () => {
      if (task.over) return;
      counts.aborted++;
      end(task, 'TASK_ABORTED', 'ASK_TIMEOUT');
    });
    go();
  }

  function act(place: number, step: Step): void {
    switch (step.type) {
      case 'submit': return submit(place, step);
      case 'add':
        if (workers.length >= MOST) return say(place, 'WORKER_LIMIT');
        tell('added', { worker: hire() });
        say(place, lastWorker);
        return go();
      case 'remove': {
        const worker = workers.find(({ id }) => id === step.id);
        if (!worker) return say(place, 'WORKER_NOT_FOUND');
        const { task } = worker;
        if (!task) leave(worker.id);
        else {
          worker.leaving = true;
          surplus = Math.min(surplus, workers.filter((other) => other.task && !other.leaving).length);
          if (step.force) {
            counts.aborted++;
            end(task, 'TASK_ABORTED');
          }
        }
        say(place, !workers.includes(worker));
        return go();
      }
      case 'resize': {
        const going = workers.filter(({ leaving }) => leaving).length;
        // Those who are leaving are still there.
        if (step.size > workers.length - going && step.size + going > MOST) return say(place, 'WORKER_LIMIT');
        for (const worker of [...workers].reverse()) if (!worker.task && staying() > step.size) leave(worker.id);
        while (staying() > step.size) surplus++;
        while (staying() < step.size && surplus > 0) surplus--;
        while (staying() < step.size) tell('added', { worker: hire() });
        say(place, step.size);
        return go();
      }
      case 'clear': {
        const tasks = [...byTurn(), ...step.running ? running() : []];
        counts.aborted += tasks.length;
        for (const task of tasks) end(task, 'TASK_ABORTED', 'TASK_ABORTED', false);
        say(place, tasks.length);
        return go();
      }
      case 'pause':
      case 'resume': {
        const changed = paused !== (step.type === 'pause');
        paused = step.type === 'pause';
        if (changed) tell(paused ? 'paused' : 'resumed', {});
        say(place, changed);
        return go();
      }
      case 'idle':
        idlers.push(place);
        return go();
    }
  }

  for (let count = 0; count < SIZE; count++) hire();
  for (const [place, time] of times(steps).entries()) agenda.push({ time, act: () => act(place, steps[place]![1]) });
  while (agenda.length > 0) {
    const next = agenda.reduce((one, other) => other.time < one.time ? other : one);
    agenda.splice(agenda.indexOf(next), 1);
    now = next.time;
    next.act();
  }
  const busy = running().length;
  const leaving = workers.filter((worker) => worker.leaving).length + surplus;
  const stats = { workers: workers.length, idle: workers.length - busy, leaving, running: busy, queued: queue.length, paused, submitted: lastTask, ...counts, crashed: 0 };
  return { log, events, stats };
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({
    type: fc.constant('submit' as const), ms: fc.integer({ min: 1, max: 40 }), fails: fc.boolean(), priority: fc.integer({ min: -1, max: 1 }),
    limit: fc.integer({ min: 10, max: 100 }), patience: fc.integer({ min: 10, max: 200 }),
  }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('add' as const, 'pause' as const, 'resume' as const, 'resume' as const, 'idle' as const) }) },
  fc.record({ type: fc.constant('remove' as const), id: fc.integer({ min: 1, max: 6 }), force: fc.boolean() }),
  fc.record({ type: fc.constant('resize' as const), size: fc.integer({ min: 0, max: MOST }) }),
  fc.record({ type: fc.constant('clear' as const), running: fc.boolean() }),
);
const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), step), { maxLength: 30 });

it('does what its model does', { timeout: 60_000 }, () => {
  fc.assert(fc.property(steps, fc.constantFrom('reject' as const, 'drop-oldest' as const), (all, overflow) => {
    const [got, expected] = [real(all, overflow), model(all, overflow)];
    expect(got.events).toEqual(expected.events);
    // Who is told first, of those who are told in the same moment, is left open.
    expect([...got.log].sort()).toEqual([...expected.log].sort());
    expect(got.stats).toEqual(expected.stats);
  }), { numRuns: 500 });
});
