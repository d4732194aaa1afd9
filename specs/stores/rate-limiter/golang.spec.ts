/**
 * The tables of golang.org/x/time, rate/rate_test.go (github.com/golang/time), as data: `NewLimiter(rate, burst)` is a limit
 * of `burst` refilled by `rate` a second; `t0`, `t1`, … are 100 ms apart.
 *
 * `AllowN` is `allow`, `TokensAt` the `remaining` of a `peek`, `reserveN` and `WaitN` a `wait`, `Cancel` its abort, the
 * context's deadline its `deadline`. Not the same, and therefore other rows here:
 *
 * - more tokens than the burst are an error of its own here, not a mere no;
 * - a clock that steps back and on again earns a token there, and nothing here (TestLimiterJumpBackwards, from the second
 *   t1 on; the TestReserveJumpBack ones are about reservations in a past that there's none of here);
 * - a reservation that's cancelled leaves those behind it where they were there; here they move up
 *   (TestCancel0Tokens, TestCancel1Token, TestCancelMulti);
 * - SetLimit and SetBurst leave reservations where they were there ("violates Limit and Burst", as its comments say), and
 *   give what is left the new numbers; here those who wait are lined up anew, and what was drawn stays drawn
 *   (TestReserveSetLimit, TestReserveSetBurst, TestReserveSetLimitCancel).
 */
import { createRateLimiter, TokensExceedLimitError, type RateLimit } from 'ownstate/stores';
import { marbles, type Marbles } from 'ownstate/testing';
import { describe, expect, it } from 'vitest';

/** `NewLimiter(rate, burst)`. */
const golang = (rate: number, burst: number): RateLimit => ({ limit: burst, refill: rate, every: 1000 });

const open = (m: Marbles, limit: RateLimit, now = () => m.scheduler.now()) => m.watch(createRateLimiter({
  ...limit, scheduler: { now, schedule: m.scheduler.schedule.bind(m.scheduler) }, timeout: Infinity,
}));

/** At `t`, in tenths of a second, there are `tokens`; of those `n` are wanted. */
type Allow = readonly [t: number, tokens: number, n: number, ok: boolean];

const TABLES: readonly { readonly name: string; readonly limit: RateLimit; readonly rows: readonly Allow[] }[] = [
  {
    name: 'TestLimiterBurst1',
    limit: golang(10, 1),
    rows: [
      [0, 1, 1, true], [0, 0, 1, false], [0, 0, 1, false], [1, 1, 1, true], [1, 0, 1, false], [1, 0, 1, false],
      [2, 1, 2, false], // the burst is 1, so 2 always fail
      [2, 1, 1, true], [2, 0, 1, false],
    ],
  },
  {
    name: 'TestLimiterBurst3',
    limit: golang(10, 3),
    rows: [
      [0, 3, 2, true], [0, 1, 2, false], [0, 1, 1, true], [0, 0, 1, false], [1, 1, 4, false], [2, 2, 1, true], [3, 2, 1, true],
      [4, 2, 1, true], [4, 1, 1, true], [4, 0, 1, false], [4, 0, 1, false], [9, 3, 3, true], [9, 0, 0, true],
    ],
  },
  {
    name: 'TestLimiterJumpBackwards, the rows up to the second t1 as there, the others as nothing is given twice',
    limit: golang(10, 3),
    rows: [
      [1, 3, 1, true], [0, 2, 1, true], [0, 1, 1, true], [0, 0, 1, false], [0, 0, 1, false],
      [1, 0, 1, false], [1, 0, 1, false], // there: a token at t1
      [2, 1, 1, true], [2, 0, 1, false], [2, 0, 1, false],
    ],
  },
  { name: 'TestZeroLimit', limit: { ...golang(0, 1) }, rows: [[0, 1, 1, true], [0, 0, 1, false]] },
  // 1e-10 a second is one in 1e13 ms.
  { name: 'TestTinyLimit', limit: { limit: 1, refill: 1, every: 1e13 }, rows: [[0, 1, 1, true], [0, 0, 1, false]] },
  // 0.7692307692307693 a second is 10 in 13 seconds.
  { name: 'TestLimiter_noTruncationErrors', limit: { limit: 1, refill: 10, every: 13_000 }, rows: [[0, 1, 1, true]] },
  { name: 'TestWaitInf, by allow', limit: { limit: Infinity }, rows: [[0, Infinity, 3, true]] },
];

describe('allow', () => {
  it.each(TABLES)('$name', ({ limit, rows }) => marbles((m) => {
    // The clock of the table: it may step back, which the scheduler's can't.
    let now = 0;
    const limiter = open(m, limit, () => now);
    const got = rows.map(([t, , n]): Allow => {
      now = t * 100;
      let tokens = NaN;
      let ok = false;
      limiter.ask.peek({ key: 'k', tokens: 0 }).subscribe(({ remaining }) => { tokens = remaining; });
      limiter.ask.allow({ key: 'k', tokens: n }).subscribe({
        next: ({ allowed }) => { ok = allowed; },
        error: (error: unknown) => expect(error).toBeInstanceOf(TokensExceedLimitError),
      });
      return [t, tokens, n, ok];
    });
    expect(got).toEqual(rows);
  })());

  it('TestSimultaneousRequests: of 15 requests at once, as many get through as the burst allows', marbles((m) => {
    const limiter = open(m, golang(1, 5));
    let count = 0;
    for (let request = 0; request < 15; request++) limiter.ask.allow({ key: 'k' }).subscribe(({ allowed }) => { count += Number(allowed); });
    m.flush();
    expect(count).toBe(5);
  }));

  it('TestLongRunningQPS: in the long run, exactly burst + rate × time get through', marbles((m) => {
    const limiter = open(m, golang(100, 100));
    let count = 0;
    for (let time = 0; time < 5000; time += 2) {
      m.scheduler.schedule(() => limiter.ask.allow({ key: 'k' }).subscribe(({ allowed }) => { count += Number(allowed); }), time);
    }
    m.flush();
    // There: between 0.999 of 600 and 601. The last token before 5 s comes at 4.99 s.
    expect(count).toBe(599);
  }));
});

