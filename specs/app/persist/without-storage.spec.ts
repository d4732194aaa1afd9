/** Where there's no storage, as on a server, nothing is kept, and nothing fails. */
import { createStore } from 'ownstate';
import { persist, type PersistError, type PersistStorageSource } from 'ownstate/app';
import { expect, it } from 'vitest';
import { settings } from './support.js';

/** What Node 25 has for `localStorage`, unless it's told where to keep that: an empty object that warns. */
const ofNode25 = new Proxy({}, { get: () => undefined });

it.each<[string, PersistStorageSource]>([
  ['undefined', undefined],
  ['a function that gives none', () => null],
  ['the empty object of Node 25', ofNode25 as never],
  ['a function that gives that', () => ofNode25 as never],
])('is kept nowhere: %s', async (_what, storage) => {
  const store = settings();
  const errors: PersistError[] = [];
  const kept = persist(store, storage, { onError: (error) => errors.push(error) });
  store.tell.grow();
  expect([await kept.hydrated, await kept.flush(), await kept.clear()]).toEqual(['empty', true, true]);
  expect(kept.status()).toEqual({ key: 'settings', hydration: 'empty', unsaved: false, busy: false });
  await kept.stop();
  await store.shutdown();
  expect(errors).toEqual([]);
});

it('takes an instance without fields of its own for a storage', () => {
  class Shelf {
    getItem() { return '{"version":0,"state":{"theme":"dark","size":9}}'; }
    setItem() { return undefined; }
    removeItem() { return undefined; }
  }
  const store = settings();
  persist(store, new Shelf());
  expect(store.snapshot().theme).toBe('dark');
});

it('still refuses what has some functions only', () => {
  const half = { setItem: () => undefined };
  expect(() => persist(settings(), half as never)).toThrow('Expected `storage.getItem` to be a function, got undefined');
  expect(() => persist(createStore({ state: 0, commands: { add: (n) => n + 1 } }) as never, undefined)).toThrow('replaceable');
});
