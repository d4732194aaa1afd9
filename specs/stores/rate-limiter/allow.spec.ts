/** Tokens are drawn and come back: to the millisecond, to the fraction, and to nobody twice. One spec per naive way too. */
import { createRateLimiter, TokensExceedLimitError, type RateAnswer, type RateLimiterOptions } from 'ownstate/stores';
import { marbles, probe, type Marbles } from 'ownstate/testing';
import { map, mergeMap } from 'rxjs';
import { describe, expect, it } from 'vitest';

const open = (m: Marbles, options: RateLimiterOptions = {}) => m.watch(createRateLimiter({ ...options, scheduler: m.scheduler }));

/** The answer of an ask that is answered at once. */
function now<T>(reply: { subscribe(next: (value: T) => void): unknown }): T {
  let got: T | undefined;
  reply.subscribe((value) => { got = value; });
  expect(got).toBeDefined();
  return got as T;
}

const yes = (remaining: number, resetAfter: number, limit = 10): RateAnswer => ({ allowed: true, limit, remaining, retryAfter: 0, resetAfter });
const no = (remaining: number, retryAfter: number, resetAfter: number, limit = 10): RateAnswer => ({ allowed: false, limit, remaining, retryAfter, resetAfter });

describe('a bucket', () => {
  it('holds 10 tokens and gets one back each second', marbles((m) => {
    const limiter = open(m);
    const asks = m.cold('   aa 7998ms a 999ms a 999ms a|', { a: 5 });
    const answers = '       ab 7998ms c 999ms d 999ms e|';
    m.expect(asks.pipe(mergeMap((tokens) => limiter.ask.allow({ key: 'ann', tokens })))).toBeObservable(answers, {
      a: yes(5, 5000), b: yes(0, 9999), c: yes(3, 7000), d: no(4, 1000, 6000), e: yes(0, 10_000),
    });
  }));

  it('is full at first, of whatever key', marbles((m) => {
    const limiter = open(m);
    for (const key of ['ann', '', '__proto__', 'constructor', 1, '1', -0.5]) {
      expect(now(limiter.ask.allow({ key, tokens: 3 }))).toEqual(yes(7, 3000));
    }
    expect(now(limiter.ask.stats())).toMatchObject({ keys: 7, allowed: 7 });
  }));

  it('takes nothing where nothing is asked', marbles((m) => {
    const limiter = open(m);
    expect(now(limiter.ask.allow({ key: 'ann', tokens: 0 }))).toEqual(yes(10, 0));
    expect(now(limiter.ask.stats()).keys).toBe(0);
  }));

  it('is another one for each key', marbles((m) => {
    const limiter = open(m, { limit: 1 });
    const asks = m.cold('   aabb|');
    const answers = '       ynyn|';
    m.expect(asks.pipe(mergeMap((key) => limiter.ask.allow({ key })), map(({ allowed }) => allowed ? 'y' : 'n'))).toBeObservable(answers);
  }));

  it('comes back in fractions of a token: 3 in 10 ms are one at 4, 7 and 10 ms', marbles((m) => {
    const limiter = open(m, { limit: 3, refill: 3, every: 10 });
    const asks = m.cold('   a---a--a--a|');
    const left = '          0---0--0--0|';
    limiter.tell.allow({ key: 'ann', tokens: 2 });
    m.expect(asks.pipe(mergeMap(() => limiter.ask.allow({ key: 'ann' })), map(({ allowed, remaining }) => allowed ? String(remaining) : 'no'))).toBeObservable(left);
  }));

  it('gives exactly as much in a million milliseconds as its rate says, however often it is asked', marbles((m) => {
    let time = 0;
    const scheduler = { now: () => time, schedule: m.scheduler.schedule.bind(m.scheduler) };
    const limiter = m.watch(createRateLimiter({ limit: 2, refill: 7, every: 9000, scheduler }));
    let count = 0;
    for (; time < 900_000; time += 13) limiter.ask.allow({ key: 'ann' }).subscribe(({ allowed }) => { count += Number(allowed); });
    // 2 at first, and 7 in 9 s; the bucket of two is never full again, so nothing spills.
    expect(count).toBe(2 + 699);
    time = 900_000;
    expect(now(limiter.ask.peek({ key: 'ann' }))).toMatchObject({ remaining: 1, resetAfter: 1286 });
  }));

  it('has no tokens at all with a limit of 0, and says so instead of failing', marbles((m) => {
    const limiter = open(m, { limit: 0 });
    expect(now(limiter.ask.allow({ key: 'ann' }))).toEqual(no(0, Infinity, 0, 0));
    expect(now(limiter.ask.peek({ key: 'ann', tokens: 5 })).allowed).toBe(false);
    expect(now(limiter.ask.stats())).toMatchObject({ keys: 0, refused: 1 });
  }));

  it('has all tokens of the world with a limit of Infinity, and takes no room', marbles((m) => {
    const limiter = open(m, { limit: Infinity });
    expect(now(limiter.ask.allow({ key: 'ann', tokens: Number.MAX_SAFE_INTEGER }))).toEqual(yes(Infinity, 0, Infinity));
    expect(now(limiter.ask.stats())).toMatchObject({ keys: 0, allowed: 1 });
  }));

  it('never comes back with a refill of 0, until it is reset', marbles((m) => {
    const limiter = open(m, { limit: 1, refill: 0 });
    expect(now(limiter.ask.allow({ key: 'ann' }))).toEqual(yes(0, Infinity, 1));
    expect(now(limiter.ask.allow({ key: 'ann' }))).toEqual(no(0, Infinity, Infinity, 1));
    expect(now(limiter.ask.reset('ann'))).toBe(true);
    expect(now(limiter.ask.allow({ key: 'ann' })).allowed).toBe(true);
  }));
});

