/** How much a ledger keeps: the bounds of what grows, and what they are by default. */
import { expect, expectPositive } from '../../internal/expect.js';
import type { BookLimits } from './book.js';

/** The bounds of a ledger. Each field is optional. */
export interface LedgerLimits {
  /**
   * The most accounts. Default 100,000. Beyond it the account is forgotten that was closed first; if none is closed,
   * opening one more fails with `LedgerFullError`.
   */
  readonly maxAccounts?: number;
  /** The most holds at a time, beyond which they fail with `LedgerFullError`; and of how many it's remembered how they ended. Default 100,000. */
  readonly maxHolds?: number;
  /** How many ids are remembered: the last so many. Default 100,000. */
  readonly maxIds?: number;
  /** How many transactions can be reversed: the last so many. Default 100,000. */
  readonly maxTransactions?: number;
  /** How many entries an account's statement shows: the last so many. Default 100. */
  readonly history?: number;
  /** How long after its expiry a hold is taken out and announced at the latest, in milliseconds. It's free again in any case. Default 1,000. */
  readonly sweep?: number;
}

/** @throws TypeError for what can't be a bound */
export function limitsOf(
  { maxAccounts = 100_000, maxHolds = 100_000, maxIds = 100_000, maxTransactions = 100_000, history = 100, sweep = 1000 }: LedgerLimits,
): BookLimits {
  for (const [name, value] of Object.entries({ maxAccounts, maxHolds, maxIds, maxTransactions, history })) {
    expect(Number.isSafeInteger(value) && value > 0, name, 'a positive integer', value);
  }
  expectPositive(sweep, 'sweep');
  expect(sweep < Infinity, 'sweep', 'a finite number', sweep);
  return { maxAccounts, maxHolds, maxIds, maxTransactions, history, sweep };
}
