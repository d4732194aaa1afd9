/**
 * Sessions: what a server keeps of each visitor between two requests, by an id that only the visitor knows.
 *
 * ```
 *   create ──▶ lives ── get, touch, update, regenerate ──▶ lives …       the idle time begins anew, the end stays
 *                │
 *                ├── idle for too long, or at its end ──▶ gone           at once for callers; announced when it's removed
 *                └── delete…, clear, a limit ──▶ gone                    at once, and announced
 * ```
 *
 * An id that is unknown, one that has expired and one that was deleted are answered alike.
 */
import { createStore, reply, type, type Clock, type Context, type Outcome, type Store, type StoreOptions, type Type } from '../index.js';
import { expect, expectFunction, expectObject, expectPositive } from '../internal/expect.js';
import { ForeignIdError } from './errors.js';
import { SessionBook } from './sessions/book.js';
import { checkAdoption, checkCreation, checkId, checkUpdate, updated } from './sessions/payloads.js';
import { dumpSessions, expectSessionsDump, restoreSessions } from './sessions/restore.js';
import type { Session, SessionAdoption, SessionCreation, SessionEvent, SessionsDump, SessionsStats, SessionUpdate } from './sessions/types.js';
import { randomId, type IdSource } from './structures/chance.js';
import { checkKey, type Key } from './structures/check-payload.js';

const MINUTE = 60_000;

/** How a sessions store is made. Each field is optional. */
export interface SessionsOptions<T = unknown> extends StoreOptions {
  /** What errors and traces call it. Default `'sessions'`. */
  readonly name?: string;
  /** How long a session lives without being used, in milliseconds. Default 30 minutes; `Infinity` for ever. */
  readonly idle?: number;
  /** How long a session lives at the most, however much it's used, in milliseconds. Default 12 hours; `Infinity` for ever. */
  readonly absolute?: number;
  /**
   * A use is written down if the last one that was lies so many milliseconds back, or half of the session's idle time.
   * So a session expires that much earlier at the most. Default 0: each use is.
   */
  readonly touchEvery?: number;
  /** The most sessions of all. Beyond it the one makes room that would expire first. Default 1,000,000; `Infinity` for no limit. */
  readonly maxSessions?: number;
  /** The most sessions of one user. Beyond it the one of that user makes room that would expire first. Default `Infinity`. */
  readonly maxPerUser?: number;
  /** How long after its expiry a session is removed and announced at the latest, in milliseconds. Default a minute. */
  readonly sweep?: number;
  /** Makes the ids, another one each time, which nobody can guess. Default: 132 random bits of the platform's Web Crypto. */
  readonly ids?: IdSource;
  /** Allows `adopt`, for ids that are made elsewhere on the server: so `sessionStore` needs it. Default `false`. */
  readonly foreignIds?: boolean;
  /** What `dump` of another sessions store gave: goes on with those of its sessions that still live. */
  readonly restore?: SessionsDump<T>;
}

/** What is seen of a sessions store through `select` and `snapshot`. */
export interface SessionsView {
  /** Sessions that are held, those that have expired and weren't removed yet included. */
  readonly held: number;
}

/** The commands and queries of a sessions store. */
export interface SessionsDefinition<T = unknown> {
  readonly name: string;
  /** Makes the first state. */
  readonly state: (clock: Clock) => SessionBook<T>;
  readonly events: Type<SessionEvent>;
  /** What `select` and `snapshot` show. */
  readonly view: (book: SessionBook<T>) => SessionsView;
  readonly commands: {
    /** Begins a session under an id of the store's own choice, and replies it. */
    readonly create: (book: SessionBook<T>, payload: SessionCreation<T>, context: Context<SessionEvent>) => Outcome<SessionBook<T>, Session<T>>;
    /** Uses a session, and replies it; `undefined` if there's none. */
    readonly get: (book: SessionBook<T>, id: string, context: Context<SessionEvent>) => Outcome<SessionBook<T>, Session<T> | undefined>;
    /** Uses a session, and replies whether it's there. */
    readonly touch: (book: SessionBook<T>, id: string, context: Context<SessionEvent>) => Outcome<SessionBook<T>, boolean>;
    /** Changes a session, and replies it; `undefined` if there's none: an update brings nothing back. */
    readonly update: (book: SessionBook<T>, payload: SessionUpdate<T>, context: Context<SessionEvent>) => Outcome<SessionBook<T>, Session<T> | undefined>;
    /** Gives a session another id, from now on the only one, and replies it; `undefined` if there's none. Its end stays. */
    readonly regenerate: (book: SessionBook<T>, id: string, context: Context<SessionEvent>) => Outcome<SessionBook<T>, Session<T> | undefined>;
    /** Begins or replaces a session under an id made elsewhere, and replies it. Only with the option `foreignIds`. */
    readonly adopt: (book: SessionBook<T>, payload: SessionAdoption<T>, context: Context<SessionEvent>) => Outcome<SessionBook<T>, Session<T>>;
    /** Ends a session, and replies whether there was one. */
    readonly delete: (book: SessionBook<T>, id: string, context: Context<SessionEvent>) => Outcome<SessionBook<T>, boolean>;
    /** Ends all sessions of a user, and replies how many. */
    readonly deleteByUser: (book: SessionBook<T>, user: Key, context: Context<SessionEvent>) => Outcome<SessionBook<T>, number>;
    /** Ends all sessions of this session's user but this one, and replies how many. */
    readonly deleteOthers: (book: SessionBook<T>, id: string, context: Context<SessionEvent>) => Outcome<SessionBook<T>, number>;
    /** Ends all sessions, and replies how many. */
    readonly clear: (book: SessionBook<T>, payload: void, context: Context<SessionEvent>) => Outcome<SessionBook<T>, number>;
    /** Removes what has expired, and replies how many. The store sends it itself. */
    readonly sweep: (book: SessionBook<T>, payload: void, context: Context<SessionEvent>) => Outcome<SessionBook<T>, number>;
  };
  readonly queries: {
    /** A session, which isn't used thereby; `undefined` if there's none. */
    readonly peek: (book: SessionBook<T>, id: string, clock: Clock) => Session<T> | undefined;
    /** The sessions of a user, the one used last first. */
    readonly listByUser: (book: SessionBook<T>, user: Key, clock: Clock) => readonly Session<T>[];
    /** How many sessions there are, and what became of the others. */
    readonly stats: (book: SessionBook<T>, payload: void, clock: Clock) => SessionsStats;
    /** The sessions as plain data, for the option `restore` of another store. */
    readonly dump: (book: SessionBook<T>, payload: void, clock: Clock) => SessionsDump<T>;
  };
}

