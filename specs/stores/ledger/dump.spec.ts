/** A ledger that outlives its store: `dump`, and the option `restore`. */
import { createLedger, type Ledger, type LedgerDump, type LedgerOptions } from 'ownstate/stores';
import { describe, expect, it } from 'vitest';
import { handClock, ledgerWith, outcome } from './support.js';

/** A ledger in which something of everything has happened, by a clock that stands at 1,000. */
async function eventful(options: LedgerOptions = {}): Promise<{ ledger: Ledger; clock: ReturnType<typeof handClock> }> {
  const clock = handClock(1000);
  const ledger = ledgerWith({ ann: 1000n, bob: 50n, eve: 0n }, { scheduler: clock.scheduler, ...options });
  await ledger.ask.open({ account: 7, overdraft: 'unlimited' });
  await ledger.ask.open({ account: '7', overdraft: 20n });
  await ledger.ask.transfer({ from: 7, to: '7', amount: 2n ** 70n, id: 'large' });
  await ledger.ask.hold({ from: 'ann', to: 'bob', amount: 100n, ttl: 500, id: 'held' });
  await ledger.ask.hold({ from: 'ann', amount: 10n });
  await ledger.ask.hold({ from: 'ann', amount: 20n, ttl: 100 });
  await ledger.ask.hold({ from: 'ann', to: 'bob', amount: 30n });
  await ledger.ask.capture({ hold: 4, amount: 25n, id: 'captured' });
  await ledger.ask.hold({ from: 'bob', amount: 1n });
  await ledger.ask.release({ hold: 5, id: 'released' });
  await ledger.ask.reverse({ transaction: 2 });
  await ledger.ask.batch({ operations: [{ type: 'deposit', account: 'bob', amount: 9n }, { type: 'hold', from: 'bob', amount: 9n, ttl: 900 }], id: 'both' });
  for (const [id, amount] of [['poor', 10n ** 9n], ['fine', 1n]] as const) await ledger.ask.withdraw({ account: 'ann', amount, id }).then(undefined, () => undefined);
  await ledger.ask.batch({ operations: [{ type: 'capture', hold: 1, amount: 101n }], id: 'failed' }).then(undefined, () => undefined);
  await ledger.ask.freeze('bob');
  await ledger.ask.close('eve');
  return { ledger, clock };
}

/** All that can be asked of a ledger. */
async function allOf(ledger: Ledger): Promise<unknown> {
  const { accounts } = await ledger.ask.accounts();
  return {
    accounts,
    stats: await ledger.ask.stats(),
    view: ledger.snapshot(),
    statements: await Promise.all(accounts.map(({ account }) => ledger.ask.statement({ account }))),
    holds: [1, 2, 3, 4, 5, 6, 7].map((hold) => outcome(ledger.ask.getHold(hold))),
    transactions: [1, 2, 3, 4, 5, 6, 7, 8].map((transaction) => outcome(ledger.ask.getTransaction(transaction))),
  };
}

