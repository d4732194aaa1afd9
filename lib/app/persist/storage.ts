/** Where a state is kept: the least that is asked of a storage. */

/**
 * Where a state is kept by its key: `localStorage`, `sessionStorage`, or anything in their form, also where it gives
 * Promises. `getItem` gives `null` or `undefined` for what isn't there.
 *
 * What `setItem` takes is up to the format: text for `'json'`, the default; any value for `'plain'`.
 */
export interface PersistStorage {
  /** What is kept under a key, or a Promise of it; `null` or `undefined` for nothing. */
  getItem(key: string): unknown;
  /** Keeps a value; where it gives a Promise, until that settles nothing else is asked of the storage. */
  setItem(key: string, value: never): unknown;
  /** Forgets what is kept under a key. */
  removeItem(key: string): unknown;
}

/** A storage; or a function that gives it, since to touch `localStorage` throws where it's blocked; or none. */
export type PersistStorageSource = PersistStorage | null | undefined | (() => PersistStorage | null | undefined);
