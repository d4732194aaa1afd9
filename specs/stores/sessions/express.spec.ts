/**
 * Sessions behind express-session, in an Express app on the loopback.
 *
 * The first part is a contract of stores, held against express-session's own MemoryStore as well. Its cases are those of
 * expressjs/session, `test/session.js` at 2c9512f, that are about what a store has to do, told anew in terms of a small
 * shop; each names the case that it comes from. Cases about cookies, proxies, secrets and responses only aren't here: no
 * store can make a difference to them. Left out, too, is 'when session without cookie property in store', where the
 * middleware fails for what it has not saved itself: it's among ours below.
 */
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import express, { type Request, type Response } from 'express';
import session from 'express-session';
import { createSessions, sessionStore, type Sessions, type SessionsOptions, type SessionStore } from 'ownstate/stores';
import { afterEach, describe, expect, it } from 'vitest';

declare module 'express-session' {
  interface SessionData {
    hits: number;
    user: string;
    basket: { items: string[]; cookie?: number };
  }
}

type Data = session.SessionData;
type Store = session.Store & Required<Pick<session.Store, 'all' | 'length' | 'clear' | 'touch'>>;

const servers: Server[] = [];
const stores: Sessions<Data>[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await Promise.all(stores.splice(0).map((store) => store.shutdown()));
});

function ours(options: SessionsOptions<Data> = {}): { sessions: Sessions<Data>; store: SessionStore<session.Store, Data> } {
  const sessions = createSessions<Data>({ foreignIds: true, ...options });
  stores.push(sessions);
  return { sessions, store: sessionStore(session.Store, sessions, { user: ({ user }) => user }) };
}

/** What a request did. */
interface Visit {
  readonly status: number;
  readonly text: string;
  /** What the next request of the same visitor brings along. */
  readonly cookie: string;
  readonly setCookie: string | null;
}

type Visitor = (path: string, from?: Pick<Visit, 'cookie'>) => Promise<Visit>;
type Handler = (req: Request, res: Response) => void;

/** Counts hits, and says whose session it is. */
const count: Handler = (req, res) => {
  req.session.hits = (req.session.hits ?? 0) + 1;
  res.end(String(req.session.hits));
};

/** An app with this store; gives a way to visit it. */
async function open(store: session.Store, routes: Readonly<Record<string, Handler>> = {}, options: Partial<session.SessionOptions> = {}): Promise<Visitor> {
  const app = express();
  app.use(session({ secret: 'spec', resave: false, saveUninitialized: false, store, ...options }));
  for (const [path, handler] of Object.entries({ '/': count, ...routes })) app.get(path, handler);
  // Four parameters: that's how Express knows a handler of errors.
  app.use((error: Error, _req: Request, res: Response, next: (error: unknown) => void) => {
    if (res.headersSent) return next(error);
    res.status(500).end(error.message);
  });
  const server = app.listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return async (path, from) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: from === undefined || from.cookie === '' ? {} : { cookie: from.cookie } });
    const setCookie = answer.headers.get('set-cookie');
    return { status: answer.status, text: await answer.text(), setCookie, cookie: setCookie?.split(';')[0] ?? from?.cookie ?? '' };
  };
}

/** What a store may be given: data as it comes out of JSON, whose cookie is no instance of a class. */
const saved = (fields: object): Data => fields as unknown as Data;

/** A store's callbacks as promises. */
const called = <T>(call: (done: (error: unknown, value?: T | null) => void) => void): Promise<T | undefined> =>
  new Promise((resolve, reject) => call((error, value) => error instanceof Error ? reject(error) : resolve(value ?? undefined)));
const lengthOf = (store: Store) => called<number>((done) => store.length(done));
const idOf = ({ cookie }: Pick<Visit, 'cookie'>) => decodeURIComponent(cookie).replace(/^connect\.sid=s:/, '').split('.')[0]!;

