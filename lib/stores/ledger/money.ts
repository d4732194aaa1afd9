/** Money at the door. An amount is never negative: what takes is another command than what gives. */
import { check } from '../structures/check-payload.js';
import type { Overdraft } from './types.js';

/** The largest amount of a command. Balances have no bound. */
export const LARGEST: bigint = 2n ** 128n - 1n;

export function isAmount(value: unknown): value is bigint {
  return typeof value === 'bigint' && value > 0n && value <= LARGEST;
}

export function isOverdraft(value: unknown): value is Overdraft {
  return value === 'unlimited' || (typeof value === 'bigint' && value >= 0n && value <= LARGEST);
}

/** @throws InvalidPayloadError */
export function checkAmount(value: unknown, field: string): void {
  check(isAmount(value), field, 'a bigint from 1 to 2^128 - 1', value);
}

/** @throws InvalidPayloadError */
export function checkOverdraft(value: unknown): void {
  check(isOverdraft(value), 'overdraft', "a bigint from 0 to 2^128 - 1, or 'unlimited'", value);
}
