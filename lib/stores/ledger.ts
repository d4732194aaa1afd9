/**
 * A ledger: many accounts, and money that goes from one to another without ever being made or lost. It has one owner, so
 * that nobody sees half a transfer, and nothing comes between the look at a balance and what is done about it.
 *
 * ```
 *   outside ──deposit──▶ account ──transfer──▶ account ──withdraw──▶ outside
 *                           │                    ▲
 *                          hold ────capture──────┘        set aside first, taken later, or released
 * ```
 */
import { createStore, reply, type, type Clock, type Context, type Outcome, type Store, type StoreOptions, type Type } from '../index.js';
import { expect, expectObject } from '../internal/expect.js';
import { HoldNotFoundError, TransactionNotFoundError } from './errors.js';
import { closeAccount, freezeAccount, openAccount, setOverdraft, statementOf } from './ledger/accounts.js';
import { BATCH } from './ledger/batch.js';
import { Book, receipt, transactionInfo } from './ledger/book.js';
import { holdInfo, holdOf } from './ledger/holds.js';
import { once, said } from './ledger/once.js';
import { OPERATIONS } from './ledger/operations.js';
import { limitsOf, type LedgerLimits } from './ledger/options.js';
import { dumpBook, type DumpedBook } from './ledger/dump.js';
import { restoreBook } from './ledger/restore.js';
import type {
  AccountInfo, AccountPage, Batch, Capture, Deposit, Hold, HoldInfo, HoldMoney, LedgerEvent, LedgerStats, LedgerView, OpenAccount, Release, Reverse,
  SetOverdraft, Statement, StatementRequest, Transaction, TransactionInfo, Transfer, Withdraw,
} from './ledger/types.js';
import { checkInteger, checkKey, type Key } from './structures/check-payload.js';
import { dumpOf, expectDump, type Dump } from './structures/dump.js';
import { checkPage, pageOf, type PageOptions } from './structures/pages.js';

export type { LedgerView } from './ledger/types.js';

/** How a ledger is made. Each field is optional. */
export interface LedgerOptions extends LedgerLimits, StoreOptions {
  /** What errors and traces call it. Default `'ledger'`. */
  readonly name?: string;
  /** What `dump` of another ledger gave: goes on where that one was. What has expired meanwhile is free again. */
  readonly restore?: LedgerDump;
}

/** What `dump` gives: plain data, also for JSON. Money is text. */
export interface LedgerDump extends Dump<'ledger'>, DumpedBook {}