/** A sessions store: what `createSessions` makes. */
export type Sessions<T = unknown> = Store<SessionsDefinition<T>>;

/**
 * The definition of a sessions store, for whoever makes stores of definitions.
 *
 * @param options as for `createSessions`
 * @throws TypeError for options that no sessions store can work with
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { defineSessions } from 'ownstate/stores';
 *
 * const sessions = createStore(defineSessions<string>({ idle: 60_000 }));
 * const { id } = await sessions.ask.create({ data: 'a basket' });
 * console.log((await sessions.ask.get(id))?.data); // a basket
 * ```
 */
export function defineSessions<T = unknown>(options: SessionsOptions<T> = {}): SessionsDefinition<T> {
  expectObject(options, 'options');
  const {
    name = 'sessions', idle = 30 * MINUTE, absolute = 720 * MINUTE, touchEvery = 0, maxSessions = 1_000_000, maxPerUser = Infinity,
    sweep = MINUTE, ids = randomId, foreignIds = false, restore,
  } = options;
  expectPositive(idle, 'idle');
  expectPositive(absolute, 'absolute');
  expect(Number.isFinite(touchEvery) && touchEvery >= 0, 'touchEvery', 'a number of milliseconds from 0 on', touchEvery);
  for (const [limit, most] of Object.entries({ maxSessions, maxPerUser })) {
    expect(most === Infinity || (Number.isSafeInteger(most) && most > 0), limit, 'a positive integer, or Infinity', most);
  }
  expect(Number.isFinite(sweep) && sweep > 0, 'sweep', 'a positive number of milliseconds', sweep);
  expectFunction(ids, 'ids');
  expect(typeof foreignIds === 'boolean', 'foreignIds', 'a boolean', foreignIds);
  if (restore !== undefined) expectSessionsDump(restore);
  const limits = { idle, absolute, touchEvery, sweep, maxSessions, maxPerUser };

  /** @throws TypeError for a source that doesn't make new ids */
  function newId(book: SessionBook<T>): string {
    const id = ids();
    expect(typeof id === 'string' && id !== '' && !book.isTaken(id), 'ids', 'a source of new strings', id);
    return id;
  }

  /** The end of each command that may have brought an earlier expiry. */
  function armed<R>(book: SessionBook<T>, context: Context<SessionEvent>, value: R): Outcome<SessionBook<T>, R> {
    book.arm(context);
    return reply(book, value);
  }

  return {
    name,
    events: type<SessionEvent>(),
    state: (clock) => {
      const book = new SessionBook<T>(limits);
      if (restore !== undefined) restoreSessions(book, restore, book.time(clock));
      return book;
    },
    view: (book) => book.view,
    commands: {
      create: (book, payload, context) => {
        checkCreation(payload);
        const id = newId(book);
        const slot = book.create(id, payload, book.time(context), context.emit);
        return armed(book, context, book.session(slot, id));
      },
      get: (book, id, context) => {
        checkId(id);
        const now = book.time(context);
        const slot = book.find(id, now);
        if (slot < 0) return armed(book, context, undefined);
        book.use(slot, now);
        return armed(book, context, book.session(slot, id));
      },
      touch: (book, id, context) => {
        checkId(id);
        const now = book.time(context);
        const slot = book.find(id, now);
        if (slot >= 0) book.use(slot, now);
        return armed(book, context, slot >= 0);
      },
      update: (book, payload, context) => {
        checkUpdate(payload);
        const { id, user, ttl } = payload;
        const now = book.time(context);
        const slot = book.find(id, now);
        if (slot < 0) return armed(book, context, undefined);
        const data = updated(payload, book.data(slot));
        book.change(slot, { data, user, ttl }, now, context.emit);
        context.emit({ type: 'updated', id, user: book.users.of(slot) });
        return armed(book, context, book.session(slot));
      },
      regenerate: (book, id, context) => {
        checkId(id);
        const now = book.time(context);
        const slot = book.find(id, now);
        if (slot < 0) return armed(book, context, undefined);
        const next = newId(book);
        book.rename(slot, next);
        book.write(slot, now);
        context.emit({ type: 'regenerated', id: next, was: id, user: book.users.of(slot) });
        return armed(book, context, book.session(slot));
      },
      adopt: (book, payload, context) => {
        if (!foreignIds) throw new ForeignIdError();
        checkAdoption(payload);
        const { id, data, user = null, ttl = idle } = payload;
        const now = book.time(context);
        let slot = book.find(id, now);
        if (slot >= 0) {
          book.change(slot, { data, user, ttl }, now, context.emit);
          context.emit({ type: 'updated', id, user: book.users.of(slot) });
        } else {
          book.free(id, context.emit);
          slot = book.create(id, payload, now, context.emit);
        }
        return armed(book, context, book.session(slot));
      },
      delete: (book, id, context) => {
        checkId(id);
        const slot = book.find(id, book.time(context));
        if (slot >= 0) book.delete(slot, 'id', context.emit);
        return armed(book, context, slot >= 0);
      },
      deleteByUser: (book, user, context) => {
        checkKey(user, 'user');
        const now = book.time(context);
        const slots = book.allOf(user, now);
        for (const slot of slots) book.delete(slot, 'user', context.emit);
        return armed(book, context, slots.length);
      },
      deleteOthers: (book, id, context) => {
        checkId(id);
        const now = book.time(context);
        const own = book.find(id, now);
        const user = own < 0 ? undefined : book.users.of(own);
        const others = user === undefined ? [] : book.allOf(user, now).filter((slot) => slot !== own);
        for (const slot of others) book.delete(slot, 'others', context.emit);
        return armed(book, context, others.length);
      },
      clear: (book, _payload, context) => reply(book, book.clear(book.time(context), context.emit)),
      sweep: (book, _payload, context) => {
        book.sweep.begin(context);
        const { removed, more } = book.removeExpired(book.time(context), context.emit);
        if (more) context.tell('sweep');
        // The timer in any case: a full mailbox takes no tell, but what a timer sends.
        return armed(book, context, removed);
      },
    },
    queries: {
      peek: (book, id, clock) => {
        checkId(id);
        const slot = book.find(id, book.time(clock));
        return slot < 0 ? undefined : book.session(slot, id);
      },
      listByUser: (book, user, clock) => {
        checkKey(user, 'user');
        const now = book.time(clock);
        return book.allOf(user, now).map((slot) => book.session(slot));
      },
      stats: (book, _payload, clock) => {
        const { created, deleted, expired, evicted } = book;
        return { size: book.size(book.time(clock)), created, deleted, expired, evicted, maxSessions, maxPerUser };
      },
      dump: (book, _payload, clock) => dumpSessions(book, book.time(clock)),
    },
  };
}

