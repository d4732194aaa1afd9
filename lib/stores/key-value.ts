/**
 * A key-value store: values by key, with lifetimes, changes in one step, and keys that can be watched.
 *
 * ```
 *   options.ts      how it's made, and what a dump is        payloads.ts   what commands take, checked at the door
 *   definition.ts   what may be asked of it                  watchers.ts   who watches which key; watch.ts for rxjs
 *   state.ts        the keys, and all that changes them
 * ```
 *
 * `undefined` is no value: it's what there is where no key is. So it can't be set, and whoever makes it the next value
 * (`update`, `compareAndSet`) deletes the key. Everything else is a value: `null`, 0, `''`, `false`, NaN.
 */
import { createFeed, createStore, reply, type, type Store } from '../index.js';
import { TooManyWatchersError } from './errors.js';
import type { Handling, KeyValueDefinition } from './key-value/definition.js';
import { settingsOf, type KeyValueOptions } from './key-value/options.js';
import { checkChange, checkExchange, checkKeys, checkSetting, checkSettings, type Setting } from './key-value/payloads.js';
import { KeyValueState, type KeyValueEvent } from './key-value/state.js';
import { checkAtOnce, checkKey, checkString, type Key } from './structures/check-payload.js';
import { dumpOf } from './structures/dump.js';
import { checkPage, pageOf } from './structures/pages.js';

export { watch } from './key-value/watch.js';
export type { KeyValueDefinition, KeyValueStats } from './key-value/definition.js';
export type { DumpedEntry, KeyValueDump, KeyValueOptions, OnFull } from './key-value/options.js';
export type { Change, Exchange, KeysOptions, KeysPage, Setting } from './key-value/payloads.js';
export type { KeyValueEvent } from './key-value/state.js';

/** A key-value store: what `createKeyValue` makes. */
export type KeyValue<V = unknown> = Store<KeyValueDefinition<V>>;

/**
 * The definition of a key-value store, for whoever makes stores of definitions. (One that is restored sweeps what
 * expires from its first `sweep` or write on; `createKeyValue` sees to that.)
 *
 * @param options as for `createKeyValue`
 * @throws TypeError for options that no store can work with
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { defineKeyValue } from 'ownstate/stores';
 *
 * const colours = createStore(defineKeyValue<string>({ maxKeys: 3 }));
 * console.log(await colours.ask.set({ key: 'sky', value: 'blue' })); // true
 * ```
 */
