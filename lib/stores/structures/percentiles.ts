/**
 * How long things took, by percentiles: counts in buckets whose width grows with the duration, so that any number of
 * durations takes the same room. A percentile is true to 1 percent.
 *
 * ```
 *   bucket   0     1        2          …              durations from 1 ms to some 300 years
 *   ms       ≤ 1   ≤ 1.02   ≤ 1.0404   …
 * ```
 */

/** Each bucket's bound is so many times the one before; its middle is off by 1 percent at most. */
const GROWTH = 1.02;
const LOG = Math.log(GROWTH);

export class Percentiles {
  #counts: number[] = [];
  count = 0;

  /** Counts a duration, in milliseconds. What is less than 1 ms counts as 0. */
  add(ms: number): void {
    const bucket = ms < 1 ? 0 : 1 + Math.floor(Math.log(ms) / LOG);
    while (this.#counts.length <= bucket) this.#counts.push(0);
    this.#counts[bucket]!++;
    this.count++;
  }

  /** The duration, in milliseconds, that a share (0 to 1) of all doesn't exceed; 0 without any. */
  at(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.count));
    let below = 0;
    const bucket = this.#counts.findIndex((count) => (below += count) >= rank);
    return bucket <= 0 ? 0 : GROWTH ** (bucket - 0.5);
  }

  /** What a status tells. */
  summary(): Durations {
    return { count: this.count, p50: this.at(0.5), p90: this.at(0.9), p99: this.at(0.99) };
  }
}

/** How long things took, in milliseconds, true to 1 percent. */
export interface Durations {
  /** How many were measured. */
  readonly count: number;
  /** Half of them took no longer. */
  readonly p50: number;
  /** 9 of 10 took no longer. */
  readonly p90: number;
  /** 99 of 100 took no longer. */
  readonly p99: number;
}
