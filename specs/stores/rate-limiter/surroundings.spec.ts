/** The limiter among others: in a pipeline, and in front of an HTTP handler. */
import { createRateLimiter, rateLimit, rateLimitHeaders, RateLimitExceededError, type RateLimiterOptions } from 'ownstate/stores';
import { marbles, type Marbles } from 'ownstate/testing';
import { describe, expect, it } from 'vitest';

const open = (m: Marbles, options: RateLimiterOptions = {}) => m.watch(createRateLimiter({ limit: 2, refill: 1, every: 10, ...options, scheduler: m.scheduler }));

// A cast: all errors here have one.
const codeOf = (error: unknown) => (error as { code: string }).code;

describe('rateLimit', () => {
  it('has values wait for their tokens, in order', marbles((m) => {
    const source = m.cold(' abcd|');
    const expected = '      ab 8ms c 9ms (d|)';
    m.expect(source.pipe(rateLimit(open(m), { key: 'all' }))).toBeObservable(expected);
  }));

  it('lets no key hold up another', marbles((m) => {
    const source = m.cold(' aaabb|');
    const expected = '      aa-bb 5ms (a|)';
    m.expect(source.pipe(rateLimit(open(m), { key: (letter) => letter }))).toBeObservable(expected);
  }));

  it('drops what there are no tokens for', marbles((m) => {
    const source = m.cold(' abcd 6ms e|');
    const expected = '      ab-- 6ms e|';
    m.expect(source.pipe(rateLimit(open(m), { key: 'all', onExceeded: 'drop' }))).toBeObservable(expected);
  }));

  it('fails with what there are no tokens for, and when there are', marbles((m) => {
    const source = m.cold(' abcd|');
    const expected = '      ab#';
    m.expect(source.pipe(rateLimit(open(m), { key: 'all', onExceeded: 'error' }))).toBeObservable(expected, undefined, new RateLimitExceededError('all', 8));
  }));

  it('takes as many tokens as a value is worth', marbles((m) => {
    const source = m.cold(' 21|');
    const expected = '      2 9ms (1|)';
    m.expect(source.pipe(rateLimit(open(m), { key: 'all', tokens: Number }))).toBeObservable(expected);
  }));

  it('takes back what waits when it is unsubscribed, and waits longer than an ask of its own would', marbles((m) => {
    const limiter = open(m, { timeout: 5 });
    const source = m.cold(' abcde|');
    const until = '         ^ 14ms !';
    const expected = '      ab 8ms c ';
    m.expect(source.pipe(rateLimit(limiter, { key: 'all' })), until).toBeObservable(expected);
    m.flush();
    limiter.ask.stats().subscribe((stats) => expect(stats).toMatchObject({ waiting: 0, allowed: 3 }));
  }));

  it('bounds what waits by the limiter, and how long by a deadline', marbles((m) => {
    const source = m.cold(' abcde|');
    const full = '          ab-#';
    const late = '          ab--#';
    const failing = (code: string) => (source$: typeof source) => source$.pipe(rateLimit(open(m, code === 'TOO_MANY_WAITING' ? { maxWaiting: 1 } : {}), { key: 'all', ...code === 'WAIT_TOO_LONG' ? { deadline: 15 } : {} }));
    const codes: string[] = [];
    failing('TOO_MANY_WAITING')(source).subscribe({ error: (error: unknown) => codes.push(`${codeOf(error)} at ${m.scheduler.now()}`) });
    failing('WAIT_TOO_LONG')(source).subscribe({ error: (error: unknown) => codes.push(`${codeOf(error)} at ${m.scheduler.now()}`) });
    m.flush();
    expect(codes).toEqual([`TOO_MANY_WAITING at ${full.trim().length - 1}`, `WAIT_TOO_LONG at ${late.trim().length - 2}`]);
  }));

  it('passes on an error of the source, of key, and that the limiter has closed', marbles((m) => {
    const limiter = open(m);
    m.expect(m.cold('a#').pipe(rateLimit(limiter, { key: 'all' }))).toBeObservable('a#');
    m.expect(m.cold('a|').pipe(rateLimit(limiter, { key: () => { throw new RangeError('no key'); } }))).toBeObservable('#', undefined, new RangeError('no key'));
    const codes: string[] = [];
    const other = open(m);
    void other.shutdown();
    m.cold('a|').pipe(rateLimit(other, { key: 'all' })).subscribe({ error: (error: unknown) => codes.push(codeOf(error)) });
    m.flush();
    expect(codes).toEqual(['STORE_CLOSED']);
  }));

  it('completes with an empty source, and is anew for each subscriber', marbles((m) => {
    const limiter = open(m);
    m.expect(m.cold('---|').pipe(rateLimit(limiter, { key: 'all' }))).toBeObservable('---|');
    const twice = m.cold('ab|').pipe(rateLimit(limiter, { key: 'all', onExceeded: 'drop' }));
    m.expect(twice).toBeObservable('a-|');
    m.expect(twice).toBeObservable('a-|');
  }));

  it.each([
    ['options', undefined, '`options` to be an object'],
    ['key', {}, '`key` to be a string, a number or a function'],
    ['tokens', { key: 'k', tokens: 'one' }, '`tokens` to be a function'],
    ['onExceeded', { key: 'k', onExceeded: 'ignore' }, '`onExceeded` to be one of wait, drop, error'],
    ['deadline', { key: 'k', deadline: -1 }, '`deadline` to be a number of milliseconds from 0 on'],
  ])('refuses bad %s', (_name, options, message) => {
    const limiter = createRateLimiter();
    expect(() => rateLimit(limiter, options as never)).toThrow(`Expected ${message}`);
  });

  it.each([undefined, null, {}, 'limiter'])('refuses a limiter that is none: %o', (limiter) => {
    expect(() => rateLimit(limiter as never, { key: 'k' })).toThrow('Expected `limiter` to be a rate limiter, or a client of one, got ');
  });
});

