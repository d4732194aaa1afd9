/** What becomes of accounts themselves. */
import type { Context } from '../../index.js';
import { AccountClosedError, AccountExistsError, AccountNotEmptyError, LedgerFullError } from '../errors.js';
import { checkKey, checkObject, type Key } from '../structures/check-payload.js';
import { Account } from './account.js';
import type { Book } from './book.js';
import { checkOverdraft } from './money.js';
import { checkPage } from '../structures/pages.js';
import type { AccountInfo, LedgerEvent, OpenAccount, SetOverdraft, Statement, StatementRequest } from './types.js';

type LedgerContext = Context<LedgerEvent>;

/** @throws InvalidPayloadError, AccountExistsError, LedgerFullError */
export function openAccount(book: Book, payload: OpenAccount, context: LedgerContext): AccountInfo {
  checkObject(payload);
  const { account, overdraft = 0n } = payload;
  checkKey(account, 'account');
  checkOverdraft(overdraft);
  const { accounts, limits: { maxAccounts, history } } = book;
  if (accounts.find(account) >= 0) throw new AccountExistsError(account);
  if (accounts.size >= maxAccounts) evict(book, context);
  const opened = new Account(account, overdraft, history);
  accounts.add(account, opened);
  return told(book, context, 'opened', opened);
}

/** Makes room: the account goes that was closed first. @throws LedgerFullError if none is closed */
function evict({ accounts, closed, limits }: Book, { emit }: LedgerContext): void {
  const account = closed.oldest;
  if (account === undefined) throw new LedgerFullError('accounts', limits.maxAccounts);
  closed.delete(account);
  accounts.delete(accounts.find(account));
  emit({ type: 'evicted', account });
}

/** @throws InvalidPayloadError, AccountNotFoundError, AccountClosedError, AccountNotEmptyError */
export function closeAccount(book: Book, key: Key, context: LedgerContext): AccountInfo {
  const account = changeable(book, key);
  const held = book.holds.heldOf(account, book.time(context));
  if (account.balance !== 0n || held !== 0n) throw new AccountNotEmptyError(key, account.balance, held);
  account.status = 'closed';
  book.closed.add(account.account, account);
  return told(book, context, 'closed', account);
}

/** What is frozen stays so; what isn't, too. @throws InvalidPayloadError, AccountNotFoundError, AccountClosedError */
export function freezeAccount(book: Book, key: Key, context: LedgerContext, status: 'frozen' | 'open'): AccountInfo {
  const account = changeable(book, key);
  if (account.status === status) return book.info(account, book.time(context));
  account.status = status;
  return told(book, context, status === 'frozen' ? 'frozen' : 'unfrozen', account);
}

/** @throws InvalidPayloadError, AccountNotFoundError, AccountClosedError */
export function setOverdraft(book: Book, payload: SetOverdraft, context: LedgerContext): AccountInfo {
  checkObject(payload);
  const { account: key, overdraft } = payload;
  checkKey(key, 'account');
  checkOverdraft(overdraft);
  const account = changeable(book, key);
  account.overdraft = overdraft;
  context.emit({ type: 'overdraft', account: account.account, overdraft });
  return book.info(account, book.time(context));
}

/** @throws InvalidPayloadError, AccountNotFoundError, AccountClosedError */
function changeable(book: Book, key: Key): Account {
  checkKey(key, 'payload');
  const account = book.account(key);
  if (account.status === 'closed') throw new AccountClosedError(key);
  return account;
}

/** The part of an account's history that a request asks for. @throws InvalidPayloadError, AccountNotFoundError */
export function statementOf(book: Book, request: StatementRequest): Statement {
  checkObject(request);
  const { account, after = 0, limit = 100 } = request;
  checkKey(account, 'account');
  checkPage({ after, limit });
  return book.account(account).statement(after, limit);
}

function told(book: Book, context: LedgerContext, type: 'opened' | 'closed' | 'frozen' | 'unfrozen', account: Account): AccountInfo {
  context.emit({ type, account: account.account });
  return book.info(account, book.time(context));
}
