/** S9: shutdown is a command in the same mailbox: it drains, or aborts by its deadline or a signal; nothing hangs. */
import { effect, reply, replyLater, type, type Context, type Reply, type StoreOptions } from 'ownstate';
import { from, map, timer, type Observable } from 'rxjs';
import { expect } from 'vitest';
import { clause, overKinds, type Rule } from '../clause.js';
import { FOREVER, slowKinds, type Give } from '../handlers.js';
import type { World } from '../world.js';

/** A word that grows; `hang` never ends by itself, and notes when it's told to. */
function word(w: World, give: Give, options: StoreOptions = {}) {
  const log: string[] = [];
  const store = w.create({
    name: 'word',
    state: '',
    events: type<string>(),
    ticks: { tick: 4 },
    commands: {
      add: (text: string, letter: string) => give(() => reply(text + letter, letter)),
      hang: (text: string, _payload: void, { signal }: Context<string>) => {
        signal.addEventListener('abort', () => log.push('told'));
        return give(() => text, FOREVER);
      },
      load: (text: string) => effect(text, { run: () => timer(7, w.scheduler), done: (now: string) => reply(`${now}l`, 'loaded') }),
      later: (text: string) => replyLater(text, timer(7, w.scheduler).pipe(map(() => 'later'))),
      stop: (text: string, _payload: void, { stop }: Context<string>) => {
        stop();
        return give(() => reply(text, 'stopping'));
      },
      tick: (text: string) => {
        log.push('tick');
        return text;
      },
    },
  }, options);
  return { store, log };
}

/** Observes a reply, so that its failure is no surprise to anybody. */
function watched<T>(asked: Reply<T>): Reply<T> {
  asked.subscribe({ error: () => undefined });
  return asked;
}

const closedBefore = { code: 'STORE_CLOSED', started: false };
const closedWithin = { code: 'STORE_CLOSED', started: true };

