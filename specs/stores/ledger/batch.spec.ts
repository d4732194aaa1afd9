/** Linked operations: all are done, or none. */
import fc from 'fast-check';
import type { BatchOperation, LedgerEvent } from 'ownstate/stores';
import { describe, expect, it } from 'vitest';
import { balances, handClock, ledgerWith } from './support.js';

describe('a batch', () => {
  it('does all of its operations, in their order, and replies what each would have replied', async () => {
    const ledger = ledgerWith({ ann: 100n, bob: 0n });
    const replies = await ledger.ask.batch({
      operations: [
        { type: 'transfer', from: 'ann', to: 'bob', amount: 30n },
        { type: 'withdraw', account: 'bob', amount: 10n },
        { type: 'hold', from: 'bob', amount: 20n },
        { type: 'deposit', account: 'ann', amount: 1n },
      ],
      id: 'all',
    });
    expect(replies).toMatchObject([
      { transaction: 2, type: 'transfer', toBalance: 30n, id: 'all' }, { transaction: 3, type: 'withdraw', fromBalance: 20n },
      { hold: 1, from: 'bob', amount: 20n, id: 'all' }, { transaction: 4, type: 'deposit', toBalance: 71n },
    ]);
    expect(balances(ledger, 'ann', 'bob')).toEqual([71n, 20n]);
  });

  it('that is refused has changed nothing: a dump is as before, to the letter', async () => {
    const clock = handClock();
    const ledger = ledgerWith({ ann: 100n, bob: 0n }, { scheduler: clock.scheduler });
    for (const ttl of [10, 20, 30]) await ledger.ask.hold({ from: 'ann', to: 'bob', amount: 5n, ttl });
    clock.now = 10;
    const before = JSON.stringify(await ledger.ask.dump());
    const operations: BatchOperation[] = [
      { type: 'transfer', from: 'ann', to: 'bob', amount: 50n }, { type: 'hold', from: 'bob', amount: 3n, ttl: 1e-20 }, { type: 'release', hold: 2 },
      { type: 'capture', hold: 3, amount: 1n }, { type: 'reverse', transaction: 2 }, { type: 'withdraw', account: 'bob', amount: 1000n },
    ];
    await expect(ledger.ask.batch({ operations })).rejects.toMatchObject({ code: 'BATCH_FAILED', index: 5 });
    expect(JSON.stringify(await ledger.ask.dump())).toBe(before);
  });

  it('lets an operation use what those before it did', async () => {
    const ledger = ledgerWith({ ann: 100n, bob: 0n, eve: 0n });
    await ledger.ask.batch({ operations: [{ type: 'transfer', from: 'ann', to: 'bob', amount: 100n }, { type: 'transfer', from: 'bob', to: 'eve', amount: 100n }] });
    expect(balances(ledger, 'ann', 'bob', 'eve')).toEqual([0n, 0n, 100n]);
  });

  it('may reverse what was done before it, and what it does itself', async () => {
    const ledger = ledgerWith({ ann: 100n, bob: 50n });
    expect(await ledger.ask.batch({
      operations: [
        { type: 'deposit', account: 'ann', amount: 1n }, { type: 'deposit', account: 'ann', amount: 2n }, { type: 'reverse', transaction: 2 },
        { type: 'reverse', transaction: 3 },
      ],
    })).toMatchObject([{ transaction: 3 }, { transaction: 4 }, { reverses: 2, from: 'bob', amount: 50n }, { reverses: 3, from: 'ann', amount: 1n }]);
    expect(balances(ledger, 'ann', 'bob')).toEqual([102n, 0n]);
    expect(await ledger.ask.getTransaction(3)).toMatchObject({ reversedBy: 6 });
  });

  it('may capture and release what it holds itself', async () => {
    const ledger = ledgerWith({ ann: 100n, bob: 0n });
    await ledger.ask.batch({
      operations: [
        { type: 'hold', from: 'ann', to: 'bob', amount: 60n }, { type: 'hold', from: 'ann', amount: 40n }, { type: 'capture', hold: 1, amount: 10n },
        { type: 'release', hold: 2 }, { type: 'transfer', from: 'ann', to: 'bob', amount: 90n },
      ],
    });
    expect(balances(ledger, 'ann', 'bob')).toEqual([0n, 100n]);
  });

  it('does none of them if one cannot be, and says which, and why', async () => {
    const ledger = ledgerWith({ ann: 100n, bob: 0n });
    const before = await ledger.ask.dump();
    const error = await ledger.ask.batch({
      operations: [{ type: 'transfer', from: 'ann', to: 'bob', amount: 60n }, { type: 'transfer', from: 'ann', to: 'bob', amount: 60n }],
    }).then(undefined, (reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'BATCH_FAILED', index: 1, cause: { code: 'INSUFFICIENT_FUNDS', account: 'ann', amount: 60n, available: 40n } });
    expect(await ledger.ask.dump()).toEqual({ ...before, at: expect.any(Number) as number });
  });

  it('that is refused leaves no trace: no number, no entry, no event', async () => {
    const ledger = ledgerWith({ ann: 100n, bob: 0n });
    await ledger.ask.hold({ from: 'ann', to: 'bob', amount: 10n });
    const events: LedgerEvent[] = [];
    ledger.events$.subscribe((event) => events.push(event));
    const before = await ledger.ask.dump();
    await expect(ledger.ask.batch({
      operations: [
        { type: 'capture', hold: 1, amount: 5n }, { type: 'hold', from: 'ann', amount: 5n }, { type: 'release', hold: 2 },
        { type: 'reverse', transaction: 1 }, { type: 'deposit', account: 'nobody', amount: 1n },
      ],
    })).rejects.toMatchObject({ code: 'BATCH_FAILED' });
    expect(await ledger.ask.dump()).toEqual({ ...before, at: expect.any(Number) as number });
    expect(events).toEqual([]);
    expect(await ledger.ask.hold({ from: 'ann', amount: 1n })).toMatchObject({ hold: 2 });
    expect(await ledger.ask.deposit({ account: 'ann', amount: 1n })).toMatchObject({ transaction: 2 });
    expect(await ledger.ask.capture({ hold: 1 })).toMatchObject({ amount: 10n });
  });

  it('announces its operations in their order', async () => {
    const ledger = ledgerWith({ ann: 100n });
    const events: LedgerEvent[] = [];
    ledger.events$.subscribe((event) => events.push(event));
    await ledger.ask.batch({
      operations: [
        { type: 'deposit', account: 'ann', amount: 1n }, { type: 'hold', from: 'ann', amount: 5n }, { type: 'withdraw', account: 'ann', amount: 1n },
        { type: 'release', hold: 1 },
      ],
    });
    expect(events.map((event) => event.type === 'posted' ? event.transaction.type : event.type)).toEqual(['deposit', 'held', 'withdraw', 'released']);
  });

  it('that fails leaves everything as it was, whatever is in it', () => fc.assert(fc.asyncProperty(
    fc.array(fc.oneof<fc.Arbitrary<BatchOperation>[]>(
      fc.record({ type: fc.constantFrom('deposit' as const, 'withdraw' as const), account: fc.constantFrom('ann', 'bob'), amount: fc.bigInt(1n, 60n) }),
      fc.constantFrom(['ann', 'bob'] as const, ['bob', 'ann'] as const).chain(([from, to]) => fc.record({ type: fc.constant('transfer' as const), from: fc.constant(from), to: fc.constant(to), amount: fc.bigInt(1n, 60n) })),
      fc.record({ type: fc.constant('hold' as const), from: fc.constantFrom('ann', 'bob'), amount: fc.bigInt(1n, 60n), ttl: fc.constantFrom(5, Infinity) }),
      fc.record({ type: fc.constantFrom('capture' as const, 'release' as const), hold: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ type: fc.constant('reverse' as const), transaction: fc.integer({ min: 1, max: 4 }) }),
    ), { minLength: 1, maxLength: 8 }),
    async (operations) => {
      const ledger = ledgerWith({ ann: 100n, bob: 50n });
      ledger.tell.transfer({ from: 'ann', to: 'bob', amount: 10n });
      ledger.tell.hold({ from: 'ann', to: 'bob', amount: 10n });
      ledger.tell.hold({ from: 'bob', amount: 10n, ttl: 1000 });
      ledger.tell.hold({ from: 'bob', amount: 1n });
      ledger.tell.release({ hold: 3 });
      const before = await ledger.ask.dump();
      const stats = await ledger.ask.stats();
      // The last one can't be.
      await expect(ledger.ask.batch({ operations: [...operations, { type: 'deposit', account: 'nobody', amount: 1n }] })).rejects.toMatchObject({ code: 'BATCH_FAILED' });
      const after = await ledger.ask.dump();
      const timeless = (dump: typeof before) => ({ ...dump, at: 0, held: dump.held.map((hold) => ({ ...hold, ttl: hold.ttl === null })).sort((a, b) => a.hold - b.hold) });
      expect(timeless(after)).toEqual(timeless(before));
      expect(await ledger.ask.stats()).toEqual(stats);
    },
  ), { numRuns: 200 }));
});
