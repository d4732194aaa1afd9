/**
 * The reply to an ask: an `AsyncSubject` whose writing half only the store has, and which can be awaited.
 *
 * Most replies are settled before anybody looks at them, and many are looked at once or never. So the AsyncSubject
 * is made when somebody observes a reply that's still open, and the promise when somebody awaits.
 */
import { AsyncSubject, Observable, Subscription, type Observer } from 'rxjs';
import { deliver, deliverLate } from './internal/delivery.js';
import { reportUnhandled } from './internal/unhandled.js';

/**
 * What an ask gives back. It emits one value and completes, or fails; it's hot (the command runs whether or not
 * anybody subscribes) and late subscribers get the value too. It's an Observable, so `pipe`, `firstValueFrom`, the
 * async pipe and `toSignal` take it; and it's a `PromiseLike`, so `await` does.
 *
 * Unsubscribing doesn't take the command back; give the ask a `signal` by `with({ signal })` for that.
 *
 * @example
 * ```ts
 * import { createStore, reply } from 'ownstate';
 *
 * const counter = createStore({ state: 0, commands: { next: (n) => reply(n + 1, n + 1) } });
 * counter.ask.next().subscribe((n) => console.log(n)); // 1
 * console.log(await counter.ask.next()); // 2
 * ```
 */
export interface Reply<T> extends Observable<T>, PromiseLike<T> {}

/** The half of a reply that only the store has. @internal */
export interface Settleable {
  /** Whether anybody ever subscribed or awaited. */
  readonly observed: boolean;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** What rxjs's `subscribe` takes: an observer or a function, and in its old form two more functions. */
type Listener<T> = Partial<Observer<T>> | ((value: T) => void) | null;
type More = ((error: never) => void) | null | undefined;

const PENDING = 0;
const RESOLVED = 1;
const REJECTED = 2;

/** @internal */
export class PendingReply<T> extends Observable<T> implements Reply<T>, Settleable {
  observed = false;
  #status = PENDING;
  /** The value, or the error. */
  #result: unknown = undefined;
  #subject: AsyncSubject<T> | undefined = undefined;
  #promise: Promise<T> | undefined = undefined;
  #fulfil: [(value: T) => void, (error: unknown) => void] | undefined = undefined;

  override subscribe(listener?: Listener<T>, ...more: More[]): Subscription {
    this.observed = true;
    if (this.#status === PENDING) return this.#stream().subscribe(listener as Partial<Observer<T>>, ...(more as []));
    const late = new Subscription();
    if (this.#status === RESOLVED && typeof listener === 'function' && more.length === 0) {
      deliverLate(() => {
        if (late.closed) return;
        late.unsubscribe();
        try {
          listener(this.#result as T);
        } catch (error) {
          reportUnhandled(error);
        }
      });
    } else {
      deliverLate(() => late.closed || late.add(this.#stream().subscribe(listener as Partial<Observer<T>>, ...(more as []))));
    }
    return late;
  }

  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.observed = true;
    this.#promise ??=
      this.#status === RESOLVED ? Promise.resolve(this.#result as T)
      : this.#status === REJECTED ? Promise.reject(this.#result)
      : new Promise<T>((...fulfil) => { this.#fulfil = fulfil; });
    return this.#promise.then(onValue, onError);
  }

  resolve(value: unknown): void {
    this.#status = RESOLVED;
    this.#result = value;
    if (this.#subject !== undefined) this.#deliver(this.#subject);
    this.#fulfil?.[0](value as T);
  }

  reject(error: unknown): void {
    this.#status = REJECTED;
    this.#result = error;
    if (this.#subject !== undefined) this.#deliver(this.#subject);
    this.#fulfil?.[1](error);
  }

  #stream(): AsyncSubject<T> {
    if (this.#subject === undefined) {
      this.#subject = new AsyncSubject<T>();
      if (this.#status !== PENDING) this.#settle(this.#subject);
    }
    return this.#subject;
  }

  #deliver(subject: AsyncSubject<T>): void {
    deliver(() => this.#settle(subject));
  }

  #settle(subject: AsyncSubject<T>): void {
    if (this.#status === REJECTED) subject.error(this.#result);
    else {
      subject.next(this.#result as T);
      subject.complete();
    }
  }
}
