/** Rule S10: nobody gets hold of a state except through handlers and the view, and only what is there is called. */
import { createStore, effect, reply, replyLater, UnknownCommandError } from 'ownstate';
import { NEVER, of } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** Every object that can be reached from `root` by reading properties, getters and prototypes included. */
function reachable(root: object): Set<unknown> {
  const seen = new Set<unknown>();
  const waiting: object[] = [root];
  for (let object = waiting.pop(); object !== undefined; object = waiting.pop()) {
    if (seen.has(object)) continue;
    seen.add(object);
    for (let level: object | null = object; level !== null; level = Object.getPrototypeOf(level) as object | null) {
      for (const key of Reflect.ownKeys(level)) {
        let value: unknown;
        try {
          value = Reflect.get(level, key, object);
        } catch {
          continue;
        }
        if (value === globalThis) continue;
        if ((typeof value === 'object' && value !== null) || typeof value === 'function') waiting.push(value);
      }
    }
  }
  return seen;
}

describe('S10 Isolation', () => {
  describe('the state is reached only through handlers and the view', () => {
    it('no property of a store, a client, a face, a reply or a stream leads to the state', async () => {
      const secret = new Map([['a', 1]]);
      const end = new AbortController();
      const store = createStore({
        state: () => secret,
        view: (map) => map.size,
        commands: { put: (map, value: number) => reply(map.set('a', value), value), wait: () => NEVER },
        queries: { get: (map) => map.get('a') },
      }, { signal: end.signal });
      store.select().subscribe();
      store.trace$.subscribe();
      const settled = store.ask.put(2);
      const read = store.ask.get();
      await settled;
      const pending = store.ask.wait();
      const parts = { store, limited: store.with({ timeout: 5 }), settled, read, pending, put: store.tell.put, status: store.status() };
      const found = reachable(parts);
      expect(found.has(store.client)).toBe(true);
      expect(found.has(secret)).toBe(false);
      pending.subscribe({ error: () => undefined });
      end.abort();
      await store.closed;
    });

    it('what the view gives out is frozen, so that an observer changes nothing', () => {
      const store = createStore({ state: { items: [{ done: false }] }, commands: { touch: (state) => ({ ...state }) } });
      const seen: { items: { done: boolean }[] }[] = [];
      store.select().subscribe((state) => seen.push(state));
      store.tell.touch();
      for (const state of [...seen, store.snapshot()]) {
        expect(() => (state.items[0]!.done = true)).toThrow(TypeError);
        expect(() => state.items.push({ done: true })).toThrow(TypeError);
      }
      expect(seen).toEqual([{ items: [{ done: false }] }, { items: [{ done: false }] }]);
    });

    it('whoever made the first state cannot change it from outside either', () => {
      const mine = { items: [1] };
      const store = createStore({ state: mine, commands: { touch: (state) => state } });
      expect(() => mine.items.push(2)).toThrow(TypeError);
      expect(store.snapshot()).toEqual({ items: [1] });
    });

    it('a payload that became the state cannot be changed by its sender any more', () => {
      const store = createStore({ state: { n: 0 }, commands: { set: (_state, next: { n: number }) => next } });
      const mine = { n: 1 };
      store.tell.set(mine);
      expect(() => (mine.n = 2)).toThrow(TypeError);
      expect(store.snapshot()).toEqual({ n: 1 });
    });

    it('a handler that writes to the frozen state fails its own ask, and the state stays', async () => {
      const store = createStore({
        state: { n: 0 },
        commands: {
          cheat: (state) => {
            state.n = 1;
            return state;
          },
        },
      });
      await expect(store.ask.cheat()).rejects.toThrow(TypeError);
      expect(store.snapshot()).toEqual({ n: 0 });
    });

    it('stores of one definition with a maker have a state each', async () => {
      const definition = {
        state: () => new Map<string, number>(),
        commands: { put: (map: Map<string, number>, key: string) => map.set(key, 1) },
        queries: { size: (map: Map<string, number>) => map.size },
      };
      const one = createStore(definition);
      const other = createStore(definition);
      one.tell.put('a');
      expect(await one.ask.size()).toBe(1);
      expect(await other.ask.size()).toBe(0);
    });
  });

  describe('the very object of a state that is mutated in place is not handed out', () => {
    class Account {
      balance = 0;
    }

    it.each([
      ['a Map', () => new Map<string, number>()],
      ['a Set', () => new Set<string>()],
      ['a Date', () => new Date(0)],
      ['an instance of a class', () => new Account()],
    ] as [string, () => object][])('a query that gives out %s fails', async (_kind, state) => {
      const store = createStore({ name: 'leaky', state, commands: { touch: (now) => now }, queries: { all: (now) => now } });
      await expect(store.ask.all()).rejects.toThrow(
        new TypeError('Expected leaky.all to reply with a copy, got the state itself, which is mutated in place'),
      );
    });

    const leaky = (freeze?: boolean) => createStore({
      name: 'leaky',
      state: () => new Map<string, number>(),
      commands: {
        direct: (map) => reply(map, map),
        promised: async (map) => reply(map, map),
        observed: (map) => of(reply(map, map)),
        laterPromised: (map) => replyLater(map, Promise.resolve(map)),
        laterObserved: (map) => replyLater(map, of(map)),
        done: (map) => effect(map, { run: () => of(1), done: (now) => reply(now, now) }),
        failed: (map) => effect(map, {
          run: async () => Promise.reject(new Error('no')),
          done: (now) => now,
          failed: (now) => reply(now, now),
        }),
        made: () => {
          const next = new Map([['a', 1]]);
          return reply(next, next);
        },
      },
      queries: { all: (map) => map },
    }, freeze === undefined ? {} : { freeze });
    const forms = ['direct', 'promised', 'observed', 'laterPromised', 'laterObserved', 'done', 'failed', 'made', 'all'] as const;

    it.each(forms)('a reply with it fails in development, whatever the outcome: %s', async (form) => {
      await expect(leaky().ask[form]()).rejects.toThrow(
        new TypeError(`Expected leaky.${form} to reply with a copy, got the state itself, which is mutated in place`),
      );
    });

    it.each(forms)('a reply with it passes unchecked where nothing is frozen, as in production: %s', async (form) => {
      expect(await leaky(false).ask[form]()).toBeInstanceOf(Map);
    });

    it('such a reply that fails commits nothing', async () => {
      const store = createStore({
        state: () => new Map<string, number>(),
        commands: {
          made: () => {
            const next = new Map([['a', 1]]);
            return reply(next, next);
          },
        },
        queries: { size: (map) => map.size },
      });
      await expect(store.ask.made()).rejects.toThrow(TypeError);
      expect(await store.ask.size()).toBe(0);
    });

    it('a copy is handed out', async () => {
      const store = createStore({
        state: () => new Map([['a', 1]]),
        commands: { clear: (map) => reply(new Map<string, number>(), new Map(map)) },
        queries: { all: (map) => new Map(map) },
      });
      expect(await store.ask.all()).toEqual(new Map([['a', 1]]));
      expect(await store.ask.clear()).toEqual(new Map([['a', 1]]));
    });

    it('a plain object or an array may be handed out: it is frozen', async () => {
      const store = createStore({ state: { list: [1] }, commands: { touch: (state) => reply(state, state) }, queries: { all: (state) => state } });
      for (const state of [await store.ask.all(), await store.ask.touch()]) {
        expect(state).toEqual({ list: [1] });
        expect(() => state.list.push(2)).toThrow(TypeError);
      }
    });
  });

  describe('createStore refuses what would break it', () => {
    const commands = { touch: (state: { n: number }) => state };
    const state = 'Expected `state` to be at hand, got ';

    it.each([
      ['a state that is a Promise', { state: Promise.resolve(0), commands }, {}, `${state}[object Promise]`],
      ['a state that is a thenable', { state: { then: () => undefined }, commands }, {}, `${state}[object Object]`],
      ['a state that is an Observable', { state: of(0), commands }, {}, `${state}[object Object]`],
      ['a maker that gives a Promise', { state: async () => 0, commands }, {}, `${state}[object Promise]`],
      ['a maker that gives an Observable', { state: () => of(0), commands }, {}, `${state}[object Object]`],
      ['empty commands', { state: 0, commands: {} }, {}, /^Expected `commands` to be at least one handler, got /],
      ['a timeout of 0', { state: 0, commands }, { timeout: 0 }, 'Expected `timeout` to be a positive number, got 0'],
      ['a timeout below 0', { state: 0, commands }, { timeout: -1 }, 'Expected `timeout` to be a positive number, got -1'],
      ['a timeout of NaN', { state: 0, commands }, { timeout: NaN }, 'Expected `timeout` to be a positive number, got NaN'],
      ['a slice of 0', { state: 0, commands }, { slice: 0 }, 'Expected `slice` to be a positive number, got 0'],
      ['a slice below 0', { state: 0, commands }, { slice: -8 }, 'Expected `slice` to be a positive number, got -8'],
    ])('%s', (_what, definition, options, message) => {
      expect(() => createStore(definition as never, options)).toThrow(TypeError);
      expect(() => createStore(definition as never, options)).toThrow(message);
    });

    it("onHandlerError: 'reset' without a maker, since one object would serve again and again", () => {
      expect(() => createStore({ state: { n: 0 }, commands }, { onHandlerError: 'reset' })).toThrow(TypeError);
      expect(() => createStore({ state: { n: 0 }, commands }, { onHandlerError: 'reset' })).toThrow(
        "Expected `state` to be a function that makes it, for onHandlerError: 'reset', got [object Object]",
      );
      expect(() => createStore({ state: () => ({ n: 0 }), commands }, { onHandlerError: 'reset' })).not.toThrow();
    });

    it('a function as state is its maker, called once for the first state', () => {
      let made = 0;
      const store = createStore({ state: () => ({ made: ++made }), commands: { touch: (now) => ({ ...now }) } });
      store.tell.touch();
      expect(store.snapshot()).toEqual({ made: 1 });
      expect(made).toBe(1);
    });
  });

  describe('command tables are read by own property only', () => {
    const inherited = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

    it.each(inherited)('%s is an unknown command to send', async (type) => {
      const store = createStore({ state: 0, commands: { touch: (n) => n }, queries: { get: (n) => n } });
      await expect(store.send({ type } as never)).rejects.toThrow(UnknownCommandError);
      await expect(store.send({ type } as never)).rejects.toThrow(`store.${type}: expected one of touch, get, got ${type}`);
      expect(await store.ask.get()).toBe(0);
    });

    it.each(inherited)('%s is an unknown command to commands$', (type) => {
      const store = createStore({ state: 0, commands: { touch: (n) => n } });
      const errors: unknown[] = [];
      store.errors$.subscribe(({ error }) => errors.push(error));
      store.commands$.next({ type } as never);
      expect(errors).toHaveLength(1);
      expect(errors[0]).toBeInstanceOf(UnknownCommandError);
    });

    it.each(inherited)('%s is an unknown command to context.tell and to a timer', (type) => {
      const refused: unknown[] = [];
      const store = createStore({
        state: 0,
        commands: {
          touch: (n, _payload: void, { tell, timers }) => {
            for (const call of [() => tell(type), () => timers.set('t', 1, type)]) {
              try {
                call();
              } catch (error) {
                refused.push(error);
              }
            }
            return n;
          },
        },
      });
      store.tell.touch();
      expect(refused).toHaveLength(2);
      for (const error of refused) expect(error).toBeInstanceOf(UnknownCommandError);
    });

    it('a handler inherited from the prototype of the table is no command', async () => {
      const commands = Object.create({ hidden: () => 1 }, { touch: { value: (n: number) => n, enumerable: true } }) as { touch: (n: number) => number };
      const store = createStore({ state: 0, commands });
      await expect(store.send({ type: 'hidden' } as never)).rejects.toThrow(UnknownCommandError);
    });

    it('a table with such names of its own has such commands', async () => {
      const store = createStore({
        state: 0,
        commands: { ['__proto__']: () => reply(1, 'proto'), constructor: () => reply(2, 'constructor'), toString: () => reply(3, 'string') },
      });
      expect(await store.ask['__proto__']()).toBe('proto');
      expect(await store.ask.constructor()).toBe('constructor');
      expect(await store.send({ type: 'toString' })).toBe('string');
      store.tell['__proto__']();
      expect(store.snapshot()).toBe(1);
    });
  });
});
