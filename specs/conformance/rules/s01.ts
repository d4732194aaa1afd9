/** S1: a store never handles two commands at once, also not across an `await`. */
import { effect, reply } from 'ownstate';
import { map, timer } from 'rxjs';
import { expect } from 'vitest';
import { overKinds, type Rule } from '../clause.js';
import { slowKinds } from '../handlers.js';

export const s01: Rule = {
  name: 'S1 One at a time',
  clauses: [
    ...overKinds('no handler begins before the one before it has ended', async (w, give) => {
      const log: string[] = [];
      const store = w.create({
        state: 0,
        commands: {
          work: (n: number, name: string) => {
            log.push(`${name} begins`);
            // What it sends itself is no exception.
            if (name === 'a') store.tell.work('c');
            const end = () => {
              log.push(`${name} ends`);
              return n + 1;
            };
            return name === 'a' ? give(end) : end();
          },
        },
      });
      const asked = [store.ask.work('a'), store.ask.work('b')];
      await w.values(asked);
      await w.pass(1);
      expect(log.filter((_, place) => place % 2 === 0)).toHaveLength(3);
      for (const [place, step] of log.entries()) {
        if (step.endsWith('begins')) expect(log[place + 1]).toBe(step.replace('begins', 'ends'));
      }
    }),

    ...overKinds('of twenty updates that read, wait and write none is lost', async (w, give) => {
      const store = w.create({ state: 0, commands: { add: (n: number) => give(() => reply(n + 1, n + 1), 1) } });
      const asked = Array.from({ length: 20 }, () => store.ask.add());
      expect(await w.values(asked)).toEqual(Array.from({ length: 20 }, (_, place) => place + 1));
      expect(store.snapshot()).toBe(20);
    }),

    ...overKinds('a query reads what the command before it has left', async (w, give) => {
      const store = w.create({
        state: 'old',
        commands: { change: () => give(() => 'new') },
        queries: { read: (state) => state },
      });
      store.tell.change();
      expect(await w.value(store.ask.read())).toBe('new');
    }),

    ...overKinds('a handler that fails lets the next one in, and not before', async (w, give) => {
      const log: string[] = [];
      const store = w.create({
        state: 0,
        commands: {
          fail: (): ReturnType<typeof give<number>> => give(() => {
            log.push('fails');
            throw new Error('no');
          }),
          next: (n: number) => {
            log.push('next');
            return n;
          },
        },
      });
      const failing = store.ask.fail();
      const next = store.ask.next();
      await w.error(failing);
      await w.value(next);
      expect(log).toEqual(['fails', 'next']);
    }),

    ...overKinds('an asker who gives up does not let the next one in', async (w, give) => {
      const log: string[] = [];
      const store = w.create({
        state: 0,
        commands: {
          work: (n: number) => give(() => {
            log.push('work ends');
            return n + 1;
          }, 10),
          next: (n: number) => {
            log.push('next begins');
            return reply(n, n);
          },
        },
      });
      const impatient = store.with({ timeout: 3 }).ask.work();
      const next = store.ask.next();
      expect(await w.error(impatient)).toMatchObject({ code: 'ASK_TIMEOUT', started: true });
      expect(await w.value(next)).toBe(1);
      expect(log).toEqual(['work ends', 'next begins']);
    }, { over: slowKinds }),

    ...overKinds('the result of an effect waits for the command that runs', async (w, give) => {
      const store = w.create({
        state: 'empty',
        commands: {
          load: (state: string) => effect(state, {
            run: () => timer(3, w.scheduler).pipe(map(() => 'loaded')),
            done: (now: string, what: string) => `${now}, ${what}`,
          }),
          write: () => give(() => 'written', 10),
        },
      });
      const asked = [store.ask.load(), store.ask.write()];
      await w.values(asked);
      expect(store.snapshot()).toBe('written, loaded');
    }, { over: slowKinds }),
  ],
};
