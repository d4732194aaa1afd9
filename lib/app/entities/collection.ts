/** What a collection of entities is: plain data in the form that NgRx Entity and Redux Toolkit have made known. */
import { expect, expectFunction, expectObject } from '../../internal/expect.js';

/** What an item is known by. `1` and `'1'` are the same, since both are the same key of an object. */
export type EntityId = string | number;

/** The type of the ids of `T`, where it has a field `id`. */
export type EntityIdOf<T> = T extends { readonly id: infer I extends EntityId } ? I : EntityId;

/** A collection: plain data, never changed in place. */
export interface EntityState<T, K extends EntityId = EntityId> {
  /** The ids, in the order of the collection. */
  readonly ids: readonly K[];
  /** The items by id. An id that may be any text is looked up by `byId`, which doesn't take `constructor` for an item. */
  readonly entities: Readonly<Record<string, T>>;
}

/** How items are told apart, and in which order they stand. */
export interface EntitiesOptions<T, K extends EntityId = EntityId> {
  /** The id of an item: a string or a finite number. Pure. Default, for items that have one: their field `id`. */
  readonly id: (item: T) => K;
  /** Compares two items as `Array.prototype.sort` does. Pure. Default: items stand in the order in which they came. */
  readonly sort?: (a: T, b: T) => number;
}

/** What is to become of the item with an id. */
export interface EntityUpdate<T, K extends EntityId = EntityId> {
  /** Which item. One that isn't there is passed over. */
  readonly id: K;
  /** The fields that change, with their values; or a function that makes the next item of the present one. */
  readonly changes: Partial<T> | ((item: T) => T);
}

/** Items by key, while they're being put together. */
export type Table<T> = Record<string, T>;

/** The options with their defaults. @throws TypeError for those that no collection can work with */
export function resolved<T, K extends EntityId>(options: Pick<EntitiesOptions<T>, 'sort'> & { readonly id?: ((item: T) => K) | undefined }): EntitiesOptions<T, K> {
  expectObject(options, 'options');
  // A cast: without a function the items have a field of this name, or are refused.
  const { id = (item: T) => (item as { readonly id?: unknown }).id as K, sort } = options;
  expectFunction(id, 'id');
  if (sort !== undefined) expectFunction(sort, 'sort');
  return { id, ...(sort && { sort }) };
}

/** The id of an item. @throws TypeError for what is no item, or has no id */
export function idOf<T, K extends EntityId>(item: T, options: EntitiesOptions<T, K>): K {
  expectObject(item, 'item');
  const id: unknown = options.id(item);
  expect(typeof id === 'string' || Number.isFinite(id), 'id', 'a string or a finite number', id);
  // A cast: it has been looked at.
  return id as K;
}

/** One or several, as a list. */
export function listed<T>(items: T | readonly T[]): readonly T[] {
  // A cast: an item is no array.
  return Array.isArray(items) ? items as readonly T[] : [items as T];
}

/** The item with an id, `undefined` without one. By own property only. */
export function find<T>(entities: Readonly<Table<T>>, id: EntityId): T | undefined {
  return Object.hasOwn(entities, id) ? entities[id] : undefined;
}

/** The item with an id that is in the collection. */
export function itemOf<T>(entities: Readonly<Table<T>>, id: EntityId): T {
  // A cast: what has its id in a collection has its item there.
  return entities[id] as T;
}

/** Puts an item into a table of one's own; `__proto__` is a key like any other. */
export function put<T>(table: Table<T>, id: EntityId, item: T): void {
  if (id === '__proto__') Object.defineProperty(table, id, { value: item, writable: true, enumerable: true, configurable: true });
  else table[id] = item;
}

/** A table of one's own. Key by key: for 10,000 texts a spread takes three times as long, for as many numbers, frozen, 16 times. */
export function copied<T>(entities: Readonly<Table<T>>, ids: readonly EntityId[]): Table<T> {
  const table: Table<T> = {};
  for (const id of ids) put(table, id, itemOf(entities, id));
  return table;
}
