/**
 * The 16 rows of throttled's TestRateLimit (github.com/throttled/throttled, rate_test.go): a limit of 5 per key, one token a
 * second. A `retry` of -1 there is "none"; times are durations since the beginning.
 *
 * Where the limiter differs: more tokens than the bucket holds are an error of its own here (rows 0 and 15), and nothing
 * is drawn either.
 */
import { createRateLimiter, TokensExceedLimitError, type RateAnswer } from 'ownstate/stores';
import { marbles } from 'ownstate/testing';
import { expect, it } from 'vitest';

interface Row { readonly now: number; readonly volume: number; readonly remaining: number; readonly reset: number; readonly retry: number; readonly limited: boolean }

const row = (now: number, volume: number, remaining: number, reset: number, retry: number, limited: boolean): Row =>
  ({ now, volume, remaining, reset, retry, limited });

const ROWS: readonly Row[] = [
  // You can never make a request larger than the maximum.
  row(0, 6, 5, 0, -1, true),
  // Normal requests are limited appropriately.
  row(0, 1, 4, 1000, -1, false),
  row(0, 1, 3, 2000, -1, false),
  row(0, 1, 2, 3000, -1, false),
  row(0, 1, 1, 4000, -1, false),
  row(0, 1, 0, 5000, -1, false),
  row(0, 1, 0, 5000, 1000, true),
  row(3000, 1, 2, 3000, -1, false),
  row(3100, 1, 1, 3900, -1, false),
  row(4000, 1, 1, 4000, -1, false),
  row(8000, 1, 4, 1000, -1, false),
  row(9500, 1, 4, 1000, -1, false),
  // A request of nothing just peeks at the state.
  row(9500, 0, 4, 1000, -1, false),
  // A large request uses up more of the limit.
  row(9500, 2, 2, 3000, -1, false),
  // Large requests can't exceed limits.
  row(9500, 5, 2, 3000, 3000, true),
  // More than the maximum, after the state has been reset by time.
  row(15_000, 6, 5, 0, -1, true),
];

it('the 16 rows of throttled come out as there', marbles((m) => {
  const limiter = m.watch(createRateLimiter({ limit: 5, scheduler: m.scheduler }));
  const got: Row[] = [];
  for (const { now, volume } of ROWS) {
    const write = ({ allowed, remaining, resetAfter, retryAfter }: RateAnswer) => {
      got.push(row(now, volume, remaining, resetAfter, retryAfter === 0 ? -1 : retryAfter, !allowed));
    };
    m.scheduler.schedule(() => {
      limiter.ask.allow({ key: 'foo', tokens: volume }).subscribe({
        next: write,
        error: (error: unknown) => {
          expect(error).toBeInstanceOf(TokensExceedLimitError);
          limiter.ask.peek({ key: 'foo' }).subscribe((there) => write({ ...there, allowed: false }));
        },
      });
    }, now);
  }
  m.flush();
  expect(got).toEqual(ROWS);
}));

it('as in TestRateLimitCustomPeriod, 3 in 10 ms without a burst are one each 10/3 ms, to the millisecond', marbles((m) => {
  // PerDuration(3, 10 ms), MaxBurst 0. There 10 ms / 3 is cut to whole nanoseconds; here no fraction is lost.
  const limiter = m.watch(createRateLimiter({ limit: 1, refill: 3, every: 10, scheduler: m.scheduler }));
  const times: number[] = [];
  for (let time = 0; time <= 30; time++) {
    m.scheduler.schedule(() => limiter.ask.allow({ key: 'bar' }).subscribe(({ allowed }) => allowed && times.push(time)), time);
  }
  m.flush();
  expect(times).toEqual([0, 4, 8, 12, 16, 20, 24, 28]);
}));
