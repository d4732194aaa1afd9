/** What is taken over from a storage: what is the same in it stays the very same object, so that it isn't shown again. */
import { array, assert, constant, constantFrom, dictionary, integer, letrec, oneof, property, string } from 'fast-check';
import { createStore } from 'ownstate';
import { entities, optimistic, persist, replaceable, undoable, type EntityState } from 'ownstate/app';
import { describe, expect, it } from 'vitest';
import { sharing } from '../../../lib/app/persist/sharing.js';
import { browser, shelf, virtualTime } from './support.js';

interface Card { readonly id: string; readonly title: string }
interface Board { readonly cards: EntityState<Card, string>; readonly names: readonly string[] }

const cards = entities<Card>({ id: ({ id }) => id });
const first: Board = { cards: cards.from([{ id: 'a', title: 'tea' }, { id: 'b', title: 'milk' }]), names: ['Ann', 'Bob'] };

const definition = replaceable({
  name: 'settings',
  state: first,
  commands: { rename: (board, card: Card) => ({ ...board, cards: cards.set(board.cards, card) }) },
});

describe('what another tab saves', () => {
  it.each([['json'], ['plain']] as const)('is shown to those whose part has changed, and to nobody else: %s', async (format) => {
    const { scheduler, pass } = virtualTime();
    const storage = shelf();
    // A storage gives what it keeps as a copy.
    const copying = { ...storage, getItem: (key: string) => structuredClone(storage.getItem(key)) };
    const { tab } = browser();
    const [here, there] = [createStore(definition), createStore(definition)];
    for (const store of [here, there]) persist(store, copying, { scheduler, format, page: tab().page });
    await pass();

    const seen: string[] = [];
    here.select(({ cards }) => cards.entities['a']).subscribe((card) => seen.push(card?.title ?? ''));
    here.select(({ cards }) => cards.entities['b']).subscribe((card) => seen.push(card?.title ?? ''));
    here.select(({ cards }) => cards.ids).subscribe((ids) => seen.push(ids.join()));
    here.select(({ names }) => names).subscribe((names) => seen.push(names.join()));
    seen.length = 0;
    there.tell.rename({ id: 'b', title: 'cream' });
    await pass(100);
    expect(seen).toEqual(['cream']);
    expect(here.snapshot()).toEqual(there.snapshot());
    await Promise.all([here.shutdown(), there.shutdown()]);
  });

  it('is shown to nobody where it holds the same', async () => {
    const { scheduler, pass } = virtualTime();
    const storage = shelf(`{"version":0,"state":${JSON.stringify(first)}}`);
    const store = createStore(definition);
    const seen: unknown[] = [];
    store.select().subscribe((board) => seen.push(board));
    const kept = persist(store, storage, { scheduler, page: {} });
    expect(await kept.hydrated).toBe('restored');
    expect(seen).toEqual([first]);
    expect(seen[0]).toBe(store.snapshot());

    // What is changed afterwards is saved like any change.
    store.tell.rename({ id: 'a', title: 'chai' });
    await pass(100);
    expect(storage.saved).toContain('chai');
    await store.shutdown();
  });

  it('makes no step of an undoable store where it holds the same', () => {
    const storage = shelf(`{"version":0,"state":${JSON.stringify(first)}}`);
    const store = createStore(optimistic(undoable(definition)));
    persist(store, storage, { pick: ({ present }) => present, page: {} });
    expect(store.snapshot()).toEqual({ present: first, canUndo: false, canRedo: false });
  });

  it('keeps the parts that `merge` brings together, too', () => {
    const storage = shelf(`{"version":0,"state":${JSON.stringify({ ...first, names: ['Cid'] })}}`);
    const store = createStore(definition);
    const { cards } = store.snapshot();
    persist(store, storage, { merge: (present, saved) => ({ ...saved, names: [...present.names, ...saved.names] }), page: {} });
    expect(store.snapshot().names).toEqual(['Ann', 'Bob', 'Cid']);
    expect(store.snapshot().cards).toBe(cards);
  });
});

describe('sharing', () => {
  const { value } = letrec((tie) => ({
    value: oneof(
      { maxDepth: 4 }, integer({ min: 0, max: 2 }), constantFrom(null, undefined, -0, NaN), string({ maxLength: 1 }),
      array(tie('value'), { maxLength: 3 }), dictionary(constantFrom('a', 'b', '__proto__', 'length'), tie('value'), { noNullPrototype: true }), constant(new Date(0)),
    ),
  }));

  it('holds what came, and changes nothing', () => {
    assert(property(value, value, (before, after) => {
      const copies = [structuredClone(before), structuredClone(after)];
      expect(sharing(before, after)).toStrictEqual(after);
      expect([before, after]).toStrictEqual(copies);
    }), { numRuns: 1000 });
  });

  it('is the very same where both hold the same', () => {
    const json = letrec((tie) => ({
      value: oneof({ maxDepth: 4 }, integer(), string(), array(tie('value')), dictionary(string(), tie('value'), { noNullPrototype: true })),
    })).value;
    assert(property(json, (before) => {
      expect(sharing(before, structuredClone(before))).toBe(before);
      expect(sharing({ before, other: 1 }, structuredClone({ before, other: 2 })).before).toBe(before);
      expect(sharing([before, 1], structuredClone([before, 2]))[0]).toBe(before);
    }), { numRuns: 500 });
  });

  it.each<[string, () => unknown]>([
    ['a date', () => new Date(0)],
    ['a map', () => new Map([[1, 2]])],
    ['an instance', () => Object.create({ price: () => 1 }, {}) as unknown],
    ['an object without a prototype', () => Object.assign(Object.create(null) as object, { a: 1 })],
    ['an object with a symbol', () => ({ a: 1, [Symbol.for('b')]: 2 })],
    ['an array with a gap', () => [1, , 3]],
    ['an array that ends in a gap', () => Object.assign([1], { length: 2 })],
    ['an array with a field', () => Object.assign([1], { more: 1 })],
  ])('takes %s as it came', (_what, make) => {
    const came = { inner: make() };
    expect(sharing({ inner: make() }, came).inner).toBe(came.inner);
  });

  it.each<[string, unknown, unknown]>([
    ['an array for an object', { 0: 'a' }, ['a']],
    ['an object for an array', ['a'], { 0: 'a' }],
    ['one more field', { a: 1 }, { a: 1, b: undefined }],
    ['one less', { a: 1, b: undefined }, { a: 1 }],
    ['another name', { a: undefined }, { b: undefined }],
    ['a name from a prototype', { a: 1 }, { constructor: Object }],
    ['a longer array', [1], [1, undefined]],
    ['-0', { a: 0 }, { a: -0 }],
  ])('tells %s from what is there', (_what, present, came) => {
    expect(sharing(present, came)).toStrictEqual(came);
    expect(sharing(present, came)).not.toBe(present);
  });

  it('gives what is met twice as one, and ends on a ring', () => {
    const part = { a: [1] };
    const twice = sharing({ x: { a: [1] }, y: { a: [1] } }, { x: part, y: part });
    expect(twice.x).toBe(twice.y);
    interface Ring { readonly name: string; next?: Ring }
    const ring = (name: string): Ring => {
      const made: Ring = { name };
      return made.next = made;
    };
    expect(sharing(ring('a'), ring('a')).next?.next?.name).toBe('a');
  });

  it('leaves what lies very deep as it came', () => {
    const deep = () => {
      let made: unknown = 1;
      for (let i = 0; i < 100_000; i++) made = [made];
      return made;
    };
    expect(Array.isArray(sharing(deep(), deep()))).toBe(true);
  });
});
