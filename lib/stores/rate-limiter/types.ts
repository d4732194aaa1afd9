/** What a rate limiter takes, gives out and announces. */
import type { Dump } from '../structures/dump.js';
import type { Key } from '../structures/check-payload.js';
import type { RateLimit } from './limits.js';

/** What `allow` and `peek` take. */
export interface RateAsk {
  readonly key: Key;
  /** How many tokens: an integer from 0 on. Default 1. */
  readonly tokens?: number;
}

/** What `wait` takes. */
export interface RateWait extends RateAsk {
  /** The longest that it may take, in milliseconds from now. Default `Infinity`. */
  readonly deadline?: number;
}

/** What `block` takes. */
export interface RateBlock {
  readonly key: Key;
  /** For how long, in milliseconds; `Infinity` until `unblock` or `reset`. */
  readonly ttl: number;
}

/** What `setLimit` takes: other numbers for one limit of a key; what is left out stays as it is for that key. */
export interface RateChange extends RateLimit {
  readonly key: Key;
  /** Which limit, where there are several. Default: the first one. */
  readonly name?: string;
}

/** What a limiter announces. */
export type RateLimiterEvent =
  /** `allow` said no. */
  | { readonly type: 'limited'; readonly key: Key; readonly tokens: number; readonly retryAfter: number }
  | { readonly type: 'blocked'; readonly key: Key; readonly ttl: number }
  /** A bucket was forgotten to make room, `resetAfter` ms before it was full: what it lacked has been given away. */
  | { readonly type: 'evicted'; readonly key: Key; readonly resetAfter: number };

/** What `stats` gives. The counts begin with the store. */
export interface RateLimiterStats {
  /** Keys of which there's something to remember: a bucket that isn't full, a block, limits of its own. */
  readonly keys: number;
  /** Asks that wait for tokens. */
  readonly waiting: number;
  /** Asks that got their tokens, at once or after a wait. */
  readonly allowed: number;
  /** Asks to which `allow` said no. */
  readonly refused: number;
  /** Buckets that were forgotten to make room. */
  readonly evicted: number;
  readonly maxKeys: number;
}

/** What `select` and `snapshot` show. */
export type RateLimiterView = Pick<RateLimiterStats, 'waiting' | 'allowed' | 'refused'>;

/** A limit in a dump: plain data, so `null` stands for `Infinity`. */
export interface DumpedLimit {
  readonly name: string;
  readonly limit: number | null;
  readonly refill: number;
  readonly every: number;
}

/** What `dump` gives: plain data. Those who wait aren't in it; they ask again. */
export interface RateLimiterDump extends Dump<'rate-limiter'> {
  readonly limits: readonly DumpedLimit[];
  readonly keys: readonly {
    readonly key: Key;
    /** What each limit lacked of being full, in `every`-ths of a token. */
    readonly lack: readonly number[];
    /** The key's own limits, if it has any. */
    readonly limits?: readonly DumpedLimit[];
    /** How long it was still blocked, in milliseconds; `null` for ever. */
    readonly blockedFor?: number | null;
  }[];
}
