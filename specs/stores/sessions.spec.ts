/** Sessions: what each command does and replies. */
import { createSessions, type Session, type SessionEvent, type SessionsOptions } from 'ownstate/stores';
import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { Heap } from '../../lib/stores/structures/heap.js';

/** A store whose ids are s1, s2, …, and whose time stands still. */
function numbered<T = unknown>(options: SessionsOptions<T> = {}) {
  let last = 0;
  const store = createSessions<T>({ ids: () => `s${++last}`, scheduler: new VirtualTimeScheduler(), ...options });
  const events: SessionEvent[] = [];
  store.events$.subscribe((event) => events.push(event));
  return { ask: store.ask, store, events };
}

describe('create', () => {
  it('replies the session, with an id of the store\'s own choice', async () => {
    const { ask } = numbered<string>();
    const session = await ask.create({ data: 'basket', user: 'ann' });
    expect(session).toEqual({
      id: 's1', user: 'ann', data: 'basket', createdAt: expect.any(Number), usedAt: session.createdAt, expiresAt: session.createdAt + 1_800_000,
    } satisfies Record<keyof Session<string>, unknown>);
    expect(await ask.get('s1')).toMatchObject({ id: 's1', data: 'basket' });
  });

  it('makes ids of 132 random bits, unless there is another source', async () => {
    const { ask } = createSessions();
    const ids = await Promise.all(Array.from({ length: 2000 }, async () => (await ask.create({ data: 0 })).id));
    expect(new Set(ids).size).toBe(2000);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
    // Each of the 22 places takes each of the 64 letters: 6 bits a place.
    for (let place = 0; place < 22; place++) expect(new Set(ids.map((id) => id[place])).size).toBe(64);
  });

  it('ignores an id that comes with the payload', async () => {
    const { ask } = numbered();
    const payload = { data: 1, id: 'of my choice' };
    expect((await ask.create(payload)).id).toBe('s1');
    expect(await ask.get('of my choice')).toBeUndefined();
  });

  it.each([0, '', false, null, NaN])('takes %j as data like any other', async (data) => {
    const { ask } = numbered();
    const { id } = await ask.create({ data });
    expect((await ask.get(id))?.data).toBe(data);
  });

  it('fails with a TypeError for a source that makes an id twice, and changes nothing', async () => {
    const { ask } = numbered({ ids: () => 'same', maxSessions: 1 });
    await ask.create({ data: 1 });
    await expect(ask.create({ data: 2 })).rejects.toThrow(new TypeError("Expected `ids` to be a source of new strings, got 'same'"));
    expect(await ask.get('same')).toMatchObject({ data: 1 });
  });
});

describe('get and peek', () => {
  it('give an object of its own each time, whose data is what the caller put in', async () => {
    const { ask } = numbered<{ n: number }>({ scheduler: clock(() => 0) });
    const data = { n: 1 };
    const created = await ask.create({ data });
    const got = await ask.get(created.id);
    expect(got).toEqual(created);
    expect(got).not.toBe(created);
    expect(got?.data).toBe(data);
    expect(await ask.peek(created.id)).toEqual(created);
  });

  it.each(['', 'nobody', '__proto__', 'constructor', 'toString'])('give undefined for %j', async (id) => {
    const { ask } = numbered();
    await ask.create({ data: 1 });
    expect(await ask.get(id)).toBeUndefined();
    expect(await ask.peek(id)).toBeUndefined();
    expect(await ask.touch(id)).toBe(false);
  });
});

