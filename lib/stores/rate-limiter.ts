/**
 * A rate limiter: a bucket of tokens for each key, refilled as time passes. Whoever asks gets tokens, or hears when there
 * will be some, or waits for them.
 *
 * Parts: what a limit is (limits.ts), the arithmetic (buckets.ts), keys that come and go (state.ts), drawing.ts,
 * waiting.ts with line-up.ts, tuning.ts, and what's said of it all (answers.ts, headers.ts, dump.ts).
 */
import { createStore, reply, type Clock, type Outcome, type Store, type StoreOptions, type Type } from '../index.js';
import { expect, expectObject } from '../internal/expect.js';
import { statusOf, type RateAnswer, type RateStatus } from './rate-limiter/answers.js';
import { allow, peek, refund, reset } from './rate-limiter/drawing.js';
import { dump, expectLimiterDump, fill } from './rate-limiter/dump.js';
import { DEFAULT, limitOf, limitsOf, type Limits, type RateLimit } from './rate-limiter/limits.js';
import { serveDue } from './rate-limiter/line-up.js';
import { RateLimiterState, type LimiterContext } from './rate-limiter/state.js';
import { block, clearLimit, setLimit, unblock } from './rate-limiter/tuning.js';
import type {
  RateAsk, RateBlock, RateChange, RateLimiterDump, RateLimiterEvent, RateLimiterStats, RateLimiterView, RateWait,
} from './rate-limiter/types.js';
import { wait } from './rate-limiter/waiting.js';
import { checkKey, type Key } from './structures/check-payload.js';

/** How a rate limiter is made. Each field is optional. Default: 10 tokens a key, refilled by 1 a second. */
export interface RateLimiterOptions extends RateLimit, StoreOptions {
  /** What errors and traces call it, and headers its limit. Default `'rate-limiter'`, and `'default'` for the limit. */
  readonly name?: string;
  /**
   * Several limits that have to be kept together, instead of `limit`, `refill` and `every`: a burst and a sustained rate.
   * Each with a name of its own.
   */
  readonly limits?: readonly RateLimit[];
  /**
   * The most keys with a bucket that isn't full. Default 100,000; `Infinity` for no bound. Beyond it the bucket is
   * forgotten that will be full first, and `evicted` says so.
   */
  readonly maxKeys?: number;
  /** The most asks that wait for tokens of one key. Default 1000. */
  readonly maxWaiting?: number;
  /** How long after it's full a bucket is dropped at the latest, in milliseconds. Default 10,000. For callers it's full at once. */
  readonly sweep?: number;
  /** What `dump` of another limiter gave: goes on where that one was. */
  readonly restore?: RateLimiterDump;
}