/**
 * Makes a sessions store. Commands: `create({ data, user?, ttl? })`, `get(id)`, `touch(id)`, `update({ id, data or with,
 * user?, ttl? })`, `regenerate(id)`, `delete(id)`, `deleteByUser(user)`, `deleteOthers(id)`, `clear()`, `adopt({ id, … })`
 * and `sweep()`, which the store sends itself; queries: `peek(id)`, `listByUser(user)`, `stats()`, `dump()`. Its view is
 * `{ held }`.
 *
 * What is unknown, has expired or was deleted is `undefined`, `false` or 0, and never told apart. A reply may fail with
 * `InvalidPayloadError`, with `ForeignIdError`, and `update` with what its own `with` throws; nothing is changed then.
 * Each command costs the same however many sessions there are; those for a whole user cost his sessions.
 *
 * @param options lifetimes and limits, and the options of `createStore`
 * @throws TypeError for options that no sessions store can work with
 *
 * @example
 * ```ts
 * import { createSessions } from 'ownstate/stores';
 *
 * const sessions = createSessions<{ basket: string[] }>({ maxPerUser: 5 });
 * const { id } = await sessions.ask.create({ data: { basket: [] } });
 * const safe = await sessions.ask.regenerate(id); // before a visitor becomes a user, so that nobody else has the id
 * await sessions.ask.update({ id: safe!.id, user: 'ann' });
 * console.log(await sessions.ask.get(id)); // undefined
 * console.log((await sessions.ask.listByUser('ann')).length); // 1
 * ```
 */
export function createSessions<T = unknown>(options: SessionsOptions<T> = {}): Sessions<T> {
  const sessions = createStore(defineSessions(options), options);
  // What was restored may expire before the first command: the maker of a state has no timer.
  if (options.restore !== undefined) sessions.tell.sweep();
  return sessions;
}
