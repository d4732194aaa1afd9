/** Every payload field of every command, and every option, wrong in every way: a clear error, and nothing changed. */
import { createSessions, defineSessions, ForeignIdError, InvalidPayloadError, RefusedError, sessionStore } from 'ownstate/stores';
import session from 'express-session';
import { describe, expect, it } from 'vitest';

const TEXTS: readonly unknown[] = [undefined, null, 5, NaN, Infinity, true, {}, [], Symbol('id'), () => 'a'];
const KEYS: readonly unknown[] = [NaN, Infinity, true, {}, [], Symbol('user'), 5n, () => 'ann'];
const DURATIONS: readonly unknown[] = [NaN, 0, -0, -1, -Infinity, '5', true, {}, 5n];
const OBJECTS: readonly unknown[] = [undefined, null, 5, 'data', true, Symbol('payload'), () => ({ data: 1 })];

/** [command, what makes its payload of a bad value, bad values, field of the error] */
const ROWS: readonly [type: string, payload: (value: unknown) => unknown, values: readonly unknown[], field: string][] = [
  ['create', (value) => value, OBJECTS, 'payload'],
  ['create', (data) => ({ data }), [undefined], 'data'],
  ['create', () => ({}), [undefined], 'data'],
  ['create', (user) => ({ data: 1, user }), [null, ...KEYS], 'user'],
  ['create', (ttl) => ({ data: 1, ttl }), [null, ...DURATIONS], 'ttl'],
  ['adopt', (value) => value, OBJECTS, 'payload'],
  ['adopt', (id) => ({ id, data: 1 }), [...TEXTS, '', 'x'.repeat(257)], 'id'],
  ['adopt', (data) => ({ id: 'b', data }), [undefined], 'data'],
  ['adopt', (user) => ({ id: 'b', data: 1, user }), [null, ...KEYS], 'user'],
  ['adopt', (ttl) => ({ id: 'b', data: 1, ttl }), [null, ...DURATIONS], 'ttl'],
  ['update', (value) => value, OBJECTS, 'payload'],
  ['update', (id) => ({ id, data: 1 }), TEXTS, 'id'],
  ['update', (change) => ({ id: 'a', with: change }), [null, 5, 'f', {}, true], 'with'],
  ['update', (data) => ({ id: 'a', data, with: (one: unknown) => one }), [1, null, ''], 'with'],
  ['update', (made) => ({ id: 'a', with: () => made }), [undefined, Promise.resolve(1), { then: () => undefined }], 'with'],
  ['update', (user) => ({ id: 'a', data: 2, user }), KEYS, 'user'],
  ['update', (ttl) => ({ id: 'a', data: 2, ttl }), DURATIONS, 'ttl'],
  ['get', (id) => id, TEXTS, 'id'],
  ['peek', (id) => id, TEXTS, 'id'],
  ['touch', (id) => id, TEXTS, 'id'],
  ['regenerate', (id) => id, TEXTS, 'id'],
  ['delete', (id) => id, TEXTS, 'id'],
  ['deleteOthers', (id) => id, TEXTS, 'id'],
  ['deleteByUser', (user) => user, [undefined, null, ...KEYS], 'user'],
  ['listByUser', (user) => user, [undefined, null, ...KEYS], 'user'],
];

/** One session, at a time that stands still. */
function make() {
  // What is scheduled is a sweep that these specs don't wait for.
  const scheduler = { now: () => 0, schedule: () => ({ unsubscribe: () => undefined }) as never };
  const store = createSessions({ ids: () => 'a', foreignIds: true, scheduler });
  store.ask.create({ data: 1, user: 'ann' }).subscribe();
  return store;
}

const shown = (value: unknown) => typeof value === 'symbol' || typeof value === 'function' || typeof value === 'bigint' ? String(value) : JSON.stringify(value) as string | undefined ?? 'undefined';

const cases = ROWS.flatMap(([type, payload, values, field]) =>
  values.map((value) => [type, field, shown(value).slice(0, 20), payload(value)] as const));

