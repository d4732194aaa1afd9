/** Optimistic together with undoable and replaceable, and what is refused. */
import { createStore, reply, type Context } from 'ownstate';
import { attempt, optimistic, replaceable, undoable } from 'ownstate/app';
import { Subject } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';

type List = readonly string[];

function notes() {
  const works = new Map<string, Subject<string>>();
  const work = (what: string) => {
    const made = new Subject<string>();
    works.set(what, made);
    return made;
  };
  const store = createStore(optimistic(undoable(replaceable({
    name: 'notes',
    state: [] as List,
    commands: {
      add: (list, what: string) => attempt([...list, what], { run: () => work(what), done: (before, id) => reply([...before, what + id], id) }),
      edit: (list, what: string) => [...list, what],
    },
  }), { group: (command) => command.type === 'edit' && command.payload.length === 1 ? 'letters' : undefined })));
  const errors: unknown[] = [];
  store.errors$.subscribe(({ error }) => errors.push(error));
  const end = (what: string, id = '#') => {
    works.get(what)!.next(id);
    works.get(what)!.complete();
  };
  const fail = (what: string) => works.get(what)!.error(new Error('no'));
  const seen = () => [store.snapshot().present.join(' '), store.snapshot().canUndo, store.snapshot().canRedo];
  return { store, end, fail, seen, errors };
}

describe('optimistic(undoable(replaceable(…)))', () => {
  it('undoes and redoes attempts, also while they are in flight', () => {
    const { store, end, seen } = notes();
    store.tell.add('one');
    store.tell.undo();
    expect(seen()).toEqual(['', false, true]);
    end('one');
    expect(seen()).toEqual(['', false, true]);
    store.tell.redo();
    expect(seen()).toEqual(['one#', true, false]);
  });

  it('has one step of an attempt and its result', () => {
    const { store, end, seen } = notes();
    store.tell.edit('first');
    store.tell.add('one');
    end('one');
    expect(seen()).toEqual(['first one#', true, false]);
    store.tell.undo();
    expect(seen()).toEqual(['first', true, true]);
  });

  it('has no step of an attempt that failed', () => {
    const { store, fail, seen } = notes();
    store.tell.add('one');
    store.tell.edit('two');
    fail('one');
    expect(seen()).toEqual(['two', true, false]);
    store.tell.undo();
    expect(seen()).toEqual(['', false, true]);
  });

  it('undoes no other step in the place of one that failed', () => {
    const { store, fail, seen } = notes();
    store.tell.edit('first');
    store.tell.add('one');
    store.tell.undo();
    expect(seen()).toEqual(['first', true, true]);
    fail('one');
    expect(seen()).toEqual(['first', true, false]);
  });

  it('does no other step again in the place of one that failed', () => {
    const { store, fail, seen } = notes();
    store.tell.add('zero');
    store.tell.edit('first');
    store.tell.add('one');
    store.tell.undo();
    store.tell.undo();
    store.tell.redo();
    fail('one');
    expect(seen()).toEqual(['zero first', true, false]);
    store.tell.undo();
    store.tell.redo();
    fail('zero');
    expect(seen()).toEqual(['first', true, false]);
  });

  it('does no later step again in the place of one that failed', () => {
    const { store, fail, seen } = notes();
    store.tell.add('zero');
    store.tell.add('one');
    store.tell.undo();
    store.tell.undo();
    store.tell.redo();
    expect(seen()).toEqual(['zero', true, true]);
    fail('zero');
    expect(seen()).toEqual(['', false, true]);
    store.tell.redo();
    expect(seen()).toEqual(['one', true, false]);
  });

  it('undoes nothing where there was nothing to undo', () => {
    const { store, fail, seen } = notes();
    store.tell.add('one');
    store.tell.undo();
    store.tell.undo();
    store.tell.redo();
    store.tell.redo();
    store.tell.edit('two');
    fail('one');
    expect(seen()).toEqual(['two', true, false]);
  });

  it('knows a group again, whichever of it has failed', () => {
    const { store, fail, seen } = notes();
    store.tell.add('x');
    for (const letter of 'abc') store.tell.edit(letter);
    store.tell.undo();
    expect(seen()).toEqual(['x', true, true]);
    fail('x');
    expect(seen()).toEqual(['', false, true]);
    store.tell.redo();
    expect(seen()).toEqual(['a b c', true, false]);
  });

  it('replaces the state, and folds that again', async () => {
    const { store, fail, seen } = notes();
    await store.ask.replace(async (list) => [...list, 'saved']);
    store.tell.add('one');
    store.tell.replace((list) => [...list, 'more']);
    await expect(store.ask.replace(async (list) => list)).rejects.toThrow('Expected `replace` to be a handler that answers at once');
    fail('one');
    expect(seen()).toEqual(['saved more', true, false]);
  });
});

