/**
 * TigerBeetle's results of `create_transfers` and their precedence, as a table.
 *
 * Source: tigerbeetle/tigerbeetle (Apache-2.0) at commit 52ad553f, `src/state_machine_tests.zig`, the tests
 * "create_transfers/lookup_transfers", "create/lookup 2-phase transfers", "create/lookup expired transfers",
 * "create_transfers: failed linked-chains are undone", "… within a commit", "create_transfers: closing accounts"; and the
 * order of `CreateTransferStatus` in `src/tigerbeetle.zig`. The data is re-expressed, no code is taken.
 *
 * How theirs is read here:
 *
 * ```
 *   debit account, credit account      from, to
 *   pending transfer                   hold          its timeout in s    ttl in ms
 *   post, void a pending transfer      capture, release
 *   debits_must_not_exceed_credits     an overdraft of 0n; without it: 'unlimited'
 *   closed by a pending transfer       frozen        (both can be undone)
 *   linked chain                       batch
 * ```
 *
 * A row has every fault of lower precedence as well, as far as one payload can have them. So a look that comes too early
 * or too late is found.
 */
import { createLedger, type Ledger } from 'ownstate/stores';
import { describe, expect, it } from 'vitest';
import { balances, handClock, outcome } from './support.js';

/** What is done, and what has to come of it: `created`, `exists` (answered as before), or an error's code and fields. */
interface Row {
  /** The result over there. */
  readonly result: string;
  readonly type: string;
  readonly payload: object;
  readonly becomes: 'created' | 'exists' | Readonly<Record<string, unknown>>;
}

const invalid = (field: string) => ({ code: 'INVALID_PAYLOAD', field });
const conflict = (field: string) => ({ code: 'ID_CONFLICT', field });

/** A1, A3: free of limits. A4: may pay what it has. C: frozen. */
function books(): { readonly ledger: Ledger; readonly clock: ReturnType<typeof handClock> } {
  const clock = handClock();
  const ledger = createLedger({ scheduler: clock.scheduler, maxHolds: 100 });
  for (const account of ['A1', 'A2', 'A3', 'C']) ledger.tell.open({ account, overdraft: 'unlimited' });
  ledger.tell.open({ account: 'A4' });
  ledger.tell.deposit({ account: 'A4', amount: 220n });
  ledger.tell.hold({ from: 'A4', amount: 20n });
  ledger.tell.freeze('C');
  return { ledger, clock };
}

/** Carries rows out on one ledger, one after the other. */
function carryOut(ledger: Ledger, rows: readonly Row[]): { readonly got: unknown[]; readonly expected: unknown[] } {
  const answers = new Map<unknown, unknown>();
  const got: unknown[] = [];
  const expected: unknown[] = [];
  for (const { result, type, payload, becomes } of rows) {
    const before = ledger.snapshot().transactions + (outcome(ledger.ask.stats()) as { holds: number }).holds;
    const became = outcome(ledger.send({ type, payload } as never));
    const { id } = payload as { readonly id?: string };
    const moved = ledger.snapshot().transactions + (outcome(ledger.ask.stats()) as { holds: number }).holds - before;
    if (typeof becomes === 'object') {
      const fields = Object.keys(becomes);
      got.push([result, became instanceof Error ? Object.fromEntries(fields.map((field) => [field, (became as unknown as Record<string, unknown>)[field]])) : 'created', moved]);
      expected.push([result, becomes, 0]);
    } else if (becomes === 'created') {
      got.push([result, became instanceof Error ? became.message : 'created']);
      expected.push([result, 'created']);
      answers.set(id, became);
    } else {
      got.push([result, became, moved]);
      expected.push([result, answers.get(id), 0]);
    }
  }
  return { got, expected };
}

