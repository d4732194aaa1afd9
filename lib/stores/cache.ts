/**
 * A cache: values by key, each for a time and as long as there's room; and in front of a loader the one who sees to it
 * that each value is loaded once, whoever asks.
 */
import { createStore, reply, type Clock, type Context, type Outcome, type Store, type Type } from '../index.js';
import { CacheState, type CacheView } from './cache/cache-state.js';
import type { CacheEvent, CacheStats } from './cache/events.js';
import { getOrLoad, revalidate } from './cache/loading.js';
import { checkSet, checkTouch, termsOf, type CacheLoad, type CacheSet, type CacheTouch } from './cache/payloads.js';
import { expectCacheDump, restore } from './cache/restore.js';
import { rulesOf, type CacheDump, type CacheOptions } from './cache/rules.js';
import { checkKey, type Key } from './structures/check-payload.js';
import { dumpOf } from './structures/dump.js';

/** The commands and queries of a cache. */
export interface CacheDefinition<K extends Key = string, V = unknown> {
  readonly name: string;
  /** Makes the first state. */
  readonly state: (clock: Clock) => CacheState<K, V>;
  readonly events: Type<CacheEvent<K, V>>;
  /** What `select` and `snapshot` show. */
  readonly view: (cache: CacheState<K, V>) => CacheView;
  readonly commands: {
    /** Sets a value, in the place of the one before. Replies `true`. */
    readonly set: (cache: CacheState<K, V>, payload: CacheSet<K, V>, context: Context<CacheEvent<K, V>>) => Outcome<CacheState<K, V>, true>;
    /** Replies the value, which counts as its use; `undefined` without one. */
    readonly get: (cache: CacheState<K, V>, key: K, context: Context<CacheEvent<K, V>>) => Outcome<CacheState<K, V>, V | undefined>;
    /** Replies the value, if need be after loading it: once, whoever asks meanwhile. Fails as the load does. */
    readonly getOrLoad: (cache: CacheState<K, V>, payload: CacheLoad<K, V>, context: Context<CacheEvent<K, V>>) => Outcome<CacheState<K, V>, V>;
    /** Loads anew what is stale, which the store tells itself to do. Replies whether it did. */
    readonly revalidate: (cache: CacheState<K, V>, payload: CacheLoad<K, V>, context: Context<CacheEvent<K, V>>) => Outcome<CacheState<K, V>, boolean>;
    /** Removes a value, and has what is being loaded of its key not be kept. Replies whether there was one. */
    readonly delete: (cache: CacheState<K, V>, key: K, context: Context<CacheEvent<K, V>>) => Outcome<CacheState<K, V>, boolean>;
    /** Removes a value, and replies it; `undefined` without one. */
    readonly take: (cache: CacheState<K, V>, key: K, context: Context<CacheEvent<K, V>>) => Outcome<CacheState<K, V>, V | undefined>;
    /** Begins a value's lifetime anew. Replies whether there was one. */
    readonly touch: (cache: CacheState<K, V>, payload: CacheTouch<K>, context: Context<CacheEvent<K, V>>) => Outcome<CacheState<K, V>, boolean>;
    /** Removes all values. Replies how many there were. */
    readonly clear: (cache: CacheState<K, V>, payload: void, context: Context<CacheEvent<K, V>>) => Outcome<CacheState<K, V>, number>;
    /** Removes what has expired, which the store does by itself. Replies how many that were, 10,000 at most at once. */
    readonly sweep: (cache: CacheState<K, V>, payload: void, context: Context<CacheEvent<K, V>>) => Outcome<CacheState<K, V>, number>;
  };
  readonly queries: {
    /** The value, without counting as its use; `undefined` without one. */
    readonly peek: (cache: CacheState<K, V>, key: K) => V | undefined;
    /** Whether there's a value. No use either. */
    readonly has: (cache: CacheState<K, V>, key: K) => boolean;
    /** How long a value lives still, unless it's used: in milliseconds, `Infinity` for ever; `undefined` without one. */
    readonly remainingTtl: (cache: CacheState<K, V>, key: K) => number | undefined;
    /** How many values there are. */
    readonly size: (cache: CacheState<K, V>) => number;
    /** What has happened so far, in numbers. */
    readonly stats: (cache: CacheState<K, V>) => CacheStats;
    /** The cache as plain data, for the option `restore` of another one. */
    readonly dump: (cache: CacheState<K, V>, payload: void, clock: Clock) => CacheDump<K, V>;
  };
}

