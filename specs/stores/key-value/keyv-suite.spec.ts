/**
 * keyv's own suite for storage adapters, run on the key-value store through an adapter.
 *
 * Not run here: `keyvIteratorTests`, whose expiry waits for 250 ms of real time and which needs an adapter that keyv knows
 * by its dialect; and `keyvCompresstionTests`, which test compressions and no store.
 */
import keyvTestSuite from '@keyv/test-suite';
import Keyv, { type KeyvStoreAdapter } from 'keyv';
import { createKeyValue, type KeyValue } from 'ownstate/stores';
import * as vitest from 'vitest';

/** keyv's interface of a storage, on top of a store. Keys of a namespace begin with its name. */
function adapterOf(store: KeyValue<string>): KeyvStoreAdapter {
  const adapter: KeyvStoreAdapter = {
    opts: {},
    namespace: undefined,
    get: async (key) => await store.ask.get(key) as never,
    getMany: async (keys) => await store.ask.getMany(keys) as never,
    set: async (key: string, value: string, ttl?: number) => await store.ask.set({ key, value, ...ttl === undefined ? {} : { ttl } }),
    setMany: async (entries) => {
      await store.ask.setMany(entries.map(({ key, value, ttl }) => ({ key, value: value as string, ...ttl === undefined ? {} : { ttl } })));
    },
    has: async (key) => await store.ask.has(key),
    delete: async (key) => await store.ask.delete(key),
    deleteMany: async (keys) => (await store.ask.deleteMany(keys)).includes(true),
    clear: async () => {
      const prefix = adapter.namespace === undefined ? '' : `${adapter.namespace}:`;
      const { keys } = await store.ask.keys({ prefix, limit: 10_000 });
      await store.ask.deleteMany(keys);
    },
    on: () => adapter,
  };
  return adapter;
}

vitest.describe('keyv\'s suite', () => {
  const store = createKeyValue<string>();
  keyvTestSuite(vitest, Keyv, () => adapterOf(store));
});
