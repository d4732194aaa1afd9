/**
 * What may be done with money, alone or in a batch: for each operation which of its fields make it that very one, what its
 * payload has to be, and how it's done. Whatever might refuse it is looked at before anything is changed. The order of
 * the looks is the order of precedence:
 *
 * ```
 *   payload ▶ id ▶ hold or transaction, exists · amount · still open ▶ from, to exist ▶ from, to open ▶ funds ▶ room
 * ```
 */
import { AlreadyReversedError, HoldEndedError, HoldExceededError, HoldNotFoundError, LedgerFullError, TransactionNotFoundError } from '../errors.js';
import { check, checkDuration, checkInteger, checkKey } from '../structures/check-payload.js';
import type { Book, Posted } from './book.js';
import type { HeldMoney } from './holds.js';
import { checkAmount } from './money.js';
import type { Capture, Deposit, HoldMoney, Release, Reverse, Transfer, Withdraw } from './types.js';

/** What is remembered of a payload, by name. */
export type Fields = Readonly<Record<string, unknown>>;

/** An operation on payloads `P`, of which the book keeps an `R`. */
export interface Operation<P, R> {
  /** The fields that a repetition has to have in common, in the order in which a difference is looked for. */
  readonly fields: (payload: P) => Fields;
  /** `at` stands before the names of fields in messages. @throws InvalidPayloadError */
  readonly check: (payload: P, at: string) => void;
  /** `id` is that of the command. @throws RefusedError, before anything is changed */
  readonly run: (book: Book, payload: P, now: number, id: string | undefined) => R;
}

/** All operations that may also be in a batch, by name. */
export interface Operations {
  readonly deposit: Operation<Deposit, Posted>;
  readonly withdraw: Operation<Withdraw, Posted>;
  readonly transfer: Operation<Transfer, Posted>;
  readonly hold: Operation<HoldMoney, HeldMoney>;
  readonly capture: Operation<Capture, Posted>;
  readonly release: Operation<Release, HeldMoney>;
  readonly reverse: Operation<Reverse, Posted>;
}

/** @throws InvalidPayloadError */
function checkMovement({ account, amount }: Deposit, at: string): void {
  checkKey(account, `${at}account`);
  checkAmount(amount, `${at}amount`);
}

/** @throws InvalidPayloadError */
function checkSides({ from, to }: { readonly from: unknown; readonly to: unknown }, at: string): void {
  checkKey(from, `${at}from`);
  checkKey(to, `${at}to`);
  check(from !== to, `${at}to`, 'another account than `from`', to);
}

/** A number that a ledger gave: of a hold, or of a transaction. @throws InvalidPayloadError */
function checkNumber(value: unknown, field: string): void {
  checkInteger(value, field, 1);
}

/** A hold that is still held. @throws HoldNotFoundError, HoldExceededError, HoldEndedError */
function heldOf({ holds }: Book, number: number, amount: bigint | undefined, now: number): HeldMoney {
  const hold = holds.find(number);
  if (hold === undefined) throw new HoldNotFoundError(number);
  if (amount !== undefined && amount > hold.amount) throw new HoldExceededError(number, amount, hold.amount);
  const status = holds.statusOf(hold, now);
  if (status !== 'held') throw new HoldEndedError(number, status);
  return hold;
}

/** The accounts of both sides, one of which may be outside. @throws AccountNotFoundError, AccountFrozenError, AccountClosedError */
function sidesOf(book: Book, from: Transfer['from'] | undefined, to: Transfer['to'] | undefined) {
  const sides = { from: from === undefined ? undefined : book.account(from), to: to === undefined ? undefined : book.account(to) };
  if (sides.from) book.expectOpen(sides.from);
  if (sides.to) book.expectOpen(sides.to);
  return sides;
}

export const OPERATIONS: Operations = {
  deposit: {
    fields: ({ account, amount }) => ({ account, amount }),
    check: checkMovement,
    run: (book, { account, amount }, now, id) => {
      const to = book.account(account);
      book.expectOpen(to);
      return book.post('deposit', undefined, to, amount, now, { id });
    },
  },

  withdraw: {
    fields: ({ account, amount }) => ({ account, amount }),
    check: checkMovement,
    run: (book, { account, amount }, now, id) => {
      const from = book.account(account);
      book.expectOpen(from);
      book.expectFunds(from, amount, now);
      return book.post('withdraw', from, undefined, amount, now, { id });
    },
  },

  transfer: {
    fields: ({ from, to, amount }) => ({ from, to, amount }),
    check: (payload, at) => {
      checkSides(payload, at);
      checkAmount(payload.amount, `${at}amount`);
    },
    run: (book, payload, now, id) => {
      const { amount } = payload;
      const from = book.account(payload.from);
      const to = book.account(payload.to);
      book.expectOpen(from);
      book.expectOpen(to);
      book.expectFunds(from, amount, now);
      return book.post('transfer', from, to, amount, now, { id });
    },
  },

  hold: {
    fields: ({ ttl = Infinity, from, to, amount }) => ({ ttl, from, to, amount }),
    check: (payload, at) => {
      const { from, to, amount, ttl } = payload;
      if (to === undefined) checkKey(from, `${at}from`);
      else checkSides({ from, to }, at);
      checkAmount(amount, `${at}amount`);
      if (ttl !== undefined) checkDuration(ttl, `${at}ttl`);
    },
    run: (book, payload, now, id) => {
      const { amount, ttl = Infinity } = payload;
      const { holds, limits } = book;
      const { from: account, to } = sidesOf(book, payload.from, payload.to);
      // A cast: `from` was given.
      book.expectFunds(account!, amount, now);
      if (holds.count(now) >= limits.maxHolds) throw new LedgerFullError('holds', limits.maxHolds);
      return book.hold({
        hold: ++holds.made, from: payload.from, to: to?.account, amount, at: now, expiresAt: now + ttl, id,
        account, status: 'held', captured: 0n,
      });
    },
  },

  capture: {
    fields: ({ hold, amount }) => ({ hold, amount }),
    check: ({ hold, amount }, at) => {
      checkNumber(hold, `${at}hold`);
      if (amount !== undefined) checkAmount(amount, `${at}amount`);
    },
    run: (book, payload, now, id) => {
      const hold = heldOf(book, payload.hold, payload.amount, now);
      const { amount = hold.amount } = payload;
      const { from, to } = sidesOf(book, hold.from, hold.to);
      // It was set aside, so it's there.
      book.end(hold, 'captured', amount);
      return book.post('capture', from, to, amount, now, { id, hold: hold.hold });
    },
  },

  release: {
    fields: ({ hold }) => ({ hold }),
    check: ({ hold }, at) => checkNumber(hold, `${at}hold`),
    run: (book, payload, now) => {
      const hold = heldOf(book, payload.hold, undefined, now);
      book.end(hold, 'released');
      return hold;
    },
  },

  reverse: {
    fields: ({ transaction }) => ({ transaction }),
    check: ({ transaction }, at) => checkNumber(transaction, `${at}transaction`),
    run: (book, { transaction }, now, id) => {
      const posted = book.transaction(transaction);
      if (posted === undefined) throw new TransactionNotFoundError(transaction);
      if (posted.reversedBy !== undefined) throw new AlreadyReversedError(transaction, posted.reversedBy);
      // The money goes back: to where it came from.
      const { from, to } = sidesOf(book, posted.to, posted.from);
      if (from) book.expectFunds(from, posted.amount, now);
      const back = book.post('reverse', from, to, posted.amount, now, { id, reverses: transaction });
      book.reverse(posted, back);
      return back;
    },
  },
};
