/** A collection of items by id, sorted or in the order of their coming, as plain functions on a plain state. */
import { expectObject } from '../internal/expect.js';
import {
  copied, find, idOf, itemOf, listed, resolved, type EntitiesOptions, type EntityId, type EntityState, type EntityUpdate, type EntityIdOf,
} from './entities/collection.js';
import { Draft } from './entities/draft.js';

/**
 * What `entities` gives: functions of a collection, each `(state, payload)` like a handler. Those that change give the
 * very same collection where nothing changes. One item or id may stand for a list of one; a list is worked off in its order.
 */
export interface EntityFunctions<T, K extends EntityId = EntityId> {
  /** The collection without items. */
  readonly none: EntityState<T, K>;
  /** A collection of items; of several with the same id the last. @throws TypeError for what is no item, or has no id */
  readonly from: (items: readonly T[]) => EntityState<T, K>;
  /** Adds items; one whose id is there already is passed over. @throws TypeError for what is no item, or has no id */
  readonly add: (state: EntityState<T, K>, items: T | readonly T[]) => EntityState<T, K>;
  /** Adds items, or puts them in the place of those with their ids. @throws TypeError for what is no item, or has no id */
  readonly set: (state: EntityState<T, K>, items: T | readonly T[]) => EntityState<T, K>;
  /** Adds items, or merges their fields into those with their ids. @throws TypeError for what is no item, or has no id */
  readonly upsert: (state: EntityState<T, K>, items: T | readonly T[]) => EntityState<T, K>;
  /**
   * Changes items: by `{ id, changes }`, the fields that change or a function of the item; or all of them by a function. An
   * item whose id changes keeps its place where nothing is sorted; one that had that id before goes.
   *
   * @throws TypeError for changes that are none, and for an item that is none or has no id then
   */
  readonly update: (
    state: EntityState<T, K>,
    updates: EntityUpdate<T, K> | readonly EntityUpdate<T, K>[] | ((item: T) => T),
  ) => EntityState<T, K>;
  /** Removes items: by id, or those of which a function says so. Ids that aren't there are passed over. */
  readonly remove: (state: EntityState<T, K>, which: K | readonly K[] | ((item: T) => boolean)) => EntityState<T, K>;
  /** Removes all items. */
  readonly clear: (state: EntityState<T, K>) => EntityState<T, K>;
  /** Has these items and no others, as `from` does. @throws TypeError for what is no item, or has no id */
  readonly replaceAll: (state: EntityState<T, K>, items: readonly T[]) => EntityState<T, K>;
  /** The items in their order: the same array, frozen, for the same collection. */
  readonly all: (state: EntityState<T, K>) => readonly T[];
  /** The item with an id, `undefined` without one. */
  readonly byId: (state: EntityState<T, K>, id: K) => T | undefined;
  /** Whether there is an item with an id. */
  readonly has: (state: EntityState<T, K>, id: K) => boolean;
  /** How many items there are. */
  readonly count: (state: EntityState<T, K>) => number;
  /** The ids, in the order of the items. */
  readonly ids: (state: EntityState<T, K>) => readonly K[];
}

/** The options for items that are known by their field `id`. */
type ById<T> = Pick<EntitiesOptions<T>, 'sort'> & { readonly id?: undefined };

/**
 * Functions for a collection of items by id, in the form `{ ids, entities }` that NgRx Entity and the entity adapter of
 * Redux Toolkit use. They're pure and keep to plain data, so a collection can be a whole state or a part of one, saved,
 * sent, and compared by `===`.
 *
 * A change costs O(n) in time, since a plain object is copied; many items in one call cost it once. In a sorted
 * collection one that comes finds its place by halving, many are sorted and merged; one that comes, or whose order or id
 * changes, goes behind its equals.
 *
 * Gotchas: items are plain objects, never changed in place. An `update` or `upsert` whose fields all have their values
 * already changes nothing; a `set` of another object does. A sorted collection from elsewhere, whose order may be
 * another, is brought into order by `from(all(state))`.
 *
 * @param options the id of an item, by default its field `id`, and the order of items
 * @throws TypeError unless `id` and `sort`, where they're given, are functions
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { entities } from 'ownstate/app';
 *
 * interface Todo { readonly id: number; readonly text: string; readonly done: boolean }
 *
 * const todos = entities<Todo>({ sort: (a, b) => a.text.localeCompare(b.text) });
 * const store = createStore({
 *   state: todos.none,
 *   commands: { add: todos.add, update: todos.update, remove: todos.remove },
 * });
 *
 * store.select(todos.all).subscribe((all) => console.log(all.map(({ text }) => text))); // [], [ 'tea' ], [ 'milk', 'tea' ], [ 'milk' ], [ 'milk' ]
 * store.tell.add({ id: 1, text: 'tea', done: false });
 * store.tell.add({ id: 2, text: 'milk', done: false });
 * store.tell.remove(1);
 * store.tell.update({ id: 2, changes: { done: true } });
 * console.log(todos.byId(store.snapshot(), 2)); // { id: 2, text: 'milk', done: true }
 * ```
 */
