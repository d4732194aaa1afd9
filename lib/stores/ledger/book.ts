/**
 * The books of a ledger: accounts, holds, and the transactions that moved money between them. A command writes into them
 * in two steps, so that a batch is done wholly or not at all:
 *
 * ```
 *   post, hold, end …     balances change; what is to be written down is a draft
 *        ├──▶ commit      drafts are written down and announced
 *        └──▶ rollback    the last change is undone first, as if nothing had been
 * ```
 *
 * Money comes in and goes out only where one side of a transaction is missing. So the sum of all accounts is always
 * `deposited - withdrawn`.
 */
import type { Clock, Context } from '../../index.js';
import { AccountClosedError, AccountFrozenError, AccountNotFoundError, InsufficientFundsError } from '../errors.js';
import type { Key } from '../structures/check-payload.js';
import { Recent } from '../structures/recent.js';
import { Slots } from '../structures/slots.js';
import { Sweep, SWEPT_AT_ONCE } from '../structures/sweep.js';
import { Account } from './account.js';
import { holdOf, Holds, type HeldMoney } from './holds.js';
import type { Memo } from './once.js';
import type { AccountInfo, HoldStatus, LedgerEvent, LedgerStats, LedgerView, Transaction, TransactionInfo } from './types.js';
import { Window } from './window.js';

/** How much a ledger keeps. */
export interface BookLimits {
  readonly maxAccounts: number;
  readonly maxHolds: number;
  readonly maxIds: number;
  readonly maxTransactions: number;
  readonly history: number;
  readonly sweep: number;
}

/** A transaction as its ledger keeps it. */
export interface Posted extends Transaction {
  reversedBy: number | undefined;
}

/** What belongs to a transaction besides the money. */
export interface Reasons {
  readonly id?: string | undefined;
  readonly hold?: number;
  readonly reverses?: number;
}

export class Book {
  readonly limits: BookLimits;
  readonly accounts: Slots<Key, Account> = new Slots();
  /** Closed accounts, in the order in which they were closed. */
  readonly closed: Window<Key, Account> = new Window(Infinity);
  readonly holds: Holds;
  readonly ids: Window<string, Memo>;
  readonly sweep: Sweep;
  /** The last transactions, which can still be reversed. */
  readonly journal: Recent<Posted>;
  transactions = 0;
  deposited = 0n;
  withdrawn = 0n;
  #view: LedgerView = { accounts: 0, transactions: 0, total: 0n };
  #latest = -Infinity;
  #drafts: Posted[] = [];
  #undo: (() => void)[] = [];
  #events: LedgerEvent[] = [];

  constructor(limits: BookLimits) {
    this.limits = limits;
    this.holds = new Holds(limits.maxHolds);
    this.ids = new Window(limits.maxIds);
    this.sweep = new Sweep(limits.sweep);
    this.journal = new Recent(limits.maxTransactions);
  }

  /** The time, which never runs backwards here: what was free once isn't held again. */
  time({ now }: Clock): number {
    this.#latest = Math.max(this.#latest, now());
    return this.#latest;
  }

  // ── read ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** @throws AccountNotFoundError */
  account(account: Key): Account {
    const slot = this.accounts.find(account);
    if (slot < 0) throw new AccountNotFoundError(account);
    return this.accounts.values[slot]!;
  }

  /** @throws AccountFrozenError, AccountClosedError unless money may come and go */
  expectOpen({ account, status }: Account): void {
    if (status === 'frozen') throw new AccountFrozenError(account);
    if (status === 'closed') throw new AccountClosedError(account);
  }

  /** @throws InsufficientFundsError unless an amount may be taken */
  expectFunds(account: Account, amount: bigint, now: number): void {
    const { overdraft, balance, held } = account;
    if (overdraft === 'unlimited') return;
    // What has expired is looked for only where it matters.
    if (balance - held + overdraft >= amount) return;
    const available = balance - this.holds.heldOf(account, now) + overdraft;
    if (available < amount) throw new InsufficientFundsError(account.account, amount, available);
  }

  /** A transaction that is kept, or is a draft. */
  transaction(transaction: number): Posted | undefined {
    const written = this.transactions - this.#drafts.length;
    if (transaction > written) return this.#drafts[transaction - written - 1];
    return this.journal.at(transaction - (written - this.journal.size) - 1);
  }

  info(account: Account, now: number): AccountInfo {
    return account.info(this.holds.heldOf(account, now));
  }

  /** The same object as long as it shows the same, so that `select` tells of changes only. */
  get view(): LedgerView {
    const { accounts: { size }, transactions, deposited, withdrawn } = this;
    const { accounts, transactions: before } = this.#view;
    // Without another transaction, there's no other total.
    if (size !== accounts || transactions !== before) this.#view = { accounts: size, transactions, total: deposited - withdrawn };
    return this.#view;
  }

