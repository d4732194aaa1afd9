/**
 * Each id once. What came of a command that has an id is remembered, refusals too, and a repetition is answered from
 * memory:
 *
 * ```
 *   id not known                          done, and remembered
 *   id known, the same fields             the same answer again; nothing is done
 *   id known, other fields                IdConflictError
 *   a payload that can't be one           InvalidPayloadError; neither looked up nor remembered
 * ```
 *
 * A refusal that is remembered changes the state: it's a commit whose reply fails, not a handler that throws.
 */
import { throwError } from 'rxjs';
import { reply, replyLater, type Context, type Outcome } from '../../index.js';
import { IdConflictError, RefusedError } from '../errors.js';
import { checkObject, checkString } from '../structures/check-payload.js';
import { receipt, type Book, type Posted } from './book.js';
import { holdOf, type HeldMoney } from './holds.js';
import type { Fields, Operation } from './operations.js';
import { fieldsOf, refusalOf, type LedgerRefusal, type RefusalFields } from './refusals.js';
import type { Hold, LedgerEvent, Once, Transaction } from './types.js';

/** What a book keeps of an operation; of a batch, that of each of its operations. */
export type Piece = Posted | HeldMoney;
export type Kept = Piece | readonly Piece[];

/** What is said of it. */
export type Said = Transaction | Hold;

/** What is remembered with an id. */
export interface Memo {
  /** Those of the payload, and `type`, the command's name. */
  readonly fields: Fields;
  readonly kept: Kept | undefined;
  readonly refusal: RefusalFields | undefined;
}

/** The longest id. */
export const LONGEST_ID = 256;

/** An operation as a copy for whoever asked. */
export function said(kept: Piece): Said {
  return 'transaction' in kept ? receipt(kept) : holdOf(kept);
}

/** Does an operation, once if it has an id; `show` makes the reply of what the book keeps of it. */
export function once<P extends Once, K extends Kept, R>(
  book: Book, type: string, operation: Operation<P, K>, payload: P, context: Context<LedgerEvent>, show: (kept: K) => R,
): Outcome<Book, R> {
  checkObject(payload);
  operation.check(payload, '');
  const { id } = payload;
  const now = book.time(context);
  if (id === undefined) {
    try {
      const kept = operation.run(book, payload, now, id);
      book.commit(context);
      return reply(book, show(kept));
    } catch (error) {
      book.rollback();
      throw error;
    }
  }
  checkString(id, 'id', LONGEST_ID);
  const fields = { type, ...operation.fields(payload) };
  const memo = book.ids.get(id);
  if (memo !== undefined) {
    const field = difference(memo.fields, fields);
    if (field !== undefined) throw new IdConflictError(id, field);
    // A cast: with the same type comes what that operation keeps.
    return memo.refusal === undefined ? reply(book, show(memo.kept as K)) : refused(book, refusalOf(memo.refusal));
  }
  try {
    const kept = operation.run(book, payload, now, id);
    book.ids.add(id, { fields, kept, refusal: undefined });
    book.commit(context);
    return reply(book, show(kept));
  } catch (error) {
    book.rollback();
    if (!(error instanceof RefusedError)) throw error;
    // A cast: operations fail with no others.
    const refusal = error as LedgerRefusal;
    book.ids.add(id, { fields, kept: undefined, refusal: fieldsOf(refusal) });
    book.commit(context);
    return refused(book, refusal);
  }
}

function refused<R>(book: Book, refusal: LedgerRefusal): Outcome<Book, R> {
  return replyLater(book, throwError(() => refusal));
}

/** Name of the first field that isn't the same. */
function difference(one: Fields, other: Fields): string | undefined {
  // With the same `type`, which comes first, come the same names. (A dump leaves out what is `undefined`.)
  for (const name of Object.keys(other)) {
    const [a, b] = [one[name], other[name]];
    if (!Array.isArray(a) || !Array.isArray(b)) {
      if (a !== b) return name;
      continue;
    }
    if (a.length !== b.length) return name;
    // Casts: an array of operations, of which each has fields.
    const operations = b as Fields[];
    for (const [index, fields] of (a as Fields[]).entries()) {
      const inner = difference(fields, operations[index]!);
      if (inner !== undefined) return `${name}[${index}].${inner}`;
    }
  }
  return undefined;
}