export const s09: Rule = {
  name: 'S9 Shutdown',
  clauses: [
    ...overKinds('what came before is handled and answered, effects and later replies included', async (w, give) => {
      const { store } = word(w, give);
      const asked = [store.ask.load(), store.ask.later(), store.ask.add('a'), store.ask.add('b')];
      const ended = store.shutdown();
      expect(await w.values(asked)).toEqual(['loaded', 'later', 'a', 'b']);
      await w.value(ended);
      expect(store.snapshot()).toHaveLength(3);
    }),

    ...overKinds('what comes after fails', async (w, give) => {
      const { store } = word(w, give);
      const before = store.ask.later();
      const ended = store.shutdown();
      const after = watched(store.ask.add('b'));
      expect(await w.error(after)).toMatchObject(closedBefore);
      expect(await w.value(before)).toBe('later');
      await w.value(ended);
      expect(await w.error(store.ask.add('c'))).toMatchObject(closedBefore);
      expect(store.snapshot()).toBe('');
    }),

    ...overKinds('then all that can be watched completes, and `closed` resolves', async (w, give) => {
      const { store } = word(w, give);
      const log: string[] = [];
      const { events$: events, errors$: errors, trace$: trace, commands$: commands } = store;
      const watch = { select: store.select(), events, errors, trace, commands };
      for (const [name, source] of Object.entries(watch)) {
        from<Observable<unknown>>(source).subscribe({ complete: () => log.push(name), error: () => log.push(`${name} fails`) });
      }
      const last = watched(store.ask.add('a'));
      last.subscribe(() => log.push('answered'));
      await w.value(store.shutdown());
      await w.value(store.closed);
      await w.pass(1);
      expect(log[0]).toBe('answered');
      expect(log.slice(1).sort()).toEqual(['commands', 'errors', 'events', 'select', 'trace']);
      expect(store.status()).toMatchObject({ phase: 'closed', waiting: 0, running: 0, effects: 0, replies: 0 });
    }),

    ...overKinds('afterwards `snapshot` gives the last view, and `select` gives it and completes', async (w, give) => {
      const { store } = word(w, give);
      await w.value(store.ask.add('a'));
      await w.value(store.shutdown());
      const log: string[] = [];
      store.select().subscribe({ next: (text) => log.push(text), complete: () => log.push('end') });
      await w.pass(1);
      expect([store.snapshot(), ...log]).toEqual(['a', 'a', 'end']);
    }),

    ...overKinds('when its timeout passes the store ends: what waits and what runs fails, and is told', async (w, give) => {
      const { store, log } = word(w, give);
      const [effect, runs, waits] = [watched(store.ask.load()), watched(store.ask.hang()), watched(store.ask.add('a'))];
      const ended = store.shutdown({ timeout: 5 });
      await w.value(ended);
      expect(await w.error(waits)).toMatchObject(closedBefore);
      expect(await w.error(runs)).toMatchObject(closedWithin);
      expect(await w.error(effect)).toMatchObject(closedWithin);
      await w.value(store.closed);
      expect(log.filter((entry) => entry === 'told')).toEqual(['told']);
      expect(store.snapshot()).toBe('');
    }, { over: slowKinds }),

    ...overKinds('when its signal aborts it ends at once, in the same way', async (w, give) => {
      const abort = new AbortController();
      const { store, log } = word(w, give, { signal: abort.signal });
      const [runs, waits] = [watched(store.ask.hang()), watched(store.ask.add('a'))];
      await w.pass(1);
      abort.abort();
      expect(await w.error(waits, 0)).toMatchObject(closedBefore);
      expect(await w.error(runs, 0)).toMatchObject(closedWithin);
      await w.value(store.closed, 0);
      expect(log).toEqual(['told']);
    }, { over: slowKinds }),

    ...overKinds('of two calls the earlier deadline counts, whichever came first', async (w, give) => {
      for (const timeouts of [[5, 50], [50, 5]] as const) {
        const { store } = word(w, give);
        const runs = watched(store.ask.hang());
        for (const timeout of timeouts) void store.shutdown({ timeout });
        await w.pass(4);
        expect(store.status().phase).toBe('draining');
        expect(await w.error(runs, 1)).toMatchObject(closedWithin);
      }
    }, { over: slowKinds, needs: ['virtual time'] }),

    ...overKinds('without a word it drains for 30,000 ms', async (w, give) => {
      const { store } = word(w, give, { timeout: Infinity });
      const runs = watched(store.ask.hang());
      void store.shutdown();
      await w.pass(29_999);
      expect(store.status().phase).toBe('draining');
      expect(await w.error(runs, 1)).toMatchObject(closedWithin);
    }, { over: slowKinds, needs: ['virtual time'] }),

    ...overKinds('ticks stop with the call', async (w, give) => {
      const { store, log } = word(w, give);
      await w.pass(9);
      expect(log).toEqual(['tick', 'tick']);
      const hanging = watched(store.ask.hang());
      void store.shutdown({ timeout: 50 });
      await w.pass(40);
      expect(log).toEqual(['tick', 'tick']);
      expect(await w.error(hanging)).toMatchObject(closedWithin);
      expect(log).toEqual(['tick', 'tick', 'told']);
    }, { over: slowKinds, needs: ['virtual time'] }),

    ...overKinds('a handler ends its store by `context.stop()`: what came before is handled', async (w, give) => {
      const { store } = word(w, give);
      const asked = [store.ask.add('a'), store.ask.stop()];
      expect(await w.values(asked)).toEqual(['a', 'stopping']);
      await w.value(store.closed);
      expect(await w.error(store.ask.add('b'))).toMatchObject(closedBefore);
    }),

    ...overKinds('a handler that waits for the shutdown of its own store gets DeadlockError', async (w, give) => {
      let refused: Promise<void> | undefined;
      const store = w.create({
        state: 0,
        commands: {
          end: (n: number) => {
            refused = store.shutdown();
            refused.catch(() => undefined);
            return give(() => n);
          },
        },
      });
      await w.value(store.ask.end());
      expect(await w.error(refused!)).toMatchObject({ code: 'DEADLOCK', type: 'end' });
      expect(store.status().phase).toBe('open');
    }, { needs: ['one process'] }),

    clause('to shut down again, or what is closed, resolves as well', async (w) => {
      const { store } = word(w, (outcome) => outcome());
      const calls = [store.shutdown(), store.shutdown({ timeout: 5 }), store[Symbol.asyncDispose]()];
      await w.values(calls);
      await w.values([store.shutdown(), store[Symbol.asyncDispose](), store.closed]);
      expect(store.status().phase).toBe('closed');
    }),
  ],
};
