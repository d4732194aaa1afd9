/** Refuses what is no history. */
import type { History, Operation } from './operation.js';
import { show } from './show.js';
import { expect } from './expect.js';

const OUTCOMES: readonly unknown[] = ['replied', 'failed', 'unknown', 'never'];

/** @throws TypeError @internal */
export function checkHistory(history: History): void {
  const { operations } = Object(history) as Partial<History>;
  expect(Array.isArray(operations), 'history.operations', 'an array', operations);
  for (const operation of operations ?? []) {
    expect(typeof operation === 'object' && operation !== (null as unknown), 'history.operations', 'an array of operations', operation);
    checkOperation(operation);
  }
}

function checkOperation(operation: Operation): void {
  const { client, type, began, ended = Infinity, outcome } = operation;
  for (const [name, value] of [['client', client], ['type', type]] as const) {
    if (typeof value !== 'string') throw new TypeError(`Expected the ${name} of an operation to be a string, got ${show(operation)}`);
  }
  if (!OUTCOMES.includes(outcome)) {
    throw new TypeError(`Expected the outcome of an operation to be replied, failed, unknown or never, got ${show(operation)}`);
  }
  const open = outcome === 'unknown' || outcome === 'never';
  if (!Number.isFinite(began) || !(ended >= began) || (!open && ended === Infinity)) {
    throw new TypeError(`Expected an operation to begin, and not to end before, got ${show(operation)}`);
  }
}
