/**
 * Sessions behind express-session: a store as that middleware wants it. express-session is no dependency: its class
 * `Store` comes as an argument.
 *
 * ```
 *   request ──▶ get ──peek──▶ req.session …  handlers  … response ──▶ set ──adopt (new) or update (loaded)──▶ sessions
 *                                                                └──▶ touch (unchanged)
 * ```
 *
 * Who chooses the id: express-session does, on the server, by its `genid` (192 random bits unless told otherwise); it takes
 * an id from a client only with the server's own signature on it. A signed id that isn't known, as that of a session which
 * has ended, gets a new session with a new id. So the id is never the client's choice here either; but it isn't that of
 * the sessions store, which has to allow it by `foreignIds`.
 */
import type { Client, Reply } from '../../index.js';
import { expect, expectFunction, expectObject } from '../../internal/expect.js';
import type { SessionsDefinition } from '../sessions.js';
import type { Key } from '../structures/check-payload.js';
import type { Session } from './types.js';

/** How a store for express-session is made. */
export interface SessionStoreOptions<D> {
  /** Whose a session is, from what it holds: for `listByUser`, `deleteByUser`, `maxPerUser`; `null` for nobody's. Default: nobody's. */
  readonly user?: (session: D) => Key | null | undefined;
}

/** What express-session, and whoever looks after its sessions, calls. A callback is never called at once. */
export interface SessionStoreMethods<D> {
  /** A copy of a session, which isn't used thereby. */
  get(id: string, done: (error: unknown, session?: D | null) => void): void;
  /** Saves a copy of a session. One that a request has loaded, and that has ended meanwhile, stays ended. */
  set(id: string, session: D, done?: (error?: unknown) => void): void;
  /** Uses a session, and saves its cookie if that has changed. */
  touch(id: string, session: D, done?: (error?: unknown) => void): void;
  /** Ends a session; also one that isn't there. */
  destroy(id: string, done?: (error?: unknown) => void): void;
  /** Copies of all sessions, by id. */
  all(done: (error: unknown, sessions?: Record<string, D>) => void): void;
  /** How many sessions there are. */
  length(done: (error: unknown, length?: number) => void): void;
  /** Ends all of them. */
  clear(done?: (error?: unknown) => void): void;
}

/** A store for express-session: what `sessionStore` makes. */
export type SessionStore<B, D> = B & SessionStoreMethods<D>;

/** What is used of express-session's class. */
interface Base {
  emit(event: string): unknown;
  createSession(req: unknown, session: unknown): object;
}

/** What is known of a session that express-session saves. */
interface Stored {
  readonly cookie?: { readonly originalMaxAge?: unknown; readonly expires?: unknown } | null;
}

/** A copy without methods, as the wire would make it: a request may change what it got as it likes. */
const copy = <V>(value: V): V => JSON.parse(JSON.stringify(value)) as V;

/** How long a session may idle, by its cookie; `null` where that says nothing. */
function ttlOf({ cookie }: Stored): number | null {
  const age = cookie?.originalMaxAge;
  return typeof age === 'number' && !Number.isNaN(age) ? age : null;
}

/** What is given to a request: a copy whose cookie expires when the session does. */
function given<D>(data: D, expiresAt: number): D {
  const { cookie, ...rest } = copy(data) as Stored;
  if (cookie === undefined) return rest as D;
  const expires = ttlOf({ cookie }) === null || expiresAt === Infinity ? cookie?.expires : new Date(expiresAt).toJSON();
  return { ...rest, cookie: cookie && { ...cookie, expires } } as D;
}

/** A cookie but for its expiry, which moves with each use. */
const lasting = ({ cookie }: Stored): string => JSON.stringify({ ...cookie && copy(cookie), expires: null });

/**
 * A store for express-session that keeps its sessions in a sessions store, which has to allow ids from elsewhere by
 * `foreignIds`.
 *
 * A session idles as long as its cookie's `maxAge` says, or else the `idle` of the sessions store; the `absolute` limit
 * holds in any case. Sessions are copied on their way in and out, as JSON. Once the sessions store has closed, requests
 * go on without a session, as express-session does it for a store that is disconnected.
 *
 * A session that was ended while a request had it loaded isn't brought back by the end of that request.
 *
 * @param Store the class `Store` of express-session
 * @param sessions the sessions store
 * @param options whose a session is
 * @throws TypeError unless `Store` is a class, `sessions` a store and `user` a function
 *
 * @example
 * ```ts
 * import session from 'express-session';
 * import { createSessions, sessionStore } from 'ownstate/stores';
 *
 * const sessions = createSessions<session.SessionData>({ foreignIds: true });
 * const middleware = session({ store: sessionStore(session.Store, sessions), secret: 'change me', resave: false, saveUninitialized: false });
 * console.log(typeof middleware); // function
 * ```
 */
