/** Moments at which the state of a history is certain, against all orders of small histories. */
import fc from 'fast-check';
import type { Operation } from 'ownstate/testing';
import { describe, expect, it } from 'vitest';
import { certainty } from '../../../lib/testing/linearizable/certainty.js';
import { Judge } from '../../../lib/testing/linearizable/model.js';
import { bars } from '../../support/bars.js';
import { bruteForce, histories, register } from '../../support/brute-force.js';

/** The moments of a diagram before its last operation: the place, the state, and what has happened of what is open. */
function momentsOf(diagram: string): string[] {
  const judge = new Judge(register);
  const { operations } = bars(diagram);
  return certainty(judge, operations, operations.at(-1)!, judge.numberOf(0), { steps: 1000 }).slice(1)
    .map(({ at, state, happened }) => [at, judge.stateOf(state), ...[...happened].map(({ client }) => client)].join(' '));
}

describe('a state is certain', () => {
  it('after each of the operations of one client', () => {
    expect(momentsOf('ann [set 1] [set 2] [get >2]')).toEqual(['10 1', '18 2']);
  });

  it('when the replies leave no choice, also while something is open', () => {
    expect(momentsOf(`
      ann [add 1 >1]    [add 1 >3]
      bob     [add 1  >2        ]
      cyd                           [get >3]`)).toEqual(['19 1', '32 2', '33 3']);
  });

  it('not after writes that overlap, but after the read that tells', () => {
    expect(momentsOf(`
      ann [set 1  ]
      bob [set 2  ]
      cyd            [get >2] [get >2]`)).toEqual(['28 2']);
  });

  it('where what may still happen can happen later as well', () => {
    expect(momentsOf(`
      ann [set 1 ?
      bob            [set 2] [set 3] [get >1]`)).toEqual(['27 2', '35 3']);
  });

  it('not where it could only have happened before', () => {
    expect(momentsOf(`
      ann [set 1 ?
      bob            [get >1] [get >1]`)).toEqual(['28 1 ann']);
  });
});

it('from a certain moment on, as much has an explanation as from the begin', () => {
  let moments = 0;
  fc.assert(fc.property(histories(6), fc.integer({ min: -1, max: 3 }), ({ operations }, answer) => {
    const culprit: Operation = { client: 'dan', type: 'get', payload: undefined, began: 30, ended: 31, outcome: 'replied', reply: answer };
    const happening = [...operations.filter(({ outcome }) => outcome !== 'never'), culprit];
    const judge = new Judge(register);
    const whole = bruteForce({ operations: happening }, register);
    for (const { at, state, happened } of certainty(judge, happening, culprit, judge.numberOf(0), { steps: 100_000 })) {
      const left = happening.filter((operation) => !happened.has(operation) && (operation.outcome === 'unknown' || (operation.ended ?? Infinity) > at));
      expect(bruteForce({ operations: left }, { ...register, init: judge.stateOf(state) })).toBe(whole);
      if (at > -Infinity) moments++;
    }
  }), { numRuns: 300 });
  expect(moments).toBeGreaterThan(50);
});

it('nothing is certain beyond the budget', () => {
  const judge = new Judge(register);
  const { operations } = bars('ann [set 1] [set 2] [get >2]');
  expect(certainty(judge, operations, operations[2]!, judge.numberOf(0), { steps: 0 })).toHaveLength(1);
});
