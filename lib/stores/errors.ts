/** Every error by which a ready-made store refuses a command, in one place. */
import { show } from '../internal/expect.js';

/**
 * What all refusals of the ready-made stores have in common: the command changed nothing, and the store lives on. Catch
 * this class to tell them from what the core decides (`StoreError`); switch on `code` to tell them apart.
 *
 * @example
 * ```ts
 * import { createCounter, RefusedError } from 'ownstate/stores';
 *
 * const counter = createCounter({ max: 3 });
 * try {
 *   await counter.ask.increment(5);
 * } catch (error) {
 *   console.log(error instanceof RefusedError && error.code); // OUT_OF_BOUNDS
 * }
 * ```
 */
export abstract class RefusedError extends Error {
  /** A literal per class, for a `switch`. */
  abstract readonly code: string;
}

/** A payload, or one of its fields, that the command can't work with. */
export class InvalidPayloadError extends RefusedError {
  override readonly name = 'InvalidPayloadError';
  readonly code = 'INVALID_PAYLOAD';
  /** Name of the field, or `payload` where it's the payload itself. */
  readonly field: string;

  constructor(field: string, expected: string, got: unknown) {
    super(`Expected \`${field}\` to be ${expected}, got ${shown(got)}`);
    this.field = field;
  }
}

