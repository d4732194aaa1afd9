/** What is inferred of chat rooms, and what must not compile. */
import type { Feed, Reply, Store } from 'ownstate';
import {
  createChatRoom, createChatRooms, defineChatRoom,
  type ChatEvent, type ChatItem, type ChatJoin, type ChatMembers, type ChatMessage, type ChatMissed, type ChatName, type ChatResumed, type ChatRoom,
  type ChatRoomDefinition, type ChatRoomDump, type ChatRooms, type ChatRoomsDump, type ChatRoomsEvent, type ChatRoomStats, type ChatRoomsStats,
} from 'ownstate/stores';
import type { Observable } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';

const room = createChatRoom();
const rooms = createChatRooms();

describe('a chat room', () => {
  it('replies what its commands and queries say', () => {
    expectTypeOf(room).toEqualTypeOf<ChatRoom>();
    expectTypeOf(room).toEqualTypeOf<Store<ChatRoomDefinition>>();
    expectTypeOf(room.ask.join('ann')).toEqualTypeOf<Reply<ChatJoin>>();
    expectTypeOf(room.ask.join(7)).toEqualTypeOf<Reply<ChatJoin>>();
    expectTypeOf(room.ask.resume({ user: 'ann', after: 0 })).toEqualTypeOf<Reply<ChatResumed>>();
    expectTypeOf(room.ask.leave('ann')).toEqualTypeOf<Reply<undefined>>();
    expectTypeOf(room.ask.disconnect({ user: 'ann', device: 1 })).toEqualTypeOf<Reply<undefined>>();
    expectTypeOf(room.ask.say({ user: 'ann', text: 'x' })).toEqualTypeOf<Reply<ChatMessage>>();
    expectTypeOf(room.ask.kick({ user: 'ann' })).toEqualTypeOf<Reply<void>>();
    expectTypeOf(room.ask.history()).toEqualTypeOf<Reply<readonly ChatMessage[]>>();
    expectTypeOf(room.ask.history({ limit: 1 })).toEqualTypeOf<Reply<readonly ChatMessage[]>>();
    expectTypeOf(room.ask.missed({ user: 'ann', after: 0 })).toEqualTypeOf<Reply<ChatMissed>>();
    expectTypeOf(room.ask.members()).toEqualTypeOf<Reply<ChatMembers>>();
    expectTypeOf(room.ask.stats()).toEqualTypeOf<Reply<ChatRoomStats>>();
    expectTypeOf(room.ask.dump()).toEqualTypeOf<Reply<ChatRoomDump>>();
  });

  it('shows a view and announces events', () => {
    expectTypeOf(room.snapshot()).toEqualTypeOf<{ readonly members: number; readonly seq: number }>();
    expectTypeOf(room.events$).toEqualTypeOf<Observable<ChatEvent>>();
  });

  it('gives feeds of items that are told apart by their type', () => {
    expectTypeOf<ChatJoin['feed']>().toEqualTypeOf<Feed<ChatItem>>();
    const text = (item: ChatItem): string => {
      switch (item.type) {
        case 'message': return item.text;
        case 'joined': return String(item.user);
        case 'left': return item.why;
        case 'dropped': return String(item.count);
      }
    };
    expectTypeOf(text).returns.toEqualTypeOf<string>();
    expectTypeOf<ChatMessage['to']>().toEqualTypeOf<ChatName | undefined>();
  });

  it('takes nothing else', () => {
    const never = () => {
      // @ts-expect-error there's no user
      room.ask.join();
      // @ts-expect-error a user is a string or a number
      room.ask.join({ user: 'ann' });
      // @ts-expect-error there's no text
      room.ask.say({ user: 'ann' });
      // @ts-expect-error a text is a string
      room.ask.say({ user: 'ann', text: 1 });
      // @ts-expect-error users are given as an array
      room.ask.say({ user: 'ann', text: 'x', except: 'bob' });
      // @ts-expect-error there's no number
      room.ask.resume({ user: 'ann' });
      // @ts-expect-error an unknown overflow
      createChatRoom({ overflow: 'wait' });
      // @ts-expect-error an unknown option
      createChatRoom({ capacity: 5 });
      // @ts-expect-error a dump of many rooms
      createChatRoom({ restore: {} as ChatRoomsDump });
      // @ts-expect-error a message can't be changed
      room.ask.say({ user: 'ann', text: 'x' }).subscribe((message) => { message.text = 'y'; });
    };
    expectTypeOf(never).toBeFunction();
    expectTypeOf(room.tell).not.toHaveProperty('history');
    expectTypeOf(defineChatRoom()).toEqualTypeOf<ChatRoomDefinition>();
  });
});

describe('many chat rooms', () => {
  it('reply as one does, with the room named', () => {
    expectTypeOf(rooms).toEqualTypeOf<ChatRooms>();
    expectTypeOf(rooms.ask.join({ room: 'r', user: 'ann' })).toEqualTypeOf<Reply<ChatJoin>>();
    expectTypeOf(rooms.ask.say({ room: 1, user: 'ann', text: 'x' })).toEqualTypeOf<Reply<ChatMessage>>();
    expectTypeOf(rooms.ask.leaveAll('ann')).toEqualTypeOf<Reply<number>>();
    expectTypeOf(rooms.ask.rooms()).toEqualTypeOf<Reply<readonly ChatName[]>>();
    expectTypeOf(rooms.ask.sweep()).toEqualTypeOf<Reply<number>>();
    expectTypeOf(rooms.ask.stats()).toEqualTypeOf<Reply<ChatRoomsStats>>();
    expectTypeOf(rooms.events$).toEqualTypeOf<Observable<ChatRoomsEvent>>();
    expectTypeOf(rooms.snapshot()).toEqualTypeOf<{ readonly rooms: number }>();
  });

  it('take nothing without a room', () => {
    const never = () => {
      // @ts-expect-error there's no room
      rooms.ask.say({ user: 'ann', text: 'x' });
      // @ts-expect-error there's no room
      rooms.ask.join('ann');
      // @ts-expect-error there's no room
      rooms.ask.history({ limit: 1 });
    };
    expectTypeOf(never).toBeFunction();
  });
});
