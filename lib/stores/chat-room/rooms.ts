/** Many chat rooms in one store: each is there from its first member to its last. */
import { createStore, reply, type, type Clock, type Context, type Outcome, type Store, type StoreOptions, type Type } from '../../index.js';
import { expect, expectPositive } from '../../internal/expect.js';
import { checkObject } from '../structures/check-payload.js';
import { dumpOf, expectDump } from '../structures/dump.js';
import { APART, authorised } from './authorise.js';
import type { ChatJoin, ChatMembers, ChatMessage, ChatMissed, ChatName, ChatResumed } from './items.js';
import { expectCount, settingsOf, type ChatSettings } from './options.js';
import { expectRecord, expectSeq, isName } from './past.js';
import {
  checkDevice, checkKick, checkName, checkPage, checkResume, comes, kicks, says, speechOf,
  type ChatDisconnect, type ChatHistory, type ChatKick, type ChatResume, type ChatSay,
} from './payloads.js';
import { Rooms, type ChatRoomsDump, type ChatRoomsEvent, type ChatRoomsStats } from './rooms-state.js';

/** How chat rooms are made. Each field is optional; those of `ChatSettings` hold for each room. */
export interface ChatRoomsOptions extends ChatSettings, StoreOptions {
  /** What errors and traces call them. Default `'chat rooms'`. */
  readonly name?: string;
  /** The most rooms at a time. Default 10,000; beyond it `join` fails with `RoomFullError`. */
  readonly maxRooms?: number;
  /** What `dump` of other rooms gave: their messages and numbers go on. Their members join anew. */
  readonly restore?: ChatRoomsDump;
  /** How long a restored room waits for a first member, in milliseconds since the dump. Default 300,000. */
  readonly restoredFor?: number;
}

/** In which room. */
export interface InChatRoom {
  readonly room: ChatName;
}

/** Who, and in which room. */
export interface ChatMemberOf extends InChatRoom {
  readonly user: ChatName;
}

/** What may be seen of the rooms, by `select` and `snapshot`. */
export interface ChatRoomsView {
  /** How many there are. */
  readonly rooms: number;
}

/** The commands and queries of many chat rooms: those of one, with the room named. */
export interface ChatRoomsDefinition {
  readonly name: string;
  /** Makes a store without rooms, or with the restored ones. */
  readonly state: (clock: Clock) => Rooms;
  readonly events: Type<ChatRoomsEvent>;
  /** What may be seen of them. */
  readonly view: (rooms: Rooms) => ChatRoomsView;
  readonly commands: {
    /** Lets a user into a room, which is made if it isn't there, and replies the user's feed and all that it begins with. */
    readonly join: (rooms: Rooms, payload: ChatMemberOf, context: Context<ChatRoomsEvent>) => Outcome<Rooms, ChatJoin>;
    /** Lets a user in who was there before, and replies what was missed after the number `after`. */
    readonly resume: (rooms: Rooms, payload: ChatResume & InChatRoom, context: Context<ChatRoomsEvent>) => Outcome<Rooms, ChatResumed>;
    /** A user leaves a room, with all devices; with its last member the room vanishes. */
    readonly leave: (rooms: Rooms, payload: ChatMemberOf, context: Context<ChatRoomsEvent>) => Rooms;
    /** A user leaves all rooms; replies how many they were. */
    readonly leaveAll: (rooms: Rooms, user: ChatName, context: Context<ChatRoomsEvent>) => Outcome<Rooms, number>;
    /** One of a user's devices leaves a room; with the last one, the user does. */
    readonly disconnect: (rooms: Rooms, payload: ChatDisconnect & InChatRoom, context: Context<ChatRoomsEvent>) => Rooms;
    /** Shows a text to all members of a room (the speaker too), to all but some, or to one; replies the message. */
    readonly say: (rooms: Rooms, payload: ChatSay & InChatRoom, context: Context<ChatRoomsEvent>) => Outcome<Rooms, ChatMessage>;
    /** A user has to leave a room: the feeds end with `KickedError`. */
    readonly kick: (rooms: Rooms, payload: ChatKick & InChatRoom, context: Context<ChatRoomsEvent>) => Outcome<Rooms, void>;
    /** Removes restored rooms to which nobody came back in time, and replies how many. The store tells it itself. */
    readonly sweep: (rooms: Rooms, payload: void, context: Context<ChatRoomsEvent>) => Outcome<Rooms, number>;
  };
  readonly queries: {
    /** The last messages of a room, or the first ones after a number; none of a room that isn't there. */
    readonly history: (rooms: Rooms, payload: ChatHistory & InChatRoom, clock: Clock) => readonly ChatMessage[];
    /** What a user missed after the number `after`, without joining; a room that isn't there leaves it open, as a gap. */
    readonly missed: (rooms: Rooms, payload: ChatResume & InChatRoom, clock: Clock) => ChatMissed;
    /** Who is in a room, and with which devices; nobody, if it isn't there. */
    readonly members: (rooms: Rooms, room: ChatName, clock: Clock) => ChatMembers;
    /** The names of all rooms, or of those in which a user is. */
    readonly rooms: (rooms: Rooms, user: ChatName | undefined, clock: Clock) => readonly ChatName[];
    /** How many there are, and what happened so far. Costs a look at each device. */
    readonly stats: (rooms: Rooms, payload: void, clock: Clock) => ChatRoomsStats;
    /** Messages and numbers of all rooms as plain data, for the option `restore` of other ones. */
    readonly dump: (rooms: Rooms, payload: void, clock: Clock) => ChatRoomsDump;
  };
}

