/** What is taken over from a storage keeps the order of its fields, and what stands in each place of its arrays. */
import { createStore } from 'ownstate';
import { persist, replaceable } from 'ownstate/app';
import { describe, expect, it } from 'vitest';
import { sharing } from '../../../lib/app/persist/sharing.js';
import { shelf } from './support.js';

type Columns = Readonly<Record<string, { readonly width: number }>>;
const columns: Columns = { title: { width: 1 }, price: { width: 2 } };

describe('the order of fields', () => {
  it('is that of what came, and each part stays the very same', () => {
    const { title, price } = columns;
    const moved = sharing(columns, structuredClone({ price, title }) as Columns);
    expect(Object.keys(moved)).toEqual(['price', 'title']);
    expect(moved['price']).toBe(price);
    expect(moved['title']).toBe(title);
  });

  it('is seen in a store that takes it over', () => {
    const store = createStore(replaceable({ name: 'settings', state: { columns }, commands: {} }));
    persist(store, shelf('{"version":0,"state":{"columns":{"price":{"width":2},"title":{"width":1}}}}'), { page: {} });
    expect(Object.keys(store.snapshot().columns)).toEqual(['price', 'title']);
    expect(store.snapshot().columns['price']).toBe(columns['price']);
  });
});

describe('an array with a gap', () => {
  it('is taken as it came, also where a field makes up for it', () => {
    const came: readonly unknown[] = Object.assign([1, , 3], { more: 1 });
    expect(sharing<readonly unknown[]>([1, 2, 3], came)).toBe(came);
    expect(sharing(came, [1, 2, 3])).toStrictEqual([1, 2, 3]);
  });
});
