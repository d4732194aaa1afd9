/** Collections by id: what each function does to one, to many, to none; order, ids, and what stays the same object. */
import { createStore, focus, reply } from 'ownstate';
import { entities, type EntityState } from 'ownstate/app';
import { describe, expect, it } from 'vitest';

interface Todo {
  readonly id: number;
  readonly text: string;
  readonly done?: boolean;
}

const todo = (id: number, text = `todo ${id}`, done = false): Todo => ({ id, text, done });

const todos = entities<Todo>({ id: ({ id }) => id });
const sorted = entities<Todo>({ id: ({ id }) => id, sort: (a, b) => a.text.localeCompare(b.text) });

const three = todos.from([todo(3), todo(1), todo(2)]);
const texts = (state: EntityState<Todo, number>) => todos.all(state).map(({ text }) => text);

describe('a collection', () => {
  it('is plain data: ids in order, and items by id', () => {
    expect(three).toStrictEqual({ ids: [3, 1, 2], entities: { 1: todo(1), 2: todo(2), 3: todo(3) } });
    expect(JSON.parse(JSON.stringify(three))).toStrictEqual(three);
  });

  it('without items can not be changed by mistake', () => {
    expect(todos.none).toStrictEqual({ ids: [], entities: {} });
    expect([todos.none, todos.none.ids, todos.none.entities].every(Object.isFrozen)).toBe(true);
  });

  it('is made of items, of several with the same id of the last, in the place of the first', () => {
    expect(todos.from([])).toBe(todos.none);
    expect(todos.all(todos.from([todo(1, 'a'), todo(2), todo(1, 'b')]))).toEqual([todo(1, 'b'), todo(2)]);
  });
});

describe('add', () => {
  it('adds one item, or many, behind those that are there', () => {
    expect(todos.ids(todos.add(three, todo(9)))).toEqual([3, 1, 2, 9]);
    expect(todos.ids(todos.add(three, [todo(9), todo(8)]))).toEqual([3, 1, 2, 9, 8]);
  });

  it('passes over what is there already, and what comes twice', () => {
    expect(todos.add(three, todo(1, 'other'))).toBe(three);
    expect(todos.all(todos.add(three, [todo(1, 'other'), todo(4, 'first'), todo(4, 'second')]))).toEqual([todo(3), todo(1), todo(2), todo(4, 'first')]);
  });

  it('of nothing is nothing', () => {
    expect(todos.add(three, [])).toBe(three);
  });
});

describe('set', () => {
  it('puts an item in the place of the one with its id, and others behind all', () => {
    const next = todos.set(three, [{ id: 1, text: 'new' }, todo(7)]);
    expect(todos.all(next)).toStrictEqual([todo(3), { id: 1, text: 'new' }, todo(2), todo(7)]);
    expect(todos.all(three)).toEqual([todo(3), todo(1), todo(2)]);
  });

  it('of the very item that is there changes nothing', () => {
    expect(todos.set(three, todos.all(three))).toBe(three);
    expect(todos.set(three, todo(1))).not.toBe(three);
  });
});

describe('upsert', () => {
  it('merges the fields into those of the item with the id, and adds others', () => {
    const next = todos.upsert(todos.from([todo(1, 'a', true)]), [{ id: 1, text: 'b' }, { id: 2, text: 'c' }]);
    expect(todos.all(next)).toStrictEqual([{ id: 1, text: 'b', done: true }, { id: 2, text: 'c' }]);
  });

  it('of a field that is undefined adds that field', () => {
    const notes = entities({ id: (note: { readonly id: string; readonly text?: string | undefined }) => note.id });
    const one = notes.from([{ id: 'a' }]);
    expect(notes.all(notes.upsert(one, { id: 'a', text: undefined }))).toStrictEqual([{ id: 'a', text: undefined }]);
  });

  it('of fields that have their values already changes nothing', () => {
    expect(todos.upsert(three, [todo(1), { id: 2, text: 'todo 2' }])).toBe(three);
  });
});

