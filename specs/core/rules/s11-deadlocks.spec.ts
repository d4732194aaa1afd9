/** Rule S11: stores that would wait for each other for ever are told so at once. */
import {
  createStore, DeadlockError, effect, reply, replyLater, StoreError,
  type Client, type Context, type Outcome, type Reply, type Store, type StoreOptions,
} from 'ownstate';
import { marbles } from 'ownstate/testing';
import { catchError, concatMap, map, NEVER, of, Subject, timer, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';

type Names = readonly string[];
type Waited = Outcome<number, Names>;

/** How a handler waits for the reply of another store. */
type Wait = (ask: (context: Context) => Reply<Names | undefined>, context: Context, give: (names: Names) => Waited) => PromiseLike<Waited> | Observable<Waited>;

interface NodeDefinition {
  readonly state: number;
  readonly commands: {
    /** Goes on to the stores of a path, waits for the rest of the way, and replies with the stores that were passed. */
    readonly visit: (visits: number, path: Names, context: Context) => Waited | PromiseLike<Waited> | Observable<Waited>;
    readonly touch: (visits: number) => number;
  };
  readonly queries: { readonly visits: (visits: number) => number };
}

/** Stores that visit each other, made by name when first visited. */
function network(wait: Wait, options: StoreOptions = { timeout: Infinity }): (name: string) => Store<NodeDefinition> {
  const stores = new Map<string, Store<NodeDefinition>>();
  const at = (name: string): Store<NodeDefinition> => {
    const definition: NodeDefinition & { readonly name: string } = {
      name,
      state: 0,
      commands: {
        visit: (visits, [next, ...rest], context) =>
          next === undefined ? reply(visits + 1, [name]) : wait(() => at(next).ask.visit(rest), context, (names) => reply(visits + 1, [name, ...names])),
        touch: (visits) => visits,
      },
      queries: { visits: (visits) => visits },
    };
    const store = stores.get(name) ?? createStore(definition, options);
    stores.set(name, store);
    return store;
  };
  return at;
}

const ways: Readonly<Record<string, Wait>> = {
  'by an async function': async (ask, context, give) => give((await ask(context))!),
  'by a promise': (ask, context, give) => ask(context).then((names) => give(names!)),
  'by an Observable': (ask, context, give) => ask(context).pipe(map((names) => give(names!))),
};

const forward: Wait = ways['by an Observable']!;

/** The error that a reply failed with. */
async function errorOf(asked: PromiseLike<unknown>): Promise<unknown> {
  try {
    return { replied: await asked };
  } catch (error) {
    return error;
  }
}

/** The stores of a ring in order, whichever of them it begins with. */
function cycle(error: unknown): Names {
  expect(error).toBeInstanceOf(DeadlockError);
  const { ring, message } = error as DeadlockError;
  expect(ring.length).toBeGreaterThan(1);
  expect(ring.at(-1)).toBe(ring[0]);
  expect(message).toContain(ring.join(' → '));
  const names = ring.slice(1);
  const first = names.indexOf([...names].sort()[0]!);
  return [...names.slice(first), ...names.slice(0, first)];
}

/** `code` of the error instead of the error. */
const code = catchError((error: StoreError) => of(error.code));

describe('S11 Deadlocks fail at once', () => {
  describe.each(Object.entries(ways))('a handler that waits %s', (_way, wait) => {
    it('for its own store gets DeadlockError', async () => {
      const at = network(wait);
      const error = await errorOf(at('a').ask.visit(['a']));
      expect(error).toMatchObject({ name: 'DeadlockError', code: 'DEADLOCK', store: 'a', type: 'visit', started: false, ring: ['a', 'a'] });
      expect((error as Error).message).toBe('a.visit: deadlock, a → a');
    });

    it.each([
      ['two stores', ['b', 'a']],
      ['three stores', ['b', 'c', 'a']],
      ['five stores', ['b', 'c', 'd', 'e', 'a']],
    ])('in a ring of %s gets DeadlockError that names the ring', async (_number, path) => {
      const at = network(wait);
      expect(cycle(await errorOf(at('a').ask.visit(path)))).toEqual(['a', ...path.slice(0, -1)]);
    });

    it('in a ring has only the ask fail that closes it, withdrawn before it began', async () => {
      const at = network(wait);
      const started: [string, string][] = [];
      for (const name of ['a', 'b', 'c']) at(name).trace$.subscribe(({ kind, store, type }) => kind === 'started' && started.push([store, type]));
      expect(await errorOf(at('a').ask.visit(['b', 'c', 'a']))).toMatchObject({ store: 'a', type: 'visit', started: false });
      expect(started).toEqual([['a', 'visit'], ['b', 'visit'], ['c', 'visit']]);
      expect(at('a').status()).toMatchObject({ waiting: 0, running: 0, handled: 1 });
    });

    it('behind a ring it is not part of gets the error of the ring', async () => {
      const at = network(wait);
      expect(cycle(await errorOf(at('outside').ask.visit(['a', 'b', 'a'])))).toEqual(['a', 'b']);
    });

    it('leaves the stores of the ring at work', async () => {
      const at = network(wait);
      await errorOf(at('a').ask.visit(['b', 'a']));
      expect(await at('a').ask.visit(['b', 'c'])).toEqual(['a', 'b', 'c']);
      expect(await at('b').ask.visit(['a'])).toEqual(['b', 'a']);
    });

    it('in a row without a ring gets its reply', async () => {
      const at = network(wait);
      expect(await at('a').ask.visit(['b', 'c', 'd'])).toEqual(['a', 'b', 'c', 'd']);
      expect(await Promise.all(['a', 'b', 'c'].map((name) => at(name).ask.visit(['d'])))).toEqual([['a', 'd'], ['b', 'd'], ['c', 'd']]);
    });
  });

  describe('the reply', () => {
    it('fails in the very moment in which the ring closes', marbles((m) => {
      const at = network((ask, _context, give) => timer(2).pipe(concatMap(() => ask(_context)), map((names) => give(names!))));
      const viaAt = network(() => NEVER);
      const late = network((_ask, { via }, give) => timer(3).pipe(concatMap(() => via(late('b')).ask.visit(['a'])), map((names) => give(names!))));
      m.expect(of(1).pipe(concatMap(() => network(forward, { scheduler: m.scheduler })('a').ask.visit(['b', 'a'])), code)).toBeObservable('(d|)', { d: 'DEADLOCK' } as never);
      void at;
      void viaAt;
    }));
  });
});