describe.each<[name: string, make: () => Store]>([
  ['sessionStore', () => ours().store],
  ['MemoryStore of express-session', () => new session.MemoryStore()],
])('the contract of a store, kept by %s', (_name, make) => {
  it('a new session is saved when the response has ended (should create a new session; should have saved session)', async () => {
    const store = make();
    const visit = await open(store);
    expect(await visit('/')).toMatchObject({ status: 200, text: '1', setCookie: expect.stringContaining('connect.sid=') as string });
    expect(await lengthOf(store)).toBe(1);
  });

  it('a session comes back by its cookie (should load session from cookie sid; should persist)', async () => {
    const visit = await open(make());
    const first = await visit('/');
    expect((await visit('/', first)).text).toBe('2');
    expect((await visit('/', first)).text).toBe('3');
  });

  it('each visitor has one (should create multiple sessions)', async () => {
    const store = make();
    const visit = await open(store);
    await Promise.all([visit('/'), visit('/'), visit('/')]);
    const all = await called<Record<string, Data>>((done) => store.all(done as never));
    expect(Object.values(all!).map(({ hits }) => hits)).toEqual([1, 1, 1]);
  });

  it('what is not there is no error, and gets a new id (when sid not in store)', async () => {
    const store = make();
    const visit = await open(store);
    const first = await visit('/');
    await called((done) => store.clear(done));
    const second = await visit('/', first);
    expect(second).toMatchObject({ status: 200, text: '1' });
    expect(idOf(second)).not.toBe(idOf(first));
    expect(await called((done) => store.get('nobody', done))).toBeUndefined();
  });

  it('an id that is not signed is not looked for (when sid not properly signed)', async () => {
    const store = make();
    const visit = await open(store);
    const first = await visit('/');
    const unsigned = await visit('/', { cookie: `connect.sid=${idOf(first)}` });
    expect(unsigned.text).toBe('1');
    const forged = await visit('/', { cookie: `${first.cookie}x` });
    expect(forged.text).toBe('1');
    expect(new Set([first, unsigned, forged].map(idOf)).size).toBe(3);
  });

  it('one that has expired by its cookie is gone (when session expired in store)', async () => {
    const store = make();
    const visit = await open(store, {}, { cookie: { maxAge: 40 } });
    const first = await visit('/');
    await sleep(60);
    expect(await lengthOf(store)).toBe(0);
    expect(await called((done) => store.all(done as never))).toEqual({});
    const second = await visit('/', first);
    expect(second.text).toBe('1');
    expect(idOf(second)).not.toBe(idOf(first));
  });

  it('the expiry moves with each request, changed or not (should have saved session with updated cookie expiration; .touch())', async () => {
    const store = make();
    const visit = await open(store, { '/read': (req, res) => void res.end(String(req.session.hits)) }, { cookie: { maxAge: 150 } });
    const first = await visit('/');
    const expiry = async () => {
      const { cookie } = JSON.parse(JSON.stringify(await called<Data>((done) => store.get(idOf(first), done)))) as { cookie: { expires: string } };
      return Number(new Date(cookie.expires));
    };
    let before = await expiry();
    for (let i = 0; i < 4; i++) {
      await sleep(60);
      expect((await visit('/read', first)).text).toBe('1');
      expect(await expiry()).toBeGreaterThan(before);
      before = await expiry();
    }
  });

  it('keeps the cookie\'s first maxAge, and a changed one (.originalMaxAge; .maxAge)', async () => {
    const store = make();
    const visit = await open(store, {
      '/age': (req, res) => void res.end(String(req.session.cookie.originalMaxAge)),
      '/remember': (req, res) => {
        req.session.cookie.maxAge = 3_600_000;
        res.end();
      },
    }, { cookie: { maxAge: 60_000 } });
    const first = await visit('/');
    expect((await visit('/age', first)).text).toBe('60000');
    expect((await visit('/age', first)).text).toBe('60000');
    // Nothing but the cookie has changed: the middleware only touches.
    await visit('/remember', first);
    expect((await visit('/age', first)).text).toBe('3600000');
  });

  it('an unchanged session is touched, not saved; a changed one is saved, deep down too (resave: when false)', async () => {
    const store = make();
    const calls: string[] = [];
    for (const name of ['set', 'touch'] as const) {
      const call = store[name].bind(store) as (...given: unknown[]) => void;
      store[name] = (...given: unknown[]) => {
        calls.push(name);
        call(...given);
      };
    }
    const visit = await open(store, {
      '/read': (_req, res) => void res.end(),
      '/put': (req, res) => {
        req.session.basket ??= { items: [] };
        req.session.basket.items.push('apple');
        req.session.basket.cookie = (req.session.basket.cookie ?? 0) + 1;
        res.end(JSON.stringify(req.session.basket));
      },
    });
    const first = await visit('/put');
    await visit('/read', first);
    expect((await visit('/put', first)).text).toBe('{"items":["apple","apple"],"cookie":2}');
    expect(calls).toEqual(['set', 'touch', 'set']);
  });

  it('nothing is saved of a visitor who leaves nothing (saveUninitialized option)', async () => {
    const store = make();
    const visit = await open(store, { '/read': (_req, res) => void res.end() });
    expect((await visit('/read')).setCookie).toBeNull();
    expect(await lengthOf(store)).toBe(0);
    const eager = await open(store, { '/read': (_req, res) => void res.end() }, { saveUninitialized: true });
    expect((await eager('/read')).setCookie).not.toBeNull();
    expect(await lengthOf(store)).toBe(1);
  });

  it('a session that is unset stays, or goes (unset option)', async () => {
    const store = make();
    const unset: Handler = (req, res) => {
      req.session = null as never;
      res.end();
    };
    const keeping = await open(store, { '/unset': unset });
    await keeping('/unset', await keeping('/'));
    expect(await lengthOf(store)).toBe(1);
    const destroying = await open(store, { '/unset': unset }, { unset: 'destroy' });
    await destroying('/unset', await destroying('/'));
    expect(await lengthOf(store)).toBe(1);
  });

  it('destroy ends a session (.destroy())', async () => {
    const store = make();
    const visit = await open(store, { '/logout': (req, res) => void req.session.destroy((error) => res.end(String(error ?? 'bye'))) });
    const first = await visit('/');
    expect((await visit('/logout', first)).text).not.toContain('Error');
    expect(await lengthOf(store)).toBe(0);
    expect((await visit('/', first)).text).toBe('1');
  });

  it('regenerate gives another id and an empty session (.regenerate())', async () => {
    const store = make();
    const visit = await open(store, {
      '/login': (req, res) => void req.session.regenerate(() => {
        req.session.user = 'ann';
        res.end(String(req.session.hits));
      }),
    });
    const first = await visit('/');
    const second = await visit('/login', first);
    expect(second.text).toBe('undefined');
    expect(idOf(second)).not.toBe(idOf(first));
    expect(await called((done) => store.get(idOf(first), done))).toBeUndefined();
    expect(await called((done) => store.get(idOf(second), done))).toMatchObject({ user: 'ann' });
  });

  it('reload reads what is saved, and fails where there is nothing any more (.reload())', async () => {
    const store = make();
    const visit = await open(store, {
      '/reload': (req, res) => {
        req.session.hits = 99;
        req.session.reload((error?: Error) => void res.end(error?.message ?? String(req.session.hits)));
      },
      '/gone': (req, res) => store.clear(() => req.session.reload((error?: Error) => void res.end(error?.message ?? 'there'))),
    });
    const first = await visit('/');
    expect((await visit('/reload', first)).text).toBe('1');
    expect((await visit('/gone', first)).text).toBe('failed to load session');
  });

  it('save writes at once, also for whoever reads meanwhile (.save())', async () => {
    const store = make();
    const visit = await open(store, {
      '/save': (req, res) => {
        req.session.hits = 7;
        req.session.save(() => store.get(req.sessionID, (_error, found) => res.end(String(found?.hits))));
      },
    });
    expect((await visit('/save', await visit('/'))).text).toBe('7');
  });

  it('load gives a session outside of a request; what comes from storage overrides no method (should handle reserved properties in storage)', async () => {
    const store = make();
    const visit = await open(store);
    const first = await visit('/');
    const found = (await called<Data>((done) => store.get(idOf(first), done)))!;
    await called((done) => store.set(idOf(first), saved({ ...found, save: 'nope' }), done));
    expect((await visit('/', first)).text).toBe('2');
    const loaded = await called((done) => store.load(idOf(first), done));
    expect(loaded).toMatchObject({ id: idOf(first), hits: 2 });
    expect(await called((done) => store.load('nobody', done))).toBeUndefined();
  });

  it('what a store fails with comes to the app (should pass session fetch error)', async () => {
    const store = make();
    const visit = await open(store);
    const first = await visit('/');
    store.get = (_id, done) => {
      done(new Error('boom'));
    };
    expect(await visit('/', first)).toMatchObject({ status: 500, text: 'boom' });
  });

  it('goes without sessions while it is disconnected (should not be set if store is disconnected; … when store reconnects)', async () => {
    const store = make();
    const visit = await open(store, { '/there': (req, res) => void res.end(typeof req.session) });
    store.emit('disconnect');
    expect((await visit('/there')).text).toBe('undefined');
    store.emit('connect');
    expect((await visit('/there')).text).toBe('object');
  });

  it('upserts and upserts again, deletes what is not there, and needs no callback', async () => {
    const store = make();
    const data = saved({ cookie: { originalMaxAge: null }, hits: 1 });
    store.set('an id', data);
    store.destroy('an id');
    store.destroy('an id');
    store.set('an id', data);
    store.touch('an id', data);
    store.touch('nobody', data);
    await called((done) => store.set('__proto__ ', { ...data, hits: 2 }, done));
    expect(await lengthOf(store)).toBe(2);
    expect(await called((done) => store.get('an id', done))).toMatchObject({ hits: 1 });
    store.clear();
    expect(await lengthOf(store)).toBe(0);
  });
});

