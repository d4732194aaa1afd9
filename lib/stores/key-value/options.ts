/** How a key-value store is made: all options in one place, with their defaults. */
import type { StoreOptions } from '../../index.js';
import { expect, expectFunction, expectObject, expectOneOf, expectPositive } from '../../internal/expect.js';
import type { Key } from '../structures/check-payload.js';
import { expectDump, type Dump } from '../structures/dump.js';

/** What happens to a key that comes to a full store, or to the one that was written longest ago. */
export type OnFull = 'reject' | 'evict';

/** How a key-value store is made. Each field is optional. */
export interface KeyValueOptions<V = unknown> extends StoreOptions {
  /** What errors and traces call it. Default `'key-value'`. */
  readonly name?: string;
  /** How long a key lives that is written without a `ttl`, in milliseconds. Default `Infinity`: until it's deleted. */
  readonly ttl?: number;
  /** The most keys, a positive integer. Default 1,000,000. */
  readonly maxKeys?: number;
  /** Beyond that: `'reject'` (default) refuses a new key with `TooManyKeysError`, `'evict'` drops the one written longest ago. */
  readonly onFull?: OnFull;
  /** The most readers that watch keys, a positive integer; one more fails with `TooManyWatchersError`. Default 10,000. */
  readonly maxWatchers?: number;
  /** How long after its expiry a key is swept at the latest, in milliseconds. It's gone for readers at once. Default 1000. */
  readonly sweep?: number;
  /** Whether two values are the same for `compareAndSet`. Default `Object.is`. */
  readonly equal?: (one: V, other: V) => boolean;
  /**
   * Makes a copy of a value, on its way in and on each way out: `structuredClone`, for values that callers go on changing.
   * Default: none, so that an object which was put in is the caller's still.
   */
  readonly copy?: (value: V) => V;
  /** What `dump` of another store gave: goes on where that one was. */
  readonly restore?: KeyValueDump<V>;
}

/** A key of a dump. */
export interface DumpedEntry<V = unknown> {
  readonly key: Key;
  readonly value: V;
  /** How long it had still to live, in milliseconds. Without it, it lives until it's deleted. */
  readonly ttl?: number;
}

/** What `dump` gives: plain data, if the values are. */
export interface KeyValueDump<V = unknown> extends Dump<'key-value'> {
  /** In the order in which they're evicted. */
  readonly entries: readonly DumpedEntry<V>[];
}

/** Options with their defaults. */
export interface Settings<V> {
  readonly name: string;
  readonly ttl: number;
  readonly maxKeys: number;
  readonly onFull: OnFull;
  readonly maxWatchers: number;
  readonly sweep: number;
  readonly equal: (one: V, other: V) => boolean;
  readonly copy: ((value: V) => V) | undefined;
  readonly restore: KeyValueDump<V> | undefined;
}

/** @throws TypeError for options that no store can work with */
export function settingsOf<V>(options: KeyValueOptions<V>): Settings<V> {
  expectObject(options, 'options');
  const {
    name = 'key-value', ttl = Infinity, maxKeys = 1_000_000, onFull = 'reject', maxWatchers = 10_000, sweep = 1000, equal = Object.is, copy, restore,
  } = options;
  expectPositive(ttl, 'ttl');
  expect(Number.isSafeInteger(maxKeys) && maxKeys > 0, 'maxKeys', 'a positive integer', maxKeys);
  expectOneOf(onFull, 'onFull', 'reject', 'evict');
  expect(Number.isSafeInteger(maxWatchers) && maxWatchers > 0, 'maxWatchers', 'a positive integer', maxWatchers);
  expect(Number.isFinite(sweep) && sweep > 0, 'sweep', 'a positive number of milliseconds', sweep);
  expectFunction(equal, 'equal');
  if (copy !== undefined) expectFunction(copy, 'copy');
  if (restore !== undefined) expectEntries(restore, maxKeys);
  return { name, ttl, maxKeys, onFull, maxWatchers, sweep, equal, copy, restore };
}

/** @throws TypeError for a dump that can't be gone on with */
function expectEntries(dump: KeyValueDump, maxKeys: number): void {
  expectDump(dump, 'key-value');
  // A cast: what is restored may come from anywhere.
  const entries = dump.entries as unknown;
  expect(Array.isArray(entries) && entries.length <= maxKeys, 'restore.entries', `an array of at most ${maxKeys} entries`, entries);
  const keys = new Set<unknown>();
  for (const [at, entry] of (entries as readonly unknown[]).entries()) {
    expectObject(entry, `restore.entries[${at}]`);
    const { key, value, ttl } = entry as Partial<DumpedEntry>;
    const isKey = typeof key === 'string' || Number.isFinite(key);
    expect(isKey && !keys.has(key), `restore.entries[${at}].key`, 'a string or a finite number, each one once', key);
    expect(value !== undefined, `restore.entries[${at}].value`, 'a value other than undefined', value);
    expect(ttl === undefined || (typeof ttl === 'number' && ttl > 0), `restore.entries[${at}].ttl`, 'a positive number of milliseconds', ttl);
    keys.add(key);
  }
}