describe('naive ways that are not ours', () => {
  it('a refill is not cut to whole seconds: after 1,999 ms there are 1.999 tokens', marbles((m) => {
    const limiter = open(m);
    limiter.tell.allow({ key: 'ann', tokens: 10 });
    m.scheduler.schedule(() => {
      expect(now(limiter.ask.allow({ key: 'ann', tokens: 2 }))).toEqual(no(1, 1, 8001));
      expect(now(limiter.ask.allow({ key: 'ann' }))).toEqual(yes(0, 9001));
    }, 1999);
    // The 0.999 is still there a millisecond later.
    m.scheduler.schedule(() => expect(now(limiter.ask.allow({ key: 'ann' }))).toEqual(yes(0, 10_000)), 2000);
    m.flush();
  }));

  it('what is refused is not charged', marbles((m) => {
    const limiter = open(m);
    limiter.tell.allow({ key: 'ann', tokens: 8 });
    for (let times = 0; times < 50; times++) expect(now(limiter.ask.allow({ key: 'ann', tokens: 3 }))).toEqual(no(2, 1000, 8000));
    expect(now(limiter.ask.allow({ key: 'ann', tokens: 2 }))).toEqual(yes(0, 10_000));
  }));

  it('nothing is drawn in part: of several limits either all give their tokens or none', marbles((m) => {
    const limiter = open(m, { limits: [{ name: 'burst', limit: 5, refill: 1, every: 1000 }, { name: 'hour', limit: 8, refill: 8, every: 3_600_000 }] });
    expect(now(limiter.ask.allow({ key: 'ann', tokens: 5 }))).toEqual(yes(0, 5000, 5));
    m.scheduler.schedule(() => {
      expect(now(limiter.ask.allow({ key: 'ann', tokens: 4 }))).toMatchObject({ allowed: false, limit: 8, remaining: 3 });
      expect(now(limiter.ask.status('ann')).limits.map(({ name, remaining }) => [name, remaining])).toEqual([['burst', 5], ['hour', 3]]);
    }, 5000);
    m.flush();
  }));

  it('status knows what has come back since the last draw', marbles((m) => {
    const limiter = open(m);
    limiter.tell.allow({ key: 'ann', tokens: 10 });
    const asks = m.cold('   a 2499ms a 2499ms a 4999ms a|');
    const left = '          a 2499ms b 2499ms c 4999ms d|';
    m.expect(asks.pipe(mergeMap(() => limiter.ask.status('ann')), map(({ remaining, resetAfter }) => [remaining, resetAfter]))).toBeObservable(left, {
      a: [0, 10_000], b: [2, 7500], c: [5, 5000], d: [10, 0],
    });
  }));

  it('a thousand keys are one timer, and none of them is one once all are full', marbles((m) => {
    let scheduled = 0;
    const scheduler = { now: () => m.scheduler.now(), schedule: ((...how: Parameters<typeof m.scheduler.schedule>) => { scheduled++; return m.scheduler.schedule(...how); }) as typeof m.scheduler.schedule };
    const limiter = m.watch(createRateLimiter({ scheduler, sweep: 100 }));
    const seen = probe(limiter);
    for (let key = 0; key < 1000; key++) limiter.tell.allow({ key });
    expect(scheduled).toBe(1);
    m.scheduler.schedule(() => undefined, 1100);
    m.flush();
    expect(scheduled).toBe(1);
    expect(seen.commands.filter(({ type }) => type === 'sweep')).toEqual([{ time: 1100, type: 'sweep', payload: undefined }]);
    expect(now(limiter.ask.dump()).keys).toEqual([]);
  }));

  it('a tick looks at no key that has nothing to do: 10,000 full buckets go in one sweep, and none is looked at before', marbles((m) => {
    const limiter = open(m, { sweep: 100 });
    const swept: number[] = [];
    for (let key = 0; key < 10_000; key++) limiter.tell.allow({ key, tokens: 10 });
    m.scheduler.schedule(() => swept.push(now(limiter.ask.sweep())), 9999);
    m.scheduler.schedule(() => swept.push(now(limiter.ask.sweep())), 10_000);
    m.flush();
    expect(swept).toEqual([0, 10_000]);
  }));

  it('a clock that steps back gives nothing away twice, and what was drawn stays drawn', marbles((m) => {
    let time = 100_000;
    const limiter = m.watch(createRateLimiter({ scheduler: { now: () => time, schedule: m.scheduler.schedule.bind(m.scheduler) } }));
    limiter.tell.allow({ key: 'ann', tokens: 10 });
    for (time of [101_000, 50_000, 101_000, 0, 101_000]) {
      expect(now(limiter.ask.peek({ key: 'ann' })).remaining).toBe(time === 101_000 && now(limiter.ask.stats()).allowed === 1 ? 1 : 0);
      limiter.ask.allow({ key: 'ann' }).subscribe();
    }
    expect(now(limiter.ask.stats())).toMatchObject({ allowed: 2, refused: 4 });
    time = 102_000;
    expect(now(limiter.ask.allow({ key: 'ann' }))).toEqual(yes(0, 10_000));
  }));
});

