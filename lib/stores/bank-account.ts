/**
 * A bank account: one owner of the money, in both senses. It's a ledger of a single account, so all that is done with
 * money is done in `ledger/`, once for both.
 */
import { createStore, type, type Clock, type Context, type Outcome, type Store, type StoreOptions, type Type } from '../index.js';
import { expect, expectObject } from '../internal/expect.js';
import { Account } from './ledger/account.js';
import { statementOf } from './ledger/accounts.js';
import { Book } from './ledger/book.js';
import { isAmount, isOverdraft } from './ledger/money.js';
import { once } from './ledger/once.js';
import { OPERATIONS } from './ledger/operations.js';
import { limitsOf } from './ledger/options.js';
import { dumpBook, type DumpedBook } from './ledger/dump.js';
import { restoreBook } from './ledger/restore.js';
import type { Deposit, LedgerEvent, Once, Overdraft, Statement } from './ledger/types.js';
import { checkObject } from './structures/check-payload.js';
import { dumpOf, expectDump, type Dump } from './structures/dump.js';
import type { PageOptions } from './structures/pages.js';

/** How an account is made. */
export interface BankAccountOptions extends StoreOptions {
  /** Whose account it is. */
  readonly owner: string;
  /** What errors and traces call it. Default `'bank account'`. */
  readonly name?: string;
  /** What is in it at first, in minor units: a deposit like any other. Default `0n`. */
  readonly opening?: bigint;
  /** How far below zero it may go. Default `0n`. */
  readonly overdraft?: Overdraft;
  /** How many ids are remembered: the last so many. Default 10,000. */
  readonly maxIds?: number;
  /** How many entries the statement shows: the last so many. Default 1,000. */
  readonly history?: number;
  /** What `dump` of another account of the same owner gave: goes on where that one was. `opening` doesn't count then. */
  readonly restore?: BankAccountDump;
}

/** An amount of money, in minor units. */
export interface Money extends Once {
  readonly amount: bigint;
}

/** What an account announces. */
export type BankAccountEvent = Extract<LedgerEvent, { readonly type: 'posted' | 'forgotten' }>;

/** What `dump` gives: plain data, also for JSON. Money is text. */
export interface BankAccountDump extends Dump<'bank-account'>, DumpedBook {}

/** What `stats` gives. */
export interface BankAccountStats {
  readonly owner: string;
  readonly balance: bigint;
  /** What may be taken: the balance and the overdraft. */
  readonly available: bigint | 'unlimited';
  readonly overdraft: Overdraft;
  /** Transactions that were ever made. */
  readonly transactions: number;
  /** All that ever came in, and all that ever went out. */
  readonly deposited: bigint;
  readonly withdrawn: bigint;
  /** Ids that are remembered. */
  readonly ids: number;
}

/** The commands and queries of an account. */
export interface BankAccountDefinition {
  readonly name: string;
  /** Makes the first state. */
  readonly state: (clock: Clock) => Book;
  readonly events: Type<BankAccountEvent>;
  readonly commands: {
    /** Puts money in, and replies the new balance. */
    readonly deposit: (book: Book, payload: Money, context: Context<BankAccountEvent>) => Outcome<Book, bigint>;
    /** Takes money out, and replies the new balance. Fails with `InsufficientFundsError`. */
    readonly withdraw: (book: Book, payload: Money, context: Context<BankAccountEvent>) => Outcome<Book, bigint>;
  };
  readonly queries: {
    /** The money in it. */
    readonly balance: (book: Book) => bigint;
    /** What came and went, by pages, the oldest first. */
    readonly statement: (book: Book, payload?: PageOptions) => Statement;
    /** The account in figures. */
    readonly stats: (book: Book, payload: void, clock: Clock) => BankAccountStats;
    /** The account as plain data, for the option `restore` of another one. */
    readonly dump: (book: Book, payload: void, clock: Clock) => BankAccountDump;
  };
  /** What `select` and `snapshot` show. */
  readonly view: (book: Book) => bigint;
}

/** A bank account: what `createBankAccount` makes. */
export type BankAccount = Store<BankAccountDefinition>;

/**
 * The definition of a bank account, for whoever makes stores of definitions.
 *
 * @param options as for `createBankAccount`
 * @throws TypeError for options that no account can work with
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { defineBankAccount } from 'ownstate/stores';
 *
 * const account = createStore(defineBankAccount({ owner: 'Ann', opening: 20_00n }));
 * console.log(await account.ask.balance()); // 2000n
 * ```
 */
