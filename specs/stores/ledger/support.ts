/** What the specs of the ledger have in common. */
import type { StoreOptions } from 'ownstate';
import { createLedger, type Ledger, type LedgerOptions } from 'ownstate/stores';

/** A ledger with accounts and what is in them. What is put in, is transaction 1, 2, …; an account without money has none. */
export function ledgerWith(balances: Readonly<Record<string, bigint>>, options: LedgerOptions = {}): Ledger {
  const ledger = createLedger(options);
  for (const [account, amount] of Object.entries(balances)) {
    ledger.tell.open({ account });
    if (amount > 0n) ledger.tell.deposit({ account, amount });
  }
  return ledger;
}

/** What a reply became, at once: its value, or the error's `code` and fields. */
export function outcome(reply: { subscribe(observer: { next: (value: unknown) => void; error: (error: unknown) => void }): unknown }): unknown {
  let became: unknown = 'open';
  reply.subscribe({ next: (value) => { became = value; }, error: (error: unknown) => { became = error; } });
  return became;
}

/** Which error it was: its `code`, or a hold's `status` where it says more. */
export function codeOf(error: unknown): string {
  const { code, status = code } = error as { readonly code: string; readonly status?: string };
  return status;
}

/** The replies of queries, at once. */
export function balances(ledger: Ledger, ...accounts: readonly (string | number)[]): unknown[] {
  return accounts.map((account) => outcome(ledger.ask.balance(account)));
}

/** A scheduler whose clock is set by hand; what is scheduled on it never comes. */
export function handClock(now = 0): { now: number; readonly scheduler: NonNullable<StoreOptions['scheduler']> } {
  const clock = {
    now,
    scheduler: { now: () => clock.now, schedule: () => ({ unsubscribe: () => undefined }) as never },
  };
  return clock;
}
