/** What a ledger refuses for its state's sake: remembered with an id, so that a repetition is refused in the same way. */
import {
  AccountClosedError, AccountFrozenError, AccountNotFoundError, AlreadyReversedError, BatchFailedError, HoldEndedError, HoldExceededError,
  HoldNotFoundError, InsufficientFundsError, LedgerFullError, TransactionNotFoundError,
} from '../errors.js';

/** The errors by which an operation that has an id may fail for the state's sake. */
export type LedgerRefusal =
  | AccountNotFoundError | AccountFrozenError | AccountClosedError | InsufficientFundsError | LedgerFullError | HoldNotFoundError
  | HoldEndedError | HoldExceededError | TransactionNotFoundError | AlreadyReversedError | BatchFailedError;

/** What such an error carries, as a value. */
export type RefusalFields<E extends LedgerRefusal = LedgerRefusal> = E extends BatchFailedError
  ? { readonly code: E['code']; readonly index: number; readonly cause: Exclude<RefusalFields, { readonly code: 'BATCH_FAILED' }> }
  : E extends LedgerRefusal ? Omit<E, 'name' | 'message' | 'stack' | 'cause'> : never;

/** An error that says the same once more. */
export function refusalOf(fields: RefusalFields): LedgerRefusal {
  switch (fields.code) {
    case 'ACCOUNT_NOT_FOUND': return new AccountNotFoundError(fields.account);
    case 'ACCOUNT_FROZEN': return new AccountFrozenError(fields.account);
    case 'ACCOUNT_CLOSED': return new AccountClosedError(fields.account);
    case 'INSUFFICIENT_FUNDS': return new InsufficientFundsError(fields.account, fields.amount, fields.available);
    case 'LEDGER_FULL': return new LedgerFullError(fields.of, fields.limit);
    case 'HOLD_NOT_FOUND': return new HoldNotFoundError(fields.hold);
    case 'HOLD_ENDED': return new HoldEndedError(fields.hold, fields.status);
    case 'HOLD_EXCEEDED': return new HoldExceededError(fields.hold, fields.amount, fields.held);
    case 'TRANSACTION_NOT_FOUND': return new TransactionNotFoundError(fields.transaction);
    case 'ALREADY_REVERSED': return new AlreadyReversedError(fields.transaction, fields.reversedBy);
    case 'BATCH_FAILED': return new BatchFailedError(fields.index, refusalOf(fields.cause));
  }
}

/** What an error carries, as a value. */
export function fieldsOf(error: LedgerRefusal): RefusalFields {
  // Casts: the fields of an error are those of its class. Its name and its message follow from them.
  const fields = Object.fromEntries(Object.entries(error).filter(([name]) => name !== 'name')) as unknown;
  return (error.code === 'BATCH_FAILED' ? { code: error.code, index: error.index, cause: fieldsOf(error.cause as LedgerRefusal) } : fields) as RefusalFields;
}
