/**
 * A feed: items for one reader, with a bounded buffer between the owner, who never waits, and a reader, who may be slow.
 *
 * ```
 *   owner ── push ──▶ ┌───┬───┬───┬ ─ ┐ ──▶ reader: subscribe(…) takes each at once,
 *                     └───┴───┴───┴ ─ ┘             for await … takes one when it comes round
 *                       capacity; beyond it by `overflow`
 * ```
 */
import type { Observable, Observer } from 'rxjs';
import { expect, expectFunction, expectObject, expectOneOf } from '../internal/expect.js';
import { handling } from './chain.js';
import { HandlerContext, type Context } from './context.js';
import { FeedFullError } from './errors.js';
import { Reader, type Next, type Readable, type Reading } from './feed-reader.js';
import { landing } from './hold.js';
import { Ring } from './internal/ring.js';
import { liftOf } from './lifted.js';
import type { Outcome } from './outcome.js';

/** What happens to an item that comes to a full feed, or to the one that waits longest, or to the reader. */
export type FeedOverflow = 'drop-oldest' | 'drop-newest' | 'disconnect';

/** Why a feed has no reader any more: it left, or the buffer was full under `'disconnect'`. */
export type FeedLeft = 'left' | 'full';

/** How a feed is made. */
export interface FeedOptions<S, T> {
  /** The most items that wait for the reader; notices take no room from them. A positive integer. */
  readonly capacity: number;
  /**
   * Beyond that: `'drop-newest'` (default) loses the item that comes, `'drop-oldest'` the one that waits longest, and
   * `'disconnect'` ends the feed: its reader gets what waits, and then `FeedFullError`.
   */
  readonly overflow?: FeedOverflow;
  /**
   * Makes the item that tells the reader how many were lost at its place. Default: nothing tells. If it throws, the feed
   * ends with that error.
   */
  readonly notice?: (lost: number) => T;
  /** Folded as one more command when the reader has left, or was disconnected since the buffer was full. */
  readonly gone?: (state: S, context: Context, why: FeedLeft) => S | Outcome<S, unknown>;
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
  const lift = liftOf(context);
  expectObject(options, 'options');
  const { capacity, overflow = 'drop-newest', notice, gone } = options;
  expect(Number.isInteger(capacity) && capacity > 0, 'capacity', 'a positive integer', capacity);
  expectOneOf(overflow, 'overflow', 'drop-oldest', 'drop-newest', 'disconnect');
  if (notice !== undefined) expectFunction(notice, 'notice');
  if (gone !== undefined) expectFunction(gone, 'gone');
  const source = new Source<T>({ capacity, overflow, notice }, {
    full: () => new FeedFullError({ store: owner.name, type, started: true }, capacity),
    ended: () => owner.readers?.delete(end),
    left: (why) => {
      // A cast: `gone` is of the state of whoever has the context.
      if (gone && owner.phase !== 'closed') owner.send(landing(owner, type, lift((state: never, now: Context) => gone(state, now, why) as never)));
    },
  });
  const end = () => source.close();
  // Only if the handler gets through: else nobody ever sees it.
  (extras.deeds ??= []).push(() => {
    if (owner.phase === 'closed') end();
    else (owner.readers ??= new Set()).add(end);
  });
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
  left(why: FeedLeft): void;
}

/** Stands among the items where some were lost. It takes no room from them. */
class Gap {
  readonly lost: number;

  constructor(lost: number) {
    this.lost = lost;
  }
}

class Source<T> implements FeedSource<T>, Readable<T> {
  readonly feed: Feed<T>;
  lost = 0;
  readonly #options: Buffer<T>;
  readonly #ends: Ends;
  /** What waits for the reader, made when something first does: most readers take each at once. */
  #items: Ring<T | Gap> | undefined = undefined;
  /** Items that wait, gaps not counted. */
  #waiting = 0;
  /** Lost since the reader was last told; before the first item if the oldest are dropped, else behind the last. */
  #untold = 0;
  #phase: 'open' | 'ended' | 'failed' | 'over' = 'open';
  #error: unknown;
  #reading: Reading<T> | undefined = undefined;
  /** Shows an item at once: there while a subscriber has seen all, and isn't being shown something. */
  #ready: ((item: T) => void) | undefined = undefined;
  #taken = false;

  constructor(options: Buffer<T>, ends: Ends) {
    this.#options = options;
    this.#ends = ends;
    this.feed = new Reader(this);
  }

