/** The ledger against a plain model, and the one thing that always holds: no money is made, and none is lost. */
import fc from 'fast-check';
import { VirtualTimeScheduler } from 'rxjs';
import { createLedger, type Batch, type BatchOperation, type Capture, type LedgerDump } from 'ownstate/stores';
import { checkStore } from 'ownstate/testing';
import { describe, expect, it } from 'vitest';
import { outcome } from './support.js';

// ── the model: accounts, holds and transactions as arrays and objects, nothing else ─────────────────────────────────────

interface ModelAccount { account: string; status: string; overdraft: bigint; balance: bigint; entries: object[] }
interface ModelHold { hold: number; from: string; to: string | undefined; amount: bigint; at: number; expiresAt: number; id: string | undefined; status: string; captured: bigint; swept?: boolean }
interface Books {
  accounts: ModelAccount[];
  holds: ModelHold[];
  transactions: Record<string, unknown>[];
  reversed: Record<number, number>;
  ids: { id: string; said: string; reply?: unknown; error?: Error }[];
  total: bigint;
}
type Payload = Record<string, never> & { id?: string; operations?: BatchOperation[] };

/** An error by its name and message, which is all that is compared. */
const fail = (name: string, message: string): never => {
  throw Object.assign(new Error(message), { name });
};

const quoted = (name: unknown) => `'${String(name)}'`;
const accountOf = (books: Books, name: string) =>
  books.accounts.find(({ account }) => account === name) ?? fail('AccountNotFoundError', `Expected an account that exists, got ${quoted(name)}`);
const statusOf = ({ status, expiresAt }: ModelHold, now: number) => status === 'held' && expiresAt <= now ? 'expired' : status;
const heldOf = (books: Books, name: string, now: number) =>
  books.holds.filter((hold) => hold.from === name && statusOf(hold, now) === 'held').reduce((sum, { amount }) => sum + amount, 0n);
const holdOf = ({ hold, from, to, amount, at, expiresAt, id }: ModelHold) => ({ hold, from, to, amount, at, expiresAt, id });
const infoOf = (books: Books, { account, status, balance, overdraft, entries }: ModelAccount, now: number) => {
  const held = heldOf(books, account, now);
  return { account, status, balance, held, available: balance - held + overdraft, overdraft, entries: entries.length };
};

const expectOpen = ({ account, status }: ModelAccount) => {
  if (status === 'frozen') fail('AccountFrozenError', `Expected an account that isn't frozen, got ${quoted(account)}`);
  if (status === 'closed') fail('AccountClosedError', `Expected an account that isn't closed, got ${quoted(account)}`);
};

/** Moves money, if that may be; `held`: it was set aside for this. */
function move(books: Books, type: string, sides: { from?: string | undefined; to?: string | undefined }, amount: bigint, now: number, more: object, held = false): unknown {
  const from = sides.from === undefined ? undefined : accountOf(books, sides.from);
  const to = sides.to === undefined ? undefined : accountOf(books, sides.to);
  for (const side of [from, to]) if (side) expectOpen(side);
  if (from && !held) expectFunds(books, from, amount, now);
  if (from) from.balance -= amount;
  if (to) to.balance += amount;
  const transaction = books.transactions.length + 1;
  const made = {
    transaction, type, from: from?.account, to: to?.account, amount, fromBalance: from?.balance, toBalance: to?.balance, at: now,
    id: undefined, hold: undefined, reverses: undefined, ...more,
  };
  books.transactions.push(made);
  const entry = { transaction, type, at: now, id: made.id, hold: made.hold, reverses: made.reverses };
  from?.entries.push({ ...entry, seq: from.entries.length + 1, amount: -amount, balance: from.balance, other: to?.account });
  to?.entries.push({ ...entry, seq: to.entries.length + 1, amount, balance: to.balance, other: from?.account });
  if (!from) books.total += amount;
  if (!to) books.total -= amount;
  return made;
}

function expectFunds(books: Books, { account, balance, overdraft }: ModelAccount, amount: bigint, now: number): void {
  const available = balance - heldOf(books, account, now) + overdraft;
  if (available < amount) fail('InsufficientFundsError', `Expected account ${quoted(account)} to have ${amount} available, got ${available}`);
}

function heldFor(books: Books, number: number, amount: bigint | undefined, now: number): ModelHold {
  const hold = books.holds[number - 1] ?? fail('HoldNotFoundError', `Expected a hold that exists, got ${number}`);
  if (amount !== undefined && amount > hold.amount) fail('HoldExceededError', `Expected at most ${hold.amount} of hold ${number} to be captured, got ${amount}`);
  const status = statusOf(hold, now);
  if (status !== 'held') fail('HoldEndedError', `Expected hold ${number} to be held, got one that is ${status}`);
  return hold;
}

