/**
 * The reader's half of a feed: for a subscriber, who takes each item at once, or for a loop, which takes one each time it
 * comes round.
 */
import { Observable, type Observer, type Subscriber } from 'rxjs';
import { Ring } from './internal/ring.js';
import { guarded } from './internal/unhandled.js';

/** What there is to read: an item, the error, the end, or nothing yet. @internal */
export type Next<T> = { readonly item: T } | { readonly error: unknown } | 'end' | undefined;

/** Whoever reads: told that there's something, or handed an item where nothing else waits. @internal */
export interface Reading<T> {
  readonly wake: () => void;
  /** Shows an item at once; `undefined` for a reader who comes for it. */
  readonly show?: (item: T) => void;
}

/** What a feed is to its reader. @internal */
export interface Readable<T> {
  /** One reader, once. @throws TypeError for another one */
  take(reading: Reading<T>): void;
  /** Shows a subscriber all that waits, and the end; from then on each item at once. */
  showAll(to: Observer<T>): void;
  /** The next item, the end, or nothing yet. */
  read(): Next<T>;
  /** The reader reads no more. */
  leave(): void;
}

/** @internal */
export class Reader<T> extends Observable<T> implements AsyncIterable<T> {
  readonly #source: Readable<T>;

  constructor(from: Readable<T>) {
    super((subscriber) => this.#subscribe(subscriber));
    this.#source = from;
  }

  /** To a subscriber: each item at once. */
  #subscribe(subscriber: Subscriber<T>): void {
    const source = this.#source;
    const observer = guarded(subscriber);
    const wake = () => source.showAll(observer);
    source.take({ wake, show: observer.next });
    // It may leave while it's shown what has waited.
    subscriber.add(() => source.leave());
    wake();
  }

  /** To a loop: one item each time it comes round. */
  [Symbol.asyncIterator](): AsyncIterator<T> {
    const source = this.#source;
    type Waiting = { resolve: (result: IteratorResult<T>) => void; reject: (error: unknown) => void };
    const waiting = new Ring<Waiting>();
    const done = { done: true, value: undefined } as const;
    let over = false;
    const serve = () => {
      while (waiting.size > 0) {
        const next = over ? 'end' : source.read();
        if (next === undefined) return;
        // A cast: there is one, as `size` says.
        const { resolve, reject } = waiting.shift() as Waiting;
        over ||= next === 'end' || 'error' in next;
        if (next === 'end') resolve(done);
        else if ('error' in next) reject(next.error);
        else resolve({ done: false, value: next.item });
      }
    };
    source.take({ wake: serve });
    return {
      next: () => new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        serve();
      }),
      return: () => {
        if (!over) source.leave();
        over = true;
        serve();
        return Promise.resolve(done);
      },
    };
  }
}