export function defineBankAccount(options: BankAccountOptions): BankAccountDefinition {
  expectObject(options, 'options');
  const { owner, name = 'bank account', opening = 0n, overdraft = 0n, maxIds = 10_000, history = 1000, restore } = options;
  expect(typeof owner === 'string', 'owner', 'a string', owner);
  expect(typeof name === 'string', 'name', 'a string', name);
  expect(opening === 0n || isAmount(opening), 'opening', 'a bigint from 0 to 2^128 - 1', opening);
  expect(isOverdraft(overdraft), 'overdraft', "a bigint from 0 to 2^128 - 1, or 'unlimited'", overdraft);
  // Nothing is held here or reversed.
  const limits = limitsOf({ maxIds, history, maxAccounts: 1, maxHolds: 1, maxTransactions: 1 });

  const restored = (dump: BankAccountDump, now: number): Book => {
    const book = restoreBook(dump, limits, now);
    expect(book.accounts.find(owner) >= 0, 'restore.accounts', `that of ${owner}`, dump.accounts);
    const account = book.account(owner);
    // A ledger's dump may have more: what an account knows no command for.
    expect(book.holds.made === 0, 'restore.holds', '0', book.holds.made);
    expect(account.status === 'open', 'restore.accounts', 'an account that is open', account.status);
    account.overdraft = overdraft;
    return book;
  };
  const opened = (now: number): Book => {
    const book = new Book(limits);
    const account = new Account(owner, overdraft, history);
    book.accounts.add(owner, account);
    // Nobody can watch yet.
    if (opening > 0n) book.post('deposit', undefined, account, opening, now, {});
    book.write();
    return book;
  };
  if (restore !== undefined) {
    expectDump(restore, 'bank-account');
    // What can't be restored is refused here, where it was given.
    restored(restore, restore.at);
  }
  /** As the ledger takes it. */
  const its = (payload: Money): Deposit => {
    checkObject(payload);
    const { amount, id } = payload;
    return id === undefined ? { account: owner, amount } : { account: owner, amount, id };
  };
  // Casts: a side that is there has its balance.
  return {
    name,
    state: ({ now }) => restore === undefined ? opened(now()) : restored(restore, now()),
    events: type<BankAccountEvent>(),
    commands: {
      deposit: (book, payload, context) =>
        once(book, 'deposit', OPERATIONS.deposit, its(payload), context as Context<LedgerEvent>, ({ toBalance }) => toBalance as bigint),
      withdraw: (book, payload, context) =>
        once(book, 'withdraw', OPERATIONS.withdraw, its(payload), context as Context<LedgerEvent>, ({ fromBalance }) => fromBalance as bigint),
    },
    queries: {
      balance: (book) => book.account(owner).balance,
      statement: (book, payload = {}) => {
        checkObject(payload);
        return statementOf(book, { ...payload, account: owner });
      },
      stats: (book, _payload, clock) => {
        const { balance, available, overdraft: its } = book.info(book.account(owner), book.time(clock));
        const { transactions, deposited, withdrawn, ids } = book.stats(book.time(clock));
        return { owner, balance, available, overdraft: its, transactions, deposited, withdrawn, ids };
      },
      dump: (book, _payload, clock) => {
        const now = book.time(clock);
        return { ...dumpOf('bank-account', now), ...dumpBook(book, now) };
      },
    },
    view: (book) => book.account(owner).balance,
  };
}

/**
 * Makes a bank account. Commands: `deposit({ amount, id? })` and `withdraw({ amount, id? })`, each replying the new
 * balance; queries: `balance`, `statement`, `stats`, `dump`. Money is a bigint in minor units, and amounts are positive.
 * Its view, for `select` and `snapshot`, is the balance.
 *
 * The same `id` with the same amount is answered as before, and done once only. For accounts that send each other money
 * there's `createLedger`.
 *
 * A reply may fail with `InvalidPayloadError`, `IdConflictError` and `InsufficientFundsError`; the balance then stays as
 * it is. A command costs O(1) in time.
 *
 * @param options the owner, the opening balance, and those of `createStore`
 * @throws TypeError for options that no account can work with
 *
 * @example
 * ```ts
 * import { createBankAccount } from 'ownstate/stores';
 *
 * const account = createBankAccount({ owner: 'Ann', opening: 10_00n });
 * console.log(await account.ask.deposit({ amount: 5_00n })); // 1500n
 * await account.ask.withdraw({ amount: 99_00n }).then(undefined, (error) => console.log(error.code)); // INSUFFICIENT_FUNDS
 * console.log(await account.ask.balance()); // 1500n
 * ```
 */
export function createBankAccount(options: BankAccountOptions): BankAccount {
  return createStore(defineBankAccount(options), options);
}