/** The commands and queries of a ledger. */
export interface LedgerDefinition {
  readonly name: string;
  /** Makes the first state. */
  readonly state: (clock: Clock) => Book;
  readonly events: Type<LedgerEvent>;
  readonly commands: {
    /** Opens an account, and replies what is known of it. */
    readonly open: (book: Book, payload: OpenAccount, context: Context<LedgerEvent>) => Outcome<Book, AccountInfo>;
    /** Closes an account for good; it has to be empty. Replies what is known of it. */
    readonly close: (book: Book, account: Key, context: Context<LedgerEvent>) => Outcome<Book, AccountInfo>;
    /** Freezes an account: no money comes, and none goes. Replies what is known of it. */
    readonly freeze: (book: Book, account: Key, context: Context<LedgerEvent>) => Outcome<Book, AccountInfo>;
    /** Ends that. Replies what is known of the account. */
    readonly unfreeze: (book: Book, account: Key, context: Context<LedgerEvent>) => Outcome<Book, AccountInfo>;
    /** Sets how far below zero an account may go from now on. Replies what is known of it. */
    readonly setOverdraft: (book: Book, payload: SetOverdraft, context: Context<LedgerEvent>) => Outcome<Book, AccountInfo>;
    /** Brings money in. Replies the transaction. */
    readonly deposit: (book: Book, payload: Deposit, context: Context<LedgerEvent>) => Outcome<Book, Transaction>;
    /** Takes money out. Replies the transaction. */
    readonly withdraw: (book: Book, payload: Withdraw, context: Context<LedgerEvent>) => Outcome<Book, Transaction>;
    /** Moves money from one account to another: both balances change, or none. Replies the transaction. */
    readonly transfer: (book: Book, payload: Transfer, context: Context<LedgerEvent>) => Outcome<Book, Transaction>;
    /** Sets money aside, for a while or until it's captured or released. Replies the hold. */
    readonly hold: (book: Book, payload: HoldMoney, context: Context<LedgerEvent>) => Outcome<Book, Hold>;
    /** Takes what was set aside, or a part of it; the rest is free again. Replies the transaction. */
    readonly capture: (book: Book, payload: Capture, context: Context<LedgerEvent>) => Outcome<Book, Transaction>;
    /** Sets free what was set aside. Replies the hold. */
    readonly release: (book: Book, payload: Release, context: Context<LedgerEvent>) => Outcome<Book, Hold>;
    /** Moves the money of a transaction back, by another transaction. Replies that one. */
    readonly reverse: (book: Book, payload: Reverse, context: Context<LedgerEvent>) => Outcome<Book, Transaction>;
    /** Does all of some operations, or none. Replies what each of them would have replied, in their order. */
    readonly batch: (book: Book, payload: Batch, context: Context<LedgerEvent>) => Outcome<Book, readonly (Transaction | Hold)[]>;
    /** Takes out the holds that have expired, and replies how many; a timer sends it when there are any. */
    readonly sweep: (book: Book, payload: void, context: Context<LedgerEvent>) => Outcome<Book, number>;
  };
  readonly queries: {
    /** The money in an account, with what is held of it. */
    readonly balance: (book: Book, account: Key) => bigint;
    /** What is known of an account. */
    readonly getAccount: (book: Book, account: Key, clock: Clock) => AccountInfo;
    /** What became of a hold, by its number. */
    readonly getHold: (book: Book, hold: number, clock: Clock) => HoldInfo;
    /** A transaction, by its number. */
    readonly getTransaction: (book: Book, transaction: number) => TransactionInfo;
    /** The entries of an account, by pages, the oldest first. */
    readonly statement: (book: Book, payload: StatementRequest) => Statement;
    /** The accounts, by pages. */
    readonly accounts: (book: Book, payload: PageOptions | undefined, clock: Clock) => AccountPage;
    /** How much there is of everything. */
    readonly stats: (book: Book, payload: void, clock: Clock) => LedgerStats;
    /** The ledger as plain data, for the option `restore` of another one. */
    readonly dump: (book: Book, payload: void, clock: Clock) => LedgerDump;
  };
  /** What `select` and `snapshot` show. */
  readonly view: (book: Book) => LedgerView;
}

/** A ledger: what `createLedger` makes. */
export type Ledger = Store<LedgerDefinition>;

/**
 * The definition of a ledger, for whoever makes stores of definitions.
 *
 * @param options as for `createLedger`
 * @throws TypeError for options that no ledger can work with
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { defineLedger } from 'ownstate/stores';
 *
 * const ledger = createStore(defineLedger());
 * await ledger.ask.open({ account: 'ann' });
 * console.log(ledger.snapshot()); // { accounts: 1, transactions: 0, total: 0n }
 * ```
 */
