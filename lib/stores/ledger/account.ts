/** An account as its ledger keeps it, and as it's given out. */
import type { Key } from '../structures/check-payload.js';
import { Recent } from '../structures/recent.js';
import type { AccountInfo, AccountStatus, Overdraft, Statement, StatementEntry, Transaction } from './types.js';

export class Account {
  readonly account: Key;
  status: AccountStatus = 'open';
  overdraft: Overdraft;
  balance = 0n;
  /** What is set aside, by holds that expired too as long as they aren't swept. */
  held = 0n;
  /** Entries that it ever had, and the last of them. */
  seq = 0;
  readonly #entries: Recent<Transaction>;

  constructor(account: Key, overdraft: Overdraft, history: number) {
    this.account = account;
    this.overdraft = overdraft;
    this.#entries = new Recent(history);
  }

  /** Writes a transaction down, of which this account is one side. */
  note(transaction: Transaction): void {
    this.seq++;
    this.#entries.push(transaction);
  }

  /** What is kept of the history, the oldest first. */
  get history(): readonly Transaction[] {
    return this.#entries.last();
  }

  /** As it's given out, with what is really held. */
  info(held: bigint): AccountInfo {
    const { account, status, balance, overdraft, seq } = this;
    const available = overdraft === 'unlimited' ? overdraft : balance - held + overdraft;
    return { account, status, balance, held, available, overdraft, entries: seq };
  }

  /** The entries behind `after`. The running balance was written down with each, so that it's right after a gap too. */
  statement(after: number, limit: number): Statement {
    const first = this.seq - this.#entries.size + 1;
    const from = Math.max(after + 1, first);
    const to = Math.min(from + limit - 1, this.seq);
    const entries: StatementEntry[] = [];
    for (let seq = from; seq <= to; seq++) {
      const transaction = this.#entries.at(seq - first);
      if (transaction !== undefined) entries.push(this.#entry(transaction, seq));
    }
    return { entries, after: to < this.seq ? to : undefined, gap: after + 1 < first };
  }

  #entry({ transaction, type, from, to, amount, fromBalance, toBalance, at, id, hold, reverses }: Transaction, seq: number): StatementEntry {
    const goes = from === this.account;
    // A cast: a side that is there has its balance.
    const balance = (goes ? fromBalance : toBalance) as bigint;
    return { seq, transaction, type, amount: goes ? -amount : amount, balance, other: goes ? to : from, at, id, hold, reverses };
  }
}
