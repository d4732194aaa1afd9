/** How counts move: steps, bounds, and what happens beyond them. One counter and many named ones go by it alike. */
import { expect, expectOneOf } from '../../internal/expect.js';
import { OutOfBoundsError } from '../errors.js';
import { check } from '../structures/check-payload.js';

/** What a counter counts with: numbers up to 2^53 - 1, or bigints of any size. */
export type Count = number | bigint;

/** What happens beyond a bound: the command fails, the count stays at the bound, or goes on at the other one. */
export type OnBound = 'reject' | 'clamp' | 'wrap';

/** The kind of number that a literal is of: `createCounter({ start: 0n })` counts bigints, not zeros. */
export type Widened<N extends Count> = N extends bigint ? bigint : number;

/** Where counts begin and end. Each field is optional. */
export interface CountOptions<N extends Count = number> {
  /** The first count, and what `reset` goes back to. Default 0; a bigint makes a counter of bigints. */
  readonly start?: N;
  /** The least count. Default: -(2^53 - 1), for bigints none. */
  readonly min?: N;
  /** The largest count. Default: 2^53 - 1, for bigints none. */
  readonly max?: N;
  /** What happens beyond a bound. Default `'reject'`: `OutOfBoundsError`. `'wrap'` needs both bounds. */
  readonly onBound?: OnBound;
}

/** The arithmetic of one kind of count, within its bounds. */
export interface Counting {
  readonly start: Count;
  readonly min: Count | undefined;
  readonly max: Count | undefined;
  /** `by` more: 1 unless said otherwise. @throws InvalidPayloadError, OutOfBoundsError */
  readonly up: (count: Count, by: unknown) => Count;
  /** `by` less. @throws InvalidPayloadError, OutOfBoundsError */
  readonly down: (count: Count, by: unknown) => Count;
  /** The count that was given, as the bounds allow. @throws InvalidPayloadError, OutOfBoundsError */
  readonly to: (value: unknown) => Count;
  /** A count as a dump holds it: bigints as text. */
  readonly dumped: (count: Count) => number | string;
  /** A count of a dump. @throws TypeError for one that can't be */
  readonly restored: (count: unknown, name: string) => Count;
}

/** @throws TypeError for bounds that no count can be within */
export function countingBy<N extends Count>(options: CountOptions<N>): Counting {
  // A cast: from here on a count is of the kind that `start` is of.
  const { start: given = 0, onBound = 'reject', ...bounds } = options as CountOptions<Count>;
  const big = typeof given === 'bigint';
  const isCount = (value: unknown): value is Count => big ? typeof value === 'bigint' : Number.isSafeInteger(value);
  const kind = big ? 'a bigint' : 'an integer within 2^53 - 1';
  const one = big ? 1n : 1;
  expect(isCount(given), 'start', 'an integer within 2^53 - 1, or a bigint', given);
  const { min: lower = big ? undefined : Number.MIN_SAFE_INTEGER, max: upper = big ? undefined : Number.MAX_SAFE_INTEGER } = bounds;
  expect(lower === undefined || isCount(lower), 'min', kind, lower);
  expect(upper === undefined || isCount(upper), 'max', kind, upper);
  expect(lower === undefined || lower <= given, 'min', `at most the first count, ${given}`, lower);
  expect(upper === undefined || upper >= given, 'max', `at least the first count, ${given}`, upper);
  expectOneOf(onBound, 'onBound', 'reject', 'clamp', 'wrap');
  expect(onBound !== 'wrap' || (lower !== undefined && upper !== undefined), 'onBound', "'reject' or 'clamp', where a bound is missing", onBound);
  const start = zeroed(given);
  const min = zeroed(lower);
  const max = zeroed(upper);

  function within(count: Count): boolean {
    return (min === undefined || count >= min) && (max === undefined || count <= max);
  }

  /** What becomes of a count beyond the bounds. Exact, also where a number wouldn't be. @throws OutOfBoundsError */
  function beyond(count: bigint): Count {
    const asGiven = (exact: bigint): Count => big || !Number.isSafeInteger(Number(exact)) ? exact : Number(exact);
    if (onBound === 'reject') throw new OutOfBoundsError(asGiven(count), min, max);
    // Casts: a bound that is passed is there, and `'wrap'` has both.
    if (onBound === 'clamp') return (max !== undefined && count > max ? max : min)!;
    const first = BigInt(min!);
    const span = BigInt(max!) - first + 1n;
    return asGiven(first + (((count - first) % span) + span) % span);
  }

  /** @throws OutOfBoundsError */
  function moved(count: Count, by: Count): Count {
    // A cast: numbers and bigints are added alike, and nobody mixes them here. (Of two numbers that are exact each, a sum
    // that isn't lies beyond the bounds.)
    const sum = ((count as number) + (by as number)) as Count;
    return within(sum) ? sum : beyond(BigInt(count) + BigInt(by));
  }

  /** @throws InvalidPayloadError */
  function step(by: unknown): Count {
    if (by === undefined) return one;
    check(isCount(by) && by >= 0, 'by', `${kind}, not negative`, by);
    return by;
  }

  return {
    start,
    min,
    max,
    up: (count, by) => moved(count, step(by)),
    down: (count, by) => moved(count, -step(by)),
    to: (value) => {
      check(isCount(value), 'value', kind, value);
      return within(value) ? zeroed(value) : beyond(BigInt(value));
    },
    dumped: (count) => typeof count === 'bigint' ? String(count) : count,
    restored: (dumped, name) => {
      const count = big && typeof dumped === 'string' && /^-?\d+$/.test(dumped) ? BigInt(dumped) : dumped;
      const holds = isCount(count) && within(count);
      expect(holds, name, `${kind} within the bounds`, dumped);
      // A cast: it was just checked.
      return zeroed(count as Count);
    },
  };
}

/** There's one zero: `-0` isn't another. */
function zeroed<C extends Count | undefined>(count: C): C {
  // A cast: both are zeros.
  return count === 0 ? 0 as C : count;
}
