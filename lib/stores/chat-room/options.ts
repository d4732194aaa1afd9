/** How chat rooms are made: what the owner of the room decides. */
import type { FeedOverflow, StoreOptions } from '../../index.js';
import type { Observable } from 'rxjs';
import { expect, expectFunction, expectObject, expectOneOf } from '../../internal/expect.js';
import { randomId, type IdSource } from '../structures/chance.js';
import type { Dump } from '../structures/dump.js';
import type { ChatMessage, ChatName } from './items.js';
import type { ChatRate } from './pace.js';

/** What somebody wants to do: what the option `authorise` is asked about. */
export interface ChatRequest {
  readonly action: 'join' | 'say' | 'kick';
  /** Who joins or speaks; who is to be kicked. */
  readonly user: ChatName;
  /** What is to be said. */
  readonly text?: string;
  /** To whom, if not to all. */
  readonly to?: ChatName;
  /** Who wants `user` to be kicked, if that was said. */
  readonly by?: ChatName;
  /** The room, in a store of many rooms. */
  readonly room?: ChatName;
}

/** What rooms go by, one or many. Each field is optional. */
export interface ChatSettings {
  /** How many devices a user may join with at once. Default 1: a second `join` fails with `UserExistsError`. */
  readonly devices?: number;
  /** The most users in a room. Default 10,000; beyond it `join` fails with `RoomFullError`. */
  readonly maxMembers?: number;
  /** How many messages are kept. Default 100; 0 for none. */
  readonly history?: number;
  /** The most items that wait for a reader. Default 50. */
  readonly buffer?: number;
  /**
   * What happens to a reader who is slower than that: `'drop-newest'` (default) and `'drop-oldest'` lose messages, and the
   * feed says how many; `'disconnect'` ends its feed with `FeedFullError`, and it leaves.
   */
  readonly overflow?: FeedOverflow;
  /** The longest text, in UTF-16 code units as in `text.length`. Default 4,096. */
  readonly maxText?: number;
  /** The longest name of a user or a room. Default 256. */
  readonly maxName?: number;
  /** How fast each member may speak: beyond it `say` fails with `TooFastError`. Default: as fast as they like. */
  readonly rate?: ChatRate;
  /**
   * Asked before anybody joins, speaks or is kicked: `true` lets it happen, anything else fails it with
   * `NotAllowedError`, a throw or a rejection with that error. A Promise or an Observable doesn't hold up the room.
   */
  readonly authorise?: (request: ChatRequest) => boolean | PromiseLike<boolean> | Observable<boolean>;
  /** Makes the first part of all message ids of a room. Default: 132 random bits. */
  readonly ids?: IdSource;
}

/** How a chat room is made. Each field is optional. */
export interface ChatRoomOptions extends ChatSettings, StoreOptions {
  /** What errors and traces call it. Default `'chat room'`. */
  readonly name?: string;
  /** What `dump` of another room gave: its messages and numbers go on. Its members join anew. */
  readonly restore?: ChatRoomDump;
}

/** What a dump tells of a room. */
export interface ChatRecord {
  /** The number of the last thing that happened. */
  readonly seq: number;
  /** The number of the last message that isn't kept any more; 0 for none. */
  readonly forgotten: number;
  /** The messages that are kept, those for single users too, the oldest first. */
  readonly messages: readonly ChatMessage[];
  /** Who was not to see a message: its number, and the users. */
  readonly except: readonly (readonly [seq: number, users: readonly ChatName[]])[];
}

/** What `dump` of a room gives: plain data. */
export interface ChatRoomDump extends Dump<'chat-room'>, ChatRecord {}

/** What rooms go by, complete. */
export interface Settings {
  readonly devices: number;
  readonly maxMembers: number;
  readonly history: number;
  readonly buffer: number;
  readonly overflow: FeedOverflow;
  readonly maxText: number;
  readonly maxName: number;
  readonly rate: ChatRate | undefined;
  readonly authorise: ChatSettings['authorise'];
  readonly ids: IdSource;
}

/** @throws TypeError for options that no room can work with */
export function settingsOf(options: ChatSettings & StoreOptions): Settings {
  expectObject(options, 'options');
  const {
    devices = 1, maxMembers = 10_000, history = 100, buffer = 50, overflow = 'drop-newest', maxText = 4096, maxName = 256,
    rate, authorise, ids = randomId, onHandlerError,
  } = options;
  for (const [name, value] of Object.entries({ devices, maxMembers, buffer, maxText, maxName })) expectCount(value, name);
  expect(Number.isSafeInteger(history) && history >= 0, 'history', 'an integer from 0 on', history);
  expectOneOf(overflow, 'overflow', 'drop-oldest', 'drop-newest', 'disconnect');
  if (rate !== undefined) {
    expectObject(rate, 'rate');
    expectCount(rate.messages, 'rate.messages');
    expectCount(rate.per, 'rate.per');
    // Of larger ones the level of a bucket isn't exact.
    expect(Number.isSafeInteger(rate.messages * rate.per), 'rate.per', `so that ${rate.messages} times it is within 2^53 - 1`, rate.per);
  }
  if (authorise !== undefined) expectFunction(authorise, 'authorise');
  expectFunction(ids, 'ids');
  // A room that forgot its members couldn't end their feeds.
  expect(onHandlerError !== 'reset', 'onHandlerError', '\'keep\' or \'stop\'', onHandlerError);
  const own = rate && { messages: rate.messages, per: rate.per };
  return { devices, maxMembers, history, buffer, overflow, maxText, maxName, rate: own, authorise, ids };
}

/** @throws TypeError unless `value` is a positive integer */
export function expectCount(value: unknown, name: string): void {
  expect(Number.isSafeInteger(value) && (value as number) > 0, name, 'a positive integer', value);
}