describe('a payload', () => {
  it.each(cases)('of %s with the %s %s is refused, and nothing changes', async (type, field, _shown, payload) => {
    const store = make();
    const before = [await store.ask.stats(), await store.ask.dump()];
    const events: unknown[] = [];
    store.events$.subscribe((event) => events.push(event));

    const error: unknown = await store.send({ type, payload } as never).then(() => undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidPayloadError);
    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ code: 'INVALID_PAYLOAD', field, message: expect.stringMatching(new RegExp(`^Expected \`${field}\` to be .+, got .+`)) as string });
    expect([await store.ask.stats(), await store.ask.dump()]).toEqual(before);
    expect(events).toEqual([]);
  });

  it('goes through every field of every command and query that takes one', () => {
    const { commands, queries } = defineSessions();
    const without = ['clear', 'sweep', 'stats', 'dump'];
    const types = [...Object.keys(commands), ...Object.keys(queries)].filter((type) => !without.includes(type));
    expect([...new Set(ROWS.map(([type]) => type))].sort()).toEqual(types.sort());
    const fields = (type: string) => [...new Set(ROWS.filter((row) => row[0] === type).map((row) => row[3]))].sort();
    expect(fields('create')).toEqual(['data', 'payload', 'ttl', 'user']);
    expect(fields('adopt')).toEqual(['data', 'id', 'payload', 'ttl', 'user']);
    // `data` may be anything there: undefined keeps what there is.
    expect(fields('update')).toEqual(['id', 'payload', 'ttl', 'user', 'with']);
  });

  it('with huge numbers and texts is worked with', async () => {
    const store = make();
    expect(await store.ask.update({ id: 'a', ttl: Number.MAX_VALUE })).toMatchObject({ expiresAt: 43_200_000 });
    expect(await store.ask.get('x'.repeat(1e6))).toBeUndefined();
    expect(await store.ask.listByUser(Number.MAX_VALUE)).toEqual([]);
    expect(await store.ask.update({ id: 'a', user: 'x'.repeat(1e5) })).toBeDefined();
    await expect(store.send({ type: 'deleteByUser', payload: Symbol('x'.repeat(1000)) } as never)).rejects.toSatisfy((error: Error) => error.message.length < 200);
  });

  it('of adopt is not even looked at by a store that makes all ids itself', async () => {
    const store = createSessions();
    await expect(store.send({ type: 'adopt', payload: null } as never)).rejects.toBeInstanceOf(ForeignIdError);
    expect(await store.ask.stats()).toMatchObject({ size: 0, created: 0 });
  });
});

describe('what is done twice', () => {
  it('replies the second time that there is none, and counts once', async () => {
    const { ask } = make();
    expect([await ask.delete('a'), await ask.delete('a')]).toEqual([true, false]);
    expect([await ask.deleteByUser('ann'), await ask.clear(), await ask.sweep()]).toEqual([0, 0, 0]);
    expect(await ask.stats()).toMatchObject({ size: 0, created: 1, deleted: 1 });
  });
});

