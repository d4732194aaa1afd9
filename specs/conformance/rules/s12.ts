/** S12: the same commands at the same times give the same states, replies and events in the same order. */
import { effect, reply, replyLater, type, type Context } from 'ownstate';
import { timer } from 'rxjs';
import { expect } from 'vitest';
import { overKinds, type Rule } from '../clause.js';
import type { Give } from '../handlers.js';
import type { World } from '../world.js';

/** A store with something of everything that could go by a clock or by chance. */
function diary(w: World, give: Give) {
  const wait = (ms: number) => timer(ms, w.scheduler);
  return w.create({
    name: 'diary',
    state: [] as readonly string[],
    events: type<string>(),
    ticks: { tick: 7 },
    commands: {
      write: (lines: readonly string[], ms: number, { emit, timers, tell }: Context<string>) => give(() => {
        emit(`wrote ${ms}`);
        timers.set(`timer ${ms % 2}`, ms, 'note', 'ring');
        tell('note', 'told');
        if (ms === 5) throw new Error('five');
        return reply([...lines, `write ${ms}`], lines.length);
      }, ms % 3),
      load: (lines: readonly string[], ms: number) => effect([...lines, 'load'], {
        policy: 'switch', run: () => wait(ms), done: (now: readonly string[]) => reply([...now, `loaded ${ms}`], now.length),
      }),
      later: (lines: readonly string[], ms: number) => replyLater([...lines, 'later'], wait(ms)),
      note: (lines: readonly string[], what: string) => [...lines, what],
      tick: (lines: readonly string[]) => [...lines, 'tick'],
    },
  });
}

/** Sends a script of commands, and writes down all that can be seen; times are those since the begin. */
async function play(w: World, give: Give): Promise<unknown[]> {
  const seen: unknown[] = [];
  const store = diary(w, give);
  const begin = w.scheduler.now();
  store.trace$.subscribe((event) => seen.push({ ...event, time: event.time - begin }));
  store.select().subscribe((lines) => seen.push(lines));
  store.events$.subscribe((event) => seen.push(event));
  for (let at = 1; at <= 12; at++) {
    const asked = at % 4 === 0 ? store.ask.load(at) : at % 4 === 1 ? store.ask.later(at) : store.with({ timeout: 6 }).ask.write(at % 7);
    asked.subscribe({ next: (value) => seen.push([at, value]), error: (error: unknown) => seen.push([at, (error as Error).name]) });
    await w.pass(at % 3);
  }
  await w.pass(20);
  await w.value(store.shutdown());
  return seen;
}

export const s12: Rule = {
  name: 'S12 Determinism',
  clauses: [
    ...overKinds('two runs of one script are the same, to the last trace event', async (w, give) => {
      const first = await play(w, give);
      const second = await play(w, give);
      expect(first.length).toBeGreaterThan(100);
      expect(second).toEqual(first);
    }, { needs: ['virtual time'] }),

    ...overKinds("a handler's clock is that of the scheduler", async (w, give) => {
      const store = w.create({
        state: 0,
        commands: { look: (n: number, _payload: void, { now }: Context<never>) => give(() => reply(n, now())) },
      });
      const times: [number, number][] = [];
      for (const ms of [0, 3, 20]) {
        await w.pass(ms);
        const asked = store.ask.look();
        asked.subscribe((now) => times.push([now!, w.scheduler.now()]));
        await w.value(asked);
      }
      for (const [now, expected] of times) expect(now).toBe(expected);
      expect(new Set(times.map(([now]) => now)).size).toBe(3);
    }, { needs: ['virtual time'] }),

    ...overKinds('the commands that a store has handled, told to another one, make the same states', async (w, give) => {
      const make = () => w.create({
        state: [] as readonly number[],
        commands: {
          add: (list: readonly number[], n: number) => give(() => n % 3 === 0 ? refuse(n) : [...list, n]),
          reverse: (list: readonly number[]) => give(() => [...list].reverse()),
        },
        queries: { all: (list) => list },
      });
      const [first, second] = [make(), make()];
      for (const store of [first, second]) store.errors$.subscribe();
      first.commands$.subscribe((command) => second.commands$.next(command));
      for (let n = 0; n < 9; n++) {
        first.tell.add(n);
        if (n % 2 === 0) first.tell.reverse();
      }
      const all = await w.value(first.ask.all());
      expect(await w.value(second.ask.all())).toEqual(all);
      expect([...all].sort()).toEqual([1, 2, 4, 5, 7, 8]);
      expect(all).not.toEqual([1, 2, 4, 5, 7, 8]);
    }),
  ],
};

function refuse(n: number): never {
  throw new RangeError(`no ${n}`);
}