  push(item: T): void {
    if (handling.by) refuse();
    const show = this.#ready;
    if (show === undefined) return this.#keep(item);
    this.#ready = undefined;
    show(item);
    // It may have left upon it, more may have come meanwhile, or the end.
    if (this.#reading === undefined) return;
    if (this.#waiting > 0 || this.#phase !== 'open') this.#reading.wake();
    else this.#ready = show;
  }

  /** An item that can't be shown at once. */
  #keep(item: T): void {
    if (this.#phase !== 'open') return;
    const { capacity, overflow } = this.#options;
    const items = this.#items ??= new Ring();
    if (this.#waiting >= capacity) {
      if (overflow === 'disconnect') {
        this.#finish('failed', this.#ends.full());
        return this.#ends.left('full');
      }
      this.lost++;
      this.#untold++;
      if (overflow === 'drop-newest') return;
      items.shift();
      this.#waiting--;
    } else if (overflow === 'drop-newest' && this.#untold > 0) {
      items.push(new Gap(this.#untold));
      this.#untold = 0;
    }
    items.push(item);
    this.#waiting++;
    // A subscriber who is being shown something gets it after that.
    if (this.#reading?.show === undefined) this.#reading?.wake();
  }

  end(error?: unknown): void {
    if (handling.by) refuse();
    this.#finish(error === undefined ? 'ended' : 'failed', error);
  }

  /** The store has closed. */
  close(): void {
    this.#finish('ended', undefined);
  }

  /** One reader, once. @throws TypeError for another one */
  take(reading: Reading<T>): void {
    if (this.#taken) throw new TypeError('Expected a feed to have one reader, got another');
    this.#taken = true;
    this.#reading = reading;
  }

  /** Shows a subscriber all that waits, and the end; from then on each item at once. */
  showAll(to: Observer<T>): void {
    this.#ready = undefined;
    while (this.#reading !== undefined) {
      const next = this.read();
      if (next === undefined) {
        this.#ready = this.#reading.show;
        return;
      }
      if (next === 'end') to.complete();
      else if ('error' in next) to.error(next.error);
      else to.next(next.item);
    }
  }

  /** The next item, the end, or nothing yet. */
  read(): Next<T> {
    const lost = this.#options.overflow === 'drop-oldest' || this.#waiting === 0 ? this.#untold : 0;
    if (lost > 0) {
      this.#untold = 0;
      return this.#told(lost) ?? this.read();
    }
    if (this.#waiting > 0) {
      // A cast: there's one, as `#waiting` says; and the items themselves may be `undefined`.
      const item = this.#items?.shift() as T | Gap;
      if (item instanceof Gap) return this.#told(item.lost) ?? this.read();
      this.#waiting--;
      return { item };
    }
    const phase = this.#phase;
    if (phase === 'open') return undefined;
    this.#phase = 'over';
    return phase === 'failed' ? { error: this.#error } : 'end';
  }

  /** The reader reads no more. */
  leave(): void {
    this.#reading = this.#ready = undefined;
    const open = this.#phase === 'open';
    this.#discard();
    if (!open) return;
    this.#ends.ended();
    this.#ends.left('left');
  }

  /** What tells of those lost, if anything does; a notice that can't be made ends this feed, and harms no other. */
  #told(lost: number): { readonly item: T } | { readonly error: unknown } | undefined {
    const { notice } = this.#options;
    if (notice === undefined) return undefined;
    try {
      return { item: notice(lost) };
    } catch (error) {
      const open = this.#phase === 'open';
      this.#discard();
      if (open) {
        this.#ends.ended();
        this.#ends.left('left');
      }
      return { error };
    }
  }

  /** Nothing of it is read any more. */
  #discard(): void {
    this.#phase = 'over';
    this.#items = undefined;
    this.#waiting = this.#untold = 0;
  }

  #finish(phase: 'ended' | 'failed', error: unknown): void {
    if (this.#phase !== 'open') return;
    this.#phase = phase;
    this.#error = error;
    this.#ends.ended();
    // A subscriber who is being shown something sees the end after that.
    if (this.#ready !== undefined || this.#reading?.show === undefined) this.#reading?.wake();
  }
}

/** @throws TypeError since it's called within a handler */
function refuse(): never {
  throw new TypeError('Expected a feed to be written in `context.after`, got it within a handler');
}
