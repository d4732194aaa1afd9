/** S5: every reply settles, exactly once: with a value, the handler's error, or one of the store's own. */
import { effect, reply, replyLater, StoreError, type StoreOptions } from 'ownstate';
import { firstValueFrom, timer } from 'rxjs';
import { expect } from 'vitest';
import { overKinds, type Rule } from '../clause.js';
import { FOREVER, slowKinds, type Give } from '../handlers.js';
import type { World } from '../world.js';

/** A store whose `hold` never ends of itself, nor do its effects. */
function desk(w: World, give: Give, options: StoreOptions = {}) {
  const run = () => timer(FOREVER, w.scheduler);
  return w.create({
    name: 'desk',
    state: 0,
    commands: {
      hold: (n: number) => give(() => n, FOREVER),
      add: (n: number) => reply(n + 1, n + 1),
      latest: (n: number) => effect(n, { policy: 'switch', run, done: (now: number) => now }),
      once: (n: number) => effect(n, { policy: 'exhaust', run, done: (now: number) => now }),
    },
  }, options);
}

/** A way in which an ask fails by a decision of the store's. */
interface Decision {
  readonly title: string;
  readonly code: string;
  readonly name: string;
  readonly type: string;
  readonly started: boolean;
  readonly options?: StoreOptions;
  readonly ask: (store: ReturnType<typeof desk>, w: World, abort: AbortController) => PromiseLike<unknown>;
}

const held = (store: ReturnType<typeof desk>) => {
  store.tell.hold();
  return store;
};

const decisions: readonly Decision[] = [
  { title: 'one that times out while it waits', code: 'ASK_TIMEOUT', name: 'AskTimeoutError', type: 'add', started: false,
    ask: (store) => held(store).with({ timeout: 3 }).ask.add() },
  { title: 'one that times out while it runs', code: 'ASK_TIMEOUT', name: 'AskTimeoutError', type: 'hold', started: true,
    ask: (store) => store.with({ timeout: 3 }).ask.hold() },
  { title: 'one that is aborted while it waits', code: 'ASK_ABORTED', name: 'AskAbortedError', type: 'add', started: false,
    ask: (store, w, abort) => {
      timer(3, w.scheduler).subscribe(() => abort.abort());
      return held(store).with({ signal: abort.signal }).ask.add();
    } },
  { title: 'one that is aborted while it runs', code: 'ASK_ABORTED', name: 'AskAbortedError', type: 'hold', started: true,
    ask: (store, w, abort) => {
      timer(3, w.scheduler).subscribe(() => abort.abort());
      return store.with({ signal: abort.signal }).ask.hold();
    } },
  { title: 'one that comes to a full mailbox', code: 'MAILBOX_FULL', name: 'MailboxFullError', type: 'add', started: false,
    options: { mailbox: { capacity: 1 } },
    ask: (store) => {
      held(store).tell.add();
      return store.ask.add();
    } },
  { title: 'one that comes to a store that is shut down', code: 'STORE_CLOSED', name: 'StoreClosedError', type: 'add', started: false,
    ask: (store) => {
      void held(store).shutdown();
      return store.ask.add();
    } },
  { title: 'one that waits when its store ends', code: 'STORE_CLOSED', name: 'StoreClosedError', type: 'add', started: false,
    ask: (store) => {
      const asked = held(store).ask.add();
      void store.shutdown({ timeout: 3 });
      return asked;
    } },
  { title: 'one that runs when its store ends', code: 'STORE_CLOSED', name: 'StoreClosedError', type: 'hold', started: true,
    ask: (store) => {
      const asked = store.ask.hold();
      void store.shutdown({ timeout: 3 });
      return asked;
    } },
  { title: 'one of an unknown name', code: 'UNKNOWN_COMMAND', name: 'UnknownCommandError', type: 'none', started: false,
    // A cast: it's what callers without types may send.
    ask: (store) => store.send({ type: 'none' } as never) },
  { title: 'one whose effect is superseded', code: 'SUPERSEDED', name: 'SupersededError', type: 'latest', started: true,
    ask: (store) => {
      const asked = store.ask.latest();
      store.tell.latest();
      return asked;
    } },
  { title: 'one whose lane is busy', code: 'BUSY', name: 'BusyError', type: 'once', started: true,
    ask: (store) => {
      store.tell.once();
      return store.ask.once();
    } },
];

