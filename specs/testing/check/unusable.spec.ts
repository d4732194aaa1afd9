/** What checkStore can't hold against a model: it's refused as it is, and not reported as a store that is wrong. */
import fc from 'fast-check';
import { createStore, type Message, type StoreOptions } from 'ownstate';
import { checkStore } from 'ownstate/testing';
import { asyncScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { counter } from '../support/checked-stores.js';

const { make, check } = counter;

describe('a check that cannot be made fails at once with a TypeError', () => {
  it.each<[string, unknown, unknown]>([
    ['Expected `make` to give a store, got {}', () => ({}), check],
    ['Expected `make` to give a store, got undefined', () => undefined, check],
    ['Expected `make` to give a store, got a promise', async (options: StoreOptions) => make(options), check],
    ["Expected `commands` to name commands and queries of the store, got 'pet'", make, { ...check, commands: { get: undefined, pet: undefined } }],
    ["Expected `commands` to name commands and queries of the store, got 'toString'", make, { ...check, commands: { toString: undefined } }],
    ["Expected `commands` to name commands and queries of the store, got 'constructor'", make, { ...check, commands: { constructor: undefined } }],
  ])('%s', async (message, given, checked) => {
    const failing = checkStore(given as typeof make, checked as typeof check);
    await expect(failing).rejects.toThrow(new TypeError(message));
  });

  it('Expected `make` to make a new store for each run, got one that is closed', async () => {
    let store: ReturnType<typeof make> | undefined;
    await expect(checkStore((options) => store ??= make(options), check)).rejects
      .toThrow(new TypeError('Expected `make` to make a new store for each run, got one that is closed'));
  });

  it.each<[string, (options: StoreOptions) => StoreOptions]>([
    ['a store with a time of its own', () => ({})],
    ['a store with a time of its own', (options) => ({ ...options, scheduler: asyncScheduler })],
    ['a store that stays open when its `signal` aborts', ({ scheduler = asyncScheduler }) => ({ scheduler, timeout: Infinity })],
  ])('Expected `make` to pass its options on to `createStore`, got %s', async (got, passed) => {
    await expect(checkStore((options) => make(passed(options)), check, { seed: 1 })).rejects
      .toThrow(new TypeError(`Expected \`make\` to pass its options on to \`createStore\`, got ${got}`));
  });

  it('also if a later command shows it, without looking for a shorter script', async () => {
    let made = 0;
    let most = 0;
    const { model } = check;
    const failing = checkStore((options) => {
      made++;
      return make(options);
    }, {
      commands: { increment: fc.constant(1) },
      model: {
        ...model,
        step: (count: number, message) => {
          most = Math.max(most, count);
          // A cast: what a model without types may do.
          return count < 5 ? model.step(count, message) : undefined as never;
        },
      },
    }, { seed: 1 });
    await expect(failing).rejects.toThrow(/^Expected `step` to give an object with `state` for `increment`, or some of them, got undefined$/);
    expect(most).toBe(5);
    expect(made).toBeLessThan(20);
  });
});

describe('a name that every object has', () => {
  it('is checked like any other where the store has it', () => checkStore(
    (options) => createStore({
      state: 0, commands: { constructor: (n: number) => n + 1, toString: (n: number) => n + 2, ['__proto__']: (n: number) => n + 3 },
    }, options),
    {
      commands: { constructor: undefined, toString: undefined, ['__proto__']: undefined },
      model: { init: 0, step: (n: number, { type }: Message) => ({ state: n + ['constructor', 'toString', '__proto__'].indexOf(type) + 1 }) },
    },
    { runs: 20 },
  ));
});
