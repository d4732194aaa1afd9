/** Bad input as a table: each field of each payload, each option; and that nothing is changed by it. */
import { createLedger, InvalidPayloadError, type Ledger, type LedgerOptions } from 'ownstate/stores';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { handClock, ledgerWith, outcome } from './support.js';

/** What is no key, no amount, no number that a ledger gives, no text, no lifetime. `undefined` stands for a field that is missing. */
const NO_KEY = [undefined, null, NaN, Infinity, -Infinity, true, 5n, {}, ['ann'], Symbol('ann')];
const NO_AMOUNT = [undefined, null, 0n, -1n, 2n ** 128n, 5, 0.5, NaN, Infinity, '5', true, {}, [5n]];
const NO_NUMBER = [undefined, null, 0, -1, 1.5, NaN, Infinity, 2 ** 53, '1', 1n, {}];
const NO_OVERDRAFT = [null, -1n, 2n ** 128n, 5, NaN, Infinity, 'none', '', true, {}];
const NO_TTL = [null, 0, -1, NaN, -Infinity, '5', 5n, true, {}];
const NO_ID = [null, 5, 5n, NaN, true, {}, ['x'], 'x'.repeat(257)];
const NO_PLACE = [null, -1, 1.5, NaN, Infinity, 2 ** 53, '1', 1n, {}];
const NO_LIMIT = [null, 0, -1, 1.5, NaN, Infinity, 10_001, '1', 1n, {}];
const NO_OBJECT = [undefined, null, 5, 5n, NaN, 'ann', true, Symbol('payload')];

/** What may be left out. */
const given = (values: readonly unknown[]) => values.filter((value) => value !== undefined);

/** A good payload for each command and query that takes one, and what is wrong in each of its fields. */
const payloads: Readonly<Record<string, { readonly good: object; readonly bad: Readonly<Record<string, readonly unknown[]>> }>> = {
  open: { good: { account: 'new' }, bad: { account: NO_KEY, overdraft: NO_OVERDRAFT } },
  setOverdraft: { good: { account: 'ann', overdraft: 5n }, bad: { account: NO_KEY, overdraft: [undefined, ...NO_OVERDRAFT] } },
  deposit: { good: { account: 'ann', amount: 5n }, bad: { account: NO_KEY, amount: NO_AMOUNT, id: NO_ID } },
  withdraw: { good: { account: 'ann', amount: 5n }, bad: { account: NO_KEY, amount: NO_AMOUNT, id: NO_ID } },
  transfer: { good: { from: 'ann', to: 'bob', amount: 5n }, bad: { from: NO_KEY, to: [...NO_KEY, 'ann'], amount: NO_AMOUNT, id: NO_ID } },
  hold: { good: { from: 'ann', to: 'bob', amount: 5n, ttl: 5 }, bad: { from: NO_KEY, to: [...given(NO_KEY), 'ann'], amount: NO_AMOUNT, ttl: NO_TTL, id: NO_ID } },
  capture: { good: { hold: 1 }, bad: { hold: NO_NUMBER, amount: given(NO_AMOUNT), id: NO_ID } },
  release: { good: { hold: 1 }, bad: { hold: NO_NUMBER, id: NO_ID } },
  reverse: { good: { transaction: 2 }, bad: { transaction: NO_NUMBER, id: NO_ID } },
  batch: {
    good: { operations: [{ type: 'deposit', account: 'ann', amount: 5n }] },
    bad: { operations: [undefined, null, 5, 'deposit', {}, [], Array.from({ length: 1001 }, () => ({ type: 'deposit', account: 'ann', amount: 1n }))], id: NO_ID },
  },
  statement: { good: { account: 'ann' }, bad: { account: NO_KEY, after: NO_PLACE, limit: NO_LIMIT } },
};

/** Commands and queries whose payload is a lone key or number. */
const lone: Readonly<Record<string, readonly unknown[]>> = {
  close: NO_KEY, freeze: NO_KEY, unfreeze: NO_KEY, balance: NO_KEY, getAccount: NO_KEY, getHold: NO_NUMBER, getTransaction: NO_NUMBER,
};

const prepared = (options: LedgerOptions = {}): Ledger => {
  const ledger = ledgerWith({ ann: 100n, bob: 10n }, { scheduler: handClock().scheduler, ...options });
  ledger.tell.hold({ from: 'ann', amount: 1n });
  return ledger;
};

