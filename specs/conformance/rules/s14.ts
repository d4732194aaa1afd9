/** S14: unused parts cost nothing: no timer without need, no trace that nobody watches, and nothing is left behind. */
import { effect, reply, replyLater, type Context, type StoreOptions } from 'ownstate';
import { openCheck } from 'ownstate/testing';
import { timer, type Observable, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { expect } from 'vitest';
import { clause, overKinds, type Rule } from '../clause.js';
import { FOREVER, slowKinds, type Give } from '../handlers.js';
import type { World } from '../world.js';

/** The longest delay that a timer of the platform takes, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** A store that uses all that takes time; what takes time in its handlers isn't watched, only the store's own timers. */
function desk(w: World, give: Give, options: StoreOptions) {
  return w.create({
    state: 0,
    ticks: { add: 50 },
    commands: {
      add: (n: number) => n + 1,
      slow: (n: number) => give(() => reply(n, 'slow')),
      hang: (n: number) => give(() => n, FOREVER),
      alarm: (n: number, ms: number, { timers }: Context<never>) => {
        timers.set('alarm', ms, 'add');
        return n;
      },
      load: (n: number) => effect(n, { run: () => timer(6, w.scheduler), done: (now: number) => now }),
      later: (n: number) => replyLater(n, timer(6, w.scheduler)),
    },
  }, options);
}

/** How a store comes to its end. */
const ends = {
  'is shut down': (store: ReturnType<typeof desk>) => store.shutdown(),
  'is shut down by its deadline': (store: ReturnType<typeof desk>) => {
    store.tell.hang();
    return store.shutdown({ timeout: 9 });
  },
  'is aborted': (store: ReturnType<typeof desk>, abort: AbortController) => {
    store.tell.hang();
    abort.abort();
    return store.closed;
  },
};

/** A scheduler that notes each delay that is armed on it. */
function noting(target: SchedulerLike): { readonly scheduler: SchedulerLike; readonly armed: number[] } {
  const armed: number[] = [];
  const schedule = <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T) => {
    armed.push(delay);
    return target.schedule(work, delay, state);
  };
  return { scheduler: { now: () => target.now(), schedule }, armed };
}

export const s14: Rule = {
  name: 'S14 Quiet',
  clauses: [
    ...Object.entries(ends).flatMap(([how, end]) => overKinds(`when a store ${how}, nothing of it is left open`, async (w, give) => {
      const open = openCheck({ scheduler: w.scheduler });
      const abort = new AbortController();
      const store = open.watch(desk(w, give, { scheduler: open.scheduler, signal: abort.signal }));
      store.errors$.subscribe();
      const asked = [store.ask.slow(), store.ask.load(), store.ask.later(), store.with({ timeout: 500 }).ask.add()];
      for (const each of asked as Observable<unknown>[]) each.subscribe({ error: () => undefined });
      store.tell.alarm(100);
      expect(() => open.check()).toThrow('open');
      await w.pass(4);
      await w.value(end(store, abort));
      open.check();
    })),

    clause('no trace is built and no view made while nobody watches', async (w) => {
      let views = 0;
      const store = w.create({
        state: 0,
        view: (n) => {
          views++;
          return n;
        },
        commands: { add: (n: number) => reply(n + 1, n + 1) },
      });
      await w.values([store.ask.add(), store.ask.add()]);
      expect(views).toBe(0);
      const watching = store.trace$.subscribe();
      await w.value(store.ask.add());
      expect(views).toBe(1);
      watching.unsubscribe();
      await w.value(store.ask.add());
      expect(views).toBe(1);
    }),

    clause('no timer is armed for what is answered at once, nor to make a store, to watch it and to shut it down', async (w) => {
      const { scheduler, armed } = noting(w.scheduler);
      const commands = { add: (n: number) => reply(n + 1, n + 1) };
      const store = w.create({ state: 0, commands, queries: { get: (n) => n } }, { scheduler });
      for (const source of [store.select(), store.trace$, store.errors$, store.commands$] as Observable<unknown>[]) source.subscribe();
      store.tell.add();
      await w.values([store.ask.add(), store.ask.get(), store.with({ timeout: 5 }).ask.add()]);
      await w.value(store.shutdown());
      expect(armed).toEqual([]);
    }, 'at once'),

    ...overKinds('no timer is armed for a tell, however long it takes', async (w, give) => {
      const { scheduler, armed } = noting(w.scheduler);
      const store = w.create({ state: 0, commands: { slow: (n: number) => give(() => n + 1) } }, { scheduler });
      store.tell.slow();
      store.tell.slow();
      await w.pass(20);
      expect(store.snapshot()).toBe(2);
      expect(armed).toEqual([]);
    }, { needs: ['virtual time'] }),

    ...overKinds('a hundred pending asks cost one timer', async (w, give) => {
      const { scheduler, armed } = noting(w.scheduler);
      const store = w.create({ state: 0, commands: { hang: (n: number) => give(() => n, FOREVER) } }, { scheduler, timeout: 50 });
      for (let ask = 0; ask < 100; ask++) store.ask.hang().subscribe({ error: () => undefined });
      await w.pass(10);
      expect(armed).toEqual([50]);
    }, { over: slowKinds, needs: ['virtual time'] }),

    clause('delays beyond 2^31 - 1 ms are waited for in parts', async (w) => {
      const { scheduler, armed } = noting(w.scheduler);
      const store = w.create({
        state: 0,
        commands: {
          start: (n: number, ms: number, { timers }: Context<never>) => {
            timers.set('long', ms, 'add');
            return n;
          },
          add: (n: number) => n + 1,
        },
      }, { scheduler });
      store.tell.start(LONGEST + 1000);
      await w.pass(LONGEST + 999);
      expect(store.snapshot()).toBe(0);
      await w.pass(1);
      expect(store.snapshot()).toBe(1);
      for (const delay of armed) expect(delay).toBeLessThanOrEqual(LONGEST);
    }, 'virtual time'),
  ],
};