describe('rateLimitHeaders', () => {
  const answer = { allowed: true, limit: 10, remaining: 6, retryAfter: 0, resetAfter: 3001 };

  it('tells an answer: what is left, and in how many seconds all is back', () => {
    expect(rateLimitHeaders(answer)).toEqual({ 'RateLimit-Policy': '"default";q=10', 'RateLimit': '"default";r=6;t=4' });
    expect(rateLimitHeaders(answer, { name: 'per "user" \\' })).toEqual({
      'RateLimit-Policy': '"per \\"user\\" \\\\";q=10', 'RateLimit': '"per \\"user\\" \\\\";r=6;t=4',
    });
  });

  it('tells a refusal when to come back, which is never before the reset that it names', () => {
    expect(rateLimitHeaders({ ...answer, allowed: false, remaining: 0, retryAfter: 1200 })).toEqual({
      'RateLimit-Policy': '"default";q=10', 'RateLimit': '"default";r=0;t=2', 'Retry-After': '2',
    });
  });

  it('tells a status with all its limits and their windows', marbles((m) => {
    const limiter = m.watch(createRateLimiter({
      scheduler: m.scheduler,
      limits: [{ name: 'burst', limit: 100, refill: 100, every: 60_000 }, { name: 'daily', limit: 1000, refill: 1000, every: 86_400_000 }],
    }));
    limiter.tell.allow({ key: 'ann', tokens: 50 });
    limiter.ask.status('ann').subscribe((status) => expect(rateLimitHeaders(status)).toEqual({
      'RateLimit-Policy': '"burst";q=100;w=60, "daily";q=1000;w=86400',
      'RateLimit': '"burst";r=50;t=30, "daily";r=950;t=4320',
    }));
  }));

  it('leaves out what is never, and limits that are none', () => {
    expect(rateLimitHeaders({ ...answer, limit: Infinity, remaining: Infinity, resetAfter: 0 })).toEqual({});
    expect(rateLimitHeaders({ ...answer, allowed: false, remaining: 0, retryAfter: Infinity, resetAfter: Infinity })).toEqual({
      'RateLimit-Policy': '"default";q=10', 'RateLimit': '"default";r=0',
    });
  });

  it('stays within the integers of structured fields', () => {
    expect(rateLimitHeaders({ ...answer, limit: 2 ** 51, remaining: 2 ** 51 })['RateLimit']).toBe('"default";r=999999999999999;t=4');
  });

  it.each([
    [undefined, {}, '`answer` to be an object, got undefined'],
    [{}, {}, '`answer` to be what a limiter answered'],
    [{ allowed: true, retryAfter: 0 }, {}, '`answer` to be what a limiter answered'],
    // As JSON makes it of one with an `Infinity`.
    [{ ...answer, limit: null, remaining: null }, {}, '`answer` to be what a limiter answered'],
    [{ ...answer, resetAfter: NaN }, {}, '`answer` to be what a limiter answered'],
    [{ ...answer, limits: [{ name: 'burst' }] }, {}, '`answer` to be what a limiter answered'],
    [{ ...answer, limits: 1 }, {}, '`answer` to be what a limiter answered'],
    [answer, null, '`options` to be an object, got null'],
    [answer, { name: '' }, '`name` to be a text of printable ASCII'],
    [answer, { name: 'naïve' }, '`name` to be a text of printable ASCII'],
    [answer, { name: 'a\nb' }, '`name` to be a text of printable ASCII'],
  ])('refuses %o with %o', (given, options, message) => {
    expect(() => rateLimitHeaders(given as never, options as never)).toThrow(`Expected ${message}`);
  });
});
