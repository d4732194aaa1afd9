/** S3: handled at once when the store is idle, never nested; loop and delivery are iterative. */
import { reply, type Reply } from 'ownstate';
import { expect } from 'vitest';
import { clause, overKinds, type Rule } from '../clause.js';

/** Deeper than any stack. */
const MANY = 10_000;

/** The ways to send a command. */
const ways = ['ask', 'tell', 'send', 'commands$', 'client', 'with'] as const;

export const s03: Rule = {
  name: 'S3 At once when idle, never nested',
  clauses: [
    ...ways.map((way) => clause(`a command for an idle store is handled before the call that sends it returns: ${way}`, (w) => {
      const store = w.create({ state: 0, commands: { add: (n: number, by: number) => reply(n + by, n + by) } });
      const answers: unknown[] = [];
      const send = {
        ask: () => store.ask.add(1).subscribe((n) => answers.push(n)),
        tell: () => store.tell.add(1),
        send: () => store.send({ type: 'add', payload: 1 }).subscribe((n) => answers.push(n)),
        commands$: () => store.commands$.next({ type: 'add', payload: 1 }),
        client: () => store.client.ask.add(1).subscribe((n) => answers.push(n)),
        with: () => store.with({ timeout: 5 }).ask.add(1).subscribe((n) => answers.push(n)),
      }[way];
      send();
      expect(store.snapshot()).toBe(1);
      expect(answers).toEqual(way === 'tell' || way === 'commands$' ? [] : [1]);
    }, 'at once')),

    ...overKinds('what a handler sends waits until that one is finished, notifications included', async (w, give) => {
      const log: string[] = [];
      const store = w.create({
        state: 0,
        commands: {
          outer: (n: number) => {
            store.tell.inner();
            return give(() => reply(n + 1, 'outer'));
          },
          inner: (n: number) => {
            log.push(`inner finds ${n}`);
            return n + 10;
          },
        },
      });
      store.select().subscribe((n) => log.push(`one sees ${n}`));
      store.select().subscribe((n) => log.push(`two sees ${n}`));
      await w.value(store.ask.outer());
      await w.pass(1);
      expect(log).toEqual(['one sees 0', 'two sees 0', 'one sees 1', 'two sees 1', 'inner finds 1', 'one sees 11', 'two sees 11']);
    }),

    ...overKinds('each observer sees each state once, in order, also where one of them sends', async (w, give) => {
      const store = w.create({ state: 0, commands: { add: (n: number) => give(() => n + 1) } });
      const seen: number[][] = [[], [], []];
      const [, middle] = seen;
      for (const list of seen) {
        store.select().subscribe((n) => {
          list.push(n);
          if (n > 0 && n < 5 && list === middle) store.tell.add();
        });
      }
      await w.value(store.ask.add());
      await w.pass(30);
      for (const list of seen) expect(list).toEqual([0, 1, 2, 3, 4, 5]);
    }),

    ...overKinds('the subscriber of a reply that asks and subscribes again is not called inside itself', async (w, give) => {
      const store = w.create({ state: 0, commands: { add: (n: number) => give(() => reply(n + 1, n + 1), 1) } });
      let inside = 0;
      const depths: number[] = [];
      const next = (asked: Reply<number | undefined>): void => {
        asked.subscribe((n) => {
          depths.push(++inside);
          if (n! < 10) next(store.ask.add());
          inside--;
        });
      };
      next(store.ask.add());
      await w.pass(20);
      expect(depths).toEqual(Array.from({ length: 10 }, () => 1));
    }),

    clause(`${MANY} asks, each sent by the subscriber of the one before, are answered on a flat stack`, async (w) => {
      const store = w.create({ state: 0, commands: { add: (n: number) => reply(n + 1, n + 1) } });
      let asked = 0;
      const last = new Promise<number>((resolve) => {
        const next = (): void => {
          store.ask.add().subscribe((n) => ++asked < MANY ? next() : resolve(n));
        };
        next();
      });
      expect(await w.value(last, 5000)).toBe(MANY);
    }),

    clause(`${MANY} asks of two stores in turn are answered on a flat stack`, async (w) => {
      const make = () => w.create({ state: 0, commands: { add: (n: number) => reply(n + 1, n + 1) } });
      const pair = [make(), make()] as const;
      let asked = 0;
      const last = new Promise<void>((resolve) => {
        const next = (): void => {
          pair[asked % 2 === 0 ? 0 : 1].ask.add().subscribe(() => ++asked < MANY ? next() : resolve());
        };
        next();
      });
      await w.value(last, 5000);
      expect(pair.map((store) => store.snapshot())).toEqual([MANY / 2, MANY / 2]);
    }),

    clause(`${MANY} tells, each sent by an observer of the state before, run on a flat stack`, async (w) => {
      const store = w.create({ state: 0, commands: { add: (n: number) => n + 1 } });
      const last = new Promise<void>((resolve) => {
        store.select().subscribe((n) => n < MANY ? store.tell.add() : resolve());
      });
      await w.value(last, 5000);
      expect(store.snapshot()).toBe(MANY);
    }),
  ],
};
