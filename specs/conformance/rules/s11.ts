/** S11: whoever waits in a ring gets DeadlockError at once, and the timeout is the last line. */
import { reply, type Context, type DeadlockError, type Outcome, type Reply, type Store } from 'ownstate';
import { concatMap, firstValueFrom, map, of, timer, type Observable } from 'rxjs';
import { expect } from 'vitest';
import { clause, overKinds, type Rule } from '../clause.js';
import { slowKinds, type Kind } from '../handlers.js';
import type { World } from '../world.js';

type Names = readonly string[];
type Visited = Outcome<number, Names>;

interface Place {
  readonly name: string;
  readonly state: number;
  readonly commands: {
    /** Goes on to the stores of a path, waits for the rest of the way, and replies with the names that were passed. */
    readonly visit: (visits: number, path: Names, context: Context<never>) => Visited | Promise<Visited> | Observable<Visited>;
    /** Tells the next one instead of asking it. */
    readonly pass: (visits: number, path: Names) => number;
  };
}

/** When a handler asks the next store: in its synchronous part, or 2 ms later, through `context.via` or not. */
type When = 'at once' | 'later, through via' | 'later, without it';

/** Stores that visit each other, made when first named. */
function network(w: World, kind: Kind, when: When, timeout = Infinity): (name: string) => Store<Place> {
  const stores = new Map<string, Store<Place>>();
  const at = (name: string): Store<Place> => {
    const definition: Place = {
      name,
      state: 0,
      commands: {
        visit: (visits, [next, ...rest], { via }) => {
          const give = (names: Names | undefined) => reply<number, Names>(visits + 1, [name, ...names ?? []]);
          if (next === undefined) return give([]);
          const ask = (): Reply<Names | undefined> => (when === 'later, through via' ? via(at(next)) : at(next)).ask.visit(rest);
          const asked = when === 'at once' ? of(ask()) : timer(2, w.scheduler).pipe(map(ask));
          const source = asked.pipe(concatMap((reply) => reply), map(give));
          return kind.name === 'Promise' ? firstValueFrom(source) : source;
        },
        pass: (visits, [next, ...rest]) => {
          if (next !== undefined) at(next).tell.pass(rest);
          return visits + 1;
        },
      },
    };
    let store = stores.get(name);
    if (store === undefined) stores.set(name, store = w.create(definition, { timeout }));
    return store;
  };
  return at;
}

/** The stores of a ring in order, whichever of them it begins with. */
function cycle({ ring }: DeadlockError): string {
  expect(ring.at(-1)).toBe(ring[0]);
  const names = ring.slice(1);
  const first = names.indexOf([...names].sort()[0]!);
  return [...names.slice(first), ...names.slice(0, first)].join(' → ');
}

/** What a walk ends with that closes a ring. */
async function deadlock(w: World, walk: PromiseLike<unknown>): Promise<DeadlockError> {
  const error = await w.error(walk);
  expect(error).toMatchObject({ code: 'DEADLOCK', name: 'DeadlockError', started: false });
  return error as DeadlockError;
}

const rings: readonly (readonly [string, Names, string])[] = [
  ['its own store', ['a'], 'a'],
  ['a store that waits for its own', ['b', 'a'], 'a → b'],
  ['the first of three in a ring', ['b', 'c', 'a'], 'a → b → c'],
  ['stores that wait for each other', ['b', 'c', 'b'], 'b → c'],
];

const whens = ['at once', 'later, through via'] as const;

export const s11: Rule = {
  name: 'S11 Deadlocks fail at once',
  clauses: [
    ...whens.flatMap((when) => rings.flatMap(([whom, path, ring]) => overKinds(
      `a handler that waits for ${whom} gets DeadlockError: ${when}`,
      async (w, _give, kind) => {
        const at = network(w, kind, when);
        expect(cycle(await deadlock(w, at('a').ask.visit(path)))).toBe(ring);
      },
      { over: slowKinds, needs: ['one process'] },
    ))),

    ...whens.flatMap((when) => overKinds(`stores of a ring go on, and what closed it has never begun: ${when}`, async (w, _give, kind) => {
      const at = network(w, kind, when);
      expect(await deadlock(w, at('a').ask.visit(['b', 'a']))).toMatchObject({ store: 'a', type: 'visit' });
      expect(at('a').status()).toMatchObject({ waiting: 0, running: 0, handled: 1 });
      expect(await w.value(at('b').ask.visit(['a']))).toEqual(['b', 'a']);
    }, { over: slowKinds, needs: ['one process'] })),

    ...overKinds('the ring fails in the moment in which it closes', async (w, _give, kind) => {
      const at = network(w, kind, 'later, through via');
      const asked = at('a').ask.visit(['b', 'a']);
      asked.subscribe({ error: () => undefined });
      await w.pass(3);
      expect(await w.ending(asked, 0)).toBe('pending');
      expect(await w.error(asked, 1)).toMatchObject({ code: 'DEADLOCK' });
    }, { over: slowKinds, needs: ['one process', 'virtual time'] }),

    ...overKinds('a row without a ring is no deadlock, however many wait for its end', async (w, _give, kind) => {
      const at = network(w, kind, 'later, through via');
      const asked = ['a', 'b', 'c'].map((name) => at(name).ask.visit(['d', 'e']));
      expect(await w.values(asked)).toEqual([['a', 'd', 'e'], ['b', 'd', 'e'], ['c', 'd', 'e']]);
    }, { over: slowKinds, needs: ['one process'] }),

    clause('to tell is not to wait', async (w) => {
      const at = network(w, slowKinds[0]!, 'at once');
      at('a').tell.pass(['b', 'a', 'a']);
      await w.pass(1);
      expect([at('a').snapshot(), at('b').snapshot()]).toEqual([3, 1]);
    }),

    ...overKinds('a ring that nobody can see ends by its timeout', async (w, _give, kind) => {
      const at = network(w, kind, 'later, without it', 9);
      const error = await w.error(at('a').ask.visit(['b', 'a']));
      expect(error).toMatchObject({ code: 'ASK_TIMEOUT' });
    }, { over: slowKinds }),
  ],
};
