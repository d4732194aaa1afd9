/**
 * All sessions, as their store holds them: what is known of each, by the slot of its id.
 *
 * ```
 *   id ──slots──▶ slot ──▶ data · user · created · used · idle · end
 *                          expiries    used + idle, or end if that's earlier; read at each access
 *                          by user     the other sessions of the same user
 * ```
 *
 * To use a session is to write two numbers: when it was used, and when it expires. The expiries also say who makes room
 * beyond a limit: whoever would expire first, and so what has expired before what lives.
 */
import type { Clock, Context } from '../../index.js';
import type { Key } from '../structures/check-payload.js';
import { Expiries } from '../structures/expiries.js';
import { grown } from '../structures/heap.js';
import { Slots } from '../structures/slots.js';
import { SWEPT_AT_ONCE, Sweep } from '../structures/sweep.js';
import { ByUser } from './by-user.js';
import type { Session, SessionEvent } from './types.js';

/** What the sessions of a store go by. */
export interface SessionLimits {
  readonly idle: number;
  readonly absolute: number;
  readonly touchEvery: number;
  readonly sweep: number;
  readonly maxSessions: number;
  readonly maxPerUser: number;
}

/** What a session is made with. */
export interface SessionFields<T> {
  readonly data: T;
  readonly user?: Key | null | undefined;
  readonly ttl?: number | undefined;
}

/** What a session becomes. */
export interface SessionChange<T> {
  readonly data: T | undefined;
  readonly user: Key | null | undefined;
  readonly ttl: number | null | undefined;
}

type Emit = Context<SessionEvent>['emit'];

/** Four numbers a slot, side by side: times in milliseconds. */
const CREATED = 0;
const USED = 1;
const IDLE = 2;
const END = 3;
const FIELDS = 4;

/** What lives for ever expires from here on, behind all others and those first whose use is longest ago: no clock gets there. */
const FOREVER = 2 ** 52;

/**
 * From this share of `maxSessions` on each use puts its own expiry right, and so many others in turn. That's all of them
 * before there are `maxSessions`: so when somebody has to make room, who would expire first is known, and no command has to
 * put all of them right at once.
 */
const CROWDED = 7 / 8;
const MOVED_AT_ONCE = 8;

export class SessionBook<T> {
  readonly limits: SessionLimits;
  readonly users: ByUser = new ByUser();
  readonly sweep: Sweep;
  readonly #slots = new Slots<string, T>();
  readonly #expiries = new Expiries();
  #times = new Float64Array(16 * FIELDS);
  #latest = -Infinity;
  /** The slot whose turn it was to be put right. */
  #turn = -1;
  #view: { readonly held: number } = { held: 0 };
  created = 0;
  deleted = 0;
  expired = 0;
  evicted = 0;

  constructor(limits: SessionLimits) {
    this.limits = limits;
    this.sweep = new Sweep(limits.sweep);
  }

