/** Stores with their models, for the specs of `checkStore`. */
import fc from 'fast-check';
import { createStore, effect, reply, replyLater, type, type EffectPolicy, type Message, type StoreOptions } from 'ownstate';
import type { ModelStep, StoreModel } from 'ownstate/testing';
import { asyncScheduler, concat, firstValueFrom, map, of, take, throwError, timer } from 'rxjs';

/** A state at once, its reply, and how it's queried. */
export const counter = {
  make: (options: StoreOptions) => createStore({
    name: 'counter',
    state: 0,
    commands: {
      increment: (count, by: number = 1) => reply(count + by, count + by),
      reset: () => 0,
    },
    queries: { get: (count) => count },
  }, options),
  check: {
    commands: { increment: fc.option(fc.integer({ min: -9, max: 9 }), { nil: undefined }), reset: undefined, get: undefined },
    model: {
      init: 0,
      step: (count: number, { type: command, payload = 1 }: Message<string, number | undefined>): ModelStep<number> => {
        if (command === 'increment') return { state: count + payload, reply: count + payload };
        return command === 'reset' ? { state: 0 } : { state: count, reply: count };
      },
    },
  },
};

const key = fc.constantFrom('a', 'b', '__proto__');

/** A Map that is mutated, and a view of it. */
export const keyValue = {
  make: (options: StoreOptions) => createStore({
    name: 'key-value',
    state: () => new Map<string, number>(),
    view: (entries) => Object.fromEntries(entries),
    commands: {
      set: (entries, [key, value]: readonly [string, number]) => reply(entries.set(key, value), entries.size),
      delete: (entries, key: string) => {
        const found = entries.delete(key);
        return reply(entries, found);
      },
      clear: (entries) => {
        entries.clear();
        return entries;
      },
    },
    queries: { get: (entries, key: string) => entries.get(key), size: (entries) => entries.size },
    ticks: { clear: 25 },
  }, options),
  check: {
    commands: { set: fc.tuple(key, fc.nat(9)), delete: key, clear: undefined, get: key, size: undefined },
    model: {
      init: [] as readonly (readonly [string, number])[],
      step: (entries: readonly (readonly [string, number])[], { type: command, payload }: Message) => {
        const others = (key: unknown) => entries.filter(([other]) => other !== key);
        switch (command) {
          case 'set': {
            const [key, value] = payload as [string, number];
            const state = [...others(key), [key, value] as const];
            return { state, reply: state.length };
          }
          case 'delete': return { state: others(payload), reply: entries.some(([key]) => key === payload) };
          case 'clear': return { state: [] };
          case 'get': return { state: entries, reply: entries.find(([key]) => key === payload)?.[1] };
          default: return { state: entries, reply: entries.length };
        }
      },
      view: (entries: readonly (readonly [string, number])[]) => Object.fromEntries(entries),
    },
  },
};

/** An account whose commands take time, by promises, and fail. */
export const account = {
  make: (options: StoreOptions) => {
    const { scheduler = asyncScheduler } = options;
    const bank = (ms: number) => firstValueFrom(timer(ms, scheduler));
    return createStore({
      name: 'account',
      state: 10,
      events: type<{ readonly low: number }>(),
      commands: {
        deposit: async (balance, amount: number) => {
          for (let turn = 0; turn < 10; turn++) await Promise.resolve();
          return reply(balance + amount, balance + amount);
        },
        withdraw: async (balance, amount: number, { emit }) => {
          await bank(amount);
          if (amount > balance) throw new RangeError(`${amount} is more than ${balance}`);
          if (balance - amount < 3) emit({ low: balance - amount });
          return reply(balance - amount, balance - amount);
        },
        close: (balance) => {
          if (balance !== 0) throw new Error('not empty');
          return balance;
        },
      },
      queries: { balance: (balance) => balance },
    }, options);
  },
  check: {
    commands: { deposit: fc.nat(5), withdraw: fc.nat(12), close: undefined, balance: undefined },
    model: {
      init: 10,
      step: (balance: number, { type: command, payload }: Message): ModelStep<number> => {
        const amount = payload as number;
        switch (command) {
          case 'deposit': return { state: balance + amount, reply: balance + amount, events: [] };
          case 'withdraw': {
            if (amount > balance) throw new RangeError(`${amount} is more than ${balance}`);
            const rest = balance - amount;
            return { state: rest, reply: rest, events: rest < 3 ? [{ low: rest }] : [] };
          }
          case 'close':
            if (balance !== 0) throw new Error('not empty');
            return { state: 0 };
          default: return { state: balance, reply: balance };
        }
      },
    },
  },
};

interface Query {
  /** How long the work takes, and what comes of it; below 0 it fails. */
  readonly ms: number;
  readonly hits: number;
}

interface Hits {
  readonly searches: number;
  readonly hits: number;
}

