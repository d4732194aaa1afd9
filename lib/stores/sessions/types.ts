/** What a sessions store takes, gives out and announces. */
import type { Key } from '../structures/check-payload.js';
import type { Dump } from '../structures/dump.js';

/** A session, as replies give it. An object of its own; its `data` is what the caller put in. */
export interface Session<T> {
  readonly id: string;
  /** Whose it is; `undefined` while it's nobody's. */
  readonly user: Key | undefined;
  readonly data: T;
  /** When it was created. */
  readonly createdAt: number;
  /** When it was last used, as far as that was written down. */
  readonly usedAt: number;
  /** From this time on it's gone, unless it's used before; `Infinity` for never. */
  readonly expiresAt: number;
}

/** What `create` takes. */
export interface SessionCreation<T> {
  /** Whatever the session is to hold, but `undefined`. It stays the caller's: it's neither copied nor frozen. */
  readonly data: T;
  /** Whose it is. Default: nobody's. */
  readonly user?: Key;
  /** How long it may idle, in milliseconds, `Infinity` for ever; the absolute limit stays. Default: the store's `idle`. */
  readonly ttl?: number;
}

/** What `update` takes; what is left out stays as it is. */
export interface SessionUpdate<T> {
  readonly id: string;
  /** What it's to hold instead. */
  readonly data?: T;
  /** Makes what it's to hold of what it holds, within the owner: no update in between is lost. Instead of `data`. */
  readonly with?: (data: T) => T;
  /** Whose it's to be; `null` for nobody's. */
  readonly user?: Key | null;
  /** How long it may idle from now on, in milliseconds; `null` for the store's `idle`. */
  readonly ttl?: number | null;
}

/** What `adopt` takes. */
export interface SessionAdoption<T> extends SessionCreation<T> {
  /** The id that was made elsewhere: 1 to 256 characters. */
  readonly id: string;
}

/**
 * What a sessions store announces. `user` is whose session it was. An id is a secret: whoever has it has the session, so
 * keep it out of logs.
 */
export type SessionEvent =
  | { readonly type: 'created'; readonly id: string; readonly user: Key | undefined }
  | { readonly type: 'updated'; readonly id: string; readonly user: Key | undefined }
  /** `was` is dead from now on. */
  | { readonly type: 'regenerated'; readonly id: string; readonly was: string; readonly user: Key | undefined }
  /** `by`: which command it was: `delete`, `deleteByUser` or `deleteOthers`. */
  | { readonly type: 'deleted'; readonly id: string; readonly user: Key | undefined; readonly by: 'id' | 'user' | 'others' }
  /** It was removed: by the sweep, or because its place was needed. It was gone for callers before. */
  | { readonly type: 'expired'; readonly id: string; readonly user: Key | undefined; readonly reason: 'idle' | 'absolute' }
  /** It had to make room: `reason` says for which limit. */
  | { readonly type: 'evicted'; readonly id: string; readonly user: Key | undefined; readonly reason: 'maxSessions' | 'maxPerUser' }
  /** All of them were ended by `clear`. */
  | { readonly type: 'cleared'; readonly count: number };

/** What `stats` gives. The counts begin with the store. */
export interface SessionsStats {
  /** Sessions that live. */
  readonly size: number;
  /** Sessions created or adopted. */
  readonly created: number;
  /** Sessions ended by a command. */
  readonly deleted: number;
  /** Expired sessions that were removed. */
  readonly expired: number;
  /** Sessions that had to make room. */
  readonly evicted: number;
  readonly maxSessions: number;
  readonly maxPerUser: number;
}

/** A session in a dump. Times are of that store's clock. */
export interface DumpedSession<T> {
  readonly id: string;
  /** `null` for nobody's. */
  readonly user: Key | null;
  readonly data: T;
  readonly createdAt: number;
  readonly usedAt: number;
  /** How long it may idle, in milliseconds; `null` for ever. */
  readonly ttl: number | null;
  /** When it ends, however much it's used; `null` for never. */
  readonly until: number | null;
}

/** What `dump` gives: plain data, as far as the sessions' own data is. Ids are secrets, so is a dump. */
export interface SessionsDump<T> extends Dump<'sessions'> {
  /** In the order in which they got their ids. */
  readonly sessions: readonly DumpedSession<T>[];
}
