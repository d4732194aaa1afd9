/**
 * Books as plain data, also for JSON: money is text, what never expires is `null`, what isn't there is left out.
 */
import type { Key } from '../structures/check-payload.js';
import { receipt, type Book, type Posted } from './book.js';
import { holdInfo, type HeldMoney } from './holds.js';
import type { AccountStatus, HoldInfo, Transaction, TransactionInfo } from './types.js';

/** A value as plain data: money as text. */
export type Plain<T> = T extends bigint ? string : T extends object ? { readonly [K in keyof T]: Plain<T[K]> } : T;

/** A hold in a dump. `ttl`: what was left of its time, in milliseconds; `null` for never. */
export type DumpedHold = Plain<Omit<HoldInfo, 'expiresAt'>> & { readonly ttl: number | null };

/** An account in a dump. `history`: the numbers of the transactions that its statement shows. */
export interface DumpedAccount {
  readonly account: Key;
  readonly status: AccountStatus;
  readonly overdraft: string;
  readonly balance: string;
  readonly entries: number;
  readonly history: readonly number[];
}

/** What an id is remembered with, in a dump. */
export interface DumpedId {
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** What came of it: transactions and holds. */
  readonly done?: readonly (Plain<Transaction> | DumpedHold)[];
  /** Or why it was refused. */
  readonly refused?: Readonly<Record<string, unknown>>;
}

/** The books in a dump. */
export interface DumpedBook {
  readonly deposited: string;
  readonly withdrawn: string;
  /** How many transactions and holds were ever made. */
  readonly transactions: number;
  readonly holds: number;
  readonly accounts: readonly DumpedAccount[];
  /** Closed accounts, in the order in which they were closed. */
  readonly closed: readonly Key[];
  /** The transactions that are kept, the oldest first, and how many of the last can be reversed. */
  readonly kept: readonly Plain<TransactionInfo>[];
  readonly reversible: number;
  /** Holds that are held, and those of which it's remembered how they ended. */
  readonly held: readonly DumpedHold[];
  readonly ended: readonly DumpedHold[];
  readonly ids: readonly DumpedId[];
}

/** The books as plain data. */
export function dumpBook(book: Book, now: number): DumpedBook {
  const { held, ended } = book.holds.all(now);
  const kept = new Map(book.journal.last().map((posted) => [posted.transaction, posted]));
  const accounts = Array.from(book.accounts.entries(), ([, slot]) => book.accounts.values[slot]!);
  // Casts: a history is of transactions as the book keeps them.
  for (const { history } of accounts) for (const posted of history as readonly Posted[]) kept.set(posted.transaction, posted);
  const dumped = (hold: HeldMoney) => dumpHold(hold, book.holds.statusOf(hold, now), now);
  return {
    deposited: String(book.deposited),
    withdrawn: String(book.withdrawn),
    transactions: book.transactions,
    holds: book.holds.made,
    accounts: accounts.map(({ account, status, overdraft, balance, seq, history }) => ({
      account, status, overdraft: String(overdraft), balance: String(balance), entries: seq, history: history.map(({ transaction }) => transaction),
    })),
    closed: Array.from(book.closed.entries(), ([account]) => account),
    kept: [...kept.values()].sort((one, other) => one.transaction - other.transaction)
      .map((posted) => plain({ ...receipt(posted), reversedBy: posted.reversedBy })),
    reversible: book.journal.size,
    held: held.map(dumped),
    ended: ended.map(dumped),
    ids: Array.from(book.ids.entries(), ([id, { fields, kept: pieces, refusal }]) => ({
      id,
      fields: plain(fields),
      ...refusal === undefined
        ? { done: [pieces ?? []].flat().map((piece) => 'transaction' in piece ? plain(receipt(piece)) : dumped(piece)) }
        : { refused: plain(refusal) },
    })),
  };
}

function dumpHold(hold: HeldMoney, status: HoldInfo['status'], now: number): DumpedHold {
  const { expiresAt, ...rest } = holdInfo(hold, status);
  return { ...plain(rest), ttl: expiresAt === Infinity ? null : expiresAt - now };
}

/** A copy with money as text, `null` for `Infinity`, and without what is `undefined`. */
function plain<T>(value: T): Plain<T> {
  // Casts: as `Plain` says.
  if (typeof value === 'bigint') return String(value) as Plain<T>;
  if (value === Infinity) return null as Plain<T>;
  if (Array.isArray(value)) return value.map(plain) as Plain<T>;
  if (typeof value !== 'object' || value === null) return value as Plain<T>;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries.map(([name, field]) => [name, plain<unknown>(field)])) as Plain<T>;
}