/** The commands and queries of a rate limiter. */
export interface RateLimiterDefinition {
  readonly name: string;
  /** Makes the first state. */
  readonly state: (clock: Clock) => RateLimiterState;
  readonly events: Type<RateLimiterEvent>;
  readonly commands: {
    /** Draws tokens (default 1) if all of them are there; else nothing is drawn, and the answer says when to ask again. */
    readonly allow: (state: RateLimiterState, ask: RateAsk, context: LimiterContext) => Outcome<RateLimiterState, RateAnswer>;
    /** Draws tokens (default 1) as soon as they're there, after those who asked before; the reply comes then. */
    readonly wait: (state: RateLimiterState, ask: RateWait, context: LimiterContext) => Outcome<RateLimiterState, RateAnswer>;
    /** Puts tokens (default 1) back, as far as there's room for them, and replies how the key stands. */
    readonly refund: (state: RateLimiterState, ask: RateAsk, context: LimiterContext) => Outcome<RateLimiterState, RateStatus>;
    /** Makes a key's bucket full and lifts its block; replies whether that changed anything. */
    readonly reset: (state: RateLimiterState, key: Key, context: LimiterContext) => Outcome<RateLimiterState, boolean>;
    /** Gives nothing of a key for `ttl` ms from now on, whatever block there was, and replies how the key stands. */
    readonly block: (state: RateLimiterState, block: RateBlock, context: LimiterContext) => Outcome<RateLimiterState, RateStatus>;
    /** Lifts a block; replies whether there was one. The bucket stays as it is. */
    readonly unblock: (state: RateLimiterState, key: Key, context: LimiterContext) => Outcome<RateLimiterState, boolean>;
    /** Gives a key a limit of its own: what is left out stays. What was drawn stays drawn. Replies how the key stands. */
    readonly setLimit: (state: RateLimiterState, change: RateChange, context: LimiterContext) => Outcome<RateLimiterState, RateStatus>;
    /** Goes back to the limits of all keys; replies whether the key had any of its own. */
    readonly clearLimit: (state: RateLimiterState, key: Key, context: LimiterContext) => Outcome<RateLimiterState, boolean>;
    /** Answers those whose tokens are there, and replies how many. Sent by the limiter's timer, just when the first one is due. */
    readonly serve: (state: RateLimiterState, payload: void, context: LimiterContext) => Outcome<RateLimiterState, number>;
    /** Drops buckets that are full, and replies how many. Sent by the limiter itself. */
    readonly sweep: (state: RateLimiterState, payload: void, context: LimiterContext) => Outcome<RateLimiterState, number>;
  };
  readonly queries: {
    /** What `allow` would answer, with what is there now. Draws nothing. */
    readonly peek: (state: RateLimiterState, ask: RateAsk, clock: Clock) => RateAnswer;
    /** How a key stands: its limits, what is left of each, a block, who waits. */
    readonly status: (state: RateLimiterState, key: Key, clock: Clock) => RateStatus;
    /** Keys, asks that wait, and what has been allowed, refused and evicted. */
    readonly stats: (state: RateLimiterState, payload: void, clock: Clock) => RateLimiterStats;
    /** The limiter as plain data, for the option `restore` of another one. */
    readonly dump: (state: RateLimiterState, payload: void, clock: Clock) => RateLimiterDump;
  };
  /** What `select` and `snapshot` show. */
  readonly view: (state: RateLimiterState) => RateLimiterView;
}

/** A rate limiter: what `createRateLimiter` makes. */
export type RateLimiter = Store<RateLimiterDefinition>;

/** The limits of all keys. @throws TypeError */
function limitsIn({ limits, limit, refill, every }: RateLimiterOptions): Limits {
  if (limits === undefined) {
    const given = { ...limit === undefined ? {} : { limit }, ...refill === undefined ? {} : { refill }, ...every === undefined ? {} : { every } };
    return limitsOf([limitOf(given, DEFAULT, expect)]);
  }
  const alone = limit === undefined && refill === undefined && every === undefined;
  expect(Array.isArray(limits) && limits.length > 0 && alone, 'limits', 'an array of one or more, without `limit`, `refill` and `every` beside it', limits);
  const each = limits.map((one: RateLimit, index) => {
    expectObject(one, `limits[${index}]`);
    return limitOf(one, DEFAULT, expect, `limits[${index}].`);
  });
  const names = each.map(({ name }) => name);
  expect(new Set(names).size === names.length, 'limits', 'limits with a name of its own each', names.join(', '));
  return limitsOf(each);
}

/**
 * The definition of a rate limiter, for whoever makes stores of definitions.
 *
 * @param options as for `createRateLimiter`
 * @throws TypeError for options that no limiter can work with
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { defineRateLimiter } from 'ownstate/stores';
 *
 * const limiter = createStore(defineRateLimiter({ limit: 3 }));
 * console.log((await limiter.ask.allow({ key: 'ann' })).remaining); // 2
 * ```
 */
