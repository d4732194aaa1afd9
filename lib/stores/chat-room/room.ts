/**
 * A room: its members, their devices, and what was said. One store has one of them, or many.
 *
 * ```
 *   member 'ann' ─┬─ device 1 ─▶ feed          a message is pushed to each device's feed, after the state was shown;
 *                 └─ device 4 ─▶ feed          nobody waits for a reader
 *   member 'bob' ─── device 2 ─▶ feed
 * ```
 */
import { createFeed, type Context, type FeedSource } from '../../index.js';
import { expect } from '../../internal/expect.js';
import { KickedError, NotInRoomError, RoomFullError, TooFastError, UserExistsError } from '../errors.js';
import type {
  ChatDevice, ChatEvent, ChatItem, ChatJoin, ChatJoined, ChatLeft, ChatMembers, ChatMessage, ChatMissed, ChatName, ChatResumed, ChatWhy,
} from './items.js';
import { MessageIds } from './message-ids.js';
import type { ChatRecord, Settings } from './options.js';
import { Pace } from './pace.js';
import type { Past } from './past.js';
import type { Page, Speech } from './payloads.js';

/** Where a room stands: in which store of many, and from which number on it counts. */
export interface Place {
  readonly room?: ChatName;
  /** Called when a reader has left its feed; the room is told by `lose`. */
  readonly gone: (device: Device, context: Context, why: ChatWhy) => void;
}

/** A user in the room. */
export interface Member {
  readonly user: ChatName;
  readonly devices: Device[];
  readonly pace: Pace | undefined;
}

/** One of a user's devices: a feed and its reader. */
export interface Device {
  readonly id: number;
  readonly member: Member;
  readonly source: FeedSource<ChatItem>;
  /** Where it stands among all devices of the room. */
  place: number;
}

export class Room {
  readonly #settings: Settings;
  readonly #place: Place;
  readonly #past: Past;
  readonly #members = new Map<ChatName, Member>();
  /** All devices, in no particular order: whoever leaves is replaced by the last one. */
  readonly #devices: Device[] = [];
  /** Of those who left, how fast they spoke last: to leave and to come back doesn't give more. Oldest first. */
  readonly #paces = new Map<ChatName, Pace>();
  readonly #ids: MessageIds;
  /** The latest time seen. */
  #at = -Infinity;
  #deviceCount = 0;
  #said = 0;
  #kicked = 0;
  /** Items lost by readers that have left. */
  #lost = 0;

  /** @throws TypeError for an id that is no string */
  constructor(settings: Settings, place: Place, past: Past) {
    this.#settings = settings;
    this.#place = place;
    this.#past = past;
    const own: unknown = settings.ids();
    expect(typeof own === 'string', 'ids', 'a source of strings', own);
    this.#ids = new MessageIds(own as string);
  }

  get size(): number {
    return this.#members.size;
  }

  get seq(): number {
    return this.#past.seq;
  }

  has(user: ChatName): boolean {
    return this.#members.has(user);
  }

  /** Who is there under this name. @throws NotInRoomError */
  member(user: ChatName): Member {
    const member = this.#members.get(user);
    if (member === undefined) throw new NotInRoomError(user);
    return member;
  }

  // ── those who come ────────────────────────────────────────────────────────────────────────────────────────────────

