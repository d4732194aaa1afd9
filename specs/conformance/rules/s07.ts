/** S7: an ask that gives up is withdrawn while it waits, and told by its signal while it runs. */
import { reply, type AnyDefinition, type Client, type Context, type StoreError } from 'ownstate';
import { timer } from 'rxjs';
import { expect } from 'vitest';
import { clause, overKinds, type Rule } from '../clause.js';
import { FOREVER, slowKinds, type Give } from '../handlers.js';
import type { World } from '../world.js';

/** How an ask gives up, 3 ms after the call. */
const ways = [
  { how: 'times out', code: 'ASK_TIMEOUT', giveUp: <D extends AnyDefinition>(_w: World, store: Client<D>) => store.with({ timeout: 3 }) },
  { how: 'is aborted', code: 'ASK_ABORTED', giveUp: <D extends AnyDefinition>(w: World, store: Client<D>) => {
    const abort = new AbortController();
    timer(3, w.scheduler).subscribe(() => abort.abort());
    return store.with({ signal: abort.signal });
  } },
] as const;

/** Works for 10 ms, and notes what it sees. */
function desk(w: World, give: Give) {
  const log: string[] = [];
  const store = w.create({
    name: 'desk',
    state: 0,
    commands: {
      work: (n: number, fails: boolean, { signal }: Context<never>) => {
        signal.addEventListener('abort', () => log.push('told'));
        return give(() => {
          if (fails) throw new Error('too late');
          return reply(n + 1, n + 1);
        }, 10);
      },
      next: (n: number) => {
        log.push('next');
        return n + 10;
      },
    },
  });
  return { store, log };
}

export const s07: Rule = {
  name: 'S7 Timeouts',
  clauses: [
    ...ways.flatMap(({ how, code, giveUp }) => [
      ...overKinds(`one that ${how} while it waits is withdrawn, and never runs`, async (w, give) => {
        const { store, log } = desk(w, give);
        const work = store.ask.work(false);
        expect(await w.error(giveUp(w, store).ask.next())).toMatchObject({ code, started: false });
        expect(store.status().waiting).toBe(0);
        expect(await w.value(work)).toBe(1);
        await w.pass(10);
        expect(log).toEqual([]);
        expect(store.snapshot()).toBe(1);
      }, { over: slowKinds }),

      ...overKinds(`one that ${how} while it runs is told by its signal, and what it gives back is folded`, async (w, give) => {
        const { store, log } = desk(w, give);
        const ends: unknown[] = [];
        const asked = giveUp(w, store).ask.work(false);
        asked.subscribe({ next: (n) => ends.push(n), error: (error: unknown) => ends.push((error as StoreError).code) });
        expect(await w.error(asked)).toMatchObject({ code, started: true });
        expect([store.snapshot(), ...log]).toEqual([0, 'told']);
        await w.pass(20);
        expect([store.snapshot(), ...log]).toEqual([1, 'told']);
        expect(ends).toEqual([code]);
      }, { over: slowKinds }),

      ...overKinds(`the error of one that ${how} while it runs goes to errors$ when it comes`, async (w, give) => {
        const { store } = desk(w, give);
        const errors: unknown[] = [];
        store.errors$.subscribe((error) => errors.push(error));
        expect(await w.error(giveUp(w, store).ask.work(true))).toMatchObject({ code });
        expect(errors).toEqual([]);
        await w.pass(20);
        expect(errors).toMatchObject([{ type: 'work', error: { message: 'too late' }, started: true }]);
      }, { over: slowKinds }),
    ]),

    clause('an ask under a signal that has aborted already is not sent', async (w) => {
      const { store, log } = desk(w, (outcome) => outcome());
      const abort = new AbortController();
      abort.abort('over');
      const error = await w.error(store.with({ signal: abort.signal }).ask.next());
      expect(error).toMatchObject({ code: 'ASK_ABORTED', cause: 'over', started: false });
      await w.pass(1);
      expect(log).toEqual([]);
    }),

    ...overKinds('a late rejection goes nowhere else than to errors$', async (w, give) => {
      const reported = w.reports();
      const { store } = desk(w, give);
      await w.error(store.with({ timeout: 3 }).ask.work(true));
      await w.pass(20);
      expect(await reported()).toEqual([]);
      store.tell.work(true);
      await w.pass(20);
      // Whereas that of a tell would be seen here.
      expect(await reported()).toMatchObject([{ message: 'too late' }]);
    }, { over: slowKinds, needs: ['one process'] }),

    ...overKinds('the timeout runs from the sending, not from the begin', async (w, give) => {
      const { store } = desk(w, give);
      store.tell.work(false);
      const asked = store.with({ timeout: 13 }).ask.work(false);
      asked.subscribe({ error: () => undefined });
      await w.pass(12);
      expect(store.status()).toMatchObject({ timedOut: 0, waiting: 0, running: 1 });
      expect(await w.error(asked, 1)).toMatchObject({ code: 'ASK_TIMEOUT', timeout: 13, started: true });
    }, { over: slowKinds, needs: ['virtual time'] }),

    ...overKinds('an ask that was answered in time does not time out', async (w, give) => {
      const { store, log } = desk(w, give);
      expect(await w.value(store.with({ timeout: 15 }).ask.work(false))).toBe(1);
      await w.pass(20);
      expect(store.status().timedOut).toBe(0);
      expect(log).toEqual([]);
    }),

    ...overKinds('of limits within limits the innermost wins, and what it leaves out stays', async (w, give) => {
      const { store } = desk(w, give);
      const abort = new AbortController();
      const client = store.with({ timeout: 5, signal: abort.signal }).with({ timeout: 20 });
      const asked = client.ask.work(false);
      asked.subscribe({ error: () => undefined });
      await w.pass(7);
      expect(store.status()).toMatchObject({ timedOut: 0, running: 1 });
      abort.abort();
      expect(await w.error(asked, 1)).toMatchObject({ code: 'ASK_ABORTED' });
    }, { over: slowKinds, needs: ['virtual time'] }),

    ...overKinds('without a word an ask has 30,000 ms', async (w, give) => {
      const store = w.create({ state: 0, commands: { hang: (n: number) => give(() => n, FOREVER) } });
      const asked = store.ask.hang();
      asked.subscribe({ error: () => undefined });
      await w.pass(29_999);
      expect(await w.ending(asked, 0)).toBe('pending');
      expect(await w.error(asked, 1)).toMatchObject({ code: 'ASK_TIMEOUT', timeout: 30_000 });
    }, { over: slowKinds, needs: ['virtual time'] }),
  ],
};
