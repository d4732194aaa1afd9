/// <reference lib="esnext.disposable" preserve="true" />
/** A store's faces for callers: who may ask, tell and watch; and who may also end it. */
import type { Observable, Observer } from 'rxjs';
import { expectObject, expectPositive } from '../internal/expect.js';
import type { AnyDefinition, Asks, CommandOf, EventOf, MessageOf, ReplyTo, Tells, ViewOf, Command, Message } from './command.js';
import { expectSignal } from './internal/check-options.js';
import { faceOf } from './internal/faces.js';
import { DRAIN, type ShutdownOptions } from './lifecycle.js';
import type { Limits, Owner } from './owner.js';
import type { Reply } from './reply.js';
import { statusOf, type Status } from './status.js';
import type { ErrorEvent, TraceEvent } from './trace.js';
import { viewOf, type View } from './view.js';

/** Limits of the asks that a client makes; what is left out stays as it is. */
export interface AskOptions {
  /** How long an ask may stay unanswered, in milliseconds. `Infinity` for no limit. */
  readonly timeout?: number;
  /** Takes back what still waits when it aborts, and fails what is pending with `AskAbortedError`. */
  readonly signal?: AbortSignal;
}

/** What can be watched, and is always there: a store, a client of it, several views combined. */
export interface Viewable<V> {
  /** The view, whenever it has changed; the present one first. Fails with a TypeError where there's no view. */
  select(): Observable<V>;
  /** Distinct projections of the view (by `equal`, default `Object.is`), the present one first. */
  select<R>(projector: (view: V) => R, equal?: (before: R, after: R) => boolean): Observable<R>;
  /** Several projections of one state at a time, never a mix of two; emits when one of them has changed. */
  select<R extends object>(projectors: { readonly [K in keyof R]: (view: V) => R[K] }): Observable<R>;
  /** The present view. @throws TypeError for a state that is mutated in place, without a `view` */
  snapshot(): V;
}

/**
 * A store as its callers see it: they ask, tell and watch, and can't shut it down.
 *
 * The members of `ask` and `tell` need no `this`: `const { increment } = store.ask` and `onClick={store.tell.reset}` work.
 */
export interface Client<D extends AnyDefinition> extends Viewable<ViewOf<D>> {
  /** Name of the store. */
  readonly name: string;
  /**
   * A function for each command and query, which sends it and gives the `Reply`. The reply may fail with the handler's
   * error, `AskTimeoutError`, `AskAbortedError`, `MailboxFullError`, `StoreClosedError`, `DeadlockError`, and from an
   * effect with `SupersededError` or `BusyError`.
   */
  readonly ask: Asks<D>;
  /** A function for each command, which sends it and gives nothing. What fails appears on `errors$`. */
  readonly tell: Tells<D>;
  /** An ask as a message. Its reply fails with `UnknownCommandError` for a type that isn't there. */
  send<const M extends MessageOf<D>>(message: M): Reply<ReplyTo<D, M>>;
  /** What handlers announced by `context.emit`; completes when the store has closed. */
  readonly events$: Observable<EventOf<D>>;
  /** Failed tells, failed replies that nobody observed, errors of sources; completes when the store has closed. */
  readonly errors$: Observable<ErrorEvent>;
  /** What happens in the store, step by step; completes when the store has closed. Costs nothing while nobody watches. */
  readonly trace$: Observable<TraceEvent>;
  /** What the store tells of itself in numbers. */
  status(): Status;
  /** Resolves when the store has closed. */
  readonly closed: Promise<void>;
  /**
   * A client with other limits for its asks. Nested ones merge, the innermost wins.
   *
   * @throws TypeError unless `timeout` is a positive number of milliseconds and `signal` an AbortSignal
   */
  with(limits: AskOptions): Client<D>;
}

/**
 * The commands of a store as a stream. An Observer, so that a source of messages can be subscribed to it: each is told,
 * the source's end ends nothing, its error appears on `errors$`. And an Observable of the commands as they're handled:
 * each when its turn comes, before its handler runs; queries and results of effects aren't among them.
 */
export type Commands<D extends AnyDefinition> = Observable<CommandOf<D>> & Observer<CommandOf<D>>;