/** One operation. What it throws leaves the books as they are. */
function operate(books: Books, type: string, payload: Payload, now: number, id: string | undefined): unknown {
  const { account, from, to, amount, ttl = Infinity, hold: number, transaction } = payload as unknown as
    { account: string; from: string; to?: string; amount: bigint; ttl?: number; hold: number; transaction: number };
  switch (type) {
    case 'deposit': return move(books, type, { to: account }, amount, now, { id });
    case 'withdraw': return move(books, type, { from: account }, amount, now, { id });
    case 'transfer': return move(books, type, { from, to }, amount, now, { id });
    case 'hold': {
      const source = accountOf(books, from);
      const goal = to === undefined ? undefined : accountOf(books, to);
      for (const side of [source, goal]) if (side) expectOpen(side);
      expectFunds(books, source, amount, now);
      const hold = { hold: books.holds.length + 1, from, to, amount, at: now, expiresAt: now + ttl, id };
      books.holds.push({ ...hold, status: 'held', captured: 0n });
      return hold;
    }
    case 'capture': {
      const { amount: part } = payload as unknown as Capture;
      const hold = heldFor(books, number, part, now);
      const taken = part ?? hold.amount;
      const made = move(books, type, hold, taken, now, { id, hold: number }, true);
      Object.assign(hold, { status: 'captured', captured: taken });
      return made;
    }
    case 'release': {
      const hold = heldFor(books, number, undefined, now);
      hold.status = 'released';
      return holdOf(hold);
    }
    default: {
      const made = books.transactions[transaction - 1] ?? fail('TransactionNotFoundError', `Expected a transaction that is kept, got ${transaction}`);
      const by = books.reversed[transaction];
      if (by !== undefined) fail('AlreadyReversedError', `Expected transaction ${transaction} not to be reversed yet, it was by ${by}`);
      const sides = { from: made['to'] as string | undefined, to: made['from'] as string | undefined };
      const back = move(books, type, sides, made['amount'] as bigint, now, { id, reverses: transaction });
      books.reversed[transaction] = books.transactions.length;
      return back;
    }
  }
}

/** All of them, or none: on a copy first. */
function batch(books: Books, operations: readonly BatchOperation[], now: number, id: string | undefined): unknown {
  const copy = structuredClone({ ...books, ids: [] });
  const replies = operations.map((operation, index) => {
    try {
      return operate(copy, operation.type, operation as never, now, id);
    } catch (error) {
      return fail('BatchFailedError', `Expected each operation of the batch to be possible, operation ${index} isn't: ${(error as Error).message}`);
    }
  });
  Object.assign(books, { ...copy, ids: books.ids });
  return replies;
}

const text = (value: unknown) => JSON.stringify(value, (_key, field: unknown) => typeof field === 'bigint' ? `${field}n` : field);

/** A command that has an id, or none: once, or as it comes. */
function once(books: Books, type: string, payload: Payload, now: number): { reply?: unknown; error?: Error } {
  const { id, ...fields } = payload;
  const said = text([type, fields]);
  const known = id === undefined ? undefined : books.ids.find((each) => each.id === id);
  if (known && known.said !== said) return { error: Object.assign(new Error('conflict'), { name: 'IdConflictError' }) };
  if (known) return known.error ? { error: known.error } : { reply: known.reply };
  const came: { reply?: unknown; error?: Error } = {};
  try {
    came.reply = type === 'batch' ? batch(books, payload.operations ?? [], now, id) : operate(books, type, payload, now, id);
  } catch (error) {
    came.error = error as Error;
  }
  if (id !== undefined) books.ids.push({ id, said, ...came });
  return came;
}

/** A command about an account, as a whole. */
function administer(books: Books, type: string, payload: unknown, now: number): unknown {
  const { account: name = String(payload), overdraft = 0n } = Object(payload) as { account?: string; overdraft?: bigint };
  if (type === 'open') {
    if (books.accounts.some(({ account }) => account === name)) fail('AccountExistsError', `Expected an account that doesn't exist yet, got ${quoted(name)}`);
    books.accounts.push({ account: name, status: 'open', overdraft, balance: 0n, entries: [] });
    return infoOf(books, accountOf(books, name), now);
  }
  const account = accountOf(books, name);
  if (type === 'balance') return account.balance;
  if (type === 'getAccount') return infoOf(books, account, now);
  if (type === 'statement') return { entries: account.entries, after: undefined, gap: false };
  if (account.status === 'closed') expectOpen(account);
  if (type === 'close') {
    const held = heldOf(books, name, now);
    if (account.balance !== 0n || held !== 0n) fail('AccountNotEmptyError', `Expected account ${quoted(name)} to be empty, got a balance of ${account.balance} of which ${held} is held`);
    account.status = 'closed';
  }
  if (type === 'freeze') account.status = 'frozen';
  if (type === 'unfreeze') account.status = 'open';
  if (type === 'setOverdraft') account.overdraft = overdraft;
  return infoOf(books, account, now);
}