/** Many chat rooms: what `createChatRooms` makes. */
export type ChatRooms = Store<ChatRoomsDefinition>;

/**
 * The definition of a store of chat rooms, for whoever makes stores of definitions.
 *
 * @param options as for `createChatRooms`
 * @throws TypeError for options that no room can work with
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { defineChatRooms } from 'ownstate/stores';
 *
 * const rooms = createStore(defineChatRooms({ maxRooms: 100 }));
 * await rooms.ask.join({ room: 'lobby', user: 'ann' });
 * console.log(await rooms.ask.rooms()); // [ 'lobby' ]
 * ```
 */
export function defineChatRooms(options: ChatRoomsOptions = {}): ChatRoomsDefinition {
  const settings = settingsOf(options);
  const { name = 'chat rooms', maxRooms = 10_000, restoredFor = 300_000, restore } = options;
  expectCount(maxRooms, 'maxRooms');
  expectPositive(restoredFor, 'restoredFor');
  if (restore !== undefined) expectRooms(restore, maxRooms);

  /** The name of the room, read once. @throws InvalidPayloadError */
  const roomOf = (payload: InChatRoom): ChatName => {
    checkObject(payload);
    const { room } = payload;
    checkName(room, 'room', settings);
    return room;
  };
  const memberOf = (payload: ChatMemberOf): ChatName => {
    const { user } = payload;
    checkName(user, 'user', settings);
    return user;
  };
  return {
    name,
    state: ({ now }) => new Rooms(settings, { maxRooms, restoredFor }, restore, now()),
    events: type<ChatRoomsEvent>(),
    view: (rooms) => ({ rooms: rooms.size(-Infinity) }),
    commands: {
      join: (rooms, payload, context) => {
        rooms.arm(context);
        const room = roomOf(payload);
        const user = memberOf(payload);
        rooms.expectPlaceFor(room, user, false, context.now());
        return authorised(rooms, settings, () => comes(user, room), context, APART, (all, then) => all.join(room, user, then));
      },
      resume: (rooms, payload, context) => {
        rooms.arm(context);
        const room = roomOf(payload);
        const { user, after } = checkResume(payload, settings);
        rooms.expectPlaceFor(room, user, true, context.now());
        return authorised(rooms, settings, () => comes(user, room), context, APART, (all, then) => all.resume(room, user, after, then));
      },
      leave: (rooms, payload, context) => {
        rooms.arm(context);
        const name = roomOf(payload);
        const user = memberOf(payload);
        const { room } = rooms.member(name, user, context.now());
        room.leave(user, context);
        rooms.tidy(name, room, user, context);
        return rooms;
      },
      leaveAll: (rooms, user, context) => {
        rooms.arm(context);
        checkName(user, 'user', settings);
        return reply(rooms, rooms.leaveAll(user, context));
      },
      disconnect: (rooms, payload, context) => {
        rooms.arm(context);
        const name = roomOf(payload);
        const { user, device } = checkDevice(payload, settings);
        const { room } = rooms.member(name, user, context.now());
        room.disconnect(user, device, context);
        rooms.tidy(name, room, user, context);
        return rooms;
      },
      say: (rooms, payload, context) => {
        rooms.arm(context);
        const name = roomOf(payload);
        const speech = speechOf(payload, settings);
        const { room, member } = rooms.member(name, speech.user, context.now());
        if (settings.authorise === undefined) return reply(rooms, room.say(member, speech, context));
        return authorised(rooms, settings, () => says(speech, name), context, { policy: 'concat', key: member }, (_all, then) => room.say(member, speech, then));
      },
      kick: (rooms, payload, context) => {
        rooms.arm(context);
        const name = roomOf(payload);
        const { user, by, reason } = checkKick(payload, settings);
        rooms.member(name, user, context.now());
        return authorised(rooms, settings, () => kicks(user, by, name), context, APART, (all, then) => {
          const { room } = all.member(name, user, then.now());
          room.kick(user, reason, then);
          all.tidy(name, room, user, then);
        });
      },
      sweep: (rooms, _payload, context) => reply(rooms, rooms.sweep(context)),
    },
    queries: {
      history: (rooms, payload, { now }) => {
        const room = roomOf(payload);
        const page = checkPage(payload, settings);
        return rooms.find(room, now())?.history(page) ?? [];
      },
      missed: (rooms, payload, { now }) => {
        const room = roomOf(payload);
        const { user, after } = checkResume(payload, settings);
        return rooms.find(room, now())?.missed(user, after) ?? { missed: [], gap: true, seq: 0 };
      },
      members: (rooms, room, { now }) => {
        checkName(room, 'room', settings);
        return rooms.find(room, now())?.members() ?? { members: [], seq: 0 };
      },
      rooms: (rooms, user, { now }) => {
        if (user !== undefined) checkName(user, 'user', settings);
        return rooms.names(user, now());
      },
      stats: (rooms, _payload, { now }) => rooms.stats(now()),
      dump: (rooms, _payload, { now }) => ({ ...dumpOf('chat-rooms', now()), ...rooms.record(now()) }),
    },
  };
}

