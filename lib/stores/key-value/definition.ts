/** What may be asked of a key-value store: each command and query, and what it replies. */
import type { Clock, Context, Feed, Outcome, Type } from '../../index.js';
import type { Key } from '../structures/check-payload.js';
import type { KeyValueDump } from './options.js';
import type { Change, Exchange, KeysOptions, KeysPage, Setting } from './payloads.js';
import type { KeyValueEvent, KeyValueState } from './state.js';

/** What `stats` gives. */
export interface KeyValueStats {
  /** Keys that are there. */
  readonly keys: number;
  /** Of them, those that will expire. */
  readonly expiring: number;
  readonly maxKeys: number;
  /** Readers that watch a key. */
  readonly watchers: number;
  /** Keys that expired and were removed, so far. */
  readonly expired: number;
  /** Keys that had to make room, so far. */
  readonly evicted: number;
}

/** What a handler of a key-value store gets. */
export type Handling<V> = Context<KeyValueEvent<V>>;

/** What a handler gives back: the state is changed in place. */
export type Reply<V, R> = Outcome<KeyValueState<V>, R>;

/** The commands and queries of a key-value store. */
export interface KeyValueDefinition<V = unknown> {
  readonly name: string;
  /** Makes the first state. */
  readonly state: (clock: Clock) => KeyValueState<V>;
  readonly commands: {
    /** Writes a value; replies whether it did, or with `returnOld` the value before. Its lifetime begins anew. */
    readonly set: (state: KeyValueState<V>, setting: Setting<V>, context: Handling<V>) => Reply<V, boolean | V | undefined>;
    /** Writes a value, and replies the one before: `set` with `returnOld`, and its type. */
    readonly getAndSet: (state: KeyValueState<V>, setting: Setting<V>, context: Handling<V>) => Reply<V, V | undefined>;
    /** Writes many in a row, all or none; replies what `set` does for each, in their order. */
    readonly setMany: (state: KeyValueState<V>, settings: readonly Setting<V>[], context: Handling<V>) => Reply<V, (boolean | V | undefined)[]>;
    /** Writes `value` if the present one is as `expected`; replies whether it was. */
    readonly compareAndSet: (state: KeyValueState<V>, exchange: Exchange<V>, context: Handling<V>) => Reply<V, boolean>;
    /** Changes a value by a function, in one step; replies the new value. */
    readonly update: (state: KeyValueState<V>, change: Change<V>, context: Handling<V>) => Reply<V, V | undefined>;
    /** Deletes a key; replies whether it was there. */
    readonly delete: (state: KeyValueState<V>, key: Key, context: Handling<V>) => Reply<V, boolean>;
    /** Deletes many; replies for each, in their order, whether it was there. */
    readonly deleteMany: (state: KeyValueState<V>, keys: readonly Key[], context: Handling<V>) => Reply<V, boolean[]>;
    /** Deletes a key, and replies its value. */
    readonly take: (state: KeyValueState<V>, key: Key, context: Handling<V>) => Reply<V, V | undefined>;
    /** Deletes all keys, and replies how many there were. */
    readonly clear: (state: KeyValueState<V>, payload: void, context: Handling<V>) => Reply<V, number>;
    /**
     * Replies a feed of the key's value: the present one, then each that is written, `undefined` when it's gone. A reader
     * who is slow gets the last one only. It has to be read, or left, by whoever asked; `watch` does so.
     */
    readonly watch: (state: KeyValueState<V>, key: Key, context: Handling<V>) => Reply<V, Feed<V | undefined>>;
    /** Removes what has expired, and replies how many. It's sent by a timer; there's no need to. */
    readonly sweep: (state: KeyValueState<V>, payload: void, context: Handling<V>) => Reply<V, number>;
  };
  readonly queries: {
    /** The value of a key; `undefined` where there's none. */
    readonly get: (state: KeyValueState<V>, key: Key, clock: Clock) => V | undefined;
    /** The values of many keys, in their order. */
    readonly getMany: (state: KeyValueState<V>, keys: readonly Key[], clock: Clock) => (V | undefined)[];
    /** Whether a key is there. */
    readonly has: (state: KeyValueState<V>, key: Key, clock: Clock) => boolean;
    /** How long a key will live, in milliseconds; `Infinity` for ever, `undefined` where there's none. */
    readonly remainingTtl: (state: KeyValueState<V>, key: Key, clock: Clock) => number | undefined;
    /** How many keys there are. */
    readonly size: (state: KeyValueState<V>, payload: void, clock: Clock) => number;
    /** The keys, page by page, in no particular order. */
    readonly keys: (state: KeyValueState<V>, page: KeysOptions | undefined, clock: Clock) => KeysPage;
    /** What the store tells of itself in numbers. */
    readonly stats: (state: KeyValueState<V>, payload: void, clock: Clock) => KeyValueStats;
    /** All keys as plain data, for the option `restore` of another store. */
    readonly dump: (state: KeyValueState<V>, payload: void, clock: Clock) => KeyValueDump<V>;
  };
  /** How often anything was changed, so that `select` tells of it. */
  readonly view: (state: KeyValueState<V>) => { readonly changes: number };
  readonly events: Type<KeyValueEvent<V>>;
}
