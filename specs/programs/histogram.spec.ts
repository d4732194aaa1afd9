/** The histogram of the program `readers-writers`. */
import { describe, expect, it } from 'vitest';
import { createHistogram } from '../../docs/programs/support/histogram.js';

/** Percentiles of durations, in milliseconds. */
function percentiles(durations: readonly number[], ...ps: readonly number[]): number[] {
  const histogram = createHistogram();
  durations.forEach(histogram.add);
  return ps.map(histogram.percentile);
}

describe('a histogram', () => {
  it.each([1e-5, 0.0004, 0.03, 1, 47.11, 30_000])('tells a duration of %d ms to about 5 percent', (ms) => {
    const [median] = percentiles([ms], 0.5);
    expect(median! / ms).toBeGreaterThan(0.95);
    expect(median! / ms).toBeLessThan(1.05);
  });

  it('finds the share that a percentile names', () => {
    const durations = [...Array.from({ length: 98 }, () => 1), 10, 100];
    const found = percentiles(durations, 0.5, 0.98, 0.99, 1);
    expect(found.map((ms) => 10 ** Math.round(Math.log10(ms)))).toEqual([1, 1, 10, 100]);
  });

  it('takes a duration of zero, and one beyond its last bucket', () => {
    const [least, most] = percentiles([0, Infinity], 0.5, 1);
    expect(least).toBeLessThan(2e-6);
    expect(most).toBeGreaterThan(1e6);
  });

  it('has no percentile of nothing', () => {
    expect(percentiles([], 0, 0.5, 1)).toEqual([NaN, NaN, NaN]);
  });
});
