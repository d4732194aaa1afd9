/**
 * A feed: items for one reader, with a bounded buffer between the owner, who never waits, and a reader, who may be slow.
 *
 * ```
 *   owner ── push ──▶ ┌───┬───┬───┬ ─ ┐ ──▶ reader: subscribe(…) takes each at once,
 *                     └───┴───┴───┴ ─ ┘             for await … takes one when it comes round
 *                       capacity; beyond it by `overflow`
 * ```
 */
import { Observable, type Subscriber } from 'rxjs';
import { expect, expectFunction, expectObject, expectOneOf } from '../internal/expect.js';
import { handling } from './chain.js';
import { HandlerContext, type Context } from './context.js';
import { FeedFullError } from './errors.js';
import { landing } from './hold.js';
import { Ring } from './internal/ring.js';
import { guarded } from './internal/unhandled.js';
import type { Outcome } from './outcome.js';

/** What happens to an item that comes to a full feed, or to the one that waits longest, or to the reader. */
export type FeedOverflow = 'drop-oldest' | 'drop-newest' | 'disconnect';

/** How a feed is made. */
export interface FeedOptions<S, T> {
  /** The most items that wait for the reader. A positive integer. */
  readonly capacity: number;
  /**
   * Beyond that: `'drop-newest'` (default) loses the item that comes, `'drop-oldest'` the one that waits longest, and
   * `'disconnect'` ends the feed: its reader gets what waits, and then `FeedFullError`.
   */
  readonly overflow?: FeedOverflow;
  /** Makes the item that tells the reader how many were lost at its place. Default: nothing tells. */
  readonly notice?: (lost: number) => T;
  /** Folded as one more command when the reader has left, or was disconnected. */
  readonly gone?: (state: S, context: Context) => S | Outcome<S, unknown>;
}

/**
 * What its reader gets: an Observable and an AsyncIterable of the items, for one reader, once. What comes before it
 * reads waits in the buffer. It completes when the owner ends it and when the store has closed; to unsubscribe, or to
 * leave the `for await`, is to leave for good.
 */
export interface Feed<T> extends Observable<T>, AsyncIterable<T> {}

/** The owner's half of a feed. It stands in the state of the store. */
export interface FeedSource<T> {
  /** The reader's half. */
  readonly feed: Feed<T>;
  /** Items lost so far. */
  readonly lost: number;
  /**
   * Gives the reader an item; without one, and after the end, nothing.
   *
   * @throws TypeError within a handler: it's for `context.after`, so that the state is shown before
   */
  push(item: T): void;
  /**
   * Ends the feed: its reader gets what waits, and then the end, or the error if there's one.
   *
   * @throws TypeError within a handler, as `push` does
   */
  end(error?: unknown): void;
}

/**
 * Makes a feed within a handler.
 *
 * @param context the third argument of the handler
 * @param options the buffer, and what becomes of it
 * @throws TypeError for a context that no handler got, or options that can't be used
 *
 * @example
 * ```ts
 * import { createFeed, createStore, reply, type FeedSource } from 'ownstate';
 *
 * type Sources = readonly FeedSource<string>[];
 *
 * const news = createStore({
 *   state: [] as Sources,
 *   commands: {
 *     follow: (sources, _payload: void, context) => {
 *       const source: FeedSource<string> = createFeed<Sources, string>(context, {
 *         capacity: 10,
 *         gone: (now) => now.filter((other) => other !== source),
 *       });
 *       return reply([...sources, source], source.feed);
 *     },
 *     say: (sources, text: string, { after }) => {
 *       after(() => sources.forEach((source) => source.push(text)));
 *       return sources;
 *     },
 *   },
 *   view: (sources) => sources.length,
 * });
 * (await news.ask.follow()).subscribe((text) => console.log(text)); // hello
 * news.tell.say('hello');
 * ```
 */
export function createFeed<S, T>(context: Context<never>, options: FeedOptions<S, T>): FeedSource<T> {
  const { owner, type, extras } = HandlerContext.commandOf(context);
  expectObject(options, 'options');
  const { capacity, overflow = 'drop-newest', notice, gone } = options;
  expect(Number.isInteger(capacity) && capacity > 0, 'capacity', 'a positive integer', capacity);
  expectOneOf(overflow, 'overflow', 'drop-oldest', 'drop-newest', 'disconnect');
  if (notice !== undefined) expectFunction(notice, 'notice');
  if (gone !== undefined) expectFunction(gone, 'gone');
  const source = new Source<T>({ capacity, overflow, notice }, {
    full: () => new FeedFullError({ store: owner.name, type, started: true }, capacity),
    ended: () => owner.readers?.delete(end),
    left: () => {
      if (gone && owner.phase !== 'closed') owner.send(landing(owner, type, gone));
    },
  });
  const end = () => source.close();
  // Only if the handler gets through: else nobody ever sees it.
  (extras.deeds ??= []).push(() => (owner.readers ??= new Set()).add(end));
  return source;
}

