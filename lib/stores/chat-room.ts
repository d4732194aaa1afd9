/** A chat room: who is in it is shown what is said, each by a feed of its own, and nobody waits for a slow reader. */
import { createStore, reply, type, type Clock, type Context, type Outcome, type Store, type Type } from '../index.js';
import { APART, authorised } from './chat-room/authorise.js';
import type {
  ChatEvent, ChatJoin, ChatMembers, ChatMessage, ChatMissed, ChatName, ChatResumed,
} from './chat-room/items.js';
import { settingsOf, type ChatRoomDump, type ChatRoomOptions } from './chat-room/options.js';
import { expectRecord, Past } from './chat-room/past.js';
import {
  checkDevice, checkKick, checkName, checkPage, checkResume, comes, kicks, says, speechOf,
  type ChatDisconnect, type ChatHistory, type ChatKick, type ChatResume, type ChatSay,
} from './chat-room/payloads.js';
import { Room, type ChatRoomStats } from './chat-room/room.js';
import { dumpOf, expectDump } from './structures/dump.js';

/** What may be seen of a room, by `select` and `snapshot`. */
export interface ChatRoomView {
  /** Users in the room. */
  readonly members: number;
  /** The number of the last thing that happened. */
  readonly seq: number;
}

/** The commands and queries of a chat room. */
export interface ChatRoomDefinition {
  readonly name: string;
  /** Makes the empty room, or the restored one. */
  readonly state: (clock: Clock) => Room;
  readonly events: Type<ChatEvent>;
  /** What may be seen of it. */
  readonly view: (room: Room) => ChatRoomView;
  readonly commands: {
    /** Lets a user in, and replies the user's feed and all that it begins with. The others are shown `joined`. */
    readonly join: (room: Room, user: ChatName, context: Context<ChatEvent>) => Outcome<Room, ChatJoin>;
    /**
     * Lets a user in who was there before, and replies what was missed after the number `after`. Where each has one
     * device, and it's still there, its feed ends and the new one takes its place.
     */
    readonly resume: (room: Room, payload: ChatResume, context: Context<ChatEvent>) => Outcome<Room, ChatResumed>;
    /** A user leaves, with all devices. The feeds end, and the others are shown `left`. */
    readonly leave: (room: Room, user: ChatName, context: Context<ChatEvent>) => Room;
    /** One of a user's devices leaves; with the last one, the user does. */
    readonly disconnect: (room: Room, payload: ChatDisconnect, context: Context<ChatEvent>) => Room;
    /** Shows a text to all members (the speaker too), to all but some, or to one; replies the message. */
    readonly say: (room: Room, payload: ChatSay, context: Context<ChatEvent>) => Outcome<Room, ChatMessage>;
    /** A user has to leave: the feeds end with `KickedError`, and the others are shown `left`. */
    readonly kick: (room: Room, payload: ChatKick, context: Context<ChatEvent>) => Outcome<Room, void>;
  };
  readonly queries: {
    /** The last messages, or the first ones after a number; those meant for all, or those that a user may see. */
    readonly history: (room: Room, payload: ChatHistory | undefined) => readonly ChatMessage[];
    /** What a user missed after the number `after`, as `resume` tells it, without joining. */
    readonly missed: (room: Room, payload: ChatResume) => ChatMissed;
    /** Who is in the room, and with which devices. */
    readonly members: (room: Room) => ChatMembers;
    /** How many there are, and what happened so far. */
    readonly stats: (room: Room) => ChatRoomStats;
    /** Messages and numbers as plain data, for the option `restore` of another room. */
    readonly dump: (room: Room, payload: void, clock: Clock) => ChatRoomDump;
  };
}

/** A chat room: what `createChatRoom` makes. */
export type ChatRoom = Store<ChatRoomDefinition>;

/**
 * The definition of a chat room, for whoever makes stores of definitions.
 *
 * @param options as for `createChatRoom`
 * @throws TypeError for options that no room can work with
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { defineChatRoom } from 'ownstate/stores';
 *
 * const room = createStore(defineChatRoom({ history: 10 }));
 * console.log((await room.ask.join('ann')).members); // [ 'ann' ]
 * ```
 */
