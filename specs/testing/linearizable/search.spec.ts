/** The search for an order: what may have happened, until when, and which of it is alike. */
import type { Operation } from 'ownstate/testing';
import { expect, it } from 'vitest';
import { Judge } from '../../../lib/testing/linearizable/model.js';
import { Search } from '../../../lib/testing/linearizable/search.js';
import { bars } from '../../support/bars.js';
import { register } from '../../support/brute-force.js';

/** The verdict on a diagram in which what some clients do may have happened, or not. */
function verdictOf(diagram: string, optional: readonly string[]): string {
  const judge = new Judge(register);
  const isMay = ({ client }: Operation) => optional.includes(client);
  const { operations } = bars(diagram);
  return new Search(judge, operations.filter((operation) => !isMay(operation)), operations.filter(isMay)).run(judge.numberOf(0), { steps: 1000 }).verdict;
}

it.each<[string, string, string]>([
  ['without an answer may happen at any later time', 'bob [set 1 ?\nann           [set 2] [get >1]', 'explained'],
  ['with an answer does not happen after its end', 'bob [set 1]\nann           [set 2] [get >1]', 'refuted'],
  ['with an answer happens before its end', 'bob [set 1       ]\nann [set 2] [get >1]', 'explained'],
  ['with an answer may not have happened', 'bob [set 1]\nann           [get >0]', 'explained'],
  ['with an answer happens beside one that begins where it ends', 'bob   [set 1]\nann [set 2 ][get >1]', 'explained'],
])('what is optional, and %s', (_title, diagram, verdict) => {
  expect(verdictOf(diagram, ['bob'])).toBe(verdict);
});

it('of optional ones that are alike each has its own end', () => {
  expect(verdictOf('bob [set 1]\ncyd                    [set 1  ]\nann            [set 2]  [get >1]', ['bob', 'cyd'])).toBe('explained');
});

it('operations are alike by type, payload and outcome, unless the model judges their answers itself', () => {
  const [ann, bob, cyd, dan] = bars('ann [set 1]\nbob [set 1]\ncyd [set 1 ?\ndan [set 1 ?').operations as [Operation, Operation, Operation, Operation];
  const alike = (judge: Judge<number, Operation>, a: Operation, b: Operation) => judge.kindOf(a) === judge.kindOf(b);
  const plain = new Judge<number, Operation>(register);
  expect([alike(plain, ann, bob), alike(plain, cyd, dan), alike(plain, ann, cyd)]).toEqual([true, true, false]);
  const own = new Judge<number, Operation>({ ...register, matches: (_, { client }) => client === 'ann' });
  expect([alike(own, ann, bob), alike(own, cyd, dan), alike(own, ann, cyd)]).toEqual([false, true, false]);
});
