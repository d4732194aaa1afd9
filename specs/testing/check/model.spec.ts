/** Models that checkStore can't go by are refused; and what a model does to its state and payload harms nothing. */
import fc from 'fast-check';
import { createStore, effect, type Message, type StoreOptions } from 'ownstate';
import { checkStore, type ModelStep, type StoreModel } from 'ownstate/testing';
import { map, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';

const list = (options: StoreOptions) => createStore({
  state: [] as readonly number[],
  commands: {
    push: (items, item: number) => [...items, item],
    slowly: (items, item: number) => timer(item, options.scheduler).pipe(map(() => [...items, item])),
    later: (items, item: number) => effect(items, { run: () => timer(1, options.scheduler), done: (now) => [...now, item] }),
  },
}, options);

describe('a model that gives no steps is refused, not the store', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['[]', []],
    ['5', 5],
    ['null', null],
    ['{ reply: 1 }', { reply: 1 }],
    ["[{ state: [] }, 'other']", [{ state: [] }, 'other']],
    ['a promise', Promise.resolve({ state: [] })],
  ])('%s', async (text, steps) => {
    const commands = { push: fc.nat(9), later: fc.nat(9) };
    const check = (model: StoreModel<readonly number[], Message<string, number>>) => checkStore(list, { commands, model }, { seed: 1 });
    const message = (name: string, command: string) =>
      new TypeError(`Expected \`${name}\` to give an object with \`state\` for \`${command}\`, or some of them, got ${text}`);
    const wrong = (): never => steps as never;
    await expect(check({
      init: [], step: (items, { type, payload = 0 }) => type === 'push' ? wrong() : { state: items, later: (now) => ({ state: [...now, payload] }) },
    })).rejects.toThrow(message('step', 'push'));
    await expect(check({
      init: [], step: (items, { type, payload = 0 }) => type === 'push' ? { state: [...items, payload] } : { state: items, later: wrong },
    })).rejects.toThrow(message('later', 'later'));
  });
});

describe('what a model says of an effect that is given up while it waits in its lane', () => {
  type Model = StoreModel<number, Message<string, number>>;
  const check = (givenUp: Pick<ModelStep<number>, 'givenUp'>) => checkStore(
    (options) => createStore({
      state: 0,
      commands: {
        wait: (n, ms: number) => effect(n + 1, { run: () => timer(ms, options.scheduler), done: (now) => now - 1, failed: (now) => now + 100 }),
      },
    }, options),
    {
      commands: { wait: fc.nat(9) },
      model: { init: 0, step: (n) => ({ state: n + 1, later: (now) => ({ state: now - 1 }), ...givenUp }) } satisfies Model,
    },
    { seed: 1 },
  );

  it('is held against the store', async () => {
    await check({ givenUp: (now) => ({ state: now + 100 }) });
    await expect(check({ givenUp: (now) => ({ state: now + 99 }) })).rejects.toThrow('it differs in the state after `wait`');
    await expect(check({})).rejects.toThrow('it differs in the state after `wait`');
  });

  it('is refused if it is no step', async () => {
    await expect(check({ givenUp: () => 5 as never })).rejects.toThrow(
      new TypeError('Expected `givenUp` to give an object with `state` for `wait`, or some of them, got 5'),
    );
  });
});

describe('a model that changes its state in place', () => {
  it('does what it says, from the same first state in each run, and however many states are possible', async () => {
    const init: number[] = [];
    const model: StoreModel<number[], Message<string, number>> = {
      init,
      step: (items, { type, payload = 0 }) => {
        const then = (state: number[]) => {
          state.push(payload);
          return { state };
        };
        return type === 'later' ? { state: items, later: then } : then(items);
      },
      view: (items) => items.reverse().reverse(),
    };
    await checkStore(list, { commands: { push: fc.nat(9), slowly: fc.nat(9), later: fc.nat(9) }, model }, { runs: 50 });
    expect(init).toEqual([]);
  });

  it('keeps what its view does to it to the view', () => checkStore(
    (options) => createStore({
      state: [] as readonly number[], commands: { push: (items, item: number) => [...items, item] }, view: ([first = 0]) => first,
    }, options),
    {
      commands: { push: fc.nat(9) },
      model: { init: [] as number[], step: (items, { payload }) => ({ state: [...items, payload] }), view: (items) => items.splice(0)[0] ?? 0 },
    },
    { runs: 20 },
  ));

  it('keeps what no name leads to', () => {
    const secret = Symbol('secret');
    return checkStore(
      (options) => createStore({ state: 0, commands: { next: (n) => n + 1 } }, options),
      {
        commands: { next: undefined },
        model: { init: { [secret]: 0 }, step: (state) => ({ state: { [secret]: state[secret] + 1 } }), view: (state) => state[secret] },
      },
      { runs: 20 },
    );
  });
});
