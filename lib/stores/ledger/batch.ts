/** Operations that belong together: all are done, or none. */
import { BatchFailedError, RefusedError } from '../errors.js';
import { check, checkObject, checkOneOf } from '../structures/check-payload.js';
import type { Piece } from './once.js';
import { OPERATIONS, type Operation } from './operations.js';
import type { Batch, BatchOperation } from './types.js';

/** The most operations of a batch. */
const MOST = 1000;

const TYPES = Object.keys(OPERATIONS);

/** The operation of a payload in a batch. (A cast: by its type goes which payload it takes.) */
function operationOf({ type }: BatchOperation): Operation<BatchOperation, Piece> {
  return OPERATIONS[type] as unknown as Operation<BatchOperation, Piece>;
}

export const BATCH: Operation<Batch, readonly Piece[]> = {
  fields: ({ operations }) => ({
    operations: operations.map((operation) => ({ type: operation.type, ...operationOf(operation).fields(operation) })),
  }),
  check: ({ operations }) => {
    check(Array.isArray(operations) && operations.length > 0 && operations.length <= MOST, 'operations', `an array of 1 to ${MOST} operations`, operations);
    // A cast: `isArray` makes an array of anything of it.
    for (const [index, operation] of (operations as Batch['operations']).entries()) {
      const at = `operations[${index}].`;
      checkObject(operation, `operations[${index}]`);
      checkOneOf(operation.type, `${at}type`, ...TYPES);
      // It would be a mistake to rely on it.
      const { id } = operation as { readonly id?: unknown };
      check(id === undefined, `${at}id`, 'left out, since the batch has one', id);
      operationOf(operation).check(operation, at);
    }
  },
  run: (book, { operations }, now, id) => operations.map((operation, index) => {
    try {
      return operationOf(operation).run(book, operation, now, id);
    } catch (error) {
      throw error instanceof RefusedError ? new BatchFailedError(index, error) : error;
    }
  }),
};
