/** Who waits for tokens is served when they are there: to the millisecond, in order, and as long as he is there himself. */
import { createRateLimiter, type RateLimiter, type RateLimiterOptions, type WaitTooLongError } from 'ownstate/stores';
import { marbles, probe, type Marbles } from 'ownstate/testing';
import { catchError, defer, map, mergeMap, of } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { Buckets } from '../../../lib/stores/rate-limiter/buckets.js';

const open = (m: Marbles, options: RateLimiterOptions = {}) => m.watch(createRateLimiter({ limit: 3, refill: 1, every: 10, ...options, scheduler: m.scheduler }));

/** What becomes of a wait: a letter when it's granted, a code when it fails. */
const waiting = (limiter: RateLimiter | ReturnType<RateLimiter['with']>, letter: string, tokens: number, more: { key?: string; deadline?: number } = {}) =>
  defer(() => limiter.ask.wait({ key: 'ann', tokens, ...more })).pipe(map(() => letter), catchError((error: unknown) => of((error as { code: string }).code)));

describe('wait', () => {
  it('gives at once what is there, and else when it will be there', marbles((m) => {
    const limiter = open(m);
    m.expect(waiting(limiter, 'a', 2)).toBeObservable('(a|)');
    m.expect(waiting(limiter, 'b', 2)).toBeObservable('10ms (b|)');
    m.expect(waiting(limiter, 'c', 1)).toBeObservable('20ms (c|)');
  }));

  it('serves a key in the order of asking: a small one does not pass a large one', marbles((m) => {
    const limiter = open(m);
    limiter.tell.allow({ key: 'ann', tokens: 2 });
    m.expect(waiting(limiter, 'a', 3)).toBeObservable('20ms (a|)');
    m.expect(waiting(limiter, 'b', 1)).toBeObservable('30ms (b|)');
    m.expect(waiting(limiter, 'c', 1, { key: 'bob' })).toBeObservable('(c|)');
  }));

  it('comes before those who only ask: allow takes nothing from who waits', marbles((m) => {
    const limiter = open(m);
    limiter.tell.allow({ key: 'ann', tokens: 2 });
    m.expect(waiting(limiter, 'a', 3)).toBeObservable('20ms (a|)');
    const asks = m.cold('a 9ms a 9ms a 9ms a|');
    const retry = '      a 9ms b 9ms c 9ms d|';
    m.expect(asks.pipe(mergeMap(() => limiter.ask.allow({ key: 'ann' })), map(({ allowed, retryAfter }) => [allowed, retryAfter]))).toBeObservable(retry, {
      a: [false, 30], b: [false, 20], c: [false, 10], d: [true, 0],
    });
  }));

  it('is answered as an ask that is allowed', marbles((m) => {
    const limiter = open(m);
    limiter.tell.allow({ key: 'ann', tokens: 3 });
    m.expect(limiter.ask.wait({ key: 'ann', tokens: 2 })).toBeObservable('20ms (a|)', {
      a: { allowed: true, limit: 3, remaining: 0, retryAfter: 0, resetAfter: 30 },
    });
  }));

  it('serves many keys by one timer, each at its own time', marbles((m) => {
    const limiter = open(m, { limit: 1 });
    for (const [index, key] of ['ann', 'bob', 'eve'].entries()) {
      m.scheduler.schedule(() => limiter.tell.allow({ key }), index);
    }
    const asks = m.cold('---a|');
    m.expect(asks.pipe(mergeMap(() => waiting(limiter, 'e', 1, { key: 'eve' })))).toBeObservable('12ms (e|)');
    m.expect(asks.pipe(mergeMap(() => waiting(limiter, 'b', 1, { key: 'bob' })))).toBeObservable('11ms (b|)');
    m.expect(asks.pipe(mergeMap(() => waiting(limiter, 'a', 1, { key: 'ann' })))).toBeObservable('10ms (a|)');
  }));

  it('with a deadline is refused at once if it cannot be met, and says how long it would take', marbles((m) => {
    const limiter = open(m);
    limiter.tell.allow({ key: 'ann', tokens: 3 });
    m.expect(waiting(limiter, 'a', 1, { deadline: 9 })).toBeObservable('(a|)', { a: 'WAIT_TOO_LONG' });
    m.expect(waiting(limiter, 'b', 1, { deadline: 10 })).toBeObservable('10ms (b|)');
    m.expect(waiting(limiter, 'c', 1, { deadline: 19.5 })).toBeObservable('(c|)', { c: 'WAIT_TOO_LONG' });
    m.expect(waiting(limiter, 'd', 1, { deadline: 0 })).toBeObservable('(d|)', { d: 'WAIT_TOO_LONG' });
    limiter.ask.wait({ key: 'ann', tokens: 2, deadline: 5 }).subscribe({
      error: (error: unknown) => expect(error).toMatchObject({ name: 'WaitTooLongError', key: 'ann', retryAfter: 20, deadline: 5, message: 'Expected the tokens within 5 ms, got 20 ms' }),
    });
  }));

  it('is refused at once where it would be for ever', marbles((m) => {
    const limiter = open(m, { refill: 0 });
    m.expect(waiting(limiter, 'a', 3)).toBeObservable('(a|)');
    m.expect(waiting(limiter, 'b', 1)).toBeObservable('(b|)', { b: 'WAIT_TOO_LONG' });
    const closed = open(m, { limit: 0 });
    m.expect(waiting(closed, 'c', 1)).toBeObservable('(c|)', { c: 'WAIT_TOO_LONG' });
  }));

  it('is bounded: no more than maxWaiting for a key', marbles((m) => {
    const limiter = open(m, { maxWaiting: 2 });
    limiter.tell.allow({ key: 'ann', tokens: 3 });
    limiter.tell.allow({ key: 'bob', tokens: 3 });
    m.expect(waiting(limiter, 'a', 1)).toBeObservable('10ms (a|)');
    m.expect(waiting(limiter, 'b', 1)).toBeObservable('20ms (b|)');
    m.expect(waiting(limiter, 'c', 1)).toBeObservable('(c|)', { c: 'TOO_MANY_WAITING' });
    m.expect(waiting(limiter, 'd', 1, { key: 'bob' })).toBeObservable('10ms (d|)');
  }));

  it('is bounded for all keys by the mailbox, and who finds no room leaves nothing behind', marbles((m) => {
    const limiter = open(m, { mailbox: { capacity: 1 } });
    limiter.tell.allow({ key: 'ann', tokens: 3 });
    m.expect(waiting(limiter, 'a', 1)).toBeObservable('10ms (a|)');
    m.expect(waiting(limiter, 'b', 1)).toBeObservable('(b|)', { b: 'MAILBOX_FULL' });
    m.expect(m.cold('--x|').pipe(mergeMap(() => limiter.ask.status('ann')), map(({ waiting: count, resetAfter }) => [count, resetAfter])))
      .toBeObservable('--x|', { x: [1, 38] });
  }));
});