/** Effects of a policy that succeed and fail, with events. */
export const search = (policy: EffectPolicy, capacity = 65_536): {
  readonly make: (options: StoreOptions) => ReturnType<typeof makeSearch>;
  readonly check: {
    readonly commands: { search: fc.Arbitrary<Query>; ring: fc.Arbitrary<number>; forget: undefined };
    readonly model: StoreModel<Hits>;
  };
} => ({
  make: (options) => makeSearch(policy, { ...options, mailbox: { capacity } }),
  check: {
    commands: { search: fc.record({ ms: fc.nat(8), hits: fc.integer({ min: -1, max: 3 }) }), ring: fc.nat(8), forget: undefined },
    model: {
      init: { searches: 0, hits: 0 },
      step: (state, { type: command, payload }) => {
        if (command === 'forget') return { state: { searches: 0, hits: 0 }, events: [] };
        if (command === 'ring') return { state: { ...state, searches: 0 }, reply: payload, events: ['rung'] };
        const { hits } = payload as Query;
        return {
          state: { ...state, searches: state.searches + 1 },
          events: [`search for ${hits}`],
          later: (then) => hits < 0
            ? { state: { ...then, hits: -1 }, error: new Error('no hits'), events: [] }
            : { state: { ...then, hits: then.hits + hits }, reply: then.hits + hits, events: [] },
          givenUp: (then) => ({ state: { ...then, hits: -1 }, events: [] }),
        };
      },
    },
  },
});

function makeSearch(policy: EffectPolicy, options: StoreOptions) {
  const { scheduler = asyncScheduler } = options;
  return createStore({
    name: 'search',
    state: (): Hits => ({ searches: 0, hits: 0 }),
    events: type<string>(),
    commands: {
      search: (state, { ms, hits }: Query, { emit }) => {
        emit(`search for ${hits}`);
        return effect({ ...state, searches: state.searches + 1 }, {
          policy,
          concurrency: 2,
          run: () => concat(timer(ms, scheduler), hits < 0 ? throwError(() => new Error('no hits')) : of(hits)),
          done: (then: Hits, found) => reply({ ...then, hits: then.hits + found }, then.hits + found),
          failed: (then: Hits) => ({ ...then, hits: -1 }),
        });
      },
      ring: (state, ms: number, { emit }) => {
        emit('rung');
        return replyLater({ ...state, searches: 0 }, timer(ms, scheduler).pipe(map(() => ms)));
      },
      forget: () => ({ searches: 0, hits: 0 }),
    },
  }, options);
}

/** What goes by time, and what a store sends to itself: ticks, named timers, `context.tell`. */
export const clockwork = {
  make: (options: StoreOptions) => createStore({
    name: 'clockwork',
    state: [] as readonly string[],
    commands: {
      note: (notes, what: string, { now }) => [...notes, `${what} at ${now()}`],
      alarm: (notes, ms: number, { timers }) => {
        timers.set('alarm', ms, 'note', 'alarm');
        return notes;
      },
      hush: (notes, _: void, { timers }) => {
        timers.clear('alarm');
        return notes;
      },
      twice: (notes, what: string, { tell }) => {
        tell('note', what);
        tell('note', `${what} again`);
        return notes;
      },
      beat: (notes, _: void, { now }) => [...notes, `beat at ${now()}`],
      stop: (notes, _: void, { stop, tell }) => {
        stop();
        tell('note', 'too late');
        return notes;
      },
    },
    ticks: { beat: 7 },
  }, options),
  check: {
    commands: { note: fc.constantFrom('x', 'y'), alarm: fc.nat(15), hush: undefined, twice: fc.constant('z'), stop: undefined },
    model: {
      init: [] as readonly string[],
      step: (notes: readonly string[], { type: command, payload }: Message, now: number): ModelStep<readonly string[]> => {
        if (command === 'beat') return { state: [...notes, `beat at ${now}`] };
        return { state: command === 'note' ? [...notes, `${String(payload)} at ${now}`] : notes };
      },
    },
  },
};

/** States in between, and an error behind them. */
export const steps = {
  make: (options: StoreOptions) => createStore({
    name: 'steps',
    state: 0,
    commands: {
      climb: (height, by: number) => timer(0, 2, options.scheduler).pipe(take(by), map((step) => {
        if (step > 3) throw new RangeError('too high');
        return reply(height + step, height + step);
      })),
    },
  }, options),
  check: {
    commands: { climb: fc.nat(6) },
    model: {
      init: 0,
      step: (height: number, { payload }: Message): ModelStep<number> => {
        const by = payload as number;
        if (by > 4) return { state: height + 3, error: new RangeError('too high') };
        const state = height + Math.max(0, by - 1);
        return { state, reply: by === 0 ? undefined : state };
      },
    },
  },
};
