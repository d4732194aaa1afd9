/** Rule S13: a long backlog is worked off in slices, and does not hold up the page or the process. */
import { createStore, reply, type StoreOptions } from 'ownstate';
import { marbles } from 'ownstate/testing';
import { from, of, Subject, throwError, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** A scheduler whose clock is set by hand, and which does one task at a time, when it is told to. */
class ByHand extends VirtualTimeScheduler {
  clock = 0;
  override now = () => this.clock;

  /** Does the next task. Gives whether there was one. */
  step(): boolean {
    const action = this.actions.shift();
    action?.execute(action.state, action.delay);
    return action !== undefined;
  }
}

/** More than any slice of these specs has commands. */
const many = 5000;

/** The clock of a slice is read every so many commands. */
const stretch = 256;

interface Backlog {
  readonly scheduler: ByHand;
  /** Lets the store begin with what waits. */
  readonly release: () => void;
  readonly store: ReturnType<typeof held>['store'];
}

/** A store behind whose first command others can be queued; each of them takes `cost` ms of the scheduler's clock. */
function held(scheduler: ByHand, cost: number, options: StoreOptions) {
  const gate = new Subject<Set<number>>();
  const store = createStore({
    // Too many to be copied for each command: changed in place, and seen by a view.
    state: () => new Set<number>(),
    view: ({ size }) => size,
    commands: {
      hold: () => gate,
      work: (done, item: number) => {
        scheduler.clock += cost;
        done.add(item);
        return reply(done, done.size);
      },
      fail: (_done, error: Error): never => {
        scheduler.clock += cost;
        throw error;
      },
    },
    queries: {
      done: (done) => [...done],
      count: (done) => {
        scheduler.clock += cost;
        return done.size;
      },
    },
  }, { scheduler, timeout: Infinity, ...options });
  store.tell.hold();
  return { store, release: () => gate.complete() };
}

function backlog(cost: number, options: StoreOptions = {}, items = many): Backlog {
  const scheduler = new ByHand();
  const { store, release } = held(scheduler, cost, options);
  for (let item = 0; item < items; item++) store.tell.work(item);
  return { scheduler, store, release };
}

/** How many commands each task handled, from the release on until nothing is left to do. */
function slices({ scheduler, store, release }: Backlog): number[] {
  const counts: number[] = [];
  let handled = store.status().handled;
  // The command that held the others up ends within the first slice, and is none of them.
  handled++;
  for (let more: () => unknown = release; more() !== false; more = () => scheduler.step()) {
    counts.push(store.status().handled - handled);
    handled = store.status().handled;
  }
  return counts;
}

function upTo(length: number): number[] {
  return Array.from({ length }, (_, place) => place);
}

/** What waits as a microtask is done when this resolves; no time passes. */
async function microtasks(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('S13 Fairness', () => {
  it('a store that is idle schedules nothing, and handles each command at once, however long it takes', () => {
    const scheduler = new ByHand();
    const { store, release } = held(scheduler, 1000, { slice: 1 });
    release();
    for (let item = 0; item < 1000; item++) {
      store.tell.work(item);
      expect(store.snapshot()).toBe(item + 1);
    }
    expect(scheduler.step()).toBe(false);
  });

  describe('a backlog in the mailbox', () => {
    for (const slice of [1, 8, 20]) {
      it(`is worked off in slices of ${slice} ms, and at most two readings of the clock more`, () => {
        const cost = 1 / 64;
        const counts = slices(backlog(cost, { slice }));
        expect(counts.length).toBeGreaterThan(2);
        expect(counts.reduce((sum, count) => sum + count)).toBe(many);
        for (const count of counts.slice(0, -1)) {
          expect(count * cost).toBeGreaterThanOrEqual(slice);
          expect(count).toBeLessThanOrEqual(slice / cost + 2 * stretch);
        }
      });
    }

    it('has slices of 8 ms where nothing else is said', () => {
      expect(slices(backlog(1 / 64))).toEqual(slices(backlog(1 / 64, { slice: 8 })));
      expect(slices(backlog(1 / 64))).not.toEqual(slices(backlog(1 / 64, { slice: 12 })));
    });

    it('is worked off in one go while it takes less than a slice', () => {
      expect(slices(backlog(1 / many))).toEqual([many]);
    });

    it('is worked off in one go if slices are Infinity, however long it takes', () => {
      expect(slices(backlog(1000, { slice: Infinity }))).toEqual([many]);
    });

    it('is worked off in one go where time is virtual, however short a slice', marbles((m) => {
      const released = m.hot('---x-');
      const gate = new Subject<number>();
      const store = m.store({ state: 0, commands: { hold: () => gate, add: (count) => count + 1 } }, { slice: 0.001 });
      store.tell.hold();
      for (let item = 0; item < many; item++) store.tell.add();
      let left: unknown;
      released.subscribe(() => {
        gate.complete();
        left = [store.snapshot(), store.status().waiting];
      });
      m.expect(store.select((count) => count === many)).toBeObservable('f--t-', { f: false, t: true });
      m.flush();
      expect(left).toEqual([many, 0]);
    }));

    it('keeps its order over all slices', () => {
      const { scheduler, store, release } = backlog(1);
      release();
      while (scheduler.step());
      let done: number[] = [];
      store.ask.done().subscribe((items) => { done = items; });
      expect(done).toEqual(upTo(many));
    });

    it('is joined at its end by what is sent between two slices: the store is not idle', () => {
      const { scheduler, store, release } = backlog(1);
      release();
      const before = store.status();
      expect(before.waiting).toBeGreaterThan(0);
      const answers: number[] = [];
      store.ask.work(many).subscribe((count) => answers.push(count));
      expect(answers).toEqual([]);
      expect(store.status().waiting).toBe(before.waiting + 1);
      while (scheduler.step());
      expect(answers).toEqual([many + 1]);
      let done: number[] = [];
      store.ask.done().subscribe((items) => { done = items; });
      expect(done).toEqual(upTo(many + 1));
    });

    it('shows each state once and settles each reply in order, also over the end of a slice', () => {
      const scheduler = new ByHand();
      const { store, release } = held(scheduler, 1, {});
      const seen: unknown[] = [];
      store.select().subscribe((count) => void seen.push(`sees ${count}`));
      for (let item = 0; item < 2000; item++) store.ask.work(item).subscribe((count) => void seen.push(`reply ${count}`));
      release();
      expect(seen.length).toBeLessThan(4001);
      while (scheduler.step());
      expect(seen).toEqual(['sees 0', ...upTo(2000).flatMap((item) => [`sees ${item + 1}`, `reply ${item + 1}`])]);
    });

    it('shows the present state to who subscribes between two slices, and handles what that one sends in its turn', () => {
      const { scheduler, store, release } = backlog(1);
      release();
      const count = store.snapshot();
      const seen: number[] = [];
      store.select().subscribe((now) => {
        if (seen.push(now) === 1) store.tell.work(many);
      });
      expect(seen).toEqual([count]);
      while (scheduler.step());
      expect(seen).toEqual([count, ...upTo(many + 1 - count).map((item) => count + item + 1)]);
    });

    it('has queries and commands that fail in its slices like any other', () => {
      const scheduler = new ByHand();
      const { store, release } = held(scheduler, 1, {});
      const answers: number[] = [];
      const errors: unknown[] = [];
      store.errors$.subscribe(({ error }) => errors.push(error));
      const error = new Error('no');
      for (let item = 0; item < 1000; item++) {
        store.tell.fail(error);
        store.ask.count().subscribe((count) => answers.push(count));
      }
      const counts = slices({ scheduler, store, release });
      expect(counts.length).toBeGreaterThan(2);
      expect(Math.max(...counts)).toBeLessThanOrEqual(8 + 2 * stretch);
      expect(answers).toHaveLength(1000);
      expect(errors).toHaveLength(1000);
    });

    it('takes no notice of askers who unsubscribe between two slices', () => {
      const scheduler = new ByHand();
      const { store, release } = held(scheduler, 1, {});
      const asked = upTo(2000).map((item) => store.ask.work(item).subscribe());
      release();
      for (const one of asked) one.unsubscribe();
      while (scheduler.step());
      expect(store.snapshot()).toBe(2000);
    });

    it('loses what is withdrawn between two slices, and nothing else', () => {
      const scheduler = new ByHand();
      const { store, release } = held(scheduler, 1, {});
      const abort = new AbortController();
      let aborted = 0;
      const { ask } = store.with({ signal: abort.signal });
      for (let item = 0; item < 2000; item++) {
        if (item % 2 === 0) store.tell.work(item);
        else ask.work(item).subscribe({ error: () => aborted++ });
      }
      release();
      const handled = store.snapshot();
      abort.abort();
      while (scheduler.step());
      expect(aborted).toBe(1000 - Math.floor(handled / 2));
      expect(store.snapshot()).toBe(2000 - aborted);
    });

    for (const [what, work] of Object.entries({
      'promises that are resolved': (count: number) => Promise.resolve(count + 1),
      'async functions': async (count: number) => {
        await Promise.resolve();
        return count + 1;
      },
      'Observables made of promises': (count: number) => from(Promise.resolve(count + 1)),
      'Observables at hand': (count: number) => of(count + 1),
      'promises that are rejected': () => Promise.reject<number>(new Error('no')),
      'Observables that fail at once': () => throwError(() => new Error('no')),
    })) {
      it(`is worked off in slices also where its outcomes are ${what}`, async () => {
        const scheduler = new ByHand();
        const gate = new Subject<number>();
        const store = createStore({
          state: 0,
          commands: {
            hold: () => gate,
            work: (count) => {
              scheduler.clock++;
              return work(count);
            },
          },
        }, { scheduler, timeout: Infinity });
        store.errors$.subscribe();
        store.tell.hold();
        for (let item = 0; item < 2000; item++) store.tell.work();
        gate.complete();
        await microtasks();
        const first = store.status().handled;
        expect(first).toBeGreaterThan(1);
        expect(first).toBeLessThanOrEqual(1 + 8 + 2 * stretch);
        let tasks = 1;
        while (scheduler.step()) {
          tasks++;
          await microtasks();
        }
        expect(tasks).toBeGreaterThan(2);
        expect(store.status()).toMatchObject({ handled: 2001, waiting: 0, running: 0 });
      });
    }
  });

  describe('between two slices', () => {
    it('others have their turn: what was scheduled before the next slice is done before it', () => {
      const { scheduler, store, release } = backlog(1);
      let seen: number | undefined;
      scheduler.schedule(() => { seen = store.snapshot(); });
      release();
      const first = store.snapshot();
      scheduler.step();
      expect(seen).toBe(first);
      expect(first).toBeLessThan(many);
      scheduler.step();
      expect(store.snapshot()).toBeGreaterThan(first);
    });

    it('a shutdown waits for the rest', async () => {
      const { scheduler, store, release } = backlog(1);
      release();
      let closed = false;
      void store.shutdown().then(() => { closed = true; });
      expect(store.status().phase).toBe('draining');
      while (store.status().phase === 'draining' && scheduler.step());
      await microtasks();
      expect(closed).toBe(true);
      expect(store.snapshot()).toBe(many);
      expect(scheduler.step()).toBe(false);
    });

    it('an abort ends the rest: it fails, and no task is left', () => {
      const abort = new AbortController();
      const scheduler = new ByHand();
      const { store, release } = held(scheduler, 1, { signal: abort.signal });
      const outcomes = { replied: 0, failed: 0 };
      for (let item = 0; item < 2000; item++) store.ask.work(item).subscribe({ next: () => outcomes.replied++, error: () => outcomes.failed++ });
      release();
      const first = store.snapshot();
      abort.abort();
      expect(outcomes).toEqual({ replied: first, failed: 2000 - first });
      expect(store.status()).toMatchObject({ phase: 'closed', waiting: 0 });
      expect(scheduler.step()).toBe(false);
      expect(store.snapshot()).toBe(first);
    });
  });

  describe('a store that keeps sending to itself', () => {
    /** So that a loop that never ends fails instead of hanging. */
    const tooMany = 100_000;

    function expectFair(scheduler: ByHand, start: () => void, handled: () => number): void {
      let turns = 0;
      scheduler.schedule(() => turns++);
      start();
      expect(turns).toBe(0);
      expect(handled()).toBeLessThanOrEqual(8 + 2 * stretch);
      scheduler.step();
      expect(turns).toBe(1);
      for (let slice = 0; slice < 10; slice++) {
        const before = handled();
        scheduler.step();
        expect(handled()).toBeGreaterThan(before);
        expect(handled() - before).toBeLessThanOrEqual(8 + 2 * stretch);
      }
    }

    const endless = (scheduler: ByHand, send: () => void) => (count: number) => {
      scheduler.clock++;
      if (count < tooMany) send();
      return count + 1;
    };

    it('from its handler yields after each slice', () => {
      const scheduler = new ByHand();
      const store = createStore({
        state: 0,
        commands: { go: (count, _payload: void, { tell }) => endless(scheduler, () => tell('go'))(count) },
      }, { scheduler });
      expectFair(scheduler, () => store.tell.go(), () => store.snapshot());
    });

    it('from an observer yields after each slice', () => {
      const scheduler = new ByHand();
      const store = createStore({ state: 0, commands: { go: endless(scheduler, () => undefined) } }, { scheduler });
      expectFair(scheduler, () => {
        store.select().subscribe((count) => {
          if (count < tooMany) store.tell.go();
        });
      }, () => store.snapshot());
    });

    it('by way of another store yields after each slice', () => {
      const scheduler = new ByHand();
      const other = createStore({ state: 0, commands: { back: (count) => (store.tell.go(), count + 1) } }, { scheduler });
      const store: { tell: { go: () => void }; snapshot: () => number } = createStore({
        state: 0,
        commands: { go: endless(scheduler, () => other.tell.back()) },
      }, { scheduler });
      expectFair(scheduler, () => store.tell.go(), () => store.snapshot());
    });

    it('lets a timer of the platform fire meanwhile', async () => {
      let stopped = false;
      const store = createStore({
        state: 0,
        commands: {
          go: (count, _payload: void, { tell }) => {
            if (!stopped && count < 20_000_000) tell('go');
            return count + 1;
          },
        },
      }, { slice: 1 });
      const fired = new Promise<void>((resolve) => {
        setTimeout(() => {
          stopped = true;
          resolve();
        }, 0);
      });
      store.tell.go();
      expect(stopped).toBe(false);
      await fired;
      expect(store.status().running + store.status().waiting).toBe(1);
      await store.shutdown();
      expect(store.snapshot()).toBeLessThan(20_000_000);
    });
  });
});