/** A value in a few characters: keys and texts may be as long as a stranger likes. */
function shown(value: unknown): string {
  const text = show(value);
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

/** A count would have passed a bound of its counter. */
export class OutOfBoundsError extends RefusedError {
  override readonly name = 'OutOfBoundsError';
  readonly code = 'OUT_OF_BOUNDS';
  /** What the count would have been. */
  readonly count: number | bigint;

  constructor(count: number | bigint, min: number | bigint = -Infinity, max: number | bigint = Infinity) {
    super(`Expected the count to stay from ${min} to ${max}, got ${shown(count)}`);
    this.count = count;
  }
}

/** The store has as many keys as it may have, and refuses one more. Those that are there can still be changed. */
export class TooManyKeysError extends RefusedError {
  override readonly name = 'TooManyKeysError';
  readonly code = 'TOO_MANY_KEYS';
  /** The most keys that there may be. */
  readonly maxKeys: number;

  constructor(maxKeys: number) {
    super(`Expected at most ${maxKeys} keys, got one more`);
    this.maxKeys = maxKeys;
  }
}

/** As many readers watch keys as may do so at a time. */
export class TooManyWatchersError extends RefusedError {
  override readonly name = 'TooManyWatchersError';
  readonly code = 'TOO_MANY_WATCHERS';
  /** The most watchers that there may be. */
  readonly maxWatchers: number;

  constructor(maxWatchers: number) {
    super(`Expected at most ${maxWatchers} watchers, got one more`);
    this.maxWatchers = maxWatchers;
  }
}

// ── chat rooms ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** The user is in the room already, and each may have one device only. */
export class UserExistsError extends RefusedError {
  override readonly name = 'UserExistsError';
  readonly code = 'USER_EXISTS';
  readonly user: string | number;

  constructor(user: string | number) {
    super(`Expected a user who isn't in the room, got ${shown(user)}`);
    this.user = user;
  }
}

/** The user, or that device of the user's, isn't in the room. */
export class NotInRoomError extends RefusedError {
  override readonly name = 'NotInRoomError';
  readonly code = 'NOT_IN_ROOM';
  readonly user: string | number;
  /** The device, where one was named. */
  readonly device: number | undefined;

  constructor(user: string | number, device?: number) {
    super(`Expected a user who is in the room${device === undefined ? '' : ` with device ${device}`}, got ${shown(user)}`);
    this.user = user;
    this.device = device;
  }
}

/** There are as many as there may be: members of a room, devices of a user, or rooms. */
export class RoomFullError extends RefusedError {
  override readonly name = 'RoomFullError';
  readonly code = 'ROOM_FULL';
  readonly of: 'members' | 'devices' | 'rooms';
  /** The most that there may be. */
  readonly limit: number;

  constructor(of: RoomFullError['of'], limit: number) {
    super(`Expected at most ${limit} ${of}, got one more`);
    this.of = of;
    this.limit = limit;
  }
}

/** The member speaks faster than the room's `rate` allows. */
export class TooFastError extends RefusedError {
  override readonly name = 'TooFastError';
  readonly code = 'TOO_FAST';
  readonly user: string | number;
  /** When one more message may come, in milliseconds from now. */
  readonly retryAfter: number;

  constructor(user: string | number, retryAfter: number) {
    super(`Expected ${shown(user)} to wait ${retryAfter} ms before the next message`);
    this.user = user;
    this.retryAfter = retryAfter;
  }
}

/** The room's option `authorise` didn't allow it. */
export class NotAllowedError extends RefusedError {
  override readonly name = 'NotAllowedError';
  readonly code = 'NOT_ALLOWED';
  readonly action: 'join' | 'say' | 'kick';
  readonly user: string | number;

  constructor(action: NotAllowedError['action'], user: string | number) {
    super(`Expected to be allowed to ${action}, got a refusal for ${shown(user)}`);
    this.action = action;
    this.user = user;
  }
}

/** The user was kicked: a feed that ends with this error. */
export class KickedError extends RefusedError {
  override readonly name = 'KickedError';
  readonly code = 'KICKED';
  readonly user: string | number;
  readonly reason: string | undefined;

  constructor(user: string | number, reason?: string) {
    super(`${shown(user)} was kicked${reason === undefined ? '' : `: ${reason}`}`);
    this.user = user;
    this.reason = reason;
  }
}

/** A session was to be adopted under an id made elsewhere, by a store without the option `foreignIds`. */
export class ForeignIdError extends RefusedError {
  override readonly name = 'ForeignIdError';
  readonly code = 'FOREIGN_ID';

  constructor() {
    super('Expected the option `foreignIds` of a sessions store that is to adopt ids, got a store that makes all ids itself');
  }
}

/** There's no task of this id: it never was, or is forgotten. */
export class TaskNotFoundError extends RefusedError {
  override readonly name = 'TaskNotFoundError';
  readonly code = 'TASK_NOT_FOUND';
  readonly id: string;

  constructor(id: string) {
    super(`Expected the id of a task, got ${shown(id)}`);
    this.id = id;
  }
}

/** The worker doesn't have the task any more: settled, cancelled, timed out, or given to another one. */
export class LeaseLostError extends RefusedError {
  override readonly name = 'LeaseLostError';
  readonly code = 'LEASE_LOST';
  readonly id: string;
  /** The token that was shown. */
  readonly token: number;

  constructor(id: string, token: number) {
    super(`Expected ${shown(id)} to run under the lease ${token}, which it doesn't any more`);
    this.id = id;
    this.token = token;
  }
}

/** The command isn't for a task of this state: a completed one can't be cancelled, a pending one not retried. */
export class TaskStateError extends RefusedError {
  override readonly name = 'TaskStateError';
  readonly code = 'TASK_STATE';
  readonly id: string;
  readonly state: string;

  constructor(id: string, expected: string, state: string) {
    super(`Expected ${shown(id)} to be ${expected}, it's ${state}`);
    this.id = id;
    this.state = state;
  }
}

/** The queue holds as many pending and running tasks as it may. */
export class TaskQueueFullError extends RefusedError {
  override readonly name = 'TaskQueueFullError';
  readonly code = 'TASK_QUEUE_FULL';
  /** The most tasks that it holds. */
  readonly maxTasks: number;

  constructor(maxTasks: number) {
    super(`Expected at most ${maxTasks} tasks, got one more`);
    this.maxTasks = maxTasks;
  }
}

/** A value weighs more than its cache may hold in all. */
export class TooHeavyError extends RefusedError {
  override readonly name = 'TooHeavyError';
  readonly code = 'TOO_HEAVY';
  readonly weight: number;
  readonly maxWeight: number;

  constructor(weight: number, maxWeight: number) {
    super(`Expected the value to weigh at most ${maxWeight}, got ${weight}`);
    this.weight = weight;
    this.maxWeight = maxWeight;
  }
}

/** More items wait in the pipeline of `cached` than it has room for: an error of the pipeline, not of the cache. */
export class PipelineFullError extends RefusedError {
  override readonly name = 'PipelineFullError';
  readonly code = 'PIPELINE_FULL';
  readonly capacity: number;

  constructor(capacity: number) {
    super(`Expected at most ${capacity} items to wait in the pipeline, got one more`);
    this.capacity = capacity;
  }
}

// ── accounts and ledgers ────────────────────────────────────────────────────────────────────────────────────────────

/** There's no such account: none was opened, or it was closed so long ago that it's forgotten. */
export class AccountNotFoundError extends RefusedError {
  override readonly name = 'AccountNotFoundError';
  readonly code = 'ACCOUNT_NOT_FOUND';
  readonly account: string | number;

  constructor(account: string | number) {
    super(`Expected an account that exists, got ${shown(account)}`);
    this.account = account;
  }
}

/** An account of that name exists, be it a closed one. */
export class AccountExistsError extends RefusedError {
  override readonly name = 'AccountExistsError';
  readonly code = 'ACCOUNT_EXISTS';
  readonly account: string | number;

  constructor(account: string | number) {
    super(`Expected an account that doesn't exist yet, got ${shown(account)}`);
    this.account = account;
  }
}

/** The account is frozen: no money comes, and none goes. */
export class AccountFrozenError extends RefusedError {
  override readonly name = 'AccountFrozenError';
  readonly code = 'ACCOUNT_FROZEN';
  readonly account: string | number;

  constructor(account: string | number) {
    super(`Expected an account that isn't frozen, got ${shown(account)}`);
    this.account = account;
  }
}

/** The account is closed, for good. */
export class AccountClosedError extends RefusedError {
  override readonly name = 'AccountClosedError';
  readonly code = 'ACCOUNT_CLOSED';
  readonly account: string | number;

  constructor(account: string | number) {
    super(`Expected an account that isn't closed, got ${shown(account)}`);
    this.account = account;
  }
}

/** An account that is to be closed has money, or debts, or some of its money is held. */
export class AccountNotEmptyError extends RefusedError {
  override readonly name = 'AccountNotEmptyError';
  readonly code = 'ACCOUNT_NOT_EMPTY';
  readonly account: string | number;
  readonly balance: bigint;
  readonly held: bigint;

  constructor(account: string | number, balance: bigint, held: bigint) {
    super(`Expected account ${shown(account)} to be empty, got a balance of ${balance} of which ${held} is held`);
    this.account = account;
    this.balance = balance;
    this.held = held;
  }
}

/** There's less in the account than is to be taken. */
export class InsufficientFundsError extends RefusedError {
  override readonly name = 'InsufficientFundsError';
  readonly code = 'INSUFFICIENT_FUNDS';
  readonly account: string | number;
  /** What was to be taken. */
  readonly amount: bigint;
  /** What could have been: the balance, less what is held, and the overdraft. */
  readonly available: bigint;

  constructor(account: string | number, amount: bigint, available: bigint) {
    super(`Expected account ${shown(account)} to have ${amount} available, got ${available}`);
    this.account = account;
    this.amount = amount;
    this.available = available;
  }
}

/** There are as many as there may be: accounts of which none is closed, or holds. */
export class LedgerFullError extends RefusedError {
  override readonly name = 'LedgerFullError';
  readonly code = 'LEDGER_FULL';
  readonly of: 'accounts' | 'holds';
  /** The most that there may be. */
  readonly limit: number;

  constructor(of: LedgerFullError['of'], limit: number) {
    super(`Expected at most ${limit} ${of}, got one more`);
    this.of = of;
    this.limit = limit;
  }
}

/** There's no hold of that number: none was made, or it ended so long ago that it's forgotten. */
export class HoldNotFoundError extends RefusedError {
  override readonly name = 'HoldNotFoundError';
  readonly code = 'HOLD_NOT_FOUND';
  readonly hold: number;

  constructor(hold: number) {
    super(`Expected a hold that exists, got ${hold}`);
    this.hold = hold;
  }
}

/** The hold has ended: its money was taken, or is free again. */
export class HoldEndedError extends RefusedError {
  override readonly name = 'HoldEndedError';
  readonly code = 'HOLD_ENDED';
  readonly hold: number;
  readonly status: 'captured' | 'released' | 'expired';

  constructor(hold: number, status: HoldEndedError['status']) {
    super(`Expected hold ${hold} to be held, got one that is ${status}`);
    this.hold = hold;
    this.status = status;
  }
}

/** More was to be captured than is held. */
export class HoldExceededError extends RefusedError {
  override readonly name = 'HoldExceededError';
  readonly code = 'HOLD_EXCEEDED';
  readonly hold: number;
  /** What was to be captured. */
  readonly amount: bigint;
  /** What is held. */
  readonly held: bigint;

  constructor(hold: number, amount: bigint, held: bigint) {
    super(`Expected at most ${held} of hold ${hold} to be captured, got ${amount}`);
    this.hold = hold;
    this.amount = amount;
    this.held = held;
  }
}

/** There's no transaction of that number: none was made, or it's so long ago that it's forgotten. */
export class TransactionNotFoundError extends RefusedError {
  override readonly name = 'TransactionNotFoundError';
  readonly code = 'TRANSACTION_NOT_FOUND';
  readonly transaction: number;

  constructor(transaction: number) {
    super(`Expected a transaction that is kept, got ${transaction}`);
    this.transaction = transaction;
  }
}

/** The transaction was undone already. */
export class AlreadyReversedError extends RefusedError {
  override readonly name = 'AlreadyReversedError';
  readonly code = 'ALREADY_REVERSED';
  readonly transaction: number;
  /** The transaction that undid it. */
  readonly reversedBy: number;

  constructor(transaction: number, reversedBy: number) {
    super(`Expected transaction ${transaction} not to be reversed yet, it was by ${reversedBy}`);
    this.transaction = transaction;
    this.reversedBy = reversedBy;
  }
}

/** The id was used before, for something else. */
export class IdConflictError extends RefusedError {
  override readonly name = 'IdConflictError';
  readonly code = 'ID_CONFLICT';
  readonly id: string;
  /** Name of the first field that differs; `type` where it was another command. */
  readonly field: string;

  constructor(id: string, field: string) {
    super(`Expected id ${shown(id)} to come with the same \`${field}\` as before, got another one`);
    this.id = id;
    this.field = field;
  }
}

/** An operation of a batch was refused, so none of them was done. */
export class BatchFailedError extends RefusedError {
  override readonly name = 'BatchFailedError';
  readonly code = 'BATCH_FAILED';
  /** Place of that operation in the batch, from 0 on. */
  readonly index: number;
  /** Why it was refused. */
  override readonly cause: RefusedError;

  constructor(index: number, cause: RefusedError) {
    super(`Expected each operation of the batch to be possible, operation ${index} isn't: ${cause.message}`, { cause });
    this.index = index;
    this.cause = cause;
  }
}

/** More tokens were asked for than the bucket of the key ever holds: waiting doesn't help. */
export class TokensExceedLimitError extends RefusedError {
  override readonly name = 'TokensExceedLimitError';
  readonly code = 'TOKENS_EXCEED_LIMIT';
  readonly key: string | number;
  readonly tokens: number;
  /** The most tokens in the bucket. */
  readonly limit: number;

  constructor(key: string | number, tokens: number, limit: number) {
    super(`Expected at most ${limit} tokens, got ${tokens}`);
    this.key = key;
    this.tokens = tokens;
    this.limit = limit;
  }
}

/** The tokens won't be there within the deadline of a `wait`, or never. */
export class WaitTooLongError extends RefusedError {
  override readonly name = 'WaitTooLongError';
  readonly code = 'WAIT_TOO_LONG';
  readonly key: string | number;
  /** In how many milliseconds they'd be there; `Infinity` for never. */
  readonly retryAfter: number;
  /** What was left of the deadline, in milliseconds. */
  readonly deadline: number;

  constructor(key: string | number, retryAfter: number, deadline: number) {
    super(`Expected the tokens within ${deadline} ms, got ${retryAfter === Infinity ? 'never' : `${retryAfter} ms`}`);
    this.key = key;
    this.retryAfter = retryAfter;
    this.deadline = deadline;
  }
}

/** As many asks wait for tokens of the key as may. */
export class TooManyWaitingError extends RefusedError {
  override readonly name = 'TooManyWaitingError';
  readonly code = 'TOO_MANY_WAITING';
  readonly key: string | number;
  /** The most that may wait. */
  readonly maxWaiting: number;

  constructor(key: string | number, maxWaiting: number) {
    super(`Expected at most ${maxWaiting} to wait for tokens of one key, got one more`);
    this.key = key;
    this.maxWaiting = maxWaiting;
  }
}

/** A value came to `rateLimit` for which there were no tokens, and `onExceeded` is `'error'`. */
export class RateLimitExceededError extends RefusedError {
  override readonly name = 'RateLimitExceededError';
  readonly code = 'RATE_LIMIT_EXCEEDED';
  readonly key: string | number;
  /** In how many milliseconds it may succeed; `Infinity` for never. */
  readonly retryAfter: number;

  constructor(key: string | number, retryAfter: number) {
    super(`Expected tokens for ${shown(key)}, the next ones come in ${retryAfter} ms`);
    this.key = key;
    this.retryAfter = retryAfter;
  }
}

/** The pool has no worker of that number. */
export class WorkerNotFoundError extends RefusedError {
  override readonly name = 'WorkerNotFoundError';
  readonly code = 'WORKER_NOT_FOUND';
  /** The number that was given. */
  readonly id: number;

  constructor(id: number) {
    super(`Expected \`id\` to be a worker of the pool, got ${id}`);
    this.id = id;
  }
}

/** The pool has as many workers as it may have. */
export class WorkerLimitError extends RefusedError {
  override readonly name = 'WorkerLimitError';
  readonly code = 'WORKER_LIMIT';
  /** The most workers. */
  readonly limit: number;

  constructor(limit: number) {
    super(`Expected at most ${limit} workers, got one more`);
    this.limit = limit;
  }
}

/** As many tasks wait as may wait: this one was refused, or dropped for another one. */
export class PoolFullError extends RefusedError {
  override readonly name = 'PoolFullError';
  readonly code = 'POOL_FULL';
  /** The most tasks that may wait. */
  readonly capacity: number;

  constructor(capacity: number) {
    super(`Expected at most ${capacity} tasks to wait, got one more`);
    this.capacity = capacity;
  }
}

/** A task ran too long, and was given up. */
export class TaskTimeoutError extends RefusedError {
  override readonly name = 'TaskTimeoutError';
  readonly code = 'TASK_TIMEOUT';
  /** Number of the task. */
  readonly id: number;
  /** How long it was allowed to run, in milliseconds. */
  readonly timeout: number;

  constructor(id: number, timeout: number) {
    super(`Expected task ${id} to end within ${timeout} ms, it didn't`);
    this.id = id;
    this.timeout = timeout;
  }
}

/** A task was given up: cleared, its worker removed by force, its asker gone, or the store closed. */
export class TaskAbortedError extends RefusedError {
  override readonly name = 'TaskAbortedError';
  readonly code = 'TASK_ABORTED';
  /** Number of the task. */
  readonly id: number;
  readonly reason: 'cleared' | 'removed' | 'gone' | 'closed';

  constructor(id: number, reason: 'cleared' | 'removed' | 'gone' | 'closed') {
    super(`task ${id} was given up: ${reason}`);
    this.id = id;
    this.reason = reason;
  }
}

/** The thread of a worker ended by itself; why is the `cause`. Another worker has taken its place. */
export class WorkerCrashedError extends RefusedError {
  override readonly name = 'WorkerCrashedError';
  readonly code = 'WORKER_CRASHED';
  /** Number of the worker. */
  readonly worker: number;

  constructor(worker: number, cause: unknown) {
    super(`the thread of worker ${worker} ended${cause instanceof Error ? `: ${cause.message}` : ''}`);
    this.worker = worker;
    this.cause = cause;
  }
}
