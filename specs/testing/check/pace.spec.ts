/** Stores that never come to rest, found by checkStore. */
import fc from 'fast-check';
import { createStore, type HandlerOutcome, type Message, type StoreOptions } from 'ownstate';
import { checkStore, type ModelStep } from 'ownstate/testing';
import { describe, expect, it } from 'vitest';

const check = {
  commands: { call: fc.nat(9) },
  model: { init: 0, step: (n: number, { payload = 0 }: Message<string, number>): ModelStep<number> => ({ state: n + payload }) },
};

/** A store that hears itself, from a payload of 6 on. */
const echo = (answer: (next: number) => HandlerOutcome<number>) => (options: StoreOptions) => createStore({
  name: 'echo',
  state: 0,
  commands: {
    call: (n, by: number, { tell }): HandlerOutcome<number> => {
      if (by > 5) tell('call', by);
      return answer(n + by);
    },
  },
}, options);

describe('a handler that tells its own store without end is stopped, and named', () => {
  const message = /^Expected `call` to come to an end, got 100000 handlers begun without a pause: do handlers tell their own store without end\?\n/;

  it('where it answers at once, even if the store was made without the signal', async () => {
    const make = echo((next) => next);
    await expect(checkStore(({ scheduler }) => make(scheduler === undefined ? {} : { scheduler }), check, { seed: 1 })).rejects.toThrow(message);
  });

  it('where it answers by promises; and the report says which run it was', async () => {
    const failing = checkStore(echo(async (next) => next), check, { seed: 1 });
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.toThrow(/\n\nRun \d+, shrunk 0 times\. Repeat it by the options \{ seed: 1, path: '\d+' \}$/);
  });
});
