/** Percentiles of durations. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Percentiles } from '../../../lib/stores/structures/percentiles.js';

describe('percentiles', () => {
  it('are 0 without any durations', () => {
    expect(new Percentiles().summary()).toEqual({ count: 0, p50: 0, p90: 0, p99: 0 });
  });

  it('are true to 1 percent', () => {
    const durations = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 1e12 })), { minLength: 1, maxLength: 200 });
    fc.assert(fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
      const percentiles = new Percentiles();
      for (const ms of all) percentiles.add(ms);
      const exact = [...all].sort((a, b) => a - b)[Math.max(1, Math.ceil(share * all.length)) - 1]!;
      const found = percentiles.at(share);
      expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact * 0.0101);
      expect(percentiles.count).toBe(all.length);
    }));
  });
});