describe('peek, refund, reset', () => {
  it('peek draws nothing, and says what allow would', marbles((m) => {
    const limiter = open(m);
    expect(now(limiter.ask.peek({ key: 'ann', tokens: 10 }))).toEqual(yes(10, 0));
    limiter.tell.allow({ key: 'ann', tokens: 9 });
    expect(now(limiter.ask.peek({ key: 'ann', tokens: 2 }))).toEqual(no(1, 1000, 9000));
    expect(now(limiter.ask.peek({ key: 'ann' }))).toEqual(yes(1, 9000));
    expect(now(limiter.ask.stats())).toMatchObject({ allowed: 1, refused: 0 });
  }));

  it('a refund never makes more of a bucket than full', marbles((m) => {
    const limiter = open(m);
    limiter.tell.allow({ key: 'ann', tokens: 4 });
    expect(now(limiter.ask.refund({ key: 'ann', tokens: 3 }))).toMatchObject({ remaining: 9, resetAfter: 1000 });
    expect(now(limiter.ask.refund({ key: 'ann', tokens: Number.MAX_SAFE_INTEGER }))).toMatchObject({ remaining: 10, resetAfter: 0 });
    expect(now(limiter.ask.refund({ key: 'nobody' }))).toMatchObject({ remaining: 10, resetAfter: 0 });
    expect(now(limiter.ask.stats()).keys).toBe(0);
  }));

  it('reset fills a bucket and lifts a block, and says whether there was anything to do', marbles((m) => {
    const limiter = open(m);
    expect(now(limiter.ask.reset('ann'))).toBe(false);
    limiter.tell.allow({ key: 'ann' });
    limiter.tell.block({ key: 'bob', ttl: 1000 });
    expect([now(limiter.ask.reset('ann')), now(limiter.ask.reset('ann')), now(limiter.ask.reset('bob'))]).toEqual([true, false, true]);
    expect(now(limiter.ask.allow({ key: 'bob', tokens: 10 })).allowed).toBe(true);
  }));

  it('more tokens than the bucket ever holds are an error, which says so', marbles((m) => {
    const limiter = open(m);
    for (const command of ['allow', 'peek', 'wait'] as const) {
      const errors: unknown[] = [];
      limiter.ask[command]({ key: 'ann', tokens: 11 }).subscribe({ error: (error: unknown) => errors.push(error) });
      expect(errors).toEqual([expect.objectContaining({ code: 'TOKENS_EXCEED_LIMIT', key: 'ann', tokens: 11, limit: 10, message: 'Expected at most 10 tokens, got 11' })]);
      expect(errors[0]).toBeInstanceOf(TokensExceedLimitError);
    }
    expect(now(limiter.ask.stats())).toMatchObject({ keys: 0, allowed: 0, refused: 0 });
  }));
});