describe('who gives up', () => {
  it('by a signal leaves the line, and those behind move up', marbles((m) => {
    const limiter = open(m);
    const leaving = new AbortController();
    limiter.tell.allow({ key: 'ann', tokens: 3 });
    m.expect(waiting(limiter.with({ signal: leaving.signal }), 'a', 3)).toBeObservable('5ms (a|)', { a: 'ASK_ABORTED' });
    m.expect(waiting(limiter, 'b', 1)).toBeObservable('10ms (b|)');
    m.scheduler.schedule(() => leaving.abort(), 5);
  }));

  it('makes room at once for who asks in the same turn', marbles((m) => {
    const limiter = open(m);
    const leaving = new AbortController();
    limiter.tell.allow({ key: 'ann', tokens: 3 });
    waiting(limiter.with({ signal: leaving.signal }), 'a', 3).subscribe();
    m.expect(waiting(limiter, 'b', 1)).toBeObservable('10ms (b|)');
    m.scheduler.schedule(() => {
      leaving.abort();
      const seen: unknown[] = [];
      waiting(limiter, 'c', 1, { deadline: 15 }).subscribe((what) => seen.push(`${what} at ${m.scheduler.now()}`));
      limiter.ask.wait({ key: 'ann', deadline: 24 }).subscribe({ error: (error: unknown) => seen.push((error as WaitTooLongError).retryAfter) });
      limiter.ask.allow({ key: 'ann' }).subscribe(({ retryAfter }) => seen.push(retryAfter));
      m.scheduler.schedule(() => expect(seen).toEqual([25, 25, 'c at 20']), 20);
    }, 5);
    m.flush();
    expect.assertions(2);
  }));

  it('together with a thousand others holds nobody up', () => {
    // What it costs is counted by the places that are given anew.
    const limiter = createRateLimiter({ limit: 1, maxWaiting: 2000 });
    const leaving = new AbortController();
    const given: unknown[] = [];
    const { ask } = limiter.with({ signal: leaving.signal });
    for (let count = 0; count <= 2000; count++) ask.wait({ key: 'ann' }).subscribe({ error: (error: unknown) => given.push((error as { code: string }).code) });
    const copies = vi.spyOn(Buckets.prototype, 'copy');
    leaving.abort();
    limiter.ask.stats().subscribe((stats) => expect(stats).toMatchObject({ waiting: 0, allowed: 1 }));
    expect(given).toEqual(Array.from({ length: 2000 }, () => 'ASK_ABORTED'));
    expect(copies.mock.calls.length).toBeLessThan(5000);
    copies.mockRestore();
    void limiter.shutdown();
  });

  it('by a timeout does so too, and is not charged', marbles((m) => {
    const limiter = open(m);
    limiter.tell.allow({ key: 'ann', tokens: 3 });
    m.expect(waiting(limiter.with({ timeout: 4 }), 'a', 3)).toBeObservable('4ms (a|)', { a: 'ASK_TIMEOUT' });
    m.expect(m.cold('10ms x|').pipe(mergeMap(() => limiter.ask.status('ann')), map(({ remaining, waiting: count }) => [remaining, count])))
      .toBeObservable('10ms x|', { x: [1, 0] });
  }));

  it('while his tokens are on the way to him gives them back', marbles((m) => {
    const limiter = open(m);
    const leaving = new AbortController();
    limiter.tell.allow({ key: 'ann', tokens: 3 });
    const got: string[] = [];
    waiting(limiter, 'a', 1).subscribe((what) => { got.push(what); leaving.abort(); });
    waiting(limiter.with({ signal: leaving.signal }), 'b', 3).subscribe((what) => got.push(what));
    // Both are due in the same command: the first one's subscriber takes the second one's away.
    m.scheduler.schedule(() => limiter.tell.refund({ key: 'ann', tokens: 3 }), 5);
    m.scheduler.schedule(() => limiter.tell.refund({ key: 'ann', tokens: 3 }), 6);
    m.flush();
    expect(got).toEqual(['a', 'ASK_ABORTED']);
    limiter.ask.stats().subscribe((stats) => expect(stats).toMatchObject({ waiting: 0, allowed: 2 }));
    limiter.ask.status('ann').subscribe(({ remaining }) => expect(remaining).toBe(3));
  }));

  it('leaves no timer behind', marbles((m) => {
    const limiter = open(m);
    limiter.tell.allow({ key: 'ann', tokens: 3 });
    m.expect(waiting(limiter.with({ timeout: 4 }), 'a', 3)).toBeObservable('4ms (a|)', { a: 'ASK_TIMEOUT' });
    m.flush();
    // Only a sweep is still to come, which keeps no time going.
    expect(m.scheduler.now()).toBe(4);
  }));
});