describe('an option', () => {
  const dump = { kind: 'sessions', version: 1, at: 10, sessions: [] };
  const dumped = { id: 'a', user: null, data: 1, createdAt: 0, usedAt: 5, ttl: null, until: null };
  const withSession = (change: object) => ({ restore: { ...dump, sessions: [{ ...dumped, ...change }] } });
  const durations = [0, -1, NaN, '5', null, -Infinity];

  const rows: readonly (readonly [options: object, message: string])[] = [
    ...durations.map((value) => [{ idle: value }, 'Expected `idle` to be a positive number, got '] as const),
    ...durations.map((value) => [{ absolute: value }, 'Expected `absolute` to be a positive number, got '] as const),
    ...[-1, NaN, Infinity, '5', null].map((value) => [{ touchEvery: value }, 'Expected `touchEvery` to be a number of milliseconds from 0 on, got '] as const),
    ...[0, -1, NaN, Infinity, '5', null].map((value) => [{ sweep: value }, 'Expected `sweep` to be a positive number of milliseconds, got '] as const),
    ...[0, -1, 1.5, NaN, '5', null, 2 ** 53].map((value) => [{ maxSessions: value }, 'Expected `maxSessions` to be a positive integer, or Infinity, got '] as const),
    ...[0, -1, 1.5, NaN, '5', null, 2 ** 53].map((value) => [{ maxPerUser: value }, 'Expected `maxPerUser` to be a positive integer, or Infinity, got '] as const),
    ...[null, 'ids', {}].map((value) => [{ ids: value }, 'Expected `ids` to be a function, got '] as const),
    ...[null, 1, 'yes'].map((value) => [{ foreignIds: value }, 'Expected `foreignIds` to be a boolean, got '] as const),
    ...[null, 5, 'dump'].map((value) => [{ restore: value }, 'Expected `restore` to be an object, got '] as const),
    [{ restore: { ...dump, kind: 'cache' } }, "Expected `restore.kind` to be 'sessions', got 'cache'"],
    [{ restore: { ...dump, version: 2 } }, 'Expected `restore.version` to be 1, got 2'],
    [{ restore: { ...dump, at: NaN } }, 'Expected `restore.at` to be a time in milliseconds, got NaN'],
    [{ restore: { ...dump, sessions: {} } }, 'Expected `restore.sessions` to be an array, got '],
    [{ restore: { ...dump, sessions: [null] } }, 'Expected `restore.sessions[0]` to be an object, got null'],
    [{ restore: { ...dump, sessions: [dumped, dumped] } }, "Expected `restore.sessions[1].id` to be a string that no other has, got 'a'"],
    ...[undefined, 5, ''].map((id) => [withSession({ id }), 'Expected `restore.sessions[0].id` to be a string that no other has, got '] as const),
    ...[undefined, NaN, Infinity, {}].map((user) => [withSession({ user }), 'Expected `restore.sessions[0].user` to be a string, a number or null, got '] as const),
    [withSession({ data: undefined }), 'Expected `restore.sessions[0].data` to be given, got undefined'],
    ...[undefined, NaN, 11, '5'].map((usedAt) => [withSession({ usedAt }), 'Expected `restore.sessions[0].usedAt` to be a time up to that of the dump, got '] as const),
    ...[undefined, NaN, 6, '5'].map((createdAt) => [withSession({ createdAt }), 'Expected `restore.sessions[0].createdAt` to be a time up to `usedAt`, got '] as const),
    ...[undefined, NaN, 0, -1, '5'].map((ttl) => [withSession({ ttl }), 'Expected `restore.sessions[0].ttl` to be a positive number of milliseconds, or null, got '] as const),
    ...[undefined, NaN, '5'].map((until) => [withSession({ until }), 'Expected `restore.sessions[0].until` to be a time, or null, got '] as const),
  ];

  it.each(rows)('%o is refused with a TypeError', (options, message) => {
    expect(() => createSessions(options as never)).toThrow(TypeError);
    expect(() => createSessions(options as never)).toThrow(message);
    expect(() => defineSessions(options as never)).toThrow(message);
  });

  it.each([null, 5, 'options'])('is not to be found in %o', (options) => {
    expect(() => createSessions(options as never)).toThrow(TypeError);
  });

  it('of the store for express-session is refused as well', () => {
    const sessions = createSessions<session.SessionData>({ foreignIds: true });
    expect(() => sessionStore(undefined as never, sessions)).toThrow('Expected `Store` to be a function, got undefined');
    for (const wrong of [null, {}, { ask: {} }, undefined]) {
      expect(() => sessionStore(session.Store, wrong as never)).toThrow('Expected `sessions` to be a sessions store, got ');
    }
    expect(() => sessionStore(session.Store, sessions, null as never)).toThrow('Expected `options` to be an object, got null');
    expect(() => sessionStore(session.Store, sessions, { user: 'ann' as never })).toThrow("Expected `user` to be a function, got 'ann'");
  });
});