export function defineChatRoom(options: ChatRoomOptions = {}): ChatRoomDefinition {
  const settings = settingsOf(options);
  const { name = 'chat room', restore } = options;
  if (restore !== undefined) {
    expectDump(restore, 'chat-room');
    expectRecord(restore, 'restore');
  }
  const past = () => restore === undefined ? new Past(settings.history, 0) : Past.of(restore, settings.history);
  return {
    name,
    state: () => {
      const room: Room = new Room(settings, { gone: (device, context, why) => room.lose(device, context, why) }, past());
      return room;
    },
    events: type<ChatEvent>(),
    view: ({ size, seq }) => ({ members: size, seq }),
    commands: {
      join: (room, user, context) => {
        checkName(user, 'user', settings);
        room.expectPlaceFor(user);
        return authorised(room, settings, () => comes(user), context, APART, (now, then) => now.join(user, then));
      },
      resume: (room, payload, context) => {
        const { user, after } = checkResume(payload, settings);
        room.expectReturnOf(user);
        return authorised(room, settings, () => comes(user), context, APART, (now, then) => now.resume(user, after, then));
      },
      leave: (room, user, context) => {
        checkName(user, 'user', settings);
        room.leave(user, context);
        return room;
      },
      disconnect: (room, payload, context) => {
        const { user, device } = checkDevice(payload, settings);
        room.disconnect(user, device, context);
        return room;
      },
      say: (room, payload, context) => {
        const speech = speechOf(payload, settings);
        const member = room.member(speech.user);
        // Without closures, since this is what a room does most.
        if (settings.authorise === undefined) return reply(room, room.say(member, speech, context));
        return authorised(room, settings, () => says(speech), context, { policy: 'concat', key: member }, (now, then) => now.say(member, speech, then));
      },
      kick: (room, payload, context) => {
        const { user, by, reason } = checkKick(payload, settings);
        room.member(user);
        return authorised(room, settings, () => kicks(user, by), context, APART, (now, then) => now.kick(user, reason, then));
      },
    },
    queries: {
      history: (room, payload) => room.history(checkPage(payload, settings)),
      missed: (room, payload) => {
        const { user, after } = checkResume(payload, settings);
        return room.missed(user, after);
      },
      members: (room) => room.members(),
      stats: (room) => room.stats(),
      dump: (room, _payload, { now }) => ({ ...dumpOf('chat-room', now()), ...room.record() }),
    },
  };
}

/**
 * Makes a chat room. Commands: `join(user)`, `resume({ user, after })`, `leave(user)`, `disconnect({ user, device })`,
 * `say({ user, text, to, except })`, `kick({ user, by, reason })`; queries: `history({ user, after, limit })`,
 * `missed({ user, after })`, `members()`, `stats()`, `dump()`. Its view is `{ members, seq }`.
 *
 * A member's feed is read with `subscribe` or with `for await`, and to leave it is to leave the room. What a reader is too
 * slow for is dropped, and the feed says how much; the room waits for nobody. A feed fails with `KickedError`, and under
 * the overflow `'disconnect'` with `FeedFullError`.
 *
 * A reply may fail with `InvalidPayloadError`, `UserExistsError`, `NotInRoomError`, `RoomFullError`, `TooFastError` and
 * `NotAllowedError`; the room then stays as it is. To join, to leave and to speak costs one item for each reader.
 *
 * @param options the bounds, and those of `createStore`
 * @throws TypeError for options that no room can work with
 *
 * @example
 * ```ts
 * import { createChatRoom } from 'ownstate/stores';
 *
 * const room = createChatRoom();
 * const { feed } = await room.ask.join('ann');
 * feed.subscribe((item) => console.log(item.type)); // joined, message, left
 * await room.ask.join('bob');
 * await room.ask.say({ user: 'bob', text: 'hello' });
 * await room.ask.leave('bob');
 * console.log((await room.ask.history()).map(({ text }) => text)); // [ 'hello' ]
 * ```
 */
export function createChatRoom(options: ChatRoomOptions = {}): ChatRoom {
  return createStore(defineChatRoom(options), options);
}
