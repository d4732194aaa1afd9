/** Keys are bounded, and a limiter goes on where another one was. */
import { createRateLimiter, type RateLimiterDump, type RateLimiterOptions } from 'ownstate/stores';
import { marbles, probe, type Marbles } from 'ownstate/testing';
import { describe, expect, it } from 'vitest';

const open = (m: Marbles, options: RateLimiterOptions = {}) => m.watch(createRateLimiter({ ...options, scheduler: m.scheduler }));

/** The answer of an ask that is answered at once. */
function now<T>(reply: { subscribe(next: (value: T) => void): unknown }): T {
  let got: T | undefined;
  reply.subscribe((value) => { got = value; });
  return got as T;
}

describe('maxKeys', () => {
  it('has the bucket forgotten that would be full first, and says what that gave away', marbles((m) => {
    const limiter = open(m, { maxKeys: 3 });
    const seen = probe(limiter);
    limiter.tell.allow({ key: 'drawn', tokens: 10 });
    limiter.tell.allow({ key: 'half', tokens: 5 });
    limiter.tell.allow({ key: 'nearly', tokens: 1 });
    limiter.tell.allow({ key: 'new', tokens: 2 });
    expect(seen.events.map(({ event }) => event)).toEqual([{ type: 'evicted', key: 'nearly', resetAfter: 1000 }]);
    expect(now(limiter.ask.stats())).toMatchObject({ keys: 3, evicted: 1, maxKeys: 3 });
    expect(now(limiter.ask.status('nearly')).remaining).toBe(10);
    expect(now(limiter.ask.status('drawn')).remaining).toBe(0);
  }));

  it('goes by what has been drawn since, not by who came first', marbles((m) => {
    const limiter = open(m, { maxKeys: 2 });
    limiter.tell.allow({ key: 'first' });
    limiter.tell.allow({ key: 'second', tokens: 3 });
    limiter.tell.allow({ key: 'first', tokens: 8 });
    limiter.tell.allow({ key: 'third' });
    expect(['first', 'second', 'third'].map((key) => now(limiter.ask.status(key)).remaining)).toEqual([1, 10, 9]);
  }));

  it('a flood of new keys pushes out new keys, not those that have drawn much', marbles((m) => {
    const limiter = open(m, { maxKeys: 100 });
    for (let key = 0; key < 50; key++) limiter.tell.allow({ key: `busy ${key}`, tokens: 9 });
    for (let key = 0; key < 10_000; key++) limiter.tell.allow({ key });
    for (let key = 0; key < 50; key++) expect(now(limiter.ask.status(`busy ${key}`)).remaining).toBe(1);
    expect(now(limiter.ask.stats())).toMatchObject({ keys: 100, evicted: 9950 });
  }));

  it('what is full again makes room without a word', marbles((m) => {
    const limiter = open(m, { maxKeys: 1, sweep: 1e6 });
    const seen = probe(limiter);
    limiter.tell.allow({ key: 'ann' });
    m.scheduler.schedule(() => limiter.tell.allow({ key: 'bob' }), 1000);
    m.flush();
    expect(seen.events).toEqual([]);
    expect(now(limiter.ask.stats())).toMatchObject({ keys: 1, evicted: 0 });
  }));

  it('a block, a limit of its own and who waits are not forgotten: then one more key is refused', marbles((m) => {
    const limiter = open(m, { maxKeys: 3 });
    const errors: unknown[] = [];
    limiter.tell.block({ key: 'blocked', ttl: Infinity });
    limiter.tell.setLimit({ key: 'special', limit: 20 });
    limiter.tell.allow({ key: 'waited for', tokens: 10 });
    limiter.with({ timeout: 50 }).ask.wait({ key: 'waited for' }).subscribe({ error: () => undefined });
    limiter.ask.allow({ key: 'one more' }).subscribe({ error: (error: unknown) => errors.push(error) });
    limiter.ask.setLimit({ key: 'one more' }).subscribe({ error: (error: unknown) => errors.push(error) });
    limiter.ask.block({ key: 'one more', ttl: 1 }).subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors).toEqual([1, 2, 3].map(() => expect.objectContaining({ code: 'TOO_MANY_KEYS', maxKeys: 3 }) as unknown));
    expect(now(limiter.ask.stats())).toMatchObject({ keys: 3, waiting: 1 });
    // What draws nothing needs no room.
    expect(now(limiter.ask.peek({ key: 'one more' })).allowed).toBe(true);
  }));
});

describe('the sweep', () => {
  it('drops full buckets so long after the first of them was full, and counts them no more from that very millisecond', marbles((m) => {
    const limiter = open(m, { sweep: 500 });
    const seen = probe(limiter);
    limiter.tell.allow({ key: 'ann' });
    limiter.tell.allow({ key: 'bob', tokens: 2 });
    const keys: number[] = [];
    for (const time of [999, 1000, 1999, 2000]) m.scheduler.schedule(() => keys.push(now(limiter.ask.stats()).keys), time);
    m.scheduler.schedule(() => undefined, 3000);
    m.flush();
    expect(keys).toEqual([2, 1, 1, 0]);
    expect(seen.commands.filter(({ type }) => type === 'sweep').map(({ time }) => time)).toEqual([1500, 2500]);
  }));

  it('leaves who has drawn again', marbles((m) => {
    const limiter = open(m, { sweep: 100 });
    limiter.tell.allow({ key: 'ann' });
    m.scheduler.schedule(() => limiter.tell.allow({ key: 'ann', tokens: 5 }), 999);
    const left: unknown[] = [];
    m.scheduler.schedule(() => left.push(now(limiter.ask.stats()).keys, now(limiter.ask.sweep()), now(limiter.ask.status('ann')).remaining), 1100);
    m.flush();
    // 4.999 at 999, and a tenth of a token since.
    expect(left).toEqual([1, 0, 5]);
  }));

  it('takes 10,000 in a row, and goes on behind what waits', marbles((m) => {
    const limiter = open(m, { limit: 1, every: 1, sweep: 1 });
    const seen = probe(limiter);
    for (let key = 0; key < 10_001; key++) limiter.tell.allow({ key });
    m.scheduler.schedule(() => undefined, 10);
    m.flush();
    expect(seen.commands.filter(({ type }) => type === 'sweep').map(({ time }) => time)).toEqual([2, 2]);
    expect(now(limiter.ask.dump()).keys).toEqual([]);
  }));
});