const send = (ledger: Ledger, type: string, payload: unknown): unknown => outcome(ledger.send({ type, payload } as never));
const all = (ledger: Ledger): unknown => [outcome(ledger.ask.dump()), outcome(ledger.ask.stats()), ledger.snapshot()];

/** Refused, with this field, in the form of all messages; and nothing is changed. */
function expectRefused(type: string, payload: unknown, field: string): void {
  const ledger = prepared();
  const before = all(ledger);
  const events: unknown[] = [];
  ledger.events$.subscribe((event) => events.push(event));
  const error = send(ledger, type, payload);
  expect(error).toBeInstanceOf(InvalidPayloadError);
  expect(error).toMatchObject({ code: 'INVALID_PAYLOAD', field });
  expect((error as Error).message).toMatch(new RegExp(`^Expected \`${field.replace(/[[\].]/g, '\\$&')}\` to be .+, got .{1,80}$`));
  expect(all(ledger)).toEqual(before);
  expect(events).toEqual([]);
}

const shown = (value: unknown) => inspect(value, { breakLength: Infinity }).slice(0, 40);

describe.each(Object.entries(payloads))('bad input: %s', (type, { good, bad }) => {
  it.each(NO_OBJECT.map((payload) => [shown(payload), payload]))(
    'refuses %s as payload', (_shown, payload) => expectRefused(type, payload, 'payload'),
  );

  for (const [field, values] of Object.entries(bad)) {
    it.each(values.map((value) => [shown(value), value]))(`refuses ${field}: %s`, (_shown, value) => {
      expectRefused(type, { ...good, [field]: value }, field);
    });
  }

  it('takes the good one', () => {
    expect(send(prepared(), type, good)).not.toBeInstanceOf(Error);
  });
});

describe.each(Object.entries(lone))('bad input: %s', (type, values) => {
  it.each(values.map((value) => [shown(value), value]))('refuses %s', (_shown, value) => expectRefused(type, value, 'payload'));
});

describe('bad input: accounts', () => {
  it.each(given(NO_OBJECT).map((payload) => [shown(payload), payload]))('refuses %s as payload', (_shown, payload) => expectRefused('accounts', payload, 'payload'));
  it.each(NO_PLACE.map((value) => [shown(value), value]))('refuses after: %s', (_shown, after) => expectRefused('accounts', { after }, 'after'));
  it.each(NO_LIMIT.map((value) => [shown(value), value]))('refuses limit: %s', (_shown, limit) => expectRefused('accounts', { limit }, 'limit'));
});

describe('bad input: an operation of a batch', () => {
  const first = { type: 'deposit', account: 'ann', amount: 5n };
  const names = ['deposit', 'withdraw', 'transfer', 'hold', 'capture', 'release', 'reverse'];

  it.each(NO_OBJECT.map((value) => [shown(value), value]))('is refused as %s', (_shown, value) => {
    expectRefused('batch', { operations: [first, value] }, 'operations[1]');
  });

  it.each([undefined, null, 5, 'batch', 'open', 'toString', '__proto__', {}].map((value) => [shown(value), value]))('is refused with the type %s', (_shown, type) => {
    expectRefused('batch', { operations: [first, { ...first, type }] }, 'operations[1].type');
  });

  for (const name of names) {
    const { good, bad } = payloads[name]!;
    for (const [field, values] of Object.entries(bad)) {
      const wrong = field === 'id' ? ['x', ...values] : values;
      it.each(wrong.map((value) => [shown(value), value]))(`is refused as ${name} with ${field}: %s`, (_shown, value) => {
        expectRefused('batch', { operations: [first, { type: name, ...good, [field]: value }], id: 'x' }, `operations[1].${field}`);
      });
    }
  }
});

