/** The last so many items, ids and numbers by chance. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomId, randomNumber } from '../../../lib/stores/structures/chance.js';
import { Recent } from '../../../lib/stores/structures/recent.js';

describe('recent items', () => {
  it('are the last so many, in their order', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 9 }), fc.array(fc.nat(), { maxLength: 40 }), fc.nat(50), (capacity, items, most) => {
      const recent = new Recent<number>(capacity);
      for (const item of items) recent.push(item);
      const kept = capacity === 0 ? [] : items.slice(-capacity);
      expect(recent.last()).toEqual(kept);
      expect(recent.size).toBe(kept.length);
      expect(recent.last(most)).toEqual(most === 0 ? [] : kept.slice(-most));
    }));
  });

  it('cleared are none, and come again', () => {
    const recent = new Recent<number>(2);
    [1, 2, 3].forEach((item) => recent.push(item));
    recent.clear();
    recent.push(4);
    expect(recent.last()).toEqual([4]);
  });
});

describe('chance', () => {
  it('makes ids of 22 characters that fit into URLs, cookies and headers, and none twice', () => {
    const ids = Array.from({ length: 10_000 }, randomId);
    expect(ids.filter((id) => !/^[\w-]{22}$/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('uses each character of the alphabet about as often at each place', () => {
    const counts = new Map<string, number>();
    const ids = Array.from({ length: 20_000 }, randomId);
    for (const id of ids) for (const place of [0, 21]) counts.set(`${place}${id[place]!}`, (counts.get(`${place}${id[place]!}`) ?? 0) + 1);
    expect(counts.size).toBe(128);
    // 312 are expected, with a standard deviation of 18.
    expect([...counts.values()].filter((count) => count < 200 || count > 430)).toEqual([]);
  });

  it('makes numbers from 0 to below 1, about as many in each tenth', () => {
    const numbers = Array.from({ length: 20_000 }, randomNumber);
    expect(numbers.filter((number) => !(number >= 0 && number < 1))).toEqual([]);
    const tenths = Array.from({ length: 10 }, (_, tenth) => numbers.filter((number) => Math.floor(number * 10) === tenth).length);
    expect(tenths.filter((count) => count < 1700 || count > 2300)).toEqual([]);
  });
});
