/** What the members of a chat room are shown. All of it is frozen, since all readers are given the same objects. */
import type { Feed } from '../../index.js';

/** Names a user or a room: a string or a finite number. `'1'` and `1` are two users. */
export type ChatName = string | number;

/**
 * Why somebody isn't in the room any more: by command, because the reader left its feed, kicked, or too slow a reader. A
 * device may also be replaced, by `resume`.
 */
export type ChatWhy = 'left' | 'gone' | 'kicked' | 'slow' | 'replaced';

/** What all that happens in a room has in common. */
interface ChatNumbered {
  /** Its number in the room; later ones have higher numbers. */
  readonly seq: number;
  /** When, in milliseconds of the scheduler. */
  readonly at: number;
  /** Who said it, joined or left. */
  readonly user: ChatName;
  /** The room, in a store of many rooms. */
  readonly room?: ChatName;
}

/** Something was said. */
export interface ChatMessage extends ChatNumbered {
  readonly type: 'message';
  /** Unique, in other rooms and other runs of the program too. */
  readonly id: string;
  readonly text: string;
  /** For whom it's meant; without it, for all. */
  readonly to?: ChatName;
}

/** A user came, with a first device. */
export interface ChatJoined extends ChatNumbered {
  readonly type: 'joined';
}

/** A user left, with the last device. */
export interface ChatLeft extends ChatNumbered {
  readonly type: 'left';
  readonly why: ChatWhy;
}

/** At this place of the feed the reader has missed some, being too slow. */
export interface ChatDropped {
  readonly type: 'dropped';
  /** How many. */
  readonly count: number;
  /** The room, in a store of many rooms. */
  readonly room?: ChatName;
}

/** What a member's feed gives. */
export type ChatItem = ChatMessage | ChatJoined | ChatLeft | ChatDropped;

/** A user came or left with one of several devices. */
export interface ChatDevice {
  readonly type: 'connected' | 'disconnected';
  readonly user: ChatName;
  readonly device: number;
  /** Why it was disconnected. */
  readonly why?: ChatWhy;
  /** The room, in a store of many rooms. */
  readonly room?: ChatName;
}

/** What a chat room announces on `events$`. */
export type ChatEvent = ChatMessage | ChatJoined | ChatLeft | ChatDevice;

/** What `join` answers with, all of one moment: what the feed gives is what comes after all the rest. */
export interface ChatJoin {
  /** What is said from now on, for one reader. To leave it is to leave the room. */
  readonly feed: Feed<ChatItem>;
  /** Names this device. */
  readonly device: number;
  /** The last messages so far that this user may see, the oldest first. */
  readonly history: readonly ChatMessage[];
  /** Who is in the room, the newcomer too. */
  readonly members: readonly ChatName[];
  /** The number of the last thing that happened: what `resume` may be given. */
  readonly seq: number;
}

/** What was said after a number. */
export interface ChatMissed {
  /** The messages after it that are still kept and that this user may see, the oldest first. */
  readonly missed: readonly ChatMessage[];
  /** Whether there were more, which aren't kept any longer. */
  readonly gap: boolean;
  /** The number of the last thing that happened. */
  readonly seq: number;
}

/** What `resume` answers with, all of one moment. */
export interface ChatResumed extends Omit<ChatJoin, 'history'>, ChatMissed {}

/** Who is in the room, at a moment. */
export interface ChatMembers {
  readonly members: readonly { readonly user: ChatName; readonly devices: readonly number[] }[];
  /** The number of the last thing that happened: what comes with a lower number or this one is in `members` already. */
  readonly seq: number;
}
