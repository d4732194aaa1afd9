/**
 * What a command is: the message that a caller sends, and what the store keeps of it until it's answered. And the
 * types that follow from a definition: which commands there are, what they take, what they reply.
 */
import type { Observable } from 'rxjs';
import type { Clock, Context } from './context.js';
import type { ErrorSite, StoreError } from './errors.js';
import type { HandlerOutcome, Outcome } from './outcome.js';
import type { PendingReply, Reply } from './reply.js';
import type { Owner } from './owner.js';
import type { Flight } from './internal/flights.js';
import type { Deadline } from './timers.js';

/** A command as plain data: what `send` and `commands$` take, and what can be logged or carried over a wire. */
export interface Message<T extends string = string, P = unknown> {
  readonly type: T;
  readonly payload?: P;
}

/**
 * A command's handler: the state, the payload and the context go in, an outcome comes out. (`payload: never` here is
 * only the bound: a handler declares its own payload type, and one that declares none takes none.)
 */
export type Handler<S, E> = (state: S, payload: never, context: Context<E>) => HandlerOutcome<S>;

/** A query's handler: reads, answers at once, changes nothing. All it may know besides is the time. */
export type QueryHandler<S> = (state: S, payload: never, clock: Clock) => unknown;

/** The type of something that has no value yet, such as a store's events. Made by `type`. */
export interface Type<T> {
  /** Carries the type, holds no value. */
  readonly ofType?: T;
}

/**
 * Names a type where a definition needs one but has no value of it: the events that a store announces.
 *
 * @example
 * ```ts
 * import { createStore, type } from 'ownstate';
 *
 * const door = createStore({
 *   state: 'shut',
 *   events: type<'opened' | 'closed'>(),
 *   commands: { open: (_state, _payload: void, { emit }) => (emit('opened'), 'open') },
 * });
 * door.events$.subscribe(console.log); // opened
 * door.tell.open();
 * ```
 */
export function type<T>(): Type<T> {
  return {};
}

/** What `createStore` takes: a state and everything that may happen to it. */
export interface Definition<S, E> {
  /** What errors, traces and DevTools call the store. Default `'store'`. */
  readonly name?: string;
  /**
   * The first state, or a function that makes it (needed for a state that is itself mutated, and for `'reset'`). It gets
   * the store's clock.
   */
  readonly state: S | ((clock: Clock) => S);
  /** Handlers by command: `(state, payload, context) => outcome`. At least one. */
  readonly commands: Readonly<Record<string, Handler<S, E>>>;
  /** Read-only handlers by query: `(state, payload, clock) => value`. A query isn't told, only asked. */
  readonly queries?: Readonly<Record<string, QueryHandler<S>>>;
  /** Commands that are sent again and again while the store is open: their name, and the period in milliseconds. */
  readonly ticks?: Readonly<Record<string, number>>;
  /** What may be seen of the state through `select`, `snapshot` and traces. Default: the state itself. */
  readonly view?: (state: S) => unknown;
  /** The type of what `context.emit` announces: `type<MyEvent>()`. */
  readonly events?: Type<E>;
}

/** Any definition, of whatever state and events: the bound of the types below. */
export interface AnyDefinition {
  readonly name?: string;
  readonly state: unknown;
  readonly commands: Readonly<Record<string, (state: never, payload: never, context: never) => unknown>>;
  readonly queries?: Readonly<Record<string, (state: never, payload: never, clock: never) => unknown>>;
  readonly ticks?: Readonly<Record<string, number>>;
  readonly view?: (state: never) => unknown;
  readonly events?: Type<unknown>;
}

/** The state of a definition `D`. */
export type StateOf<D extends AnyDefinition> = Made<D['state']>;

/** What a maker makes; anything else is there already. */
type Made<T> = T extends (clock: never) => infer S ? S : T;

/** What callers see of a definition's state: the result of its `view`, else the state. */
export type ViewOf<D extends AnyDefinition> = D extends { readonly view: (state: never) => infer V } ? V : StateOf<D>;

/** What a definition's store announces on `events$`; `never` where it declares no events. */
export type EventOf<D extends AnyDefinition> = D extends { readonly events: Type<infer E> } ? E : never;

/** The second parameter of a handler; `void` for a handler without, or with one that declares no type. */
type PayloadOf<H> = H extends (state: never, ...rest: infer R) => unknown
  ? R extends readonly []
    ? void
    : R extends readonly [(infer P)?, ...unknown[]]
      ? [P] extends [never] ? void : P
      : void
  : never;

/** What a handler gives back. (`ReturnType` won't do: its `any` fits no payload of type `never`.) */
export type Returned<H> = H extends (...given: never) => infer O ? O : never;

/** What a handler's outcome replies: the second half of `reply`, `undefined` for a bare state. */
export type ReplyOf<O> =
  O extends Outcome<unknown, infer R> ? R
  : O extends PromiseLike<infer T> ? ReplyOf<T>
  : O extends Observable<infer T> ? ReplyOf<T> | undefined
  : undefined;

/** The arguments of one ask or tell: none, an optional payload, or a payload. */
type Arguments<P> = unknown extends P ? [payload?: P] : [P] extends [void] ? [] : undefined extends P ? [payload?: P] : [payload: P];

