/**
 * Presence of users with several devices, as `assets/test/presence_test.js` of phoenixframework/phoenix has it, in our
 * words: its keys are users, its metas devices, its list is `members`, its joins and leaves come by the feed. Not taken
 * over, since nothing of the kind is here: data that a device carries, and differences that arrive before the list (a list
 * has its number, and what comes by the feed has one too).
 */
import { createChatRoom, type ChatRoom } from 'ownstate/stores';
import { describe, expect, it } from 'vitest';
import { now, read } from './support.js';

/** Users and their devices, as in the fixtures. */
const state = (room: ChatRoom) => Object.fromEntries(now(room.ask.members()).members.map(({ user, devices }) => [user, devices]));

const joined = (...users: string[]) => {
  const room = createChatRoom({ devices: 10 });
  for (const user of users) now(room.ask.join(user));
  return room;
};

describe('syncState', () => {
  it('syncs empty state', () => {
    const room = joined();
    expect(state(room)).toEqual({});
    now(room.ask.join('u1'));
    expect(state(room)).toEqual({ u1: [1] });
  });

  it('tells joins of new presences and leaves of left presences', () => {
    const room = joined('u4');
    const { seen } = read(now(room.ask.join('watcher')).feed);
    for (const user of ['u1', 'u2', 'u3']) now(room.ask.join(user));
    now(room.ask.leave('u4'));
    expect(seen).toEqual(['+u1', '+u2', '+u3', '-u4 left']);
    expect(state(room)).toEqual({ watcher: [2], u1: [3], u2: [4], u3: [5] });
  });

  it('tells no join of a device that is added to a presence', () => {
    const room = joined('u3');
    const { seen } = read(now(room.ask.join('watcher')).feed);
    now(room.ask.join('u3'));
    expect(seen).toEqual([]);
    expect(state(room)).toEqual({ u3: [1, 3], watcher: [2] });
  });
});

describe('syncDiff', () => {
  it('removes a presence when its devices are gone, and adds a device', () => {
    const room = joined('u1', 'u2', 'u3');
    now(room.ask.join('u1'));
    now(room.ask.disconnect({ user: 'u2', device: 2 }));
    expect(state(room)).toEqual({ u1: [1, 4], u3: [3] });
  });

  it('removes a device while leaving the presence if others exist', () => {
    const room = joined('u1', 'u1');
    const { seen } = read(now(room.ask.join('watcher')).feed);
    now(room.ask.disconnect({ user: 'u1', device: 1 }));
    expect(state(room)).toEqual({ u1: [2], watcher: [3] });
    expect(seen).toEqual([]);
  });

  it('of a reconnection, a join before the leave of the old device, is no news', () => {
    const room = joined('u2');
    const { seen } = read(now(room.ask.join('watcher')).feed);
    now(room.ask.join('u2'));
    now(room.ask.disconnect({ user: 'u2', device: 1 }));
    expect(seen).toEqual([]);
    expect(state(room)).toEqual({ watcher: [2], u2: [3] });
  });
});

describe('keys colliding with Object.prototype properties', () => {
  it('join and leave without touching the prototype', () => {
    const room = joined();
    const { seen } = read(now(room.ask.join('watcher')).feed);
    const names = ['__proto__', 'constructor', 'hasOwnProperty'];
    for (const user of names) now(room.ask.join(user));
    expect(now(room.ask.members()).members.map(({ user, devices }) => [user, ...devices])).toEqual([
      ['watcher', 1], ['__proto__', 2], ['constructor', 3], ['hasOwnProperty', 4],
    ]);
    for (const user of names) now(room.ask.leave(user));
    expect(seen).toEqual([...names.map((name) => `+${name}`), ...names.map((name) => `-${name} left`)]);
    expect((Object.prototype as { devices?: unknown }).devices).toBeUndefined();
  });
});

describe('a list and the differences after it', () => {
  it('fit by their numbers', () => {
    const room = joined('u1', 'u2');
    const diffs: { seq: number; user: unknown; type: string }[] = [];
    now(room.ask.join('watcher')).feed.subscribe((item) => { if (item.type === 'joined' || item.type === 'left') diffs.push(item); });
    now(room.ask.leave('u1'));
    const { members, seq } = now(room.ask.members());
    now(room.ask.join('u3'));
    const list = new Set(members.map(({ user }) => user));
    for (const { type, user } of diffs.filter((diff) => diff.seq > seq)) list[type === 'joined' ? 'add' : 'delete'](user as string);
    expect([...list]).toEqual(now(room.ask.members()).members.map(({ user }) => user));
  });
});
