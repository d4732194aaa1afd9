/** A store that ends in the midst of its work, in any way and after any step: what came before is answered, nothing is left. */
import { effect, reply, replyLater, type Context, type HandlerOutcome, type Outcome } from 'ownstate';
import type { Scenario } from 'ownstate/testing';
import { kinds, sometime, type Kind } from '../support/outcomes.js';
import { codeOf, ruled } from '../support/rules.js';

/** How a store is ended. */
export const ends = ['shutdown', 'limited', 'twice', 'stop', 'abort', 'dispose'] as const;
export type End = typeof ends[number];

type Sum = Outcome<number, number>;

/** @param at after how many steps it ends, and how; drawn where it's left out */
export function shutdownAt(at?: number, end?: End): Scenario {
  return {
    name: at === undefined ? 'shutdown' : `shutdown by ${end ?? 'any'} after step ${at}`,
    setup: (sim) => {
      const how = end ?? sim.pick(ends);
      const controller = new AbortController();
      const store = ruled(sim, sim.createStore({
        name: 'ending',
        state: 0,
        commands: {
          add: (sum, kind: Kind) => sometime(sim, kind, `add by ${kind}`, (): Sum => reply(sum + 1, sum + 1)),
          beat: (sum) => sum + 1,
          later: (sum): Sum => replyLater(sum + 1, sim.promise(sum + 1, 'later reply')),
          work: (sum): Sum => effect(sum + 1, { run: () => sim.observable([1], { what: 'effect' }), done: (now, one) => reply(now + one, now + one) }),
          stop: (sum, _payload: void, { stop }: Context<never>): HandlerOutcome<number> => {
            stop();
            return sum;
          },
        },
        queries: { get: (sum) => sum },
        ticks: { beat: 7 },
      }, { signal: controller.signal, timeout: Infinity }), { queries: ['get'] });

      /** When the end was ordered, and how long the draining may take at most, in milliseconds. */
      let ordered: number | undefined;
      let closed = false;
      const short = 1 + sim.int(10);
      const limit = { shutdown: Infinity, limited: short, twice: short, stop: 30_000, dispose: 30_000, abort: 0 }[how];
      let lateBeats = 0;
      let closedAt: number | undefined;
      store.trace$.subscribe((event) => {
        if (event.kind === 'phase' && event.phase === 'closed') closedAt = event.time;
        if (event.kind === 'received' && event.type === 'beat' && store.status().phase !== 'open') lateBeats++;
      });
      sim.always('ticks stop when the draining begins', () => lateBeats === 0);
      // What is told to stop begins to drain when its turn comes.
      sim.always('the draining ends in time', () => how === 'stop' || ordered === undefined || (closedAt ?? sim.scheduler.now()) <= ordered + limit);
      void store.closed.then(() => { closed = true; });
      sim.afterStep(at ?? 1 + sim.int(40), `the end: ${how}`, () => {
        ordered = sim.scheduler.now();
        switch (how) {
          case 'shutdown': case 'limited': return store.shutdown({ timeout: limit });
          case 'twice': return Promise.all([store.shutdown({ timeout: 1000 }), store.shutdown({ timeout: limit })]);
          case 'stop': return store.tell.stop();
          case 'abort': return controller.abort();
          case 'dispose': return store[Symbol.asyncDispose]();
        }
      });

      for (let client = 1, clients = 2 + sim.int(2); client <= clients; client++) {
        sim.client(`client ${client}`, async (turn) => {
          const settled: Promise<void>[] = [];
          for (let times = 1 + sim.int(5); times > 0; times--) {
            await turn();
            const before = ordered === undefined;
            const draining = store.status().phase !== 'open';
            const what = sim.pick(['add', 'add', 'later', 'work', 'get'] as const);
            const asked = what === 'add' ? store.ask.add(sim.pick(kinds)) : store.ask[what]();
            settled.push(sim.settled(`client ${client}: ${what}`, asked).then((result) => {
              if (result.status === 'fulfilled') {
                if (draining) throw new Error(`${what} was answered though it came after the end`);
                return;
              }
              if (codeOf(result.reason) !== 'STORE_CLOSED') throw result.reason;
              // Without an order of its own it's the end of the run that ends it, in its own time.
              const spent = sim.scheduler.now() - (ordered ?? 0);
              if (before && spent < limit) throw new Error(`${what} came before the end and was cut off ${spent} ms after it, not ${limit}`);
            }));
            if (sim.chance(1 / 2)) await Promise.all(settled);
          }
          await Promise.all(settled);
        });
      }
      sim.atEnd('it says that it has closed, and what is to be seen then', () => {
        const seen: (number | string)[] = [];
        store.select().subscribe({ next: (sum) => seen.push(sum), complete: () => seen.push('completed') });
        return closed && seen.join() === `${store.snapshot()},completed`;
      });
    },
  };
}

export const shutdown: Scenario = shutdownAt();