describe('update', () => {
  it('changes fields of one item, or of many', () => {
    expect(todos.byId(todos.update(three, { id: 1, changes: { done: true } }), 1)).toEqual(todo(1, 'todo 1', true));
    const next = todos.update(three, [{ id: 1, changes: { text: 'a' } }, { id: 2, changes: { text: 'b' } }, { id: 1, changes: { done: true } }]);
    expect(todos.all(next)).toEqual([todo(3), todo(1, 'a', true), todo(2, 'b')]);
  });

  it('makes the next item by a function of the present one', () => {
    const next = todos.update(three, { id: 1, changes: ({ id, text }) => ({ id, text }) });
    expect(todos.byId(next, 1)).toStrictEqual({ id: 1, text: 'todo 1' });
  });

  it('makes all items by a function', () => {
    expect(texts(todos.update(three, (item) => (item.id > 1 ? { ...item, text: 'big' } : item)))).toEqual(['big', 'todo 1', 'big']);
    expect(todos.update(three, (item) => item)).toBe(three);
  });

  it('gives the function the item and nothing else', () => {
    const given: unknown[][] = [];
    todos.update(three, (...all) => (given.push(all), all[0]));
    expect(given).toEqual([[todo(3)], [todo(1)], [todo(2)]]);
  });

  it('of what is not there, or is so already, changes nothing', () => {
    expect(todos.update(three, { id: 9, changes: { text: 'x' } })).toBe(three);
    expect(todos.update(three, [{ id: 1, changes: { done: false } }, { id: 2, changes: (item) => item }, { id: 3, changes: {} }])).toBe(three);
    expect(todos.update(three, [])).toBe(three);
  });

  it('leaves the other items as they are', () => {
    const next = todos.update(three, { id: 1, changes: { done: true } });
    expect([2, 3].map((id) => todos.byId(next, id) === todos.byId(three, id))).toEqual([true, true]);
    expect(next.ids).toBe(three.ids);
  });

  it('that changes the id keeps the place', () => {
    const next = todos.update(three, { id: 1, changes: { id: 10 } });
    expect(next).toStrictEqual({ ids: [3, 10, 2], entities: { 2: todo(2), 3: todo(3), 10: { ...todo(1), id: 10 } } });
  });

  it.each([
    ['before it', 2, 3, [1, 3]],
    ['behind it', 3, 2, [2, 1]],
  ])('that changes the id to that of an item %s keeps its place, and the other goes', (_where, id, taken, ids) => {
    const next = todos.update(three, { id, changes: { id: taken } });
    expect(todos.byId(next, taken)).toEqual({ ...todo(id), id: taken });
    expect(todos.has(next, id)).toBe(false);
    expect(todos.count(next)).toBe(2);
    expect(next.ids).toEqual(ids);
  });

  it('goes on with the id that an item has got by the update before', () => {
    const next = todos.update(three, [{ id: 1, changes: { id: 10 } }, { id: 10, changes: { text: 'ten' } }, { id: 1, changes: { text: 'no' } }]);
    expect(todos.all(next)).toEqual([todo(3), todo(10, 'ten'), todo(2)]);
  });

  it('by a function may give all items other ids', () => {
    const next = todos.update(todos.from([todo(1), todo(2), todo(3)]), (item) => ({ ...item, id: item.id + 1 }));
    expect(todos.all(next).map(({ id, text }) => `${id} ${text}`)).toEqual(['2 todo 1', '3 todo 2', '4 todo 3']);
  });
});

describe('remove', () => {
  it('removes by id, by ids, and those of which a function says so', () => {
    expect(todos.remove(three, 1)).toStrictEqual({ ids: [3, 2], entities: { 2: todo(2), 3: todo(3) } });
    expect(todos.ids(todos.remove(three, [1, 9, 3]))).toEqual([2]);
    expect(todos.ids(todos.remove(three, ({ id }) => id > 1))).toEqual([1]);
  });

  it('of what is not there changes nothing', () => {
    expect(todos.remove(three, 9)).toBe(three);
    expect(todos.remove(three, [])).toBe(three);
    expect(todos.remove(three, () => false)).toBe(three);
  });
});

describe('clear and replaceAll', () => {
  it('clear removes all', () => {
    expect(todos.clear(three)).toStrictEqual({ ids: [], entities: {} });
    expect(todos.clear(todos.none)).toBe(todos.none);
  });

  it('replaceAll has the items that it is given, and no others', () => {
    expect(todos.all(todos.replaceAll(three, [todo(2, 'new'), todo(8)]))).toEqual([todo(2, 'new'), todo(8)]);
  });

  it('replaceAll by the very same items in the same order changes nothing', () => {
    expect(todos.replaceAll(three, todos.all(three))).toBe(three);
    expect(todos.replaceAll(three, [...todos.all(three)].reverse())).not.toBe(three);
    expect(todos.replaceAll(three, todos.all(three).slice(1))).not.toBe(three);
    expect(todos.replaceAll(three, [...todos.all(three), todo(7)])).not.toBe(three);
  });
});

