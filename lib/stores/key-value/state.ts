/**
 * The keys of a key-value store, and everything that changes them. Each change goes by one of the methods here, so that
 * lifetimes, order, watchers and events never disagree:
 *
 * ```
 *   put, remove, expire, evict, clear ─▶ slots · expiries · recency ─▶ watchers ─▶ events$
 * ```
 *
 * Their callers have checked everything: what's here doesn't fail.
 */
import type { Clock, Context } from '../../index.js';
import { TooManyKeysError } from '../errors.js';
import type { Key } from '../structures/check-payload.js';
import { ageOf } from '../structures/dump.js';
import { Expiries } from '../structures/expiries.js';
import { Recency } from '../structures/recency.js';
import { Slots } from '../structures/slots.js';
import { Sweep, SWEPT_AT_ONCE } from '../structures/sweep.js';
import type { DumpedEntry, Settings } from './options.js';
import { Watchers } from './watchers.js';

/** What a key-value store announces. */
export type KeyValueEvent<V = unknown> =
  /** A key was written, new or not. */
  | { readonly type: 'set'; readonly key: Key; readonly value: V }
  /** A key was deleted by a command, with its last value. */
  | { readonly type: 'deleted'; readonly key: Key; readonly value: V }
  /** The time of a key was up; announced by the sweep, or by the first command that comes upon it. */
  | { readonly type: 'expired'; readonly key: Key; readonly value: V }
  /** A key had to make room for another. */
  | { readonly type: 'evicted'; readonly key: Key; readonly value: V }
  /** All keys were deleted at once; `size`: how many there were. */
  | { readonly type: 'cleared'; readonly size: number };

type Announces<V> = Context<KeyValueEvent<V>>;

export class KeyValueState<V> {
  readonly slots: Slots<Key, V> = new Slots<Key, V>();
  readonly expiries: Expiries = new Expiries();
  readonly watchers: Watchers<V> = new Watchers<V>();
  /** Writes, deletions, expiries and evictions so far. */
  changes = 0;
  expired = 0;
  evicted = 0;
  #view: { readonly changes: number } = { changes: 0 };
  readonly #settings: Settings<V>;
  readonly #sweep: Sweep;
  /** In which order keys were written, where it's asked for. */
  readonly #written: Recency | undefined;
  /** The latest time seen: a clock that steps back brings nothing back. */
  #now: number;

