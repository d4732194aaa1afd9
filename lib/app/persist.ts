/** Keeps a store's state in a storage: reads it when the page begins, saves what changes, follows what other tabs save. */
import { expect, expectFunction, expectObject } from '../internal/expect.js';
import { PersistError } from './persist/errors.js';
import { Keeper, type Hydration } from './persist/keeper.js';
import { resolvePersistOptions, type Persistable, type PersistNeeds, type PersistOptions } from './persist/options.js';
import type { PersistStorage, PersistStorageSource } from './persist/storage.js';

/** What `persist` tells of itself. */
export interface PersistStatus {
  /** Under which the state is saved. */
  readonly key: string;
  /** What came of the reading at the beginning; `'pending'` until something has. */
  readonly hydration: Hydration | 'pending';
  /** Whether there are changes that aren't saved yet. */
  readonly unsaved: boolean;
  /** Whether the storage is reading, writing or removing at the moment. */
  readonly busy: boolean;
}

/** A state that is kept: what `persist` gives. */
export interface Persistence {
  /** Resolves when what was saved is in the store, or it's known that it won't be; never rejects. */
  readonly hydrated: Promise<Hydration>;
  /** Saves at once what has changed so far. Gives whether it's saved; never rejects. */
  flush(): Promise<boolean>;
  /**
   * Removes what is saved, also what couldn't be taken; the state stays, and its next change is saved again. Gives
   * whether it's removed; never rejects.
   */
  clear(): Promise<boolean>;
  /** Saves for the last time, and lets go of the store and the page. Resolves when that is done; never rejects. */
  stop(): Promise<void>;
  /** What it tells of itself. */
  status(): PersistStatus;
  /** `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Keeps a store's state in a storage: `localStorage`, `sessionStorage`, or anything in their form, also where it gives
 * Promises (IndexedDB). Call it right after the store is made, whose definition has to be `replaceable`.
 *
 * What is saved is put into the store first: before this returns where the storage answers at once; else the store waits
 * for it, and commands sent meanwhile are handled on the state that came. Then what changes is saved, at most once in
 * `throttle` milliseconds and one write at a time, the last change always; at once when the page is hidden or left. What
 * another tab saves is taken over; of two that change at once the last to save wins. It ends with the store, or when its
 * view fails, after a last save.
 *
 * Nothing of it throws or rejects later: what goes wrong is reported to `onError`. What can't be taken (broken, of a newer
 * version, refused) stays where it is and the store as it was; then nothing is saved until `clear`.
 *
 * What is the same in what's taken over stays the very same object, so whoever selects it isn't shown it again.
 *
 * Gotchas: a `migrate` is needed for each new version. Without a storage (`undefined`, or an empty object, as on a server)
 * nothing is done.
 *
 * @param store the store, or a client of it
 * @param storage where it's kept, or a function that gives it, for one that may be blocked: `() => localStorage`
 * @param options under which key, what, and how
 * @throws TypeError for a store without the command `replace` or without a view, for a storage without its functions, and
 * for options that can't be used
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { persist, replaceable } from 'ownstate/app';
 *
 * const text = new Map([['settings', '{"version":0,"state":{"theme":"dark"}}']]);
 * const storage = {
 *   getItem: (key: string) => text.get(key),
 *   setItem: (key: string, value: string) => text.set(key, value),
 *   removeItem: (key: string) => text.delete(key),
 * };
 *
 * const settings = createStore(replaceable({
 *   name: 'settings',
 *   state: { theme: 'light' },
 *   commands: { use: (now, theme: string) => ({ ...now, theme }) },
 * }));
 * const kept = persist(settings, storage);
 * console.log(settings.snapshot()); // { theme: 'dark' }
 *
 * settings.tell.use('sepia');
 * await kept.flush();
 * console.log(text.get('settings')); // {"version":0,"state":{"theme":"sepia"}}
 * await settings.shutdown();
 * ```
 */
export function persist<S, V, P = V>(
  store: Persistable<S, V>, storage: PersistStorageSource,
  options: PersistOptions<S, V, P> & { readonly merge: (present: S, saved: NoInfer<P>) => S },
): Persistence;
export function persist<S, V, F>(
  store: Persistable<S, V>, storage: PersistStorageSource,
  options: PersistOptions<S, V, F> & { readonly pick: (view: V) => F & PersistNeeds<S, NoInfer<F>>; readonly merge?: undefined },
): Persistence;
export function persist<S, V extends S>(
  store: Persistable<S, V>, storage: PersistStorageSource, options?: PersistOptions<S, NoInfer<V>>,
): Persistence;
export function persist<S, V, P>(store: Persistable<S, V>, source: PersistStorageSource, options: PersistOptions<S, V, P> = {}): Persistence {
  const given = Object(store) as Partial<Persistable<S, V>>;
  expect(typeof given.ask?.replace === 'function' && typeof given.with === 'function', 'store', 'a store whose definition is `replaceable`', store);
  const resolved = resolvePersistOptions(store.name, options);
  const { key, onError } = resolved;
  store.snapshot();
  let storage: PersistStorage | null | undefined;
  let blocked = false;
  try {
    storage = typeof source === 'function' ? source() : source;
  } catch (error) {
    blocked = true;
    onError(new PersistError('STORAGE_UNAVAILABLE', key, "the storage can't be reached", error));
  }
  if (storage === null || storage === undefined || isNone(storage)) return nowhere(key, blocked);
  expectObject(storage, 'storage');
  for (const name of ['getItem', 'setItem', 'removeItem'] as const) expectFunction(Reflect.get(storage, name), `storage.${name}`);
  const keeper = new Keeper<S>(store, storage, resolved);
  return {
    hydrated: keeper.hydrated,
    flush: () => keeper.flush(),
    clear: () => keeper.clear(),
    stop: () => keeper.stop(),
    status: () => ({ key, hydration: keeper.hydration, unsaved: keeper.unsaved, busy: keeper.busy }),
    [Symbol.asyncDispose]: () => keeper.stop(),
  };
}

/** Node from 25 on has an empty object for `localStorage`, unless it's told where to keep that. */
function isNone(storage: object): boolean {
  return typeof storage === 'object' && Object.keys(storage).length === 0 && !('getItem' in storage);
}

/** What is kept nowhere: since there's no storage, or it's blocked. */
function nowhere(key: string, blocked: boolean): Persistence {
  const hydration = blocked ? 'failed' : 'empty';
  const done = () => Promise.resolve(!blocked);
  const stop = () => Promise.resolve();
  return {
    hydrated: Promise.resolve(hydration),
    flush: done,
    clear: done,
    stop,
    status: () => ({ key, hydration, unsaved: false, busy: false }),
    [Symbol.asyncDispose]: stop,
  };
}