describe('a block', () => {
  it('gives nothing for so long, while the bucket fills, and is over at the very millisecond', marbles((m) => {
    const limiter = open(m, { limit: 2 });
    limiter.tell.allow({ key: 'ann', tokens: 2 });
    limiter.tell.block({ key: 'ann', ttl: 3000 });
    const asks = m.cold('   a 2998ms aa|');
    const answers = '       a 2998ms bc|';
    m.expect(asks.pipe(mergeMap(() => limiter.ask.allow({ key: 'ann' })))).toBeObservable(answers, {
      a: no(0, 3000, 3000, 2), b: no(0, 1, 1, 2), c: yes(1, 1000, 2),
    });
  }));

  it('is replaced by another one, is lifted by unblock, and may be for ever', marbles((m) => {
    const limiter = open(m);
    expect(now(limiter.ask.block({ key: 'ann', ttl: Infinity }))).toMatchObject({ allowed: false, remaining: 0, retryAfter: Infinity, blockedFor: Infinity });
    expect(now(limiter.ask.block({ key: 'ann', ttl: 50 })).blockedFor).toBe(50);
    expect([now(limiter.ask.unblock('ann')), now(limiter.ask.unblock('ann'))]).toEqual([true, false]);
    expect(now(limiter.ask.allow({ key: 'ann' })).allowed).toBe(true);
  }));
});

describe('limits of a key', () => {
  it('are other than those of all, and what was drawn stays drawn', marbles((m) => {
    const limiter = open(m);
    limiter.tell.allow({ key: 'ann', tokens: 4 });
    expect(now(limiter.ask.setLimit({ key: 'ann', limit: 100 }))).toMatchObject({ limit: 100, remaining: 96, resetAfter: 4000 });
    expect(now(limiter.ask.setLimit({ key: 'ann', refill: 1, every: 500 }))).toMatchObject({ limit: 100, remaining: 96, resetAfter: 2000 });
    expect(now(limiter.ask.setLimit({ key: 'ann', limit: 3 }))).toMatchObject({ limit: 3, remaining: 0, resetAfter: 1500 });
    expect(now(limiter.ask.status('bob'))).toMatchObject({ limit: 10, remaining: 10 });
    expect([now(limiter.ask.clearLimit('ann')), now(limiter.ask.clearLimit('ann'))]).toEqual([true, false]);
    expect(now(limiter.ask.status('ann'))).toMatchObject({ limit: 10, remaining: 7, resetAfter: 3000 });
  }));

  it('outlive a full bucket and a reset; a limit of 0 closes a key, one of Infinity opens it', marbles((m) => {
    const limiter = open(m, { sweep: 10 });
    limiter.tell.setLimit({ key: 'ann', limit: 0 });
    limiter.tell.setLimit({ key: 'bob', limit: Infinity });
    limiter.tell.reset('ann');
    m.scheduler.schedule(() => undefined, 10_000);
    m.flush();
    expect(now(limiter.ask.allow({ key: 'ann' }))).toEqual(no(0, Infinity, 0, 0));
    expect(now(limiter.ask.allow({ key: 'bob', tokens: 1e9 }))).toEqual(yes(Infinity, 0, Infinity));
    expect(now(limiter.ask.stats()).keys).toBe(2);
  }));

  it('are set by name where there are several', marbles((m) => {
    const limiter = open(m, { limits: [{ name: 'burst', limit: 5 }, { name: 'day', limit: 50, every: 86_400_000 }] });
    limiter.tell.setLimit({ key: 'ann', name: 'day', limit: 2 });
    expect(now(limiter.ask.status('ann')).limits.map(({ name, limit }) => [name, limit])).toEqual([['burst', 5], ['day', 2]]);
    expect(now(limiter.ask.allow({ key: 'ann' }))).toMatchObject({ limit: 2, remaining: 1 });
  }));
});

it('events tell who was limited and blocked, and the view what has happened so far', marbles((m) => {
  const limiter = open(m, { limit: 1 });
  const seen = probe(limiter);
  limiter.tell.allow({ key: 'ann' });
  limiter.tell.allow({ key: 'ann' });
  limiter.tell.block({ key: 'bob', ttl: 5 });
  expect(seen.events.map(({ event }) => event)).toEqual([
    { type: 'limited', key: 'ann', tokens: 1, retryAfter: 1000 },
    { type: 'blocked', key: 'bob', ttl: 5 },
  ]);
  expect(limiter.snapshot()).toEqual({ waiting: 0, allowed: 1, refused: 1 });
}));

it('replies are values: to change one changes nothing', marbles((m) => {
  const limiter = open(m);
  const status = now(limiter.ask.status('ann'));
  (status.limits as unknown[]).length = 0;
  Object.assign(status, { remaining: 0 });
  expect(now(limiter.ask.status('ann'))).toMatchObject({ remaining: 10, limits: [{ name: 'default' }] });
}));

it('after shutdown every ask fails with StoreClosedError', async () => {
  const limiter = createRateLimiter();
  await limiter.shutdown();
  await expect(limiter.ask.allow({ key: 'ann' })).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  await expect(limiter.ask.wait({ key: 'ann' })).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  await expect(limiter.ask.status('ann')).rejects.toMatchObject({ code: 'STORE_CLOSED' });
});
