/**
 * Many counters by name and labels, in one store: what a service counts of its requests, jobs and errors.
 *
 * ```
 *   { name: 'requests', labels: { method: 'GET', status: '200' } } ──keyOf──▶ one string ──▶ its count
 * ```
 *
 * All counters are at `start`; one takes room from its first change on. There are `maxKeys` at most, and none makes room
 * for another: a count that vanished would be a wrong one.
 */
import { createStore, reply, type Outcome, type Store, type StoreOptions } from '../index.js';
import { expect, expectObject } from '../internal/expect.js';
import { countingBy, type Count, type CountOptions, type Counting, type Widened } from './counter/counting.js';
import { keyOf, labelsOf, type CounterKey } from './counter/labels.js';
import type { CountersDefinition, CountersDump, CountersState, CounterStep } from './counter/many.js';
import { TooManyKeysError } from './errors.js';
import { checkObject, checkString } from './structures/check-payload.js';
import { dumpOf, expectDump } from './structures/dump.js';
import { checkPage, pageOf } from './structures/pages.js';
import { Slots } from './structures/slots.js';

export type { CounterKey, CounterLabels } from './counter/labels.js';
export type {
  CountersDefinition, CountersDump, CountersPage, CountersPageOptions, CountersState, CountersStats, CounterStep, CounterValue, NamedCount,
} from './counter/many.js';

/** How a store of counters is made. Each field is optional. */
export interface CountersOptions<N extends Count = number> extends CountOptions<N>, StoreOptions {
  /** What errors and traces call it. Default `'counters'`. */
  readonly name?: string;
  /** The most counters, a positive integer; one more is refused with `TooManyKeysError`. Default 10,000. */
  readonly maxKeys?: number;
  /** What `dump` of another store of counters gave: goes on where that one was. */
  readonly restore?: CountersDump;
}

/** Many counters: what `createCounters` makes. */
export type Counters<N extends Count = number> = Store<CountersDefinition<N>>;

/**
 * The definition of a store of counters, for whoever makes stores of definitions.
 *
 * @param options as for `createCounters`
 * @throws TypeError for options that no counters can work with
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { defineCounters } from 'ownstate/stores';
 *
 * const counters = createStore(defineCounters({ start: 5 }));
 * console.log(await counters.ask.increment('visits')); // 6
 * ```
 */
export function defineCounters<N extends Count = number>(options: CountersOptions<N> = {}): CountersDefinition<Widened<N>> {
  expectObject(options, 'options');
  const { name = 'counters', maxKeys = 10_000, restore } = options;
  const counting = countingBy(options);
  const { start, up, down, to, dumped } = counting;
  expect(Number.isSafeInteger(maxKeys) && maxKeys > 0, 'maxKeys', 'a positive integer', maxKeys);
  // A dump that can't be gone on with is refused here, and not when a store is made.
  restored(restore, counting, maxKeys);

  type State = CountersState<Count>;

  /** Changes a counter, which comes to be if need be. `move` refuses before anything is changed. */
  function change({ slots }: State, key: string | CounterKey, move: (count: Count) => Count): { before: Count; now: Count } {
    const found = keyOf(key);
    const slot = slots.find(found);
    const before = slot < 0 ? start : slots.values[slot]!.count;
    const now = move(before);
    if (slot >= 0) slots.values[slot]!.count = now;
    else if (slots.size >= maxKeys) throw new TooManyKeysError(maxKeys);
    else slots.add(found, { name: typeof key === 'string' ? key : key.name, labels: labelsOf(key), count: now });
    return { before, now };
  }

  /** Notes that something has changed. */
  function changed<R>(state: State, value: R): Outcome<State, R> {
    state.view = { keys: state.slots.size, changes: state.view.changes + 1 };
    return reply(state, value);
  }

  const byOf = (step: string | CounterStep<Count>) => typeof step === 'string' ? undefined : step.by;
  const definition: CountersDefinition<Count> = {
    name,
    state: () => restored(restore, counting, maxKeys),
    commands: {
      increment: (state, step) => changed(state, change(state, step, (count) => up(count, byOf(step))).now),
      decrement: (state, step) => changed(state, change(state, step, (count) => down(count, byOf(step))).now),
      reset: (state, key) => {
        const slot = state.slots.find(keyOf(key));
        if (slot < 0) return reply(state, start);
        state.slots.values[slot]!.count = start;
        return changed(state, start);
      },
      set: (state, given) => {
        checkObject(given);
        return changed(state, change(state, given, () => to(given.value)).now);
      },
      getAndSet: (state, given) => {
        checkObject(given);
        return changed(state, change(state, given, () => to(given.value)).before);
      },
      remove: (state, key) => {
        const slot = state.slots.find(keyOf(key));
        if (slot < 0) return reply(state, false);
        state.slots.delete(slot);
        return changed(state, true);
      },
    },
    queries: {
      get: ({ slots }, key) => {
        const slot = slots.find(keyOf(key));
        return slot < 0 ? start : slots.values[slot]!.count;
      },
      list: ({ slots }, page = {}) => {
        checkPage(page);
        if (page.name !== undefined) checkString(page.name, 'name');
        const { items, after } = pageOf(slots, page, (slot) => {
          const each = slots.values[slot]!;
          return page.name === undefined || each.name === page.name ? { ...each } : undefined;
        });
        return { counters: items, after };
      },
      stats: ({ slots }) => ({ keys: slots.size, maxKeys }),
      dump: ({ slots }, _payload, { now }) => ({
        ...dumpOf('counters', now()),
        counters: Array.from(slots.entries(), ([, slot]) => {
          const each = slots.values[slot]!;
          return { ...each, count: dumped(each.count) };
        }),
      }),
    },
    view: ({ view }) => view,
  };
  // A cast: the kind of count is that of `start`, as checked.
  return definition as unknown as CountersDefinition<Widened<N>>;
}

