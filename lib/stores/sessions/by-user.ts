/**
 * The sessions of each user, in the order in which they became his, as a ring through their slots: to add one and to take
 * one out costs the same however many there are.
 *
 * ```
 *   'ann' ──▶ latest: 7, size: 3        7 ⇄ 4 ⇄ 9 ⇄ (7)        behind the oldest comes the latest
 * ```
 *
 * A user's ring stays for a while when it's empty: V8's Map looks at what was deleted under a key until it's built anew, so
 * that one user who comes and goes in a large Map would take longer each time.
 */
import type { Key } from '../structures/check-payload.js';
import { grown } from '../structures/heap.js';

interface Ring {
  latest: number;
  size: number;
  /** Whether it's among those that were emptied. */
  emptied: boolean;
}

/** How many empty rings stay. */
const EMPTY_ONES = 1024;

export class ByUser {
  readonly #rings = new Map<Key, Ring>();
  /** Whose each slot is. */
  readonly #users: (Key | undefined)[] = [];
  #older = new Uint32Array(16);
  #newer = new Uint32Array(16);
  /** Whose ring was emptied: a circle, in which the oldest one is overwritten. */
  readonly #emptied: (Key | undefined)[] = [];
  #place = 0;

  /** Whose a slot is; `undefined` for nobody's. */
  of(slot: number): Key | undefined {
    return this.#users[slot];
  }

  size(user: Key): number {
    return this.#rings.get(user)?.size ?? 0;
  }

  /** The slots of a user, the one that came last first. */
  slots(user: Key): number[] {
    const ring = this.#rings.get(user);
    const slots: number[] = [];
    if (ring === undefined) return slots;
    for (let slot = ring.latest; slots.length < ring.size; slot = this.#older[slot]!) slots.push(slot);
    return slots;
  }

  /** A slot, which was nobody's, is a user's. */
  add(slot: number, user: Key): void {
    if (slot >= this.#older.length) {
      this.#older = grown(this.#older, slot + 1);
      this.#newer = grown(this.#newer, slot + 1);
    }
    this.#users[slot] = user;
    const ring = this.#rings.get(user);
    if (ring !== undefined && ring.size > 0) return this.#join(ring, slot);
    this.#older[slot] = this.#newer[slot] = slot;
    if (ring === undefined) this.#rings.set(user, { latest: slot, size: 1, emptied: false });
    else {
      ring.latest = slot;
      ring.size = 1;
    }
  }

  /** A slot is nobody's from now on. */
  delete(slot: number): void {
    const user = this.#users[slot];
    if (user === undefined) return;
    this.#users[slot] = undefined;
    const ring = this.#rings.get(user)!;
    this.#leave(ring, slot);
    if (ring.size === 0 && !ring.emptied) this.#keepEmpty(user, ring);
  }

  clear(): void {
    this.#rings.clear();
    this.#users.length = this.#emptied.length = this.#place = 0;
    this.#older = new Uint32Array(16);
    this.#newer = new Uint32Array(16);
  }

  /** Keeps an empty ring, and lets go of the one that is the longest among such, unless it's in use again. */
  #keepEmpty(user: Key, ring: Ring): void {
    const former = this.#emptied[this.#place];
    this.#emptied[this.#place] = user;
    this.#place = (this.#place + 1) % EMPTY_ONES;
    ring.emptied = true;
    if (former === undefined) return;
    const other = this.#rings.get(former)!;
    other.emptied = false;
    if (other.size === 0) this.#rings.delete(former);
  }

  #join(ring: Ring, slot: number): void {
    const older = ring.latest;
    const newer = this.#newer[older]!;
    this.#older[slot] = older;
    this.#newer[slot] = newer;
    this.#newer[older] = slot;
    this.#older[newer] = slot;
    ring.latest = slot;
    ring.size++;
  }

  #leave(ring: Ring, slot: number): void {
    const older = this.#older[slot]!;
    const newer = this.#newer[slot]!;
    this.#newer[older] = newer;
    this.#older[newer] = older;
    if (ring.latest === slot) ring.latest = older;
    ring.size--;
  }
}
