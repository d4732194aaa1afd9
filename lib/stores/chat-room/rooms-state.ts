/**
 * Many rooms in one store. A room is there from its first member to its last:
 *
 * ```
 *   join ─▶ opened ─ joined ─ … ─ left ─ closed       its messages go with it; its numbers don't begin anew
 *   restore ─▶ waits for members, as long as `restoredFor` says ─▶ closed
 * ```
 */
import type { Context } from '../../index.js';
import { NotInRoomError, RoomFullError } from '../errors.js';
import { ageOf, type Dump } from '../structures/dump.js';
import { Sweep, SWEPT_AT_ONCE } from '../structures/sweep.js';
import type { ChatEvent, ChatJoin, ChatName, ChatResumed, ChatWhy } from './items.js';
import type { ChatRecord, Settings } from './options.js';
import { Past } from './past.js';
import { Room, type ChatRoomStats, type Device, type Member } from './room.js';

/** A room came to be, or vanished. */
export interface ChatRoomEvent {
  readonly type: 'opened' | 'closed';
  readonly room: ChatName;
}

/** What `createChatRooms` announces on `events$`. */
export type ChatRoomsEvent = ChatEvent | ChatRoomEvent;

/** What `dump` gives: plain data. */
export interface ChatRoomsDump extends Dump<'chat-rooms'> {
  /** No room that has vanished went beyond this number. */
  readonly seq: number;
  readonly rooms: readonly (readonly [room: ChatName, record: ChatRecord])[];
}

/** What `stats` gives. Counts of what happened include rooms that have vanished. */
export interface ChatRoomsStats extends Omit<ChatRoomStats, 'seq'> {
  readonly rooms: number;
}

/** What is settled beside what each room goes by. */
export interface Bounds {
  readonly maxRooms: number;
  readonly restoredFor: number;
}

type RoomsContext = Context<ChatRoomsEvent>;

export class Rooms {
  readonly #settings: Settings;
  readonly #maxRooms: number;
  readonly #rooms = new Map<ChatName, Room>();
  /** In which rooms a user is. */
  readonly #of = new Map<ChatName, Set<ChatName>>();
  /** Rooms that were restored and wait for members, and until when. */
  readonly #restored = new Set<ChatName>();
  #until = Infinity;
  readonly #sweep = new Sweep(0);
  /** The latest time that a command saw. */
  #now = -Infinity;
  /** A new room counts on from here, so that nobody who was in a former one of its name takes old numbers for new ones. */
  #seq = 0;
  /** Of the rooms that have vanished. */
  #said = 0;
  #kicked = 0;
  #dropped = 0;

