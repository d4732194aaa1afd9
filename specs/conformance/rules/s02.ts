/** S2: commands are handled in the order of sending, numbered without gaps; state is shown before the reply settles. */
import { effect, reply, type, type Context, type TraceEvent } from 'ownstate';
import { timer } from 'rxjs';
import { expect } from 'vitest';
import { clause, overKinds, type Rule } from '../clause.js';
import { slowKinds } from '../handlers.js';

export const s02: Rule = {
  name: 'S2 Order',
  clauses: [
    ...overKinds('commands are handled in the order in which they were sent, whichever way that was', async (w, give) => {
      const store = w.create({
        state: [] as readonly number[],
        commands: { add: (list: readonly number[], n: number) => give(() => [...list, n]) },
        queries: { all: (list) => list },
      });
      const patient = store.with({ timeout: 1000 });
      const ways = [
        (n: number) => void store.ask.add(n),
        (n: number) => store.tell.add(n),
        (n: number) => void store.send({ type: 'add', payload: n }),
        (n: number) => store.commands$.next({ type: 'add', payload: n }),
        (n: number) => void patient.ask.add(n),
        (n: number) => store.client.tell.add(n),
      ];
      // Each way stands before and after each other one.
      const sent = ways.flatMap((first) => ways.flatMap((second) => [first, second]));
      for (const [n, send] of sent.entries()) send(n);
      const last = store.ask.all();
      expect(await w.value(last, 1000)).toEqual(sent.map((_, n) => n));
    }),

    ...overKinds('each handled command has the next number, also one that failed; a query carries the last one', async (w, give) => {
      const started: [string, number][] = [];
      const store = w.create({
        state: 0,
        commands: {
          add: (n: number) => give(() => n + 1),
          fail: (): ReturnType<typeof give<number>> => give(() => {
            throw new Error('no');
          }),
        },
        queries: { get: (n) => n },
      });
      store.trace$.subscribe((event) => {
        if (event.kind === 'started') started.push([event.type, event.seq]);
      });
      const asked = [store.ask.get(), store.ask.add(), store.ask.fail(), store.ask.get(), store.ask.add(), store.ask.get()];
      await w.value(Promise.allSettled(asked));
      expect(started).toEqual([['get', 0], ['add', 1], ['fail', 2], ['get', 2], ['add', 3], ['get', 3]]);
    }),

    clause('the result of an effect has the next number when its turn comes', async (w) => {
      const events: TraceEvent[] = [];
      const store = w.create({
        state: 0,
        commands: {
          work: (n: number) => effect(n, { run: () => timer(3, w.scheduler), done: (now: number) => now + 1 }),
          add: (n: number) => n + 1,
        },
      });
      store.trace$.subscribe((event) => events.push(event));
      const work = store.ask.work();
      await w.value(store.ask.add());
      await w.value(work);
      const started = events.filter(({ kind }) => kind === 'started').map(({ type, seq }) => `${type} ${seq}`);
      expect(started).toEqual(['work 1', 'add 2', 'work 3']);
    }),

    ...overKinds('who holds a reply sees its state, or a later one', async (w, give) => {
      const store = w.create({ state: 0, commands: { add: (n: number) => give(() => reply(n + 1, n + 1)) } });
      const seen: [number, number][] = [];
      const asked = Array.from({ length: 5 }, () => store.ask.add());
      for (const each of asked) each.subscribe((n) => seen.push([n!, store.snapshot()]));
      await w.values(asked);
      expect(seen.map(([n]) => n)).toEqual([1, 2, 3, 4, 5]);
      for (const [n, state] of seen) expect(state).toBeGreaterThanOrEqual(n);
    }),

    ...overKinds('a state is shown before its events are announced, and these before the reply settles', async (w, give) => {
      const log: string[] = [];
      const store = w.create({
        state: 0,
        events: type<string>(),
        commands: {
          add: (n: number, _payload: void, { emit }: Context<string>) => {
            emit('first');
            return give(() => {
              emit('second');
              return reply(n + 1, 'reply');
            });
          },
        },
      });
      store.select().subscribe((n) => log.push(`state ${n}`));
      store.events$.subscribe((event) => log.push(event));
      const asked = store.ask.add();
      asked.subscribe((answer) => log.push(answer!));
      await w.value(asked);
      expect(log).toEqual(['state 0', 'state 1', 'first', 'second', 'reply']);
    }),

    ...overKinds('what a timer sends waits for its turn', async (w, give) => {
      const log: string[] = [];
      const store = w.create({
        state: 0,
        commands: {
          start: (n: number, _payload: void, { timers }: Context<never>) => {
            timers.set('alarm', 2, 'ring');
            return give(() => n, 1);
          },
          work: (n: number, name: string) => give(() => {
            log.push(name);
            return n;
          }, 10),
          ring: (n: number) => {
            log.push('ring');
            return n;
          },
        },
      });
      store.tell.start();
      const asked = [store.ask.work('a'), store.ask.work('b')];
      await w.values(asked);
      await w.pass(10);
      expect(log).toEqual(['a', 'b', 'ring']);
    }),

    ...overKinds('a timer that is set again or cleared sends nothing any more, nor what it had sent and still waits', async (w, give) => {
      const rings: string[] = [];
      const store = w.create({
        state: 0,
        commands: {
          start: (n: number, _payload: void, { timers }: Context<never>) => {
            timers.set('again', 2, 'ring', 'first');
            timers.set('never', 2, 'ring', 'never');
            return give(() => n, 0);
          },
          // Where the handler is slow, both wait in the mailbox by the time.
          change: (n: number, _payload: void, { timers }: Context<never>) => give(() => {
            timers.set('again', 3, 'ring', 'second');
            timers.clear('never');
            return n;
          }, 10),
          ring: (n: number, name: string) => {
            rings.push(name);
            return n;
          },
        },
      });
      const asked = [store.ask.start(), store.ask.change()];
      await w.values(asked);
      await w.pass(20);
      expect(rings).toEqual(['second']);
    }),

    ...overKinds('a tick that still waits is not sent twice', async (w, give) => {
      let ticks = 0;
      const store = w.create({
        state: 0,
        ticks: { tick: 2 },
        commands: {
          work: (n: number) => give(() => n, 9),
          tick: (n: number) => {
            ticks++;
            return n;
          },
        },
      });
      const work = store.ask.work();
      await w.pass(8);
      expect(ticks).toBe(0);
      await w.value(work, 1);
      expect(ticks).toBe(1);
      await w.pass(4);
      expect(ticks).toBe(3);
    }, { over: slowKinds, needs: ['virtual time'] }),

    clause('a store that is idle gets each of its ticks', async (w) => {
      const seen: number[] = [];
      const store = w.create({ state: 0, ticks: { tick: 3 }, commands: { tick: (n: number) => n + 1 } });
      store.select().subscribe((n) => seen.push(n));
      await w.pass(10);
      expect(seen).toEqual([0, 1, 2, 3]);
    }, 'virtual time'),
  ],
};
