/** What goes into a ledger and comes out of it. Money is a bigint, in minor units: cents, pence, satoshis. */
import type { Key } from '../structures/check-payload.js';

/** How far below zero an account may go: a bigint from `0n` on, or without a limit. */
export type Overdraft = bigint | 'unlimited';

/** `open`: money comes and goes. `frozen`: it does neither. `closed`: for good, and empty. */
export type AccountStatus = 'open' | 'frozen' | 'closed';

/** An account as it's opened. */
export interface OpenAccount {
  /** Its name: no other account has it. */
  readonly account: Key;
  /** How far below zero it may go. Default `0n`. */
  readonly overdraft?: Overdraft;
}

/** Another overdraft for an account. */
export interface SetOverdraft {
  readonly account: Key;
  readonly overdraft: Overdraft;
}

/** What makes a command one that is done once, however often it's sent. */
export interface Once {
  /** Of the sender's choice, at most 256 characters. The same id again gives the same answer again, and does nothing. */
  readonly id?: string;
}

/** Money that comes into the ledger. */
export interface Deposit extends Once {
  readonly account: Key;
  /** In minor units, from `1n` to `2n ** 128n - 1n`; so are all amounts. */
  readonly amount: bigint;
}

/** Money that leaves the ledger. */
export interface Withdraw extends Once {
  readonly account: Key;
  readonly amount: bigint;
}

/** Money that goes from one account to another. */
export interface Transfer extends Once {
  readonly from: Key;
  readonly to: Key;
  readonly amount: bigint;
}

/** Money that is set aside, for a later `capture`. */
export interface HoldMoney extends Once {
  readonly from: Key;
  /** Where it goes when it's captured. Default: out of the ledger. */
  readonly to?: Key;
  readonly amount: bigint;
  /** How long it's held, in milliseconds. Default `Infinity`. */
  readonly ttl?: number;
}

/** Money that was held, and is taken now. */
export interface Capture extends Once {
  /** Number of the hold. */
  readonly hold: number;
  /** How much of it; the rest is free again. Default: all of it. */
  readonly amount?: bigint;
}

/** Money that was held, and is free again. */
export interface Release extends Once {
  /** Number of the hold. */
  readonly hold: number;
}

/** A transaction that is undone by another one, which moves the money back. */
export interface Reverse extends Once {
  /** Number of the transaction. */
  readonly transaction: number;
}

/** What a batch is made of. They have no id each: the batch has one. */
export type BatchOperation =
  | { readonly type: 'deposit' | 'withdraw'; readonly account: Key; readonly amount: bigint }
  | { readonly type: 'transfer'; readonly from: Key; readonly to: Key; readonly amount: bigint }
  | { readonly type: 'hold'; readonly from: Key; readonly to?: Key; readonly amount: bigint; readonly ttl?: number }
  | { readonly type: 'capture'; readonly hold: number; readonly amount?: bigint }
  | { readonly type: 'release'; readonly hold: number }
  | { readonly type: 'reverse'; readonly transaction: number };

/** Operations of which all are done, one after the other, or none. */
export interface Batch extends Once {
  /** From 1 to 1,000 of them. */
  readonly operations: readonly BatchOperation[];
}

/** Which part of an account's history. */
export interface StatementRequest {
  readonly account: Key;
  /** The `seq` that the last entry before had. Default 0: from the oldest entry on that is kept. */
  readonly after?: number;
  /** The most entries, from 1 to 10,000. Default 100. */
  readonly limit?: number;
}

/** Money that was moved: what a command replies, and what is kept for good reason. */
export interface Transaction {
  /** Its number, in the order in which they were made, without gaps. */
  readonly transaction: number;
  readonly type: 'deposit' | 'withdraw' | 'transfer' | 'capture' | 'reverse';
  /** Where the money came from; `undefined`: from outside. */
  readonly from: Key | undefined;
  /** Where it went; `undefined`: out of the ledger. */
  readonly to: Key | undefined;
  readonly amount: bigint;
  /** What was left there, and what was there then. */
  readonly fromBalance: bigint | undefined;
  readonly toBalance: bigint | undefined;
  /** When, in milliseconds. */
  readonly at: number;
  readonly id: string | undefined;
  /** The hold that it took the money of. */
  readonly hold: number | undefined;
  /** The transaction that it undid. */
  readonly reverses: number | undefined;
}

