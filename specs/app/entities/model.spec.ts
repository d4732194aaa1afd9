/** A collection does what a plain list does that works off one item after the other, sorted or not; and harms no state. */
import { entities, type EntitiesOptions, type EntityId, type EntityState } from 'ownstate/app';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

interface Item {
  readonly id: EntityId;
  readonly rank: number;
  readonly tag?: string;
}

type Change = { readonly id: EntityId; readonly changes: Partial<Item> | ((item: Item) => Item) };

/** What is done, with items and ids in lists. */
type Step =
  | { readonly do: 'add' | 'set' | 'upsert' | 'replaceAll'; readonly items: readonly Item[]; readonly one: boolean }
  | { readonly do: 'update'; readonly changes: readonly Change[]; readonly one: boolean }
  | { readonly do: 'update all'; readonly change: (item: Item) => Item }
  | { readonly do: 'remove'; readonly ids: readonly EntityId[]; readonly one: boolean }
  | { readonly do: 'remove where'; readonly rank: number }
  | { readonly do: 'clear' };

const same = (a: EntityId, b: EntityId) => String(a) === String(b);

/** The model: a list of items, worked off one by one. */
class List {
  readonly items: readonly Item[];
  readonly #sort: EntitiesOptions<Item>['sort'];

  constructor(sort: EntitiesOptions<Item>['sort'], items: readonly Item[] = []) {
    this.#sort = sort;
    this.items = items;
  }

  step(step: Step): List {
    switch (step.do) {
      case 'add': return step.items.reduce<List>((list, item) => (list.at(item.id) ? list : list.put(item)), this);
      case 'set': return step.items.reduce<List>((list, item) => list.put(item), this);
      case 'upsert': return step.items.reduce<List>((list, item) => {
        const present = list.at(item.id);
        return present ? list.replace(present, item) : list.put(item);
      }, this);
      case 'replaceAll': return step.items.reduce<List>((list, item) => list.put(item), new List(this.#sort));
      case 'update': return step.changes.reduce<List>((list, { id, changes }) => {
        const present = list.at(id);
        return present ? list.replace(present, typeof changes === 'function' ? changes(present) : changes) : list;
      }, this);
      case 'update all': return this.step({ do: 'replaceAll', items: this.items.map(step.change), one: false });
      case 'remove': return new List(this.#sort, this.items.filter(({ id }) => !step.ids.some((gone) => same(gone, id))));
      case 'remove where': return new List(this.#sort, this.items.filter(({ rank }) => rank !== step.rank));
      case 'clear': return new List(this.#sort);
    }
  }

  at(id: EntityId): Item | undefined {
    return this.items.find((item) => same(item.id, id));
  }

  put(item: Item): List {
    const present = this.at(item.id);
    if (present) return this.#swap(present, item);
    const place = this.#sort ? this.items.findIndex((other) => this.#sort!(item, other) < 0) : -1;
    const at = place < 0 ? this.items.length : place;
    return new List(this.#sort, [...this.items.slice(0, at), item, ...this.items.slice(at)]);
  }

  replace(present: Item, changes: Partial<Item>): List {
    const next: Item = { ...present, ...changes };
    if (Object.entries(next).every(([key, value]) => present[key as keyof Item] === value)) return this;
    const others = same(present.id, next.id) ? this : new List(this.#sort, this.items.filter(({ id }) => !same(id, next.id)));
    return others.#swap(present, next);
  }

  /** In its place, unless the order or the id changes and there's an order. */
  #swap(present: Item, next: Item): List {
    if (!this.#sort || (same(present.id, next.id) && this.#sort(present, next) === 0)) {
      return new List(this.#sort, this.items.map((item) => (item === present ? next : item)));
    }
    return new List(this.#sort, this.items.filter((item) => item !== present)).put(next);
  }
}

const id = fc.constantFrom<EntityId>('a', 'b', 'c', 1, 2, '1', '__proto__', 'constructor', '');
const rank = fc.integer({ min: 0, max: 3 });
const tag = fc.constantFrom('x', 'y');
const item: fc.Arbitrary<Item> = fc.record({ id, rank, tag }, { requiredKeys: ['id', 'rank'] });
const items = fc.array(item, { maxLength: 6 });
const changes = fc.oneof(
  { weight: 3, arbitrary: fc.record({ rank, tag }, { requiredKeys: [] }) },
  { weight: 1, arbitrary: fc.record({ id }) },
  { weight: 1, arbitrary: rank.map((by) => (before: Item): Item => (by === 0 ? before : { ...before, rank: (before.rank + by) % 4 })) },
);
const one = fc.boolean();
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('add' as const, 'set' as const, 'upsert' as const), items, one }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('update' as const), changes: fc.array(fc.record({ id, changes }), { maxLength: 3 }), one }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('update all' as const), change: rank.map((by) => (before: Item): Item => ({ ...before, rank: by, id: by === 3 ? 'a' : before.id })) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), ids: fc.array(id, { maxLength: 2 }), one }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove where' as const), rank }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('replaceAll' as const), items, one: fc.constant(false) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const) }) },
);

/** A list, or the one that is in it. */
const given = <T>(list: readonly T[], alone: boolean): T | readonly T[] => (alone && list.length === 1 ? list[0]! : list);

const byRank = (a: Item, b: Item) => a.rank - b.rank;

describe.each([
  ['in the order of coming', undefined],
  ['sorted, with equals', byRank],
])('a collection %s', (_order, sort) => {
  const some = entities<Item>({ id: (each) => each.id, ...(sort && { sort }) });
  type State = EntityState<Item>;

  function take(state: State, now: Step): State {
    switch (now.do) {
      case 'replaceAll': return some.replaceAll(state, now.items);
      case 'update': return some.update(state, given(now.changes, now.one));
      case 'update all': return some.update(state, now.change);
      case 'remove': return some.remove(state, given(now.ids, now.one));
      case 'remove where': return some.remove(state, (each) => each.rank === now.rank);
      case 'clear': return some.clear(state);
      default: return some[now.do](state, given(now.items, now.one));
    }
  }

  /** As a store gives it to its handlers in development. */
  function frozen(state: State): State {
    for (const part of [state, state.ids, state.entities, ...some.all(state)]) Object.freeze(part);
    return state;
  }

  it('does what the list does, and is the same object while the list stays', () => fc.assert(fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
    let state = frozen(some.none);
    let list = new List(sort);
    for (const now of steps) {
      const next = frozen(take(state, now));
      const after = list.step(now);
      expect(some.all(next)).toEqual(after.items);
      expect(next.ids.map(String)).toEqual(after.items.map((each) => String(each.id)));
      expect(Object.keys(next.entities).sort()).toEqual(next.ids.map(String).sort());
      expect(some.count(next)).toBe(after.items.length);
      for (const key of ['a', 1, '__proto__', 'constructor', 'toString']) {
        expect(some.byId(next, key)).toEqual(after.at(key));
        expect(some.has(next, key)).toBe(after.at(key) !== undefined);
      }
      const stays = after.items.length === list.items.length && after.items.every((each, index) => each === list.items[index]);
      // What the model keeps as it is, the collection does too; a function that makes an equal item makes another.
      if (stays) expect(next).toBe(state);
      if (next === state) expect(after.items).toEqual(list.items);
      // A list that was saved and restored goes on just so.
      state = frozen(now.do === 'clear' ? JSON.parse(JSON.stringify(next)) as State : next);
      list = after;
    }
  }), { numRuns: 400 }));
});