describe('update', () => {
  it('replaces the data, the user and the idle time, and keeps what is left out', async () => {
    const { ask } = numbered<string>();
    const { id, createdAt } = await ask.create({ data: 'a', user: 1 });
    expect(await ask.update({ id, data: 'b' })).toMatchObject({ id, data: 'b', user: 1, createdAt });
    expect(await ask.update({ id, user: 'ann' })).toMatchObject({ data: 'b', user: 'ann' });
    expect(await ask.update({ id, user: null })).toMatchObject({ data: 'b', user: undefined });
    const updated = await ask.update({ id, ttl: 5000 });
    expect(updated!.expiresAt - updated!.usedAt).toBe(5000);
    const back = await ask.update({ id, ttl: null });
    expect(back!.expiresAt - back!.usedAt).toBe(1_800_000);
  });

  it('takes null and 0 as data', async () => {
    const { ask } = numbered<number | null>();
    const { id } = await ask.create({ data: 1 });
    expect(await ask.update({ id, data: 0 })).toMatchObject({ data: 0 });
    expect(await ask.update({ id, data: null })).toMatchObject({ data: null });
  });

  it('makes the data within the owner by `with`, so that none of two updates is lost', async () => {
    const { ask } = numbered<number>();
    const { id } = await ask.create({ data: 0 });
    await Promise.all(Array.from({ length: 10 }, () => ask.update({ id, with: (visits) => visits + 1 })));
    expect((await ask.get(id))?.data).toBe(10);
  });

  it('fails with what `with` throws, and changes nothing', async () => {
    const { ask, events } = numbered<number>();
    const { id } = await ask.create({ data: 1 });
    const before = await ask.peek(id);
    const error = new RangeError('no');
    await expect(ask.update({ id, user: 'ann', ttl: 5, with: () => { throw error; } })).rejects.toBe(error);
    expect(await ask.peek(id)).toEqual(before);
    expect(await ask.listByUser('ann')).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual(['created']);
  });
});

describe('regenerate', () => {
  it('gives the session another id, and the old one is dead at once', async () => {
    const { ask, events } = numbered<string>();
    const { createdAt } = await ask.create({ data: 'basket', user: 'ann' });
    // All sent before the first is answered: there is no moment at which both or none are there.
    const [made, old, next] = await Promise.all([ask.regenerate('s1'), ask.get('s1'), ask.get('s2')]);
    expect(made).toMatchObject({ id: 's2', data: 'basket', user: 'ann', createdAt });
    expect(old).toBeUndefined();
    expect(next).toEqual(made);
    expect((await ask.listByUser('ann')).map(({ id }) => id)).toEqual(['s2']);
    expect(events.at(-1)).toEqual({ type: 'regenerated', id: 's2', was: 's1', user: 'ann' });
    expect(await ask.regenerate('s1')).toBeUndefined();
    expect(await ask.stats()).toMatchObject({ size: 1, created: 1, deleted: 0 });
  });
});

describe('the sessions of a user', () => {
  it('are listed, the one used last first', async () => {
    let now = 0;
    const { ask } = numbered({ scheduler: { now: () => now++, schedule: () => { throw new Error('no timers'); } }, idle: Infinity, absolute: Infinity });
    for (const user of ['ann', 'bob', 'ann', 'ann']) await ask.create({ data: 0, user });
    await ask.get('s1');
    expect((await ask.listByUser('ann')).map(({ id }) => id)).toEqual(['s1', 's4', 's3']);
    expect((await ask.listByUser('bob')).map(({ id }) => id)).toEqual(['s2']);
    expect(await ask.listByUser('eve')).toEqual([]);
  });

  it('are told apart by type: 1 is not "1", and no name is special', async () => {
    const { ask } = numbered();
    for (const user of [1, '1', '', '__proto__', 0]) await ask.create({ data: user, user });
    for (const user of [1, '1', '', '__proto__', 0]) {
      expect((await ask.listByUser(user)).map(({ data }) => data)).toEqual([user]);
    }
    expect(await ask.deleteByUser('__proto__')).toBe(1);
    expect(await ask.stats()).toMatchObject({ size: 4 });
  });

  it('are ended by deleteByUser', async () => {
    const { ask, events } = numbered();
    for (const user of ['ann', 'bob', 'ann']) await ask.create({ data: 0, user });
    events.length = 0;
    expect(await ask.deleteByUser('ann')).toBe(2);
    expect(events).toEqual([{ type: 'deleted', id: 's3', user: 'ann', by: 'user' }, { type: 'deleted', id: 's1', user: 'ann', by: 'user' }]);
    expect(await ask.get('s1')).toBeUndefined();
    expect(await ask.get('s2')).toBeDefined();
    expect(await ask.deleteByUser('ann')).toBe(0);
  });

  it('are ended but for one by deleteOthers', async () => {
    const { ask, events } = numbered();
    for (const user of ['ann', 'bob', 'ann', 'ann']) await ask.create({ data: 0, user });
    await ask.create({ data: 0 });
    events.length = 0;
    expect(await ask.deleteOthers('s3')).toBe(2);
    expect(events.map((event) => 'id' in event && event.id).sort()).toEqual(['s1', 's4']);
    expect((await ask.listByUser('ann')).map(({ id }) => id)).toEqual(['s3']);
    expect(await ask.deleteOthers('s3')).toBe(0);
    expect(await ask.deleteOthers('s5')).toBe(0);
    expect(await ask.deleteOthers('unknown')).toBe(0);
    expect(await ask.stats()).toMatchObject({ size: 3 });
  });
});

