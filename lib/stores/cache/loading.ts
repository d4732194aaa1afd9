/**
 * What a cache does in front of a loader.
 *
 * ```
 *   set                       at                  at + staleWhileRevalidate      at + staleOnError
 *    ├──────── fresh ─────────┼──────── stale ────────┼──────────────────────────────┼──────────▶ time
 *    │ the value              │ the value, and one    │ one load, all wait for it;   │ one load, all wait for it;
 *    │                        │ load behind           │ if it fails: the value       │ if it fails: its error
 * ```
 */
import type { Observable } from 'rxjs';
import { effect, hold, reply, ticket, type Context, type EffectContext, type Outcome } from '../../index.js';
import { check, type Key } from '../structures/check-payload.js';
import type { CacheState } from './cache-state.js';
import type { Terms } from './entries.js';
import type { CacheEvent } from './events.js';
import { Flight, type CacheLoadReason } from './flight.js';
import { checkLoad, termsOf, type CacheLoad, type Said } from './payloads.js';

type Told<K, V> = Context<CacheEvent<K, V>>;

/** What a load gave; no terms: it's not to be kept. */
interface Loaded<V> {
  readonly value: V;
  readonly terms: Terms | undefined;
}

/** The handler of `getOrLoad`. */
export function getOrLoad<K extends Key, V>(cache: CacheState<K, V>, ask: CacheLoad<K, V>, context: Told<K, V>): Outcome<CacheState<K, V>, V> {
  checkLoad(ask);
  const { key } = ask;
  const { entries, failures, rules } = cache;
  const now = cache.now();
  if (cache.restored) cache.arm(context);
  const slot = entries.slots.find(key);
  const age = slot < 0 ? Infinity : now - entries.expiries.at(slot);
  if (age < 0) {
    entries.use(slot, now);
    return reply(cache, cache.hit(slot, context));
  }
  const failure = failures.get(key, now);
  if (age < rules.staleWhileRevalidate || (failure && age < rules.staleOnError)) {
    if (!failure && !isLoading(cache, key)) context.tell('revalidate', ask);
    return reply(cache, giveStale(cache, slot, context));
  }
  if (failure) {
    const place = ticket<V>();
    context.after(() => {
      cache.misses++;
      place.refuse(failure.error);
    });
    if (cache.tellsAll) context.emit({ type: 'miss', key, reason: 'failed' });
    return hold(cache, place);
  }
  if (cache.tellsAll) context.emit({ type: 'miss', key, reason: slot < 0 ? 'absent' : 'expired' });
  context.after(() => { cache.misses++; });
  const flight = cache.flights.get(key);
  return flight === undefined || flight.abandoned ? load(cache, ask, context) : join(cache, flight);
}

/** The handler of `revalidate`: replies whether another value was loaded. */
export function revalidate<K extends Key, V>(cache: CacheState<K, V>, ask: CacheLoad<K, V>, context: Told<K, V>): Outcome<CacheState<K, V>, boolean> {
  checkLoad(ask);
  const { key } = ask;
  const now = cache.now();
  const slot = cache.entries.slots.find(key);
  const age = slot < 0 ? -1 : now - cache.entries.expiries.at(slot);
  // What was deleted since isn't brought back.
  if (age < 0 || age >= cache.stale || isLoading(cache, key) || cache.failures.get(key, now)) return reply(cache, false);
  const flight = begin(cache, key, 'stale', context);
  return effect(cache, {
    policy: 'merge',
    run: runOf(cache, flight, ask),
    done: (held: CacheState<K, V>, loaded: Loaded<V>, then: Told<K, V>) => reply(held, succeed(held, flight, loaded, then)),
    failed: (held: CacheState<K, V>, error, then: Told<K, V>) => {
      fail(held, flight, error, then);
      return reply(held, false);
    },
  });
}

/** Begins a load, whose result is the reply. */
function load<K extends Key, V>(cache: CacheState<K, V>, ask: CacheLoad<K, V>, context: Told<K, V>): Outcome<CacheState<K, V>, V> {
  const flight = begin(cache, ask.key, 'missing', context);
  return effect(cache, {
    policy: 'merge',
    run: runOf(cache, flight, ask),
    done: (held: CacheState<K, V>, loaded: Loaded<V>, then: Told<K, V>) => {
      succeed(held, flight, loaded, then);
      return reply(held, loaded.value);
    },
    failed: (held: CacheState<K, V>, error, then: Told<K, V>) => {
      const stale = fail(held, flight, error, then);
      return stale ? reply(held, stale.value) : held;
    },
  });
}