export function defineRateLimiter(options: RateLimiterOptions = {}): RateLimiterDefinition {
  expectObject(options, 'options');
  const { name = 'rate-limiter', maxKeys = 100_000, maxWaiting = 1000, sweep = 10_000, restore } = options;
  const isBound = (value: unknown): boolean => value === Infinity || (Number.isSafeInteger(value) && (value as number) > 0);
  const limits = limitsIn(options);
  expect(isBound(maxKeys), 'maxKeys', 'a positive integer, or Infinity', maxKeys);
  expect(isBound(maxWaiting), 'maxWaiting', 'a positive integer, or Infinity', maxWaiting);
  expect(Number.isFinite(sweep) && sweep > 0, 'sweep', 'a positive number of milliseconds', sweep);
  if (restore !== undefined) expectLimiterDump(restore);
  return {
    name,
    events: {},
    state: ({ now }) => {
      const state = new RateLimiterState(limits, maxKeys, sweep);
      if (restore) fill(state, restore, now());
      return state;
    },
    commands: {
      allow,
      wait: (state, ask, context) => wait(state, ask, context, maxWaiting),
      refund,
      reset,
      block,
      unblock,
      setLimit,
      clearLimit,
      serve: (state, _payload, context) => {
        state.disarm(context);
        return reply(state, serveDue(state, state.tick(context.now()), context));
      },
      sweep: (state, _payload, context) => reply(state, state.clean(state.tick(context.now()), context)),
    },
    queries: {
      peek: (state, ask, { now }) => peek(state, ask, state.time(now())),
      status: (state, key, { now }) => {
        checkKey(key);
        return statusOf(state, state.slots.find(key), state.time(now()));
      },
      stats: (state, _payload, { now }) => {
        const { waiting, allowed, refused, evicted } = state;
        return { keys: state.size(state.time(now())), waiting, allowed, refused, evicted, maxKeys };
      },
      dump: (state, _payload, { now }) => dump(state, now()),
    },
    view: ({ waiting, allowed, refused }) => ({ waiting, allowed, refused }),
  };
}

/**
 * Makes a rate limiter: a bucket of 10 tokens for each key, refilled by 1 a second, unless the options say otherwise.
 * Commands: `allow({ key, tokens })`, `wait({ key, tokens, deadline })`, `refund({ key, tokens })`, `reset(key)`,
 * `block({ key, ttl })`, `unblock(key)`, `setLimit({ key, … })`, `clearLimit(key)`; queries: `peek({ key, tokens })`,
 * `status(key)`, `stats()`, `dump()`.
 *
 * Refill is exact, fractions of tokens included, and computed when somebody asks. A bucket that is full again is dropped.
 * No ask is given a part of its tokens, and one that is refused costs nothing. Those who `wait` are served in the order in
 * which they came for a key, before whoever only asks, by one timer that rings just when the first of them is due.
 *
 * A reply may fail with `InvalidPayloadError`, `TokensExceedLimitError` (more tokens than the bucket holds) and
 * `TooManyKeysError` (`maxKeys` is reached, and no bucket can be forgotten), a `wait` also with `WaitTooLongError` and
 * `TooManyWaitingError`. A command costs O(1) in time whatever the number of keys; a key takes some 100 bytes.
 *
 * @param options the limits and bounds, and those of `createStore`
 * @throws TypeError for options that no limiter can work with
 *
 * @example
 * ```ts
 * import { createRateLimiter } from 'ownstate/stores';
 *
 * const limiter = createRateLimiter({ limit: 5, refill: 1, every: 1000 });
 * const { allowed, remaining } = await limiter.ask.allow({ key: 'ann', tokens: 4 });
 * console.log(allowed, remaining); // true 1
 * const again = await limiter.ask.allow({ key: 'ann', tokens: 4 });
 * console.log(again.allowed, again.retryAfter > 2000); // false true
 * ```
 */
export function createRateLimiter(options: RateLimiterOptions = {}): RateLimiter {
  const limiter = createStore(defineRateLimiter(options), options);
  // What was restored may expire before the first command: the maker of a state has no timer.
  if (options.restore !== undefined) limiter.tell.sweep();
  return limiter;
}