export function defineLedger(options: LedgerOptions = {}): LedgerDefinition {
  expectObject(options, 'options');
  const { name = 'ledger', restore } = options;
  expect(typeof name === 'string', 'name', 'a string', name);
  const limits = limitsOf(options);
  if (restore !== undefined) {
    expectDump(restore, 'ledger');
    // What can't be restored is refused here, where it was given.
    restoreBook(restore, limits, restore.at);
  }
  const known = (account: Key) => {
    checkKey(account, 'payload');
    return account;
  };
  return {
    name,
    state: ({ now }) => restore === undefined ? new Book(limits) : restoreBook(restore, limits, now()),
    events: type<LedgerEvent>(),
    commands: {
      open: (book, payload, context) => reply(book, openAccount(book, payload, context)),
      close: (book, account, context) => reply(book, closeAccount(book, account, context)),
      freeze: (book, account, context) => reply(book, freezeAccount(book, account, context, 'frozen')),
      unfreeze: (book, account, context) => reply(book, freezeAccount(book, account, context, 'open')),
      setOverdraft: (book, payload, context) => reply(book, setOverdraft(book, payload, context)),
      deposit: (book, payload, context) => once(book, 'deposit', OPERATIONS.deposit, payload, context, receipt),
      withdraw: (book, payload, context) => once(book, 'withdraw', OPERATIONS.withdraw, payload, context, receipt),
      transfer: (book, payload, context) => once(book, 'transfer', OPERATIONS.transfer, payload, context, receipt),
      hold: (book, payload, context) => once(book, 'hold', OPERATIONS.hold, payload, context, holdOf),
      capture: (book, payload, context) => once(book, 'capture', OPERATIONS.capture, payload, context, receipt),
      release: (book, payload, context) => once(book, 'release', OPERATIONS.release, payload, context, holdOf),
      reverse: (book, payload, context) => once(book, 'reverse', OPERATIONS.reverse, payload, context, receipt),
      batch: (book, payload, context) => once(book, 'batch', BATCH, payload, context, (kept) => kept.map(said)),
      sweep: (book, _payload, context) => reply(book, book.swept(context)),
    },
    queries: {
      balance: (book, account) => book.account(known(account)).balance,
      getAccount: (book, account, clock) => book.info(book.account(known(account)), book.time(clock)),
      getHold: (book, number, clock) => {
        checkInteger(number, 'payload', 1);
        const hold = book.holds.find(number);
        if (hold === undefined) throw new HoldNotFoundError(number);
        return holdInfo(hold, book.holds.statusOf(hold, book.time(clock)));
      },
      getTransaction: (book, number) => {
        checkInteger(number, 'payload', 1);
        const posted = book.transaction(number);
        if (posted === undefined) throw new TransactionNotFoundError(number);
        return transactionInfo(posted);
      },
      statement: statementOf,
      accounts: (book, payload = {}, clock) => {
        checkPage(payload);
        const now = book.time(clock);
        const { items, after } = pageOf(book.accounts, payload, (slot) => book.info(book.accounts.values[slot]!, now));
        return { accounts: items, after };
      },
      stats: (book, _payload, clock) => book.stats(book.time(clock)),
      dump: (book, _payload, clock) => {
        const now = book.time(clock);
        return { ...dumpOf('ledger', now), ...dumpBook(book, now) };
      },
    },
    view: ({ view }) => view,
  };
}

/**
 * Makes a ledger. Commands: `open`, `close`, `freeze`, `unfreeze`, `setOverdraft`; `deposit`, `withdraw`, `transfer`,
 * `hold`, `capture`, `release`, `reverse`, `batch`; queries: `balance`, `getAccount`, `getHold`, `getTransaction`,
 * `statement`, `accounts`, `stats`, `dump`. Money is a bigint in minor units, and amounts are positive. Its view, for
 * `select` and `snapshot`, is the number of accounts and transactions, and the sum of all accounts.
 *
 * What moves money takes an `id`: the same id with the same fields is answered as before, and done once only.
 *
 * A reply may fail with `InvalidPayloadError`, `IdConflictError`, `AccountNotFoundError`, `AccountFrozenError`,
 * `AccountClosedError`, `InsufficientFundsError`, `LedgerFullError`, those about holds and transactions, and
 * `BatchFailedError`; nothing has been moved then. A command costs O(1) in time (a hold O(log n)), a batch and a
 * statement what is in them.
 *
 * @param options the bounds, and those of `createStore`
 * @throws TypeError for options that no ledger can work with
 *
 * @example
 * ```ts
 * import { createLedger } from 'ownstate/stores';
 *
 * const ledger = createLedger();
 * await ledger.ask.open({ account: 'ann' });
 * await ledger.ask.open({ account: 'bob' });
 * await ledger.ask.deposit({ account: 'ann', amount: 100n });
 * await ledger.ask.transfer({ from: 'ann', to: 'bob', amount: 30n, id: 'rent' });
 * await ledger.ask.transfer({ from: 'ann', to: 'bob', amount: 30n, id: 'rent' }); // answered, and not done again
 * console.log(await ledger.ask.balance('ann')); // 70n
 * await ledger.ask.withdraw({ account: 'ann', amount: 90n }).then(undefined, (error) => console.log(error.code)); // INSUFFICIENT_FUNDS
 * ```
 */
export function createLedger(options: LedgerOptions = {}): Ledger {
  const ledger = createStore(defineLedger(options), options);
  // Holds that were restored expire too.
  if (options.restore !== undefined) ledger.tell.sweep();
  return ledger;
}
