/** The program `bank-account`. */
import { expect, it } from 'vitest';
import program from '../../docs/programs/bank-account.js';
import { runVirtually } from '../support/virtual.js';

it('bank-account deposits, withdraws, is refused, and shows a statement of what was done', async () => {
  const { lines, took } = await runVirtually(program);
  expect(lines).toEqual([
    'Ann opens an account with 10.00',
    'deposit 5.00: the balance is 15.00',
    'deposit 5.00 again, by the same id: the balance is 15.00',
    'withdraw 2.00: the balance is 13.00',
    'withdraw 15.00: refused (INSUFFICIENT_FUNDS), only 13.00 is there',
    'the balance is 13.00',
    'deposit 3.00: the balance is 16.00',
    '',
    '1  deposit   opening  +10.00  10.00',
    '2  deposit   salary    +5.00  15.00',
    '3  withdraw  rent      -2.00  13.00',
    '4  deposit   gift      +3.00  16.00',
  ]);
  expect(took).toBe(0);
});
