/**
 * The outcomes that need a word of their own. Everything else a handler may give back (the next state, a Promise or
 * an Observable of outcomes, a throw) needs none; `effect` stands in its own file.
 */
import { defaultIfEmpty, defer, from, isObservable, Subscription, takeLast, type Observable, type ObservableInput } from 'rxjs';
import { isThenable } from '../internal/thenable.js';
import { handling, waitFor } from './chain.js';
import type { AnyHandler, Command } from './command.js';
import type { Context } from './context.js';

/**
 * The next state together with something more, made by `reply`, `replyLater` and `effect`. The fold knows no more of
 * them than these two methods, so that a program which uses no effect carries none.
 */
export abstract class Outcome<S, R> {
  /** Carries the reply's type, holds no value. */
  declare protected readonly replyType: R;
  /** The state that will be committed. */
  readonly next: S;

  constructor(next: S) {
    this.next = next;
  }

  /** An error if this can't be; then nothing is committed. @internal */
  abstract refuse(command: Command): Error | undefined;
  /** Sees to the reply, once the next state has been shown. @internal */
  abstract answer(command: Command): void;
  /** The same with another state, and with `lift` around what it still has to fold. An `Answer` needs none. @internal */
  lift?<W>(next: W, lift: Lift): Outcome<W, R>;
}

/** Makes a handler of a part one of the whole. @internal */
export type Lift = <F extends (state: never, ...rest: never[]) => unknown>(handle: F) => F;

/** What `reply` makes. @internal */
export class Answer<S, R> extends Outcome<S, R> {
  readonly value: R;

  constructor(next: S, value: R) {
    super(next);
    this.value = value;
  }

  override refuse(command: Command): Error | undefined {
    return command.reply ? command.owner.leak(command, this.next, this.value) : undefined;
  }

  override answer(command: Command): void {
    command.owner.settle(command, this.value);
  }
}

/** Whatever a handler may give back for a state `S`; its reply is `R`. */
export type HandlerOutcome<S, R = unknown> =
  | S
  | Outcome<S, R>
  | PromiseLike<S | Outcome<S, R>>
  | Observable<S | Outcome<S, R>>;

/**
 * The next state, and what the asker gets.
 *
 * @param next the state that is committed, and shown before the reply settles
 * @param value the reply
 *
 * @example
 * ```ts
 * import { createStore, reply } from 'ownstate';
 *
 * const counter = createStore({
 *   state: 0,
 *   commands: { increment: (count, by: number = 1) => reply(count + by, count + by) },
 * });
 * console.log(await counter.ask.increment(2)); // 2
 * ```
 */
export function reply<S, R>(next: S, value: R): Outcome<S, R> {
  return new Answer(next, value);
}

/**
 * The next state now, and the reply later: the mailbox goes on meanwhile. For a reply that depends on something
 * outside (a person's answer, another store) while the state doesn't.
 *
 * The reply settles as `source` does: with its value, or an Observable's last one (`undefined` for an empty one), or
 * its error. When the asker gives up or the store closes, an Observable is unsubscribed. It may fail with
 * `MailboxFullError` when as many effects and later replies are in flight as the mailbox's capacity allows.
 *
 * @param next the state that is committed at once
 * @param source a Promise or an Observable of the reply
 *
 * @example
 * ```ts
 * import { createStore, replyLater } from 'ownstate';
 * import { timer, map } from 'rxjs';
 *
 * const doorbell = createStore({
 *   state: 0,
 *   commands: { ring: (rings) => replyLater(rings + 1, timer(10).pipe(map(() => 'come in'))) },
 * });
 * console.log(await doorbell.ask.ring()); // come in
 * ```
 */
export function replyLater<S, R>(next: S, source: PromiseLike<R> | Observable<R>): Outcome<S, R> {
  return new Later(next, source);
}

class Later<S, R> extends Outcome<S, R> {
  readonly #source: PromiseLike<R> | Observable<R>;

  constructor(next: S, source: PromiseLike<R> | Observable<R>) {
    super(next);
    this.#source = source;
  }

  override lift<W>(next: W): Outcome<W, R> {
    return new Later(next, this.#source);
  }

  override refuse(command: Command): Error | undefined {
    const full = command.owner.full(command);
    if (full) this.#forsake();
    return full;
  }

  override answer(command: Command): void {
    const { owner } = command;
    const source = this.#source;
    if (owner.phase === 'closed') return this.#forsake();
    const watching = new Subscription();
    const land = (then: () => void) => owner.land(command, 'replies', then);
    owner.fly(command, 'replies', (closing) => land(() => {
      // A promise can't be told; its late rejection is still worth a report.
      if (closing || isObservable(source)) watching.unsubscribe();
    }));
    watching.add(last(command, () => source, (value) => land(() => owner.settle(command, value)), (error) => {
      const fail = () => owner.fail(command, error, false);
      if (!land(fail)) fail();
    }));
  }

  /** Nobody wants it any more. A promise that rejects nonetheless brings no process down. */
  #forsake(): void {
    try {
      if (!isObservable(this.#source)) Promise.resolve(this.#source).catch(() => undefined);
    } catch {
      // It isn't even a promise that could be told.
    }
  }
}

/** A handler for what comes back to a store by itself: it has no payload. @internal */
export function folding(handle: (state: never, context: Context) => unknown): AnyHandler {
  // Casts: the core folds any state; here it's the one that `handle` is declared for.
  return ((state: never, _payload: unknown, context: Context) => handle(state, context)) as AnyHandler;
}

/** Listens to the last value of a source, or to its error; what the source asks at once, its command waits for. @internal */
export function last(command: Command, source: () => unknown, value: (value: unknown) => void, error: (error: unknown) => void): Subscription {
  const outer = handling.by;
  handling.by = { current: command };
  // `Promise.resolve` tames any thenable, `from` fails with its own clear error for what can't be observed.
  const observe = () => {
    const given = source();
    return isThenable(given) && !isObservable(given) ? Promise.resolve(given) : from(given as ObservableInput<unknown>);
  };
  const subscription = defer(observe).pipe(takeLast(1), defaultIfEmpty(undefined)).subscribe({ next: value, error });
  handling.by = outer;
  if (!command.settled) waitFor(command);
  return subscription;
}
