/** What checkStore sees of a handler besides its reply: its events though its asker has gone, and what it does to its payload. */
import fc from 'fast-check';
import { createStore, effect, reply, type, type Message, type StoreOptions } from 'ownstate';
import { checkStore, type ModelStep } from 'ownstate/testing';
import { firstValueFrom, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { lines, tableOf } from '../support/reports.js';

describe('the events of a command whose asker has given up', () => {
  /** What it emits and leaves behind once it's aborted. */
  const make = (emits: readonly string[], folds: boolean) => (options: StoreOptions) => createStore({
    name: 'late',
    state: 0,
    events: type<string>(),
    commands: {
      add: async (n, by: number, { emit, signal }) => {
        await firstValueFrom(timer(by, options.scheduler));
        (signal.aborted ? emits : ['ok', 'done']).forEach(emit);
        return signal.aborted && !folds ? n : n + by;
      },
    },
  }, options);
  const check = {
    commands: { add: fc.integer({ min: 1, max: 9 }) },
    model: {
      init: 0,
      step: (n: number, { payload = 0 }: Message<string, number>): ModelStep<number> => ({ state: n + payload, events: ['ok', 'done'] }),
    },
  };

  it('are those of the model where it is folded', async () => {
    await checkStore(make(['ok', 'done'], true), check, { runs: 40 });
    expect(await tableOf(make(['wrong'], true), check)).toBe(lines(`
      Expected late to do what its model does; it differs in what \`add\` announces:

        client       at    command  payload  expected                                 got
      ✗ aborts at 0  0 ms  add      1        done or not, emits ['ok', 'done'] or []  AskAbortedError, begun, emits ['wrong']
    `));
    await expect(tableOf(make([], true), check)).resolves.toContain('it differs in the state after `add`');
  });

  it('are those of the model or none where it is not', async () => {
    await checkStore(make(['ok', 'done'], false), check, { runs: 40 });
    await checkStore(make([], false), check, { runs: 40 });
    expect(await tableOf(make(['ok'], false), check)).toContain("emits ['ok', 'done'] or []  AskAbortedError, begun, emits ['ok']");
  });
});

interface Order {
  by: number;
}

describe('a payload', () => {
  const check = {
    commands: { add: fc.record({ by: fc.nat(9) }) },
    model: {
      init: 0,
      step: (n: number, { payload = { by: 0 } }: Message<string, Order>): ModelStep<number> => ({ state: n + payload.by, reply: n + payload.by }),
    },
  };

  it('that its handler changes is found', async () => {
    const make = (options: StoreOptions) => createStore({
      name: 'greedy',
      state: 0,
      commands: {
        add: (n, order: Order) => {
          const { by } = order;
          order.by = 0;
          return reply(n + by, n + by);
        },
      },
    }, options);
    expect(await tableOf(make, check)).toBe(lines(`
      Expected greedy to do what its model does; it differs in the payload of \`add\`, which its handler changes:

        client  at    command  payload    expected              got
      ✗ plain   0 ms  add      { by: 1 }  1, payload { by: 1 }  1, payload { by: 0 }
    `));
  });

  it('that a handler changes after its first await, and then fails, is found', async () => {
    const make = (options: StoreOptions) => createStore({
      state: 0,
      commands: {
        add: async (n, order: Order) => {
          await firstValueFrom(timer(1, options.scheduler));
          if (order.by++ > 4) throw new RangeError('too many');
          return n;
        },
      },
    }, options);
    const table = await tableOf(make, {
      commands: check.commands,
      model: {
        init: 0,
        step: (n, { payload }) => {
          if (payload.by > 4) throw new RangeError('too many');
          return { state: n };
        },
      },
    });
    expect(table).toContain('the payload of `add`, which its handler changes');
  });

  it('may become the state, and be changed with it', () => checkStore(
    (options) => createStore({
      state: (): Order[] => [],
      view: (orders) => orders.map((order) => order.by),
      commands: {
        add: (orders, order: Order) => effect([...orders, order], { run: () => timer(2, options.scheduler), done: (now) => now }),
        double: (orders) => {
          for (const order of orders) order.by *= 2;
          return orders;
        },
      },
    }, options),
    {
      commands: { add: check.commands.add, double: undefined },
      model: {
        init: [] as readonly number[],
        step: (all: readonly number[], { type: command, payload }: Message<string, Order | undefined>): ModelStep<readonly number[]> =>
          command === 'double' ? { state: all.map((by) => by * 2) } : { state: [...all, payload!.by], later: (now) => ({ state: now }) },
      },
    },
  ));

  it('that holds what no copy is the same as is left alone', () => {
    const symbol = Symbol('an instance');
    const holder = new (class { value: unknown = symbol; })();
    return checkStore(
      (options) => createStore({
        state: 0,
        commands: {
          put: (n, { holder, keys }: { readonly holder: { value: unknown }; readonly keys: Map<object, number> }) => {
            holder.value = n;
            keys.clear();
            return n + 1;
          },
        },
      }, options),
      {
        commands: { put: fc.record({ holder: fc.constant(holder), keys: fc.constant(new Map([[{}, 1]])) }) },
        model: { init: 0, step: (n) => ({ state: n + 1 }) },
      },
      { runs: 10 },
    );
  });
});

describe('a store that copies its payload', () => {
  it('passes with the records of fast-check, which have no prototype', () => checkStore(
    (options) => createStore({
      state: [] as readonly Order[], commands: { add: (orders, order: Order) => reply([...orders, { ...order }], { ...order }) },
    }, options),
    {
      commands: { add: fc.record({ by: fc.nat(9) }) },
      model: { init: [] as readonly Order[], step: (orders, { payload }) => ({ state: [...orders, payload], reply: payload }) },
    },
  ));
});

describe('a difference that the table does not show', () => {
  it('is named below it: deep in a state, or far into a reply', async () => {
    const deep = (d: number) => ({ a: { b: { c: { d } } } });
    const make = (options: StoreOptions) => createStore({
      name: 'deep', state: deep(0), commands: { dig: (_, by: number) => deep(by > 4 ? 1 : 0) },
    }, options);
    expect(await tableOf(make, { commands: { dig: fc.nat(9) }, model: { init: deep(0), step: (state) => ({ state }) } })).toMatch(
      /\n✗ plain {3}0 ms {2}dig .*\n\nWhat was expected and what was got differ at `a\.b\.c\.d`: 0, 1$/,
    );
    const long = (end: string) => `${'x'.repeat(90)}${end}`;
    const talks = (options: StoreOptions) => createStore({ name: 'long', state: 0, commands: { talk: (n) => reply(n, long('b')) } }, options);
    expect(await tableOf(talks, { commands: { talk: undefined }, model: { init: 0, step: (state) => ({ state, reply: long('a') }) } }))
      .toMatch(/\n\nWhat was expected and what was got differ at `.*`: 'a', 'b'$/);
  });
});
