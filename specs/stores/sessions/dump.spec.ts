/** Sessions survive a deployment: dump and restore. */
import { createSessions, type SessionsDump, type SessionsOptions } from 'ownstate/stores';
import { describe, expect, it } from 'vitest';

/** A store at a time that the spec sets. */
function at(now: number, options: SessionsOptions = {}) {
  const time = { now };
  let last = 0;
  // What is scheduled is a sweep that these specs don't wait for.
  const scheduler = { now: () => time.now, schedule: () => ({ unsubscribe: () => undefined }) as never };
  const { ask } = createSessions({ scheduler, ids: () => `s${++last}`, idle: 100, absolute: 1000, ...options });
  return { time, ask };
}

/** As it comes out of a file. */
const stored = <D>(dump: D): D => JSON.parse(JSON.stringify(dump)) as D;

async function filled(): Promise<SessionsDump<unknown>> {
  const { ask, time } = at(0);
  await ask.create({ data: { basket: [1] }, user: 'ann' });
  await ask.create({ data: 'gone by then', ttl: 10 });
  await ask.create({ data: null, user: 7, ttl: Infinity });
  await ask.create({ data: 'deleted' });
  await ask.delete('s4');
  time.now = 50;
  await ask.get('s1');
  time.now = 60;
  return stored(await ask.dump());
}

describe('a dump', () => {
  it('is plain data: all that lives, with what its life depends on', async () => {
    expect(await filled()).toEqual({
      kind: 'sessions', version: 1, at: 60, sessions: [
        { id: 's1', user: 'ann', data: { basket: [1] }, createdAt: 0, usedAt: 50, ttl: 100, until: 1000 },
        { id: 's3', user: 7, data: null, createdAt: 0, usedAt: 0, ttl: null, until: 1000 },
      ],
    });
  });

  it('of sessions that live for ever says so in JSON, too', async () => {
    const { ask } = at(0, { idle: Infinity, absolute: Infinity });
    await ask.create({ data: 1 });
    const dump = stored(await ask.dump());
    expect(dump.sessions).toMatchObject([{ ttl: null, until: null }]);
    const restored = at(1e9, { restore: dump });
    expect(await restored.ask.get('s1')).toMatchObject({ expiresAt: Infinity });
  });
});

describe('restore', () => {
  it('keeps what is left of each life, shortened by the time between', async () => {
    const { ask, time } = at(100, { restore: await filled(), idle: 5, absolute: 5 });
    expect(await ask.peek('s1')).toEqual({ id: 's1', user: 'ann', data: { basket: [1] }, createdAt: 0, usedAt: 50, expiresAt: 150 });
    expect(await ask.peek('s3')).toMatchObject({ user: 7, data: null, expiresAt: 1000 });
    expect((await ask.listByUser(7)).map(({ id }) => id)).toEqual(['s3']);
    expect(await ask.stats()).toMatchObject({ size: 2, created: 0 });
    time.now = 149;
    expect(await ask.get('s1')).toMatchObject({ expiresAt: 249 });
    time.now = 999;
    expect(await ask.get('s3')).toBeDefined();
    time.now = 1000;
    expect(await ask.get('s3')).toBeUndefined();
  });

  it('leaves out what has expired meanwhile', async () => {
    const restore = await filled();
    expect((await at(149, { restore }).ask.dump()).sessions.map(({ id }) => id)).toEqual(['s1', 's3']);
    expect((await at(150, { restore }).ask.dump()).sessions.map(({ id }) => id)).toEqual(['s3']);
    expect((await at(1000, { restore }).ask.dump()).sessions).toEqual([]);
  });

  it('by a clock that is behind goes on from the time of the dump, and lengthens no life', async () => {
    const { ask, time } = at(5, { restore: await filled() });
    expect(await ask.peek('s1')).toMatchObject({ createdAt: -55, usedAt: -5, expiresAt: 95 });
    time.now = 95;
    expect(await ask.peek('s1')).toBeUndefined();
    expect(await ask.peek('s3')).toMatchObject({ expiresAt: 945 });
  });

  it('gives the same dump at the same time', async () => {
    const restore = await filled();
    expect(stored(await at(60, { restore }).ask.dump())).toEqual(restore);
  });

  it('takes those that would expire last, where the limits are lower now', async () => {
    const source = at(0);
    for (const user of ['ann', 'ann', 'ann', 'bob', undefined]) {
      source.time.now++;
      await source.ask.create({ data: 0, ...user === undefined ? {} : { user } });
    }
    await source.ask.get('s1');
    const dump = await source.ask.dump();
    const ids = async (options: SessionsOptions) => (await at(5, { restore: dump, ...options }).ask.dump()).sessions.map(({ id }) => id);
    expect(await ids({ maxSessions: 3 })).toEqual(['s1', 's4', 's5']);
    expect(await ids({ maxPerUser: 1 })).toEqual(['s1', 's4', 's5']);
    expect(await ids({ maxPerUser: 2 })).toEqual(['s1', 's3', 's4', 's5']);
  });

  it('sweeps what it restored, from the first command on', async () => {
    const { ask, time } = at(100, { restore: await filled() });
    time.now = 150;
    expect(await ask.sweep()).toBe(1);
    expect(await ask.stats()).toMatchObject({ size: 1, expired: 1 });
  });
});