describe('a dump', () => {
  it('is plain data: JSON gives it back as it was', async () => {
    const { ledger } = await eventful();
    const dump = await ledger.ask.dump();
    expect(JSON.parse(JSON.stringify(dump))).toEqual(dump);
    expect(structuredClone(dump)).toEqual(dump);
    expect(dump).toMatchObject({ kind: 'ledger', version: 1, at: 1000, deposited: '1059', transactions: 7, holds: 6 });
  });

  it('restores all of a ledger', async () => {
    const { ledger, clock } = await eventful();
    const dump = JSON.parse(JSON.stringify(await ledger.ask.dump())) as LedgerDump;
    const restored = createLedger({ scheduler: clock.scheduler, restore: dump });
    expect(await allOf(restored)).toEqual(await allOf(ledger));
    expect(await restored.ask.dump()).toEqual(dump);
  });

  it('is restored as it was, whatever has happened to the object that it was restored from', async () => {
    const { ledger, clock } = await eventful();
    const dump = await ledger.ask.dump();
    const restored = createLedger({ scheduler: clock.scheduler, restore: dump });
    await restored.ask.deposit({ account: 'ann', amount: 1n });
    await restored.ask.capture({ hold: 1 }).then(undefined, () => undefined);
    expect(await ledger.ask.dump()).toEqual(dump);
  });

  it('goes on where it was: numbers, balances, holds, reversals', async () => {
    const { ledger, clock } = await eventful();
    const restored = createLedger({ scheduler: clock.scheduler, restore: await ledger.ask.dump() });
    expect(await restored.ask.deposit({ account: 'ann', amount: 1n })).toMatchObject({ transaction: 8, toBalance: 975n });
    expect(await restored.ask.hold({ from: 'ann', amount: 1n })).toMatchObject({ hold: 7 });
    await restored.ask.unfreeze('bob');
    expect(await restored.ask.capture({ hold: 1 })).toMatchObject({ type: 'capture', from: 'ann', to: 'bob', amount: 100n });
    await expect(restored.ask.reverse({ transaction: 2 })).rejects.toMatchObject({ code: 'ALREADY_REVERSED', reversedBy: 5 });
    expect(await restored.ask.reverse({ transaction: 3 })).toMatchObject({ from: '7', to: 7 });
    expect((await restored.ask.statement({ account: 'ann' })).entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  });

  it('keeps what ids were answered with: done, or refused', async () => {
    const { ledger, clock } = await eventful();
    const restored = createLedger({ scheduler: clock.scheduler, restore: JSON.parse(JSON.stringify(await ledger.ask.dump())) as LedgerDump });
    const before = await restored.ask.stats();
    const commands: ((of: Ledger) => { subscribe(observer: object): unknown })[] = [
      ({ ask }) => ask.transfer({ from: 7, to: '7', amount: 2n ** 70n, id: 'large' }),
      ({ ask }) => ask.hold({ from: 'ann', to: 'bob', amount: 100n, ttl: 500, id: 'held' }),
      ({ ask }) => ask.capture({ hold: 4, amount: 25n, id: 'captured' }),
      ({ ask }) => ask.release({ hold: 5, id: 'released' }),
      ({ ask }) => ask.batch({ operations: [{ type: 'deposit', account: 'bob', amount: 9n }, { type: 'hold', from: 'bob', amount: 9n, ttl: 900 }], id: 'both' }),
      ({ ask }) => ask.withdraw({ account: 'ann', amount: 10n ** 9n, id: 'poor' }),
      ({ ask }) => ask.withdraw({ account: 'ann', amount: 1n, id: 'fine' }),
      ({ ask }) => ask.batch({ operations: [{ type: 'capture', hold: 1, amount: 101n }], id: 'failed' }),
    ];
    for (const command of commands) {
      const [expected, got] = [outcome(command(ledger)), outcome(command(restored))];
      expect(got).toEqual(expected);
      expect({ ...got as object }).toEqual({ ...expected as object });
    }
    expect(await restored.ask.stats()).toEqual(before);
    await expect(restored.ask.capture({ hold: 4, id: 'captured' })).rejects.toMatchObject({ code: 'ID_CONFLICT', field: 'amount' });
    await expect(restored.ask.hold({ from: 'ann', to: 'bob', amount: 100n, id: 'held' })).rejects.toMatchObject({ code: 'ID_CONFLICT', field: 'ttl' });
  });

  it('tells a field that was left out from one that is given, also when it comes back', async () => {
    const ledger = ledgerWith({ ann: 100n });
    await ledger.ask.hold({ from: 'ann', amount: 10n, id: 'hold' });
    await ledger.ask.capture({ hold: 1, id: 'all' });
    const restored = createLedger({ restore: await ledger.ask.dump() });
    await expect(restored.ask.capture({ hold: 1, amount: 10n, id: 'all' })).rejects.toMatchObject({ code: 'ID_CONFLICT', field: 'amount' });
    expect(await restored.ask.capture({ hold: 1, id: 'all' })).toMatchObject({ amount: 10n });
    expect(await restored.ask.hold({ from: 'ann', amount: 10n, ttl: Infinity, id: 'hold' })).toMatchObject({ hold: 1, expiresAt: Infinity });
  });

  it('keeps remaining lifetimes, less the time that has passed since; what has expired meanwhile is free', async () => {
    const { ledger } = await eventful();
    const later = handClock(1100);
    const restored = createLedger({ scheduler: later.scheduler, restore: await ledger.ask.dump() });
    expect(await restored.ask.getHold(1)).toMatchObject({ status: 'held', expiresAt: 1500 });
    expect(await restored.ask.getHold(2)).toMatchObject({ status: 'held', expiresAt: Infinity });
    expect(await restored.ask.getHold(3)).toMatchObject({ status: 'expired', expiresAt: 1100 });
    expect(await restored.ask.getAccount('ann')).toMatchObject({ held: 110n });
    later.now = 1499;
    expect(await restored.ask.getHold(1)).toMatchObject({ status: 'held' });
    later.now = 1500;
    expect(await restored.ask.getHold(1)).toMatchObject({ status: 'expired' });
  });

  it('by a clock that is behind counts as made now', async () => {
    const { ledger } = await eventful();
    const behind = handClock(10);
    const restored = createLedger({ scheduler: behind.scheduler, restore: await ledger.ask.dump() });
    expect(await restored.ask.getHold(1)).toMatchObject({ status: 'held', at: 10, expiresAt: 510 });
    expect(await restored.ask.getTransaction(1)).toMatchObject({ at: 10 });
  });

  it('leaves out what has expired and is not swept', async () => {
    const { ledger, clock } = await eventful({ sweep: 1_000_000 });
    clock.now = 1600;
    const dump = await ledger.ask.dump();
    expect(dump.held.map(({ hold }) => hold)).toEqual([2, 6]);
    expect(dump.ended.map(({ hold, status }) => [hold, status])).toEqual([[4, 'captured'], [5, 'released'], [3, 'expired'], [1, 'expired']]);
  });

  it('comes into smaller bounds as far as it fits: histories and ids are cut, money is not', async () => {
    const { ledger, clock } = await eventful();
    const dump = await ledger.ask.dump();
    const restored = createLedger({ scheduler: clock.scheduler, restore: dump, history: 1, maxIds: 1, maxTransactions: 1 });
    expect(await restored.ask.stats()).toEqual({ ...await ledger.ask.stats(), ids: 1 });
    expect(await restored.ask.statement({ account: 'ann' })).toMatchObject({ entries: [{ seq: 3 }], gap: true });
    await expect(restored.ask.reverse({ transaction: 6 })).rejects.toMatchObject({ code: 'TRANSACTION_NOT_FOUND' });
    expect(() => createLedger({ restore: dump, maxAccounts: 4 })).toThrow('Expected `restore.accounts` to be at most 4, got 5');
    expect(() => createLedger({ restore: dump, maxHolds: 3 })).toThrow('Expected `restore.held` to be at most 3, got 4');
  });
});

describe('what can not be restored', () => {
  /** Changes of a dump, by path, and what is said of them. */
  const rows: readonly (readonly [path: string, value: unknown, message: string])[] = [
    ['', null, '`restore` to be an object, got null'],
    ['', 5, '`restore` to be an object, got 5'],
    ['kind', 'cache', "`restore.kind` to be 'ledger', got 'cache'"],
    ['version', 2, '`restore.version` to be 1, got 2'],
    ['at', NaN, '`restore.at` to be a time'],
    ['deposited', 1059, '`restore.deposited` to be an amount as text, got 1059'],
    ['deposited', '1058', '`restore.accounts` to be 1007 in all, got 1008'],
    ['withdrawn', 'many', '`restore.withdrawn` to be an amount as text'],
    ['transactions', -1, '`restore.transactions` to be an integer from 0 on, got -1'],
    ['transactions', 6, '`restore.reversible` to be an integer, at most that of all transactions, got 7'],
    ['kept.6.transaction', 9, '`restore.kept[6].transaction` to be the next one'],
    ['holds', 1.5, '`restore.holds` to be an integer from 0 on, got 1.5'],
    ['holds', 3, '`restore.ended[0].hold` to be an integer from 1 to 3, got 4'],
    ['reversible', 8, '`restore.reversible` to be'],
    ['kept', {}, '`restore.kept` to be an array'],
    ['kept.0', null, '`restore.kept[0]` to be an object, got null'],
    ['kept.0.transaction', 0, '`restore.kept[0].transaction` to be an integer from 1 on, got 0'],
    ['kept.1.transaction', 1, '`restore.kept[1].transaction` to be the next one'],
    ['kept.0.type', 'gift', '`restore.kept[0].type` to be one of'],
    ['kept.0.type', 'withdraw', '`restore.kept[0].type` to be one that goes with its `from` and `to`'],
    ['kept.0.type', 'transfer', '`restore.kept[0].type` to be one that goes with its `from` and `to`'],
    ['kept.0.to', {}, '`restore.kept[0].to` to be a string or a finite number'],
    ['kept.0.to', undefined, '`restore.kept[0].to` to be another account'],
    ['kept.0.amount', '0', '`restore.kept[0].amount` to be an amount from 1'],
    ['kept.0.amount', '1e3', '`restore.kept[0].amount` to be an amount as text'],
    ['kept.0.toBalance', undefined, '`restore.kept[0].toBalance` to be an amount as text'],
    ['kept.0.at', '1', '`restore.kept[0].at` to be a time'],
    ['kept.0.id', 5, '`restore.kept[0].id` to be a string'],
    ['kept.0.hold', 0, '`restore.kept[0].hold` to be an integer from 1 on'],
    ['kept.0.reversedBy', 'x', '`restore.kept[0].reversedBy` to be an integer from 1 on'],
    ['kept', [], '`restore.kept` to be with transaction 1'],
    ['accounts', null, '`restore.accounts` to be an array'],
    ['accounts.0.account', NaN, '`restore.accounts[0].account` to be a string or a finite number'],
    ['accounts.1.account', 'ann', '`restore.accounts[1].account` to be a string or a finite number that no other has'],
    ['accounts.0.status', 'gone', '`restore.accounts[0].status` to be one of open, frozen, closed'],
    ['accounts.0.balance', 5, '`restore.accounts[0].balance` to be an amount as text, got 5'],
    ['accounts.0.overdraft', '-1', '`restore.accounts[0].overdraft` to be an amount from 0 on'],
    ['accounts.0.entries', -1, '`restore.accounts[0].entries` to be an integer from 0 on'],
    ['accounts.0.entries', 1, '`restore.accounts[0].history` to be an array of at most'],
    ['accounts.0.history', [2], '`restore.accounts[0].history` to be transactions of that account'],
    ['accounts.0.history', [99], '`restore.accounts[0].history` to be transactions of that account'],
    ['closed', 'eve', '`restore.closed` to be an array'],
    ['closed', ['ann'], '`restore.closed` to be closed accounts, each once'],
    ['closed', ['eve', 'eve'], '`restore.closed` to be closed accounts, each once'],
    ['closed', [], '`restore.closed` to be all 1 of them, got 0'],
    ['held', 5, '`restore.held` to be an array'],
    ['held.0.from', 'nobody', '`restore.held[0]` to be a hold of an account'],
    ['held.0.from', null, '`restore.held[0].from` to be a string or a finite number'],
    ['held.0.to', 'ann', '`restore.held[0].to` to be another account, or none'],
    ['held.0.amount', '-5', '`restore.held[0].amount` to be an amount from 1'],
    ['held.0.status', 'released', '`restore.held[0]` to be a hold of an account, and no other'],
    ['held.0.status', 'lost', '`restore.held[0].status` to be one of'],
    ['held.0.ttl', Infinity, '`restore.held[0].ttl` to be a number of milliseconds, or null'],
    ['held.0.at', null, '`restore.held[0].at` to be a time'],
    ['held.0.id', 7, '`restore.held[0].id` to be a string'],
    ['held.1.hold', 1, '`restore.held[1]` to be a hold of an account, and no other'],
    ['ended.0.status', 'held', '`restore.ended[0]` to be a hold that ended'],
    ['ended.0.captured', 25, '`restore.ended[0].captured` to be an amount as text'],
    ['ids', 1, '`restore.ids` to be an array'],
    ['ids.0.id', 5, '`restore.ids[0].id` to be a string that no other has'],
    ['ids.1.id', 'large', '`restore.ids[1].id` to be a string that no other has'],
    ['ids.0.fields', null, '`restore.ids[0].fields` to be an object'],
    ['ids.0.fields.amount', 5, '`restore.ids[0].fields.amount` to be an amount as text'],
    ['ids.0.done', [], '`restore.ids[0].done` to be what came of the command'],
    ['ids.0.done.0', null, '`restore.ids[0].done[0]` to be an object'],
    ['ids.0.fields.type', 'deposit', '`restore.ids[0].done` to be what came of the command'],
    ['ids.1.fields.type', 'deposit', '`restore.ids[1].done` to be what came of the command'],
    ['ids.5.refused.code', 'NONE', '`restore.ids[5].refused.code` to be that of an error of the ledger'],
    ['ids.7.refused.cause', undefined, '`restore.ids[7].refused.cause` to be why the batch was refused'],
    ['ids.7.refused.cause', 5, '`restore.ids[7].refused.cause` to be an object'],
  ];

  /** A copy in which what stands at a path is another value. */
  const changed = (value: unknown, [name, ...rest]: string[], to: unknown): unknown => {
    if (name === undefined) return to;
    if (Array.isArray(value)) return value.map((item, place) => String(place) === name ? changed(item, rest, to) : item as unknown);
    return { ...value as object, [name]: changed((value as Record<string, unknown>)[name], rest, to) };
  };

  it.each(rows)('%s as %o: %s', async (path, value, message) => {
    const { ledger } = await eventful();
    const dump = await ledger.ask.dump();
    const restore = changed(dump, path === '' ? [] : path.split('.'), value) as LedgerDump;
    let error: unknown;
    try {
      createLedger({ restore });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain(message);
  });
});