/** A transaction, and whether it was undone. */
export interface TransactionInfo extends Transaction {
  /** The transaction that undid it. */
  readonly reversedBy: number | undefined;
}

/** Money that was set aside. */
export interface Hold {
  /** Its number, in the order in which they were made, without gaps. */
  readonly hold: number;
  readonly from: Key;
  /** Where it goes when it's captured; `undefined`: out of the ledger. */
  readonly to: Key | undefined;
  readonly amount: bigint;
  /** When, in milliseconds. */
  readonly at: number;
  /** When it's free again, in milliseconds; `Infinity` for never. */
  readonly expiresAt: number;
  readonly id: string | undefined;
}

/** What became of a hold. */
export type HoldStatus = 'held' | 'captured' | 'released' | 'expired';

/** A hold, and what became of it. */
export interface HoldInfo extends Hold {
  readonly status: HoldStatus;
  /** How much of it was captured. */
  readonly captured: bigint;
}

/** What is known of an account. */
export interface AccountInfo {
  readonly account: Key;
  readonly status: AccountStatus;
  readonly balance: bigint;
  /** What is set aside of it. */
  readonly held: bigint;
  /** What may be taken: the balance, less what is held, and the overdraft. */
  readonly available: bigint | 'unlimited';
  readonly overdraft: Overdraft;
  /** How many entries it ever had: the `seq` of the last one. */
  readonly entries: number;
}

/** A transaction from the side of one account. */
export interface StatementEntry {
  /** Its number within the account, without gaps. */
  readonly seq: number;
  readonly transaction: number;
  readonly type: Transaction['type'];
  /** Positive for what came, negative for what went. */
  readonly amount: bigint;
  /** The balance after it. */
  readonly balance: bigint;
  /** The account on the other side; `undefined`: outside the ledger. */
  readonly other: Key | undefined;
  readonly at: number;
  readonly id: string | undefined;
  readonly hold: number | undefined;
  readonly reverses: number | undefined;
}

/** Part of an account's history, the oldest entry first. */
export interface Statement {
  readonly entries: readonly StatementEntry[];
  /** Where to go on: the `after` of the next request; `undefined` at the end. */
  readonly after: number | undefined;
  /** Whether entries are missing before the first one here, since they aren't kept any more. */
  readonly gap: boolean;
}

/** Some of the accounts. */
export interface AccountPage {
  readonly accounts: readonly AccountInfo[];
  /** Where to go on: the `after` of the next request; `undefined` at the end. */
  readonly after: number | undefined;
}

/** What a ledger announces. */
export type LedgerEvent =
  | { readonly type: 'opened' | 'closed' | 'frozen' | 'unfrozen'; readonly account: Key }
  | { readonly type: 'overdraft'; readonly account: Key; readonly overdraft: Overdraft }
  /** Money was moved. */
  | { readonly type: 'posted'; readonly transaction: Transaction }
  /** Money was set aside, is free again by `release`, or since its time was over. */
  | { readonly type: 'held' | 'released' | 'expired'; readonly hold: Hold }
  /** A closed account was forgotten, for want of room. */
  | { readonly type: 'evicted'; readonly account: Key }
  /** An id was forgotten, for want of room: whoever sends it again has it done again. */
  | { readonly type: 'forgotten'; readonly id: string };

/** What `stats` gives. */
export interface LedgerStats {
  /** Accounts that there are, closed ones too. */
  readonly accounts: number;
  /** Closed ones among them. */
  readonly closed: number;
  /** Holds that are neither captured, nor released, nor expired. */
  readonly holds: number;
  /** Transactions that were ever made. */
  readonly transactions: number;
  /** Ids that are remembered. */
  readonly ids: number;
  /** All that ever came in, and all that ever went out. */
  readonly deposited: bigint;
  readonly withdrawn: bigint;
  /** The sum of all accounts: what came in, less what went out. */
  readonly total: bigint;
}

/** What `select` and `snapshot` show. */
export interface LedgerView {
  /** Accounts that there are, closed ones too. */
  readonly accounts: number;
  /** Transactions that were ever made. */
  readonly transactions: number;
  /** The sum of all accounts. */
  readonly total: bigint;
}