/** The rows of "create_transfers/lookup_transfers", from the highest precedence down. */
const transfers: readonly Row[] = [
  { result: 'id_must_not_be_zero', type: 'transfer', payload: { id: 0, from: 'A8', to: 'A9', amount: 9n }, becomes: invalid('id') },
  { result: 'debit_account_id_must_not_be_zero', type: 'transfer', payload: { id: 'T1', from: undefined, to: undefined, amount: 9 }, becomes: invalid('from') },
  { result: 'credit_account_id_must_not_be_zero', type: 'transfer', payload: { id: 'T1', from: 'A8', to: undefined, amount: 9 }, becomes: invalid('to') },
  { result: 'accounts_must_be_different', type: 'transfer', payload: { id: 'T1', from: 'A8', to: 'A8', amount: 9 }, becomes: invalid('to') },
  { result: 'debit_account_not_found', type: 'transfer', payload: { id: 'T1', from: 'A8', to: 'A9', amount: 9n }, becomes: { code: 'ACCOUNT_NOT_FOUND', account: 'A8' } },
  { result: 'id_already_failed', type: 'transfer', payload: { id: 'T1', from: 'A8', to: 'A9', amount: 9n }, becomes: { code: 'ACCOUNT_NOT_FOUND', account: 'A8' } },
  { result: 'credit_account_not_found', type: 'transfer', payload: { id: 'T2', from: 'C', to: 'A9', amount: 9n }, becomes: { code: 'ACCOUNT_NOT_FOUND', account: 'A9' } },
  { result: 'id_already_failed', type: 'transfer', payload: { id: 'T2', from: 'A1', to: 'A3', amount: 123n }, becomes: conflict('from') },
  { result: 'debit_account_already_closed', type: 'transfer', payload: { id: 'T3a', from: 'C', to: 'A3', amount: 9n }, becomes: { code: 'ACCOUNT_FROZEN', account: 'C' } },
  { result: 'credit_account_already_closed', type: 'transfer', payload: { id: 'T3b', from: 'A4', to: 'C', amount: 201n }, becomes: { code: 'ACCOUNT_FROZEN', account: 'C' } },
  { result: 'exceeds_credits', type: 'transfer', payload: { id: 'T3', from: 'A4', to: 'A3', amount: 201n }, becomes: { code: 'INSUFFICIENT_FUNDS', account: 'A4', available: 200n } },
  { result: 'id_already_failed', type: 'transfer', payload: { id: 'T3', from: 'A4', to: 'A3', amount: 201n }, becomes: { code: 'INSUFFICIENT_FUNDS', account: 'A4', available: 200n } },
  { result: 'created', type: 'hold', payload: { id: 'T5', from: 'A1', to: 'A3', amount: 123n, ttl: 1000 }, becomes: 'created' },

  { result: 'exists_with_different_flags', type: 'transfer', payload: { id: 'T5', from: 'A3', to: 'A1', amount: 1n }, becomes: conflict('type') },
  { result: 'exists_with_different_timeout', type: 'hold', payload: { id: 'T5', from: 'A3', to: 'A1', amount: 1n, ttl: 2000 }, becomes: conflict('ttl') },
  { result: 'exists_with_different_debit_account_id', type: 'hold', payload: { id: 'T5', from: 'A8', to: 'A4', amount: 1n, ttl: 1000 }, becomes: conflict('from') },
  { result: 'exists_with_different_credit_account_id', type: 'hold', payload: { id: 'T5', from: 'A1', to: 'A8', amount: 1n, ttl: 1000 }, becomes: conflict('to') },
  { result: 'exists_with_different_amount', type: 'hold', payload: { id: 'T5', from: 'A1', to: 'A3', amount: 1n, ttl: 1000 }, becomes: conflict('amount') },
  { result: 'exists', type: 'hold', payload: { id: 'T5', from: 'A1', to: 'A3', amount: 123n, ttl: 1000 }, becomes: 'exists' },

  { result: 'created', type: 'transfer', payload: { id: 'T6', from: 'A3', to: 'A1', amount: 7n }, becomes: 'created' },
  { result: 'created', type: 'transfer', payload: { id: 'T7', from: 'A1', to: 'A3', amount: 3n }, becomes: 'created' },
  { result: 'exists', type: 'transfer', payload: { id: 'T7', from: 'A1', to: 'A3', amount: 3n }, becomes: 'exists' },
];

/** The rows of "create/lookup 2-phase transfers": first phase. Hold 1 is that of `books`. */
const firstPhase: readonly Row[] = [
  { result: 'created', type: 'transfer', payload: { id: 'T1', from: 'A1', to: 'A2', amount: 15n }, becomes: 'created' },
  { result: 'created', type: 'hold', payload: { id: 'T2', from: 'A1', to: 'A2', amount: 15n, ttl: 1_000_000 }, becomes: 'created' },
  { result: 'created', type: 'hold', payload: { id: 'T3', from: 'A1', to: 'A2', amount: 15n, ttl: 50_000 }, becomes: 'created' },
  { result: 'created', type: 'hold', payload: { id: 'T4', from: 'A1', to: 'A2', amount: 15n, ttl: 1000 }, becomes: 'created' },
  { result: 'created', type: 'hold', payload: { id: 'T5', from: 'A1', to: 'A2', amount: 7n, ttl: 50_000 }, becomes: 'created' },
  { result: 'created', type: 'hold', payload: { id: 'T6', from: 'A1', to: 'A2', amount: 1n }, becomes: 'created' },
];
const [T2, T3, T4, T5, T6] = [2, 3, 4, 5, 6];