describe('what changes below the feet of those who wait', () => {
  it('a refund and a reset serve them at once', marbles((m) => {
    const limiter = open(m);
    limiter.tell.allow({ key: 'ann', tokens: 3 });
    m.expect(waiting(limiter, 'a', 2)).toBeObservable('5ms (a|)');
    m.expect(waiting(limiter, 'b', 3)).toBeObservable('7ms (b|)');
    m.scheduler.schedule(() => limiter.tell.refund({ key: 'ann', tokens: 2 }), 5);
    m.scheduler.schedule(() => limiter.tell.reset('ann'), 7);
  }));

  it('a block puts them off, and refuses whom that makes too late', marbles((m) => {
    const limiter = open(m);
    limiter.tell.allow({ key: 'ann', tokens: 3 });
    m.expect(waiting(limiter, 'a', 1)).toBeObservable('35ms (a|)');
    m.expect(waiting(limiter, 'b', 1, { deadline: 30 })).toBeObservable('5ms (b|)', { b: 'WAIT_TOO_LONG' });
    m.expect(waiting(limiter, 'c', 2)).toBeObservable('35ms (c|)');
    m.scheduler.schedule(() => limiter.tell.block({ key: 'ann', ttl: 30 }), 5);
  }));

  it('a block for ever refuses them all', marbles((m) => {
    const limiter = open(m);
    limiter.tell.allow({ key: 'ann', tokens: 3 });
    m.expect(waiting(limiter, 'a', 1)).toBeObservable('5ms (a|)', { a: 'WAIT_TOO_LONG' });
    m.scheduler.schedule(() => limiter.tell.block({ key: 'ann', ttl: Infinity }), 5);
  }));

  it('another limit lines them up anew, and refuses who wants more than it holds', marbles((m) => {
    const limiter = open(m);
    limiter.tell.allow({ key: 'ann', tokens: 3 });
    m.expect(waiting(limiter, 'a', 3)).toBeObservable('5ms (a|)', { a: 'TOKENS_EXCEED_LIMIT' });
    m.expect(waiting(limiter, 'b', 2)).toBeObservable('7ms (b|)');
    // Half a token of three is there; of a bucket of two, empty at most, 2 come in 2 ms.
    m.scheduler.schedule(() => limiter.tell.setLimit({ key: 'ann', limit: 2, refill: 1, every: 1 }), 5);
  }));
});