  /** The time, which never runs backwards here: what has once expired stays so, whatever the clock says. */
  time(clock: Clock): number {
    const now = clock.now();
    if (now > this.#latest) this.#latest = now;
    return this.#latest;
  }

  // ── read ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The slot of a session that lives, or -1: for an expired one as for one that never was. */
  find(id: string, now: number): number {
    const slot = this.#slots.find(id);
    return slot >= 0 && this.#expiries.isExpired(slot, now) ? -1 : slot;
  }

  lives(slot: number, now: number): boolean {
    return !this.#expiries.isExpired(slot, now);
  }

  /** Whether an id is taken, be it by a session that has expired and isn't swept. */
  isTaken(id: string): boolean {
    return this.#slots.find(id) >= 0;
  }

  data(slot: number): T {
    return this.#slots.values[slot]!;
  }

  /** A session as it's given out. */
  session(slot: number, id: string = this.#slots.keys[slot]!): Session<T> {
    return {
      id,
      user: this.users.of(slot),
      data: this.#slots.values[slot]!,
      createdAt: this.#times[slot * FIELDS + CREATED]!,
      usedAt: this.#times[slot * FIELDS + USED]!,
      expiresAt: this.expiresAt(slot),
    };
  }

  /** The idle time of a session, and when it ends at the latest. */
  lifetime(slot: number): { readonly idle: number; readonly end: number } {
    return { idle: this.#times[slot * FIELDS + IDLE]!, end: this.#times[slot * FIELDS + END]! };
  }

  /** From when on it's gone, if it isn't used before. */
  expiresAt(slot: number): number {
    const at = this.#expiries.at(slot);
    return at < FOREVER ? at : Infinity;
  }

  /** Sessions that live. Costs what has expired, and what was used since it was looked at last. */
  size(now: number): number {
    return this.#slots.size - this.#expiries.count(now);
  }

  /** What `select` and `snapshot` show: the same object as long as it's the same. */
  get view(): { readonly held: number } {
    const held = this.#slots.size;
    if (held !== this.#view.held) this.#view = { held };
    return this.#view;
  }

  /** The slots of those that live, in the order in which they got their ids. */
  all(now: number): number[] {
    return Array.from(this.#slots.entries(), ([, slot]) => slot).filter((slot) => this.lives(slot, now));
  }

  /** The slots of a user's sessions that live, the one used last first. */
  allOf(user: Key, now: number): number[] {
    const used = (slot: number) => this.#times[slot * FIELDS + USED]!;
    return this.users.slots(user).filter((slot) => this.lives(slot, now)).sort((one, other) => used(other) - used(one));
  }

  // ── write ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Takes a session in that was created and last used at these times. Its id must be free, and there must be room. */
  add(id: string, { data, user, ttl = this.limits.idle }: SessionFields<T>, createdAt: number, usedAt: number, end: number): number {
    const slot = this.#slots.add(id, data);
    const at = slot * FIELDS;
    if (at + FIELDS > this.#times.length) this.#times = grown(this.#times, at + FIELDS);
    this.#times[at + CREATED] = createdAt;
    this.#times[at + IDLE] = ttl;
    this.#times[at + END] = end;
    if (user !== undefined && user !== null) this.users.add(slot, user);
    this.write(slot, usedAt);
    return slot;
  }

  /** A new session, for which room is made. */
  create(id: string, fields: SessionFields<T>, now: number, emit: Emit): number {
    this.#makeRoom(fields.user, now, emit);
    const slot = this.add(id, fields, now, now, now + this.limits.absolute);
    this.created++;
    emit({ type: 'created', id, user: this.users.of(slot) });
    return slot;
  }

  /** Gives a session other fields; `undefined` keeps what there is, a `ttl` of `null` is the store's own idle time. */
  change(slot: number, { data, user, ttl }: SessionChange<T>, now: number, emit: Emit): void {
    if (user !== undefined && (user ?? undefined) !== this.users.of(slot)) {
      if (user !== null) this.#makeRoomFor(user, now, emit);
      this.users.delete(slot);
      if (user !== null) this.users.add(slot, user);
    }
    if (data !== undefined) this.#slots.values[slot] = data;
    if (ttl !== undefined) this.#times[slot * FIELDS + IDLE] = ttl ?? this.limits.idle;
    this.write(slot, now);
  }

  /** A session is used: its idle time begins anew, unless that was written a moment ago. */
  use(slot: number, now: number): void {
    const at = slot * FIELDS;
    const since = now - this.#times[at + USED]!;
    if (since < this.limits.touchEvery && since < this.#times[at + IDLE]! / 2) return;
    this.write(slot, now);
  }

  /** Writes down that a session was used. Its end stays where it is. */
  write(slot: number, now: number): void {
    const at = slot * FIELDS;
    this.#times[at + USED] = now;
    const expiry = Math.min(now + this.#times[at + IDLE]!, this.#times[at + END]!);
    this.#expiries.set(slot, expiry < FOREVER ? expiry : FOREVER + now);
    if (this.#slots.size >= this.limits.maxSessions * CROWDED) this.#putRight(slot);
  }

  /** Whoever would expire first may hide any number of those that moved back: so it's by turn, not from the first on. */
  #putRight(slot: number): void {
    this.#expiries.settle(slot);
    for (let count = 0; count < MOVED_AT_ONCE; count++) {
      this.#turn = this.#turn + 1 < this.#slots.keys.length ? this.#turn + 1 : 0;
      this.#expiries.settle(this.#turn);
    }
  }

  /** The same session by another id. */
  rename(slot: number, id: string): void {
    this.#slots.rename(slot, id);
  }

  /** Ends a session that lives. */
  delete(slot: number, by: 'id' | 'user' | 'others', emit: Emit): void {
    const { id, user } = this.#forget(slot);
    this.deleted++;
    emit({ type: 'deleted', id, user, by });
  }

  /** Frees an id that an expired session has kept. */
  free(id: string, emit: Emit): void {
    const slot = this.#slots.find(id);
    if (slot >= 0) this.#expire(slot, emit);
  }

  /** Ends all of them. */
  clear(now: number, emit: Emit): number {
    for (let slot = this.#expiries.due(now); slot >= 0; slot = this.#expiries.due(now)) this.#expire(slot, emit);
    const count = this.#slots.size;
    this.#slots.clear();
    this.#expiries.clear();
    this.users.clear();
    this.deleted += count;
    emit({ type: 'cleared', count });
    return count;
  }

  /** Removes what has expired, so much of it as may be done in a row; `more` says whether there's more to look at. */
  removeExpired(now: number, emit: Emit): { readonly removed: number; readonly more: boolean } {
    const before = this.expired;
    for (let looks = 0; looks < SWEPT_AT_ONCE && this.#expiries.next <= now; looks++) {
      const slot = this.#expiries.due(now, 1);
      if (slot >= 0) this.#expire(slot, emit);
    }
    return { removed: this.expired - before, more: this.#expiries.next <= now };
  }

  /** To be called by each command that may have brought an earlier expiry, or the first one. */
  arm(context: Context<SessionEvent>): void {
    const { next } = this.#expiries;
    if (next < FOREVER) this.sweep.arm(context, next);
  }

  /** Sees to it that both limits leave room for one more. */
  #makeRoom(user: Key | null | undefined, now: number, emit: Emit): void {
    if (user !== undefined && user !== null) this.#makeRoomFor(user, now, emit);
    if (this.#slots.size < this.limits.maxSessions) return;
    this.#evict(this.#expiries.due(Infinity), 'maxSessions', now, emit);
  }

  /** Costs what the limit allows to one user. */
  #makeRoomFor(user: Key, now: number, emit: Emit): void {
    if (this.users.size(user) < this.limits.maxPerUser) return;
    const at = (slot: number) => this.#expiries.at(slot);
    // Of those that expire at the same time, the one that came first.
    const first = this.users.slots(user).reduce((found, slot) => at(slot) <= at(found) ? slot : found);
    this.#evict(first, 'maxPerUser', now, emit);
  }

  /** Ends a session to make room, unless it has ended already. */
  #evict(slot: number, reason: 'maxSessions' | 'maxPerUser', now: number, emit: Emit): void {
    if (!this.lives(slot, now)) return this.#expire(slot, emit);
    const { id, user } = this.#forget(slot);
    this.evicted++;
    emit({ type: 'evicted', id, user, reason });
  }

  #expire(slot: number, emit: Emit): void {
    const reason = this.#expiries.at(slot) === this.#times[slot * FIELDS + END] ? 'absolute' : 'idle';
    const { id, user } = this.#forget(slot);
    this.expired++;
    emit({ type: 'expired', id, user, reason });
  }

  #forget(slot: number): { readonly id: string; readonly user: Key | undefined } {
    const id = this.#slots.keys[slot]!;
    const user = this.users.of(slot);
    this.users.delete(slot);
    this.#expiries.delete(slot);
    this.#slots.delete(slot);
    return { id, user };
  }
}