export const s05: Rule = {
  name: 'S5 Every reply settles, exactly once',
  clauses: [
    ...decisions.flatMap(({ title, code, name, type, started, options, ask }) => overKinds(
      `${title} fails with ${name}, started: ${String(started)}`,
      async (w, give) => {
        const error = await w.error(ask(desk(w, give, options), w, new AbortController()));
        expect(error).toBeInstanceOf(StoreError);
        expect(error).toMatchObject({ code, name, store: 'desk', type, started });
      },
      // Where a handler of `hold` takes no part, one kind stands for all.
      { over: ['none', 'latest', 'once'].includes(type) ? slowKinds.slice(0, 1) : slowKinds },
    )),

    ...overKinds('a reply gives one value and completes, to late subscribers as well, and can be awaited', async (w, give) => {
      const store = w.create({ state: 0, commands: { add: (n: number) => give(() => reply(n + 1, n + 1)) } });
      const log: unknown[] = [];
      const asked = store.ask.add();
      const watch = () => asked.subscribe({ next: (n) => log.push(n), complete: () => log.push('end') });
      watch();
      expect(await w.value(asked)).toBe(1);
      watch();
      await w.pass(1);
      expect(log).toEqual([1, 'end', 1, 'end']);
      expect(await w.value(firstValueFrom(asked))).toBe(1);
      expect(store.snapshot()).toBe(1);
    }),

    ...overKinds('a reply fails once, for late subscribers as well', async (w, give) => {
      const store = w.create({
        state: 0,
        commands: {
          fail: (): ReturnType<typeof give<number>> => give(() => {
            throw new Error('no');
          }),
        },
      });
      const log: unknown[] = [];
      const asked = store.ask.fail();
      const watch = () => asked.subscribe({
        next: () => log.push('value'),
        error: (error: unknown) => log.push((error as Error).message),
        complete: () => log.push('end'),
      });
      watch();
      await w.error(asked);
      watch();
      await w.pass(1);
      expect(log).toEqual(['no', 'no']);
    }),

    ...overKinds('an ask is handled whether or not anybody watches its reply', async (w, give) => {
      const store = w.create({ state: 0, commands: { add: (n: number) => give(() => reply(n + 1, n + 1)) } });
      void store.ask.add();
      store.ask.add().subscribe().unsubscribe();
      await w.pass(20);
      expect(store.snapshot()).toBe(2);
    }),

    ...overKinds('of a hundred asks under timeouts, aborts, failures, overflow and a shutdown each settles once', async (w, give) => {
      const store = w.create({
        state: 0,
        commands: {
          work: (n: number, at: number) => give(() => {
            if (at % 7 === 0) throw new Error('no');
            return reply(n + 1, at);
          }, at % 3),
          later: (n: number, at: number) => replyLater(n, timer(at % 5, w.scheduler)),
          latest: (n: number, at: number) => effect(n, {
            policy: 'switch', run: () => timer(at % 4, w.scheduler), done: (now: number) => now,
          }),
        },
      }, { mailbox: { capacity: 12, overflow: 'drop-oldest' } });
      const endings = new Map<number, number>();
      const abort = new AbortController();
      const faces = [store, store.with({ timeout: 4 }), store.with({ signal: abort.signal })];
      for (let at = 0; at < 100; at++) {
        const { ask } = faces[at % 3]!;
        const settled = () => endings.set(at, (endings.get(at) ?? 0) + 1);
        (at % 2 === 0 ? ask.work(at) : at % 5 === 0 ? ask.later(at) : ask.latest(at)).subscribe({ error: settled, complete: settled });
        if (at % 10 === 9) await w.pass(3);
        if (at === 50) abort.abort();
        if (at === 90) void store.shutdown({ timeout: 6 });
      }
      await w.value(store.closed);
      await w.pass(1);
      expect([...endings.keys()]).toHaveLength(100);
      expect([...endings.values()].filter((times) => times !== 1)).toEqual([]);
    }),
  ],
};
