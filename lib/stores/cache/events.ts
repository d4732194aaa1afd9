/** What a cache announces. */
import type { CacheLoadReason } from './flight.js';

/**
 * What happens in a cache. Those that end a value's stay carry the value, so that what it holds on to (a file, a
 * connection) can be closed; all but `cleared`.
 */
export type CacheEvent<K, V> =
  /** A value was given. `stale`: by `getOrLoad`, one that has expired. */
  | { readonly type: 'hit'; readonly key: K; readonly reason: 'fresh' | 'stale' }
  /** There was none. `failed`: its load has failed a moment ago, and isn't tried again yet. */
  | { readonly type: 'miss'; readonly key: K; readonly reason: 'absent' | 'expired' | 'failed' }
  /** A value was set; `before` is the one whose place it took. */
  | { readonly type: 'set'; readonly key: K; readonly value: V; readonly reason: 'added' }
  | { readonly type: 'set'; readonly key: K; readonly value: V; readonly reason: 'replaced'; readonly before: V }
  /** A value whose lifetime is over was removed: by the sweep, or by a command about its key. */
  | { readonly type: 'expired'; readonly key: K; readonly value: V; readonly reason: 'ttl' | 'idle' }
  /** A value was removed to make room. */
  | { readonly type: 'evicted'; readonly key: K; readonly value: V; readonly reason: 'entries' | 'weight' }
  | { readonly type: 'deleted'; readonly key: K; readonly value: V; readonly reason: 'deleted' | 'taken' }
  /** All were removed: so many. */
  | { readonly type: 'cleared'; readonly size: number }
  /** A load gave a value. `kept`: unless it's undefined or too heavy, or its key was set, deleted or cleared meanwhile. */
  | { readonly type: 'loaded'; readonly key: K; readonly value: V; readonly reason: CacheLoadReason; readonly kept: boolean }
  /** A load failed, or was abandoned because all who asked for it gave up. */
  | { readonly type: 'failed'; readonly key: K; readonly error: unknown; readonly reason: CacheLoadReason | 'abandoned' };

/** Which events are announced: all, those that change what's in the cache (all but `hit` and `miss`), or none. */
export type CacheAnnounce = 'all' | 'changes' | 'none';

/** What `stats` gives. The counts begin with the store. */
export interface CacheStats {
  /** Values that haven't expired. */
  readonly size: number;
  /** What is held weighs so much, what has expired and wasn't removed yet included. */
  readonly weight: number;
  /** Loads on their way. */
  readonly loading: number;
  /** Times that `get`, `take` or `getOrLoad` gave a value that was there, stale ones included. */
  readonly hits: number;
  /** Times that there was none. */
  readonly misses: number;
  /** Of the hits, those with a value that had expired. */
  readonly stale: number;
  /** Values set by `set`. */
  readonly sets: number;
  /** Values removed because their lifetime was over. */
  readonly expired: number;
  /** Values removed to make room. */
  readonly evicted: number;
  /** Values removed by `delete`, `take` and `clear`. */
  readonly deleted: number;
  /** Loads that gave a value. */
  readonly loaded: number;
  /** Loads that failed or were abandoned. */
  readonly failed: number;
}
