/**
 * Books out of a dump. Whoever made it, it's looked through before anything of it is used; and its accounts have to add up
 * to what came in, less what went out.
 */
import { expect, expectObject } from '../../internal/expect.js';
import type { Key } from '../structures/check-payload.js';
import { ageOf, type Dump } from '../structures/dump.js';
import { Account } from './account.js';
import { Book, type BookLimits, type Posted } from './book.js';
import type { DumpedBook, DumpedHold, Plain } from './dump.js';
import type { HeldMoney } from './holds.js';
import { isAmount, isOverdraft } from './money.js';
import { LONGEST_ID, type Memo, type Piece } from './once.js';
import { refusalOf, type RefusalFields } from './refusals.js';
import type { TransactionInfo } from './types.js';

const MONEY = /^-?\d+$/;
const STATUSES = ['held', 'captured', 'released', 'expired'];
const TYPES = ['deposit', 'withdraw', 'transfer', 'capture', 'reverse'];

/** The operations of which a hold is kept, instead of a transaction. */
const HELD = ['hold', 'release'];

/** Names of the fields that hold money. */
const AMOUNTS = ['amount', 'available', 'held'];

const isKey = (value: unknown): value is Key => typeof value === 'string' || Number.isFinite(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isNumber = (value: unknown): value is number => isCount(value) && value > 0;
const isId = (value: unknown): value is string => typeof value === 'string' && value.length <= LONGEST_ID;
const isNone = (value: unknown): value is undefined => value === undefined;

/** @throws TypeError unless it's text as a bigint makes it */
function money(value: unknown, name: string): bigint {
  expect(typeof value === 'string' && MONEY.test(value), name, 'an amount as text', value);
  // A cast: as was just seen.
  return BigInt(value as string);
}

/** @throws TypeError unless it's the text of a positive bigint */
function amountOf(value: unknown, name: string): bigint {
  const amount = money(value, name);
  expect(isAmount(amount), name, 'an amount from 1 to 2^128 - 1', value);
  return amount;
}

/** @throws TypeError unless it's an array of objects; what is in them is still to be seen */
function rows<T>(value: readonly T[], name: string): [row: T, name: string][] {
  expect(Array.isArray(value), name, 'an array', value);
  return value.map((row, place) => {
    expectObject(row, `${name}[${place}]`);
    return [row, `${name}[${place}]`];
  });
}

/**
 * The books that a dump tells of, as far as the limits allow.
 *
 * @throws TypeError for what no `dump` gave
 */
export function restoreBook(dump: DumpedBook & Dump<string>, limits: BookLimits, now: number): Book {
  const book = new Book(limits);
  // By a clock that is behind the dump's, the time of the dump is now.
  const shift = Math.min(0, now - dump.at);
  const age = ageOf(dump, now);
  book.deposited = money(dump.deposited, 'restore.deposited');
  book.withdrawn = money(dump.withdrawn, 'restore.withdrawn');
  expect(isCount(dump.transactions), 'restore.transactions', 'an integer from 0 on', dump.transactions);
  expect(isCount(dump.holds), 'restore.holds', 'an integer from 0 on', dump.holds);
  book.transactions = dump.transactions;
  book.holds.made = dump.holds;
  const kept = restoreTransactions(book, dump, shift);
  restoreAccounts(book, dump, kept);
  restoreHolds(book, dump, now, age, shift);
  restoreIds(book, dump, now, age, shift);
  return book;
}

/** The transactions that are kept, by their numbers; the last of them go into the journal. */
function restoreTransactions(book: Book, dump: DumpedBook, shift: number): ReadonlyMap<number, Posted> {
  const kept = new Map<number, Posted>();
  let last = 0;
  const { reversible } = dump;
  expect(isCount(reversible) && reversible <= dump.transactions, 'restore.reversible', 'an integer, at most that of all transactions', reversible);
  for (const [row, name] of rows(dump.kept, 'restore.kept')) {
    const posted = transactionOf(row, name, shift);
    expect(posted.transaction > last && posted.transaction <= dump.transactions, `${name}.transaction`, 'the next one that is kept', posted.transaction);
    last = posted.transaction;
    kept.set(last, posted);
  }
  for (let transaction = dump.transactions - reversible + 1; transaction <= dump.transactions; transaction++) {
    const posted = kept.get(transaction);
    expect(posted !== undefined, 'restore.kept', `with transaction ${transaction}, which can be reversed`, posted);
    // A cast: as was just seen.
    book.journal.push(posted!);
  }
  return kept;
}

function transactionOf(row: Plain<TransactionInfo>, name: string, shift: number): Posted {
  const { transaction, type, from, to, at, id, hold, reverses, reversedBy } = row;
  expect(isNumber(transaction), `${name}.transaction`, 'an integer from 1 on', transaction);
  expect(TYPES.includes(type), `${name}.type`, `one of ${TYPES.join(', ')}`, type);
  for (const [side, key] of [['from', from], ['to', to]] as const) expect(isNone(key) || isKey(key), `${name}.${side}`, 'a string or a finite number', key);
  expect(from !== to, `${name}.to`, 'another account than `from`', to);
  const goes = !isNone(from);
  const comes = !isNone(to);
  const fits = { deposit: !goes, withdraw: !comes, transfer: goes && comes, capture: goes, reverse: true }[type];
  expect(fits, `${name}.type`, 'one that goes with its `from` and `to`', type);
  expect(Number.isFinite(at), `${name}.at`, 'a time in milliseconds', at);
  expect(isNone(id) || isId(id), `${name}.id`, 'a string', id);
  for (const [field, number] of [['hold', hold], ['reverses', reverses], ['reversedBy', reversedBy]] as const) {
    expect(isNone(number) || isNumber(number), `${name}.${field}`, 'an integer from 1 on', number);
  }
  return {
    transaction, type, from, to, amount: amountOf(row.amount, `${name}.amount`),
    fromBalance: isNone(from) ? undefined : money(row.fromBalance, `${name}.fromBalance`),
    toBalance: isNone(to) ? undefined : money(row.toBalance, `${name}.toBalance`),
    at: at + shift, id, hold, reverses, reversedBy,
  };
}

function restoreAccounts(book: Book, dump: DumpedBook, kept: ReadonlyMap<number, Posted>): void {
  const { accounts, closed, limits } = book;
  let sum = 0n;
  for (const [row, name] of rows(dump.accounts, 'restore.accounts')) {
    const { account: key, status, entries, history } = row;
    expect(isKey(key) && accounts.find(key) < 0, `${name}.account`, 'a string or a finite number that no other has', key);
    expect(['open', 'frozen', 'closed'].includes(status), `${name}.status`, 'one of open, frozen, closed', status);
    const overdraft = row.overdraft === 'unlimited' ? row.overdraft : money(row.overdraft, `${name}.overdraft`);
    expect(isOverdraft(overdraft), `${name}.overdraft`, "an amount from 0 on, or 'unlimited'", overdraft);
    expect(isCount(entries), `${name}.entries`, 'an integer from 0 on', entries);
    expect(Array.isArray(history) && history.length <= entries, `${name}.history`, 'an array of at most as many as there were entries', history);
    const account = new Account(key, overdraft, limits.history);
    account.status = status;
    account.balance = money(row.balance, `${name}.balance`);
    for (const transaction of history) {
      const posted = kept.get(transaction);
      expect(posted !== undefined && (posted.from === key || posted.to === key), `${name}.history`, 'transactions of that account that are kept', transaction);
      // A cast: as was just seen.
      account.note(posted!);
    }
    account.seq = entries;
    accounts.add(key, account);
    sum += account.balance;
  }
  expect(sum === book.deposited - book.withdrawn, 'restore.accounts', `${book.deposited - book.withdrawn} in all`, sum);
  expect(accounts.size <= limits.maxAccounts, 'restore.accounts', `at most ${limits.maxAccounts}`, accounts.size);
  const order = dump.closed;
  expect(Array.isArray(order), 'restore.closed', 'an array', order);
  for (const key of order) {
    const slot = accounts.find(key);
    const isClosed = slot >= 0 && accounts.values[slot]!.status === 'closed' && closed.get(key) === undefined;
    expect(isClosed, 'restore.closed', 'closed accounts, each once', key);
    closed.add(key, accounts.values[slot]!);
  }
  const count = accounts.values.filter(({ status }) => status === 'closed').length;
  expect(closed.size === count, 'restore.closed', `all ${count} of them`, closed.size);
}

function holdFrom(book: Book, row: DumpedHold, name: string, now: number, age: number, shift: number): HeldMoney {
  const { hold, from, to, at, id, status, ttl } = row;
  expect(isNumber(hold) && hold <= book.holds.made, `${name}.hold`, `an integer from 1 to ${book.holds.made}`, hold);
  expect(isKey(from), `${name}.from`, 'a string or a finite number', from);
  expect((isNone(to) || isKey(to)) && to !== from, `${name}.to`, 'another account, or none', to);
  expect(Number.isFinite(at), `${name}.at`, 'a time in milliseconds', at);
  expect(isNone(id) || isId(id), `${name}.id`, 'a string', id);
  expect(STATUSES.includes(status), `${name}.status`, `one of ${STATUSES.join(', ')}`, status);
  expect(ttl === null || Number.isFinite(ttl), `${name}.ttl`, 'a number of milliseconds, or null', ttl);
  const slot = book.accounts.find(from);
  return {
    hold, from, to, amount: amountOf(row.amount, `${name}.amount`), at: at + shift, expiresAt: ttl === null ? Infinity : now + ttl - age, id,
    account: slot < 0 ? undefined : book.accounts.values[slot], status, captured: money(row.captured, `${name}.captured`),
  };
}

function restoreHolds(book: Book, dump: DumpedBook, now: number, age: number, shift: number): void {
  const isNew = (hold: HeldMoney) => book.holds.find(hold.hold) === undefined;
  for (const [row, name] of rows(dump.ended, 'restore.ended')) {
    const hold = holdFrom(book, row, name, now, age, shift);
    expect(hold.status !== 'held' && isNew(hold), name, 'a hold that ended, and no other', row.hold);
    book.holds.remember(hold);
  }
  for (const [row, name] of rows(dump.held, 'restore.held')) {
    const hold = holdFrom(book, row, name, now, age, shift);
    expect(hold.status === 'held' && hold.account !== undefined && isNew(hold), name, 'a hold of an account, and no other', row.hold);
    if (hold.expiresAt > now) book.holds.add(hold);
    else book.holds.remember({ ...hold, status: 'expired' });
  }
  const count = book.holds.count(now);
  expect(count <= book.limits.maxHolds, 'restore.held', `at most ${book.limits.maxHolds}`, count);
}

function restoreIds(book: Book, dump: DumpedBook, now: number, age: number, shift: number): void {
  for (const [row, name] of rows(dump.ids, 'restore.ids')) {
    const { id, fields, done, refused } = row;
    expect(isId(id) && book.ids.get(id) === undefined, `${name}.id`, 'a string that no other has', id);
    expectObject(fields, `${name}.fields`);
    book.ids.add(id, { fields: fieldsFrom(fields, `${name}.fields`), ...came() });
    const excess = book.ids.excess;
    if (excess !== undefined) book.ids.delete(excess);

    function came(): Pick<Memo, 'kept' | 'refusal'> {
      if (refused !== undefined) return { kept: undefined, refusal: refusalFrom(refused, `${name}.refused`) };
      const pieces = rows(done ?? [], `${name}.done`).map(([piece, its]): Piece => 'transaction' in piece
        ? transactionOf(piece as Plain<TransactionInfo>, its, shift)
        : holdFrom(book, piece, its, now, age, shift));
      const { type, operations } = fields as { readonly type?: unknown; readonly operations?: readonly { readonly type?: unknown }[] };
      const types = type === 'batch' ? operations?.map((operation) => operation.type) ?? [] : [type];
      const fits = pieces.length === types.length && pieces.every((piece, place) => 'transaction' in piece ? piece.type === types[place] : HELD.includes(types[place] as string));
      expect(fits, `${name}.done`, 'what came of the command', done);
      return { kept: type === 'batch' ? pieces : pieces[0], refusal: undefined };
    }
  }
}

/** The fields of a payload: money is a bigint again, and what never ends is `Infinity`. */
function fieldsFrom(fields: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => {
    if (field === 'operations') return [field, rows(value as Record<string, unknown>[], `${name}.${field}`).map(([row, its]) => fieldsFrom(row, its))];
    if (AMOUNTS.includes(field)) return [field, money(value, `${name}.${field}`)];
    return [field, field === 'ttl' && value === null ? Infinity : value];
  }));
}

/** @throws TypeError for what no error of the ledger carries */
function refusalFrom(refused: Readonly<Record<string, unknown>>, name: string): RefusalFields {
  expectObject(refused, name);
  const fields = fieldsFrom(refused, name);
  const { code, cause } = fields;
  expect(code !== 'BATCH_FAILED' || cause !== undefined, `${name}.cause`, 'why the batch was refused', cause);
  // A cast: what comes from a file may be anything; what isn't known is found by `refusalOf`.
  const refusal = (cause === undefined ? fields : { ...fields, cause: refusalFrom(cause as Record<string, unknown>, `${name}.cause`) }) as RefusalFields;
  // A cast: for a code that isn't known there's no error.
  expect((refusalOf(refusal) as Error | undefined) !== undefined, `${name}.code`, 'that of an error of the ledger', refusal.code);
  return refusal;
}