  /** @throws whatever `copy` does */
  constructor(settings: Settings<V>, clock: Clock) {
    this.#settings = settings;
    this.#sweep = new Sweep(settings.sweep);
    this.#written = settings.onFull === 'evict' ? new Recency() : undefined;
    this.#now = clock.now();
    const { restore } = settings;
    if (restore === undefined) return;
    const age = ageOf(restore, this.#now);
    for (const { key, value, ttl = Infinity } of restore.entries) {
      if (ttl <= age) continue;
      const slot = this.slots.add(key, this.copied(value));
      this.expiries.set(slot, this.#now + ttl - age);
      this.#written?.use(slot);
    }
  }

  /** The same object as long as nothing has changed, so that `select` tells of changes only. */
  get view(): { readonly changes: number } {
    const { changes } = this;
    return this.#view = this.#view.changes === changes ? this.#view : { changes };
  }

  /** The time. Where nothing expires the clock isn't asked, unless `exact`. */
  time(clock: Clock, exact = false): number {
    if (exact || this.expiries.size > 0) this.#now = Math.max(this.#now, clock.now());
    return this.#now;
  }

  /** The slot of a key that is there and hasn't expired, or -1. */
  find(key: Key, now: number): number {
    const slot = this.slots.find(key);
    return slot < 0 || this.expiries.isExpired(slot, now) ? -1 : slot;
  }

  /** What a reader gets of a slot. */
  shown(slot: number): V | undefined {
    return slot < 0 ? undefined : this.copied(this.slots.values[slot]!);
  }

  /** The value that goes in, or out. */
  copied(value: V): V {
    const { copy } = this.#settings;
    return copy === undefined ? value : copy(value);
  }

  /** Keys that are there. Costs what has expired and isn't swept yet. */
  size(now: number): number {
    return this.slots.size - this.expiries.count(now);
  }

  /** When a key expires that is written now. `slot`: where it stands, if it's there and its lifetime is to be kept. */
  expiry(slot: number, ttl: number | undefined, clock: Clock): number {
    if (ttl === undefined && slot >= 0) return this.expiries.at(slot);
    const life = ttl ?? this.#settings.ttl;
    return life === Infinity ? Infinity : this.time(clock, true) + life;
  }

  /** Whether so many more keys find room. Expired ones take none. @throws TooManyKeysError where others may not be evicted */
  expectRoom(more: number, now: number): void {
    const { maxKeys, onFull } = this.#settings;
    if (onFull === 'evict' || this.slots.size + more <= maxKeys) return;
    // One expired key is room for one: to count them all would cost each write what isn't swept yet.
    const fits = more === 1 ? this.expiries.due(now) >= 0 : this.size(now) + more <= maxKeys;
    if (!fits) throw new TooManyKeysError(maxKeys);
  }

  /** Writes a key, for which there is room. */
  put(key: Key, value: V, at: number, now: number, context: Announces<V>): void {
    // First of all, since it's the one thing here that could fail.
    const event = { type: 'set', key, value: this.copied(value) } as const;
    this.clean(key, now, context);
    let slot = this.slots.find(key);
    if (slot < 0) {
      this.#makeRoom(now, context);
      slot = this.slots.add(key, value);
    } else this.slots.values[slot] = value;
    this.expiries.set(slot, at);
    this.#written?.use(slot);
    this.changes++;
    this.watchers.written(key, slot, at, () => this.copied(value), context);
    context.emit(event);
    if (at < Infinity) this.arm(context, now);
  }

  /** Deletes a key that is there. */
  remove(slot: number, type: 'deleted' | 'expired' | 'evicted', context: Announces<V>): void {
    const key = this.slots.keys[slot]!;
    const event = { type, key, value: this.copied(this.slots.values[slot]!) };
    this.slots.delete(slot);
    this.expiries.delete(slot);
    this.#written?.delete(slot);
    this.changes++;
    if (type !== 'deleted') this[type]++;
    this.watchers.removed(key, slot, context);
    context.emit(event);
  }

  /** Removes a key that has expired, before it's written or watched. */
  clean(key: Key, now: number, context: Announces<V>): void {
    if (this.expiries.size === 0) return;
    const slot = this.slots.find(key);
    if (slot >= 0 && this.expiries.isExpired(slot, now)) this.remove(slot, 'expired', context);
  }

  /** Removes what has expired, as many as one command may; replies how many. The rest comes behind what waits. */
  sweep(now: number, context: Announces<V>): number {
    this.#sweep.begin(context);
    const swept = this.#removeExpired(now, SWEPT_AT_ONCE, context);
    if (this.expiries.due(now) >= 0) context.tell('sweep');
    // Also then: a full mailbox takes no tell, but what a timer sends.
    this.arm(context, now);
    return swept;
  }

  /** Removes all; replies how many there were. */
  clear(now: number, context: Announces<V>): number {
    this.#removeExpired(now, Infinity, context);
    const { size } = this.slots;
    if (size === 0) return 0;
    for (const key of this.watchers.keys()) {
      const slot = this.slots.find(key);
      if (slot >= 0) this.watchers.removed(key, slot, context);
    }
    this.slots.clear();
    this.expiries.clear();
    this.#written?.clear();
    this.changes++;
    context.emit({ type: 'cleared', size });
    return size;
  }

  /** Sees to it that what expires is swept. */
  arm(context: Announces<V>, now: number): void {
    this.#sweep.arm(context, this.expiries.next, this.watchers.size > 0 ? this.watchers.next(now) : Infinity);
  }

  /** What is there, as a dump holds it, the one that was written longest ago first. */
  *entries(now: number): Generator<DumpedEntry<V>> {
    const { keys, values } = this.slots;
    for (const slot of this.#order()) {
      const at = this.expiries.at(slot);
      if (at > now) yield { key: keys[slot]!, value: this.copied(values[slot]!), ...at < Infinity ? { ttl: at - now } : {} };
    }
  }

  *#order(): Generator<number> {
    if (this.#written === undefined) for (const [, slot] of this.slots.entries()) yield slot;
    else for (let slot = this.#written.oldest; slot >= 0; slot = this.#written.after(slot)) yield slot;
  }

  #removeExpired(now: number, most: number, context: Announces<V>): number {
    let removed = 0;
    for (let slot = this.expiries.due(now); slot >= 0 && removed < most; slot = this.expiries.due(now)) {
      this.remove(slot, 'expired', context);
      removed++;
    }
    return removed;
  }

  /** Room for one more: of what has expired, else of what was written longest ago. */
  #makeRoom(now: number, context: Announces<V>): void {
    if (this.slots.size < this.#settings.maxKeys) return;
    const due = this.expiries.due(now);
    // `reject` has seen to it that one is due; a sole key has no older one but itself.
    if (due >= 0) this.remove(due, 'expired', context);
    else this.remove(this.#written?.oldest ?? 0, 'evicted', context);
  }
}
