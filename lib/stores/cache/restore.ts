/** Takes in what another cache gave out. */
import { expect, expectObject } from '../../internal/expect.js';
import type { Key } from '../structures/check-payload.js';
import { ageOf, expectDump } from '../structures/dump.js';
import type { CacheState } from './cache-state.js';
import type { CacheEntry } from './entries.js';
import type { CacheDump } from './rules.js';

/** @throws TypeError for what is no dump of a cache, all the way down */
export function expectCacheDump(dump: unknown): void {
  expectDump(dump, 'cache');
  // Casts here and below: what comes from a file may be anything.
  const { entries } = dump as Partial<CacheDump<Key, unknown>>;
  expect(Array.isArray(entries), 'restore.entries', 'an array', entries);
  for (const [place, entry] of (entries as readonly unknown[]).entries()) {
    const name = `restore.entries[${place}]`;
    expectObject(entry, name);
    const { key, value, weight, ...times } = entry as CacheEntry<unknown, unknown>;
    expect(typeof key === 'string' || Number.isFinite(key), `${name}.key`, 'a string or a number', key);
    expect(value !== undefined, `${name}.value`, 'anything but undefined', value);
    expect(Number.isSafeInteger(weight) && weight >= 0, `${name}.weight`, 'an integer from 0 on', weight);
    for (const field of ['expiresIn', 'endsIn', 'limitIn', 'ttl', 'idle'] as const) {
      const ms = times[field];
      expect(ms === undefined || (typeof ms === 'number' && ms > 0), `${name}.${field}`, 'a positive number of milliseconds, or left out', ms);
    }
  }
}

/** The entries of a checked dump; what is too much by the bounds of this cache is left out, the latest ones stay. */
export function restore<K extends Key, V>(cache: CacheState<K, V>, dump: CacheDump<K, V>, now: number): void {
  const { entries, rules } = cache;
  const age = ageOf(dump, now);
  for (const entry of dump.entries) {
    if (entry.weight > rules.maxWeight) continue;
    entries.restore(entry, age, now);
    while (entries.slots.size > rules.maxEntries || entries.weight > rules.maxWeight) entries.delete(entries.recency.oldest);
  }
  cache.restored = true;
}
