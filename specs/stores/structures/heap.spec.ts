/** The heap of numbered items. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Heap } from '../../../lib/stores/structures/heap.js';

/** A heap by the keys of an array. */
const heapOf = (keys: number[]) => new Heap((one, other) => keys[one]! < keys[other]!);

/** Takes all items out, the first one first. */
function drain(heap: Heap): number[] {
  const order: number[] = [];
  for (let item = heap.first; item >= 0; item = heap.first) {
    order.push(item);
    heap.delete(item);
  }
  return order;
}

describe('a heap', () => {
  it('without items has no first one', () => {
    expect(heapOf([]).first).toBe(-1);
    expect(heapOf([]).has(3)).toBe(false);
    expect(() => heapOf([]).delete(3)).not.toThrow();
  });

  it('gives its items in order, however they come, move and leave', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.constantFrom('set', 'delete'), fc.nat(40), fc.integer({ min: 0, max: 20 })), { maxLength: 200 }), (steps) => {
      const keys: number[] = [];
      const heap = heapOf(keys);
      const inside = new Set<number>();
      for (const [what, item, key] of steps) {
        if (what === 'set') {
          keys[item] = key;
          heap.set(item);
          inside.add(item);
        } else {
          heap.delete(item);
          inside.delete(item);
        }
        expect(heap.size).toBe(inside.size);
        const least = Math.min(...[...inside].map((each) => keys[each]!));
        if (inside.size > 0) expect(keys[heap.first]).toBe(least);
        expect(heap.has(item)).toBe(inside.has(item));
      }
      const order = drain(heap).map((item) => keys[item]!);
      expect(order).toEqual([...inside].map((item) => keys[item]!).sort((a, b) => a - b));
    }));
  });

  it('grows with the numbers of its items', () => {
    const keys: number[] = [];
    const heap = heapOf(keys);
    for (let item = 1000; item >= 0; item--) {
      keys[item] = item;
      heap.set(item);
    }
    expect(drain(heap)).toEqual(Array.from({ length: 1001 }, (_, item) => item));
  });

  it('cleared has nothing in it, and takes items again', () => {
    const heap = heapOf([3, 1, 2]);
    [0, 1, 2].forEach((item) => heap.set(item));
    heap.clear();
    expect([heap.size, heap.first, heap.has(1)]).toEqual([0, -1, false]);
    heap.set(2);
    expect(heap.first).toBe(2);
  });
});

describe('the items of a heap for which something holds', () => {
  it('are found from the first one on, and no more is looked at than needed', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 100 }), fc.integer({ min: -1, max: 51 }), (keys, most) => {
      const heap = heapOf(keys);
      keys.forEach((_key, item) => heap.set(item));
      let looks = 0;
      const found = heap.where((item) => {
        looks++;
        return keys[item]! <= most;
      });
      const expected = [...keys.keys()].filter((item) => keys[item]! <= most);
      expect([...found].sort((a, b) => a - b)).toEqual(expected);
      expect(looks).toBeLessThanOrEqual(2 * expected.length + 1);
    }));
  });
});