/** … and the second phase, one second later. */
const secondPhase: readonly Row[] = [
  { result: 'created', type: 'capture', payload: { id: 'T101', hold: T2, amount: 13n }, becomes: 'created' },
  { result: 'pending_id_must_not_be_zero', type: 'release', payload: { id: 'T102' }, becomes: invalid('hold') },
  { result: 'pending_id_must_not_be_int_max', type: 'release', payload: { id: 'T102', hold: 2 ** 53 }, becomes: invalid('hold') },
  { result: 'exists_with_different_flags', type: 'release', payload: { id: 'T101', hold: T3 }, becomes: conflict('type') },
  { result: 'exists_with_different_pending_id', type: 'capture', payload: { id: 'T101', hold: T3, amount: 14n }, becomes: conflict('hold') },
  { result: 'exists_with_different_amount', type: 'capture', payload: { id: 'T101', hold: T2, amount: 14n }, becomes: conflict('amount') },
  { result: 'exists_with_different_amount', type: 'capture', payload: { id: 'T101', hold: T2 }, becomes: conflict('amount') },
  { result: 'exists', type: 'capture', payload: { id: 'T101', hold: T2, amount: 13n }, becomes: 'exists' },
  { result: 'pending_transfer_not_found', type: 'release', payload: { id: 'T102', hold: 103 }, becomes: { code: 'HOLD_NOT_FOUND', hold: 103 } },
  { result: 'id_already_failed', type: 'release', payload: { id: 'T102', hold: 103 }, becomes: { code: 'HOLD_NOT_FOUND', hold: 103 } },
  { result: 'exceeds_pending_transfer_amount', type: 'capture', payload: { id: 'T103a', hold: T2, amount: 16n }, becomes: { code: 'HOLD_EXCEEDED', hold: T2, amount: 16n, held: 15n } },
  { result: 'pending_transfer_already_posted', type: 'capture', payload: { id: 'T103b', hold: T2, amount: 13n }, becomes: { code: 'HOLD_ENDED', hold: T2, status: 'captured' } },
  { result: 'created', type: 'release', payload: { id: 'T103', hold: T3 }, becomes: 'created' },
  { result: 'pending_transfer_already_voided', type: 'capture', payload: { id: 'T104a', hold: T3, amount: 13n }, becomes: { code: 'HOLD_ENDED', hold: T3, status: 'released' } },
  { result: 'pending_transfer_expired', type: 'release', payload: { id: 'T104b', hold: T4 }, becomes: { code: 'HOLD_ENDED', hold: T4, status: 'expired' } },
  { result: 'exceeds_pending_transfer_amount', type: 'capture', payload: { id: 'T105a', hold: T5, amount: 8n }, becomes: { code: 'HOLD_EXCEEDED', hold: T5, held: 7n } },
  { result: 'created', type: 'capture', payload: { id: 'T105', hold: T5 }, becomes: 'created' },
  { result: 'exists', type: 'capture', payload: { id: 'T105', hold: T5 }, becomes: 'exists' },
  { result: 'created', type: 'capture', payload: { id: 'T106', hold: T6 }, becomes: 'created' },
];