const MONEY = ['deposit', 'withdraw', 'transfer', 'hold', 'capture', 'release', 'reverse', 'batch'];

function step(state: Books, { type, payload }: { readonly type: string; readonly payload?: unknown }, now: number) {
  const books = structuredClone({ ...state, ids: [] }) as Books;
  books.ids = [...state.ids];
  if (type === 'sweep') {
    const due = books.holds.filter((hold) => statusOf(hold, now) === 'expired' && hold.swept !== true);
    // Not those that were ended otherwise; all at once, since there are few.
    const expired = due.filter(({ status }) => status === 'held').sort((one, other) => one.expiresAt - other.expiresAt);
    for (const hold of expired) Object.assign(hold, { status: 'expired', swept: true });
    return { state: books, reply: expired.length, events: expired.map((hold) => ({ type: 'expired', hold: holdOf(hold) })) };
  }
  if (type === 'stats') {
    const { total, transactions, accounts, holds } = books;
    return {
      state, reply: {
        accounts: accounts.length, closed: accounts.filter(({ status }) => status === 'closed').length, total, transactions: transactions.length,
        holds: holds.filter((hold) => statusOf(hold, now) === 'held').length, ids: books.ids.length,
      },
    };
  }
  if (!MONEY.includes(type)) {
    try {
      return { state: books, reply: administer(books, type, payload, now) };
    } catch (error) {
      return { state, error };
    }
  }
  const came = once(books, type, payload as Payload, now);
  if (came.error) return { state: books, error: came.error };
  // Both `undefined` and left out are no `id`.
  return { state: books, reply: came.reply };
}

// ── what is sent ────────────────────────────────────────────────────────────────────────────────────────────────────

const name = fc.constantFrom('ann', 'bob', 'eve');
const amount = fc.bigInt(1n, 40n);
const id = fc.option(fc.constantFrom('x', 'y', 'z', 'w'), { nil: undefined, freq: 2 });
const number = fc.integer({ min: 1, max: 4 });
const sides = fc.constantFrom(...['ann', 'bob', 'eve'].flatMap((from) => ['ann', 'bob', 'eve'].filter((to) => to !== from).map((to) => ({ from, to }))));
const ttl = fc.constantFrom(1, 4, 9, 30, Infinity);

const payloads = {
  deposit: fc.record({ account: name, amount }),
  withdraw: fc.record({ account: name, amount }),
  transfer: fc.tuple(sides, amount).map(([both, sum]) => ({ ...both, amount: sum })),
  hold: fc.tuple(sides, amount, ttl, fc.boolean()).map(([{ from, to }, sum, lives, inside]) => ({ from, ...inside ? { to } : {}, amount: sum, ttl: lives })),
  capture: fc.oneof<fc.Arbitrary<Capture>[]>(fc.record({ hold: number }), fc.record({ hold: number, amount })),
  release: fc.record({ hold: number }),
  reverse: fc.record({ transaction: number }),
};
const withId = <T extends object>(payload: fc.Arbitrary<T>) => fc.tuple(payload, id).map(([fields, its]) => its === undefined ? fields : { ...fields, id: its });
const operation = fc.oneof(...Object.entries(payloads).map(([type, payload]) => (payload as fc.Arbitrary<object>).map((fields) => ({ type, ...fields }) as BatchOperation)));
const operations = fc.array(operation, { minLength: 1, maxLength: 4 });

/** Of errors about ids only the name is compared; of events those that a sweep makes; of stats what the model counts. */
function comparable(value: unknown): unknown {
  if (value instanceof Error) return [value.name, value.name === 'IdConflictError' ? '' : value.message];
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  const { type, hold } = value as { type?: string; hold?: { expiresAt: number } };
  // Which of those that expire at the same time comes first is open.
  if (type === 'expired' && hold !== undefined) return text({ type, at: hold.expiresAt });
  const fields = Object.entries(value).filter(([field, each]) => each !== undefined && field !== 'deposited' && field !== 'withdrawn');
  return text(Object.fromEntries(fields.sort(([one], [other]) => one < other ? -1 : 1).map(([field, each]) => [field, comparable(each)])));
}

