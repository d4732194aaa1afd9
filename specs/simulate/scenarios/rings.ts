/** Stores that ask each other in any direction: a ring fails at once with DeadlockError, which names it, and nothing hangs. */
import { DeadlockError, effect, reply, replyLater, type Context, type HandlerOutcome, type Outcome, type Reply, type Store } from 'ownstate';
import type { Scenario, Simulation } from 'ownstate/testing';
import { map } from 'rxjs';
import { ruled } from '../support/rules.js';

type Names = readonly string[];
type Path = readonly number[];

interface StopDefinition {
  readonly name: string;
  readonly state: number;
  readonly commands: {
    /** Goes on to the stops of a path, waits for the rest of the way, and replies with the names passed. */
    readonly visit: (visits: number, path: Path, context: Context<never>) => HandlerOutcome<number, Names> & HandlerOutcome<number>;
  };
}

/** How a stop waits for the next one. */
type Wait = 'via' | 'promise' | 'observable' | 'later' | 'effect' | 'lane';

/** Who waits for whom, and how often. */
class Edges {
  readonly #open = new Map<string, number>();
  readonly #seen = new WeakSet<DeadlockError>();
  /** Stores whose own commands wait for each other, in a lane. */
  readonly #lanes = new Set<string>();

  lane(name: string): void {
    this.#lanes.add(`${name} → ${name}`);
  }

  /** Follows an ask, and looks closely at a ring that it's said to close. */
  follow<T>(from: string, to: string, ask: () => Reply<T>, fault: (error: Error) => void): Reply<T> {
    const edge = `${from} → ${to}`;
    this.#open.set(edge, (this.#open.get(edge) ?? 0) + 1);
    const end = () => void this.#open.set(edge, this.#open.get(edge)! - 1);
    const asked = ask();
    asked.subscribe({
      error: (error: unknown) => {
        // The asker of a store that failed by it gets the same error.
        if (error instanceof DeadlockError && !this.#seen.has(error)) {
          this.#seen.add(error);
          const missing = error.ring.slice(1).map((name, i) => `${error.ring[i]!} → ${name}`).filter((link) => (this.#open.get(link) ?? 0) === 0 && !this.#lanes.has(link));
          if (missing.length > 0) fault(new Error(`${error.message}: nobody waits ${missing.join(', ')}`));
          if (error.store !== to) fault(new Error(`${error.message}: not the ask to ${to}`));
          if (error.ring.length < 2 || error.ring[0] !== error.ring.at(-1)) fault(new Error(`${error.ring.join(' → ')} is no ring`));
        }
        end();
      },
      complete: end,
    });
    return asked;
  }
}

function stop(sim: Simulation, at: number, stops: readonly Store<StopDefinition>[], edges: Edges, waits: readonly Wait[], fault: (error: Error) => void): Store<StopDefinition> {
  const name = `stop ${at}`;
  const wait = sim.pick(waits);
  if (wait === 'lane') edges.lane(name);
  const visit = (visits: number, [next, ...rest]: Path, { via }: Context<never>): unknown => {
    if (next === undefined) return reply(visits + 1, [name]);
    const ask = (through = (store: Store<StopDefinition>) => store as Pick<Store<StopDefinition>, 'ask'>) =>
      edges.follow(name, `stop ${next}`, () => through(stops[next]!).ask.visit(rest) as Reply<Names>, fault);
    const passed = (names: Names): Names => [name, ...names];
    const give = (names: Names): Outcome<number, Names> => reply(visits + 1, passed(names));
    switch (wait) {
      case 'via': return (async () => {
        await sim.promise(undefined, `${name} rests`);
        return give(await ask(via));
      })();
      case 'promise': return ask().then(give);
      case 'observable': return ask().pipe(map(give));
      case 'later': return replyLater(visits + 1, ask().pipe(map(passed)));
      case 'effect': case 'lane': return effect(visits, { policy: wait === 'lane' ? 'concat' : 'merge', run: () => ask(), done: (now: number, names: Names) => reply(now + 1, passed(names)) });
    }
  };
  // A cast: what it gives is one of the outcomes, in any form.
  const definition: StopDefinition = { name, state: 0, commands: { visit: visit as StopDefinition['commands']['visit'] } };
  return ruled(sim, sim.createStore<number, StopDefinition>(definition, { timeout: Infinity }));
}

const ringsOf = (name: string, waits: readonly Wait[]): Scenario => ({
  name,
  setup: (sim) => {
    const stops: Store<StopDefinition>[] = [];
    const edges = new Edges();
    let fault: Error | undefined;
    const size = 2 + sim.int(3);
    for (let at = 0; at < size; at++) stops.push(stop(sim, at, stops, edges, waits, (error) => { fault ??= error; }));
    for (let n = 1, clients = 1 + sim.int(4); n <= clients; n++) {
      sim.client(`traveller ${n}`, async (turn) => {
        for (let times = 1 + sim.int(2); times > 0; times--) {
          await turn();
          const [first, ...path] = Array.from({ length: 1 + sim.int(4) }, () => sim.int(size));
          const result = await sim.settled(`traveller ${n}: ${[first, ...path].join(' → ')}`, stops[first!]!.ask.visit(path) as Reply<Names>);
          if (result.status === 'fulfilled') {
            if (result.value.join() !== [first!, ...path].map((at) => `stop ${at}`).join()) throw new Error(`passed ${result.value.join()}`);
          } else if (!(result.reason instanceof DeadlockError)) throw result.reason;
        }
      });
    }
    sim.always('each deadlock is one', () => {
      if (fault !== undefined) throw fault;
    });
  },
});

export const rings: Scenario = ringsOf('rings', ['via', 'promise', 'observable', 'later', 'effect']);

/** Rings through lanes: an effect that waits in its lane for one that waits for it. */
export const lanes: Scenario = ringsOf('rings through lanes', ['lane', 'via']);