/** What doesn't apply, and why. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  'a batch is an array of its own, so that no chain can stay open, and its error names the operation': ['linked_event_failed', 'linked_event_chain_open'],
  'nothing is imported: times are those of the store': [
    'imported_event_expected', 'imported_event_not_expected', 'timestamp_must_be_zero', 'imported_event_timestamp_out_of_range',
    'imported_event_timestamp_must_not_advance', 'imported_event_timestamp_must_not_regress', 'imported_event_timestamp_must_postdate_debit_account',
    'imported_event_timestamp_must_postdate_credit_account', 'imported_event_timeout_must_be_zero',
  ],
  'there are no flags: each kind is a command of its own, with fields of its own': [
    'reserved_flag', 'flags_are_mutually_exclusive', 'pending_id_must_be_zero', 'timeout_reserved_for_pending_transfer',
    'closing_transfer_must_be_pending', 'pending_transfer_not_pending',
  ],
  'ids are texts, and no number is set apart': ['id_must_not_be_int_max', 'debit_account_id_must_not_be_int_max', 'credit_account_id_must_not_be_int_max'],
  'a hold has a number and no id, so that the two can\'t be the same': ['pending_id_must_be_different'],
  'a store is one ledger, in one currency, and transactions have no code or user data': [
    'exists_with_different_user_data_128', 'exists_with_different_user_data_64', 'exists_with_different_user_data_32', 'exists_with_different_ledger',
    'exists_with_different_code', 'ledger_must_not_be_zero', 'code_must_not_be_zero', 'accounts_must_have_the_same_ledger',
    'transfer_must_have_the_same_ledger_as_accounts', 'pending_transfer_has_different_ledger', 'pending_transfer_has_different_code',
  ],
  'who captures or releases names the hold only, which knows its accounts, and releases all of it': [
    'pending_transfer_has_different_debit_account_id', 'pending_transfer_has_different_credit_account_id', 'pending_transfer_has_different_amount',
  ],
  'bigints don\'t overflow, and a lifetime may be Infinity': [
    'overflows_debits_pending', 'overflows_credits_pending', 'overflows_debits_posted', 'overflows_credits_posted', 'overflows_debits',
    'overflows_credits', 'overflows_timeout',
  ],
  'an account has a balance that may have a lower bound, and never an upper one': ['exceeds_debits'],
};

/** All results, in the order of their precedence. */
const RESULTS = [
  'created', 'linked_event_failed', 'linked_event_chain_open', 'imported_event_expected', 'imported_event_not_expected', 'timestamp_must_be_zero',
  'imported_event_timestamp_out_of_range', 'imported_event_timestamp_must_not_advance', 'reserved_flag', 'id_must_not_be_zero', 'id_must_not_be_int_max',
  'exists_with_different_flags', 'exists_with_different_pending_id', 'exists_with_different_timeout', 'exists_with_different_debit_account_id',
  'exists_with_different_credit_account_id', 'exists_with_different_amount', 'exists_with_different_user_data_128', 'exists_with_different_user_data_64',
  'exists_with_different_user_data_32', 'exists_with_different_ledger', 'exists_with_different_code', 'exists', 'id_already_failed',
  'flags_are_mutually_exclusive', 'debit_account_id_must_not_be_zero', 'debit_account_id_must_not_be_int_max', 'credit_account_id_must_not_be_zero',
  'credit_account_id_must_not_be_int_max', 'accounts_must_be_different', 'pending_id_must_be_zero', 'pending_id_must_not_be_zero',
  'pending_id_must_not_be_int_max', 'pending_id_must_be_different', 'timeout_reserved_for_pending_transfer', 'closing_transfer_must_be_pending',
  'ledger_must_not_be_zero', 'code_must_not_be_zero', 'debit_account_not_found', 'credit_account_not_found', 'accounts_must_have_the_same_ledger',
  'transfer_must_have_the_same_ledger_as_accounts', 'pending_transfer_not_found', 'pending_transfer_not_pending',
  'pending_transfer_has_different_debit_account_id', 'pending_transfer_has_different_credit_account_id', 'pending_transfer_has_different_ledger',
  'pending_transfer_has_different_code', 'exceeds_pending_transfer_amount', 'pending_transfer_has_different_amount', 'pending_transfer_already_posted',
  'pending_transfer_already_voided', 'pending_transfer_expired', 'imported_event_timestamp_must_not_regress',
  'imported_event_timestamp_must_postdate_debit_account', 'imported_event_timestamp_must_postdate_credit_account', 'imported_event_timeout_must_be_zero',
  'debit_account_already_closed', 'credit_account_already_closed', 'overflows_debits_pending', 'overflows_credits_pending', 'overflows_debits_posted',
  'overflows_credits_posted', 'overflows_debits', 'overflows_credits', 'overflows_timeout', 'exceeds_credits', 'exceeds_debits',
];

