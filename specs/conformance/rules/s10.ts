/** S10: state is reached only through handlers and the view; what can't be is refused when the store is made. */
import { reply } from 'ownstate';
import { of } from 'rxjs';
import { expect } from 'vitest';
import { clause, overKinds, type Rule } from '../clause.js';
import type { World } from '../world.js';

const commands = { add: (n: number) => n + 1 };

/** What no store can work with, and what its error names. */
const refused: readonly (readonly [string, object, object, RegExp])[] = [
  ['a promise as state', { state: Promise.resolve(0), commands }, {}, /`state`/],
  ['an Observable as state', { state: of(0), commands }, {}, /`state`/],
  ['a maker that makes a promise', { state: () => Promise.resolve(0), commands }, {}, /`state`/],
  ['no commands', { state: 0, commands: {} }, {}, /`commands`/],
  ['a handler that is no function', { state: 0, commands: { add: 1 } }, {}, /`add`/],
  ['a command and a query of one name', { state: 0, commands, queries: commands }, {}, /`add`/],
  ['a tick of a command that is not there', { state: 0, commands, ticks: { sub: 5 } }, {}, /`ticks`/],
  ["'reset' without a maker", { state: 0, commands }, { onHandlerError: 'reset' }, /`state`/],
  ['a capacity that is no positive integer', { state: 0, commands }, { mailbox: { capacity: 1.5 } }, /`capacity`/],
  ['a timeout that is not positive', { state: 0, commands }, { timeout: 0 }, /`timeout`/],
  ['a slice that is not positive', { state: 0, commands }, { slice: -1 }, /`slice`/],
];

/** Changes a value as far as that can be done. */
function spoil(value: readonly { n: number }[]): void {
  for (const change of [() => Array.prototype.push.call(value, { n: 8 }), () => { value[0]!.n = 9; }]) {
    try {
      change();
    } catch (error) {
      // It's frozen.
      expect(error).toBeInstanceOf(TypeError);
    }
  }
}

/** A Map that is mutated in place. */
const entries = {
  state: () => new Map<string, number>(),
  commands: {
    set: (map: Map<string, number>, [key, value]: readonly [string, number]) => reply(map.set(key, value), map.size),
    leak: (map: Map<string, number>) => reply(map, map),
  },
  queries: { get: (map: Map<string, number>, key: string) => map.get(key), all: (map: Map<string, number>) => map },
};

export const s10: Rule = {
  name: 'S10 Isolation',
  clauses: [
    ...overKinds('what a caller does to what it sees changes no state', async (w, give) => {
      const first = [{ n: 0 }];
      const store = w.create({
        state: first,
        commands: { add: (list: readonly { n: number }[], n: number) => give(() => [...list, { n }]) },
        queries: { sum: (list) => list.reduce((sum, { n }) => sum + n, 0) },
      });
      const seen: (readonly { n: number }[])[] = [];
      store.select().subscribe((list) => seen.push(list));
      await w.value(store.ask.add(2));
      for (const list of [first, store.snapshot(), ...seen]) spoil(list);
      expect(await w.value(store.ask.sum())).toBe(2);
      expect(seen.length).toBe(2);
    }, { needs: ['same objects'] }),

    clause('each observer and each snapshot is given the view, and not the state', async (w) => {
      const store = w.create({
        state: { secret: 1, shown: 1 },
        view: ({ shown }) => shown,
        commands: { add: ({ secret, shown }) => ({ secret: secret + 1, shown: shown + 1 }) },
      });
      const seen: number[] = [];
      store.select((shown) => shown).subscribe((shown) => seen.push(shown));
      await w.value(store.ask.add());
      expect(seen).toEqual([1, 2]);
      expect(store.snapshot()).toBe(2);
    }),

    clause('a client can ask, tell and watch, and cannot end its store', (w) => {
      const store = w.create({ state: 0, commands });
      for (const client of [store.client, store.with({ timeout: 5 }), store.client.with({ timeout: 5 })]) {
        for (const name of ['ask', 'tell', 'select', 'snapshot', 'closed']) expect(name in client).toBe(true);
        for (const name of ['shutdown', Symbol.asyncDispose, 'commands$']) expect(name in client).toBe(false);
      }
    }),

    clause('a state that is mutated in place is shown by a view', async (w) => {
      const store = w.create({ ...entries, view: (map: Map<string, number>) => Object.fromEntries(map) });
      const seen: unknown[] = [];
      store.select().subscribe((view) => seen.push(view));
      await w.value(store.ask.set(['a', 1]));
      expect(await w.value(store.ask.get('a'))).toBe(1);
      expect(store.snapshot()).toEqual({ a: 1 });
      expect(seen).toEqual([{}, { a: 1 }]);
    }, 'mutable state'),

    clause('a state that is mutated in place has no view unless one is given', (w) => {
      const store = w.create(entries);
      const errors: unknown[] = [];
      store.select().subscribe({ error: (error: unknown) => errors.push(error) });
      expect(() => store.snapshot()).toThrow(/`view`/);
      expect(errors).toEqual([expect.objectContaining({ message: expect.stringMatching('`view`') as string })]);
    }, 'mutable state'),

    clause('a query or a reply that hands out a state that is mutated in place fails', async (w) => {
      const store = w.create(entries);
      expect(await w.error(store.ask.all())).toMatchObject({ name: 'TypeError' });
      expect(await w.error(store.ask.leak())).toMatchObject({ name: 'TypeError' });
      expect(await w.value(store.ask.get('a'))).toBeUndefined();
    }, 'mutable state'),

    ...refused.map(([what, definition, options, named]) => clause(`no store is made of ${what}`, (w: World) => {
      // A cast: it's what callers without types may give.
      const make = w.create as (definition: object, options: object) => unknown;
      expect(() => make(definition, options)).toThrow(named);
      expect(() => make(definition, options)).toThrow(TypeError);
    })),

    clause('handlers are found by names of their own only', async (w) => {
      const store = w.create({ state: 0, commands, queries: { get: (n: number) => n } });
      for (const type of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '']) {
        // A cast: it's what callers without types may send.
        expect(await w.error(store.send({ type } as never))).toMatchObject({ code: 'UNKNOWN_COMMAND', type, started: false });
      }
      const own = w.create({ state: 0, commands: { toString: (n: number) => reply(n + 1, 'of its own') } });
      expect(await w.value(own.ask.toString())).toBe('of its own');
    }),
  ],
};