  stats(now: number): LedgerStats {
    const { accounts, closed, holds, ids, transactions, deposited, withdrawn } = this;
    return {
      accounts: accounts.size, closed: closed.size, holds: holds.count(now), transactions, ids: ids.size,
      deposited, withdrawn, total: deposited - withdrawn,
    };
  }

  // ── write: what follows only notes drafts, of which commit or rollback makes an end ──────────────────────────────────

  /** Moves money: from outside, or to outside, where an account is missing. Whoever calls has seen that it may be. */
  post(type: Transaction['type'], from: Account | undefined, to: Account | undefined, amount: bigint, at: number, reasons: Reasons): Posted {
    if (from) from.balance -= amount;
    if (to) to.balance += amount;
    const posted: Posted = {
      transaction: ++this.transactions, type, from: from?.account, to: to?.account, amount,
      fromBalance: from?.balance, toBalance: to?.balance, at,
      id: reasons.id, hold: reasons.hold, reverses: reasons.reverses, reversedBy: undefined,
    };
    this.#drafts.push(posted);
    this.#events.push({ type: 'posted', transaction: receipt(posted) });
    return posted;
  }

  hold(hold: HeldMoney): HeldMoney {
    this.holds.add(hold);
    this.#undo.push(() => {
      this.holds.remove(hold);
      this.holds.made--;
    });
    this.#events.push({ type: 'held', hold: holdOf(hold) });
    return hold;
  }

  /** Ends a hold that is held. */
  end(hold: HeldMoney, status: HoldStatus, captured?: bigint): void {
    this.holds.end(hold, status, captured);
    this.#undo.push(() => this.holds.resume(hold));
    if (status === 'released') this.#events.push({ type: status, hold: holdOf(hold) });
  }

  reverse(posted: Posted, by: Posted): void {
    posted.reversedBy = by.transaction;
    this.#undo.push(() => { posted.reversedBy = undefined; });
  }

  /** Writes the drafts down, forgets what is too much, and announces all of it. */
  commit(context: Context<LedgerEvent>): void {
    const { emit } = context;
    for (const event of this.write()) emit(event);
    for (let id = this.ids.excess; id !== undefined; id = this.ids.excess) {
      this.ids.delete(id);
      emit({ type: 'forgotten', id });
    }
    // What has expired is swept early where there's too much of it.
    for (let hold = this.holds.excess; hold !== undefined; hold = this.holds.excess) this.#expire(hold, context);
    this.holds.trim();
    this.arm(context);
  }

  /** Writes the drafts down, and gives what is to be announced. */
  write(): readonly LedgerEvent[] {
    for (const posted of this.#drafts) this.#record(posted);
    const events = this.#events;
    this.#clear();
    return events;
  }

  /** Undoes what was drafted, the last of it first. */
  rollback(): void {
    for (const undo of this.#undo.reverse()) undo();
    for (const { from, to, amount } of this.#drafts) {
      if (from !== undefined) this.account(from).balance += amount;
      if (to !== undefined) this.account(to).balance -= amount;
    }
    this.transactions -= this.#drafts.length;
    this.#clear();
  }

  #clear(): void {
    if (this.#drafts.length > 0) this.#drafts = [];
    if (this.#undo.length > 0) this.#undo = [];
    if (this.#events.length > 0) this.#events = [];
  }

  #record(posted: Posted): void {
    this.journal.push(posted);
    if (posted.from === undefined) this.deposited += posted.amount;
    else this.account(posted.from).note(posted);
    if (posted.to === undefined) this.withdrawn += posted.amount;
    else this.account(posted.to).note(posted);
  }

  // ── the sweep ─────────────────────────────────────────────────────────────────────────────────────────────────────

  arm(context: Context<LedgerEvent>): void {
    this.sweep.arm(context, this.holds.next);
  }

  /** Takes out what has expired, and says how many that was. */
  swept(context: Context<LedgerEvent>): number {
    this.sweep.begin(context);
    const now = this.time(context);
    let count = 0;
    for (let hold = this.holds.due(now); hold !== undefined && count < SWEPT_AT_ONCE; hold = this.holds.due(now)) {
      this.#expire(hold, context);
      count++;
    }
    this.holds.trim();
    if (this.holds.next <= now) context.tell('sweep');
    // Also then: a full mailbox takes no tell, but what a timer sends.
    this.arm(context);
    return count;
  }

  #expire(hold: HeldMoney, { emit }: Context<LedgerEvent>): void {
    this.holds.end(hold, 'expired');
    emit({ type: 'expired', hold: holdOf(hold) });
  }
}

/** A transaction as it's given out, to each who asks a copy of its own. */
export function receipt({ transaction, type, from, to, amount, fromBalance, toBalance, at, id, hold, reverses }: Transaction): Transaction {
  return { transaction, type, from, to, amount, fromBalance, toBalance, at, id, hold, reverses };
}

export function transactionInfo(posted: Posted): TransactionInfo {
  return { ...receipt(posted), reversedBy: posted.reversedBy };
}