describe('reads', () => {
  it('all gives the same array for the same collection, frozen', () => {
    expect(todos.all(three)).toBe(todos.all(three));
    expect(Object.isFrozen(todos.all(three))).toBe(true);
    expect(todos.all({ ...three })).toBe(todos.all(three));
    expect(todos.all({ ids: [1, 2, 3], entities: three.entities })).toEqual([todo(1), todo(2), todo(3)]);
  });

  it('byId, has, count and ids say what is there', () => {
    expect([todos.byId(three, 1), todos.byId(three, 9)]).toEqual([todo(1), undefined]);
    expect([todos.has(three, 1), todos.has(three, 9)]).toEqual([true, false]);
    expect([todos.count(three), todos.count(todos.none)]).toEqual([3, 0]);
    expect(todos.ids(three)).toBe(three.ids);
  });
});

describe('a sorted collection', () => {
  const abd = sorted.from([todo(4, 'd'), todo(1, 'a'), todo(2, 'b')]);

  it('is in order from the beginning', () => {
    expect(texts(abd)).toEqual(['a', 'b', 'd']);
  });

  it('puts what comes where it belongs: one, and many', () => {
    expect(texts(sorted.add(abd, todo(3, 'c')))).toEqual(['a', 'b', 'c', 'd']);
    expect(texts(sorted.add(abd, [todo(9, 'z'), todo(3, 'c'), todo(8, 'aa')]))).toEqual(['a', 'aa', 'b', 'c', 'd', 'z']);
  });

  it('moves an item whose order changes, and no other', () => {
    expect(texts(sorted.update(abd, { id: 1, changes: { text: 'e' } }))).toEqual(['b', 'd', 'e']);
    expect(texts(sorted.set(abd, [todo(4, '0'), todo(1, 'e')]))).toEqual(['0', 'b', 'e']);
    expect(sorted.update(abd, { id: 1, changes: { done: true } }).ids).toBe(abd.ids);
  });

  it('puts what comes, or moves, behind its equals; what keeps its order keeps its place', () => {
    const equals = sorted.from([todo(1, 'a'), todo(2, 'a'), todo(3, 'b')]);
    expect(sorted.ids(sorted.add(equals, todo(9, 'a')))).toEqual([1, 2, 9, 3]);
    expect(sorted.ids(sorted.add(equals, [todo(9, 'a'), todo(8, 'a')]))).toEqual([1, 2, 9, 8, 3]);
    expect(sorted.ids(sorted.update(equals, { id: 3, changes: { text: 'a' } }))).toEqual([1, 2, 3]);
    expect(sorted.ids(sorted.update(equals, { id: 1, changes: { done: true } }))).toEqual([1, 2, 3]);
    expect(sorted.ids(sorted.update(equals, [{ id: 1, changes: { text: 'b' } }, { id: 1, changes: { text: 'a' } }]))).toEqual([2, 1, 3]);
  });

  it('moves an item that gets another id behind its equals, in the place of the one that had it', () => {
    const equals = sorted.from([todo(1, 'a'), todo(2, 'a'), todo(3, 'b')]);
    expect(sorted.update(equals, { id: 1, changes: { id: 9 } })).toStrictEqual({
      ids: [2, 9, 3], entities: { 2: todo(2, 'a'), 3: todo(3, 'b'), 9: todo(9, 'a') },
    });
    expect(sorted.all(sorted.update(equals, { id: 1, changes: { id: 3 } }))).toEqual([todo(2, 'a'), todo(3, 'a')]);
  });

  it('follows an item through several ids', () => {
    const updates = [{ id: 1, changes: { id: 10 } }, { id: 10, changes: { id: 11 } }, { id: 11, changes: { text: 'c' } }];
    expect(sorted.update(abd, updates)).toStrictEqual({ ids: [2, 11, 4], entities: { 2: todo(2, 'b'), 4: todo(4, 'd'), 11: todo(11, 'c') } });
  });

  it('from elsewhere is brought into order by from', () => {
    const foreign = { ids: [4, 1], entities: { 1: todo(1, 'a'), 4: todo(4, 'd') } };
    expect(sorted.ids(sorted.from(sorted.all(foreign)))).toEqual([1, 4]);
  });

  it('of 10,000 items compares a new one a few times, and many no more than a merge does', () => {
    let compared = 0;
    const counted = entities<Todo>({ id: ({ id }) => id, sort: (a, b) => (compared++, a.id - b.id) });
    const many = counted.from(Array.from({ length: 10_000 }, (_, index) => todo(index * 2)));
    compared = 0;
    expect(counted.ids(counted.add(many, todo(9_999))).indexOf(9_999)).toBe(5000);
    expect(compared).toBeLessThanOrEqual(14);
    compared = 0;
    counted.add(many, Array.from({ length: 100 }, (_, index) => todo(index * 200 + 1)));
    expect(compared).toBeLessThanOrEqual(10_000 + 100 + 100 * 7);
  });
});

