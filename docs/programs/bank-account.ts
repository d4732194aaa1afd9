/**
 * An account of 1,000 cents: a deposit of 500, a withdrawal of 200, one of 1,500 that is refused, and a deposit of 300.
 *
 * Nobody but the account looks at the balance and changes it, so the refused withdrawal has changed nothing. And each
 * command has an id: who didn't get the answer sends it again, and it's done once.
 */
import { createBankAccount, InsufficientFundsError } from 'ownstate/stores';
import type { World } from './support/world.js';

/** Cents, as people write them. */
const money = (cents: bigint) => `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;

export default async function program({ print, scheduler }: World): Promise<void> {
  const account = createBankAccount({ owner: 'Ann', opening: 10_00n, scheduler });
  print(`Ann opens an account with ${money(await account.ask.balance())}`);

  print(`deposit 5.00: the balance is ${money(await account.ask.deposit({ amount: 5_00n, id: 'salary' }))}`);
  print(`deposit 5.00 again, by the same id: the balance is ${money(await account.ask.deposit({ amount: 5_00n, id: 'salary' }))}`);
  print(`withdraw 2.00: the balance is ${money(await account.ask.withdraw({ amount: 2_00n, id: 'rent' }))}`);
  try {
    await account.ask.withdraw({ amount: 15_00n, id: 'car' });
  } catch (error) {
    if (!(error instanceof InsufficientFundsError)) throw error;
    print(`withdraw 15.00: refused (${error.code}), only ${money(error.available)} is there`);
  }
  print(`the balance is ${money(await account.ask.balance())}`);
  print(`deposit 3.00: the balance is ${money(await account.ask.deposit({ amount: 3_00n, id: 'gift' }))}`);

  print();
  const { entries } = await account.ask.statement();
  for (const { seq, type, amount, balance, id = 'opening' } of entries) {
    const sign = amount < 0n ? '-' : '+';
    print(`${seq}  ${type.padEnd(8)}  ${id.padEnd(7)}  ${`${sign}${money(amount < 0n ? -amount : amount)}`.padStart(6)}  ${money(balance).padStart(5)}`);
  }
  await account.shutdown();
}