/** At `t` somebody wants `n`, and has them at `act`; `null`: never, and says so at once. */
interface Request { readonly t: number; readonly n: number; readonly act: number | null; readonly deadline?: number; readonly cancelAt?: number }

const WAITS: readonly { readonly name: string; readonly limit: RateLimit; readonly requests: readonly Request[] }[] = [
  { name: 'TestSimpleReserve', limit: golang(10, 2), requests: [{ t: 0, n: 2, act: 0 }, { t: 0, n: 2, act: 2 }, { t: 3, n: 2, act: 4 }] },
  { name: 'TestMix', limit: golang(10, 2), requests: [{ t: 0, n: 3, act: null }, { t: 0, n: 2, act: 0 }, { t: 1, n: 2, act: 2 }, { t: 3, n: 1, act: 3 }] },
  { name: 'TestCancelInvalid', limit: golang(10, 2), requests: [{ t: 0, n: 2, act: 0 }, { t: 0, n: 3, act: null }, { t: 0, n: 2, act: 2 }] },
  { name: 'TestCancelLast', limit: golang(10, 2), requests: [{ t: 0, n: 2, act: 0 }, { t: 0, n: 2, act: null, cancelAt: 1 }, { t: 1, n: 2, act: 2 }] },
  { name: 'TestCancelTooLate', limit: golang(10, 2), requests: [{ t: 0, n: 2, act: 0 }, { t: 0, n: 2, act: 2, cancelAt: 3 }, { t: 3, n: 2, act: 4 }] },
  {
    name: 'TestCancel0Tokens, where the one behind moves up',
    limit: golang(10, 2),
    requests: [{ t: 0, n: 2, act: 0 }, { t: 0, n: 1, act: null, cancelAt: 0.5 }, { t: 0, n: 1, act: 1 }, { t: 0.5, n: 1, act: 2 }],
  },
  {
    name: 'TestCancelMulti, where those behind move up',
    limit: golang(10, 4),
    requests: [
      { t: 0, n: 4, act: 0 }, { t: 0, n: 3, act: null, cancelAt: 1 }, { t: 0, n: 1, act: 1 }, { t: 0, n: 1, act: null, cancelAt: 1 }, { t: 1, n: 3, act: 4 },
    ],
  },
  {
    name: 'TestReserveMax',
    limit: golang(10, 2),
    requests: [{ t: 0, n: 2, act: 0, deadline: 1 }, { t: 0, n: 1, act: 1, deadline: 1 }, { t: 0, n: 1, act: null, deadline: 1 }],
  },
  {
    name: 'TestWaitSimple',
    limit: golang(10, 3),
    requests: [{ t: 0, n: 1, act: null, cancelAt: -1 }, { t: 0, n: 4, act: null }, { t: 0, n: 2, act: 0 }, { t: 0, n: 3, act: 2 }],
  },
  { name: 'TestWaitCancel', limit: golang(10, 3), requests: [{ t: 0, n: 2, act: 0 }, { t: 0, n: 3, act: null, cancelAt: 1 }, { t: 1, n: 2, act: 1 }] },
  { name: 'TestWaitTimeout', limit: golang(10, 3), requests: [{ t: 0, n: 2, act: 0, deadline: 1 }, { t: 0, n: 3, act: null, deadline: 1 }] },
  { name: 'TestWaitInf', limit: { limit: Infinity }, requests: [{ t: 0, n: 3, act: 0 }] },
];

describe('wait', () => {
  it.each(WAITS)('$name', ({ limit, requests }) => marbles((m) => {
    const limiter = open(m, limit);
    const got: (number | null)[] = requests.map(() => NaN);
    for (const [index, { t, n, deadline = Infinity, cancelAt }] of requests.entries()) {
      const leaving = new AbortController();
      if (cancelAt === -1) leaving.abort();
      else if (cancelAt !== undefined) m.scheduler.schedule(() => leaving.abort(), cancelAt * 100);
      m.scheduler.schedule(() => {
        limiter.with({ signal: leaving.signal }).ask.wait({ key: 'k', tokens: n, deadline: deadline * 100 }).subscribe({
          next: () => { got[index] = m.scheduler.now() / 100; },
          error: () => { got[index] = null; },
        });
      }, t * 100);
    }
    m.flush();
    expect(got).toEqual(requests.map(({ act }) => act));
  })());

  it('TestSetAfterZeroLimit: a limit set after a zero one counts from then on', marbles((m) => {
    const limiter = open(m, golang(0, 1));
    const times: number[] = [];
    limiter.ask.allow({ key: 'k' }).subscribe(({ allowed }) => expect(allowed).toBe(true));
    limiter.ask.allow({ key: 'k' }).subscribe(({ allowed }) => expect(allowed).toBe(false));
    m.scheduler.schedule(() => {
      limiter.tell.setLimit({ key: 'k', refill: 10 });
      limiter.ask.wait({ key: 'k' }).subscribe(() => times.push(m.scheduler.now()));
    }, 50);
    m.flush();
    expect(times).toEqual([150]);
  }));
});