  /** @throws UserExistsError, RoomFullError */
  expectPlaceFor(user: ChatName): void {
    const { devices, maxMembers } = this.#settings;
    const member = this.#members.get(user);
    if (member === undefined) {
      if (this.#members.size >= maxMembers) throw new RoomFullError('members', maxMembers);
    } else if (member.devices.length >= devices) {
      throw devices === 1 ? new UserExistsError(user) : new RoomFullError('devices', devices);
    }
  }

  /** As `expectPlaceFor`; but with one device each, the new one takes the place of the old one. @throws RoomFullError */
  expectReturnOf(user: ChatName): void {
    if (this.#settings.devices > 1 || !this.#members.has(user)) this.expectPlaceFor(user);
  }

  /** @throws UserExistsError, RoomFullError */
  join(user: ChatName, context: Context<ChatEvent>): ChatJoin {
    this.expectPlaceFor(user);
    const history = this.#past.messages(user, undefined, Infinity);
    const device = this.#connect(user, context);
    return { feed: device.source.feed, device: device.id, history, members: [...this.#members.keys()], seq: this.seq };
  }

  /** As `join`, from where the user was. @throws RoomFullError */
  resume(user: ChatName, after: number, context: Context<ChatEvent>): ChatResumed {
    this.expectReturnOf(user);
    const { missed, gap } = this.#past.missed(user, after);
    const device = this.#connect(user, context);
    return { feed: device.source.feed, device: device.id, missed, gap, members: [...this.#members.keys()], seq: this.seq };
  }

  #connect(user: ChatName, context: Context<ChatEvent>): Device {
    const { buffer, overflow, rate } = this.#settings;
    const { gone, room } = this.#place;
    // It may fail, so it comes first.
    const source = createFeed<unknown, ChatItem>(context, {
      capacity: buffer,
      overflow,
      notice: (count) => Object.freeze(room === undefined ? { type: 'dropped', count } : { type: 'dropped', count, room }),
      gone: (state, now, why) => {
        gone(device, now, why === 'full' ? 'slow' : 'gone');
        return state;
      },
    });
    const known = this.#members.get(user);
    const member = known ?? { user, devices: [], pace: rate && (this.#paces.get(user) ?? new Pace()) };
    const device: Device = { id: ++this.#deviceCount, member, source, place: this.#devices.length };
    const former = this.#settings.devices === 1 ? member.devices[0] : undefined;
    if (former !== undefined) this.#disconnect(former, context, 'replaced');
    device.place = this.#devices.length;
    this.#devices.push(device);
    member.devices.push(device);
    if (known === undefined) {
      this.#members.set(user, member);
      this.#paces.delete(user);
      this.#announce({ type: 'joined', ...this.#next(context), user }, context, device);
    }
    context.emit(Object.freeze(this.#placed<ChatDevice>({ type: 'connected', user, device: device.id })));
    return device;
  }

  // ── those who go ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** With all devices. @throws NotInRoomError */
  leave(user: ChatName, context: Context<ChatEvent>): void {
    this.#remove(this.member(user), context, 'left');
  }

  /** With one device. @throws NotInRoomError */
  disconnect(user: ChatName, id: number, context: Context<ChatEvent>): void {
    const device = this.member(user).devices.find((each) => each.id === id);
    if (device === undefined) throw new NotInRoomError(user, id);
    this.lose(device, context, 'left');
  }

  /** @throws NotInRoomError */
  kick(user: ChatName, reason: string | undefined, context: Context<ChatEvent>): void {
    this.#remove(this.member(user), context, 'kicked', new KickedError(user, reason));
    this.#kicked++;
  }

  /** A device is out; nothing happens if it was before. */
  lose(device: Device, context: Context<ChatEvent>, why: ChatWhy): void {
    if (this.#devices[device.place] !== device) return;
    this.#disconnect(device, context, why);
    if (device.member.devices.length === 0) this.#depart(device.member, context, why);
  }

  #remove(member: Member, context: Context<ChatEvent>, why: ChatWhy, error?: Error): void {
    for (const device of [...member.devices]) this.#disconnect(device, context, why, error);
    this.#depart(member, context, why);
  }

  #disconnect(device: Device, context: Context<ChatEvent>, why: ChatWhy, error?: Error): void {
    const { member, source, place, id } = device;
    // A cast: it has a place, so there's a last one, which takes it.
    const last = this.#devices.pop() as Device;
    if (last !== device) {
      this.#devices[place] = last;
      last.place = place;
    }
    member.devices.splice(member.devices.indexOf(device), 1);
    this.#lost += source.lost;
    context.emit(Object.freeze(this.#placed<ChatDevice>({ type: 'disconnected', user: member.user, device: id, why })));
    context.after(() => source.end(error));
  }

  /** A member without devices is no member. */
  #depart({ user, pace }: Member, context: Context<ChatEvent>, why: ChatWhy): void {
    this.#members.delete(user);
    if (pace !== undefined) this.#remember(user, pace, context.now());
    this.#announce({ type: 'left', ...this.#next(context), user, why }, context);
  }

  #remember(user: ChatName, pace: Pace, now: number): void {
    const { rate, maxMembers } = this.#settings;
    this.#paces.set(user, pace);
    // Two go for each that comes, so it never holds many that are worth nothing; and never more than a full room.
    let looked = 0;
    for (const [other, its] of this.#paces) {
      const idle = rate === undefined || its.isIdle(rate, now);
      if (!idle && this.#paces.size <= maxMembers) break;
      this.#paces.delete(other);
      if (++looked === 2) break;
    }
  }

  // ── what is said ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** @throws NotInRoomError, TooFastError */
  say(member: Member, { user, text, to, except }: Speech, context: Context<ChatEvent>): ChatMessage {
    // Since it was authorised the user may have left, and a namesake may have come.
    if (this.#members.get(user) !== member) throw new NotInRoomError(user);
    const { rate } = this.#settings;
    const { pace } = member;
    const audience = to === undefined ? undefined : this.member(to);
    if (rate !== undefined && pace !== undefined) {
      const now = context.now();
      const wait = pace.wait(rate, now);
      if (wait > 0) throw new TooFastError(user, wait);
      pace.add(rate, now);
    }
    const { seq, at } = this.#next(context);
    const id = this.#ids.of(seq);
    const { room } = this.#place;
    const message: ChatMessage = Object.freeze(
      room === undefined
        ? to === undefined ? { type: 'message', id, seq, at, user, text } : { type: 'message', id, seq, at, user, text, to }
        : to === undefined ? { type: 'message', id, seq, at, user, text, room } : { type: 'message', id, seq, at, user, text, to, room });
    this.#said++;
    this.#past.add(message, except);
    context.emit(message);
    if (audience !== undefined) context.after(() => tell(audience === member ? [member] : [audience, member], message));
    else if (except === undefined) context.after(() => this.#show(message));
    else context.after(() => this.#showBut(message, except));
    return message;
  }

  #show(item: ChatItem): void {
    // Whoever leaves upon it leaves by a command, which waits: nobody moves meanwhile.
    for (const { source } of this.#devices) source.push(item);
  }

  #showBut(item: ChatItem, but: ReadonlySet<ChatName>): void {
    for (const { member, source } of this.#devices) if (!but.has(member.user)) source.push(item);
  }

  #announce(item: ChatJoined | ChatLeft, context: Context<ChatEvent>, newcomer?: Device): void {
    const placed = Object.freeze(this.#placed(item));
    context.emit(placed);
    context.after(() => {
      for (const device of this.#devices) if (device !== newcomer) device.source.push(placed);
    });
  }

  /** Number and time of what happens next. */
  #next(context: Context<ChatEvent>): { readonly seq: number; readonly at: number } {
    const now = context.now();
    if (now > this.#at) this.#at = now;
    return { seq: ++this.#past.seq, at: this.#at };
  }

  #placed<T extends object>(item: T): T {
    const { room } = this.#place;
    return room === undefined ? item : { ...item, room };
  }

  // ── what is asked ─────────────────────────────────────────────────────────────────────────────────────────────────

  history({ user, after, limit }: Page): ChatMessage[] {
    return this.#past.messages(user, after, limit);
  }

  missed(user: ChatName, after: number): ChatMissed {
    return this.#past.missed(user, after);
  }

  members(): ChatMembers {
    const members = [...this.#members.values()].map(({ user, devices }) => ({ user, devices: devices.map(({ id }) => id) }));
    return { members, seq: this.seq };
  }

  record(): ChatRecord {
    return this.#past.record();
  }

  stats(): ChatRoomStats {
    const dropped = this.#devices.reduce((sum, { source }) => sum + source.lost, this.#lost);
    return {
      members: this.#members.size, devices: this.#devices.length, history: this.#past.size, seq: this.seq,
      said: this.#said, kicked: this.#kicked, dropped,
    };
  }
}

/** What `stats` of a room gives. */
export interface ChatRoomStats {
  /** Users in the room. */
  readonly members: number;
  /** Their devices. */
  readonly devices: number;
  /** Messages that are kept. */
  readonly history: number;
  /** The number of the last thing that happened. */
  readonly seq: number;
  /** Messages said, since the store was made. */
  readonly said: number;
  /** Users kicked, since the store was made. */
  readonly kicked: number;
  /** Items that readers lost, being too slow, since the store was made. */
  readonly dropped: number;
}

/** To these members only. */
function tell(members: readonly Member[], item: ChatItem): void {
  for (const { devices } of members) for (const { source } of devices) source.push(item);
}