describe('the sweep of keys whose tokens were put back', () => {
  it('takes 10,000 in a row, too', marbles((m) => {
    const limiter = open(m, { limit: 3, every: 10, sweep: 1 });
    const seen = probe(limiter);
    for (let key = 0; key < 20_001; key++) limiter.tell.allow({ key });
    m.scheduler.schedule(() => {
      for (let key = 0; key < 20_001; key++) {
        limiter.tell.allow({ key, tokens: 2 });
        limiter.tell.refund({ key });
      }
    }, 9);
    m.scheduler.schedule(() => limiter.tell.unblock('nobody'), 12);
    m.flush();
    expect(seen.commands.filter(({ time }) => time > 9).slice(0, 4).map(({ time, type }) => [time, type])).toEqual([[11, 'sweep'], [11, 'sweep'], [11, 'sweep'], [12, 'unblock']]);
  }));
});

describe('dump and restore', () => {
  it('a limiter goes on where another one was, less what came back meanwhile', marbles((m) => {
    const first = open(m);
    first.tell.allow({ key: 'ann', tokens: 10 });
    first.tell.allow({ key: 7, tokens: 2 });
    first.tell.block({ key: 'bob', ttl: 5000 });
    first.tell.block({ key: 'eve', ttl: Infinity });
    first.tell.setLimit({ key: 'zoe', limit: Infinity });
    const dump = JSON.parse(JSON.stringify(now(first.ask.dump()))) as RateLimiterDump;
    expect(dump).toEqual({
      kind: 'rate-limiter', version: 1, at: 0,
      limits: [{ name: 'default', limit: 10, refill: 1, every: 1000 }],
      keys: [
        { key: 'ann', lack: [10_000] }, { key: 7, lack: [2000] }, { key: 'bob', lack: [0], blockedFor: 5000 },
        { key: 'eve', lack: [0], blockedFor: null }, { key: 'zoe', lack: [0], limits: [{ name: 'default', limit: null, refill: 1, every: 1000 }] },
      ],
    });
    m.scheduler.schedule(() => {
      const second = open(m, { restore: dump });
      const of = (key: string | number) => now(second.ask.status(key));
      expect(of('ann')).toMatchObject({ remaining: 2, resetAfter: 7500 });
      expect(of(7)).toMatchObject({ remaining: 10, resetAfter: 0 });
      expect([of('bob').blockedFor, of('eve').blockedFor, of('zoe').limit]).toEqual([2500, Infinity, Infinity]);
      expect(now(second.ask.stats())).toEqual({ keys: 4, waiting: 0, allowed: 0, refused: 0, evicted: 0, maxKeys: 100_000 });
      expect(now(second.ask.dump()).keys).toHaveLength(4);
    }, 2500);
    m.flush();
  }));

  it('those who wait are not in it, nor what they will take', marbles((m) => {
    const limiter = open(m);
    limiter.tell.allow({ key: 'ann', tokens: 10 });
    limiter.with({ timeout: 100 }).ask.wait({ key: 'ann', tokens: 5 }).subscribe({ error: () => undefined });
    m.scheduler.schedule(() => expect(now(limiter.ask.dump()).keys).toEqual([{ key: 'ann', lack: [9950] }]), 50);
    m.flush();
  }));

  it('with other limits, what was drawn stays drawn, by the names of the limits', marbles((m) => {
    const first = open(m, { limits: [{ name: 'burst', limit: 5 }, { name: 'day', limit: 100, every: 1000 }] });
    first.tell.allow({ key: 'ann', tokens: 4 });
    first.tell.setLimit({ key: 'bob', name: 'day', limit: 7 });
    const second = open(m, { restore: now(first.ask.dump()), limits: [{ name: 'hour', limit: 30 }, { name: 'day', limit: 50, every: 2000 }] });
    const of = (key: string) => now(second.ask.status(key)).limits.map(({ name, limit, remaining, resetAfter }) => [name, limit, remaining, resetAfter]);
    expect(of('ann')).toEqual([['hour', 30, 30, 0], ['day', 50, 46, 8000]]);
    expect(of('bob')).toEqual([['hour', 30, 30, 0], ['day', 7, 7, 0]]);
  }));

  it('more keys than there may be: those that would be full first are left out', marbles((m) => {
    const first = open(m);
    for (const tokens of [3, 1, 2]) first.tell.allow({ key: tokens, tokens });
    const second = open(m, { restore: now(first.ask.dump()), maxKeys: 2 });
    expect(now(second.ask.dump()).keys.map(({ key }) => key).sort()).toEqual([2, 3]);
    first.tell.setLimit({ key: 'a', limit: 1 });
    first.tell.setLimit({ key: 'b', limit: 1 });
    expect(() => createRateLimiter({ restore: now(first.ask.dump()), maxKeys: 1 })).toThrow('Expected `restore.keys` to be at most 1, got 5');
  }));
});