describe('the timer', () => {
  it('that comes late serves all who are due, and makes nobody later than that', marbles((m) => {
    let late = 0;
    const scheduler = { now: () => m.scheduler.now() + late, schedule: m.scheduler.schedule.bind(m.scheduler) };
    const limiter = m.watch(createRateLimiter({ limit: 3, refill: 1, every: 10, scheduler }));
    limiter.tell.allow({ key: 'ann', tokens: 3 });
    m.expect(waiting(limiter, 'a', 3)).toBeObservable('30ms (a|)');
    m.expect(waiting(limiter, 'b', 3)).toBeObservable('30ms (b|)');
    m.expect(waiting(limiter, 'c', 1)).toBeObservable('35ms (c|)');
    // The process was held up for 35 ms just before: by then it's 65 ms.
    m.scheduler.schedule(() => { late = 35; }, 29);
  }));

  it('is none while nobody waits, and rings no more than once for each who does', marbles((m) => {
    const limiter = open(m);
    const seen = probe(limiter);
    limiter.tell.allow({ key: 'ann', tokens: 3 });
    limiter.ask.wait({ key: 'ann', tokens: 1 }).subscribe();
    limiter.ask.wait({ key: 'ann', tokens: 1 }).subscribe();
    m.flush();
    expect(seen.commands.filter(({ type }) => type === 'serve').map(({ time }) => time)).toEqual([10, 20]);
  }));
});

describe('shutdown', () => {
  it('waits for those who will have their tokens within its time', marbles((m) => {
    const limiter = open(m);
    limiter.tell.allow({ key: 'ann', tokens: 3 });
    m.expect(waiting(limiter, 'a', 1)).toBeObservable('10ms (a|)');
    m.expect(m.cold('-x|').pipe(mergeMap(() => waiting(limiter, 'b', 1)))).toBeObservable('-b|', { b: 'STORE_CLOSED' });
    m.scheduler.schedule(() => void limiter.shutdown(), 1);
  }));

  it('lets the others go when its time is over', marbles((m) => {
    const limiter = open(m);
    limiter.tell.allow({ key: 'ann', tokens: 3 });
    m.expect(waiting(limiter, 'a', 1)).toBeObservable('5ms (a|)', { a: 'STORE_CLOSED' });
    m.scheduler.schedule(() => void limiter.shutdown({ timeout: 4 }), 1);
  }));
});

it('a handler that fails changes nothing: the line stays as it is', marbles((m) => {
  const limiter = open(m);
  limiter.tell.allow({ key: 'ann', tokens: 3 });
  m.expect(waiting(limiter, 'a', 1)).toBeObservable('10ms (a|)');
  m.expect(waiting(limiter, 'b', 4)).toBeObservable('(b|)', { b: 'TOKENS_EXCEED_LIMIT' });
  m.expect(waiting(limiter, 'c', 1)).toBeObservable('20ms (c|)');
}));
