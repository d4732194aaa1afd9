/** What is inferred of a rate limiter, and what doesn't compile. */
import type { Client, Reply } from 'ownstate';
import {
  createRateLimiter, rateLimit, rateLimitHeaders,
  type RateAnswer, type RateLimiter, type RateLimiterDefinition, type RateLimiterDump, type RateLimiterEvent, type RateLimiterStats,
  type RateLimiterView, type RateLimitHeaders, type RateStatus,
} from 'ownstate/stores';
import { of, type Observable } from 'rxjs';
import { expectTypeOf, it } from 'vitest';

const limiter = createRateLimiter({ limit: 5, scheduler: undefined as never });

it('replies, events and view are known', () => {
  expectTypeOf(limiter).toEqualTypeOf<RateLimiter>();
  expectTypeOf(limiter.ask.allow({ key: 'ann' })).toEqualTypeOf<Reply<RateAnswer>>();
  expectTypeOf(limiter.ask.wait({ key: 5, tokens: 2, deadline: 100 })).toEqualTypeOf<Reply<RateAnswer>>();
  expectTypeOf(limiter.ask.peek({ key: 'ann' })).toEqualTypeOf<Reply<RateAnswer>>();
  expectTypeOf(limiter.ask.refund({ key: 'ann' })).toEqualTypeOf<Reply<RateStatus>>();
  expectTypeOf(limiter.ask.block({ key: 'ann', ttl: Infinity })).toEqualTypeOf<Reply<RateStatus>>();
  expectTypeOf(limiter.ask.setLimit({ key: 'ann', limit: 5, name: 'burst' })).toEqualTypeOf<Reply<RateStatus>>();
  expectTypeOf(limiter.ask.reset('ann')).toEqualTypeOf<Reply<boolean>>();
  expectTypeOf(limiter.ask.unblock(5)).toEqualTypeOf<Reply<boolean>>();
  expectTypeOf(limiter.ask.clearLimit('ann')).toEqualTypeOf<Reply<boolean>>();
  expectTypeOf(limiter.ask.status('ann')).toEqualTypeOf<Reply<RateStatus>>();
  expectTypeOf(limiter.ask.stats()).toEqualTypeOf<Reply<RateLimiterStats>>();
  expectTypeOf(limiter.ask.dump()).toEqualTypeOf<Reply<RateLimiterDump>>();
  expectTypeOf(limiter.events$).toEqualTypeOf<Observable<RateLimiterEvent>>();
  expectTypeOf(limiter.snapshot()).toEqualTypeOf<RateLimiterView>();
});

it('the operator keeps the type of values, and takes a client as well', () => {
  const client: Client<RateLimiterDefinition> = limiter.client;
  expectTypeOf(of(1, 2).pipe(rateLimit(limiter, { key: (value) => value }))).toEqualTypeOf<Observable<number>>();
  expectTypeOf(of('a').pipe(rateLimit(client, { key: 'all', onExceeded: 'drop', tokens: (text) => text.length }))).toEqualTypeOf<Observable<string>>();
  expectTypeOf(rateLimitHeaders).returns.toEqualTypeOf<RateLimitHeaders>();
});

it('what is wrong does not compile', () => {
  // @ts-expect-error a bare key is no ask
  limiter.ask.allow('ann');
  // @ts-expect-error there has to be a key
  limiter.ask.allow({ tokens: 1 });
  // @ts-expect-error a key is no object
  limiter.ask.allow({ key: {} });
  // @ts-expect-error tokens are a number
  limiter.ask.allow({ key: 'ann', tokens: '1' });
  // @ts-expect-error only `wait` has a deadline
  limiter.ask.allow({ key: 'ann', deadline: 5 });
  // @ts-expect-error a block needs its time
  limiter.ask.block({ key: 'ann' });
  // A query isn't told.
  expectTypeOf(limiter.tell).not.toHaveProperty('peek');
  // @ts-expect-error a misspelt option
  createRateLimiter({ limt: 5 });
  // @ts-expect-error no such policy
  rateLimit(limiter, { key: 'all', onExceeded: 'ignore' });
  // @ts-expect-error a status has no event
  limiter.events$.subscribe((event) => event.type === 'expired');
});
