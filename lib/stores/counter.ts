/** A counter: one number, changed by nobody but its owner, so that no count is lost. */
import { createStore, reply, type Clock, type Outcome, type Store, type StoreOptions } from '../index.js';
import { expectObject } from '../internal/expect.js';
import { countingBy, type Count, type CountOptions, type Widened } from './counter/counting.js';
import { dumpOf, expectDump, type Dump } from './structures/dump.js';

export type { Count, CountOptions, OnBound } from './counter/counting.js';

/** How a counter is made. Each field is optional. */
export interface CounterOptions<N extends Count = number> extends CountOptions<N>, StoreOptions {
  /** What errors and traces call it. Default `'counter'`. */
  readonly name?: string;
  /** What `dump` of another counter gave: goes on where that one was. */
  readonly restore?: CounterDump;
}

/** What `dump` gives: plain data. */
export interface CounterDump extends Dump<'counter'> {
  /** The count; as text where it's a bigint. */
  readonly count: number | string;
}

/** What `stats` gives. */
export interface CounterStats<N extends Count = number> {
  readonly count: N;
  /** The least count; `undefined` for a bigint without a bound. */
  readonly min: N | undefined;
  /** The largest count; `undefined` for a bigint without a bound. */
  readonly max: N | undefined;
}

/** The commands and queries of a counter. Each answers with a count. */
export interface CounterDefinition<N extends Count = number> {
  readonly name: string;
  /** Makes the first state. */
  readonly state: (clock: Clock) => N;
  readonly commands: {
    /** Adds `by` (default 1, not negative), and replies the new count. */
    readonly increment: (count: N, by: N | undefined) => Outcome<N, N>;
    /** Takes `by` away (default 1, not negative), and replies the new count. */
    readonly decrement: (count: N, by: N | undefined) => Outcome<N, N>;
    /** Goes back to the first count, and replies it. */
    readonly reset: (count: N) => Outcome<N, N>;
    /** Makes `value` the count, within the bounds, and replies the new count. */
    readonly set: (count: N, value: N) => Outcome<N, N>;
    /** The same, and replies the count before. */
    readonly getAndSet: (count: N, value: N) => Outcome<N, N>;
  };
  readonly queries: {
    /** The count. */
    readonly get: (count: N) => N;
    /** The count and its bounds. */
    readonly stats: (count: N) => CounterStats<N>;
    /** The counter as plain data, for the option `restore` of another one. */
    readonly dump: (count: N, payload: void, clock: Clock) => CounterDump;
  };
}

/** A counter: what `createCounter` makes. */
export type Counter<N extends Count = number> = Store<CounterDefinition<N>>;

/**
 * The definition of a counter, for whoever makes stores of definitions.
 *
 * @param options as for `createCounter`
 * @throws TypeError for options that no counter can work with
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { defineCounter } from 'ownstate/stores';
 *
 * const counter = createStore(defineCounter({ start: 5 }));
 * console.log(await counter.ask.increment()); // 6
 * ```
 */
export function defineCounter<N extends Count = number>(options: CounterOptions<N> = {}): CounterDefinition<Widened<N>> {
  expectObject(options, 'options');
  const { name = 'counter', restore } = options;
  const counting = countingBy(options);
  const { start, min, max, up, down, to, dumped } = counting;
  if (restore !== undefined) expectDump(restore, 'counter');
  const first = restore === undefined ? start : counting.restored(restore.count, 'restore.count');
  const same = (count: Count) => reply(count, count);
  const definition: CounterDefinition<Count> = {
    name,
    state: () => first,
    commands: {
      increment: (count, by) => same(up(count, by)),
      decrement: (count, by) => same(down(count, by)),
      reset: () => same(start),
      set: (_count, value) => same(to(value)),
      getAndSet: (count, value) => reply(to(value), count),
    },
    queries: {
      get: (count) => count,
      stats: (count) => ({ count, min, max }),
      dump: (count, _payload, { now }) => ({ ...dumpOf('counter', now()), count: dumped(count) }),
    },
  };
  // A cast: the kind of count is that of `start`, as checked.
  return definition as unknown as CounterDefinition<Widened<N>>;
}

/**
 * Makes a counter. Commands: `increment(by = 1)`, `decrement(by = 1)`, `reset()`, `set(value)`, `getAndSet(value)`; queries:
 * `get()`, `stats()`, `dump()`. Its view, for `select` and `snapshot`, is the count.
 *
 * A reply may fail with `InvalidPayloadError` for what is no count (a fraction, NaN, a number beyond 2^53 - 1, a negative
 * step) and with `OutOfBoundsError`; the count then stays as it is. A command costs O(1) in time, and no memory.
 *
 * @param options the bounds, and those of `createStore`
 * @throws TypeError for options that no counter can work with
 *
 * @example
 * ```ts
 * import { createCounter } from 'ownstate/stores';
 *
 * const seats = createCounter({ start: 2, min: 0 });
 * console.log(await seats.ask.decrement()); // 1
 * await seats.ask.decrement(5).then(undefined, (error) => console.log(error.code)); // OUT_OF_BOUNDS
 * console.log(await seats.ask.get()); // 1
 * ```
 */
export function createCounter<N extends Count = number>(options: CounterOptions<N> = {}): Counter<Widened<N>> {
  return createStore(defineCounter(options), options);
}