describe('ids', () => {
  interface Word { readonly id: string | number; readonly n: number }
  const words = entities<Word>({ id: ({ id }) => id });

  it.each(['', '__proto__', 'constructor', 'toString', 'hasOwnProperty', '0', '-1', 'a b'])("%j is one like any other", (id) => {
    const one = words.add(words.add(words.none, { id: 'first', n: 0 }), { id, n: 1 });
    expect([words.has(words.none, id), words.byId(words.none, id)]).toEqual([false, undefined]);
    expect(words.all(one)).toEqual([{ id: 'first', n: 0 }, { id, n: 1 }]);
    expect(Object.getPrototypeOf(one.entities)).toBe(Object.prototype);
    const two = words.update(words.add(one, { id: 'last', n: 3 }), { id, changes: { n: 2 } });
    expect([words.has(two, id), words.byId(two, id)]).toEqual([true, { id, n: 2 }]);
    expect(words.all(JSON.parse(JSON.stringify(two)) as typeof two)).toEqual([{ id: 'first', n: 0 }, { id, n: 2 }, { id: 'last', n: 3 }]);
    expect(words.ids(words.update(two, { id, changes: { id: 'other' } }))).toEqual(['first', 'other', 'last']);
    expect(words.update(words.update(two, { id, changes: { id: 'other' } }), { id: 'other', changes: { id } })).toEqual(two);
    expect(words.ids(words.remove(two, id))).toEqual(['first', 'last']);
    expect(({} as { n?: number }).n).toBeUndefined();
  });

  it('1 and \'1\' are the same', () => {
    const one = words.add(words.none, { id: 1, n: 1 });
    expect(words.add(one, { id: '1', n: 2 })).toBe(one);
    expect(words.byId(one, '1')).toEqual({ id: 1, n: 1 });
    expect(words.all(words.set(one, { id: '1', n: 2 }))).toEqual([{ id: '1', n: 2 }]);
    expect(words.ids(words.update(one, { id: '1', changes: { id: 'x' } }))).toEqual(['x']);
    expect(words.remove(one, '1')).toEqual(words.none);
    const two = words.set(one, { id: '1', n: 2 });
    expect(words.replaceAll(two, words.all(two))).toBe(two);
  });
});

describe('items that are known by their field `id`', () => {
  it('need nothing said, but for an order', () => {
    const plain = entities<Todo>();
    const given = [{ id: 2, text: 'b' }, { id: 1, text: 'a' }] as unknown as Todo[];
    expect(plain.from(given)).toEqual(todos.from(given));
    expect(entities<Todo>({ sort: (a, b) => a.id - b.id }).from(given).ids).toEqual([1, 2]);
    expect(entities<Todo>({ id: undefined }).from(given).ids).toEqual([2, 1]);
    expect(() => plain.add(plain.none, { text: 'a' } as never)).toThrow(new TypeError('Expected `id` to be a string or a finite number, got undefined'));
  });
});

describe('what it can not work with', () => {
  // Casts here and below: what the types refuse comes from code without types.
  const wrong = (value: unknown) => value as never;

  it.each<[string, unknown, string]>([
    ['options that are none', null, 'Expected `options` to be an object, got null'],
    ['an id that is a name', { id: 'id' }, "Expected `id` to be a function, got 'id'"],
    ['a sort that is none', { id: () => 1, sort: 'text' }, "Expected `sort` to be a function, got 'text'"],
  ])('is refused at once: %s', (_what, options, message) => {
    expect(() => entities(wrong(options))).toThrow(new TypeError(message));
  });

  it.each<[string, unknown, string]>([
    ['no item', undefined, 'Expected `item` to be an object, got undefined'],
    ['null', null, 'Expected `item` to be an object, got null'],
    ['a text', 'a', "Expected `item` to be an object, got 'a'"],
    ['an item without an id', { text: 'a' }, 'Expected `id` to be a string or a finite number, got undefined'],
    ['an item with NaN for an id', { id: NaN }, 'Expected `id` to be a string or a finite number, got NaN'],
    ['an item with an object for an id', { id: {} }, 'Expected `id` to be a string or a finite number, got [object Object]'],
  ])('is refused, and the collection stays: %s', (_what, item, message) => {
    const error = new TypeError(message);
    for (const change of [todos.add, todos.set, todos.upsert]) {
      expect(() => change(three, wrong(item))).toThrow(error);
      expect(() => change(three, [todo(5), wrong(item)])).toThrow(error);
    }
    expect(() => todos.from([wrong(item)])).toThrow(error);
    expect(() => todos.replaceAll(three, [wrong(item)])).toThrow(error);
    expect(() => todos.update(three, { id: 1, changes: () => wrong(item) })).toThrow(error);
    expect(() => todos.update(three, () => wrong(item))).toThrow(error);
    expect(todos.ids(three)).toEqual([3, 1, 2]);
  });

  it.each<[string, unknown, string]>([
    ['no update', undefined, 'Expected `update` to be an object, got undefined'],
    ['an update without changes', { id: 1 }, 'Expected `changes` to be an object, got undefined'],
    ['an update to no id', { id: 1, changes: { id: null } }, 'Expected `id` to be a string or a finite number, got null'],
  ])('is refused by update: %s', (_what, update, message) => {
    expect(() => todos.update(three, wrong(update))).toThrow(new TypeError(message));
  });
});