describe('results of create_transfers', () => {
  it('are all accounted for: by a row, or by the reason why there is none', () => {
    const rows = new Set([...transfers, ...firstPhase, ...secondPhase].map(({ result }) => result));
    const others = Object.values(OTHERS).flat();
    expect(RESULTS.filter((result) => rows.has(result) === others.includes(result))).toEqual([]);
    expect([...rows, ...others].filter((result) => !RESULTS.includes(result))).toEqual([]);
    expect(new Set(RESULTS).size).toBe(68);
  });

  it('come in the order of their precedence, id conflicts before what the state says', () => {
    const { ledger } = books();
    const { got, expected } = carryOut(ledger, transfers);
    expect(got).toEqual(expected);
    // Their balances: what was posted, and what is pending.
    expect(balances(ledger, 'A1', 'A3')).toEqual([4n, -4n]);
    expect(outcome(ledger.ask.getAccount('A1'))).toMatchObject({ held: 123n });
  });

  it('of the two phases come in the order of their precedence', () => {
    const { ledger, clock } = books();
    const first = carryOut(ledger, firstPhase);
    expect(first.got).toEqual(first.expected);
    expect(outcome(ledger.ask.getAccount('A1'))).toMatchObject({ balance: -15n, held: 53n });
    clock.now = 1000;
    const second = carryOut(ledger, secondPhase);
    expect(second.got).toEqual(second.expected);
    expect(balances(ledger, 'A1', 'A2')).toEqual([-36n, 36n]);
    expect(outcome(ledger.ask.getAccount('A1'))).toMatchObject({ held: 0n });
  });

  it('of expired ones: what is pending goes with each second, and is not posted any more', () => {
    const { ledger, clock } = books();
    for (const [place, amount] of [10n, 11n, 12n, 13n].entries()) {
      ledger.tell.hold({ from: 'A1', to: 'A2', amount, ttl: place === 0 ? Infinity : place * 1000 });
    }
    const held = [0, 1000, 2000, 3000].map((now) => {
      clock.now = now;
      return (outcome(ledger.ask.getAccount('A1')) as { held: bigint }).held;
    });
    expect(held).toEqual([46n, 35n, 23n, 10n]);
    const codes = [2, 3, 4, 5].map((hold) => outcome(ledger.ask.capture({ hold })));
    expect(codes).toMatchObject([{ amount: 10n }, { status: 'expired' }, { status: 'expired' }, { status: 'expired' }]);
    expect(balances(ledger, 'A1', 'A2')).toEqual([-10n, 10n]);
  });

  it('of failed chains: all of them is undone, and what comes after sees nothing of it', () => {
    const { ledger } = books();
    ledger.tell.open({ account: 'D' });
    ledger.tell.deposit({ account: 'D', amount: 20n });
    const failed = outcome(ledger.ask.batch({ operations: [
      { type: 'transfer', from: 'D', to: 'A2', amount: 15n }, { type: 'transfer', from: 'nobody', to: 'A2', amount: 5n },
    ] }));
    expect(failed).toMatchObject({ code: 'BATCH_FAILED', index: 1, cause: { code: 'ACCOUNT_NOT_FOUND' } });
    expect(balances(ledger, 'D', 'A2')).toEqual([20n, 0n]);
    expect(outcome(ledger.ask.transfer({ from: 'D', to: 'A2', amount: 15n }))).toMatchObject({ fromBalance: 5n, toBalance: 15n });
  });

  it('of closed accounts: what is pending may be voided and may expire, and is not posted', () => {
    const { ledger, clock } = books();
    ledger.tell.hold({ from: 'A1', to: 'A2', amount: 10n, ttl: 1000 });
    ledger.tell.hold({ from: 'A1', to: 'A2', amount: 10n });
    ledger.tell.freeze('A2');
    expect(outcome(ledger.ask.capture({ hold: 3, id: 'T11' }))).toMatchObject({ code: 'ACCOUNT_FROZEN', account: 'A2' });
    // `credit_account_already_closed` is transient: the id can't be used again.
    expect(outcome(ledger.ask.release({ hold: 3, id: 'T11' }))).toMatchObject({ code: 'ID_CONFLICT' });
    expect(outcome(ledger.ask.release({ hold: 3, id: 'T12' }))).toMatchObject({ hold: 3 });
    expect(outcome(ledger.ask.getAccount('A1'))).toMatchObject({ held: 10n });
    clock.now = 1000;
    expect(outcome(ledger.ask.getAccount('A1'))).toMatchObject({ held: 0n });
  });
});
