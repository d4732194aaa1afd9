/** Each id once: what comes again is answered from memory. */
import { createLedger, type Ledger, type LedgerEvent } from 'ownstate/stores';
import { describe, expect, it } from 'vitest';
import { balances, codeOf, handClock, ledgerWith } from './support.js';

/** Each command that takes an id, and another one with the same id that differs in a field. */
const commands = [
  ['deposit', { account: 'ann', amount: 5n }, { amount: 6n }],
  ['withdraw', { account: 'ann', amount: 5n }, { account: 'bob' }],
  ['transfer', { from: 'ann', to: 'bob', amount: 5n }, { to: 'eve' }],
  ['hold', { from: 'ann', to: 'bob', amount: 5n, ttl: 1000 }, { ttl: 999 }],
  ['hold', { from: 'ann', amount: 5n }, { to: 'bob' }],
  ['capture', { hold: 1 }, { amount: 1n }],
  ['capture', { hold: 1, amount: 2n }, { hold: 2 }],
  ['release', { hold: 1 }, { hold: 2 }],
  ['reverse', { transaction: 2 }, { transaction: 1 }],
  ['batch', { operations: [{ type: 'deposit', account: 'ann', amount: 5n }] }, { operations: [{ type: 'withdraw', account: 'ann', amount: 5n }] }],
] as const;

const prepared = (): Ledger => {
  const ledger = ledgerWith({ ann: 100n, bob: 10n, eve: 0n }, { scheduler: handClock().scheduler });
  ledger.tell.hold({ from: 'ann', to: 'bob', amount: 20n });
  return ledger;
};

/** Any command, as a message: the table above has seen to it that it fits. */
const send = (ledger: Ledger, type: string, payload: object) => ledger.send({ type, payload } as never);

describe.each(commands)('%s %o', (type, payload, other) => {
  it('with the same id is done once, and answered as before', async () => {
    const ledger = prepared();
    const first = await send(ledger, type, { ...payload, id: 'x' });
    const after = { all: balances(ledger, 'ann', 'bob', 'eve'), stats: await ledger.ask.stats() };
    expect(await send(ledger, type, { ...payload, id: 'x' })).toEqual(first);
    expect({ all: balances(ledger, 'ann', 'bob', 'eve'), stats: await ledger.ask.stats() }).toEqual(after);
  });

  it('without an id is done, or tried, as often as it comes', async () => {
    const ledger = prepared();
    await send(ledger, type, payload);
    const before = await ledger.ask.stats();
    const again = await send(ledger, type, payload).then(() => 'done', codeOf);
    expect(['done', 'captured', 'released', 'ALREADY_REVERSED']).toContain(again);
    if (again === 'done') expect(await ledger.ask.stats()).not.toEqual(before);
  });

  it('with the same id and another field is refused, and nothing is done', async () => {
    const ledger = prepared();
    await send(ledger, type, { ...payload, id: 'x' });
    const before = await ledger.ask.dump();
    const [name] = Object.keys(other);
    const field = type === 'batch' ? 'operations[0].type' : name;
    await expect(send(ledger, type, { ...payload, ...other, id: 'x' })).rejects.toMatchObject({ code: 'ID_CONFLICT', id: 'x', field });
    expect(await ledger.ask.dump()).toEqual({ ...before, at: expect.any(Number) as number });
  });

  it('that failed for the state\'s sake stays failed, also when the state would allow it by then', async () => {
    const ledger = createLedger({ scheduler: handClock().scheduler });
    const refusal = await send(ledger, type, { ...payload, id: 'x' }).then(() => 'done', (error: unknown) => error);
    expect(refusal).toBeInstanceOf(Error);
    for (const account of ['ann', 'bob', 'eve']) await ledger.ask.open({ account, overdraft: 1000n });
    await ledger.ask.hold({ from: 'ann', to: 'bob', amount: 20n });
    await ledger.ask.deposit({ account: 'ann', amount: 100n });
    await ledger.ask.deposit({ account: 'ann', amount: 100n });
    const before = await ledger.ask.dump();
    const again = await send(ledger, type, { ...payload, id: 'x' }).then(() => 'done', (error: unknown) => error);
    expect(again).toEqual(refusal);
    expect(again).not.toBe(refusal);
    expect(Object.entries(again as Error)).toEqual(Object.entries(refusal as Error));
    expect(await ledger.ask.dump()).toEqual({ ...before, at: expect.any(Number) as number });
    await send(ledger, type, { ...payload, id: 'y' });
  });
});