const init: Books = { accounts: [], holds: [], transactions: [], reversed: {}, ids: [], total: 0n };

describe('a ledger', () => {
  it('does what its model does', () => checkStore((options) => createLedger({ ...options, sweep: 7 }), {
    commands: {
      open: fc.record({ account: name, overdraft: fc.constantFrom(0n, 50n) }),
      close: name, freeze: name, unfreeze: name,
      setOverdraft: fc.record({ account: name, overdraft: fc.constantFrom(0n, 20n) }),
      deposit: withId(payloads.deposit), withdraw: withId(payloads.withdraw), transfer: withId(payloads.transfer),
      hold: withId(payloads.hold), capture: withId(payloads.capture), release: withId(payloads.release), reverse: withId(payloads.reverse),
      batch: withId(fc.tuple(operations).map(([all]): Batch => ({ operations: all }))),
      sweep: undefined, balance: name, getAccount: name, statement: fc.record({ account: name }), stats: undefined,
    },
    model: {
      init,
      step,
      view: ({ accounts, transactions, total }) => ({ accounts: accounts.length, transactions: transactions.length, total }),
      agree: (expected, got) => text(comparable(expected)) === text(comparable(got)),
    },
  }, { runs: 150, length: 40 }), 60_000);

  /** Commands that mostly do something: the accounts are there, and have money. */
  const commands = fc.array(fc.oneof(
    ...Object.entries(payloads).map(([type, payload]) => withId(payload as fc.Arbitrary<object>).map((fields) => ({ type, payload: fields }))),
    withId(fc.record({ operations })).map((payload) => ({ type: 'batch', payload })),
    fc.tuple(fc.constantFrom('freeze', 'unfreeze', 'close'), name).map(([type, account]) => ({ type, payload: account })),
    fc.integer({ min: 0, max: 12 }).map((ms) => ({ type: 'wait', payload: ms })),
    fc.constant({ type: 'restart', payload: undefined }),
  ), { maxLength: 60 });

  it('neither makes money nor loses any: what is in it is what came in, less what went out', () => fc.assert(fc.property(commands, (sent) => {
    const scheduler = new VirtualTimeScheduler();
    const pass = (ms: number) => {
      scheduler.maxFrames = scheduler.frame + ms;
      // Time goes to its end also where nothing is to happen.
      scheduler.schedule(() => undefined, ms);
      scheduler.flush();
    };
    let ledger = createLedger({ scheduler, sweep: 5 });
    /** Counted here, by what was replied once. */
    let outside = 0n;
    const seen = new Set<number>();
    const count = (reply: unknown) => {
      if (reply instanceof Error) return;
      for (const each of [reply].flat()) {
        const { transaction, from, to, amount: sum } = Object(each) as { transaction?: number; from?: string; to?: string; amount: bigint };
        if (transaction === undefined || seen.has(transaction)) continue;
        seen.add(transaction);
        outside += (from === undefined ? sum : 0n) - (to === undefined ? sum : 0n);
      }
    };
    const sum = () => ['ann', 'bob', 'eve'].reduce((all, account) => all + (outcome(ledger.ask.balance(account)) as bigint), 0n);
    for (const account of ['ann', 'bob', 'eve']) {
      outcome(ledger.ask.open({ account, overdraft: 10n }));
      count(outcome(ledger.ask.deposit({ account, amount: 50n })));
    }
    for (const { type, payload } of sent) {
      if (type === 'wait') {
        pass(payload as number);
      } else if (type === 'restart') {
        const dump = JSON.parse(JSON.stringify(outcome(ledger.ask.dump()))) as LedgerDump;
        void ledger.shutdown();
        ledger = createLedger({ scheduler, sweep: 5, restore: dump });
      } else {
        count(outcome(ledger.send({ type, payload } as never)));
      }
      expect(sum()).toBe(outside);
      expect(ledger.snapshot().total).toBe(outside);
    }
    // No account is below its overdraft, and all that is held can be paid.
    for (const account of ['ann', 'bob', 'eve']) {
      expect(outcome(ledger.ask.getAccount(account))).toSatisfy(({ available, held }: { available: bigint; held: bigint }) => available >= 0n && held >= 0n);
    }
    pass(100);
    void ledger.shutdown();
  }), { numRuns: 200 }), 60_000);
});
