/** The core's door, in the order in which a command passes it. */
export { createStore } from './core/store.js';
export type { MailboxOptions, StoreOptions } from './core/options.js';
export type { AskOptions, Client, Commands, Store, Viewable } from './core/client.js';
export { type } from './core/command.js';
export type {
  AnyDefinition, Asks, CommandOf, Definition, EventOf, Given, Handler, Message, MessageOf, QueryHandler, ReplyTo, StateOf, Tells, Type, ViewOf,
} from './core/command.js';
export type { Overflow } from './core/mailbox.js';
export type { Clock, Context, ContextTimers, TimerOptions } from './core/context.js';
export { reply, replyLater } from './core/outcome.js';
export type { HandlerOutcome, Outcome } from './core/outcome.js';
export { hold, ticket } from './core/hold.js';
export type { HoldOptions, Ticket } from './core/hold.js';
export { createFeed } from './core/feed.js';
export type { Feed, FeedLeft, FeedOptions, FeedOverflow, FeedSource } from './core/feed.js';
export { effect } from './core/effect.js';
export type { EffectContext, EffectPlan, EffectPolicy } from './core/effect.js';
export { focus } from './core/focus.js';
export type { Focus, Focused } from './core/focus.js';
export { combineViews } from './core/combine-views.js';
export type { Views } from './core/combine-views.js';
export type { Reply } from './core/reply.js';
export type { Phase, ShutdownOptions } from './core/lifecycle.js';
export {
  AskAbortedError, AskTimeoutError, BusyError, DeadlockError, FeedFullError, MailboxFullError, StoreClosedError, StoreError, SupersededError, UnknownCommandError,
} from './core/errors.js';
export type { ErrorSite } from './core/errors.js';
export type { Status } from './core/status.js';
export type { ErrorEvent, TraceEvent } from './core/trace.js';