export function entities<T extends { readonly id: EntityId }>(options?: ById<T>): EntityFunctions<T, EntityIdOf<T>>;
export function entities<T extends object, K extends EntityId = EntityIdOf<T>>(options: EntitiesOptions<T, K>): EntityFunctions<T, K>;
export function entities<T extends object, K extends EntityId = EntityIdOf<T>>(given: EntitiesOptions<T, K> | ById<T> = {}): EntityFunctions<T, K> {
  const options = resolved<T, K>(given);
  type State = EntityState<T, K>;
  const none: State = Object.freeze({ ids: Object.freeze([]), entities: Object.freeze({}) });
  /** The items of each collection that was asked for them. */
  const known = new WeakMap<object, { readonly ids: readonly K[]; readonly items: readonly T[] }>();

  /** Has `how` put each item into a draft of the collection. */
  const each = (how: (draft: Draft<T, K>, id: K, item: T) => void) => (state: State, items: T | readonly T[]): State => {
    const draft = new Draft(state, options);
    for (const item of listed(items)) how(draft, idOf(item, options), item);
    return draft.done();
  };
  const set = each((draft, id, item) => draft.put(id, item));

  const from = (items: readonly T[]): State => set(none, items);

  const all = (state: State): readonly T[] => {
    const before = known.get(state.entities);
    if (before?.ids === state.ids) return before.items;
    const items = Object.freeze(state.ids.map((id) => itemOf(state.entities, id)));
    known.set(state.entities, { ids: state.ids, items });
    return items;
  };

  const replaceAll = (state: State, items: readonly T[]): State => {
    const next = from(items);
    const same = next.ids.length === state.ids.length
      && next.ids.every((id, index) => String(id) === String(state.ids[index]) && itemOf(next.entities, id) === itemOf(state.entities, id));
    return same ? state : next;
  };

  return {
    none,
    from,
    add: each((draft, id, item) => {
      if (draft.find(id) === undefined) draft.put(id, item);
    }),
    set,
    upsert: each((draft, id, item) => {
      const present = draft.find(id);
      if (present === undefined) draft.put(id, item);
      else draft.replace(id, merged(present, item));
    }),
    update: (state, updates) => {
      if (typeof updates === 'function') return replaceAll(state, all(state).map((item) => updates(item)));
      const draft = new Draft(state, options);
      for (const update of listed(updates)) {
        expectObject(update, 'update');
        const { id, changes } = update;
        const present = draft.find(id);
        if (present !== undefined) draft.replace(id, typeof changes === 'function' ? changes(present) : merged(present, changes));
      }
      return draft.done();
    },
    remove: (state, which) => {
      const { ids, entities } = state;
      const gone = typeof which === 'function'
        ? new Set(ids.filter((id) => which(itemOf(entities, id))).map(String))
        : new Set(listed(which).filter((id) => Object.hasOwn(entities, id)).map(String));
      if (gone.size === 0) return state;
      const kept = ids.filter((id) => !gone.has(String(id)));
      return { ids: kept, entities: copied(entities, kept) };
    },
    clear: (state) => state.ids.length === 0 ? state : none,
    replaceAll,
    all,
    byId: ({ entities }, id) => find(entities, id),
    has: ({ entities }, id) => Object.hasOwn(entities, id),
    count: ({ ids }) => ids.length,
    ids: ({ ids }) => ids,
  };
}

/** An item with other values in some of its fields; the same one if they're there already. */
function merged<T extends object>(item: T, changes: Partial<T>): T {
  expectObject(changes, 'changes');
  const same = (Object.keys(changes) as (keyof T)[]).every((key) => Object.hasOwn(item, key) && Object.is(item[key], changes[key]));
  return same ? item : { ...item, ...changes };
}