/** The buffer of a feed. */
interface Buffer<T> {
  readonly capacity: number;
  readonly overflow: FeedOverflow;
  readonly notice: ((lost: number) => T) | undefined;
}

/** What a feed tells its store. */
interface Ends {
  full(): Error;
  ended(): void;
  left(): void;
}

class Source<T> implements FeedSource<T> {
  readonly feed: Feed<T>;
  lost = 0;
  readonly #options: Buffer<T>;
  readonly #ends: Ends;
  readonly #items = new Ring<T>();
  /** Lost since the reader was last told; before the first item if the oldest are dropped, else behind the last. */
  #untold = 0;
  #phase: 'open' | 'ended' | 'failed' | 'over' = 'open';
  #error: unknown;
  /** Told that there's something to read. */
  #wake: (() => void) | undefined;
  #taken = false;

  constructor(options: Buffer<T>, ends: Ends) {
    this.#options = options;
    this.#ends = ends;
    this.feed = new Reader(this);
  }

  push(item: T): void {
    this.#outside();
    if (this.#phase !== 'open') return;
    const { capacity, overflow } = this.#options;
    if (this.#items.size >= capacity) {
      if (overflow === 'disconnect') {
        this.#finish('failed', this.#ends.full());
        return this.#ends.left();
      }
      this.lost++;
      this.#untold++;
      if (overflow === 'drop-newest') return;
      this.#items.shift();
    } else if (overflow === 'drop-newest') {
      for (const told of this.#told()) this.#items.push(told);
    }
    this.#items.push(item);
    this.#wake?.();
  }

  end(error?: unknown): void {
    this.#outside();
    this.#finish(error === undefined ? 'ended' : 'failed', error);
  }

  /** The store has closed. */
  close(): void {
    this.#finish('ended', undefined);
  }

  /** One reader, once. @throws TypeError for another one */
  take(wake: () => void): void {
    if (this.#taken) throw new TypeError('Expected a feed to have one reader, got another');
    this.#taken = true;
    this.#wake = wake;
  }

  /** The next item, the end, or nothing yet. */
  read(): { readonly item: T } | { readonly error: unknown } | 'end' | undefined {
    const { overflow } = this.#options;
    if (overflow !== 'drop-newest' || this.#items.size === 0) {
      const [told] = this.#told().map((item) => ({ item }));
      if (told) return told;
    }
    // A cast: the items themselves may be `undefined`.
    if (this.#items.size > 0) return { item: this.#items.shift() as T };
    const phase = this.#phase;
    if (phase === 'open') return undefined;
    this.#phase = 'over';
    return phase === 'failed' ? { error: this.#error } : 'end';
  }

  /** The reader reads no more. */
  leave(): void {
    this.#wake = undefined;
    this.#items.keep(() => false);
    this.#untold = 0;
    if (this.#phase === 'open') {
      this.#ends.ended();
      this.#ends.left();
    }
    this.#phase = 'over';
  }

  /** The item that tells of those lost, if there's one to tell. */
  #told(): T[] {
    const { notice } = this.#options;
    const lost = this.#untold;
    this.#untold = 0;
    return lost > 0 && notice ? [notice(lost)] : [];
  }

  #finish(phase: 'ended' | 'failed', error: unknown): void {
    if (this.#phase !== 'open') return;
    this.#phase = phase;
    this.#error = error;
    this.#ends.ended();
    this.#wake?.();
  }

  /** @throws TypeError within a handler */
  #outside(): void {
    if (handling.by) throw new TypeError('Expected a feed to be written in `context.after`, got it within a handler');
  }
}

class Reader<T> extends Observable<T> implements Feed<T> {
  readonly #source: Source<T>;

  constructor(source: Source<T>) {
    super((subscriber) => this.#show(subscriber));
    this.#source = source;
  }

  /** To a subscriber: each item at once. */
  #show(subscriber: Subscriber<T>): () => void {
    const source = this.#source;
    const observer = guarded(subscriber);
    let showing = false;
    const show = () => {
      // What is pushed while one is shown comes after it.
      if (showing) return;
      showing = true;
      while (!subscriber.closed) {
        const next = source.read();
        if (next === undefined) break;
        if (next === 'end') observer.complete();
        else if ('error' in next) observer.error(next.error);
        else observer.next(next.item);
      }
      showing = false;
    };
    source.take(show);
    show();
    return () => source.leave();
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
    source.take(serve);
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
