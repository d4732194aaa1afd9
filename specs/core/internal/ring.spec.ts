/** The ring behind the mailbox, held against a plain array. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ring } from '../../../lib/core/internal/ring.js';

type Step = { do: 'push'; times: number } | { do: 'shift'; times: number } | { do: 'keep'; divisor: number; rest: number };

const times = fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 1, max: 5 }) }, { weight: 1, arbitrary: fc.integer({ min: 10, max: 40 }) });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('push' as const), times }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('shift' as const), times }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('keep' as const), divisor: fc.integer({ min: 1, max: 4 }), rest: fc.nat(3) }) },
  ),
  { maxLength: 60 },
);

/** All that is in a ring, from the head on. */
function contents(ring: Ring<number>): number[] {
  return Array.from({ length: ring.size }, (_, place) => ring.at(place));
}

describe('A ring', () => {
  it('holds nothing at first, and gives undefined then', () => {
    const ring = new Ring<number>();
    expect(ring.size).toBe(0);
    expect(ring.shift()).toBeUndefined();
    expect(ring.size).toBe(0);
  });

  it('gives out first what was put in first', () => {
    const ring = new Ring<string>();
    for (const item of ['a', 'b', 'c']) ring.push(item);
    expect([ring.shift(), ring.shift(), ring.shift(), ring.shift()]).toEqual(['a', 'b', 'c', undefined]);
  });

  it('counts undefined as an item like any other', () => {
    const ring = new Ring<undefined>();
    ring.push(undefined);
    expect(ring.size).toBe(1);
    ring.shift();
    expect(ring.size).toBe(0);
  });

  it('does what a plain array does, whatever is pushed, shifted and kept', () => {
    fc.assert(fc.property(steps, (script) => {
      const ring = new Ring<number>();
      let model: number[] = [];
      let next = 0;
      for (const step of script) {
        if (step.do === 'keep') {
          const passes = (item: number) => item % step.divisor !== step.rest;
          ring.keep(passes);
          model = model.filter(passes);
        } else {
          for (let time = 0; time < step.times; time++) {
            if (step.do === 'shift') expect(ring.shift()).toBe(model.shift());
            else {
              ring.push(next);
              model.push(next++);
            }
          }
        }
        expect(contents(ring)).toEqual(model);
      }
    }));
  });

  it('keeps the order while it grows around its end', () => {
    const ring = new Ring<number>();
    // The head stands in the middle of the circle when it has to grow, each time at another place.
    const seen: number[] = [];
    for (let item = 0; item < 5000; item++) {
      ring.push(item);
      if (item % 3 === 0) seen.push(ring.shift()!);
    }
    while (ring.size > 0) seen.push(ring.shift()!);
    expect(seen).toEqual(Array.from({ length: 5000 }, (_, item) => item));
  });

  it('works on after it has emptied from a great size', () => {
    const ring = new Ring<number>();
    for (let round = 0; round < 3; round++) {
      for (let item = 0; item < 3000; item++) ring.push(item);
      for (let item = 0; item < 3000; item++) expect(ring.shift()).toBe(item);
      expect(ring.shift()).toBeUndefined();
    }
  });

  it('asks once for each item what to keep, in order', () => {
    const ring = new Ring<number>();
    for (let item = 0; item < 20; item++) ring.push(item);
    ring.shift();
    const asked: number[] = [];
    ring.keep((item) => asked.push(item) % 2 === 0);
    expect(asked).toEqual(Array.from({ length: 19 }, (_, place) => place + 1));
    expect(contents(ring)).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18]);
  });
});
