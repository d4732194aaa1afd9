/** A collection while it's being changed: what it's made of is copied when something changes, and once. */
import { copied, find, idOf, put, type EntitiesOptions, type EntityId, type EntityState, type Table } from './collection.js';
import { inOrder } from './order.js';

export class Draft<T, K extends EntityId> {
  readonly #before: EntityState<T, K>;
  readonly #options: EntitiesOptions<T, K>;
  #items: Table<T> | undefined;
  /** The ids of a collection that isn't sorted. */
  #ids: K[] | undefined;
  /** Of a sorted one: those whose place is to be found, by key, in the order in which they came. */
  readonly #moved = new Map<string, K>();
  /** Whether ids are among those from before that don't stay where they are. */
  #left = false;

  constructor(before: EntityState<T, K>, options: EntitiesOptions<T, K>) {
    this.#before = before;
    this.#options = options;
  }

  find(id: EntityId): T | undefined {
    return find(this.#items ?? this.#before.entities, id);
  }

  /** Puts an item in the place of the one with its id, else behind all. */
  put(id: K, item: T): void {
    const present = this.find(id);
    if (present === item) return;
    const { sort } = this.#options;
    put(this.#own(), id, item);
    if (sort === undefined) {
      if (present === undefined) this.#order().push(id);
    } else if (present === undefined || sort(present, item) !== 0) {
      if (present !== undefined) this.#left = true;
      this.#move(id);
    }
  }

  /** Puts an item in the place of the one at `from`, under the id that it has by now. @throws TypeError for one without */
  replace(from: K, item: T): void {
    const id = idOf(item, this.#options);
    if (String(id) === String(from)) return this.put(id, item);
    const items = this.#own();
    Reflect.deleteProperty(items, from);
    put(items, id, item);
    if (this.#options.sort) {
      this.#left = true;
      this.#moved.delete(String(from));
      return this.#move(id);
    }
    const ids = this.#order();
    const [place, other] = [from, id].map((key) => ids.findIndex((each) => String(each) === String(key)));
    // Casts: `from` has its place, and `map` gives as many as it gets.
    ids[place as number] = id;
    if (other as number >= 0) ids.splice(other as number, 1);
  }

  /** The collection, the one from before if nothing has changed. */
  done(): EntityState<T, K> {
    const items = this.#items;
    if (items === undefined) return this.#before;
    return { ids: this.#sorted(items), entities: items };
  }

  #sorted(items: Table<T>): readonly K[] {
    const { ids } = this.#before;
    const { sort } = this.#options;
    if (sort === undefined || this.#moved.size === 0) return this.#ids ?? ids;
    const staying = this.#left ? ids.filter((id) => !this.#moved.has(String(id)) && Object.hasOwn(items, id)) : ids;
    return inOrder(staying, [...this.#moved.values()], items, sort);
  }

  /** It goes behind those that came before. */
  #move(id: K): void {
    const key = String(id);
    this.#moved.delete(key);
    this.#moved.set(key, id);
  }

  #own(): Table<T> {
    return this.#items ??= copied(this.#before.entities, this.#before.ids);
  }

  #order(): K[] {
    return this.#ids ??= [...this.#before.ids];
  }
}