/** Waits for a load that's on its way. */
function join<K extends Key, V>(cache: CacheState<K, V>, flight: Flight<K, V>): Outcome<CacheState<K, V>, V> {
  const place = ticket<V>();
  flight.join(place);
  return hold(cache, place, {
    gone: (held, { after }) => {
      after(() => flight.leave(place));
      return held;
    },
  });
}

/** A load of a key is on its way from here on. In `after`: where there's no room for one more, nothing is left of it. */
function begin<K extends Key, V>(cache: CacheState<K, V>, key: K, reason: CacheLoadReason, context: Told<K, V>): Flight<K, V> {
  const flight = new Flight<K, V>(key, reason, cache);
  context.after(() => {
    cache.flights.set(key, flight);
    cache.loading++;
  });
  return flight;
}

/** The work of a load. */
function runOf<K extends Key, V>(
  cache: CacheState<K, V>, flight: Flight<K, V>, { load: loader, ttl, idle, weight }: CacheLoad<K, V>,
): (context: EffectContext) => Observable<Loaded<V>> {
  return ({ signal }) => flight.run(loader, signal, (value) => seen(cache, { ttl, idle, weight }, flight.key, value));
}

/** Looks at what was loaded, outside the handler that is to keep it: what `weigh` or `random` does wrong fails the load. */
function seen<K extends Key, V>({ rules }: CacheState<K, V>, said: Said, key: K, value: V | undefined): Loaded<V> {
  // A cast: who loads `undefined` is given just that.
  if (value === undefined) return { value: value as V, terms: undefined };
  const terms = termsOf(said, key, value, rules);
  if (rules.jitter === 0) return { value, terms };
  const random = rules.random();
  check(random >= 0 && random < 1, 'random()', 'a number from 0 to below 1', random);
  return { value, terms: { ...terms, ttl: Math.min(terms.ttl, rules.maxTtl) * (1 - rules.jitter * random) } };
}

/** Folds what was loaded. Gives whether it's kept. */
function succeed<K extends Key, V>(cache: CacheState<K, V>, flight: Flight<K, V>, { value, terms }: Loaded<V>, context: Told<K, V>): boolean {
  const { key, reason } = flight;
  const kept = land(cache, flight) && cache.keep(key, value, terms, context);
  cache.loaded++;
  if (cache.tells) context.emit({ type: 'loaded', key, value, reason, kept });
  answer(flight, value, context);
  return kept;
}

/** Folds that a load failed. Gives the value that stands in, if there's one. */
function fail<K extends Key, V>(cache: CacheState<K, V>, flight: Flight<K, V>, error: unknown, context: Told<K, V>): { readonly value: V } | undefined {
  const { key, reason, abandoned, places } = flight;
  const now = cache.now();
  const current = land(cache, flight);
  cache.failed++;
  if (cache.tells) context.emit({ type: 'failed', key, error, reason: abandoned ? 'abandoned' : reason });
  // Nobody is to hear of it; and that nobody waited says nothing of the next load.
  if (abandoned) return { value: undefined as V };
  if (current) {
    cache.failures.set(key, error, now);
    cache.arm(context);
    const slot = cache.entries.slots.find(key);
    if (slot >= 0 && now - cache.entries.expiries.at(slot) < cache.rules.staleOnError) {
      const value = cache.entries.slots.values[slot] as V;
      // Each who waits is given it; a load behind may have failed unnoticed.
      for (let { waiting } = flight; waiting > 0; waiting--) giveStale(cache, slot, context);
      answer(flight, value, context);
      return { value };
    }
  }
  context.after(() => places.forEach((place) => place.refuse(error)));
  return undefined;
}

/** A load has ended. Gives whether its key is still to have what it gave. */
function land<K extends Key, V>(cache: CacheState<K, V>, flight: Flight<K, V>): boolean {
  if (flight.origin === cache) cache.loading--;
  const current = cache.flights.get(flight.key) === flight;
  if (current) cache.flights.delete(flight.key);
  return current;
}

function answer<K, V>({ places }: Flight<K, V>, value: V, { after }: Told<K, V>): void {
  if (places.size > 0) after(() => places.forEach((place) => place.answer(value)));
}

function isLoading<K extends Key, V>({ flights }: CacheState<K, V>, key: K): boolean {
  return flights.get(key)?.abandoned === false;
}

/** An expired value is given, which makes it no fresher; it's used nonetheless. */
function giveStale<K extends Key, V>(cache: CacheState<K, V>, slot: number, context: Told<K, V>): V {
  cache.entries.recency.use(slot);
  cache.staleHits++;
  return cache.hit(slot, context, 'stale');
}