describe('bad input: what is not there, and what is done twice', () => {
  const rows: readonly (readonly [type: string, payload: unknown, code: string])[] = [
    ['deposit', { account: 'nobody', amount: 1n }, 'ACCOUNT_NOT_FOUND'],
    ['withdraw', { account: 'nobody', amount: 1n }, 'ACCOUNT_NOT_FOUND'],
    ['transfer', { from: 'ann', to: 'nobody', amount: 1n }, 'ACCOUNT_NOT_FOUND'],
    ['hold', { from: 'ann', to: 'nobody', amount: 1n }, 'ACCOUNT_NOT_FOUND'],
    ['capture', { hold: 9 }, 'HOLD_NOT_FOUND'],
    ['release', { hold: 9 }, 'HOLD_NOT_FOUND'],
    ['reverse', { transaction: 9 }, 'TRANSACTION_NOT_FOUND'],
    ['close', 'nobody', 'ACCOUNT_NOT_FOUND'],
    ['freeze', 'nobody', 'ACCOUNT_NOT_FOUND'],
    ['unfreeze', 'nobody', 'ACCOUNT_NOT_FOUND'],
    ['setOverdraft', { account: 'nobody', overdraft: 0n }, 'ACCOUNT_NOT_FOUND'],
    ['balance', 'nobody', 'ACCOUNT_NOT_FOUND'],
    ['getAccount', 'toString', 'ACCOUNT_NOT_FOUND'],
    ['getHold', 9, 'HOLD_NOT_FOUND'],
    ['getTransaction', 9, 'TRANSACTION_NOT_FOUND'],
    ['statement', { account: 'nobody' }, 'ACCOUNT_NOT_FOUND'],
    ['open', { account: 'ann' }, 'ACCOUNT_EXISTS'],
    ['close', 'ann', 'ACCOUNT_NOT_EMPTY'],
    ['withdraw', { account: 'ann', amount: 1000n }, 'INSUFFICIENT_FUNDS'],
    ['capture', { hold: 1, amount: 2n }, 'HOLD_EXCEEDED'],
    ['batch', { operations: [{ type: 'release', hold: 1 }, { type: 'release', hold: 1 }] }, 'BATCH_FAILED'],
  ];

  it.each(rows)('%s %o fails, and nothing is changed', (type, payload, code) => {
    const ledger = prepared();
    const before = all(ledger);
    expect(send(ledger, type, payload)).toMatchObject({ code });
    expect(all(ledger)).toEqual(before);
  });

  const twice: readonly (readonly [type: string, payload: unknown, code: string])[] = [
    ['open', { account: 'new' }, 'ACCOUNT_EXISTS'],
    ['capture', { hold: 1 }, 'HOLD_ENDED'],
    ['release', { hold: 1 }, 'HOLD_ENDED'],
    ['reverse', { transaction: 1 }, 'ALREADY_REVERSED'],
    ['close', 'eve', 'ACCOUNT_CLOSED'],
  ];

  it.each(twice)('%s %o fails the second time, and nothing is changed by it', (type, payload, code) => {
    const ledger = prepared();
    ledger.tell.release({ hold: 1 });
    ledger.tell.hold({ from: 'bob', amount: 1n });
    ledger.tell.open({ account: 'eve' });
    const its = type === 'capture' || type === 'release' ? { hold: 2 } : payload;
    expect(send(ledger, type, its)).not.toBeInstanceOf(Error);
    const before = all(ledger);
    expect(send(ledger, type, its)).toMatchObject({ code });
    expect(all(ledger)).toEqual(before);
  });

  it.each([...Object.keys(payloads), ...Object.keys(lone), 'accounts', 'stats', 'dump', 'sweep'])('%s after the shutdown fails', async (type) => {
    const ledger = prepared();
    await ledger.shutdown();
    expect(send(ledger, type, payloads[type]?.good ?? 'ann')).toMatchObject({ code: 'STORE_CLOSED' });
  });
});

describe('bad input: options', () => {
  const counts = [null, 0, -1, 1.5, NaN, Infinity, 2 ** 53, '5', 5n, {}];
  const options: Readonly<Record<string, readonly unknown[]>> = {
    maxAccounts: counts, maxHolds: counts, maxIds: counts, maxTransactions: counts, history: counts,
    sweep: [null, 0, -1, NaN, Infinity, '5', 5n, {}],
    name: [null, 5, {}],
    restore: [null, 5, 'dump', {}, []],
  };
  for (const [name, values] of Object.entries(options)) {
    it.each(values.map((value) => [shown(value), value]))(`refuses ${name}: %s`, (_shown, value) => {
      expect(() => createLedger({ [name]: value })).toThrow(TypeError);
      expect(() => createLedger({ [name]: value })).toThrow(`Expected \`${name}`);
    });
  }

  it.each([null, 5, 'options'])('refuses %o as options', (value) => {
    expect(() => createLedger(value as never)).toThrow('Expected `options` to be an object');
  });
});