describe('the other way round', () => {
  it('is refused when the store is made', () => {
    const definition = undoable(optimistic({ state: 0, commands: { add: (n) => n + 1 } }));
    expect(() => createStore(definition)).toThrow(TypeError);
    expect(() => createStore(definition)).toThrow('Expected `definition` to be one that is not optimistic yet, as in optimistic(undoable(…)), got \'an optimistic one\'');
  });

  it('so is what is optimistic twice', () => {
    expect(() => createStore(optimistic(optimistic({ state: 0, commands: { add: (n) => n + 1 } })))).toThrow('one that is not optimistic yet');
  });
});

describe('a state that is changed in place', () => {
  const push = {
    state: { items: [] as string[] },
    commands: {
      push: (now: { items: string[] }, item: string) => {
        now.items.push(item);
        return now;
      },
      add: ({ items }: { items: string[] }, item: string) => ({ items: [...items, item] }),
      guess: ({ items }: { items: string[] }, item: string) => attempt({ items: [...items, item] }, {
        run: async () => item, done: (before: { items: string[] }, sure) => ({ items: [...before.items, sure] }),
      }),
    },
  };

  it('fails the command in development, though nobody looks: first, next and done', async () => {
    const frozen = 'object is not extensible';
    const undo = createStore(undoable(push));
    const stores = [createStore(optimistic(push)), createStore(optimistic(undoable(push)))];
    for (const store of [undo, ...stores]) {
      await expect(store.ask.push('a')).rejects.toThrow(frozen);
      store.tell.add('b');
      await expect(store.ask.push('c')).rejects.toThrow(frozen);
    }
    for (const store of stores) {
      await store.ask.guess('d');
      await expect(store.ask.push('e')).rejects.toThrow(frozen);
    }
  });

  it('is left to a definition that has a view of its own', async () => {
    const own = { ...push, state: () => ({ items: [] as string[] }), view: ({ items }: { items: string[] }) => items.length };
    for (const store of [createStore(undoable(own)), createStore(optimistic(own))]) {
      await store.ask.push('a');
      await store.ask.push('b');
    }
  });

  it('is looked at all the way down, however deep, and not into what is no plain data', () => {
    interface Deep { readonly inner?: Deep }
    let deep: Deep = {};
    const deepest = deep;
    for (let n = 0; n < 20_000; n++) deep = { inner: deep };
    const map = new Map([['a', {}]]);
    createStore(undoable({ state: { deep, map, date: new Date(0) }, commands: { stay: (now) => now } }));
    expect([Object.isFrozen(deepest), Object.isFrozen(map), Object.isFrozen(map.get('a'))]).toEqual([true, false, false]);
  });

  it('is as the program has it in production', async () => {
    const at = async (process: unknown) => {
      vi.resetModules();
      vi.stubGlobal('process', process);
      const { undoable } = await import('../../../lib/app/undoable.js');
      vi.unstubAllGlobals();
      const state = { items: [] };
      undoable({ state, commands: { stay: (now) => now } }).state({ now: () => 0 });
      return Object.isFrozen(state);
    };
    expect([await at({ env: { NODE_ENV: 'production' } }), await at({ env: {} })]).toEqual([false, true]);
  });
});

