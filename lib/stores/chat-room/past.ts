/**
 * What was said in a room: the last so many messages, and who may see them.
 *
 * ```
 *   forgotten      kept                        seq
 *   ───────────┤ ├─●──●─────●──●──────●──┤      ●: a message; the numbers between them are of those who joined and left
 *          after ▲ gap      after ▲ none
 * ```
 */
import { expect, expectObject } from '../../internal/expect.js';
import { Recent } from '../structures/recent.js';
import type { ChatMessage, ChatMissed, ChatName } from './items.js';
import type { ChatRecord } from './options.js';

export class Past {
  /** The number of the last thing that happened. */
  seq: number;
  readonly #capacity: number;
  readonly #kept: Recent<ChatMessage>;
  /** Who isn't to see a message that is kept. */
  readonly #except = new Map<number, ReadonlySet<ChatName>>();
  /** The number of the last message that isn't kept. */
  #forgotten: number;

  constructor(capacity: number, seq: number) {
    this.#capacity = capacity;
    this.#kept = new Recent(capacity);
    this.seq = this.#forgotten = seq;
  }

  get size(): number {
    return this.#kept.size;
  }

  add(message: ChatMessage, except: ReadonlySet<ChatName> | undefined): void {
    if (this.#kept.size === this.#capacity) {
      this.#forgotten = this.#kept.oldest?.seq ?? message.seq;
      if (this.#except.size > 0) this.#except.delete(this.#forgotten);
    }
    this.#kept.push(message);
    if (except !== undefined && this.#capacity > 0) this.#except.set(message.seq, except);
  }

  /** The last messages that a user may see, or the first ones after a number; without a user, those meant for all. */
  messages(user: ChatName | undefined, after: number | undefined, limit: number): ChatMessage[] {
    const seen = this.#kept.last().filter((message) => (after === undefined || message.seq > after) && this.#isFor(message, user));
    return after === undefined ? seen.slice(Math.max(0, seen.length - limit)) : seen.slice(0, limit);
  }

  /** What a user may see of what was said after a number. One that has never been given leaves all of it open. */
  missed(user: ChatName, after: number): ChatMissed {
    const unknown = after > this.seq;
    const missed = this.messages(user, unknown ? 0 : after, Infinity);
    return { missed, gap: unknown || after < this.#forgotten, seq: this.seq };
  }

  record(): ChatRecord {
    const except = [...this.#except].map(([seq, users]) => [seq, [...users]] as const);
    return { seq: this.seq, forgotten: this.#forgotten, messages: this.#kept.last(), except };
  }

  /** What a record tells, as far as there's room. */
  static of(record: ChatRecord, capacity: number): Past {
    const past = new Past(capacity, record.forgotten);
    const except = new Map(record.except);
    for (const { type, id, seq, at, user, text, to, room } of record.messages) {
      const message: ChatMessage = { type, id, seq, at, user, text, ...to === undefined ? {} : { to }, ...room === undefined ? {} : { room } };
      const users = except.get(seq);
      past.add(Object.freeze(message), users && new Set(users));
    }
    past.seq = record.seq;
    return past;
  }

  #isFor({ seq, user: from, to }: ChatMessage, user: ChatName | undefined): boolean {
    if (to !== undefined && user !== to && user !== from) return false;
    const except = this.#except.size > 0 ? this.#except.get(seq) : undefined;
    return except === undefined || (user !== undefined && !except.has(user));
  }
}

/** Whether a value names a user or a room. */
export function isName(value: unknown): value is ChatName {
  return typeof value === 'string' || Number.isFinite(value);
}

/** The largest number that a dump may have: there's room above it, further than anybody counts. */
const LARGEST = 2 ** 52;

/** @throws TypeError for what can't be the number of the last thing that happened */
export function expectSeq(seq: unknown, name: string): void {
  expect(Number.isSafeInteger(seq) && (seq as number) >= 0 && (seq as number) <= LARGEST, name, 'an integer from 0 to 2^52', seq);
}

/** @throws TypeError for what can't have been a room's record */
export function expectRecord(record: ChatRecord, name: string, room?: ChatName): void {
  expectObject(record, name);
  const { seq, forgotten, messages, except } = record;
  expectSeq(seq, `${name}.seq`);
  expect(Number.isSafeInteger(forgotten) && forgotten >= 0 && forgotten <= seq, `${name}.forgotten`, `an integer from 0 to ${seq}`, forgotten);
  expect(Array.isArray(messages), `${name}.messages`, 'an array', messages);
  let last = forgotten;
  for (const message of messages) {
    expect(isMessage(message) && message.seq > last && message.seq <= seq && message.room === room, `${name}.messages`, 'messages in their order', message);
    last = message.seq;
  }
  const numbers = new Set(messages.map((message) => message.seq));
  const isPair = (pair: unknown) => Array.isArray(pair) && numbers.has(pair[0] as number) && Array.isArray(pair[1]) && pair[1].every(isName);
  expect(Array.isArray(except) && except.every(isPair), `${name}.except`, 'pairs of a kept message\'s number and users', except);
}

function isMessage(value: unknown): value is ChatMessage {
  // A cast: what comes from a file may be anything.
  const { type, id, seq, at, user, text, to } = Object(value) as Partial<ChatMessage>;
  return type === 'message' && typeof id === 'string' && Number.isSafeInteger(seq) && Number.isFinite(at) && isName(user)
    && typeof text === 'string' && (to === undefined || isName(to));
}
