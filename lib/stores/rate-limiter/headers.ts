/** What an HTTP response says of a limit, by the standard that is being made of it. */
import { expect, expectObject } from '../../internal/expect.js';
import type { LimitStatus, RateAnswer, RateStatus } from './answers.js';

/** The headers of a response, for `setHeader`, `res.set` or `new Headers`. */
export interface RateLimitHeaders {
  /** The policies: `"default";q=10;w=10` for 10 tokens that come back within 10 seconds. */
  'RateLimit-Policy'?: string;
  /** What is left of each: `"default";r=3;t=7`. */
  'RateLimit'?: string;
  /** In how many seconds the same request may succeed; only where it was refused. */
  'Retry-After'?: string;
}

/** How an answer is told. */
export interface RateLimitHeadersOptions {
  /** What the policy is called, where a mere answer is told: printable ASCII. Default `'default'`. */
  readonly name?: string;
}

/** The largest integer that a structured field takes. */
const LARGEST = 999_999_999_999_999;

/** A number as a structured field takes it, rounded up. */
const integer = (value: number): string => String(Math.min(LARGEST, Math.ceil(value)));

const seconds = (ms: number): string => integer(ms / 1000);

/** A text as a structured field takes it. */
const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/**
 * Makes the headers `RateLimit`, `RateLimit-Policy` and, for what was refused, `Retry-After` of an answer of `allow` or
 * `peek`, or of a `status`, which tells all limits of the key and how long their windows are. By
 * draft-ietf-httpapi-ratelimit-headers-10; times are whole seconds there, rounded up.
 *
 * What is never (`Infinity`) is left out, and so is a limit of `Infinity`. `t` says when all is back, but where the
 * request was refused not more than `Retry-After`.
 *
 * @param answer what the limiter answered
 * @param options what the policy of a mere answer is called
 * @throws TypeError for what is no answer, and for a name that no header takes
 *
 * @example
 * ```ts
 * import { createRateLimiter, rateLimitHeaders } from 'ownstate/stores';
 *
 * const limiter = createRateLimiter({ limit: 10, refill: 1, every: 1000 });
 * const answer = await limiter.ask.allow({ key: 'ann', tokens: 4 });
 * console.log(rateLimitHeaders(answer).RateLimit); // "default";r=6;t=4
 * ```
 */
export function rateLimitHeaders(answer: RateAnswer | RateStatus, options: RateLimitHeadersOptions = {}): RateLimitHeaders {
  expectObject(answer, 'answer');
  expectObject(options, 'options');
  const { name = 'default' } = options;
  expect(typeof name === 'string' && /^[ -~]+$/.test(name), 'name', 'a text of printable ASCII', name);
  const { allowed, retryAfter } = answer;
  expect(typeof allowed === 'boolean' && typeof retryAfter === 'number', 'answer', 'what a limiter answered', answer);
  const all = 'limits' in answer ? answer.limits : [{ ...answer, name }];
  expect(Array.isArray(all), 'answer', 'what a limiter answered', answer);
  const isNumber = (value: unknown): boolean => typeof value === 'number' && value >= 0;
  const isTold = all.every(({ limit, remaining, resetAfter }) => [limit, remaining, resetAfter].every(isNumber));
  expect(isTold, 'answer', 'what a limiter answered', answer);
  const limits = all.filter(({ limit }) => limit !== Infinity);
  const policies = limits.map((limit) => `${quoted(limit.name)};q=${integer(limit.limit)}${windowOf(limit)}`);
  const left = limits.map(({ name: policy, remaining, resetAfter }) => {
    const time = allowed ? resetAfter : Math.min(resetAfter, retryAfter);
    return `${quoted(policy)};r=${integer(remaining)}${time === Infinity ? '' : `;t=${seconds(time)}`}`;
  });
  return {
    ...limits.length === 0 ? {} : { 'RateLimit-Policy': policies.join(', '), 'RateLimit': left.join(', ') },
    ...allowed || retryAfter === Infinity ? {} : { 'Retry-After': seconds(retryAfter) },
  };
}

/** In what time an empty bucket is full; unknown of a mere answer, and none where nothing comes back. */
function windowOf({ limit, refill = 0, every = 0 }: Partial<LimitStatus> & Pick<LimitStatus, 'limit'>): string {
  return limit > 0 && refill > 0 ? `;w=${seconds(limit * every / refill)}` : '';
}
