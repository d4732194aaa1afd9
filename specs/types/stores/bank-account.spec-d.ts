/** The types of the bank account and the ledger: what is inferred, and what must not compile. */
/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument -- what doesn't compile has no type that could be linted */
import {
  createBankAccount, createLedger,
  type AccountInfo, type BankAccountEvent, type Hold, type HoldInfo, type LedgerEvent, type LedgerView, type Statement, type Transaction,
} from 'ownstate/stores';
import type { Reply } from 'ownstate';
import { describe, expectTypeOf, it } from 'vitest';

const account = createBankAccount({ owner: 'Ann' });
const ledger = createLedger();

describe('a bank account', () => {
  it('replies balances', () => {
    expectTypeOf(account.ask.deposit({ amount: 1n })).toEqualTypeOf<Reply<bigint>>();
    expectTypeOf(account.ask.withdraw({ amount: 1n, id: 'x' })).toEqualTypeOf<Reply<bigint>>();
    expectTypeOf(account.ask.balance()).toEqualTypeOf<Reply<bigint>>();
    expectTypeOf(account.ask.statement()).toEqualTypeOf<Reply<Statement>>();
    expectTypeOf(account.ask.statement({ after: 1 })).toEqualTypeOf<Reply<Statement>>();
    expectTypeOf(account.snapshot()).toEqualTypeOf<bigint>();
    account.events$.subscribe((event) => expectTypeOf(event).toEqualTypeOf<BankAccountEvent>());
  });

  it('takes bigints, in an object', () => {
    // @ts-expect-error a number is no money
    account.tell.deposit({ amount: 5 });
    // @ts-expect-error the amount is a field
    account.tell.deposit(5n);
    // @ts-expect-error an amount is needed
    account.tell.withdraw({});
    // @ts-expect-error an id is a text
    account.tell.withdraw({ amount: 1n, id: 5 });
    // @ts-expect-error a query isn't told
    account.tell.balance();
    // @ts-expect-error an account has an owner
    createBankAccount({});
    // @ts-expect-error an opening balance is a bigint
    createBankAccount({ owner: 'Ann', opening: 5 });
    // @ts-expect-error no other word than this
    createBankAccount({ owner: 'Ann', overdraft: 'endless' });
  });
});

describe('a ledger', () => {
  it('replies transactions, holds and accounts', () => {
    expectTypeOf(ledger.ask.open({ account: 'ann' })).toEqualTypeOf<Reply<AccountInfo>>();
    expectTypeOf(ledger.ask.close(7)).toEqualTypeOf<Reply<AccountInfo>>();
    expectTypeOf(ledger.ask.transfer({ from: 'ann', to: 7, amount: 1n })).toEqualTypeOf<Reply<Transaction>>();
    expectTypeOf(ledger.ask.hold({ from: 'ann', amount: 1n, ttl: 5 })).toEqualTypeOf<Reply<Hold>>();
    expectTypeOf(ledger.ask.capture({ hold: 1 })).toEqualTypeOf<Reply<Transaction>>();
    expectTypeOf(ledger.ask.release({ hold: 1 })).toEqualTypeOf<Reply<Hold>>();
    expectTypeOf(ledger.ask.batch({ operations: [{ type: 'release', hold: 1 }] })).toEqualTypeOf<Reply<readonly (Transaction | Hold)[]>>();
    expectTypeOf(ledger.ask.getHold(1)).toEqualTypeOf<Reply<HoldInfo>>();
    expectTypeOf(ledger.ask.balance('ann')).toEqualTypeOf<Reply<bigint>>();
    expectTypeOf(ledger.snapshot()).toEqualTypeOf<LedgerView>();
    ledger.events$.subscribe((event) => expectTypeOf(event).toEqualTypeOf<LedgerEvent>());
  });

  it('tells events apart by their type', () => {
    ledger.events$.subscribe((event) => {
      if (event.type === 'posted') expectTypeOf(event.transaction).toEqualTypeOf<Transaction>();
      if (event.type === 'expired') expectTypeOf(event.hold).toEqualTypeOf<Hold>();
      // @ts-expect-error there's no such event
      if (event.type === 'lost') throw new Error(event.type);
    });
  });

  it('takes what its commands take, and nothing else', () => {
    // @ts-expect-error a number is no money
    ledger.tell.transfer({ from: 'ann', to: 'bob', amount: 1 });
    // @ts-expect-error both sides are needed
    ledger.tell.transfer({ from: 'ann', amount: 1n });
    // @ts-expect-error a hold is a number
    ledger.tell.capture({ hold: 'x' });
    // @ts-expect-error an operation has its own fields
    ledger.tell.batch({ operations: [{ type: 'transfer', account: 'ann', amount: 1n }] });
    // @ts-expect-error an account isn't opened in a batch
    ledger.tell.batch({ operations: [{ type: 'open', account: 'ann' }] });
    // @ts-expect-error the id is the batch's
    ledger.tell.batch({ operations: [{ type: 'release', hold: 1, id: 'x' }] });
    // @ts-expect-error a key is a text or a number
    ledger.tell.freeze(1n);
    // @ts-expect-error a misspelt option
    createLedger({ maxAccount: 5 });
  });
});
