/**
 * What socket.io-adapter promises of rooms, in our words: `test/index.ts` of socketio/socket.io-adapter at 2458710, with
 * sockets as users and its rooms as rooms. Not taken over, since it has no meaning here: frames of WebSockets, encoders
 * and acknowledgements; rooms by which several rooms are addressed or excepted at once (here a message is for one room,
 * and those it isn't for are users).
 */
import { describe, expect, it } from 'vitest';
import { createChatRoom, createChatRooms, NotInRoomError, type ChatRooms } from 'ownstate/stores';
import { now, read } from './support.js';

/** `addAll` of the adapter. */
const addAll = (rooms: ChatRooms, user: string, names: readonly string[]) => names.map((room) => read(now(rooms.ask.join({ room, user })).feed));

const three = () => {
  const rooms = createChatRooms({ devices: 2 });
  addAll(rooms, 's1', ['r1', 'r2']);
  addAll(rooms, 's2', ['r2', 'r3']);
  return rooms;
};

describe('socket.io-adapter', () => {
  it('should add/remove sockets', () => {
    const rooms = three();
    expect(now(rooms.ask.rooms())).toEqual(['r1', 'r2', 'r3']);
    expect(['s1', 's2', 's3'].map((user) => now(rooms.ask.rooms(user)).length)).toEqual([2, 2, 0]);
    now(rooms.ask.leave({ room: 'r1', user: 's1' }));
    expect(now(rooms.ask.rooms())).toEqual(['r2', 'r3']);
    now(rooms.ask.leaveAll('s2'));
    expect(now(rooms.ask.rooms())).toEqual(['r2']);
    expect(now(rooms.ask.rooms('s2'))).toEqual([]);
  });

  it('should return a list of sockets', () => {
    const rooms = three();
    addAll(rooms, 's3', ['r3']);
    const usersIn = (room: string) => now(rooms.ask.members(room)).members.map(({ user }) => user);
    expect(['r2', 'r3', 'r4'].map(usersIn)).toEqual([['s1', 's2'], ['s2', 's3'], []]);
  });

  it('should return a list of rooms', () => {
    const rooms = three();
    expect(now(rooms.ask.rooms('s2'))).toEqual(['r2', 'r3']);
    expect(now(rooms.ask.rooms('s4'))).toEqual([]);
  });

  it('should exclude sockets when broadcasting to a room', () => {
    const rooms = createChatRooms();
    const seen = ['s1', 's2', 's3'].map((user) => addAll(rooms, user, ['r'])[0]!.seen);
    now(rooms.ask.say({ room: 'r', user: 's1', text: '123', except: ['s1', 's3'] }));
    expect(seen.map((lines) => lines.filter((line) => line.includes(':')))).toEqual([[], ['s1: 123'], []]);
  });

  it.each<[string, (rooms: ChatRooms) => void, readonly string[]]>([
    ['should emit a create-room event and a join-room event', (rooms) => addAll(rooms, 's1', ['r1']), ['opened r1', 'joined r1 s1']],
    ['should not emit a create-room event if the room already exists', (rooms) => { addAll(rooms, 's2', ['r0']); }, ['joined r0 s2']],
    ['should not emit a join-room event if the sid is already in the room', (rooms) => { addAll(rooms, 's0', ['r0']); }, []],
    ['should emit a leave-room event with del method', (rooms) => { addAll(rooms, 's2', ['r0']); now(rooms.ask.leave({ room: 'r0', user: 's2' })); }, ['joined r0 s2', 'left r0 s2']],
    ['should emit a delete-room event', (rooms) => now(rooms.ask.leaveAll('s0')), ['left r0 s0', 'closed r0']],
    ['should not emit a delete-room event if there is another sid in the room', (rooms) => { addAll(rooms, 's2', ['r0']); now(rooms.ask.leaveAll('s0')); }, ['joined r0 s2', 'left r0 s0']],
  ])('%s', (_title, act, expected) => {
    const rooms = createChatRooms({ devices: 2 });
    addAll(rooms, 's0', ['r0']);
    const events: string[] = [];
    rooms.events$.subscribe((event) => {
      if (event.type === 'opened' || event.type === 'closed') events.push(`${event.type} ${event.room}`);
      else if (event.type === 'joined' || event.type === 'left') events.push(`${event.type} ${event.room} ${event.user}`);
    });
    act(rooms);
    expect(events).toEqual(expected);
  });

  it('should not fall when leaving twice, the second time from the event of the first', () => {
    const rooms = createChatRooms();
    addAll(rooms, 's1', ['r1']);
    const again: unknown[] = [];
    rooms.events$.subscribe(({ type }) => {
      if (type === 'left') rooms.ask.leave({ room: 'r1', user: 's1' }).subscribe({ error: (error: unknown) => again.push(error) });
    });
    now(rooms.ask.leave({ room: 'r1', user: 's1' }));
    expect(again).toEqual([new NotInRoomError('s1')]);
  });
});

describe('connection state recovery', () => {
  it('should restore a session that missed nothing', () => {
    const room = createChatRoom();
    now(room.ask.join('s'));
    const { seq } = now(room.ask.say({ user: 's', text: 'hello' }));
    expect(now(room.ask.resume({ user: 's', after: seq }))).toMatchObject({ missed: [], gap: false });
  });

  it('should restore missed packets: those for all, for the user, and not those that except the user', () => {
    const room = createChatRoom();
    for (const user of ['me', 'you', 'other']) now(room.ask.join(user));
    const { seq } = now(room.ask.say({ user: 'you', text: 'hello' }));
    now(room.ask.leave('me'));
    now(room.ask.say({ user: 'you', text: 'all' }));
    now(room.ask.say({ user: 'you', text: 'except', except: ['me'] }));
    now(room.ask.say({ user: 'you', text: 'no except', except: ['other'] }));
    now(room.ask.say({ user: 'you', text: 'private', to: 'other' }));
    const { missed } = now(room.ask.resume({ user: 'me', after: seq }));
    expect(missed.map(({ text }) => text)).toEqual(['all', 'no except']);
  });

  it('should fail to restore with an unknown offset', () => {
    const room = createChatRoom();
    expect(now(room.ask.missed({ user: 's', after: 7 }))).toMatchObject({ missed: [], gap: true });
  });
});