describe('in a store', () => {
  it('the functions are handlers and queries as they are', async () => {
    const store = createStore({
      state: sorted.none,
      commands: {
        add: sorted.add, set: sorted.set, upsert: sorted.upsert, update: sorted.update, remove: sorted.remove, clear: sorted.clear,
        replaceAll: sorted.replaceAll,
      },
      queries: { byId: sorted.byId, count: sorted.count, all: sorted.all },
    });
    const seen: string[] = [];
    store.select(sorted.all).subscribe((all) => seen.push(all.map(({ text }) => text).join('')));
    await store.ask.add([todo(2, 'b'), todo(1, 'a')]);
    store.tell.add(todo(2, 'again'));
    store.tell.set(todo(3, 'c'));
    store.tell.upsert({ id: 1, text: 'd' });
    store.tell.update({ id: 3, changes: { text: 'e' } });
    expect(await store.ask.byId(3)).toEqual(todo(3, 'e'));
    expect(await store.ask.count()).toBe(3);
    store.tell.remove([1, 2]);
    store.tell.clear();
    store.tell.clear();
    store.tell.replaceAll([todo(7, 'z')]);
    expect(seen).toEqual(['', 'ab', 'abc', 'bcd', 'bde', 'e', '', 'z']);
    expect(await store.ask.all()).toBe(sorted.all(store.snapshot()));
  });

  it('what is bad fails that ask alone', async () => {
    const store = createStore({ state: todos.none, commands: { add: todos.add } });
    await expect(store.ask.add({ text: 'no id' } as never)).rejects.toThrow('Expected `id` to be a string or a finite number, got undefined');
    await store.ask.add(todo(1));
    expect(store.snapshot().ids).toEqual([1]);
  });

  it('a collection that stays the same is not shown again', () => {
    const store = createStore({ state: three, commands: { add: todos.add, update: todos.update } });
    const seen: unknown[] = [];
    store.select().subscribe((state) => seen.push(state));
    store.tell.add(todo(1));
    store.tell.update({ id: 2, changes: { done: false } });
    expect(seen).toEqual([three]);
  });

  it('a part of a state is changed by focus, and its items are the same array while it stays', () => {
    interface App { readonly todos: EntityState<Todo, number>; readonly filter: string }
    const part = { get: (app: App) => app.todos, set: (app: App, next: App['todos']) => ({ ...app, todos: next }) };
    const store = createStore({
      state: (): App => ({ todos: todos.none, filter: 'all' }),
      commands: { add: focus(todos.add, part), filter: (app, filter: string) => ({ ...app, filter }) },
    });
    const seen: number[] = [];
    store.select((app) => todos.all(app.todos)).subscribe((all) => seen.push(all.length));
    store.tell.add([todo(1), todo(2)]);
    store.tell.filter('open');
    expect(seen).toEqual([0, 2]);
    expect(store.snapshot()).toMatchObject({ todos: { ids: [1, 2] }, filter: 'open' });
  });

  it('a handler of one\'s own replies what it likes', async () => {
    const store = createStore({
      state: todos.none,
      commands: { add: (state, text: string) => reply(todos.add(state, todo(todos.count(state) + 1, text)), todos.count(state) + 1) },
    });
    expect([await store.ask.add('a'), await store.ask.add('b')]).toEqual([1, 2]);
  });
});