export function defineKeyValue<V = unknown>(options: KeyValueOptions<V> = {}): KeyValueDefinition<V> {
  const settings = settingsOf(options);
  const { name, maxKeys, maxWatchers, equal } = settings;
  type State = KeyValueState<V>;

  /** Writes a value that is copied already, where its conditions hold. */
  function write(state: State, setting: Setting<V>, value: V, now: number, context: Handling<V>): boolean | V | undefined {
    const { key, ttl, keepTtl, ifAbsent, ifPresent, returnOld } = setting;
    const slot = state.find(key, now);
    const old = returnOld === true ? state.shown(slot) : undefined;
    const written = slot < 0 ? ifPresent !== true : ifAbsent !== true;
    if (written) {
      if (slot < 0) state.expectRoom(1, now);
      state.put(key, value, state.expiry(keepTtl === true ? slot : -1, ttl, context), now, context);
    }
    return returnOld === true ? old : written;
  }

  /** How many keys come to be by these settings. */
  function added(state: State, items: readonly Setting<V>[], now: number): number {
    const keys = new Set<Key>();
    for (const { key, ifPresent } of items) if (ifPresent !== true && state.find(key, now) < 0) keys.add(key);
    return keys.size;
  }

  /** Makes `value` the value of a key, or deletes it; `slot`: where it stands, or -1. */
  function become(state: State, { key, ttl }: { key: Key; ttl?: number }, value: V | undefined, slot: number, context: Handling<V>): void {
    const now = state.time(context);
    if (value !== undefined) {
      const kept = state.copied(value);
      if (slot < 0) state.expectRoom(1, now);
      state.put(key, kept, state.expiry(slot, ttl, context), now, context);
    } else if (slot >= 0) state.remove(slot, 'deleted', context);
  }

  /** Deletes a key if it's there. */
  function removed(state: State, key: Key, now: number, context: Handling<V>): boolean {
    state.clean(key, now, context);
    const slot = state.find(key, now);
    if (slot >= 0) state.remove(slot, 'deleted', context);
    return slot >= 0;
  }

  return {
    name,
    state: (clock) => new KeyValueState(settings, clock),
    events: type<KeyValueEvent<V>>(),
    view: ({ view }) => view,
    commands: {
      set: (state, setting, context) => {
        checkSetting(setting);
        return reply(state, write(state, setting, state.copied(setting.value), state.time(context), context));
      },
      getAndSet: (state, setting, context) => {
        checkSetting(setting);
        // A cast: with `returnOld` it's the old value.
        return reply(state, write(state, { ...setting, returnOld: true }, state.copied(setting.value), state.time(context), context) as V | undefined);
      },
      setMany: (state, items, context) => {
        checkSettings(items);
        const values = items.map(({ value }) => state.copied(value));
        const now = state.time(context);
        state.expectRoom(added(state, items, now), now);
        return reply(state, items.map((setting, at) => write(state, setting, values[at]!, now, context)));
      },
      compareAndSet: (state, exchange, context) => {
        checkExchange(exchange);
        const { key, expected, value } = exchange;
        const slot = state.find(key, state.time(context));
        const present = state.shown(slot);
        const same = present === undefined || expected === undefined ? present === expected : equal(present, expected);
        if (same) become(state, exchange, value, slot, context);
        return reply(state, same);
      },
      update: (state, change, context) => {
        checkChange(change);
        const slot = state.find(change.key, state.time(context));
        const value = change.with(state.shown(slot));
        checkAtOnce(value, 'with', 'the next value');
        become(state, change, value, slot, context);
        return reply(state, value);
      },
      delete: (state, key, context) => {
        checkKey(key);
        return reply(state, removed(state, key, state.time(context), context));
      },
      deleteMany: (state, keys, context) => {
        checkKeys(keys);
        const now = state.time(context);
        return reply(state, keys.map((key) => removed(state, key, now, context)));
      },
      take: (state, key, context) => {
        checkKey(key);
        const now = state.time(context);
        const value = state.shown(state.find(key, now));
        removed(state, key, now, context);
        return reply(state, value);
      },
      clear: (state, _payload, context) => reply(state, state.clear(state.time(context), context)),
      watch: (state, key, context) => {
        checkKey(key);
        const { watchers } = state;
        if (watchers.size >= maxWatchers) throw new TooManyWatchersError(maxWatchers);
        const now = state.time(context);
        const source = createFeed<State, V | undefined>(context, {
          capacity: 1,
          overflow: 'drop-oldest',
          gone: (later) => {
            later.watchers.leave(key, source, later.slots.find(key));
            return later;
          },
        });
        const value = state.shown(state.find(key, now));
        state.clean(key, now, context);
        const slot = state.find(key, now);
        watchers.join(key, source, slot, state.expiries.at(slot));
        state.arm(context, now);
        context.after(() => source.push(value));
        return reply(state, source.feed);
      },
      sweep: (state, _payload, context) => reply(state, state.sweep(state.time(context), context)),
    },
    queries: {
      get: (state, key, clock) => {
        checkKey(key);
        return state.shown(state.find(key, state.time(clock)));
      },
      getMany: (state, keys, clock) => {
        checkKeys(keys);
        const now = state.time(clock);
        return keys.map((key) => state.shown(state.find(key, now)));
      },
      has: (state, key, clock) => {
        checkKey(key);
        return state.find(key, state.time(clock)) >= 0;
      },
      remainingTtl: (state, key, clock) => {
        checkKey(key);
        const now = state.time(clock);
        const slot = state.find(key, now);
        return slot < 0 ? undefined : state.expiries.at(slot) - now;
      },
      size: (state, _payload, clock) => state.size(state.time(clock)),
      keys: (state, page = {}, clock) => {
        checkPage(page);
        const { prefix } = page;
        if (prefix !== undefined) checkString(prefix, 'prefix');
        const now = state.time(clock);
        const fits = (key: Key) => prefix === undefined || (typeof key === 'string' && key.startsWith(prefix));
        const { items, after } = pageOf(state.slots, page, (slot, key) => fits(key) && !state.expiries.isExpired(slot, now) ? key : undefined);
        return { keys: items, after };
      },
      stats: (state, _payload, clock) => {
        const now = state.time(clock);
        const { slots, expiries, watchers, expired, evicted } = state;
        const dead = expiries.count(now);
        return { keys: slots.size - dead, expiring: expiries.size - dead, maxKeys, watchers: watchers.size, expired, evicted };
      },
      dump: (state, _payload, clock) => {
        const now = state.time(clock, true);
        return { ...dumpOf('key-value', now), entries: Array.from(state.entries(now)) };
      },
    },
  };
}

/**
 * Makes a key-value store. Commands: `set`, `getAndSet`, `setMany`, `compareAndSet`, `update`, `delete`, `deleteMany`,
 * `take`, `clear`, `watch`, `sweep`; queries: `get`, `getMany`, `has`, `remainingTtl`, `size`, `keys`, `stats`, `dump`. Its
 * view is `{ changes }`, for `select`. On `events$`: set, deleted, expired, evicted, cleared.
 *
 * A reply may fail with `InvalidPayloadError`, with `TooManyKeysError` beyond `maxKeys`, and with `TooManyWatchersError`;
 * nothing has changed then. A command costs O(1) in time for each key, and O(log n) where a key expires.
 *
 * Gotchas: an object that was put in is the caller's still, who had better not change it; or give the option `copy`.
 *
 * @param options lifetimes and bounds, and those of `createStore`
 * @throws TypeError for options that no store can work with
 *
 * @example
 * ```ts
 * import { createKeyValue } from 'ownstate/stores';
 *
 * const stock = createKeyValue<number>();
 * console.log(await stock.ask.set({ key: 'tea', value: 3 })); // true
 * console.log(await stock.ask.update({ key: 'tea', with: (tins = 0) => tins + 2 })); // 5
 * console.log(await stock.ask.get('tea')); // 5
 * ```
 */
export function createKeyValue<V = unknown>(options: KeyValueOptions<V> = {}): KeyValue<V> {
  const store = createStore(defineKeyValue(options), options);
  if (options.restore !== undefined) store.tell.sweep();
  return store;
}