/** A store as its owner sees it: a client that can also end it. */
export interface Store<D extends AnyDefinition> extends Client<D> {
  /** The stream of its commands, to be fed and to be watched. */
  readonly commands$: Commands<D>;
  /** The same store, without the power to end it. */
  readonly client: Client<D>;
  /**
   * Ends the store: what came before is handled and answered, what comes after fails with `StoreClosedError`. Resolves
   * when all is closed, also when `timeout` has passed and what was left was aborted. Of several calls the earliest
   * limit counts. Rejects with `DeadlockError` within a handler of this very store (`context.stop()` is its way), and
   * with a TypeError unless `timeout` is a positive number.
   */
  shutdown(options?: ShutdownOptions): Promise<void>;
  /** `shutdown()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** @internal */
export class ClientFace<D extends AnyDefinition> {
  readonly #owner: Owner;
  readonly #limits: Limits;
  #ask: Asks<D> | undefined;
  #tell: Tells<D> | undefined;

  constructor(owner: Owner, limits: Limits) {
    this.#owner = owner;
    this.#limits = limits;
  }

  /** A client whose asks `caller` waits for. @throws TypeError for what is no store */
  static via<D extends AnyDefinition>(client: object, caller: Command): Client<D> {
    if (!(#owner in client)) throw new TypeError(`Expected \`store\` to be a store or a client, got ${typeof client}`);
    return new ClientFace<D>(client.#owner, { ...client.#limits, caller });
  }

  get name(): string {
    return this.#owner.name;
  }

  get ask(): Asks<D> {
    // Casts here and below: the definition's types say what the tables hold, the faces are made from the tables.
    return this.#ask ??= faceOf(this.#owner, this.#limits) as Asks<D>;
  }

  get tell(): Tells<D> {
    return this.#tell ??= faceOf(this.#owner) as Tells<D>;
  }

  get events$(): Observable<EventOf<D>> {
    return this.#owner.streams.of('events') as Observable<EventOf<D>>;
  }

  get errors$(): Observable<ErrorEvent> {
    return this.#owner.streams.of('errors');
  }

  get trace$(): Observable<TraceEvent> {
    return this.#owner.streams.of('trace');
  }

  get closed(): Promise<void> {
    return this.#owner.lifecycle.closed;
  }

  send<M>(message: Message): Reply<ReplyTo<D, M>> {
    // What is no object has no type, and gets the same error as one of an unknown type.
    const { type, payload } = Object(message) as Message;
    return this.#owner.ask(this.#owner.route(type, true), payload, this.#limits) as Reply<unknown> as Reply<ReplyTo<D, M>>;
  }

  select(...how: Parameters<View['select']>): Observable<never> {
    return this.#owner.view.select(...how) as Observable<never>;
  }

  snapshot(): ViewOf<D> {
    return viewOf(this.#owner) as ViewOf<D>;
  }

  status(): Status {
    return statusOf(this.#owner);
  }

  with(options: AskOptions): ClientFace<D> {
    expectObject(options, 'options');
    const { timeout = this.#limits.timeout, signal = this.#limits.signal } = options;
    expectPositive(timeout, 'timeout');
    expectSignal(signal);
    return new ClientFace<D>(this.#owner, { ...this.#limits, timeout, signal });
  }
}

/** @internal */
export class StoreFace<D extends AnyDefinition> extends ClientFace<D> {
  readonly #owner: Owner;
  #commands: Commands<D> | undefined;
  #client: ClientFace<D> | undefined;

  constructor(owner: Owner) {
    super(owner, owner.options);
    this.#owner = owner;
  }

  get commands$(): Commands<D> {
    const owner = this.#owner;
    // A cast: what comes out is what the definition's types let in.
    return this.#commands ??= Object.assign(owner.streams.of('commands') as Observable<never>, {
      next: (message: Message) => {
        const { type, payload } = Object(message) as Message;
        owner.tell(owner.route(type, false), payload);
      },
      error: (error: unknown) => owner.busily(() => owner.report(undefined, error, false)),
      // A source that ends doesn't end the store.
      complete: () => undefined,
    });
  }

  get client(): ClientFace<D> {
    return this.#client ??= new ClientFace<D>(this.#owner, this.#owner.options);
  }

  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    expectObject(options, 'options');
    const { timeout = DRAIN } = options;
    expectPositive(timeout, 'timeout');
    return this.#owner.shutdown(timeout);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }
}