  constructor(settings: Settings, { maxRooms, restoredFor }: Bounds, dump: ChatRoomsDump | undefined, now: number) {
    this.#settings = settings;
    this.#maxRooms = maxRooms;
    if (dump === undefined) return;
    this.#until = now + restoredFor - ageOf(dump, now);
    // A room to which nobody may come back any more leaves only its numbers.
    this.#seq = dump.rooms.reduce((most, [, { seq }]) => Math.max(most, seq), dump.seq);
    if (this.#until <= now) return;
    for (const [name, record] of dump.rooms) {
      this.#rooms.set(name, this.#make(name, Past.of(record, settings.history)));
      this.#restored.add(name);
    }
  }

  /** Rooms that are there. */
  size(now: number): number {
    return this.#rooms.size - (this.#isOver(now) ? this.#restored.size : 0);
  }

  /** A room, if it's there. */
  find(name: ChatName, now: number): Room | undefined {
    return this.#isOver(now) && this.#restored.has(name) ? undefined : this.#rooms.get(name);
  }

  /** The room and the member. @throws NotInRoomError */
  member(name: ChatName, user: ChatName, now: number): { readonly room: Room; readonly member: Member } {
    const room = this.find(name, now);
    if (room === undefined) throw new NotInRoomError(user);
    return { room, member: room.member(user) };
  }

  /** @throws RoomFullError, UserExistsError */
  expectPlaceFor(name: ChatName, user: ChatName, returns: boolean, now: number): void {
    const room = this.find(name, now);
    if (room === undefined && this.size(now) >= this.#maxRooms) throw new RoomFullError('rooms', this.#maxRooms);
    if (returns) room?.expectReturnOf(user);
    else room?.expectPlaceFor(user);
  }

  /** @throws RoomFullError, UserExistsError */
  join(name: ChatName, user: ChatName, context: RoomsContext): ChatJoin {
    this.expectPlaceFor(name, user, false, context.now());
    return this.#open(name, user, context).join(user, context);
  }

  /** @throws RoomFullError */
  resume(name: ChatName, user: ChatName, after: number, context: RoomsContext): ChatResumed {
    this.expectPlaceFor(name, user, true, context.now());
    return this.#open(name, user, context).resume(user, after, context);
  }

  /** The room for one more member, a new one if need be. */
  #open(name: ChatName, user: ChatName, context: RoomsContext): Room {
    const now = context.now();
    const known = this.find(name, now);
    const room = known ?? this.#make(name, new Past(this.#settings.history, this.#seq));
    if (known === undefined) {
      if (this.#restored.has(name)) this.#close(name, context);
      this.#rooms.set(name, room);
      context.emit(Object.freeze({ type: 'opened', room: name }));
    }
    // Somebody came back.
    this.#restored.delete(name);
    const its = this.#of.get(user);
    if (its === undefined) this.#of.set(user, new Set([name]));
    else its.add(name);
    return room;
  }

  #make(name: ChatName, past: Past): Room {
    const room: Room = new Room(this.#settings, { room: name, gone: (device, context, why) => this.#lose(name, room, device, context, why) }, past);
    return room;
  }

  #lose(name: ChatName, room: Room, device: Device, context: RoomsContext, why: ChatWhy): void {
    room.lose(device, context, why);
    this.tidy(name, room, device.member.user, context);
  }

  /** After somebody may have left a room. */
  tidy(name: ChatName, room: Room, user: ChatName, context: RoomsContext): void {
    // A reader may leave late, when its room has vanished and another one has come.
    if (this.#rooms.get(name) !== room || room.has(user)) return;
    const its = this.#of.get(user);
    its?.delete(name);
    if (its?.size === 0) this.#of.delete(user);
    if (room.size === 0) this.#close(name, context);
  }

  #close(name: ChatName, context: RoomsContext): void {
    const room = this.#rooms.get(name);
    this.#rooms.delete(name);
    this.#restored.delete(name);
    if (room === undefined) return;
    const { said, kicked, dropped } = room.stats();
    this.#said += said;
    this.#kicked += kicked;
    this.#dropped += dropped;
    this.#seq = Math.max(this.#seq, room.seq);
    context.emit(Object.freeze({ type: 'closed', room: name }));
  }

  /** Out of all rooms; how many they were. */
  leaveAll(user: ChatName, context: RoomsContext): number {
    const names = [...this.#of.get(user) ?? []];
    for (const name of names) {
      // A cast: a user is only in rooms that are there.
      const room = this.#rooms.get(name) as Room;
      room.leave(user, context);
      this.tidy(name, room, user, context);
    }
    return names.length;
  }

  // ── rooms that were restored ──────────────────────────────────────────────────────────────────────────────────────

  /** To be called by each command. */
  arm(context: RoomsContext): void {
    if (this.#restored.size === 0) return;
    this.#see(context);
    this.#sweep.arm(context, this.#until);
  }

  /** Removes restored rooms to which nobody came back in time, and gives how many. */
  sweep(context: RoomsContext): number {
    this.#sweep.begin(context);
    if (!this.#isOver(this.#see(context))) {
      this.arm(context);
      return 0;
    }
    let count = 0;
    for (const name of this.#restored) {
      if (count === SWEPT_AT_ONCE) break;
      this.#close(name, context);
      count++;
    }
    if (this.#restored.size > 0) {
      context.tell('sweep');
      // A full mailbox takes no tell, but what a timer sends.
      this.arm(context);
    }
    return count;
  }

  #see({ now }: RoomsContext): number {
    this.#now = Math.max(this.#now, now());
    return this.#now;
  }

  #isOver(now: number): boolean {
    return Math.max(this.#now, now) >= this.#until;
  }

  // ── what is asked ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** The names of all rooms, or of those in which a user is. */
  names(user: ChatName | undefined, now: number): ChatName[] {
    if (user !== undefined) return [...this.#of.get(user) ?? []];
    const over = this.#isOver(now);
    return [...this.#rooms.keys()].filter((name) => !over || !this.#restored.has(name));
  }

  stats(now: number): ChatRoomsStats {
    const sum = { rooms: 0, members: 0, devices: 0, history: 0, said: this.#said, kicked: this.#kicked, dropped: this.#dropped };
    for (const name of this.names(undefined, now)) {
      // A cast: it's one of the names.
      const { members, devices, history, said, kicked, dropped } = (this.#rooms.get(name) as Room).stats();
      sum.rooms++;
      sum.members += members;
      sum.devices += devices;
      sum.history += history;
      sum.said += said;
      sum.kicked += kicked;
      sum.dropped += dropped;
    }
    return sum;
  }

  record(now: number): Pick<ChatRoomsDump, 'seq' | 'rooms'> {
    // A cast: they are names of rooms.
    return { seq: this.#seq, rooms: this.names(undefined, now).map((name) => [name, (this.#rooms.get(name) as Room).record()]) };
  }
}
