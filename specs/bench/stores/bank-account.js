// @ts-check
/**
 * Money in and out, kept by a bare fold of bigints, behind a mutex as people write it today, and by our stores. The fold
 * is the ceiling: it checks nothing, answers nobody and remembers nothing. The mutex keeps what our account keeps for its
 * statement, a list of what was done; it has no ids, no bound and no events.
 */
import { Mutex } from 'async-mutex';
import { createBankAccount, createLedger } from 'ownstate/stores';
import { scan, Subject } from 'rxjs';
import { figure, ratio } from '../figures.js';
import { expectSame, interleave, report } from '../measure.js';

const BATCH = 1000;
/** What came in, less what went out, in all contestants together. */
let sent = 0n;

/** @type {Subject<bigint>} */
const amounts = new Subject();
let folded = 0n;
amounts.pipe(scan((balance, amount) => balance + amount, 0n)).subscribe((balance) => { folded = balance; });

/** The account as people write it today. */
class MutexAccount {
  #mutex = new Mutex();
  balance = 0n;
  /** @type {{ at: number, amount: bigint, balance: bigint }[]} */
  #entries = [];

  /** @param {bigint} amount */
  deposit(amount) {
    return this.#mutex.runExclusive(() => this.#post(amount));
  }

  /** @param {bigint} amount */
  withdraw(amount) {
    return this.#mutex.runExclusive(() => {
      if (amount > this.balance) throw new RangeError('insufficient funds');
      return this.#post(-amount);
    });
  }

  /** @param {bigint} amount */
  #post(amount) {
    this.balance += amount;
    this.#entries.push({ at: Date.now(), amount, balance: this.balance });
    if (this.#entries.length > 1000) this.#entries = this.#entries.slice(-500);
    return this.balance;
  }
}

const mutexed = new MutexAccount();
const account = createBankAccount({ owner: 'Ann' });
const told = createBankAccount({ owner: 'Ann' });
const ledger = createLedger();
const once = createLedger();
for (const each of [ledger, once]) {
  for (const name of ['ann', 'bob']) each.tell.open({ account: name, overdraft: 'unlimited' });
}
let id = 0;
let awaited = 0n;

const rates = await interleave({
  fold: () => {
    for (let i = 0; i < BATCH; i += 2) {
      amounts.next(3n);
      amounts.next(-2n);
    }
    sent += BigInt(BATCH / 2);
  },
  mutex: async () => {
    for (let i = 0; i < BATCH; i += 2) {
      awaited = await mutexed.deposit(3n);
      awaited = await mutexed.withdraw(2n);
    }
    sent += BigInt(BATCH / 2);
  },
  account: async () => {
    for (let i = 0; i < BATCH; i += 2) {
      awaited = await account.ask.deposit({ amount: 3n });
      awaited = await account.ask.withdraw({ amount: 2n });
    }
    sent += BigInt(BATCH / 2);
  },
  told: () => {
    for (let i = 0; i < BATCH; i += 2) {
      told.tell.deposit({ amount: 3n });
      told.tell.withdraw({ amount: 2n });
    }
    sent += BigInt(BATCH / 2);
  },
  ledger: async () => {
    for (let i = 0; i < BATCH; i++) await ledger.ask.transfer({ from: 'ann', to: 'bob', amount: 2n });
  },
  once: async () => {
    for (let i = 0; i < BATCH; i++) await once.ask.transfer({ from: 'ann', to: 'bob', amount: 2n, id: `transfer ${id++}` });
  },
}, BATCH);

const balances = [mutexed.balance, account.snapshot(), told.snapshot()];
expectSame('the sum of all balances', balances.reduce((sum, balance) => sum + balance, folded), sent);
expectSame('the last reply', awaited > 0n, true);
expectSame('the sum of a ledger', ledger.snapshot().total + once.snapshot().total, 0n);
expectSame('the balance of ann', await ledger.ask.balance('ann'), BigInt(ledger.snapshot().transactions) * -2n);
report({
  figures: [
    figure('a bare Subject → scan of bigints', 'per second', rates.fold),
    figure('an account, told', 'per second', rates.told),
    figure('an account behind async-mutex, awaited', 'per second', rates.mutex),
    figure('an account, asked and awaited', 'per second', rates.account),
    figure('a transfer in a ledger, asked and awaited', 'per second', rates.ledger),
    figure('the same with an id of its own', 'per second', rates.once),
  ],
  found: [ratio(rates.account, rates.mutex), ratio(rates.told, rates.fold)],
});