describe('an id', () => {
  it('stands for one command of the whole ledger', async () => {
    const ledger = prepared();
    await ledger.ask.deposit({ account: 'ann', amount: 5n, id: 'x' });
    await expect(ledger.ask.withdraw({ account: 'ann', amount: 5n, id: 'x' })).rejects.toMatchObject({ code: 'ID_CONFLICT', field: 'type' });
    await expect(ledger.ask.deposit({ account: 'bob', amount: 5n, id: 'x' })).rejects.toMatchObject({ code: 'ID_CONFLICT', field: 'account' });
  });

  it('tells an account from the one whose name looks the same', async () => {
    const ledger = createLedger();
    for (const account of [1, '1']) await ledger.ask.open({ account });
    await ledger.ask.deposit({ account: 1, amount: 5n, id: 'x' });
    await expect(ledger.ask.deposit({ account: '1', amount: 5n, id: 'x' })).rejects.toMatchObject({ code: 'ID_CONFLICT', field: 'account' });
  });

  it('is no longer free after a refusal, for other fields either', async () => {
    const ledger = prepared();
    await expect(ledger.ask.withdraw({ account: 'ann', amount: 500n, id: 'x' })).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS' });
    await expect(ledger.ask.withdraw({ account: 'ann', amount: 5n, id: 'x' })).rejects.toMatchObject({ code: 'ID_CONFLICT', field: 'amount' });
  });

  it('is still free after a payload that is none, and after a conflict', async () => {
    const ledger = prepared();
    await expect(ledger.ask.deposit({ account: 'ann', amount: 0n, id: 'x' })).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
    expect(await ledger.ask.deposit({ account: 'ann', amount: 5n, id: 'x' })).toMatchObject({ toBalance: 105n });
  });

  it('is answered with what was true then, whatever has happened since', async () => {
    const ledger = prepared();
    const first = await ledger.ask.deposit({ account: 'bob', amount: 5n, id: 'x' });
    await ledger.ask.reverse({ transaction: first.transaction });
    await ledger.ask.withdraw({ account: 'bob', amount: 10n });
    await ledger.ask.close('bob');
    expect(await ledger.ask.deposit({ account: 'bob', amount: 5n, id: 'x' })).toEqual(first);
    expect(first).toMatchObject({ toBalance: 15n, id: 'x' });
  });

  it('is answered with a copy each time', async () => {
    const ledger = prepared();
    const first = await ledger.ask.deposit({ account: 'ann', amount: 5n, id: 'x' });
    Object.assign(first, { amount: 0n });
    expect(await ledger.ask.deposit({ account: 'ann', amount: 5n, id: 'x' })).toMatchObject({ amount: 5n });
  });

  it('is forgotten after `maxIds` others, which is announced: then it is done again', async () => {
    const ledger = ledgerWith({ ann: 0n }, { maxIds: 2 });
    const events: LedgerEvent[] = [];
    ledger.events$.subscribe((event) => events.push(event));
    const deposit = (id: string) => ledger.ask.deposit({ account: 'ann', amount: 1n, id });
    for (const id of ['a', 'b', 'a', 'c', 'b']) await deposit(id);
    expect(events.filter(({ type }) => type === 'forgotten')).toEqual([{ type: 'forgotten', id: 'a' }]);
    expect(await ledger.ask.balance('ann')).toBe(3n);
    await deposit('a');
    expect(await ledger.ask.balance('ann')).toBe(4n);
    expect(await ledger.ask.stats()).toMatchObject({ ids: 2 });
  });

  it('makes room for others also when its command is refused', async () => {
    const ledger = ledgerWith({ ann: 0n }, { maxIds: 1 });
    const events: LedgerEvent[] = [];
    ledger.events$.subscribe((event) => events.push(event));
    for (const id of ['a', 'b']) {
      await expect(ledger.ask.withdraw({ account: 'ann', amount: 1n, id })).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS' });
    }
    expect(events).toEqual([{ type: 'forgotten', id: 'a' }]);
  });

  it('of any text is one, up to 256 characters', async () => {
    const ledger = prepared();
    for (const id of ['', '__proto__', 'constructor', 'x'.repeat(256)]) {
      await ledger.ask.deposit({ account: 'ann', amount: 1n, id });
      await ledger.ask.deposit({ account: 'ann', amount: 1n, id });
    }
    expect(await ledger.ask.balance('ann')).toBe(104n);
    await expect(ledger.ask.deposit({ account: 'ann', amount: 1n, id: 'x'.repeat(257) })).rejects.toMatchObject({ code: 'INVALID_PAYLOAD', field: 'id' });
  });

  it('is still free after an ask that was given up before it was handled', async () => {
    const ledger = prepared();
    const late = ledger.with({ signal: AbortSignal.abort() });
    await expect(late.ask.deposit({ account: 'ann', amount: 5n, id: 'x' })).rejects.toMatchObject({ code: 'ASK_ABORTED' });
    expect(await ledger.ask.deposit({ account: 'ann', amount: 6n, id: 'x' })).toMatchObject({ toBalance: 106n });
  });

  it('refused for a tell appears where errors do, each time', async () => {
    const ledger = prepared();
    const errors: string[] = [];
    ledger.errors$.subscribe(({ error }) => errors.push((error as { code: string }).code));
    ledger.tell.withdraw({ account: 'ann', amount: 500n, id: 'x' });
    ledger.tell.withdraw({ account: 'ann', amount: 500n, id: 'x' });
    ledger.tell.withdraw({ account: 'ann', amount: 500n });
    expect(errors).toEqual(['INSUFFICIENT_FUNDS', 'INSUFFICIENT_FUNDS', 'INSUFFICIENT_FUNDS']);
  });
});
