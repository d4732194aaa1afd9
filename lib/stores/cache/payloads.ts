/** What comes with the commands of a cache, and its checks. */
import { check, checkDuration, checkFunction, checkInteger, checkKey, checkObject, type Key } from '../structures/check-payload.js';
import type { Terms } from './entries.js';
import type { CacheLoader } from './flight.js';
import type { Rules } from './rules.js';

/** How long a value is to live, in milliseconds, and what it weighs. What is left out is as the cache's options say. */
export interface CacheLifetime {
  /** From now; `Infinity` for as long as there's room. */
  readonly ttl?: number;
  /** Without being used; each use puts that off, up to `ttl`. */
  readonly idle?: number;
  /** An integer from 0 on. */
  readonly weight?: number;
}

/** What `set` takes. */
export interface CacheSet<K, V> extends CacheLifetime {
  readonly key: K;
  /** Anything but `undefined`, which is what `get` says of a key without a value. */
  readonly value: V;
}

/** What `touch` takes. */
export interface CacheTouch<K> {
  readonly key: K;
  /** From now. Default: what the value was set with. */
  readonly ttl?: number;
}

/** What `getOrLoad` takes. */
export interface CacheLoad<K, V> extends CacheLifetime {
  readonly key: K;
  /** Called where there's no value and nobody is loading it already. */
  readonly load: CacheLoader<K, V>;
}

/** @throws InvalidPayloadError */
function checkLifetime({ ttl, idle, weight }: CacheLifetime): void {
  if (ttl !== undefined) checkDuration(ttl, 'ttl');
  if (idle !== undefined) checkDuration(idle, 'idle');
  if (weight !== undefined) checkInteger(weight, 'weight');
}

/** @throws InvalidPayloadError */
export function checkSet(payload: CacheSet<Key, unknown>): void {
  checkObject(payload);
  checkKey(payload.key);
  check(payload.value !== undefined, 'value', 'anything but undefined', payload.value);
  checkLifetime(payload);
}

/** @throws InvalidPayloadError */
export function checkTouch(payload: CacheTouch<Key>): void {
  checkObject(payload);
  checkKey(payload.key);
  if (payload.ttl !== undefined) checkDuration(payload.ttl, 'ttl');
}

/** @throws InvalidPayloadError */
export function checkLoad<K extends Key, V>(payload: CacheLoad<K, V>): void {
  checkObject(payload);
  checkKey(payload.key);
  checkFunction(payload.load, 'load');
  checkLifetime(payload);
}

/** What was said of a lifetime. A load keeps that, since its payload is the caller's, who may change it meanwhile. */
export type Said = { readonly [F in keyof CacheLifetime]: number | undefined };

/** What a value is kept by. @throws InvalidPayloadError for a `weigh` that gives no weight, and what it throws itself */
export function termsOf<K, V>({ ttl, idle, weight }: Said, key: K, value: V, rules: Rules<K, V>): Terms {
  const { weigh } = rules;
  if (weight === undefined && weigh !== undefined) {
    weight = weigh(value, key);
    checkInteger(weight, 'weigh(value, key)');
  }
  return { ttl: ttl ?? rules.ttl, idle: idle ?? rules.idle, weight: weight ?? 1 };
}