describe('delete and clear', () => {
  it('reply whether, and how many, there were', async () => {
    const { ask, events } = numbered();
    for (const user of ['ann', 'bob', 'eve']) await ask.create({ data: 0, user });
    events.length = 0;
    expect(await ask.delete('s1')).toBe(true);
    expect(await ask.delete('s1')).toBe(false);
    expect(await ask.clear()).toBe(2);
    expect(await ask.clear()).toBe(0);
    expect(await ask.listByUser('bob')).toEqual([]);
    expect(events).toEqual([{ type: 'deleted', id: 's1', user: 'ann', by: 'id' }, { type: 'cleared', count: 2 }, { type: 'cleared', count: 0 }]);
    expect(await ask.stats()).toMatchObject({ size: 0, created: 3, deleted: 3 });
    expect((await ask.create({ data: 1, user: 'ann' })).id).toBe('s4');
  });
});

describe('the limits', () => {
  it('of all: the one makes room that would expire first, and that is announced', async () => {
    let now = 0;
    const { ask, events } = numbered({ maxSessions: 2, scheduler: clock(() => now) });
    await ask.create({ data: 'a' });
    now = 10;
    await ask.create({ data: 'b' });
    now = 20;
    await ask.get('s1');
    await ask.create({ data: 'c' });
    expect(events.slice(-2)).toEqual([
      { type: 'evicted', id: 's2', user: undefined, reason: 'maxSessions' }, { type: 'created', id: 's3', user: undefined },
    ]);
    expect(await ask.get('s2')).toBeUndefined();
    expect(await ask.stats()).toEqual({ size: 2, created: 3, deleted: 0, expired: 0, evicted: 1, maxSessions: 2, maxPerUser: Infinity });
  });

  it('of one user: one of that user makes room, also where a session becomes his by update', async () => {
    let now = 0;
    const { ask, events } = numbered({ maxPerUser: 2, scheduler: clock(() => now++) });
    for (const user of ['ann', 'bob', 'ann', 'ann']) await ask.create({ data: 0, user });
    expect(events.at(-2)).toEqual({ type: 'evicted', id: 's1', user: 'ann', reason: 'maxPerUser' });
    await ask.get('s3');
    await ask.update({ id: 's2', user: 'ann' });
    expect(events.at(-2)).toEqual({ type: 'evicted', id: 's4', user: 'ann', reason: 'maxPerUser' });
    expect((await ask.listByUser('ann')).map(({ id }) => id)).toEqual(['s2', 's3']);
    expect(await ask.listByUser('bob')).toEqual([]);
    // To be updated by the same user costs nobody's place.
    await ask.update({ id: 's2', user: 'ann' });
    expect(await ask.stats()).toMatchObject({ size: 2, evicted: 2 });
  });

  it('prefer what has expired to what lives, and announce it so', async () => {
    let now = 0;
    const { ask, events } = numbered({ maxSessions: 2, maxPerUser: 2, scheduler: clock(() => now), sweep: 1e9 });
    await ask.create({ data: 0, user: 'ann', ttl: 1e6 });
    await ask.create({ data: 0, user: 'ann', ttl: 5 });
    now = 5;
    await ask.create({ data: 0, user: 'ann' });
    await ask.create({ data: 0, user: 'bob', ttl: 3 });
    now = 8;
    await ask.create({ data: 0, user: 'eve' });
    expect(events.filter(({ type }) => type !== 'created')).toEqual([
      { type: 'expired', id: 's2', user: 'ann', reason: 'idle' },
      { type: 'evicted', id: 's1', user: 'ann', reason: 'maxSessions' },
      { type: 'expired', id: 's4', user: 'bob', reason: 'idle' },
    ]);
  });

  it('know who would expire first among thousands that were used again', async () => {
    let now = 0;
    const { ask, events } = numbered({ maxSessions: 4000, scheduler: clock(() => now) });
    for (let i = 0; i < 3000; i++) await ask.create({ data: i });
    now = 10;
    for (let i = 3000; i < 4000; i++) await ask.create({ data: i });
    now = 20;
    for (let i = 1; i <= 3000; i++) await ask.touch(`s${i}`);
    now = 30;
    for (let i = 0; i < 1500; i++) await ask.create({ data: i });
    const evicted = events.flatMap((event) => event.type === 'evicted' ? [Number(event.id.slice(1))] : []);
    // All of those that weren't used again went before any that was.
    expect(evicted.slice(0, 1000).sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, at) => 3001 + at));
    expect(evicted.slice(1000).every((id) => id <= 3000)).toBe(true);
    expect(evicted).toHaveLength(1500);
  });

  it('cost a few moves each time, though one who stayed away hides thousands that were used again', async () => {
    let now = 0;
    const { ask, events } = numbered({ maxSessions: 4000, scheduler: clock(() => now) });
    for (let i = 0; i < 4000; i++) await ask.create({ data: i });
    now = 10;
    for (let i = 2; i <= 4000; i++) await ask.touch(`s${i}`);
    const moves = vi.spyOn(Heap.prototype, 'set');
    let most = 0;
    for (let i = 0; i < 100; i++) {
      moves.mockClear();
      await ask.create({ data: i });
      most = Math.max(most, moves.mock.calls.length);
    }
    moves.mockRestore();
    expect(events.find(({ type }) => type === 'evicted')).toMatchObject({ id: 's1' });
    expect(most).toBeLessThan(12);
  });

  it('cost a few moves each time, though most were used again before there were many', async () => {
    let now = 0;
    const { ask } = numbered({ maxSessions: 4000, scheduler: clock(() => now) });
    for (let i = 0; i < 3400; i++) await ask.create({ data: i });
    now = 10;
    for (let i = 2; i <= 3400; i++) await ask.touch(`s${i}`);
    for (let i = 3400; i < 4000; i++) await ask.create({ data: i });
    const moves = vi.spyOn(Heap.prototype, 'set');
    await ask.create({ data: 0 });
    await ask.create({ data: 0 });
    expect(moves.mock.calls.length).toBeLessThan(24);
    moves.mockRestore();
  });

  it('hold among sessions that live for ever: the one used first makes room', async () => {
    let now = 0;
    const { ask } = numbered({ maxSessions: 3, idle: Infinity, absolute: Infinity, scheduler: clock(() => now++) });
    for (let i = 0; i < 3; i++) await ask.create({ data: i });
    await ask.get('s1');
    await ask.create({ data: 3 });
    await ask.create({ data: 4 });
    expect((await ask.dump()).sessions.map(({ id }) => id).sort()).toEqual(['s1', 's4', 's5']);
    expect(await ask.get('s1')).toMatchObject({ expiresAt: Infinity });
  });
});

