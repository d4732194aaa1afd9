/** The state of a cache: what it holds, what is on its way, what it has counted. Private to its handlers. */
import type { Clock, Context } from '../../index.js';
import { TooHeavyError } from '../errors.js';
import type { Key } from '../structures/check-payload.js';
import { Sweep, SWEPT_AT_ONCE } from '../structures/sweep.js';
import { Entries, type Terms } from './entries.js';
import type { CacheEvent, CacheStats } from './events.js';
import { Failures } from './failures.js';
import type { Flight } from './flight.js';
import type { Rules } from './rules.js';

/** What is seen of a cache by `select` and `snapshot`. */
export interface CacheView {
  /** Values it holds, those included that have expired and weren't removed yet. */
  readonly held: number;
  /** What these weigh. */
  readonly weight: number;
  /** Loads on their way. */
  readonly loading: number;
}

type Told<K, V> = Context<CacheEvent<K, V>>;

/** To find one that has expired, so many at most are looked at that were used meanwhile: a `set` isn't to pay for all uses. */
const MOVED_AT_ONCE = 100;

export class CacheState<K extends Key, V> {
  readonly rules: Rules<K, V>;
  readonly entries: Entries<K, V>;
  readonly failures: Failures<K>;
  /** The load of each key whose result is to be kept. One whose key was set or deleted meanwhile isn't here any more. */
  readonly flights: Map<K, Flight<K, V>> = new Map();
  /** For so long after its expiry a value is held, for `getOrLoad` only. */
  readonly stale: number;
  /** Whether hits and misses are announced, and whether anything is. */
  readonly tellsAll: boolean;
  readonly tells: boolean;
  /** What was restored has no sweep yet: the first command sees to it. */
  restored = false;
  loading = 0;
  hits = 0;
  misses = 0;
  staleHits = 0;
  sets = 0;
  expired = 0;
  evicted = 0;
  deleted = 0;
  loaded = 0;
  failed = 0;
  readonly #clock: Clock;
  readonly #sweep: Sweep;
  /** The latest time that was ever seen: a clock that steps back brings nothing back. */
  #latest = -Infinity;
  #view: CacheView = { held: 0, weight: 0, loading: 0 };

  constructor(rules: Rules<K, V>, clock: Clock) {
    this.rules = rules;
    this.entries = new Entries(rules);
    this.failures = new Failures(rules.errorTtl, rules.maxEntries);
    this.stale = Math.max(rules.staleWhileRevalidate, rules.staleOnError);
    this.tellsAll = rules.announce === 'all';
    this.tells = rules.announce !== 'none';
    this.#clock = clock;
    this.#sweep = new Sweep(rules.sweep);
  }

  now(): number {
    const now = this.#clock.now();
    if (now > this.#latest) this.#latest = now;
    return this.#latest;
  }

  /** The same object as long as it says the same. */
  view(): CacheView {
    const { entries: { slots: { size: held }, weight }, loading } = this;
    const { held: heldBefore, weight: weightBefore, loading: loadingBefore } = this.#view;
    if (held !== heldBefore || weight !== weightBefore || loading !== loadingBefore) this.#view = { held, weight, loading };
    return this.#view;
  }

  stats(): CacheStats {
    const { entries, loading, hits, misses, staleHits: stale, sets, expired, evicted, deleted, loaded, failed } = this;
    return { size: entries.size(this.now()), weight: entries.weight, loading, hits, misses, stale, sets, expired, evicted, deleted, loaded, failed };
  }

  // ── reads ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  get(key: K, context: Told<K, V>): V | undefined {
    const now = this.now();
    const { entries } = this;
    if (this.restored) this.arm(context);
    const slot = entries.slots.find(key);
    if (slot < 0 || entries.expiries.at(slot) <= now) {
      this.miss(key, slot < 0 ? 'absent' : 'expired', context);
      return undefined;
    }
    entries.use(slot, now);
    return this.hit(slot, context);
  }

  hit(slot: number, context: Told<K, V>, reason: 'fresh' | 'stale' = 'fresh'): V {
    const { keys, values } = this.entries.slots;
    this.hits++;
    // Casts here and below: the slot is taken.
    if (this.tellsAll) context.emit({ type: 'hit', key: keys[slot] as K, reason });
    return values[slot] as V;
  }

  miss(key: K, reason: 'absent' | 'expired' | 'failed', context: Told<K, V>): void {
    this.misses++;
    if (this.tellsAll) context.emit({ type: 'miss', key, reason });
  }

  // ── writes ────────────────────────────────────────────────────────────────────────────────────────────────────────

  set(key: K, value: V, terms: Terms, context: Told<K, V>): void {
    const now = this.now();
    const { entries: { slots }, rules: { maxWeight } } = this;
    if (terms.weight > maxWeight) throw new TooHeavyError(terms.weight, maxWeight);
    this.#settle(key, now, context);
    this.forget(key);
    this.sets++;
    if (this.tells) {
      const slot = slots.find(key);
      context.emit(slot < 0 ? { type: 'set', key, value, reason: 'added' } : { type: 'set', key, value, reason: 'replaced', before: slots.values[slot] as V });
    }
    this.#put(key, value, terms, now, context);
  }

