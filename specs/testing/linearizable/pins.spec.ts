/** Operations after which only one state is possible, against all orders of small histories. */
import fc from 'fast-check';
import type { LinearModel, Operation } from 'ownstate/testing';
import { describe, expect, it } from 'vitest';
import { Judge } from '../../../lib/testing/linearizable/model.js';
import { pins } from '../../../lib/testing/linearizable/pins.js';
import { bars } from '../../support/bars.js';
import { bruteForce, histories, register } from '../../support/brute-force.js';

/** The pins of a diagram before its last operation: the client, the type, the state. */
function pinsOf(diagram: string): string[] {
  const judge = new Judge(register);
  const { operations } = bars(diagram);
  return pins(judge, operations, operations.at(-1)!, judge.numberOf(0), { steps: 1000 })
    .map(({ operation, state }) => `${operation.client} ${operation.type} ${String(judge.stateOf(state))}`);
}

describe('a state is pinned', () => {
  it('by a write, and by a read of it, whatever overlaps', () => {
    expect(pinsOf(`
      ann [set 1         ]
      bob   [set 2          ]
      cyd      [get >2 ]
      dan                     [get >2]`)).toEqual(['cyd get 2', 'ann set 1', 'bob set 2']);
  });

  it('by an update that could only have come after one state', () => {
    expect(pinsOf(`
      ann [add 1       >1]
      bob  [add 1     >2]
      cyd                   [get >2]`)).toEqual(['bob add 2', 'ann add 1']);
  });

  it('not where there is a choice', () => {
    expect(pinsOf(`
      ann [set 1     ?
      bob  [fail     !
      cyd                   [get >2]`)).toEqual([]);
  });
});

it('no order of what came before has another state right after a pin', () => {
  let pinned = 0;
  fc.assert(fc.property(histories(6), ({ operations }) => {
    const culprit: Operation = { client: 'dan', type: 'get', payload: undefined, began: 30, ended: 31, outcome: 'replied', reply: 0 };
    const before = operations.filter(({ outcome }) => outcome !== 'never');
    const judge = new Judge(register);
    for (const { operation, state } of pins(judge, [...before, culprit], culprit, judge.numberOf(0), { steps: 100_000 })) {
      pinned++;
      // With that state refused there, nothing is explained.
      const marked = before.map((other): Operation => other === operation ? { ...other, payload: operation } : other);
      const other: LinearModel<number> = {
        init: 0,
        step: (value, message) => {
          if (message.payload !== operation) return register.step(value, message);
          const step = register.step(value, { type: operation.type, payload: operation.payload });
          return step.state !== judge.stateOf(state) ? step : 'error' in step ? { state: value, reply: 'refused' } : { state: value, error: 'refused' };
        },
      };
      expect(bruteForce({ operations: marked }, other)).toBe(false);
    }
  }), { numRuns: 300 });
  expect(pinned).toBeGreaterThan(100);
});

it('nothing is pinned beyond the budget', () => {
  const judge = new Judge(register);
  const { operations } = bars('ann [set 1] [set 2] [get >2]');
  expect(pins(judge, operations, operations[2]!, judge.numberOf(0), { steps: -1 })).toEqual([]);
});

it('nothing is pinned where endlessly many states are possible', () => {
  const judge = new Judge<number, { readonly type: string }>({ init: 0, step: (n) => ({ state: n + 1 }) });
  const { operations } = bars('ann [add ?\nbob          [set] [set]');
  expect(pins(judge, operations, operations[2]!, judge.numberOf(0), { steps: 1_000_000 })).toEqual([]);
});