describe('adopt', () => {
  it('is refused unless the store allows ids from elsewhere', async () => {
    const { ask } = numbered();
    await expect(ask.adopt({ id: 'mine', data: 1 })).rejects.toMatchObject({ code: 'FOREIGN_ID', name: 'ForeignIdError' });
    expect(await ask.get('mine')).toBeUndefined();
  });

  it('begins a session under that id, or replaces all but its begin and its end', async () => {
    let now = 0;
    const { ask, events } = numbered({ foreignIds: true, absolute: 100, idle: 50, scheduler: clock(() => now) });
    await ask.adopt({ id: '__proto__', data: 1, user: 'ann', ttl: 20 });
    now = 10;
    expect(await ask.adopt({ id: '__proto__', data: 2 })).toEqual({ id: '__proto__', data: 2, user: undefined, createdAt: 0, usedAt: 10, expiresAt: 60 });
    expect(await ask.adopt({ id: '__proto__', data: 2, ttl: 1e9 })).toMatchObject({ expiresAt: 100 });
    expect(events.map(({ type }) => type)).toEqual(['created', 'updated', 'updated']);
  });

  it('begins anew under the id of a session that has expired', async () => {
    let now = 0;
    const { ask, events } = numbered({ foreignIds: true, idle: 50, scheduler: clock(() => now), sweep: 1e9 });
    await ask.adopt({ id: 'a', data: 1 });
    now = 50;
    expect(await ask.adopt({ id: 'a', data: 2 })).toMatchObject({ createdAt: 50, expiresAt: 100 });
    expect(events.map(({ type }) => type)).toEqual(['created', 'expired', 'created']);
  });
});

