/**
 * A collection does what the entity adapter of Redux Toolkit does, for those who come from there. Where it differs is
 * specified one by one below.
 */
import { createEntityAdapter, type EntityState as ToolkitState } from '@reduxjs/toolkit';
import { entities, type EntityState } from 'ownstate/app';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

interface Item {
  readonly id: string;
  readonly rank: number;
  readonly tag?: string;
}

/** No two are equal: what becomes of equals is each library's own. */
const sort = (a: Item, b: Item) => a.rank - b.rank || (a.id < b.id ? -1 : 1);

const ids = ['a', 'b', 'c', 'd', 'e'] as const;
const id = fc.constantFrom<string>(...ids);
const rank = fc.integer({ min: 0, max: 3 });
const tag = fc.constantFrom('x', 'y');
const items = fc.array(fc.record({ id, rank, tag }, { requiredKeys: ['id', 'rank'] }), { maxLength: 5 });
const updates = fc.array(fc.record({ id, changes: fc.record({ rank, tag }, { requiredKeys: [] }) }), { maxLength: 4 });

type Ours = EntityState<Item, string>;
type Theirs = ToolkitState<Item, string>;

describe.each([['unsorted', false], ['sorted', true]])('%s', (_how, isSorted) => {
  const ours = entities<Item>({ id: (item) => item.id, ...(isSorted && { sort }) });
  const theirs = createEntityAdapter<Item>(isSorted ? { sortComparer: sort } : {});

  /** The same of each library, by a name of each. */
  const step: fc.Arbitrary<{ readonly ours: (state: Ours) => Ours; readonly theirs: (state: Theirs) => Theirs }> = fc.oneof(
    items.map((list) => ({ ours: (state: Ours) => ours.add(state, list), theirs: (state: Theirs) => theirs.addMany(state, list) })),
    items.map((list) => ({ ours: (state: Ours) => ours.set(state, list), theirs: (state: Theirs) => theirs.setMany(state, list) })),
    items.map((list) => ({ ours: (state: Ours) => ours.upsert(state, list), theirs: (state: Theirs) => theirs.upsertMany(state, list) })),
    updates.map((list) => ({ ours: (state: Ours) => ours.update(state, list), theirs: (state: Theirs) => theirs.updateMany(state, list) })),
    fc.array(id, { maxLength: 3 }).map((list) => ({ ours: (state: Ours) => ours.remove(state, list), theirs: (state: Theirs) => theirs.removeMany(state, list) })),
    items.map((list) => ({ ours: (state: Ours) => ours.replaceAll(state, list), theirs: (state: Theirs) => theirs.setAll(state, list) })),
    fc.constant({ ours: (state: Ours) => ours.clear(state), theirs: (state: Theirs) => theirs.removeAll(state) }),
    // The order of what isn't sorted is another matter, see below.
    ...(isSorted ? [fc.tuple(id, fc.constantFrom('x', 'y', 'z')).map(([from, to]) => ({
      ours: (state: Ours) => ours.has(state, to) ? state : ours.update(state, { id: from, changes: { id: to } }),
      theirs: (state: Theirs) => to in state.entities ? state : theirs.updateOne(state, { id: from, changes: { id: to } }),
    }))] : []),
  );

  it('does the same, and reads the same', () => fc.assert(fc.property(fc.array(step, { maxLength: 10 }), (steps) => {
    let mine: Ours = ours.none;
    let other: Theirs = theirs.getInitialState();
    const read = theirs.getSelectors();
    for (const now of steps) {
      mine = now.ours(mine);
      other = now.theirs(other);
      expect(mine).toEqual(other);
      expect(ours.all(mine)).toEqual(read.selectAll(other));
      expect([ours.ids(mine), ours.count(mine)]).toEqual([read.selectIds(other), read.selectTotal(other)]);
      for (const each of ids) expect(ours.byId(mine, each)).toEqual(read.selectById(other, each));
    }
  }), { numRuns: 150 }));
});

describe('other than there', () => {
  interface Numbered { readonly id: number; readonly tag: string }
  const two: readonly Numbered[] = [{ id: 2, tag: 'b' }, { id: 1, tag: 'a' }];
  const ours = entities<Numbered>({ id: ({ id }) => id });
  const theirs = createEntityAdapter<Numbered>();

  it('an item whose id changes keeps its place', () => {
    const update = { id: 2, changes: { id: 9 } };
    expect(ours.update(ours.from(two), update).ids).toEqual([9, 1]);
    expect(theirs.updateOne(theirs.setAll(theirs.getInitialState(), two), update).ids).toEqual([1, 9]);
  });

  it('names of Object.prototype are ids like any other', () => {
    const named = entities<{ readonly id: string }>({ id: ({ id }) => id });
    const adapter = createEntityAdapter<{ readonly id: string }>();
    expect(named.add(named.none, { id: 'constructor' }).ids).toEqual(['constructor']);
    expect(adapter.addOne(adapter.getInitialState(), { id: 'constructor' }).ids).toEqual([]);
  });
});
