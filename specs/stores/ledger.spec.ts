/** The ledger: accounts, and money that goes from one to another. */
import { createLedger, InsufficientFundsError, RefusedError, type LedgerEvent } from 'ownstate/stores';
import { describe, expect, it } from 'vitest';
import { createStore, StoreClosedError } from 'ownstate';
import { defineLedger } from 'ownstate/stores';
import { balances, ledgerWith, outcome } from './ledger/support.js';

describe('a ledger', () => {
  it('has no accounts at first, and nothing in them', async () => {
    const ledger = createLedger();
    expect(ledger.snapshot()).toEqual({ accounts: 0, transactions: 0, total: 0n });
    expect(await ledger.ask.stats()).toEqual({
      accounts: 0, closed: 0, holds: 0, transactions: 0, ids: 0, deposited: 0n, withdrawn: 0n, total: 0n,
    });
    expect(await ledger.ask.accounts()).toEqual({ accounts: [], after: undefined });
  });

  it('brings money in by a deposit, and takes it out by a withdrawal', async () => {
    const ledger = ledgerWith({ ann: 0n });
    expect(await ledger.ask.deposit({ account: 'ann', amount: 500n })).toMatchObject({
      transaction: 1, type: 'deposit', from: undefined, to: 'ann', amount: 500n, fromBalance: undefined, toBalance: 500n,
    });
    expect(await ledger.ask.withdraw({ account: 'ann', amount: 200n })).toMatchObject({
      transaction: 2, type: 'withdraw', from: 'ann', to: undefined, amount: 200n, fromBalance: 300n, toBalance: undefined,
    });
    expect(await ledger.ask.balance('ann')).toBe(300n);
    expect(await ledger.ask.stats()).toMatchObject({ transactions: 2, deposited: 500n, withdrawn: 200n, total: 300n });
  });

  it('moves money by a transfer: both balances change', async () => {
    const ledger = ledgerWith({ ann: 100n, bob: 5n });
    expect(await ledger.ask.transfer({ from: 'ann', to: 'bob', amount: 30n })).toMatchObject({
      transaction: 3, type: 'transfer', from: 'ann', to: 'bob', amount: 30n, fromBalance: 70n, toBalance: 35n,
    });
    expect(balances(ledger, 'ann', 'bob')).toEqual([70n, 35n]);
    expect(ledger.snapshot().total).toBe(105n);
  });

  it('refuses to move what is not there, and neither balance changes', async () => {
    const ledger = ledgerWith({ ann: 100n, bob: 5n });
    const error = await ledger.ask.transfer({ from: 'ann', to: 'bob', amount: 101n }).then(undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(InsufficientFundsError);
    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({
      code: 'INSUFFICIENT_FUNDS', account: 'ann', amount: 101n, available: 100n,
      message: "Expected account 'ann' to have 101 available, got 100",
    });
    expect(balances(ledger, 'ann', 'bob')).toEqual([100n, 5n]);
    expect(ledger.snapshot().transactions).toBe(2);
  });

  it.each([
    ['from an account that is not there', { from: 'eve', to: 'bob', amount: 1n }, 'eve'],
    ['to an account that is not there', { from: 'ann', to: 'eve', amount: 1n }, 'eve'],
  ])('refuses a transfer %s, and neither leg is done', async (_what, payload, account) => {
    const ledger = ledgerWith({ ann: 100n, bob: 5n });
    await expect(ledger.ask.transfer(payload)).rejects.toMatchObject({ code: 'ACCOUNT_NOT_FOUND', account });
    expect(balances(ledger, 'ann', 'bob')).toEqual([100n, 5n]);
  });

  it('counts in bigints: nothing is rounded, however large', async () => {
    const large = 2n ** 128n - 1n;
    const ledger = ledgerWith({ ann: large, bob: large });
    await ledger.ask.transfer({ from: 'ann', to: 'bob', amount: large });
    expect(balances(ledger, 'ann', 'bob')).toEqual([0n, 2n * large]);
    await ledger.ask.withdraw({ account: 'bob', amount: 1n });
    expect(await ledger.ask.balance('bob')).toBe(2n * large - 1n);
  });

  it('counts in bigints: no float is taken for money', async () => {
    const ledger = ledgerWith({ ann: 100n });
    // @ts-expect-error a number is no money
    await expect(ledger.ask.deposit({ account: 'ann', amount: 0.1 })).rejects.toMatchObject({ code: 'INVALID_PAYLOAD', field: 'amount' });
    expect(await ledger.ask.balance('ann')).toBe(100n);
  });

  it('has no negative amounts, which would be withdrawals in disguise', async () => {
    const ledger = ledgerWith({ ann: 100n, bob: 100n });
    for (const amount of [-1n, 0n]) {
      await expect(ledger.ask.deposit({ account: 'ann', amount })).rejects.toMatchObject({ code: 'INVALID_PAYLOAD', field: 'amount' });
      await expect(ledger.ask.withdraw({ account: 'ann', amount })).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
      await expect(ledger.ask.transfer({ from: 'ann', to: 'bob', amount })).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
    }
    expect(balances(ledger, 'ann', 'bob')).toEqual([100n, 100n]);
  });

  it('looks and takes in one step: of two who see enough for one, one gets it', async () => {
    const ledger = ledgerWith({ ann: 100n, bob: 0n, eve: 0n });
    // What two commands would do: look first, take then.
    expect(await Promise.all([ledger.ask.balance('ann'), ledger.ask.balance('ann')])).toEqual([100n, 100n]);
    const outcomes = await Promise.allSettled([
      ledger.ask.transfer({ from: 'ann', to: 'bob', amount: 80n }), ledger.ask.transfer({ from: 'ann', to: 'eve', amount: 80n }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(balances(ledger, 'ann', 'bob', 'eve')).toEqual([20n, 80n, 0n]);
  });

  it('numbers its transactions without gaps: what was refused has none', async () => {
    const ledger = ledgerWith({ ann: 1n });
    await ledger.ask.withdraw({ account: 'ann', amount: 2n }).then(undefined, () => undefined);
    expect(await ledger.ask.withdraw({ account: 'ann', amount: 1n })).toMatchObject({ transaction: 2 });
  });

  it('tells keys apart as a Map does, whatever they are called', async () => {
    const ledger = createLedger();
    const keys = ['__proto__', 'constructor', '', '1', 1, -1.5];
    for (const [place, account] of keys.entries()) {
      await ledger.ask.open({ account });
      await ledger.ask.deposit({ account, amount: BigInt(place + 1) });
    }
    expect(balances(ledger, ...keys)).toEqual([1n, 2n, 3n, 4n, 5n, 6n]);
    expect((await ledger.ask.accounts()).accounts.map(({ account }) => account)).toEqual(keys);
  });

  it('gives out copies: what a caller does to a reply harms nobody', async () => {
    const ledger = ledgerWith({ ann: 100n });
    const transaction = await ledger.ask.getTransaction(1);
    const account = await ledger.ask.getAccount('ann');
    const { entries } = await ledger.ask.statement({ account: 'ann' });
    Object.assign(transaction, { amount: 0n });
    Object.assign(account, { balance: 0n });
    Object.assign(entries[0]!, { amount: 0n });
    expect(await ledger.ask.getTransaction(1)).toMatchObject({ amount: 100n });
    expect(await ledger.ask.balance('ann')).toBe(100n);
    expect((await ledger.ask.statement({ account: 'ann' })).entries).toMatchObject([{ amount: 100n }]);
  });

  it('announces each transaction as it was replied', async () => {
    const ledger = ledgerWith({ ann: 100n, bob: 0n });
    const events: LedgerEvent[] = [];
    ledger.events$.subscribe((event) => events.push(event));
    const transaction = await ledger.ask.transfer({ from: 'ann', to: 'bob', amount: 30n, id: 'x' });
    await ledger.ask.transfer({ from: 'ann', to: 'bob', amount: 300n }).then(undefined, () => undefined);
    expect(events).toEqual([{ type: 'posted', transaction }]);
  });

  it('shows accounts, transactions and the sum of all', async () => {
    const ledger = createLedger();
    const seen: unknown[] = [];
    ledger.select(({ total }) => total).subscribe((total) => seen.push(total));
    const views: unknown[] = [];
    ledger.select((view) => view).subscribe((view) => views.push(view));
    ledger.tell.open({ account: 'ann' });
    ledger.tell.open({ account: 'bob' });
    ledger.tell.deposit({ account: 'ann', amount: 100n });
    ledger.tell.transfer({ from: 'ann', to: 'bob', amount: 30n });
    ledger.tell.withdraw({ account: 'bob', amount: 10n });
    expect(seen).toEqual([0n, 100n, 90n]);
    // What shows nothing new isn't shown.
    const before = views.length;
    ledger.tell.freeze('bob');
    await ledger.ask.withdraw({ account: 'bob', amount: 1n, id: 'frozen' }).then(undefined, () => undefined);
    await ledger.ask.sweep();
    expect([before, views.length]).toEqual([6, 6]);
    expect(ledger.snapshot()).toEqual({ accounts: 2, transactions: 3, total: 90n });
  });

  it('is a definition as well, and has a name', async () => {
    const ledger = createStore(defineLedger({ name: 'books' }));
    await ledger.ask.open({ account: 'ann' });
    expect(ledger.status().name).toBe('books');
    await ledger.shutdown();
    await expect(ledger.ask.balance('ann')).rejects.toThrow('books');
  });

  it('is not reset by a refusal that is remembered, which is no handler that throws', async () => {
    const ledger = ledgerWith({ ann: 100n }, { onHandlerError: 'stop' });
    await expect(ledger.ask.withdraw({ account: 'ann', amount: 101n, id: 'a' })).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS' });
    await expect(ledger.ask.withdraw({ account: 'ann', amount: 101n, id: 'a' })).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS' });
    expect(ledger.status().phase).toBe('open');
  });

  it('does what it was told before a shutdown, and nothing after', async () => {
    const ledger = ledgerWith({ ann: 100n });
    const last = ledger.ask.withdraw({ account: 'ann', amount: 1n });
    await ledger.shutdown();
    expect(await last).toMatchObject({ fromBalance: 99n });
    expect(outcome(ledger.ask.withdraw({ account: 'ann', amount: 1n }))).toBeInstanceOf(StoreClosedError);
    expect(outcome(ledger.ask.stats())).toBeInstanceOf(StoreClosedError);
  });
});

describe('an account', () => {
  it('is opened, and known from then on', async () => {
    const ledger = createLedger();
    const info = { account: 'ann', status: 'open', balance: 0n, held: 0n, available: 50n, overdraft: 50n, entries: 0 };
    expect(await ledger.ask.open({ account: 'ann', overdraft: 50n })).toEqual(info);
    expect(await ledger.ask.getAccount('ann')).toEqual(info);
    await expect(ledger.ask.open({ account: 'ann' })).rejects.toMatchObject({ code: 'ACCOUNT_EXISTS', account: 'ann' });
  });

  it('may go below zero as far as its overdraft, by each way out', async () => {
    const ledger = ledgerWith({ bob: 0n });
    await ledger.ask.open({ account: 'ann', overdraft: 50n });
    await ledger.ask.withdraw({ account: 'ann', amount: 20n });
    await ledger.ask.transfer({ from: 'ann', to: 'bob', amount: 20n });
    await ledger.ask.hold({ from: 'ann', amount: 10n });
    expect(await ledger.ask.getAccount('ann')).toMatchObject({ balance: -40n, held: 10n, available: 0n });
    await expect(ledger.ask.withdraw({ account: 'ann', amount: 1n })).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS', available: 0n });
    await expect(ledger.ask.hold({ from: 'ann', amount: 1n })).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS', available: 0n });
  });

  it('may go below zero without a limit, where there is none', async () => {
    const ledger = ledgerWith({ bob: 0n });
    await ledger.ask.open({ account: 'bank', overdraft: 'unlimited' });
    await ledger.ask.transfer({ from: 'bank', to: 'bob', amount: 10n ** 30n });
    expect(await ledger.ask.getAccount('bank')).toMatchObject({ balance: -(10n ** 30n), available: 'unlimited' });
    expect(ledger.snapshot().total).toBe(0n);
  });

  it('gets another overdraft, which counts from now on: who is further below stays there, and takes nothing', async () => {
    const ledger = ledgerWith({ ann: 10n });
    expect(await ledger.ask.setOverdraft({ account: 'ann', overdraft: 50n })).toMatchObject({ overdraft: 50n, available: 60n });
    await ledger.ask.withdraw({ account: 'ann', amount: 60n });
    expect(await ledger.ask.setOverdraft({ account: 'ann', overdraft: 20n })).toMatchObject({ balance: -50n, available: -30n });
    await expect(ledger.ask.withdraw({ account: 'ann', amount: 1n })).rejects.toMatchObject({ available: -30n });
    await ledger.ask.deposit({ account: 'ann', amount: 31n });
    expect(await ledger.ask.withdraw({ account: 'ann', amount: 1n })).toMatchObject({ fromBalance: -20n });
  });

  it('that is frozen neither pays nor is paid, until it is unfrozen', async () => {
    const ledger = ledgerWith({ ann: 100n, bob: 100n });
    expect(await ledger.ask.freeze('ann')).toMatchObject({ status: 'frozen', balance: 100n });
    const frozen = { code: 'ACCOUNT_FROZEN', account: 'ann' };
    await expect(ledger.ask.deposit({ account: 'ann', amount: 1n })).rejects.toMatchObject(frozen);
    await expect(ledger.ask.withdraw({ account: 'ann', amount: 1n })).rejects.toMatchObject(frozen);
    await expect(ledger.ask.transfer({ from: 'ann', to: 'bob', amount: 1n })).rejects.toMatchObject(frozen);
    await expect(ledger.ask.transfer({ from: 'bob', to: 'ann', amount: 1n })).rejects.toMatchObject(frozen);
    await expect(ledger.ask.hold({ from: 'ann', amount: 1n })).rejects.toMatchObject(frozen);
    await expect(ledger.ask.reverse({ transaction: 1 })).rejects.toMatchObject(frozen);
    expect(await ledger.ask.unfreeze('ann')).toMatchObject({ status: 'open' });
    await ledger.ask.transfer({ from: 'bob', to: 'ann', amount: 1n });
    expect(balances(ledger, 'ann', 'bob')).toEqual([101n, 99n]);
  });

  it('is frozen and unfrozen once, however often that is wanted', async () => {
    const ledger = ledgerWith({ ann: 0n });
    const events: LedgerEvent[] = [];
    ledger.events$.subscribe((event) => events.push(event));
    for (const command of ['freeze', 'freeze', 'unfreeze', 'unfreeze'] as const) await ledger.ask[command]('ann');
    expect(events).toEqual([{ type: 'frozen', account: 'ann' }, { type: 'unfrozen', account: 'ann' }]);
  });

  it('is closed for good, and only if it is empty', async () => {
    const ledger = ledgerWith({ ann: 10n });
    await expect(ledger.ask.close('ann')).rejects.toMatchObject({ code: 'ACCOUNT_NOT_EMPTY', account: 'ann', balance: 10n, held: 0n });
    await ledger.ask.withdraw({ account: 'ann', amount: 10n });
    expect(await ledger.ask.close('ann')).toMatchObject({ status: 'closed' });
    const closed = { code: 'ACCOUNT_CLOSED', account: 'ann' };
    await expect(ledger.ask.deposit({ account: 'ann', amount: 1n })).rejects.toMatchObject(closed);
    for (const command of ['close', 'freeze', 'unfreeze'] as const) await expect(ledger.ask[command]('ann')).rejects.toMatchObject(closed);
    await expect(ledger.ask.setOverdraft({ account: 'ann', overdraft: 1n })).rejects.toMatchObject(closed);
    await expect(ledger.ask.open({ account: 'ann' })).rejects.toMatchObject({ code: 'ACCOUNT_EXISTS' });
    expect((await ledger.ask.statement({ account: 'ann' })).entries).toHaveLength(2);
  });

  it('with debts is not closed, nor one whose money is held', async () => {
    const ledger = createLedger();
    await ledger.ask.open({ account: 'ann', overdraft: 10n });
    await ledger.ask.hold({ from: 'ann', amount: 10n });
    await expect(ledger.ask.close('ann')).rejects.toMatchObject({ balance: 0n, held: 10n });
    await ledger.ask.capture({ hold: 1 });
    await expect(ledger.ask.close('ann')).rejects.toMatchObject({ balance: -10n, held: 0n });
  });

  it('that was closed first is forgotten where there is no room for another one', async () => {
    const ledger = ledgerWith({ ann: 0n, bob: 0n, eve: 0n }, { maxAccounts: 3 });
    const events: LedgerEvent[] = [];
    await expect(ledger.ask.open({ account: 'zoe' })).rejects.toMatchObject({ code: 'LEDGER_FULL', of: 'accounts', limit: 3 });
    await ledger.ask.close('eve');
    await ledger.ask.close('ann');
    ledger.events$.subscribe((event) => events.push(event));
    await ledger.ask.open({ account: 'zoe' });
    expect(events).toEqual([{ type: 'evicted', account: 'eve' }, { type: 'opened', account: 'zoe' }]);
    await expect(ledger.ask.balance('eve')).rejects.toMatchObject({ code: 'ACCOUNT_NOT_FOUND' });
    expect(await ledger.ask.getAccount('ann')).toMatchObject({ status: 'closed' });
    expect(await ledger.ask.stats()).toMatchObject({ accounts: 3, closed: 1 });
  });

  it('announces what becomes of it', async () => {
    const ledger = createLedger();
    const events: LedgerEvent[] = [];
    ledger.events$.subscribe((event) => events.push(event));
    await ledger.ask.open({ account: 'ann' });
    await ledger.ask.setOverdraft({ account: 'ann', overdraft: 5n });
    await ledger.ask.freeze('ann');
    await ledger.ask.unfreeze('ann');
    await ledger.ask.close('ann');
    expect(events).toEqual([
      { type: 'opened', account: 'ann' }, { type: 'overdraft', account: 'ann', overdraft: 5n }, { type: 'frozen', account: 'ann' },
      { type: 'unfrozen', account: 'ann' }, { type: 'closed', account: 'ann' },
    ]);
  });

  it('is listed by pages', async () => {
    const ledger = ledgerWith({ a: 1n, b: 2n, c: 3n });
    const first = await ledger.ask.accounts({ limit: 2 });
    expect(first.accounts.map(({ account, balance }) => [account, balance])).toEqual([['a', 1n], ['b', 2n]]);
    const { after } = first;
    expect(await ledger.ask.accounts({ limit: 2, after: after! })).toMatchObject({ accounts: [{ account: 'c' }], after: undefined });
  });
});

describe('a reversal', () => {
  it.each([
    ['a deposit', 1, { from: 'ann', to: undefined }, [0n, 50n]],
    ['a transfer', 3, { from: 'bob', to: 'ann' }, [100n, 50n]],
    ['a withdrawal', 4, { from: undefined, to: 'ann' }, [77n, 70n]],
  ] as const)('of %s moves the money back, by a transaction of its own', async (_what, transaction, sides, expected) => {
    const ledger = ledgerWith({ ann: 100n, bob: 50n });
    if (transaction > 1) await ledger.ask.transfer({ from: 'ann', to: 'bob', amount: 20n });
    for (let made = 3; made <= transaction && transaction > 3; made++) await ledger.ask.withdraw({ account: 'ann', amount: 3n });
    const reversal = await ledger.ask.reverse({ transaction });
    expect(reversal).toMatchObject({ type: 'reverse', reverses: transaction, ...sides });
    expect(balances(ledger, 'ann', 'bob')).toEqual(expected);
    expect(await ledger.ask.getTransaction(transaction)).toMatchObject({ reversedBy: reversal.transaction });
  });

  it('deletes nothing: statements show both', async () => {
    const ledger = ledgerWith({ ann: 100n });
    await ledger.ask.reverse({ transaction: 1 });
    expect((await ledger.ask.statement({ account: 'ann' })).entries).toMatchObject([
      { type: 'deposit', amount: 100n, balance: 100n }, { type: 'reverse', amount: -100n, balance: 0n, reverses: 1 },
    ]);
    expect(await ledger.ask.stats()).toMatchObject({ deposited: 100n, withdrawn: 100n, total: 0n });
  });

  it('is done once', async () => {
    const ledger = ledgerWith({ ann: 100n });
    await ledger.ask.reverse({ transaction: 1 });
    await expect(ledger.ask.reverse({ transaction: 1 })).rejects.toMatchObject({ code: 'ALREADY_REVERSED', transaction: 1, reversedBy: 2 });
    expect(await ledger.ask.balance('ann')).toBe(0n);
  });

  it('can be reversed itself', async () => {
    const ledger = ledgerWith({ ann: 100n });
    await ledger.ask.reverse({ transaction: 1 });
    expect(await ledger.ask.reverse({ transaction: 2 })).toMatchObject({ type: 'reverse', from: undefined, to: 'ann', reverses: 2 });
    expect(await ledger.ask.balance('ann')).toBe(100n);
  });

  it('needs the money to be there still', async () => {
    const ledger = ledgerWith({ ann: 100n, bob: 0n });
    await ledger.ask.transfer({ from: 'ann', to: 'bob', amount: 60n });
    await ledger.ask.withdraw({ account: 'bob', amount: 1n });
    await expect(ledger.ask.reverse({ transaction: 2 })).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS', account: 'bob', available: 59n });
    expect(balances(ledger, 'ann', 'bob')).toEqual([40n, 59n]);
  });

  it('reaches as far back as transactions are kept', async () => {
    const ledger = ledgerWith({ ann: 1n }, { maxTransactions: 2 });
    await ledger.ask.deposit({ account: 'ann', amount: 2n });
    await ledger.ask.deposit({ account: 'ann', amount: 3n });
    await expect(ledger.ask.reverse({ transaction: 1 })).rejects.toMatchObject({ code: 'TRANSACTION_NOT_FOUND', transaction: 1 });
    await expect(ledger.ask.reverse({ transaction: 4 })).rejects.toMatchObject({ code: 'TRANSACTION_NOT_FOUND', transaction: 4 });
    expect(await ledger.ask.reverse({ transaction: 2 })).toMatchObject({ amount: 2n });
    await expect(ledger.ask.getTransaction(2)).rejects.toMatchObject({ code: 'TRANSACTION_NOT_FOUND' });
  });
});

describe('a statement', () => {
  it('shows what came and went, with the balance after each', async () => {
    const ledger = ledgerWith({ ann: 100n, bob: 0n });
    await ledger.ask.transfer({ from: 'ann', to: 'bob', amount: 30n, id: 'rent' });
    await ledger.ask.withdraw({ account: 'ann', amount: 20n });
    const { entries, after, gap } = await ledger.ask.statement({ account: 'ann' });
    expect(entries).toMatchObject([
      { seq: 1, transaction: 1, type: 'deposit', amount: 100n, balance: 100n, other: undefined },
      { seq: 2, transaction: 2, type: 'transfer', amount: -30n, balance: 70n, other: 'bob', id: 'rent' },
      { seq: 3, transaction: 3, type: 'withdraw', amount: -20n, balance: 50n, other: undefined },
    ]);
    expect({ after, gap }).toEqual({ after: undefined, gap: false });
    expect((await ledger.ask.statement({ account: 'bob' })).entries).toMatchObject([
      { seq: 1, transaction: 2, type: 'transfer', amount: 30n, balance: 30n, other: 'ann' },
    ]);
  });

  it('comes by pages', async () => {
    const ledger = ledgerWith({ ann: 1n });
    for (const amount of [2n, 3n, 4n, 5n]) await ledger.ask.deposit({ account: 'ann', amount });
    const amounts: bigint[][] = [];
    let after: number | undefined = 0;
    while (after !== undefined) {
      const page: Awaited<ReturnType<typeof ledger.ask.statement>> = await ledger.ask.statement({ account: 'ann', after, limit: 2 });
      amounts.push(page.entries.map(({ amount }) => amount));
      after = page.after;
    }
    expect(amounts).toEqual([[1n, 2n], [3n, 4n], [5n]]);
  });

  it('goes back as far as `history`, and says so where entries are missing; the running balance is right all the same', async () => {
    const ledger = ledgerWith({ ann: 1n }, { history: 2 });
    for (const amount of [2n, 3n]) await ledger.ask.deposit({ account: 'ann', amount });
    const kept = [{ seq: 2, amount: 2n, balance: 3n }, { seq: 3, amount: 3n, balance: 6n }];
    expect(await ledger.ask.statement({ account: 'ann' })).toMatchObject({ entries: kept, gap: true });
    expect(await ledger.ask.statement({ account: 'ann', after: 1 })).toMatchObject({ entries: kept, gap: false });
    expect(await ledger.ask.statement({ account: 'ann', after: 2 })).toMatchObject({ entries: [kept[1]], gap: false });
  });

  it('of an account that nothing happened to is empty, and so is what comes after the end', async () => {
    const ledger = ledgerWith({ ann: 0n, bob: 1n });
    expect(await ledger.ask.statement({ account: 'ann' })).toEqual({ entries: [], after: undefined, gap: false });
    expect(await ledger.ask.statement({ account: 'bob', after: 7 })).toEqual({ entries: [], after: undefined, gap: false });
  });
});
