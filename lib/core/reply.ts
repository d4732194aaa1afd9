/**
 * The reply to an ask: an `AsyncSubject` whose writing half only the store has, and which can be awaited.
 *
 * Most replies are settled before anybody looks at them, and many are looked at once or never. So the AsyncSubject
 * is made when somebody observes a reply that's still open, and the promise when somebody awaits.
 */
import { AsyncSubject, Observable, Subscription, type Observer, type Subscriber, type TeardownLogic } from 'rxjs';
import { deliver } from './internal/delivery.js';
import { guarded } from './internal/unhandled.js';

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
export let settle: (reply: PendingReply<unknown>, status: 'resolved' | 'rejected', result: unknown) => void;

/** What rxjs's `subscribe` takes: an observer or a function, and in its old form two more functions. */
type Listener<T> = Partial<Observer<T>> | ((value: T) => void) | null;
type More = ((error: never) => void) | null | undefined;

/** @internal */
export class PendingReply<T> extends Observable<T> implements Reply<T> {
  static {
    settle = (reply, status, result) => reply.#settle(status, result);
  }

  /** Whether anybody ever subscribed or awaited. */
  observed = false;
  #status: 'pending' | 'resolved' | 'rejected' = 'pending';
  /** The value, or the error. */
  #result: unknown;
  #subject: AsyncSubject<T> | undefined;
  #promise: Promise<T> | undefined;
  #resolve: ((value: T) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;

  /** Whether those who observed it while it was open have all left. */
  get deserted(): boolean {
    return this.#subject?.observed === false && this.#promise === undefined;
  }

  override subscribe(listener?: Listener<T>, ...more: More[]): Subscription {
    this.observed = true;
    if (this.#status !== 'resolved' || typeof listener !== 'function' || more.length > 0) {
      // A cast: rxjs's own signature is made of overloads.
      return new Observable<T>((observer) => this.#observe(observer)).subscribe(listener as Partial<Observer<T>>, ...(more as []));
    }
    // The most common observer gets what's there without more ado.
    const late = new Subscription();
    deliver(() => {
      if (late.closed) return;
      late.unsubscribe();
      listener(this.#result as T);
    }, true);
    return late;
  }

  #observe(observer: Subscriber<T>): TeardownLogic {
    if (this.#status === 'pending') return (this.#subject ??= new AsyncSubject<T>()).subscribe(guarded(observer));
    return deliver(() => this.#tell(observer), true);
  }

  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.observed = true;
    this.#promise ??=
      this.#status === 'pending' ? new Promise((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
      })
      : this.#status === 'resolved' ? Promise.resolve(this.#result as T)
      : Promise.reject(this.#result);
    return this.#promise.then(onValue, onError);
  }

  #settle(status: 'resolved' | 'rejected', result: unknown): void {
    this.#status = status;
    this.#result = result;
    const subject = this.#subject;
    if (subject) deliver(() => this.#tell(subject));
    if (status === 'resolved') this.#resolve?.(result as T);
    else this.#reject?.(result);
  }

  /** Tells an observer how it was settled. */
  #tell(observer: Observer<T>): void {
    if (this.#status === 'rejected') return observer.error(this.#result);
    observer.next(this.#result as T);
    observer.complete();
  }
}
