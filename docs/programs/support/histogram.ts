/** Counts durations in buckets that grow with them, so that a billion of them take no more room than one. */

/** Buckets for each doubling: a percentile is true to about 5 percent. */
const PER_OCTAVE = 8;
/** Doublings from a nanosecond on: up to some 18 minutes. */
const OCTAVES = 40;

export interface Histogram {
  /** Counts a duration, in milliseconds. */
  readonly add: (ms: number) => void;
  /** The duration, in milliseconds, that a share `p` (0 to 1) of all doesn't exceed; NaN without any. */
  readonly percentile: (p: number) => number;
}

export function createHistogram(): Histogram {
  const buckets = new Uint32Array(PER_OCTAVE * OCTAVES);
  return {
    add(ms) {
      const bucket = Math.floor(Math.log2(ms * 1e6) * PER_OCTAVE);
      buckets[Math.min(Math.max(bucket, 0), buckets.length - 1)]!++;
    },
    percentile(p) {
      const rank = Math.ceil(p * buckets.reduce((sum, count) => sum + count, 0));
      let below = 0;
      const bucket = buckets.findIndex((count) => count > 0 && (below += count) >= rank);
      return bucket < 0 ? NaN : 2 ** ((bucket + 0.5) / PER_OCTAVE) / 1e6;
    },
  };
}
