/** The bank account: one owner of the money. */
import fc from 'fast-check';
import { createStore, StoreClosedError } from 'ownstate';
import { createBankAccount, defineBankAccount, InsufficientFundsError, type BankAccountDump, type BankAccountEvent } from 'ownstate/stores';
import { checkStore, marbles } from 'ownstate/testing';
import { describe, expect, it } from 'vitest';
import { handClock, outcome } from './ledger/support.js';

describe('a bank account', () => {
  it('is empty at first, or has its opening balance', async () => {
    expect(await createBankAccount({ owner: 'Ann' }).ask.balance()).toBe(0n);
    expect(await createBankAccount({ owner: 'Ann', opening: 500n }).ask.balance()).toBe(500n);
  });

  it('replies the new balance to a deposit and to a withdrawal', async () => {
    const account = createBankAccount({ owner: 'Ann', opening: 100n });
    expect(await account.ask.deposit({ amount: 500n })).toBe(600n);
    expect(await account.ask.withdraw({ amount: 200n })).toBe(400n);
    expect(await account.ask.balance()).toBe(400n);
  });

  it('refuses to give more than there is, and the balance stays', async () => {
    const account = createBankAccount({ owner: 'Ann', opening: 300n });
    const error = await account.ask.withdraw({ amount: 1500n }).then(undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(InsufficientFundsError);
    expect(error).toMatchObject({
      code: 'INSUFFICIENT_FUNDS', account: 'Ann', amount: 1500n, available: 300n, message: "Expected account 'Ann' to have 1500 available, got 300",
    });
    expect(await account.ask.balance()).toBe(300n);
  });

  it('gives all there is, to the last cent', async () => {
    const account = createBankAccount({ owner: 'Ann', opening: 300n });
    expect(await account.ask.withdraw({ amount: 300n })).toBe(0n);
  });

  it('may go below zero as far as its overdraft', async () => {
    const account = createBankAccount({ owner: 'Ann', overdraft: 50n });
    expect(await account.ask.withdraw({ amount: 50n })).toBe(-50n);
    await expect(account.ask.withdraw({ amount: 1n })).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS', available: 0n });
    const bank = createBankAccount({ owner: 'bank', overdraft: 'unlimited' });
    expect(await bank.ask.withdraw({ amount: 2n ** 100n })).toBe(-(2n ** 100n));
  });

  it('has no negative amounts, which would be withdrawals in disguise', async () => {
    const account = createBankAccount({ owner: 'Ann', opening: 100n });
    await expect(account.ask.deposit({ amount: -50n })).rejects.toMatchObject({ code: 'INVALID_PAYLOAD', field: 'amount' });
    await expect(account.ask.withdraw({ amount: -50n })).rejects.toMatchObject({ code: 'INVALID_PAYLOAD', field: 'amount' });
    expect(await account.ask.balance()).toBe(100n);
  });

  it('looks and takes in one step: two who both see enough do not both get it', async () => {
    const account = createBankAccount({ owner: 'Ann', opening: 100n });
    const outcomes = await Promise.allSettled([account.ask.withdraw({ amount: 80n }), account.ask.withdraw({ amount: 80n })]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await account.ask.balance()).toBe(20n);
  });

  it('does a command with an id once, and answers it as before', async () => {
    const account = createBankAccount({ owner: 'Ann' });
    expect(await account.ask.deposit({ amount: 50n, id: 'pay' })).toBe(50n);
    await account.ask.withdraw({ amount: 20n });
    expect(await account.ask.deposit({ amount: 50n, id: 'pay' })).toBe(50n);
    expect(await account.ask.balance()).toBe(30n);
    await expect(account.ask.deposit({ amount: 51n, id: 'pay' })).rejects.toMatchObject({ code: 'ID_CONFLICT', field: 'amount' });
    await expect(account.ask.withdraw({ amount: 50n, id: 'pay' })).rejects.toMatchObject({ code: 'ID_CONFLICT', field: 'type' });
  });

  it('refuses again what was refused with an id, also when there is enough by then', async () => {
    const account = createBankAccount({ owner: 'Ann' });
    const poor = { code: 'INSUFFICIENT_FUNDS', available: 0n };
    await expect(account.ask.withdraw({ amount: 50n, id: 'rent' })).rejects.toMatchObject(poor);
    await account.ask.deposit({ amount: 100n });
    await expect(account.ask.withdraw({ amount: 50n, id: 'rent' })).rejects.toMatchObject(poor);
    expect(await account.ask.withdraw({ amount: 50n, id: 'rent again' })).toBe(50n);
  });

  it('forgets ids beyond `maxIds`, and announces that', async () => {
    const account = createBankAccount({ owner: 'Ann', maxIds: 1 });
    const events: BankAccountEvent[] = [];
    account.events$.subscribe((event) => events.push(event));
    await account.ask.deposit({ amount: 1n, id: 'a' });
    await account.ask.deposit({ amount: 1n, id: 'b' });
    expect(events).toMatchObject([{ type: 'posted' }, { type: 'posted' }, { type: 'forgotten', id: 'a' }]);
  });

  it('shows what came and went, the opening too', async () => {
    const account = createBankAccount({ owner: 'Ann', opening: 100n, history: 3 });
    await account.ask.withdraw({ amount: 30n, id: 'rent' });
    expect((await account.ask.statement()).entries).toMatchObject([
      { seq: 1, type: 'deposit', amount: 100n, balance: 100n }, { seq: 2, type: 'withdraw', amount: -30n, balance: 70n, id: 'rent' },
    ]);
    expect(await account.ask.statement({ after: 1, limit: 1 })).toMatchObject({ entries: [{ seq: 2 }], after: undefined, gap: false });
    for (const amount of [1n, 2n]) await account.ask.deposit({ amount });
    expect(await account.ask.statement({ limit: 2 })).toMatchObject({ entries: [{ seq: 2 }, { seq: 3 }], after: 3, gap: true });
  });

  it('shows the statement of its owner, whatever account is asked for', async () => {
    const account = createBankAccount({ owner: 'Ann', opening: 100n });
    expect(await account.ask.statement({ account: 'Bob' } as never)).toMatchObject({ entries: [{ amount: 100n }] });
  });

  it('tells its figures', async () => {
    const account = createBankAccount({ owner: 'Ann', opening: 100n, overdraft: 50n });
    await account.ask.withdraw({ amount: 30n, id: 'x' });
    expect(await account.ask.stats()).toEqual({
      owner: 'Ann', balance: 70n, available: 120n, overdraft: 50n, transactions: 2, deposited: 100n, withdrawn: 30n, ids: 1,
    });
  });

  it('shows its balance: each new one, in order', marbles((m) => {
    const account = m.watch(createBankAccount({ owner: 'Ann', opening: 5n, scheduler: m.scheduler }));
    const amounts = m.cold('         -a-b--c-a', { a: 10n, b: -12n, c: -50n });
    const balances = '               xy-z----w';

    amounts.subscribe((amount) => (amount > 0n ? account.ask.deposit({ amount }) : account.ask.withdraw({ amount: -amount })).subscribe({ error: () => undefined }));
    m.expect(account.select()).toBeObservable(balances, { x: 5n, y: 15n, z: 3n, w: 13n });
  }));

  it('is a definition as well', async () => {
    const account = createStore(defineBankAccount({ owner: 'Ann', name: 'purse', opening: 1n }));
    expect(account.status().name).toBe('purse');
    expect(account.snapshot()).toBe(1n);
  });

  it('takes nothing after its shutdown', async () => {
    const account = createBankAccount({ owner: 'Ann' });
    const last = account.ask.deposit({ amount: 1n });
    await account.shutdown();
    expect(await last).toBe(1n);
    expect(outcome(account.ask.deposit({ amount: 1n }))).toBeInstanceOf(StoreClosedError);
    expect(outcome(account.ask.balance())).toBeInstanceOf(StoreClosedError);
  });

  it('does not do what was given up before it was its turn', async () => {
    const account = createBankAccount({ owner: 'Ann' });
    await expect(account.with({ signal: AbortSignal.abort() }).ask.deposit({ amount: 1n })).rejects.toMatchObject({ code: 'ASK_ABORTED' });
    expect(await account.ask.balance()).toBe(0n);
  });

  it('does what its model does', () => checkStore((options) => createBankAccount({ owner: 'Ann', overdraft: 10n, ...options }), {
    commands: {
      deposit: fc.record({ amount: fc.bigInt(1n, 30n) }),
      withdraw: fc.record({ amount: fc.bigInt(1n, 60n) }),
      balance: undefined,
    },
    model: {
      init: 0n,
      step: (balance, { type, payload }) => {
        if (type === 'balance') return { state: balance, reply: balance };
        const { amount } = payload as { amount: bigint };
        const next = type === 'deposit' ? balance + amount : balance - amount;
        if (next < -10n) throw new InsufficientFundsError('Ann', amount, balance + 10n);
        return { state: next, reply: next };
      },
    },
  }));
});

describe('the dump of a bank account', () => {
  const made = async () => {
    const account = createBankAccount({ owner: 'Ann', opening: 100n, overdraft: 5n, scheduler: handClock(1000).scheduler });
    await account.ask.withdraw({ amount: 30n, id: 'rent' });
    await account.ask.withdraw({ amount: 300n, id: 'car' }).then(undefined, () => undefined);
    return account;
  };

  it('is plain data, and restores all of it', async () => {
    const account = await made();
    const dump = await account.ask.dump();
    expect(JSON.parse(JSON.stringify(dump))).toEqual(dump);
    expect(dump).toMatchObject({ kind: 'bank-account', version: 1, at: 1000, deposited: '100', withdrawn: '30' });
    const restored = createBankAccount({ owner: 'Ann', overdraft: 5n, restore: JSON.parse(JSON.stringify(dump)) as BankAccountDump, scheduler: handClock(1000).scheduler });
    expect(await restored.ask.stats()).toEqual(await account.ask.stats());
    expect(await restored.ask.statement()).toEqual(await account.ask.statement());
    expect(await restored.ask.dump()).toEqual(dump);
    expect(await restored.ask.withdraw({ amount: 30n, id: 'rent' })).toBe(70n);
    await expect(restored.ask.withdraw({ amount: 300n, id: 'car' })).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS', available: 75n });
  });

  it('stands in for the opening balance, and the options for its overdraft', async () => {
    const restore = await (await made()).ask.dump();
    const restored = createBankAccount({ owner: 'Ann', opening: 100n, overdraft: 'unlimited', restore });
    expect(await restored.ask.stats()).toMatchObject({ balance: 70n, available: 'unlimited' });
  });

  it('is refused where it is of somebody else, or none', async () => {
    const restore = await (await made()).ask.dump();
    expect(() => createBankAccount({ owner: 'Bob', restore })).toThrow('Expected `restore.accounts` to be that of Bob');
    expect(() => createBankAccount({ owner: 'Ann', restore: { ...restore, kind: 'ledger' as never } })).toThrow("Expected `restore.kind` to be 'bank-account', got 'ledger'");
    expect(() => createBankAccount({ owner: 'Ann', restore: { ...restore, version: 2 as never } })).toThrow('Expected `restore.version` to be 1, got 2');
    expect(() => createBankAccount({ owner: 'Ann', restore: { ...restore, holds: 1 } })).toThrow('Expected `restore.holds` to be 0, got 1');
    const closed = restore.accounts.map((account) => ({ ...account, status: 'closed' as const }));
    expect(() => createBankAccount({ owner: 'Ann', restore: { ...restore, accounts: closed, closed: ['Ann'] } })).toThrow("Expected `restore.accounts` to be an account that is open, got 'closed'");
    expect(() => createBankAccount({ owner: 'Ann', restore: { ...restore, deposited: '1' } })).toThrow('Expected `restore.accounts` to be -29 in all, got 70');
  });
});
