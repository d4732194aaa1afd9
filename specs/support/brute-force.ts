/** Small histories of a register, and whether they're linearizable by trying all orders. */
import fc from 'fast-check';
import type { History, LinearModel, LinearStep, Operation } from 'ownstate/testing';

/** A number that can be set, added to, swapped and read; `fail` always fails. */
export const register: LinearModel<number> = {
  init: 0,
  step: (value, { type, payload }) => {
    switch (type) {
      case 'set': return { state: payload as number };
      case 'add': return { state: value + (payload as number), reply: value + (payload as number) };
      case 'swap': return { state: payload as number, reply: value };
      case 'fail': return { state: value, error: new RangeError('no') };
      default: return { state: value, reply: value };
    }
  },
};

const permutations = <T>(items: readonly T[]): T[][] => items.length === 0 ? [[]]
  : items.flatMap((item, i) => permutations(items.filter((_, j) => j !== i)).map((rest) => [item, ...rest]));

const subsets = <T>(items: readonly T[]): T[][] => items.reduce<T[][]>((all, item) => [...all, ...all.map((some) => [...some, item])], [[]]);

/** Whether an order keeps to the times and explains all answers. */
export function explains(order: readonly Operation[], { init, step }: LinearModel<number>): boolean {
  const late = order.some((b, i) => order.slice(i + 1).some((a) => a.outcome !== 'unknown' && (a.ended ?? Infinity) < b.began));
  if (late) return false;
  let state = init;
  return order.every((operation) => {
    const next: LinearStep<number> = step(state, operation);
    state = next.state;
    if (operation.outcome === 'unknown') return true;
    if (operation.outcome !== 'replied') return 'error' in next;
    return !('error' in next) && next.reply === operation.reply;
  });
}

/** All orders of all that may have happened, one after the other. */
export function bruteForce({ operations }: History, model: LinearModel<number>): boolean {
  const musts = operations.filter(({ outcome }) => outcome === 'replied' || outcome === 'failed');
  return subsets(operations.filter(({ outcome }) => outcome === 'unknown'))
    .some((happened) => permutations([...musts, ...happened]).some((order) => explains(order, model)));
}

/** Small histories, a good part of which is linearizable: two values, and answers that are often right. */
export const histories = (most: number): fc.Arbitrary<History> => fc.array(fc.record({
  client: fc.constantFrom('ann', 'bob', 'cyd'),
  command: fc.oneof(
    fc.record({ type: fc.constant('set'), payload: fc.nat(2), answer: fc.constant(undefined) }),
    fc.record({ type: fc.constant('get'), payload: fc.constant(undefined), answer: fc.nat(2) }),
    fc.record({ type: fc.constant('swap'), payload: fc.nat(2), answer: fc.nat(2) }),
    fc.record({ type: fc.constant('add'), payload: fc.constant(1), answer: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ type: fc.constant('fail'), payload: fc.constant(undefined), answer: fc.constant(undefined) }),
  ),
  began: fc.nat(12),
  took: fc.nat(8),
  fate: fc.constantFrom('known', 'known', 'known', 'unknown', 'never'),
}), { maxLength: most }).map((drafts) => ({
  operations: drafts.map(({ client, command: { type, payload, answer }, began, took, fate }): Operation => {
    const message = { client, type, payload, began };
    if (fate === 'unknown' || fate === 'never') return { ...message, outcome: fate, ended: began + took };
    return type === 'fail' ? { ...message, outcome: 'failed', ended: began + took, error: new RangeError('no') }
      : { ...message, outcome: 'replied', ended: began + took, reply: answer };
  }),
}));
