/** How a cache is made: its options, checked and with their defaults. */
import type { StoreOptions } from '../../index.js';
import { expect, expectFunction, expectObject, expectOneOf } from '../../internal/expect.js';
import { randomNumber, type NumberSource } from '../structures/chance.js';
import type { Key } from '../structures/check-payload.js';
import type { Dump } from '../structures/dump.js';
import type { CacheEntry } from './entries.js';
import type { CacheAnnounce } from './events.js';

/** How a cache is made. Each field is optional; times are in milliseconds. */
export interface CacheOptions<K extends Key = string, V = unknown> extends StoreOptions {
  /** What errors and traces call it. Default `'cache'`. */
  readonly name?: string;
  /** How long a value lives unless its `set` or `getOrLoad` says otherwise. Default `Infinity`. */
  readonly ttl?: number;
  /** How long a value lives without being used, unless said otherwise; each use puts that off. Default `Infinity`. */
  readonly idle?: number;
  /** The longest that any value lives, whatever its `ttl` and however often it's used or touched. Default `Infinity`. */
  readonly maxTtl?: number;
  /** The most values; beyond it the one goes whose use is longest ago. Default 100,000; `Infinity` for no bound. */
  readonly maxEntries?: number;
  /** The most that all values weigh; beyond it the same. Default `Infinity`. */
  readonly maxWeight?: number;
  /** What a value weighs, an integer from 0 on. Default: 1. */
  readonly weigh?: (value: V, key: K) => number;
  /** For so long after its expiry `getOrLoad` gives a value still, and loads another one behind. Default 0. */
  readonly staleWhileRevalidate?: number;
  /** For so long after its expiry `getOrLoad` gives a value still where the load fails. Default 0. */
  readonly staleOnError?: number;
  /** For so long `getOrLoad` fails with the error of a load that failed, before it tries again. Default 0. */
  readonly errorTtl?: number;
  /** The share, 0 to 1, by which the lifetime of what is loaded is shortened at random at most, so that what was loaded together isn't loaded again together. Default 0. */
  readonly jitter?: number;
  /** How long after its expiry a value is removed at the latest; it isn't seen any more anyway. Default 60,000; `Infinity` for never. */
  readonly sweep?: number;
  /** Which events are announced. Default `'changes'`: all but `hit` and `miss`, which would cost each `get` a third of its speed. */
  readonly announce?: CacheAnnounce;
  /** Where the numbers for `jitter` come from. Default: the Web Crypto of the platform. */
  readonly random?: NumberSource;
  /** What `dump` of another cache gave: goes on where that one was. */
  readonly restore?: CacheDump<K, V>;
}

/** What `dump` gives: plain data, as far as the values are. */
export interface CacheDump<K, V> extends Dump<'cache'> {
  /** The one whose use is longest ago first. */
  readonly entries: readonly CacheEntry<K, V>[];
}

/** Options with their defaults. */
export interface Rules<K, V> {
  readonly ttl: number;
  readonly idle: number;
  readonly maxTtl: number;
  readonly maxEntries: number;
  readonly maxWeight: number;
  readonly weigh: ((value: V, key: K) => number) | undefined;
  readonly staleWhileRevalidate: number;
  readonly staleOnError: number;
  readonly errorTtl: number;
  readonly jitter: number;
  readonly sweep: number;
  readonly announce: CacheAnnounce;
  readonly random: NumberSource;
}

/** @throws TypeError for options that no cache can work with */
export function rulesOf<K extends Key, V>(options: CacheOptions<K, V>): Rules<K, V> {
  expectObject(options, 'options');
  const {
    ttl = Infinity, idle = Infinity, maxTtl = Infinity, maxEntries = 100_000, maxWeight = Infinity, weigh,
    staleWhileRevalidate = 0, staleOnError = 0, errorTtl = 0, jitter = 0, sweep = 60_000, announce = 'changes', random = randomNumber,
  } = options;
  for (const [name, ms] of Object.entries({ ttl, idle, maxTtl, sweep })) {
    expect(typeof ms === 'number' && ms > 0, name, 'a positive number of milliseconds, or Infinity', ms);
  }
  for (const [name, ms] of Object.entries({ staleWhileRevalidate, staleOnError, errorTtl })) {
    expect(typeof ms === 'number' && ms >= 0, name, 'a number of milliseconds from 0 on, or Infinity', ms);
  }
  for (const [name, most] of Object.entries({ maxEntries, maxWeight })) {
    expect(most === Infinity || (Number.isSafeInteger(most) && most > 0), name, 'a positive integer or Infinity', most);
  }
  expect(typeof jitter === 'number' && jitter >= 0 && jitter <= 1, 'jitter', 'a number from 0 to 1', jitter);
  if (weigh !== undefined) expectFunction(weigh, 'weigh');
  expectFunction(random, 'random');
  expectOneOf(announce, 'announce', 'all', 'changes', 'none');
  return { ttl, idle, maxTtl, maxEntries, maxWeight, weigh, staleWhileRevalidate, staleOnError, errorTtl, jitter, sweep, announce, random };
}
