/** The numbers that follow from a seed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Generator } from '../../../lib/testing/simulation/generator.js';

const WORD = 2n ** 32n;

type Words = globalThis.Generator<number, void>;

/** sfc32 in integers of any size, cut to 32 bits by hand: what the generator has to give. */
function* reference(seed: number): Words {
  let [a, b, c, counter] = [BigInt(seed) % WORD, BigInt(seed) / WORD, 0x9e37_79b9n, 1n];
  const next = () => {
    const mixed = (a + b + counter) % WORD;
    counter = (counter + 1n) % WORD;
    a = b ^ (b / 2n ** 9n);
    b = (c * 9n) % WORD;
    c = (((c * 2n ** 21n) % WORD + c / 2n ** 11n) + mixed) % WORD;
    return mixed;
  };
  for (let round = 0; round < 15; round++) next();
  for (;;) yield Number(next());
}

const seeds = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const first = (seed: number, n: number) => {
  const generator = new Generator(seed);
  return Array.from({ length: n }, () => generator.next());
};

describe('the generator', () => {
  it('is sfc32 to the last bit', () => {
    fc.assert(fc.property(seeds, (seed) => {
      const wanted = reference(seed);
      expect(first(seed, 50)).toEqual(Array.from({ length: 50 }, () => wanted.next().value));
    }));
  });

  it('gives these numbers for seed 1 on every machine', () => {
    expect(first(1, 4)).toEqual([2_308_299_391, 1_950_625_580, 354_034_397, 661_219_729]);
  });

  it('has nothing in common between seeds next to each other', () => {
    const numbers = Array.from({ length: 1000 }, (_, seed) => first(seed, 10)).flat();
    expect(new Set(numbers).size).toBeGreaterThan(9980);
  });

  it('draws each of n about as often', () => {
    const generator = new Generator(5);
    const counts = [0, 0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 70_000; i++) counts[generator.below(7)]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it('says yes with the probability it is given', () => {
    const generator = new Generator(5);
    const share = (probability: number) => Array.from({ length: 10_000 }, () => generator.chance(probability)).filter(Boolean).length / 10_000;
    expect([share(0), share(1)]).toEqual([0, 1]);
    expect(Math.abs(share(1 / 4) - 1 / 4)).toBeLessThan(0.02);
  });
});
