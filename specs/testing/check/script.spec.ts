/** What is among the random scripts of checkStore. */
import fc from 'fast-check';
import { createStore, reply, type Message, type Phase, type StoreOptions } from 'ownstate';
import { checkStore, type ModelStep } from 'ownstate/testing';
import { map, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** A store that adds one too many while it drains. */
function careless(options: StoreOptions) {
  const phase = (): Phase => store.status().phase;
  const store = createStore({
    state: 0,
    commands: {
      add: (n, by: number) => {
        const next = n + by + (phase() === 'open' ? 0 : 1);
        return reply(next, next);
      },
      slow: (n, ms: number) => timer(ms, options.scheduler).pipe(map(() => n)),
    },
  }, options);
  return store;
}

describe('the scripts of a check', () => {
  it('end often enough while something waits that a store which errs only then is found by each of five seeds', async () => {
    const check = {
      commands: { add: fc.nat(9), slow: fc.nat(9) },
      model: {
        init: 0,
        step: (n: number, { type, payload = 0 }: Message<string, number>): ModelStep<number> =>
          type === 'add' ? { state: n + payload, reply: n + payload } : { state: n },
      },
    };
    for (let seed = 1; seed <= 5; seed++) await expect(checkStore(careless, check, { seed })).rejects.toThrow(/ shutdown /);
  });
});