/** A cache: what `createCache` makes. */
export type Cache<K extends Key = string, V = unknown> = Store<CacheDefinition<K, V>>;

/**
 * The definition of a cache, for whoever makes stores of definitions.
 *
 * @param options as for `createCache`
 * @throws TypeError for options that no cache can work with
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { defineCache } from 'ownstate/stores';
 *
 * const cache = createStore(defineCache<string, number>({ maxEntries: 100 }));
 * await cache.ask.set({ key: 'answer', value: 42 });
 * console.log(await cache.ask.get('answer')); // 42
 * ```
 */
export function defineCache<K extends Key = string, V = unknown>(options: CacheOptions<K, V> = {}): CacheDefinition<K, V> {
  const rules = rulesOf(options);
  const { name = 'cache', restore: dump } = options;
  if (dump !== undefined) expectCacheDump(dump);

  /** The slot of a value, for queries, or -1. @throws InvalidPayloadError */
  const find = (cache: CacheState<K, V>, key: K): number => {
    checkKey(key);
    return cache.entries.fresh(key, cache.now());
  };
  return {
    name,
    state: (clock) => {
      const cache = new CacheState<K, V>(rules, clock);
      if (dump !== undefined) restore(cache, dump, cache.now());
      return cache;
    },
    events: {},
    view: (cache) => cache.view(),
    commands: {
      set: (cache, payload, context) => {
        checkSet(payload);
        const { key, value } = payload;
        cache.set(key, value, termsOf(payload, key, value, rules), context);
        return reply(cache, true);
      },
      get: (cache, key, context) => {
        checkKey(key);
        return reply(cache, cache.get(key, context));
      },
      getOrLoad,
      revalidate,
      delete: (cache, key, context) => {
        checkKey(key);
        return reply(cache, cache.delete(key, 'deleted', context) !== undefined);
      },
      take: (cache, key, context) => {
        checkKey(key);
        return reply(cache, cache.take(key, context));
      },
      touch: (cache, payload, context) => {
        checkTouch(payload);
        return reply(cache, cache.touch(payload.key, payload.ttl, context));
      },
      clear: (cache, _payload, context) => reply(cache, cache.clear(context)),
      sweep: (cache, _payload, context) => reply(cache, cache.sweep(context)),
    },
    queries: {
      peek: (cache, key) => {
        const slot = find(cache, key);
        return slot < 0 ? undefined : cache.entries.slots.values[slot];
      },
      has: (cache, key) => find(cache, key) >= 0,
      remainingTtl: (cache, key) => {
        const slot = find(cache, key);
        return slot < 0 ? undefined : cache.entries.expiries.at(slot) - cache.now();
      },
      size: (cache) => cache.entries.size(cache.now()),
      stats: (cache) => cache.stats(),
      dump: (cache) => ({ ...dumpOf('cache', cache.now()), entries: cache.entries.dump(cache.now()) }),
    },
  };
}

/**
 * Makes a cache. Commands: `set({ key, value, ttl?, idle?, weight? })`, `get(key)`, `getOrLoad({ key, load, … })`,
 * `delete(key)`, `take(key)`, `touch({ key, ttl? })`, `clear()`; queries: `peek(key)`, `has(key)`, `remainingTtl(key)`,
 * `size()`, `stats()`, `dump()`. Its view, for `select` and `snapshot`, is `{ held, weight, loading }`.
 *
 * A value isn't seen any more from the very millisecond of its expiry on; a sweep gives its memory back. A reply may fail
 * with `InvalidPayloadError` and with `TooHeavyError`; the cache then stays as it is. `getOrLoad` fails as its load does.
 * A command costs O(1) in time, or O(log n) where it sets an end that comes before others.
 *
 * @param options lifetimes and bounds, and the options of `createStore`
 * @throws TypeError for options that no cache can work with
 *
 * @example
 * ```ts
 * import { createCache } from 'ownstate/stores';
 *
 * const users = createCache<number, string>({ ttl: 60_000 });
 * const load = async (id: number) => `user ${id}`;
 * console.log(await users.ask.getOrLoad({ key: 7, load })); // user 7
 * console.log(await users.ask.get(7)); // user 7
 * await users.ask.delete(7);
 * console.log(await users.ask.get(7)); // undefined
 * ```
 */
export function createCache<K extends Key = string, V = unknown>(options: CacheOptions<K, V> = {}): Cache<K, V> {
  const cache = createStore(defineCache(options), options);
  // What was restored may expire before the first command: the maker of a state has no timer.
  if (options.restore !== undefined) cache.tell.sweep();
  return cache;
}