describe('sessionStore', () => {
  it('does not bring back what was ended while a request had it loaded', async () => {
    const { sessions, store } = ours();
    const visit = await open(store, {
      '/slow': (req, res) => {
        req.session.hits = 1000;
        // Meanwhile the user logs out everywhere.
        sessions.ask.clear().subscribe(() => res.end());
      },
    });
    const first = await visit('/');
    await visit('/slow', first);
    expect(await sessions.ask.stats()).toMatchObject({ size: 0 });
    // MemoryStore, for comparison, has it back.
    const memory = new session.MemoryStore();
    const other = await open(memory, {
      '/slow': (req, res) => {
        req.session.hits = 1000;
        memory.clear(() => res.end());
      },
    });
    await other('/slow', await other('/'));
    expect(await lengthOf(memory as Store)).toBe(1);
  });

  it('does not bring back a new session, either, that was ended between its save and the end of its request', async () => {
    const { sessions, store } = ours();
    const visit = await open(store, {
      '/new': (req, res) => {
        req.session.hits = 1;
        req.session.save(() => {
          req.session.hits = 2;
          sessions.ask.clear().subscribe(() => res.end());
        });
      },
    });
    await visit('/new');
    expect(await sessions.ask.stats()).toMatchObject({ size: 0, created: 1 });
  });

  it('never takes over an id of a client\'s choice, though it be signed by a former life of the server', async () => {
    const { sessions, store } = ours();
    const visit = await open(store);
    const chosen = await visit('/');
    await sessions.ask.clear();
    const next = await visit('/', chosen);
    expect(await sessions.ask.peek(idOf(chosen))).toBeUndefined();
    expect((await sessions.ask.dump()).sessions.map(({ id }) => id)).toEqual([idOf(next)]);
  });

  it('knows whose a session is: log out everywhere else, list, limit', async () => {
    const { sessions, store } = ours({ maxPerUser: 2 });
    const visit = await open(store, {
      '/login': (req, res) => void req.session.regenerate(() => {
        req.session.user = 'ann';
        res.end();
      }),
      '/others': (req, res) => sessions.ask.deleteOthers(req.sessionID).subscribe((count) => res.end(String(count))),
    });
    const [first, second, third] = [await visit('/login'), await visit('/login'), await visit('/login')];
    expect((await sessions.ask.listByUser('ann')).map(({ id }) => id).sort()).toEqual([second, third].map(idOf).sort());
    expect((await visit('/others', third)).text).toBe('1');
    expect((await sessions.ask.listByUser('ann')).map(({ id }) => id)).toEqual([idOf(third)]);
    expect((await visit('/', first)).text).toBe('1');
  });

  it('has a session end at the absolute limit, however its cookie moves', async () => {
    const { store } = ours({ absolute: 120 });
    const visit = await open(store, {}, { cookie: { maxAge: 100 } });
    const first = await visit('/');
    await sleep(70);
    expect((await visit('/', first)).text).toBe('2');
    await sleep(60);
    expect((await visit('/', first)).text).toBe('1');
  });

  it('gives copies: what is done to one is not done to the session', async () => {
    const { store } = ours();
    const data = saved({ cookie: { originalMaxAge: null }, basket: { items: ['apple'] } });
    await called((done) => store.set('a', data, done));
    data.basket.items.push('pear');
    const got = (await called<Data>((done) => store.get('a', done)))!;
    got.basket.items.push('plum');
    expect(await called((done) => store.get('a', done))).toMatchObject({ basket: { items: ['apple'] } });
  });

  it('uses the idle time of the sessions store where the cookie has none', async () => {
    const { sessions, store } = ours({ idle: 5000 });
    const visit = await open(store, {
      '/forget': (req, res) => {
        req.session.cookie.maxAge = null as never;
        res.end();
      },
    }, { cookie: { maxAge: 9000 } });
    const first = await visit('/');
    const lifetime = async () => {
      const found = (await sessions.ask.peek(idOf(first)))!;
      return found.expiresAt - found.usedAt;
    };
    expect(await lifetime()).toBe(9000);
    await visit('/forget', first);
    expect(await lifetime()).toBe(5000);
  });

  it('ends a session whose cookie is over', async () => {
    const { sessions, store } = ours();
    await called((done) => store.set('a', saved({ cookie: { originalMaxAge: 1000 } }), done));
    await called((done) => store.touch('a', saved({ cookie: { originalMaxAge: 0 } }), done));
    expect(await sessions.ask.stats()).toMatchObject({ size: 0 });
    await called((done) => store.set('b', saved({ cookie: { originalMaxAge: -5 } }), done));
    expect(await sessions.ask.stats()).toMatchObject({ size: 0, created: 1 });
  });

  it('begins a session at the next save where the one before has failed', async () => {
    const { sessions } = ours();
    const users = [NaN, 'ann'];
    const store = sessionStore(session.Store, sessions, { user: () => users.shift() });
    const data = Object.defineProperty(saved({ cookie: { originalMaxAge: null } }), 'req', { value: {} });
    await expect(called((done) => store.set('a', data, done))).rejects.toMatchObject({ code: 'INVALID_PAYLOAD', field: 'user' });
    await called((done) => store.set('a', data, done));
    expect(await sessions.ask.peek('a')).toMatchObject({ user: 'ann' });
  });

  it('takes null for nobody, each time', async () => {
    const { sessions } = ours();
    const store = sessionStore(session.Store, sessions, { user: () => null });
    const data = Object.defineProperty(saved({ cookie: { originalMaxAge: null }, hits: 1 }), 'req', { value: {} });
    for (let hits = 1; hits <= 2; hits++) {
      await called((done) => store.set('a', Object.assign(data, { hits }), done));
      expect(await sessions.ask.peek('a')).toMatchObject({ user: undefined, data: { hits } });
    }
  });

  it('calls back with the error where a session can\'t be given out', async () => {
    const { sessions, store } = ours();
    await sessions.ask.adopt({ id: 'a', data: null as never });
    await expect(called((done) => store.get('a', done))).rejects.toThrow(TypeError);
    await expect(called((done) => store.all(done as never))).rejects.toThrow(TypeError);
  });

  it('gives all of them, also those that live longer than a date reaches', async () => {
    const { store } = ours({ absolute: Infinity });
    await called((done) => store.set('a', saved({ cookie: { originalMaxAge: 1e16 }, hits: 1 }), done));
    expect(await called((done) => store.all(done as never))).toMatchObject({ a: { hits: 1 } });
  });

  it('touches what has no cookie', async () => {
    const { sessions, store } = ours({ scheduler: { now: () => now, schedule: () => ({ unsubscribe: () => undefined }) as never }, idle: 100 });
    let now = 0;
    await called((done) => store.set('a', saved({ hits: 1 }), done));
    now = 50;
    await called((done) => store.touch('a', saved({ hits: 1 }), done));
    expect(await sessions.ask.peek('a')).toMatchObject({ expiresAt: 150 });
  });

  it('passes the store\'s errors on: no leave for foreign ids, no JSON, a closed store', async () => {
    const strict = createSessions<Data>();
    stores.push(strict);
    const store = sessionStore(session.Store, strict);
    const data = saved({ cookie: { originalMaxAge: null } });
    await expect(called((done) => store.set('a', data, done))).rejects.toMatchObject({ code: 'FOREIGN_ID' });
    const circular = { ...data, self: {} };
    circular.self = circular;
    await expect(called((done) => store.set('a', circular, done))).rejects.toThrow(TypeError);
    await expect(called((done) => store.set(5 as never, data, done))).rejects.toMatchObject({ code: 'FOREIGN_ID' });
    await expect(called((done) => store.get(5 as never, done))).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
    await strict.shutdown();
    await expect(called((done) => store.get('a', done))).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  });

  it('goes without sessions once the sessions store has closed', async () => {
    const { sessions, store } = ours();
    const visit = await open(store, { '/there': (req, res) => void res.end(typeof req.session) });
    await sessions.shutdown();
    await sleep(0);
    expect(await visit('/there')).toMatchObject({ status: 200, text: 'undefined' });
  });

  it('tells of what was saved without a cookie as MemoryStore does: the middleware fails', async () => {
    const { store } = ours();
    const visit = await open(store);
    const first = await visit('/');
    await called((done) => store.set(idOf(first), { hits: 5 } as Data, done));
    expect(await visit('/', first)).toMatchObject({ status: 500, text: expect.stringContaining('Cannot read prop') as string });
  });

  it('reports a failure that nobody has a callback for on errors$', async () => {
    const strict = createSessions<Data>();
    stores.push(strict);
    const codes: unknown[] = [];
    strict.errors$.subscribe(({ error }) => codes.push((error as { code?: unknown }).code));
    sessionStore(session.Store, strict).set('a', saved({ cookie: { originalMaxAge: null } }));
    await sleep(0);
    expect(codes).toEqual(['FOREIGN_ID']);
  });
});
