/** S4: a handler that fails changes nothing, fails its own reply, and the store goes on. */
import { effect, reply, type, type Context } from 'ownstate';
import { concat, map, of, throwError, timer, type Observable } from 'rxjs';
import { expect } from 'vitest';
import { clause, overKinds, type Rule } from '../clause.js';

const failing = (): never => {
  throw new RangeError('too much');
};

export const s04: Rule = {
  name: 'S4 All or nothing',
  clauses: [
    ...overKinds('a handler that fails changes nothing, and the store goes on', async (w, give) => {
      const store = w.create({
        state: () => 0,
        commands: {
          add: (n: number, by: number) => give(() => by > 9 ? failing() : reply(n + by, n + by)),
        },
      });
      const seen: number[] = [];
      store.select().subscribe((n) => seen.push(n));
      const asked = [store.ask.add(3), store.ask.add(10), store.ask.add(4)] as const;
      expect(await w.error(asked[1])).toMatchObject({ name: 'RangeError', message: 'too much' });
      expect(await w.values([asked[0], asked[2]])).toEqual([3, 7]);
      expect(seen).toEqual([0, 3, 7]);
    }),

    ...overKinds('an ask fails with the very error of its handler', async (w, give) => {
      const errors: readonly unknown[] = [new Error('one'), 'two', undefined, null, { code: 3 }];
      const store = w.create({
        state: 0,
        commands: {
          fail: (_n: number, at: number): ReturnType<typeof give<number>> => give(() => {
            throw errors[at];
          }),
        },
      });
      for (const [at, error] of errors.entries()) expect(await w.error(store.ask.fail(at))).toBe(error);
    }, { needs: ['same objects'] }),

    ...overKinds('events that a failing handler emitted are discarded', async (w, give) => {
      const store = w.create({
        state: 0,
        events: type<string>(),
        commands: {
          go: (n: number, fails: boolean, { emit }: Context<string>) => {
            emit(fails ? 'of the failing' : 'of the other');
            return give(() => fails ? failing() : n);
          },
        },
      });
      const events: string[] = [];
      store.events$.subscribe((event) => events.push(event));
      const asked = [store.ask.go(true), store.ask.go(false)];
      await w.value(Promise.allSettled(asked));
      expect(events).toEqual(['of the other']);
    }),

    ...overKinds("with onHandlerError 'reset' the state is made anew", async (w, give) => {
      const store = w.create({
        state: () => 10,
        commands: { add: (n: number) => give(() => n + 1), fail: () => give<number>(failing) },
      }, { onHandlerError: 'reset' });
      await w.value(store.ask.add());
      expect(await w.error(store.ask.fail())).toMatchObject({ message: 'too much' });
      expect(store.snapshot()).toBe(10);
      await w.value(store.ask.add());
      expect(store.snapshot()).toBe(11);
    }),

    ...overKinds("with onHandlerError 'stop' the store ends", async (w, give) => {
      const commands = { fail: () => give<number>(failing), next: (n: number) => n };
      const store = w.create({ state: 10, commands }, { onHandlerError: 'stop' });
      const asked = [store.ask.fail(), store.ask.next()] as const;
      // Before its errors are looked at, so that none of them goes unobserved.
      const next = w.error(asked[1]);
      asked[0].subscribe({ error: () => undefined });
      expect(await next).toMatchObject({ code: 'STORE_CLOSED', started: false });
      expect(await w.error(asked[0])).toMatchObject({ message: 'too much' });
      await w.value(store.closed);
    }),

    clause('a query that throws fails its own reply, whatever onHandlerError says', async (w) => {
      const store = w.create({
        state: () => 0,
        commands: { add: (n: number) => reply(n + 1, n + 1) },
        queries: { fail: failing },
      }, { onHandlerError: 'reset' });
      await w.value(store.ask.add());
      expect(await w.error(store.ask.fail())).toMatchObject({ message: 'too much' });
      expect(await w.value(store.ask.add())).toBe(2);
    }),

    clause('each emission of an Observable is shown, and the reply of the last one counts', async (w) => {
      const store = w.create({
        state: 0,
        commands: { count: () => concat(of(reply(1, 'one')), timer(3, w.scheduler).pipe(map(() => reply(2, 'two')))) },
      });
      const seen: number[] = [];
      store.select().subscribe((n) => seen.push(n));
      expect(await w.value(store.ask.count())).toBe('two');
      expect(seen).toEqual([0, 1, 2]);
    }),

    clause('what an Observable has shown before its error stays', async (w) => {
      const store = w.create({
        state: 0,
        commands: { count: () => concat(of(1), timer(3, w.scheduler).pipe(map(() => 2)), throwError(() => new Error('no'))) },
      });
      const seen: number[] = [];
      store.select().subscribe((n) => seen.push(n));
      expect(await w.error(store.ask.count())).toMatchObject({ message: 'no' });
      expect(seen).toEqual([0, 1, 2]);
      expect(store.snapshot()).toBe(2);
    }),

    clause('an Observable without an emission leaves the state, and its reply is undefined', async (w) => {
      const store = w.create({ state: 7, commands: { rest: (): Observable<number> => of() } });
      expect(await w.value(store.ask.rest())).toBeUndefined();
      expect(store.snapshot()).toBe(7);
    }),

    clause('an effect that fails leaves the state as it is by then, unless `failed` says otherwise', async (w) => {
      const run = () => timer(3, w.scheduler).pipe(map(failing));
      const store = w.create({
        state: 'idle',
        commands: {
          load: () => effect('loading', { run, done: (now: string) => now }),
          retry: () => effect('loading', { run, done: (now: string) => now, failed: (now: string) => `${now} failed` }),
        },
      });
      expect(await w.error(store.ask.load())).toMatchObject({ message: 'too much' });
      expect(store.snapshot()).toBe('loading');
      expect(await w.error(store.ask.retry())).toMatchObject({ message: 'too much' });
      expect(store.snapshot()).toBe('loading failed');
    }),
  ],
};
