/** What a limit is: how many tokens a bucket holds, and how they come back. */

/**
 * So many tokens in a bucket, and how they come back: `refill` of them each `every` milliseconds, evenly and without
 * steps. `{ limit: 10, refill: 1, every: 1000 }` is 10 at once, and one a second in the long run.
 */
export interface RateLimit {
  /** What headers and `status` call it: printable ASCII. Default `'default'`. */
  readonly name?: string;
  /** The most tokens in the bucket: an integer from 0 on, or `Infinity`. 0 lets nothing through. Default 10. */
  readonly limit?: number;
  /** How many tokens come back in each `every`: an integer from 0 on; 0 for none, ever. Default 1. */
  readonly refill?: number;
  /** In how many milliseconds they come back: a positive integer. Default 1000. */
  readonly every?: number;
}

/** A limit with everything said, and the capacity of its bucket, counted in `every`-ths of a token: all integers. */
export interface Limit extends Required<RateLimit> {
  readonly capacity: number;
}

/** The limits of a key: all of them have to be kept. */
export interface Limits {
  readonly each: readonly Limit[];
  /** The least of their `limit`s: more tokens than that are never there at once. */
  readonly least: number;
}

/** The largest capacity. Sums of two are exact then, and so is what's divided from them and rounded. */
const MOST = 2 ** 51;

/** Throws unless `holds`: `expect` or `check`. */
type Require = (holds: boolean, name: string, expected: string, got: unknown) => void;

/** A limit made of what is given, and for the rest of `base`. @throws as `require` does */
export function limitOf(given: RateLimit, base: Required<RateLimit>, require: Require, path = ''): Limit {
  const { name = base.name, limit = base.limit, refill = base.refill, every = base.every } = given;
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  require(typeof name === 'string' && /^[ -~]+$/.test(name), `${path}name`, 'a text of printable ASCII', name);
  require(limit === Infinity || isCount(limit), `${path}limit`, 'an integer from 0 on, or Infinity', limit);
  require(isCount(refill), `${path}refill`, 'an integer from 0 on', refill);
  require(isCount(every) && every > 0, `${path}every`, 'a positive integer of milliseconds', every);
  require(limit === Infinity || limit * every <= MOST, `${path}limit`, `at most ${Math.floor(MOST / every)}, for \`every\` of ${every} ms`, limit);
  return { name, limit, refill, every, capacity: limit * every };
}

export function limitsOf(each: readonly Limit[]): Limits {
  return { each, least: Math.min(...each.map(({ limit }) => limit)) };
}

/** What is given where nothing is. */
export const DEFAULT: Required<RateLimit> = { name: 'default', limit: 10, refill: 1, every: 1000 };
