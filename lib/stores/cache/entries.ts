/**
 * What a cache holds: values by key, each with its lifetime, its weight, and how lately it was used.
 *
 * ```
 *   set          used            used              │
 *    ├── idle ──▶│                                 │
 *    │           ├──── idle ────▶│                 │
 *    │           │               ├──── idle ────▶  │       each use puts the end off by `idle` …
 *    ├──────────────────── ttl ───────────────────▶│       … but never beyond `ttl`
 *    │                                             └─ at   from this millisecond on it's expired
 * ```
 */
import { Expiries } from '../structures/expiries.js';
import { Recency } from '../structures/recency.js';
import { Slots } from '../structures/slots.js';
import { Column } from './column.js';

/** How long a value is kept, in milliseconds, and how much it weighs. */
export interface Terms {
  /** From when it was set; `Infinity` for as long as there's room. */
  readonly ttl: number;
  /** From its last use; `Infinity` however long it isn't used. */
  readonly idle: number;
  readonly weight: number;
}

export class Entries<K, V> {
  readonly slots: Slots<K, V> = new Slots();
  readonly expiries: Expiries = new Expiries();
  readonly recency: Recency = new Recency();
  /** No value lives longer than that, whatever is done with it. */
  readonly #maxTtl: number;
  /** What each was set with. */
  readonly #ttls: Column;
  readonly #idles: Column;
  readonly #weights: Column = new Column(1);
  /** When each expires however often it's used, and when however often it's touched. */
  readonly #ends: Column = new Column(Infinity);
  readonly #limits: Column = new Column(Infinity);
  /** Whether any use puts off an end. */
  #sliding: boolean;
  /** The sum of all weights. */
  weight = 0;

  constructor({ ttl, idle, maxTtl }: { readonly ttl: number; readonly idle: number; readonly maxTtl: number }) {
    this.#maxTtl = maxTtl;
    this.#ttls = new Column(ttl);
    this.#idles = new Column(idle);
    this.#sliding = idle < Infinity;
  }

  /** How many there are that haven't expired. Costs as many steps as have expired and are still here. */
  size(now: number): number {
    return this.slots.size - this.expiries.count(now);
  }

  /** The slot of a key that hasn't expired, or -1. */
  fresh(key: K, now: number): number {
    const slot = this.slots.find(key);
    return slot >= 0 && this.expiries.at(slot) > now ? slot : -1;
  }

  /** A value comes in, or takes the place of the one of its key. */
  put(key: K, value: V, { ttl, idle, weight }: Terms, now: number): void {
    let slot = this.slots.find(key);
    if (slot < 0) {
      slot = this.slots.add(key, value);
    } else {
      this.slots.values[slot] = value;
      this.weight -= this.#weights.at(slot);
    }
    this.weight += weight;
    this.#weights.set(slot, weight);
    this.#idles.set(slot, idle);
    this.#sliding ||= idle < Infinity;
    this.#limits.set(slot, now + this.#maxTtl);
    this.live(slot, ttl, now);
    this.recency.use(slot);
  }

  /** A lifetime begins anew. */
  live(slot: number, ttl: number, now: number): void {
    this.#ttls.set(slot, ttl);
    this.#until(slot, Math.min(now + ttl, this.#limits.at(slot)), now);
  }

  /** The lifetime that a value was set with. */
  ttl(slot: number): number {
    return this.#ttls.at(slot);
  }

  /** It was used. */
  use(slot: number, now: number): void {
    this.recency.use(slot);
    if (!this.#sliding) return;
    const idle = this.#idles.at(slot);
    if (idle < Infinity) this.expiries.set(slot, Math.min(this.#ends.at(slot), now + idle));
  }

  /** Whether it expired, or will, because nobody uses it. */
  isIdle(slot: number): boolean {
    return this.#sliding && this.#idles.at(slot) < Infinity && this.expiries.at(slot) < this.#ends.at(slot);
  }

  delete(slot: number): void {
    this.weight -= this.#weights.at(slot);
    this.recency.delete(slot);
    this.expiries.delete(slot);
    this.slots.delete(slot);
    // So that no fraction stays of what is gone.
    if (this.slots.size === 0) this.weight = 0;
  }

  clear(): void {
    for (const each of [this.slots, this.expiries, this.recency, this.#ttls, this.#idles, this.#weights, this.#ends, this.#limits]) each.clear();
    this.weight = 0;
  }

  /** All that haven't expired, as plain data, the one whose use is longest ago first. */
  dump(now: number): CacheEntry<K, V>[] {
    const dumped: CacheEntry<K, V>[] = [];
    // Time that never ends isn't written down, since JSON has no word for it.
    const time = <F extends string>(field: F, ms: number) => (ms === Infinity ? {} : { [field]: ms }) as { readonly [_ in F]?: number };
    for (let slot = this.recency.oldest; slot >= 0; slot = this.recency.after(slot)) {
      const at = this.expiries.at(slot);
      if (at <= now) continue;
      const end = this.#idles.at(slot) < Infinity ? this.#ends.at(slot) : at;
      dumped.push({
        // Casts: a slot that was used is taken.
        key: this.slots.keys[slot] as K, value: this.slots.values[slot] as V, weight: this.#weights.at(slot),
        ...time('expiresIn', at - now), ...time('endsIn', end - now), ...time('limitIn', this.#limits.at(slot) - now),
        ...time('ttl', this.#ttls.at(slot)), ...time('idle', this.#idles.at(slot)),
      });
    }
    return dumped;
  }

  /** Takes in what was dumped `age` milliseconds ago, unless it has expired meanwhile. */
  restore(entry: CacheEntry<K, V>, age: number, now: number): void {
    const { key, value, weight, expiresIn = Infinity, endsIn = Infinity, limitIn = Infinity, ttl = Infinity, idle = Infinity } = entry;
    const rest = Math.min(expiresIn - age, this.#maxTtl);
    if (rest <= 0) return;
    this.put(key, value, { ttl, idle, weight }, now);
    const slot = this.slots.find(key);
    this.#limits.set(slot, now + Math.min(limitIn - age, this.#maxTtl));
    this.#until(slot, now + Math.min(endsIn - age, this.#maxTtl), now);
    this.expiries.set(slot, now + rest);
  }

  #until(slot: number, end: number, now: number): void {
    const idle = this.#sliding ? this.#idles.at(slot) : Infinity;
    this.#ends.set(slot, idle < Infinity ? end : Infinity);
    this.expiries.set(slot, Math.min(end, now + idle));
  }
}

/** An entry of a dump. A time that is left out is endless; each is in milliseconds. */
export interface CacheEntry<K, V> {
  readonly key: K;
  readonly value: V;
  readonly weight: number;
  /** How long it would have lived unless used, however often it's used, and however often it's touched. */
  readonly expiresIn?: number;
  readonly endsIn?: number;
  readonly limitIn?: number;
  /** What it was set with. */
  readonly ttl?: number;
  readonly idle?: number;
}
