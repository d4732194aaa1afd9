/** Rule S11: stores that would wait for each other for ever are told so at once. */
import {
  createStore, DeadlockError, effect, reply, replyLater, StoreError,
  type Client, type Context, type HandlerOutcome, type Outcome, type Reply, type Store, type StoreOptions,
} from 'ownstate';
import { marbles } from 'ownstate/testing';
import { catchError, concatMap, forkJoin, map, of, take, timer, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';

type Names = readonly string[];
type Passed = Outcome<number, Names>;
type Work = (context: Context<never>) => HandlerOutcome<number>;

interface NodeDefinition {
  readonly state: number;
  readonly commands: {
    /** Goes on to the stores of a path, waits for the rest of the way, and replies with the stores that were passed. */
    readonly visit: (visits: number, path: Names, context: Context<never>) => Passed | PromiseLike<Passed> | Observable<Passed>;
    /** Does whatever it's asked to. */
    readonly perform: (visits: number, work: Work, context: Context<never>) => HandlerOutcome<number>;
    readonly touch: (visits: number) => number;
  };
  readonly queries: { readonly visits: (visits: number) => number };
}

/** How a handler asks the next store and waits for its reply. `through` may be `context.via`. */
type Wait = (
  ask: (through?: Context['via']) => Reply<Names | undefined>,
  context: Context<never>,
  give: (names: Names | undefined) => Passed,
) => PromiseLike<Passed> | Observable<Passed>;

const byObservable: Wait = (ask, _context, give) => ask().pipe(map(give));

const ways: Readonly<Record<string, Wait>> = {
  'by an async function': async (ask, _context, give) => give(await ask()),
  'by a promise': (ask, _context, give) => ask().then(give),
  'by an Observable': byObservable,
  'after an await, through via': async (ask, { via }, give) => {
    await Promise.resolve();
    return give(await ask(via));
  },
};

/** Stores that visit each other, made when first named. Only a deadlock ends a wait, unless there's a timeout. */
function network(wait: Wait = byObservable, options: StoreOptions = { timeout: Infinity }, create = createStore): (name: string) => Store<NodeDefinition> {
  const stores = new Map<string, Store<NodeDefinition>>();
  const at = (name: string): Store<NodeDefinition> => {
    const definition: NodeDefinition & { readonly name: string } = {
      name,
      state: 0,
      commands: {
        visit: (visits, [next, ...rest], context) => {
          const give = (names: Names = []) => reply(visits + 1, [name, ...names]);
          return next === undefined ? give() : wait((through = (store) => store) => through(at(next)).ask.visit(rest), context, give);
        },
        perform: (_visits, work, context) => work(context),
        touch: (visits) => visits,
      },
      queries: { visits: (visits) => visits },
    };
    let store = stores.get(name);
    if (store === undefined) stores.set(name, store = create(definition, options));
    return store;
  };
  return at;
}

/** The error that a reply fails with. */
async function errorOf(asked: PromiseLike<unknown>): Promise<unknown> {
  try {
    return { replied: await asked };
  } catch (error) {
    return error;
  }
}

/** The stores of a deadlock's ring in order, whichever of them it begins with. */
function cycle(error: unknown): Names {
  expect(error).toBeInstanceOf(DeadlockError);
  const { ring, message } = error as DeadlockError;
  expect(message).toContain(ring.join(' → '));
  expect(ring.at(-1)).toBe(ring[0]);
  const names = ring.slice(1);
  const first = names.indexOf([...names].sort()[0]!);
  return [...names.slice(first), ...names.slice(0, first)];
}

/** The code of an error in its place. */
const code = <T>(source: Observable<T>): Observable<unknown> => source.pipe(catchError((error: unknown) => of(error instanceof StoreError ? error.code : error)));

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

    it('in a ring sees the ask fail that closes it, withdrawn before it began', async () => {
      const at = network(wait);
      const started: string[] = [];
      for (const name of ['a', 'b', 'c']) at(name).commands$.subscribe(({ type }) => started.push(`${name}.${type}`));
      expect(await errorOf(at('a').ask.visit(['b', 'c', 'a']))).toMatchObject({ code: 'DEADLOCK', store: 'a', type: 'visit', started: false });
      expect(started).toEqual(['a.visit', 'b.visit', 'c.visit']);
      expect(at('a').status()).toMatchObject({ waiting: 0, running: 0, handled: 1, failed: 1 });
    });

    it('for a ring that it is not part of gets the error of that ring', async () => {
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
      const passed = await Promise.all(['a', 'b', 'c'].map((name) => at(name).ask.visit(['d'])));
      expect(passed).toEqual([['a', 'd'], ['b', 'd'], ['c', 'd']]);
    });
  });

  describe('what closes a ring', () => {
    it.each([
      ['a command', (store: Client<NodeDefinition>) => store.ask.touch()],
      ['a query', (store: Client<NodeDefinition>) => store.ask.visits()],
      ['a message', (store: Client<NodeDefinition>) => store.send({ type: 'touch' })],
    ] as [string, (store: Client<NodeDefinition>) => Reply<unknown>][])('is %s, asked of the store, of its client or of one with other limits', async (_what, ask) => {
      for (const face of [(store: Store<NodeDefinition>) => store, (store: Store<NodeDefinition>) => store.client, (store: Store<NodeDefinition>) => store.with({ timeout: 9 })]) {
        const at = network();
        expect(cycle(await errorOf(at('a').ask.perform(() => ask(face(at('a'))).pipe(map(() => 1)))))).toEqual(['a']);
      }
    });

    it('is an ask of the synchronous part whether or not its reply is used', marbles((m) => {
      const at = network(byObservable, {}, m.store);
      const work: Work = () => {
        m.expect(code(at('a').ask.touch())).toBeObservable('(d|)', { d: 'DEADLOCK' });
        return m.cold('                                     --(1|)', { 1: 1 });
      };
      m.expect(at('a').ask.perform(work)).toBeObservable('  --(r|)', { r: undefined });
    }));

    it('is not a tell', marbles((m) => {
      const at = network(byObservable, {}, m.store);
      const work: Work = () => {
        at('a').tell.touch();
        at('b').tell.perform(() => {
          const visits = at('a').ask.visits();
          m.expect(visits).toBeObservable('                 --(v|)', { v: 1 });
          return visits.pipe(take(1));
        });
        return m.cold('                                     --(1|)', { 1: 1 });
      };
      m.expect(at('a').ask.perform(work)).toBeObservable('  --(r|)', { r: undefined });
    }));

    it('is not an ask of a handler whose outcome is at hand: it is handled next', () => {
      const at = network();
      const log: unknown[] = [];
      at('a').ask.perform(() => {
        at('a').ask.visits().subscribe((visits) => log.push(visits));
        return 5;
      }).subscribe(() => log.push('performed'));
      expect(log).toEqual([5, 'performed']);
    });

    it('is not the ask of an observer that the handler happened to wake', marbles((m) => {
      const at = network(byObservable, {}, m.store);
      at('b').commands$.subscribe(() => {
        m.expect(at('a').ask.visits()).toBeObservable('     --(v|)', { v: 1 });
      });
      const work: Work = () => {
        at('b').tell.touch();
        return m.cold('                                     --(1|)', { 1: 1 });
      };
      m.expect(at('a').ask.perform(work)).toBeObservable('  --(r|)', { r: undefined });
    }));

    it('is not an ask from outside', marbles((m) => {
      const at = network(byObservable, {}, m.store);
      m.expect(at('a').ask.perform(() => m.cold('           --(1|)', { 1: 1 }))).toBeObservable('--(r|)', { r: undefined });
      m.expect(at('a').ask.visits()).toBeObservable('       --(v|)', { v: 1 });
    }));

    it('is not an ask that waits for a store which is merely busy', marbles((m) => {
      const at = network(byObservable, {}, m.store);
      at('b').tell.perform(() => m.cold('                   --(1|)', { 1: 1 }));
      const work: Work = () => forkJoin([at('b').ask.visit([]), at('b').ask.visit([]), at('b').ask.visits()]).pipe(map(([, , visits]) => visits));
      m.expect(at('a').ask.perform(work)).toBeObservable('  --(r|)', { r: undefined });
      m.expect(at('a').ask.visits()).toBeObservable('       --(v|)', { v: 3 });
    }));

    it('is not an ask that its handler has given up: nobody waits for it any more', marbles((m) => {
      const at = network(byObservable, {}, m.store);
      //                                                    a gives b up ─┐  ┌─ b asks a
      const patient: Work = ({ via }) => m.cold('           -----(v|)').pipe(concatMap(() => via(at('a')).ask.visits()));
      m.expect(code(at('b').ask.perform(patient))).toBeObservable('-------(r|)', { r: undefined });
      const impatient: Work = () => at('b').with({ timeout: 3 }).ask.visits().pipe(catchError(() => m.cold('----(1|)', { 1: 1 })));
      m.expect(at('a').ask.perform(impatient)).toBeObservable('    -------(r|)', { r: undefined });
    }));
  });

  describe('the moment', () => {
    it('is the one in which the ring closes, without any delay', marbles((m) => {
      const at = network(byObservable, {}, m.store);
      m.expect(code(at('a').ask.visit(['b', 'c', 'a']))).toBeObservable('(d|)', { d: 'DEADLOCK' });
    }));

    it('is that of the last ask where handlers ask later, through via', marbles((m) => {
      const slowly: Wait = (ask, { via }, give) => timer(2).pipe(concatMap(() => ask(via)), map(give));
      const at = network(slowly, {}, m.store);
      //                                                                  a asks b ─┐ ┌─ b asks a
      m.expect(code(at('a').ask.visit(['b', 'a']))).toBeObservable('              ----(d|)', { d: 'DEADLOCK' });
      m.expect(code(at('c').ask.visit(['c']))).toBeObservable('                   --(d|)', { d: 'DEADLOCK' });
    }));

    it('is the timeout where a handler asks later without via: the last line', marbles((m) => {
      const secretly: Wait = (ask, _context, give) => timer(2).pipe(concatMap(() => ask()), map(give));
      const at = network(secretly, { timeout: 9 }, m.store);
      m.expect(code(at('a').ask.visit(['b', 'a']))).toBeObservable('9ms (t|)', { t: 'ASK_TIMEOUT' });
    }));

    it('comes also where the ring goes through what waits in a mailbox', marbles((m) => {
      const at = network(byObservable, {}, m.store);
      const work: Work = ({ via }) => m.cold('                --(v|)').pipe(concatMap(() => via(at('a')).ask.visits()));
      // b works; a waits for its turn at b; b asks a; what b asked is withdrawn, b ends, and a gets its turn.
      m.expect(code(at('b').ask.perform(work))).toBeObservable('--(d|)', { d: 'DEADLOCK' });
      m.expect(code(at('a').ask.visit(['b']))).toBeObservable(' --(r|)', { r: ['a', 'b'] });
    }));

    it('leaves the handler to go on with the error as it likes', marbles((m) => {
      const at = network(byObservable, {}, m.store);
      const work: Work = () => at('a').ask.visits().pipe(catchError(() => m.cold('--(o|)', { o: reply(7, 'otherwise') })));
      m.expect(at('a').ask.perform(work)).toBeObservable('--(r|)', { r: 'otherwise' });
      m.expect(at('a').ask.visits()).toBeObservable('     --(v|)', { v: 7 });
    }));
  });

  describe('replyLater and effect', () => {
    it('may ask their own store: its mailbox goes on', async () => {
      const at = network();
      expect(await at('a').ask.perform(() => replyLater(3, at('a').ask.visits()))).toBe(3);
      const work: Work = () => effect(4, { run: () => at('a').ask.visits(), done: (now, visits) => reply(now, visits) });
      expect(await at('a').ask.perform(work)).toBe(4);
    });

    it('may ask a store that asks back: the first one is not blocked', async () => {
      const at = network();
      expect(await at('a').ask.perform(() => replyLater(0, at('b').ask.visit(['a'])))).toEqual(['b', 'a']);
      const work: Work = () => effect(0, { run: () => at('b').ask.visit(['a']), done: (now, names) => reply(now, names) });
      expect(await at('a').ask.perform(work)).toEqual(['b', 'a']);
    });

    const later: [string, (source: () => Reply<number>) => HandlerOutcome<number>][] = [
      ['replyLater', (source) => replyLater(0, source())],
      ['effect', (source) => effect(0, { run: source, done: (now, visits) => reply(now, visits) })],
    ];

    it.each(later)('close a ring where another store is blocked by them: %s', async (_form, outcome) => {
      const at = network();
      const asked = at('a').ask.perform(() => at('b').ask.perform(() => outcome(() => at('a').ask.visits())).pipe(map(() => 1)));
      const error = await errorOf(asked);
      expect(cycle(error)).toEqual(['a', 'b']);
      expect(error).toMatchObject({ store: 'a', type: 'visits', started: false });
      expect(await at('a').ask.visits()).toBe(0);
    });

    it.each(later)('close a ring also where they begin last: %s', (_form, outcome) => marbles((m) => {
      const at = network(byObservable, {}, m.store);
      // b works until 2; a waits for its turn at b; then b, with its mailbox open, waits for a.
      at('b').tell.perform(() => m.cold('                  --(0|)', { 0: 0 }));
      const work: Work = () => code(at('b').ask.perform(() => outcome(() => at('a').ask.visits()))).pipe(map((name) => reply(1, name)));
      m.expect(at('a').ask.perform(work)).toBeObservable('--(d|)', { d: 'DEADLOCK' });
      m.expect(at('a').ask.visits()).toBeObservable('     --(v|)', { v: 1 });
    })());
  });
});
