/** A definition whose whole state may be replaced: by what, when, what is checked, and what stays as it was. */
import { createStore, focus, reply, type } from 'ownstate';
import { entities, replaceable } from 'ownstate/app';
import { marbles } from 'ownstate/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const counter = {
  name: 'counter',
  state: 0,
  commands: { add: (n: number, by: number = 1) => reply(n + by, n + by) },
  queries: { get: (n: number) => n },
};

const no = new Error('no');

describe('replace', () => {
  it('puts a state in the place of the present one, and replies undefined', async () => {
    const store = createStore(replaceable(counter));
    expect(await store.ask.replace(41)).toBeUndefined();
    expect(await store.ask.add()).toBe(42);
    expect(await store.ask.get()).toBe(42);
  });

  it('takes a function of the present state', () => {
    const store = createStore(replaceable(counter));
    store.tell.replace((n) => n + 5);
    store.tell.replace((n) => n * 2);
    expect(store.snapshot()).toBe(10);
  });

  it('waits for a Promise: what is sent meanwhile is handled afterwards, on the state that came', async () => {
    const store = createStore(replaceable(counter));
    store.tell.add(100);
    const loaded = store.ask.replace(async (n) => (await Promise.resolve(), n + 1));
    const added = store.ask.add(5);
    expect(store.snapshot()).toBe(100);
    expect([await loaded, await added]).toEqual([undefined, 106]);
  });

  it('takes whatever has a `then`', async () => {
    const store = createStore(replaceable(counter));
    await store.ask.replace(() => ({ then: (resolve: (n: number) => void) => { resolve(9); } }) as unknown as PromiseLike<number>);
    expect(store.snapshot()).toBe(9);
    const other = createStore({ state: 5, commands: { add: (n) => n + 1 }, queries: { get: (n) => n } });
    await store.ask.replace(() => other.ask.get());
    expect(store.snapshot()).toBe(5);
  });

  it('fails as the function or its Promise does; the state stays', async () => {
    const store = createStore(replaceable(counter));
    store.tell.add(3);
    await expect(store.ask.replace(() => { throw no; })).rejects.toBe(no);
    await expect(store.ask.replace(() => Promise.reject(no))).rejects.toBe(no);
    expect(await store.ask.add()).toBe(4);
  });

  it('by the very state that is there shows nothing', () => {
    const store = createStore(replaceable({ state: { n: 1 }, commands: { set: (now, n: number) => ({ ...now, n }) } }));
    const seen: unknown[] = [];
    store.select().subscribe((now) => seen.push(now));
    store.tell.replace((now) => now);
    store.tell.replace({ n: 2 });
    expect(seen).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('has its turn in the mailbox as any command', marbles((m) => {
    const store = m.store(replaceable(counter));
    m.cold('                             -arb', { a: 1, r: 10, b: 2 }).subscribe((n) => (n === 10 ? store.tell.replace(n) : store.tell.add(n)));
    m.expect(store.select(), '^---!').toBeObservable('xarb', { x: 0, a: 1, r: 10, b: 12 });
  }));

  it('is a command like any other for who watches', async () => {
    const store = createStore(replaceable(counter));
    const seen: unknown[] = [];
    store.commands$.subscribe((command) => seen.push(command));
    await store.send({ type: 'replace', payload: 3 });
    expect(seen).toEqual([{ type: 'replace', payload: 3 }]);
  });
});

describe('check', () => {
  const checked = replaceable(counter, {
    check: (n) => {
      if (!Number.isInteger(n)) throw new TypeError(`Expected a count, got ${n}`);
      return Math.max(0, n);
    },
  });

  it('brings what comes into form, whichever way it comes', async () => {
    const store = createStore(checked);
    store.tell.add(7);
    await store.ask.replace(-5);
    expect(store.snapshot()).toBe(0);
    await store.ask.replace((n) => n - 1);
    expect(store.snapshot()).toBe(0);
    await store.ask.replace(async () => -1);
    expect(store.snapshot()).toBe(0);
  });

  it('refuses what it throws for, whichever way it comes; the state stays', async () => {
    const store = createStore(checked);
    store.tell.add(7);
    for (const bad of [0.5, () => 0.5, async () => 0.5]) await expect(store.ask.replace(bad)).rejects.toThrow('Expected a count, got 0.5');
    expect(store.snapshot()).toBe(7);
  });

  it('looks at nothing else', () => {
    const store = createStore(checked);
    store.tell.add(-3);
    expect(store.snapshot()).toBe(-3);
  });

  it('brings a collection from elsewhere into order', () => {
    const words = entities<{ readonly id: string }>({ id: ({ id }) => id, sort: (a, b) => a.id.localeCompare(b.id) });
    const store = createStore(replaceable({ state: words.none, commands: { add: words.add } }, { check: (state) => words.from(words.all(state)) }));
    store.tell.replace({ ids: ['b', 'a'], entities: { a: { id: 'a' }, b: { id: 'b' } } });
    store.tell.add({ id: 'aa' });
    expect(store.snapshot().ids).toEqual(['a', 'aa', 'b']);
  });
});

describe('the definition', () => {
  it('stays as it was given, and so does everything else in it', async () => {
    const events = type<'added'>();
    const given = Object.freeze({
      ...counter, state: (): number => 5, events, ticks: { add: 1000 }, view: (n: number) => `${n}`,
      commands: Object.freeze({ add: (n: number) => n + 1 }),
    });
    const { commands: { add, ...more }, ...rest } = replaceable(given);
    expect(Object.keys(given.commands)).toEqual(['add']);
    expect(rest).toEqual({ name: 'counter', state: given.state, events, ticks: given.ticks, view: given.view, queries: given.queries });
    expect([add, Object.keys(more)]).toEqual([given.commands.add, ['replace']]);
    expect(createStore(replaceable(given)).snapshot()).toBe('5');
  });

  it('may go on to be a part: replace then puts in a part', () => {
    const { commands } = replaceable(counter);
    const store = createStore({
      state: { n: 0, name: 'a' },
      commands: { replace: focus(commands.replace, { get: (now: { n: number; name: string }) => now.n, set: (now, n) => ({ ...now, n }) }) },
    });
    store.tell.replace(4);
    store.tell.replace((n) => n + 1);
    expect(store.snapshot()).toEqual({ n: 5, name: 'a' });
  });

  const wrong = replaceable as (definition: unknown, options?: unknown) => unknown;

  it.each<[string, unknown[], string]>([
    ['no definition', [undefined], 'Expected `definition` to be an object, got undefined'],
    ['no commands', [{ state: 0 }], 'Expected `commands` to be an object, got undefined'],
    ['a command of that name', [{ state: 0, commands: { replace: () => 1 } }], 'Expected `commands` to be a table without a command `replace`, got [object Object]'],
    ['options that are none', [counter, 5], 'Expected `options` to be an object, got 5'],
    ['a check that is none', [counter, { check: true }], 'Expected `check` to be a function, got true'],
  ])('is refused at once: %s', (_what, given, message) => {
    expect(() => wrong(given[0], given[1])).toThrow(new TypeError(message));
  });
});

it('a store goes on from a state that is put in as one that came there by itself', () => fc.assert(fc.asyncProperty(
  fc.array(fc.oneof(
    fc.integer({ min: -9, max: 9 }).map((by) => ({ do: 'add' as const, by })),
    fc.integer({ min: -9, max: 9 }).map((to) => ({ do: 'set' as const, to })),
    fc.integer({ min: -9, max: 9 }).map((by) => ({ do: 'make' as const, by })),
    fc.integer({ min: -9, max: 9 }).map((by) => ({ do: 'wait' as const, by })),
    fc.constant({ do: 'fail' as const }),
  ), { maxLength: 12 }),
  async (steps) => {
    const store = createStore(replaceable(counter));
    let model = 0;
    const expected: unknown[] = [];
    const replies = steps.map((step) => {
      switch (step.do) {
        case 'add': return (expected.push(model += step.by), store.ask.add(step.by));
        case 'set': return (model = step.to, expected.push(undefined), store.ask.replace(step.to));
        case 'make': return (model += step.by, expected.push(undefined), store.ask.replace((n) => n + step.by));
        case 'wait': return (model += step.by, expected.push(undefined), store.ask.replace(async (n) => (await Promise.resolve(), n + step.by)));
        case 'fail': return (expected.push(no), store.ask.replace(() => { throw no; }));
      }
    });
    const settled = await Promise.allSettled(replies);
    expect(settled.map((each) => (each.status === 'fulfilled' ? each.value : each.reason as unknown))).toEqual(expected);
    expect(store.snapshot()).toBe(model);
  },
)));