describe('the view', () => {
  it('says how many are held, and shows nothing new where that stays', async () => {
    const { store, ask } = numbered();
    const seen: unknown[] = [];
    store.select().subscribe((view) => seen.push(view));
    await ask.create({ data: 1 });
    await ask.create({ data: 1 });
    await ask.get('s1');
    await ask.delete('s1');
    expect(seen).toEqual([{ held: 0 }, { held: 1 }, { held: 2 }, { held: 1 }]);
    expect(store.snapshot()).toEqual({ held: 1 });
  });

  it('costs the same, however many have expired or were used again', async () => {
    let now = 0;
    const { store, ask } = numbered({ idle: 10, scheduler: clock(() => now) });
    for (let i = 1; i <= 100; i++) await ask.create({ data: i });
    now = 5;
    for (let i = 1; i <= 50; i++) await ask.touch(`s${i}`);
    now = 12;
    const looks = vi.spyOn(Heap.prototype, 'where');
    store.select().subscribe();
    await ask.get('s1');
    expect(looks).not.toHaveBeenCalled();
    expect(await ask.stats()).toMatchObject({ size: 50 });
    expect(looks).toHaveBeenCalled();
    looks.mockRestore();
  });
});

describe('after shutdown', () => {
  it('each ask fails with StoreClosedError', async () => {
    const { store, ask } = numbered({ foreignIds: true });
    const { id } = await ask.create({ data: 1 });
    await store.shutdown();
    const asks = [
      ask.create({ data: 1 }), ask.get(id), ask.peek(id), ask.touch(id), ask.update({ id, data: 2 }), ask.regenerate(id), ask.adopt({ id, data: 1 }),
      ask.delete(id), ask.deleteByUser('ann'), ask.deleteOthers(id), ask.clear(), ask.sweep(), ask.listByUser('ann'), ask.stats(), ask.dump(),
    ];
    for (const reply of asks) await expect(reply).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  });
});

/** Time that a spec sets; nothing ever rings. */
function clock(now: () => number): { now: () => number; schedule: () => never } {
  // What is scheduled is a sweep that these specs don't wait for.
  return { now, schedule: () => ({ unsubscribe: () => undefined }) as never };
}