/** The counters of a dump, if there's one. @throws TypeError for a dump that can't be gone on with */
function restored(dump: CountersDump | undefined, counting: Counting, maxKeys: number): CountersState<Count> {
  const slots: CountersState<Count>['slots'] = new Slots();
  if (dump === undefined) return { slots, view: { keys: 0, changes: 0 } };
  expectDump(dump, 'counters');
  // A cast: what is restored may come from anywhere.
  const counters = dump.counters as unknown;
  expect(Array.isArray(counters) && counters.length <= maxKeys, 'restore.counters', `an array of at most ${maxKeys} counters`, counters);
  for (const [at, each] of (counters as CountersDump['counters']).entries()) {
    const where = `restore.counters[${at}]`;
    expectObject(each, where);
    let key: string | undefined;
    try {
      key = typeof each.name === 'string' ? keyOf(each) : undefined;
    } catch {
      // What isn't the key of a counter.
    }
    expect(key !== undefined && slots.find(key) < 0, where, 'a counter with name and labels, each one once', each);
    // A cast: it was just checked.
    slots.add(key as string, { name: each.name, labels: labelsOf(each), count: counting.restored(each.count, `${where}.count`) });
  }
  return { slots, view: { keys: slots.size, changes: 0 } };
}

/**
 * Makes a store of many counters. Commands: `increment(key)`, `decrement(key)`, `reset(key)`, `set(key and value)`,
 * `getAndSet(key and value)`, `remove(key)`; queries: `get(key)`, `list(page)`, `stats()`, `dump()`. A key is a name, or
 * `{ name, labels }`. Its view is `{ keys, changes }`.
 *
 * A reply may fail with `InvalidPayloadError` for a key or a count that is none, with `OutOfBoundsError`, and with
 * `TooManyKeysError` for a counter beyond `maxKeys`; nothing has changed then. A command costs O(1) in time.
 *
 * @param options the bounds, and those of `createStore`
 * @throws TypeError for options that no counters can work with
 *
 * @example
 * ```ts
 * import { createCounters } from 'ownstate/stores';
 *
 * const counters = createCounters();
 * await counters.ask.increment('visits');
 * await counters.ask.increment({ name: 'requests', labels: { method: 'GET', status: '200' }, by: 3 });
 * console.log(await counters.ask.get({ name: 'requests', labels: { status: '200', method: 'GET' } })); // 3
 * ```
 */
export function createCounters<N extends Count = number>(options: CountersOptions<N> = {}): Counters<Widened<N>> {
  return createStore(defineCounters(options), options);
}
