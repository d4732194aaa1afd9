/** S8: the mailbox has a capacity; what comes beyond it is refused or dropped, settled and counted. */
import { effect, replyLater, type Context, type StoreError, type StoreOptions } from 'ownstate';
import { timer } from 'rxjs';
import { expect } from 'vitest';
import { clause, overKinds, type Rule } from '../clause.js';
import { slowKinds, type Give } from '../handlers.js';
import type { World } from '../world.js';

/** A store that is busy for 10 ms, and the names of what it then handles. */
function busy(w: World, give: Give, options: StoreOptions) {
  const store = w.create({
    state: [] as readonly string[],
    commands: {
      hold: (list: readonly string[]) => give(() => list, 10),
      add: (list: readonly string[], name: string) => [...list, name],
    },
  }, options);
  store.errors$.subscribe();
  store.tell.hold();
  return store;
}

/** Asks for each of the names; how each ends is noted. */
function addAll(store: ReturnType<typeof busy>, names: readonly string[]) {
  const ends: Record<string, string> = {};
  const waiting: number[] = [];
  for (const name of names) {
    store.ask.add(name).subscribe({
      complete: () => { ends[name] = 'added'; },
      error: (error: unknown) => { ends[name] = (error as StoreError).code; },
    });
    waiting.push(store.status().waiting);
  }
  return { ends, waiting };
}

/** A store that may have two effects or later replies in flight, each for 5 ms. */
function flights(w: World, what: 'effects' | 'replies') {
  const wait = () => timer(5, w.scheduler);
  const work = (n: number) => what === 'replies'
    ? replyLater(n + 1, wait())
    : effect(n + 1, { policy: 'merge', run: wait, done: (now: number) => now });
  return w.create({ state: 0, commands: { work } }, { mailbox: { capacity: 2 } });
}

const full = 'MAILBOX_FULL';

export const s08: Rule = {
  name: 'S8 Bounds',
  clauses: [
    ...overKinds("under 'reject' what comes to a full mailbox fails, and is counted", async (w, give) => {
      const store = busy(w, give, { mailbox: { capacity: 2, overflow: 'reject' } });
      const { ends, waiting } = addAll(store, ['a', 'b', 'c', 'd']);
      await w.pass(20);
      expect(ends).toEqual({ a: 'added', b: 'added', c: full, d: full });
      expect(store.snapshot()).toEqual(['a', 'b']);
      for (const each of waiting) expect(each).toBeLessThanOrEqual(2);
      expect(store.status()).toMatchObject({ dropped: 2, highWater: 2, failed: 0 });
    }, { over: slowKinds }),

    ...overKinds("under 'drop-oldest' what has waited longest fails, and is counted", async (w, give) => {
      const store = busy(w, give, { mailbox: { capacity: 2, overflow: 'drop-oldest' } });
      const { ends, waiting } = addAll(store, ['a', 'b', 'c', 'd']);
      await w.pass(20);
      expect(ends).toEqual({ a: full, b: full, c: 'added', d: 'added' });
      expect(store.snapshot()).toEqual(['c', 'd']);
      for (const each of waiting) expect(each).toBeLessThanOrEqual(2);
      expect(store.status()).toMatchObject({ dropped: 2, highWater: 2, failed: 0 });
    }, { over: slowKinds }),

    ...overKinds('the newcomer is queued before the dropped reply settles', async (w, give) => {
      const store = busy(w, give, { mailbox: { capacity: 2, overflow: 'drop-oldest' } });
      const waiting: number[] = [];
      store.ask.add('a').subscribe({
        error: () => {
          waiting.push(store.status().waiting);
          // In its turn it drops b, and not the newcomer's place.
          store.tell.add('d');
        },
      });
      store.tell.add('b');
      store.tell.add('c');
      await w.pass(20);
      expect(waiting).toEqual([2]);
      expect(store.snapshot()).toEqual(['c', 'd']);
    }, { over: slowKinds }),

    ...overKinds('results of effects, ticks and timers pass beside the bound', async (w, give) => {
      const log: string[] = [];
      const note = (name: string) => (n: number) => {
        log.push(name);
        return n;
      };
      const store = w.create({
        state: 0,
        ticks: { tick: 8 },
        commands: {
          prepare: (n: number, _payload: void, { timers }: Context<never>) => {
            timers.set('alarm', 6, 'ring');
            return effect(n, { run: () => timer(4, w.scheduler), done: note('done') });
          },
          hold: (n: number) => give(() => n, 10),
          add: note('add'),
          ring: note('ring'),
          tick: note('tick'),
        },
      }, { mailbox: { capacity: 1 } });
      store.tell.prepare();
      await w.pass(0);
      store.tell.hold();
      store.tell.add();
      await w.pass(9);
      expect(log).toEqual([]);
      expect(store.status()).toMatchObject({ waiting: 1, dropped: 0 });
      await w.pass(4);
      expect(log).toEqual(['add', 'done', 'ring', 'tick']);
    }, { over: slowKinds, needs: ['virtual time'] }),

    ...overKinds('a shutdown passes beside the bound', async (w, give) => {
      const store = busy(w, give, { mailbox: { capacity: 1 } });
      store.tell.add('a');
      await w.value(store.shutdown());
      expect(store.snapshot()).toEqual(['a']);
    }, { over: slowKinds }),

    ...overKinds('what fits is neither refused nor dropped', async (w, give) => {
      const store = w.create({ state: 0, commands: { add: (n: number) => give(() => n + 1, 1) } }, { mailbox: { capacity: 10 } });
      for (let round = 0; round < 5; round++) await w.values(Array.from({ length: 10 }, () => store.ask.add()));
      expect(store.snapshot()).toBe(50);
      expect(store.status().dropped).toBe(0);
    }),

    ...(['effects', 'replies'] as const).map((what) => clause(`no more ${what} are in flight than the mailbox may hold`, async (w) => {
      const store = flights(w, what);
      const asked = Array.from({ length: 5 }, () => store.ask.work());
      const ends = Promise.allSettled(asked);
      await w.pass(1);
      expect(store.status()).toMatchObject({ [what]: 2, dropped: 3 });
      const codes = (await w.value(ends)).map((end) => end.status === 'rejected' ? (end.reason as StoreError).code : 'ok');
      expect(codes).toEqual(['ok', 'ok', full, full, full]);
      expect(store.snapshot()).toBe(2);
    })),
  ],
};