/**
 * Makes a store of chat rooms, for rooms whose names come with the messages: a room is there from its first member to its
 * last, and each works as `createChatRoom` says. Commands and queries are those of a single room, with the name of the
 * `room` beside; and `leaveAll(user)`, `rooms(user)`, and `sweep()`, which the store tells itself. Its view is `{ rooms }`.
 *
 * Numbers (`seq`) go up within a room, also over its end to another room of its name.
 *
 * @param options the bounds, and those of `createStore`
 * @throws TypeError for options that no room can work with
 *
 * @example
 * ```ts
 * import { createChatRooms } from 'ownstate/stores';
 *
 * const rooms = createChatRooms();
 * rooms.events$.subscribe(({ type }) => console.log(type)); // opened, joined, connected, disconnected, left, closed
 * await rooms.ask.join({ room: 'lobby', user: 'ann' });
 * await rooms.ask.leave({ room: 'lobby', user: 'ann' });
 * ```
 */
export function createChatRooms(options: ChatRoomsOptions = {}): ChatRooms {
  return createStore(defineChatRooms(options), options);
}

/** @throws TypeError for what can't have been a dump */
function expectRooms(dump: ChatRoomsDump, maxRooms: number): void {
  expectDump(dump, 'chat-rooms');
  const { seq, rooms } = dump;
  expectSeq(seq, 'restore.seq');
  expect(Array.isArray(rooms) && rooms.length <= maxRooms, 'restore.rooms', `an array of at most ${maxRooms} rooms`, rooms);
  const names = new Set<ChatName>();
  for (const pair of rooms) {
    expect(Array.isArray(pair) && isName(pair[0]) && !names.has(pair[0]), 'restore.rooms', 'pairs of a room\'s name and what was said there', pair);
    names.add(pair[0]);
    expectRecord(pair[1], 'restore.rooms', pair[0]);
  }
}