export function sessionStore<B extends object, D extends object>(
  Store: abstract new () => B, sessions: Client<SessionsDefinition<D>>, options: SessionStoreOptions<D> = {},
): SessionStore<B, D> {
  expectFunction(Store, 'Store');
  // A cast: what comes from JavaScript may be anything.
  expect(typeof (Object(sessions) as Partial<Client<SessionsDefinition<D>>>).ask?.adopt === 'function', 'sessions', 'a sessions store', sessions);
  expectObject(options, 'options');
  const { user: userOf = () => undefined } = options;
  expectFunction(userOf, 'user');
  const { ask } = sessions;
  /** Sessions of requests that are in the sessions store, or were. */
  const saved = new WeakSet();

  function save(id: string, session: D): Reply<unknown> {
    const data = copy(session);
    const ttl = ttlOf(data);
    // Its cookie is over, so it is.
    if (ttl !== null && ttl <= 0) return ask.delete(id);
    const user = userOf(data) ?? null;
    if (saved.has(session)) return ask.update({ id, data, user, ttl });
    const adopted = ask.adopt({ id, data, ...user === null ? {} : { user }, ...ttl === null ? {} : { ttl } });
    // One of a request is saved again at its end; what else comes here may be written anew at any time.
    if ('req' in session) {
      saved.add(session);
      // What wasn't taken over isn't there: the next save begins it.
      adopted.subscribe({ error: () => saved.delete(session) });
    }
    return adopted;
  }

  async function touch(id: string, session: D): Promise<void> {
    const ttl = ttlOf(session);
    const found = await ask.peek(id);
    if (found === undefined) return;
    if (ttl !== null && ttl <= 0) await ask.delete(id);
    else if (lasting(found.data) === lasting(session)) await ask.touch(id);
    else await ask.update({ id, ttl, with: (data) => ({ ...data, cookie: copy((session as Stored).cookie) }) });
  }

  // A cast: the abstract methods of express-session's class are those written here.
  class Adapter extends (Store as unknown as new () => Base) implements SessionStoreMethods<D> {
    constructor() {
      super();
      void sessions.closed.then(() => this.emit('disconnect'));
    }

    override createSession(req: unknown, session: unknown): object {
      const loaded = super.createSession(req, session);
      saved.add(loaded);
      return loaded;
    }

    get(id: string, done: (error: unknown, session?: D | null) => void): void {
      answer<Session<D> | undefined, D | null>(() => ask.peek(id), done, (found) => found ? given(found.data, found.expiresAt) : null);
    }

    set(id: string, session: D, done?: (error?: unknown) => void): void {
      answer(() => save(id, session), done);
    }

    touch(id: string, session: D, done?: (error?: unknown) => void): void {
      answer(() => touch(id, session), done);
    }

    destroy(id: string, done?: (error?: unknown) => void): void {
      answer(() => ask.delete(id), done);
    }

    all(done: (error: unknown, sessions?: Record<string, D>) => void): void {
      answer(() => ask.dump(), done, ({ sessions: all }) => {
        // Without a prototype: any text may be an id.
        const byId = Object.create(null) as Record<string, D>;
        for (const { id, data, usedAt, ttl, until } of all) byId[id] = given(data, Math.min(usedAt + (ttl ?? Infinity), until ?? Infinity));
        return byId;
      });
    }

    length(done: (error: unknown, length?: number) => void): void {
      answer(() => ask.stats(), done, ({ size }) => size);
    }

    clear(done?: (error?: unknown) => void): void {
      answer(() => ask.clear(), done);
    }
  }
  // A cast: it's an instance of the class that was given, with all that it lacked.
  return new Adapter() as unknown as SessionStore<B, D>;
}

/** Calls back with what becomes of `work`. What fails without a callback is left to whoever watches over such failures. */
function answer<V, R>(work: () => PromiseLike<V>, done: ((error: unknown, value?: R) => void) | undefined, take?: (value: V) => R): void {
  if (!done) return void work();
  // An async function: what throws at once, or can't be given out, fails like what fails later.
  const settled = (async () => {
    const value = await work();
    return take?.(value);
  })();
  void settled.then((value) => done(null, value), (error: unknown) => done(error));
}
