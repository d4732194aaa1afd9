/** Many rooms in one store, each there from its first member to its last. */
import { KickedError, NotAllowedError, NotInRoomError, RoomFullError, UserExistsError, type ChatRoomsEvent } from 'ownstate/stores';
import { marbles } from 'ownstate/testing';
import { map, mergeMap, of, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { failure, now, read, readAll, roomsOf } from './support.js';

/** Events in a few characters, with their room. */
const told = (event: ChatRoomsEvent) => `${event.room} ${'user' in event ? `${event.type} ${event.user}` : event.type}`;

const lobby = { room: 'lobby' };

describe('a room', () => {
  it('appears with its first member and vanishes with its last', () => {
    const rooms = roomsOf();
    const events: string[] = [];
    rooms.events$.subscribe((event) => events.push(told(event)));
    now(rooms.ask.join({ ...lobby, user: 'ann' }));
    now(rooms.ask.join({ ...lobby, user: 'bob' }));
    expect(now(rooms.ask.rooms())).toEqual(['lobby']);
    now(rooms.ask.leave({ ...lobby, user: 'ann' }));
    expect(rooms.snapshot()).toEqual({ rooms: 1 });
    now(rooms.ask.leave({ ...lobby, user: 'bob' }));
    expect(now(rooms.ask.rooms())).toEqual([]);
    expect(rooms.snapshot()).toEqual({ rooms: 0 });
    expect(events).toEqual([
      'lobby opened', 'lobby joined ann', 'lobby connected ann', 'lobby joined bob', 'lobby connected bob',
      'lobby disconnected ann', 'lobby left ann', 'lobby disconnected bob', 'lobby left bob', 'lobby closed',
    ]);
  });

  it('vanishes also when its last reader leaves the feed, is kicked, disconnected or too slow', async () => {
    const rooms = roomsOf({ buffer: 1, overflow: 'disconnect' });
    const join = (room: string) => now(rooms.ask.join({ room, user: 'ann' }));
    read(join('a').feed).leave();
    const errors: unknown[] = [];
    join('b').feed.subscribe({ error: (error: unknown) => errors.push(error) });
    now(rooms.ask.kick({ room: 'b', user: 'ann' }));
    now(rooms.ask.disconnect({ room: 'c', user: 'ann', device: join('c').device }));
    const slow = join('d').feed;
    for (const text of 'xy') now(rooms.ask.say({ room: 'd', user: 'ann', text }));
    expect(now(rooms.ask.rooms())).toEqual([]);
    expect(now(rooms.ask.rooms('ann'))).toEqual([]);
    expect(errors).toEqual([new KickedError('ann')]);
    expect(await readAll(slow)).toEqual(['ann: x', 'FEED_FULL']);
  });

  it('takes its messages with it, and goes on with its numbers', () => {
    const rooms = roomsOf();
    now(rooms.ask.join({ ...lobby, user: 'ann' }));
    now(rooms.ask.say({ ...lobby, user: 'ann', text: 'x' }));
    now(rooms.ask.leave({ ...lobby, user: 'ann' }));
    expect(now(rooms.ask.history(lobby))).toEqual([]);
    // Somebody who knew the former room up to its first number learns that there's a gap.
    expect(now(rooms.ask.resume({ ...lobby, user: 'bob', after: 1 }))).toMatchObject({ missed: [], gap: true, seq: 4, members: ['bob'] });
  });

  it('knows nothing of the others', () => {
    const rooms = roomsOf();
    const feeds = ['a', 'b'].map((room) => read(now(rooms.ask.join({ room, user: 'ann' })).feed));
    now(rooms.ask.join({ room: 'a', user: 'bob' }));
    now(rooms.ask.say({ room: 'a', user: 'bob', text: 'x' }));
    expect(feeds.map(({ seen }) => seen)).toEqual([['+bob', 'bob: x'], []]);
    expect(failure(rooms.ask.say({ room: 'b', user: 'bob', text: 'x' }))).toEqual(new NotInRoomError('bob'));
    expect(now(rooms.ask.history({ room: 'b' }))).toEqual([]);
  });

  it('stands in all that it shows', () => {
    const rooms = roomsOf({ buffer: 1 });
    const { feed } = now(rooms.ask.join({ ...lobby, user: 'ann' }));
    now(rooms.ask.join({ ...lobby, user: 'bob' }));
    now(rooms.ask.say({ ...lobby, user: 'bob', text: 'lost' }));
    const items: unknown[] = [];
    feed.subscribe((item) => items.push(item));
    now(rooms.ask.say({ ...lobby, user: 'bob', text: 'x', to: 'ann' }));
    expect(items).toMatchObject([
      { type: 'joined', room: 'lobby' }, { type: 'dropped', count: 1, room: 'lobby' }, { type: 'message', to: 'ann', room: 'lobby', id: 'id.0004' },
    ]);
    expect(items.every((item) => Object.isFrozen(item))).toBe(true);
  });

  it.each([['__proto__', 'constructor'], ['1', 1], ['', '0']])('named %j isn\'t the one named %j', (one, other) => {
    const rooms = roomsOf();
    now(rooms.ask.join({ room: one, user: 'ann' }));
    expect(now(rooms.ask.members(other)).members).toEqual([]);
    now(rooms.ask.join({ room: other, user: 'ann' }));
    expect(now(rooms.ask.rooms())).toEqual([one, other]);
  });

  it('has one feed a user, as a single room has', () => {
    const rooms = roomsOf();
    now(rooms.ask.join({ ...lobby, user: 'ann' }));
    expect(failure(rooms.ask.join({ ...lobby, user: 'ann' }))).toEqual(new UserExistsError('ann'));
    expect(now(rooms.ask.rooms('ann'))).toEqual(['lobby']);
  });
});

describe('rooms', () => {
  it('are as many as allowed', () => {
    const rooms = roomsOf({ maxRooms: 1 });
    now(rooms.ask.join({ room: 'a', user: 'ann' }));
    expect(failure(rooms.ask.join({ room: 'b', user: 'ann' }))).toEqual(new RoomFullError('rooms', 1));
    expect(failure(rooms.ask.resume({ room: 'b', user: 'ann', after: 0 }))).toEqual(new RoomFullError('rooms', 1));
    expect(now(rooms.ask.join({ room: 'a', user: 'bob' })).members).toEqual(['ann', 'bob']);
    now(rooms.ask.leaveAll('ann'));
    now(rooms.ask.leaveAll('bob'));
    expect(now(rooms.ask.join({ room: 'b', user: 'ann' })).members).toEqual(['ann']);
  });

  it('of a user are left all at once', () => {
    const rooms = roomsOf({ devices: 2 });
    for (const room of ['a', 'b', 'b', 'c']) now(rooms.ask.join({ room, user: 'ann' }));
    const bob = read(now(rooms.ask.join({ room: 'c', user: 'bob' })).feed);
    expect(now(rooms.ask.leaveAll('ann'))).toBe(3);
    expect(now(rooms.ask.leaveAll('ann'))).toBe(0);
    expect(now(rooms.ask.rooms())).toEqual(['c']);
    expect(bob.seen).toEqual(['-ann left']);
  });

  it('that aren\'t there have no members and no history, and leave open what was missed', () => {
    const rooms = roomsOf();
    expect(now(rooms.ask.members('lobby'))).toEqual({ members: [], seq: 0 });
    expect(now(rooms.ask.history(lobby))).toEqual([]);
    expect(now(rooms.ask.missed({ ...lobby, user: 'ann', after: 0 }))).toEqual({ missed: [], gap: true, seq: 0 });
    expect(failure(rooms.ask.leave({ ...lobby, user: 'ann' }))).toEqual(new NotInRoomError('ann'));
    expect(failure(rooms.ask.kick({ ...lobby, user: 'ann' }))).toEqual(new NotInRoomError('ann'));
  });

  it('count what happened in those that have vanished', () => {
    const rooms = roomsOf({ buffer: 1 });
    now(rooms.ask.join({ room: 'a', user: 'ann' }));
    for (const text of 'xyz') now(rooms.ask.say({ room: 'a', user: 'ann', text }));
    now(rooms.ask.kick({ room: 'a', user: 'ann' }));
    now(rooms.ask.join({ room: 'b', user: 'bob' }));
    now(rooms.ask.say({ room: 'b', user: 'bob', text: 'x' }));
    expect(now(rooms.ask.stats())).toEqual({ rooms: 1, members: 1, devices: 1, history: 1, said: 4, kicked: 1, dropped: 2 });
  });

  it('have readers that leave late, and leave only what they joined', () => {
    const rooms = roomsOf();
    const first = read(now(rooms.ask.join({ ...lobby, user: 'ann' })).feed);
    now(rooms.ask.leave({ ...lobby, user: 'ann' }));
    now(rooms.ask.join({ ...lobby, user: 'ann' }));
    first.leave();
    expect(now(rooms.ask.members('lobby')).members).toEqual([{ user: 'ann', devices: [1] }]);
    expect(now(rooms.ask.rooms('ann'))).toEqual(['lobby']);
  });

  it('are joined once it\'s allowed, by an answer that takes time', marbles((m) => {
    const rooms = m.watch(roomsOf({ scheduler: m.scheduler, maxRooms: 1, authorise: ({ action }) => of(action !== 'say') }));
    m.expect(rooms.ask.join({ ...lobby, user: 'ann' }).pipe(map(({ members }) => members.length))).toBeObservable('(1|)', { 1: 1 });
    m.expect(rooms.ask.say({ ...lobby, user: 'ann', text: 'x' }).pipe(map(() => 's'))).toBeObservable('#', {}, new NotAllowedError('say', 'ann'));
    m.expect(rooms.ask.resume({ ...lobby, user: 'ann', after: 0 }).pipe(map(({ device }) => device))).toBeObservable('(2|)', { 2: 2 });
    m.expect(rooms.ask.kick({ ...lobby, user: 'ann' }).pipe(map(() => 'k'))).toBeObservable('(k|)');
  }));

  it('end their feeds at the shutdown', async () => {
    const rooms = roomsOf();
    const feeds = ['a', 'b'].map((room) => read(now(rooms.ask.join({ room, user: 'ann' })).feed));
    await rooms.shutdown();
    expect(feeds.map(({ seen }) => seen)).toEqual([['|'], ['|']]);
    expect(failure(rooms.ask.rooms())).toMatchObject({ code: 'STORE_CLOSED' });
  });
});

describe('rooms that were restored', () => {
  /** A dump of two rooms, made at 0 ms. */
  const dumped = () => {
    const rooms = roomsOf({ scheduler: new VirtualTimeScheduler() });
    for (const room of ['a', 'b']) {
      now(rooms.ask.join({ room, user: 'ann' }));
      now(rooms.ask.say({ room, user: 'ann', text: `in ${room}` }));
    }
    return JSON.parse(JSON.stringify(now(rooms.ask.dump()))) as never;
  };

  it('wait for their members, and tell them what they missed', () => {
    const rooms = roomsOf({ scheduler: new VirtualTimeScheduler(), restore: dumped() });
    expect(now(rooms.ask.rooms())).toEqual(['a', 'b']);
    expect(now(rooms.ask.members('a')).members).toEqual([]);
    expect(now(rooms.ask.resume({ room: 'a', user: 'ann', after: 1 }))).toMatchObject({ missed: [{ text: 'in a', room: 'a' }], gap: false, seq: 3 });
  });

  it('vanish to the millisecond if nobody comes; those to whom somebody came stay', marbles((m) => {
    const rooms = m.watch(roomsOf({ scheduler: m.scheduler, restore: dumped(), restoredFor: 5 }));
    const at = m.cold('                              0----50|');
    now(rooms.ask.join({ room: 'a', user: 'bob' }));
    m.expect(at.pipe(mergeMap(() => rooms.ask.rooms()), map((names) => names.join('')))).toBeObservable('x----yy|', { x: 'ab', y: 'a' });
    m.expect(rooms.events$.pipe(map(told))).toBeObservable('     -----c', { c: 'b closed' });
  }));

  it('vanish for whoever asks, before anything is swept', () => {
    let clock = 0;
    const scheduler = { now: () => clock, schedule: () => ({ unsubscribe: () => undefined }) } as never;
    const rooms = roomsOf({ scheduler, timeout: Infinity, restore: dumped(), restoredFor: 5, maxRooms: 2 });
    clock = 4;
    expect(failure(rooms.ask.join({ room: 'c', user: 'ann' }))).toEqual(new RoomFullError('rooms', 2));
    clock = 5;
    expect(now(rooms.ask.rooms())).toEqual([]);
    expect(now(rooms.ask.stats())).toMatchObject({ rooms: 0, history: 0 });
    expect(now(rooms.ask.history({ room: 'a' }))).toEqual([]);
    expect(now(rooms.ask.dump()).rooms).toEqual([]);
    clock = 2;
    // To ask changes nothing; but what a command has seen is over stays so.
    expect(now(rooms.ask.rooms())).toEqual(['a', 'b']);
    clock = 5;
    expect(now(rooms.ask.leaveAll('nobody'))).toBe(0);
    clock = 2;
    expect(now(rooms.ask.rooms())).toEqual([]);
    expect(now(rooms.ask.join({ room: 'a', user: 'ann' }))).toMatchObject({ history: [], members: ['ann'], seq: 3 });
    clock = 6;
    expect(now(rooms.ask.sweep())).toBe(1);
    expect(now(rooms.ask.sweep())).toBe(0);
    expect(now(rooms.ask.rooms())).toEqual(['a']);
  });

  it('are left out if the dump is too old, but for their numbers', () => {
    const scheduler = new VirtualTimeScheduler();
    scheduler.frame = 300_000;
    const rooms = roomsOf({ scheduler, restore: dumped() });
    expect(now(rooms.ask.rooms())).toEqual([]);
    expect(now(rooms.ask.join({ room: 'c', user: 'ann' })).seq).toBe(3);
  });

  it('wait for ever if that\'s said', marbles((m) => {
    const rooms = m.watch(roomsOf({ scheduler: m.scheduler, restore: dumped(), restoredFor: Infinity }));
    failure(rooms.ask.leaveAll('nobody'));
    m.expect(m.cold('60m x').pipe(mergeMap(() => rooms.ask.rooms()), map((names) => names.length))).toBeObservable('60m n', { n: 2 });
  }));
});
