/** What may be asked of a store of many counters: each command and query, and what it replies. */
import type { Clock, Outcome } from '../../index.js';
import type { Dump } from '../structures/dump.js';
import type { PageOptions } from '../structures/pages.js';
import type { Slots } from '../structures/slots.js';
import type { Count } from './counting.js';
import type { CounterKey, CounterLabels } from './labels.js';

/** Which counter, and by how much. */
export interface CounterStep<N extends Count = number> extends CounterKey {
  /** How far, not negative. Default 1. */
  readonly by?: N;
}

/** Which counter, and its count. */
export interface CounterValue<N extends Count = number> extends CounterKey {
  readonly value: N;
}

/** A counter as `list` shows it. */
export interface NamedCount<N extends Count = number> {
  readonly name: string;
  readonly labels: CounterLabels;
  readonly count: N;
}

/** Which counters `list` gives. Each field is optional. */
export interface CountersPageOptions extends PageOptions {
  /** Only those of this name. Default: all. */
  readonly name?: string;
}

/** A page of counters. */
export interface CountersPage<N extends Count = number> {
  readonly counters: readonly NamedCount<N>[];
  /** For the next page; `undefined` on the last one. */
  readonly after: number | undefined;
}

/** What `dump` gives: plain data. */
export interface CountersDump extends Dump<'counters'> {
  /** A count is a text where it's a bigint. */
  readonly counters: readonly { readonly name: string; readonly labels: CounterLabels; readonly count: number | string }[];
}

/** What `stats` gives. */
export interface CountersStats {
  /** Counters that are there. */
  readonly keys: number;
  readonly maxKeys: number;
}

/** The counters that are there, by key. They're changed in place. */
export interface CountersState<N extends Count = number> {
  /** What's seen of it: another object when anything has changed. */
  view: { readonly keys: number; readonly changes: number };
  readonly slots: Slots<string, { readonly name: string; readonly labels: CounterLabels; count: N }>;
}

/** The commands and queries of a store of counters. A counter is given by its name, or by an object with name and labels. */
export interface CountersDefinition<N extends Count = number> {
  readonly name: string;
  /** Makes the first state. */
  readonly state: (clock: Clock) => CountersState<N>;
  readonly commands: {
    /** Adds `by` (default 1, not negative) to a counter, and replies its new count. */
    readonly increment: (state: CountersState<N>, step: string | CounterStep<N>) => Outcome<CountersState<N>, N>;
    /** Takes `by` away (default 1, not negative), and replies the new count. */
    readonly decrement: (state: CountersState<N>, step: string | CounterStep<N>) => Outcome<CountersState<N>, N>;
    /** Goes back to the first count, and replies it. */
    readonly reset: (state: CountersState<N>, key: string | CounterKey) => Outcome<CountersState<N>, N>;
    /** Makes `value` the count, within the bounds, and replies the new count. */
    readonly set: (state: CountersState<N>, to: CounterValue<N>) => Outcome<CountersState<N>, N>;
    /** The same, and replies the count before. */
    readonly getAndSet: (state: CountersState<N>, to: CounterValue<N>) => Outcome<CountersState<N>, N>;
    /** Forgets a counter, which gives its room back; replies whether it was there. */
    readonly remove: (state: CountersState<N>, key: string | CounterKey) => Outcome<CountersState<N>, boolean>;
  };
  readonly queries: {
    /** The count; the first one for a counter that isn't there yet. */
    readonly get: (state: CountersState<N>, key: string | CounterKey) => N;
    /** The counters that are there, page by page. */
    readonly list: (state: CountersState<N>, page: CountersPageOptions | undefined) => CountersPage<N>;
    /** How many there are. */
    readonly stats: (state: CountersState<N>) => CountersStats;
    /** All counters as plain data, for the option `restore` of another store. */
    readonly dump: (state: CountersState<N>, payload: void, clock: Clock) => CountersDump;
  };
  /** How many counters there are, and how often anything was changed. */
  readonly view: (state: CountersState<N>) => { readonly keys: number; readonly changes: number };
}
