/** Ticks, named timers, timeouts and a clock that stalls: what was cleared never comes, and no tick waits twice. */
import { reply, type Context, type HandlerOutcome } from 'ownstate';
import type { Scenario } from 'ownstate/testing';
import { kinds, sometime } from '../support/outcomes.js';
import { codeOf, ruled } from '../support/rules.js';

interface Set {
  readonly name: string;
  readonly ms: number;
  /** Number of this setting. */
  readonly n: number;
}

interface State {
  readonly rung: readonly number[];
  readonly ticks: number;
}

const FIRST: State = { rung: [], ticks: 0 };

export const timers: Scenario = {
  name: 'timers',
  setup: (sim) => {
    const kind = sim.pick(kinds);
    const period = 1 + sim.int(10);
    /** The last setting of each name, and when it's due. */
    const armed = new Map<string, { readonly n: number; readonly due: number }>();
    const cleared: number[] = [];
    let fault: Error | undefined;
    const must = (held: boolean, what: string) => {
      if (!held) fault ??= new Error(what);
    };
    const store = ruled(sim, sim.createStore({
      name: 'clock',
      state: FIRST,
      commands: {
        set: (state, { name, ms, n }: Set, { timers, now }: Context<never>) => {
          const before = armed.get(name);
          if (before !== undefined) cleared.push(before.n);
          timers.set(name, ms, 'ring', { name, ms, n } satisfies Set);
          armed.set(name, { n, due: now() + ms });
          return reply(state, n);
        },
        clear: (state, name: string, { timers }: Context<never>) => {
          const before = armed.get(name);
          if (before !== undefined) cleared.push(before.n);
          armed.delete(name);
          timers.clear(name);
          return state;
        },
        ring: (state, { name, n }: Set, { now }: Context<never>): State => {
          must(armed.get(name)?.n === n, `${name} rang for setting ${n}, which was cleared`);
          must(now() >= (armed.get(name)?.due ?? 0), `${name} rang at ${now()} ms`);
          armed.delete(name);
          return { ...state, rung: [...state.rung, n] };
        },
        tick: (state): State => ({ ...state, ticks: state.ticks + 1 }),
        work: (state, n: number): HandlerOutcome<State, number> & HandlerOutcome<State> =>
          // A cast: an outcome in any form.
          sometime(sim, kind, `work ${n}`, () => reply(state, n)) as HandlerOutcome<State, number> & HandlerOutcome<State>,
      },
      ticks: { tick: period },
    }, { timeout: Infinity }));
    let ticksWaiting = 0;
    store.trace$.subscribe(({ type, kind: event }) => {
      if (type !== 'tick') return;
      if (event === 'received') ticksWaiting++;
      if (event === 'started') ticksWaiting--;
      must(ticksWaiting <= 1, 'two ticks wait');
    });

    let n = 0;
    let stalls = 0;
    /** Asks that are open: when they're due, and how often time had stalled before. */
    const open = new globalThis.Set<{ readonly due: number; readonly stalls: number }>();
    const work = async (client: number) => {
      const timeout = 1 + sim.int(12);
      const began = sim.scheduler.now();
      const asked = { due: began + timeout, stalls };
      open.add(asked);
      const result = await sim.settled(`client ${client}: work`, store.with({ timeout }).ask.work(client));
      open.delete(asked);
      const took = sim.scheduler.now() - began;
      if (result.status === 'rejected') must(codeOf(result.reason) === 'ASK_TIMEOUT' && took >= timeout, `work failed after ${took} of ${timeout} ms`);
    };
    for (let client = 1, clients = 2 + sim.int(2); client <= clients; client++) {
      sim.client(`client ${client}`, async (turn) => {
        const begun: PromiseLike<unknown>[] = [];
        for (let times = 2 + sim.int(5); times > 0; times--) {
          await turn();
          const name = sim.pick(['a', 'b']);
          switch (sim.int(7)) {
            case 0: case 1: begun.push(store.ask.set({ name, ms: sim.int(6), n: ++n })); break;
            case 2: begun.push(store.ask.clear(name)); break;
            case 3: await sim.sleep(sim.int(20)); break;
            case 4:
              stalls++;
              sim.stall(sim.int(20));
              break;
            default: begun.push(work(client));
          }
          if (sim.chance(1 / 3)) await Promise.all(begun);
        }
        await Promise.all(begun);
      });
    }
    sim.always('no timeout is late', () => [...open].every((asked) => asked.due >= sim.scheduler.now() || asked.stalls !== stalls));
    sim.always('time is kept', () => {
      if (fault !== undefined) throw fault;
      return store.snapshot().ticks <= sim.scheduler.now() / period;
    });
    sim.atEnd('no timer rings twice, and none that was cleared', () => {
      const { rung } = store.snapshot();
      return new globalThis.Set(rung).size === rung.length && rung.every((one) => !cleared.includes(one));
    });
  },
};