/** `store.ask`: one function for each command and query, each giving a `Reply`. */
export type Asks<D extends AnyDefinition> = {
  readonly [K in keyof D['commands']]: (...payload: Arguments<PayloadOf<D['commands'][K]>>) => Reply<ReplyOf<Returned<D['commands'][K]>>>;
} & (D extends { readonly queries: infer Q }
  ? { readonly [K in keyof Q]: (...payload: Arguments<PayloadOf<Q[K]>>) => Reply<Returned<Q[K]>> }
  : unknown);

/** `store.tell`: one function for each command, each giving nothing. */
export type Tells<D extends AnyDefinition> = {
  readonly [K in keyof D['commands']]: (...payload: Arguments<PayloadOf<D['commands'][K]>>) => void;
};

/** The periods of a definition's ticks: only of commands that can be told without a payload. */
type TicksOf<D extends AnyDefinition> = {
  readonly [K in keyof D['ticks']]: K extends keyof D['commands'] ? [] extends Arguments<PayloadOf<D['commands'][K]>> ? number : never : never;
};

/** Nothing but what a definition has: a misspelt field isn't passed over. */
type Known<D> = { readonly [K in Exclude<keyof D, keyof Definition<never, never>>]: never };

/** A definition as it's written: what `createStore` takes, and whoever wraps it. */
export type Given<S, D extends AnyDefinition, E> = D & Known<D> & {
  readonly state: S | ((clock: Clock) => S);
  readonly events?: Type<E>;
  readonly ticks?: TicksOf<D>;
};

/** The message of each entry of a table of handlers. */
type MessagesIn<C> = {
  [K in keyof C & string]: Arguments<PayloadOf<C[K]>> extends readonly [infer P]
    ? { readonly type: K; readonly payload: P }
    : { readonly type: K; readonly payload?: Arguments<PayloadOf<C[K]>>[0] };
}[keyof C & string];

/** The commands of a definition as messages: what `commands$` takes and gives. */
export type CommandOf<D extends AnyDefinition> = MessagesIn<D['commands']>;

/** The commands and queries of a definition as messages: what `send` takes. */
export type MessageOf<D extends AnyDefinition> =
  | MessagesIn<D['commands']>
  | (D extends { readonly queries: infer Q } ? MessagesIn<Q> : never);

/** What the store replies to a message `M`. */
export type ReplyTo<D extends AnyDefinition, M> =
  M extends { readonly type: infer K extends keyof Asks<D> }
    ? Asks<D>[K] extends (...payload: never) => Reply<infer R> ? R : never
    : unknown;

/** The command table of a definition as the core reads it. */
export type AnyHandler = (state: unknown, payload: unknown, context: unknown) => unknown;

/** What a name leads to: a command's handler, a query's, or none. @internal */
export interface Route {
  readonly type: string;
  readonly handle: AnyHandler | undefined;
  /** A query reads: its result is the reply, and the state stays. */
  readonly query: boolean;
  /** Passes beside the mailbox's bound: ticks, timers, results of effects. */
  readonly exempt: boolean;
  /** The handler is the one for an effect's result. */
  readonly landed: boolean;
}

/**
 * What the store keeps of a command from its sending to its answer. One is made for each ask and tell, so it stays
 * small. @internal
 */
export class Command implements ErrorSite {
  readonly owner: Owner;
  /** Where it goes. The result of an effect is the same command on another route. */
  route: Route;
  readonly payload: unknown;
  /** The reply, `null` for a tell. */
  readonly reply: PendingReply<unknown> | null;
  /** Number within its store, in the order of sending. */
  id = 0;
  /** Number within its store, in the order of handling; a query carries the last one. */
  seq = 0;
  started = false;
  settled = false;
  /** Waits in the mailbox. One that was withdrawn is still in its ring, but doesn't wait any more. */
  queued = false;
  /** When a pending ask is due. */
  deadline: Deadline | undefined = undefined;
  /** What only some commands have. */
  more: More | undefined = undefined;

  constructor(owner: Owner, route: Route, payload: unknown, reply: PendingReply<unknown> | null) {
    this.owner = owner;
    this.route = route;
    this.payload = payload;
    this.reply = reply;
  }

  get store(): string {
    return this.owner.name;
  }

  get type(): string {
    return this.route.type;
  }

  get extras(): More {
    return this.more ??= new More();
  }
}

/** What only some commands have, so that the others don't carry its room. */
class More {
  /** Events to announce after the commit. */
  events: unknown[] | undefined = undefined;
  /** What is to be done after the commit. */
  deeds: (() => void)[] | undefined = undefined;
  /** Made when the handler first reads `context.signal`. */
  controller: AbortController | undefined = undefined;
  /** Why it was given up, if it was. */
  cause: StoreError | undefined = undefined;
  /** Its place among those that go on beside the fold. */
  flight: Flight | undefined = undefined;
  /** Those it waits behind in the lane of an effect. */
  behind: (() => Command[]) | undefined = undefined;
  /** Ends what the command still has running, an Observable or an effect; unless the store closes, some go on. */
  cancel: ((closing: boolean) => void) | undefined = undefined;
  /** Of a pending ask: what takes it back, and who waits for it. */
  signal: AbortSignal | undefined = undefined;
  waiter: Command | undefined = undefined;
  /** Asks that this command waits for. */
  asks: Set<Command> | undefined = undefined;
  /** Whether the store sent it to itself, and when it was sent and its handler began; kept while `trace$` is watched. */
  own = false;
  sentAt: number | undefined = undefined;
  startedAt: number | undefined = undefined;
}