describe('what can not be', () => {
  const definition = { state: 0, commands: { add: (n: number) => n + 1 } };

  it.each<[string, unknown, unknown, string]>([
    ['no definition', undefined, {}, 'Expected `definition` to be an object, got undefined'],
    ['no commands', { state: 0 }, {}, 'Expected `commands` to be an object, got undefined'],
    ['a handler', { state: 0, commands: { add: 5 } }, {}, 'Expected `add` to be a function, got 5'],
    ['queries', { ...definition, queries: null }, {}, 'Expected `queries` to be an object, got null'],
    ['a query', { ...definition, queries: { get: 5 } }, {}, 'Expected `get` to be a function, got 5'],
    ['a view', { ...definition, view: 'all' }, {}, "Expected `view` to be a function, got 'all'"],
    ['no options', definition, null, 'Expected `options` to be an object, got null'],
    ...[0, -1, 1.5, NaN, '5', null].map((limit): [string, unknown, unknown, string] => [
      `the limit ${String(limit)}`, definition, { limit }, 'Expected `limit` to be a positive integer or Infinity, got ',
    ]),
  ])('%s is refused at once', (_what, given, options, message) => {
    expect(() => optimistic(given as never, options as never)).toThrow(TypeError);
    expect(() => optimistic(given as never, options as never)).toThrow(message);
  });

  it.each<[string, unknown, string]>([
    ['no plan', undefined, 'Expected `plan` to be an object, got undefined'],
    ['a policy', { run: () => 0, policy: 'queue' }, "Expected `policy` to be one of concat, merge, switch, exhaust, got 'queue'"],
    ...[0, -1, 1.5, NaN, '5', null].map((concurrency): [string, unknown, string] => [
      `the concurrency ${String(concurrency)}`, { run: () => 0, concurrency }, 'Expected `concurrency` to be a positive integer or Infinity, got ',
    ]),
    ['no run', {}, 'Expected `run` to be a function, got undefined'],
    ['a done', { run: () => 0, done: 5 }, 'Expected `done` to be a function, got 5'],
    ['a failed', { run: () => 0, failed: null }, 'Expected `failed` to be a function, got null'],
  ])('%s of an attempt is refused: the command fails, and changes nothing', async (_what, plan, message) => {
    const store = createStore(optimistic({ state: 0, commands: { add: (n) => attempt(n + 1, plan as { run: () => Promise<number> }) } }));
    const added = store.ask.add();
    await expect(added).rejects.toThrow(TypeError);
    await expect(added).rejects.toThrow(message);
    expect(store.snapshot()).toBe(0);
  });

  it.each<[string, unknown]>([['Map', new Map()], ['Set', new Set()], ['Date', new Date(0)]])('a %s is refused as a state: first, next, guessed and done', async (_what, odd) => {
    const message = 'Expected `state` to be plain data, which is replaced and not mutated in place, since optimistic keeps former states, got [object ';
    expect(() => createStore(optimistic({ state: odd, commands: { stay: (now) => now } }))).toThrow(message);
    const zero: unknown = 0;
    const store = createStore(optimistic({
      state: zero,
      commands: {
        next: () => odd,
        replied: () => reply(odd, 1),
        guessed: () => attempt(odd, { run: async () => 1 }),
        done: (now) => attempt(now, { run: async () => 1, done: () => odd }),
      },
    }));
    for (const type of ['next', 'replied', 'guessed', 'done'] as const) await expect(store.ask[type]()).rejects.toThrow(message);
    expect(store.snapshot()).toBe(0);
  });
});

it('two parts of one whole may be optimistic, and one command that of both', () => {
  const { state, commands, view } = optimistic({ state: [] as List, commands: { add: (now, what: string) => [...now, what] } });
  // Casts: the state of an optimistic definition is nobody's business.
  interface Both { readonly left: never; readonly right: never }
  const first = () => state({ now: () => 0 }) as never;
  const add = commands.add as unknown as (part: never, what: string, context: Context<never>) => never;
  const store = createStore({
    state: (): Both => ({ left: first(), right: first() }),
    commands: { add: ({ left, right }, what: string, context) => ({ left: add(left, what, context), right: add(right, what, context) }) },
    view: ({ left, right }: Both) => [view(left), view(right)],
  });
  store.tell.add('tea');
  expect(store.snapshot()).toEqual([['tea'], ['tea']]);
});
