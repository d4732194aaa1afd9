/** Bad input of a bank account as a table: each field of each payload, each option; and that nothing is changed by it. */
import { createBankAccount, InvalidPayloadError, type BankAccount } from 'ownstate/stores';
import { describe, expect, it } from 'vitest';
import { handClock, outcome } from '../ledger/support.js';

const NO_AMOUNT = [undefined, null, 0n, -1n, 2n ** 128n, 5, 0.5, NaN, Infinity, '5', true, {}, [5n]];
const NO_ID = [null, 5, 5n, NaN, true, {}, ['x'], 'x'.repeat(257)];
const NO_PLACE = [null, -1, 1.5, NaN, Infinity, 2 ** 53, '1', 1n, {}];
const NO_LIMIT = [null, 0, -1, 1.5, NaN, Infinity, 10_001, '1', 1n, {}];
const NO_OBJECT = [null, 5, 5n, NaN, 'five', true, Symbol('payload')];

const payloads: Readonly<Record<string, { readonly good: object; readonly bad: Readonly<Record<string, readonly unknown[]>> }>> = {
  deposit: { good: { amount: 5n }, bad: { amount: NO_AMOUNT, id: NO_ID, payload: [undefined, ...NO_OBJECT] } },
  withdraw: { good: { amount: 5n }, bad: { amount: NO_AMOUNT, id: NO_ID, payload: [undefined, ...NO_OBJECT] } },
  statement: { good: {}, bad: { after: NO_PLACE, limit: NO_LIMIT, payload: NO_OBJECT } },
};

const all = (account: BankAccount): unknown => [outcome(account.ask.dump()), outcome(account.ask.stats()), account.snapshot()];
const rows = Object.entries(payloads).flatMap(([type, { good, bad }]) => Object.entries(bad).flatMap(([field, values]) =>
  values.map((value) => [type, field, value, field === 'payload' ? value : { ...good, [field]: value }] as const)));

describe('bad input', () => {
  it.each(rows)('of %s: %s is refused as %o', (type, field, _value, payload) => {
    const account = createBankAccount({ owner: 'Ann', opening: 100n, scheduler: handClock().scheduler });
    const before = all(account);
    const error = outcome(account.send({ type, payload } as never));
    expect(error).toBeInstanceOf(InvalidPayloadError);
    expect(error).toMatchObject({ code: 'INVALID_PAYLOAD', field });
    expect((error as Error).message).toMatch(/^Expected `\w+` to be .+, got .{1,80}$/);
    expect(all(account)).toEqual(before);
  });

  it.each(['deposit', 'withdraw', 'balance', 'statement', 'stats', 'dump'])('of %s after the shutdown fails', async (type) => {
    const account = createBankAccount({ owner: 'Ann' });
    await account.shutdown();
    expect(outcome(account.send({ type, payload: payloads[type]?.good } as never))).toMatchObject({ code: 'STORE_CLOSED' });
  });

  const options: Readonly<Record<string, readonly unknown[]>> = {
    owner: [undefined, null, 5, {}],
    name: [null, 5, {}],
    opening: [null, -1n, 2n ** 128n, 5, NaN, '5', {}],
    overdraft: [null, -1n, 2n ** 128n, 5, 'none', {}],
    maxIds: [null, 0, -1, 1.5, NaN, Infinity, '5', {}],
    history: [null, 0, -1, 1.5, NaN, Infinity, '5', {}],
    restore: [null, 5, {}, []],
  };
  it.each(Object.entries(options).flatMap(([name, values]) => values.map((value) => [name, value] as const)))('the option %s is refused as %o', (name, value) => {
    expect(() => createBankAccount({ owner: 'Ann', [name]: value })).toThrow(TypeError);
    expect(() => createBankAccount({ owner: 'Ann', [name]: value })).toThrow(`Expected \`${name}`);
  });

  it.each([undefined, null, 5])('options are refused as %o', (value) => {
    expect(() => createBankAccount(value as never)).toThrow('Expected `options` to be an object');
  });
});
