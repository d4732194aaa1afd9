/** The door of the ready-made stores. */
export { createCounter, defineCounter } from './counter.js';
export type { Count, Counter, CounterDefinition, CounterDump, CounterOptions, CounterStats, OnBound } from './counter.js';
export { InvalidPayloadError, OutOfBoundsError, RefusedError } from './errors.js';
export type { Dump } from './structures/dump.js';
export { createCounters, defineCounters } from './counters.js';
export type { CountOptions } from './counter.js';
export type {
  CounterKey, CounterLabels, Counters, CountersDefinition, CountersDump, CountersOptions, CountersPage, CountersPageOptions, CountersState, CountersStats, CounterStep,
  CounterValue, NamedCount,
} from './counters.js';
export { createKeyValue, defineKeyValue, watch } from './key-value.js';
export type {
  Change, DumpedEntry, Exchange, KeysOptions, KeysPage, KeyValue, KeyValueDefinition, KeyValueDump, KeyValueEvent, KeyValueOptions, KeyValueStats, OnFull, Setting,
} from './key-value.js';
export { TooManyKeysError, TooManyWatchersError } from './errors.js';
export type { Key } from './structures/check-payload.js';
export { createSessions, defineSessions } from './sessions.js';
export type { Sessions, SessionsDefinition, SessionsOptions, SessionsView } from './sessions.js';
export { sessionStore } from './sessions/express.js';
export type { SessionStore, SessionStoreMethods, SessionStoreOptions } from './sessions/express.js';
export type {
  DumpedSession, Session, SessionAdoption, SessionCreation, SessionEvent, SessionsDump, SessionsStats, SessionUpdate,
} from './sessions/types.js';
export { ForeignIdError } from './errors.js';
export { createChatRoom, defineChatRoom } from './chat-room.js';
export type { ChatRoom, ChatRoomDefinition, ChatRoomView } from './chat-room.js';
export { createChatRooms, defineChatRooms } from './chat-room/rooms.js';
export type { ChatMemberOf, ChatRooms, ChatRoomsDefinition, ChatRoomsOptions, ChatRoomsView, InChatRoom } from './chat-room/rooms.js';
export type { ChatRoomEvent, ChatRoomsDump, ChatRoomsEvent, ChatRoomsStats } from './chat-room/rooms-state.js';
export type {
  ChatDevice, ChatDropped, ChatEvent, ChatItem, ChatJoin, ChatJoined, ChatLeft, ChatMembers, ChatMessage, ChatMissed, ChatName, ChatResumed, ChatWhy,
} from './chat-room/items.js';
export type { ChatRecord, ChatRequest, ChatRoomDump, ChatRoomOptions, ChatSettings } from './chat-room/options.js';
export type { ChatRate } from './chat-room/pace.js';
export type { ChatDisconnect, ChatHistory, ChatKick, ChatResume, ChatSay } from './chat-room/payloads.js';
export type { ChatRoomStats } from './chat-room/room.js';
export { KickedError, NotAllowedError, NotInRoomError, RoomFullError, TooFastError, UserExistsError } from './errors.js';
export { createCache, defineCache } from './cache.js';
export type { Cache, CacheDefinition } from './cache.js';
export { cached } from './cache/cached.js';
export type { CachedOptions } from './cache/cached.js';
export type { CacheView } from './cache/cache-state.js';
export type { CacheEntry } from './cache/entries.js';
export type { CacheAnnounce, CacheEvent, CacheStats } from './cache/events.js';
export type { CacheLoadContext, CacheLoader, CacheLoadReason } from './cache/flight.js';
export type { CacheLifetime, CacheLoad, CacheSet, CacheTouch } from './cache/payloads.js';
export type { CacheDump, CacheOptions } from './cache/rules.js';
export { PipelineFullError, TooHeavyError } from './errors.js';
export { createTaskQueue, defineTaskQueue } from './task-queue.js';
export type { TaskQueue, TaskQueueDefinition, TaskQueueStats, TaskQueueView } from './task-queue.js';
export { runWorker } from './task-queue/run-worker.js';
export type { WorkerContext, WorkerHandler, WorkerOptions, WorkerReport } from './task-queue/run-worker.js';
export type { DumpedTask, TaskQueueDump } from './task-queue/dump.js';
export type { TaskBackoff, TaskQueueOptions, TaskRetention } from './task-queue/options.js';
export type {
  CompletePayload, DeadLettersPayload, DequeuePayload, EndedState, EnqueuePayload, FailPayload, FailReply, HeartbeatPayload, LeasedTask,
  ProgressPayload, RedrivePayload, SnoozePayload, TaskFailure, TaskInfo, TaskLease, TaskQueueEvent, TaskQueueStatus, TaskState,
} from './task-queue/types.js';
export { LeaseLostError, TaskNotFoundError, TaskQueueFullError, TaskStateError } from './errors.js';
export { createRateLimiter, defineRateLimiter } from './rate-limiter.js';
export type { RateLimiter, RateLimiterDefinition, RateLimiterOptions } from './rate-limiter.js';
export { rateLimit } from './rate-limiter/operator.js';
export type { RateLimitOptions } from './rate-limiter/operator.js';
export { rateLimitHeaders } from './rate-limiter/headers.js';
export type { RateLimitHeaders, RateLimitHeadersOptions } from './rate-limiter/headers.js';
export type { LimitStatus, RateAnswer, RateStatus } from './rate-limiter/answers.js';
export type { RateLimit } from './rate-limiter/limits.js';
export type {
  DumpedLimit, RateAsk, RateBlock, RateChange, RateLimiterDump, RateLimiterEvent, RateLimiterStats, RateLimiterView, RateWait,
} from './rate-limiter/types.js';
export { RateLimitExceededError, TokensExceedLimitError, TooManyWaitingError, WaitTooLongError } from './errors.js';
export { createWorkerPool, defineWorkerPool } from './worker-pool.js';
export type { WorkerPool, WorkerPoolDefinition, WorkerPoolOptions } from './worker-pool.js';
export { serveTasks } from './worker-pool/thread.js';
export type { NodeThread, TaskPort, WebThread } from './worker-pool/thread.js';
export { throughPool } from './worker-pool/through-pool.js';
export type { ThroughPoolOptions } from './worker-pool/through-pool.js';
export type { Work } from './worker-pool/begin.js';
export type {
  ActiveTask, ClearTasks, PoolEvent, PoolStats, PoolStatus, PoolView, QueuedTask, RemoveWorker, SubmitTask, WorkerPoolDump, WorkerStatus,
} from './worker-pool/kinds.js';
export type { TaskDone, TaskFailed, TaskOutcome, TaskRun } from './worker-pool/task.js';
export {
  PoolFullError, TaskAbortedError, TaskTimeoutError, WorkerCrashedError, WorkerLimitError, WorkerNotFoundError,
} from './errors.js';
export { createBankAccount, defineBankAccount } from './bank-account.js';
export type {
  BankAccount, BankAccountDefinition, BankAccountDump, BankAccountEvent, BankAccountOptions, BankAccountStats, Money,
} from './bank-account.js';
export { createLedger, defineLedger } from './ledger.js';
export type { Ledger, LedgerDefinition, LedgerDump, LedgerOptions, LedgerView } from './ledger.js';
export type {
  AccountInfo, AccountPage, AccountStatus, Batch, BatchOperation, Capture, Deposit, Hold, HoldInfo, HoldMoney, HoldStatus, LedgerEvent, LedgerStats,
  OpenAccount, Overdraft, Release, Reverse, SetOverdraft, Statement, StatementEntry, StatementRequest, Transaction, TransactionInfo, Transfer, Withdraw,
} from './ledger/types.js';
export {
  AccountClosedError, AccountExistsError, AccountFrozenError, AccountNotEmptyError, AccountNotFoundError, AlreadyReversedError, BatchFailedError,
  HoldEndedError, HoldExceededError, HoldNotFoundError, IdConflictError, InsufficientFundsError, LedgerFullError, TransactionNotFoundError,
} from './errors.js';