  /** Puts in what was loaded, unless it's nothing (no terms) or too heavy. Gives whether it's kept. */
  keep(key: K, value: V, terms: Terms | undefined, context: Told<K, V>): boolean {
    const now = this.now();
    // What it replaces has expired, and is out of date also where nothing takes its place.
    this.#settle(key, now, context);
    if (terms === undefined || terms.weight > this.rules.maxWeight) return false;
    this.#put(key, value, terms, now, context);
    return true;
  }

  /** Takes a value out. */
  delete(key: K, reason: 'deleted' | 'taken', context: Told<K, V>): V | undefined {
    if (this.restored) this.arm(context);
    this.forget(key);
    this.#settle(key, this.now(), context);
    const slot = this.entries.slots.find(key);
    if (slot < 0) return undefined;
    const value = this.entries.slots.values[slot] as V;
    this.entries.delete(slot);
    this.deleted++;
    if (this.tells) context.emit({ type: 'deleted', key, value, reason });
    return value;
  }

  /** Takes a value out, for whoever wants it. */
  take(key: K, context: Told<K, V>): V | undefined {
    const slot = this.entries.fresh(key, this.now());
    if (slot < 0) this.miss(key, this.entries.slots.find(key) < 0 ? 'absent' : 'expired', context);
    else this.hit(slot, context);
    return this.delete(key, 'taken', context);
  }

  touch(key: K, ttl: number | undefined, context: Told<K, V>): boolean {
    const now = this.now();
    const { entries } = this;
    const slot = entries.fresh(key, now);
    if (slot < 0) return false;
    entries.live(slot, ttl ?? entries.ttl(slot), now);
    entries.recency.use(slot);
    this.arm(context);
    return true;
  }

  clear(context: Told<K, V>): number {
    const size = this.entries.size(this.now());
    this.entries.clear();
    this.failures.clear();
    this.flights.clear();
    this.#sweep.begin(context);
    this.deleted += size;
    if (this.tells) context.emit({ type: 'cleared', size });
    return size;
  }

  /** What is being loaded of a key isn't to be kept, and no error of it counts any more. */
  forget(key: K): void {
    if (this.flights.size > 0) this.flights.delete(key);
    this.failures.delete(key);
  }

  // ── what goes by itself ───────────────────────────────────────────────────────────────────────────────────────────

  /** Removes what has expired; what is left of it when that's much goes on behind what waits. */
  sweep(context: Told<K, V>): number {
    this.#sweep.begin(context);
    const { entries, failures, stale } = this;
    const now = this.now();
    const { expiries } = entries;
    const before = this.expired;
    // One that was used meanwhile costs a look, too.
    for (let looked = 0; looked < SWEPT_AT_ONCE && expiries.next <= now - stale; looked++) {
      const slot = expiries.due(now - stale, 1);
      if (slot >= 0) this.#expire(slot, context);
    }
    if (expiries.next <= now - stale) context.tell('sweep');
    failures.sweep(now, SWEPT_AT_ONCE);
    this.arm(context);
    return this.expired - before;
  }

  /** Has what expires swept. To be called when something expires earlier than before. */
  arm(context: Told<K, V>): void {
    const { entries: { expiries }, failures, stale, rules: { errorTtl } } = this;
    const next = expiries.next + stale;
    this.restored = false;
    this.#sweep.arm(context, errorTtl > 0 ? Math.min(next, failures.next) : next);
  }

  #put(key: K, value: V, terms: Terms, now: number, context: Told<K, V>): void {
    const { entries, rules: { maxEntries, maxWeight } } = this;
    entries.put(key, value, terms, now);
    // What has expired goes first; then the one whose use is longest ago, which isn't the one just put in.
    while (entries.slots.size > maxEntries || entries.weight > maxWeight) {
      const expired = entries.expiries.due(now, MOVED_AT_ONCE);
      const { oldest } = entries.recency;
      if (expired >= 0) this.#expire(expired, context);
      else if (entries.expiries.isExpired(oldest, now)) this.#expire(oldest, context);
      else this.#evict(oldest, entries.slots.size > maxEntries ? 'entries' : 'weight', context);
    }
    this.arm(context);
  }

  /** What has expired of a key is removed before it's set or deleted. */
  #settle(key: K, now: number, context: Told<K, V>): void {
    const { entries } = this;
    const slot = entries.slots.find(key);
    if (slot >= 0 && entries.expiries.at(slot) <= now) this.#expire(slot, context);
  }

  #expire(slot: number, context: Told<K, V>): void {
    const { entries } = this;
    this.expired++;
    if (this.tells) {
      const { keys, values } = entries.slots;
      context.emit({ type: 'expired', key: keys[slot] as K, value: values[slot] as V, reason: entries.isIdle(slot) ? 'idle' : 'ttl' });
    }
    entries.delete(slot);
  }

  #evict(slot: number, reason: 'entries' | 'weight', context: Told<K, V>): void {
    const { entries } = this;
    this.evicted++;
    if (this.tells) {
      const { keys, values } = entries.slots;
      context.emit({ type: 'evicted', key: keys[slot] as K, value: values[slot] as V, reason });
    }
    entries.delete(slot);
  }
}
