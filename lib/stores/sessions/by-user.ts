/**
 * The sessions of each user, in the order in which they became his, as a ring through their slots: to add one and to take
 * one out costs the same however many there are.
 *
 * ```
 *   'ann' ──▶ latest: 7, size: 3        7 ⇄ 4 ⇄ 9 ⇄ (7)        behind the oldest comes the latest
 * ```
 */
import type { Key } from '../structures/check-payload.js';
import { grown } from '../structures/heap.js';

interface Ring {
  latest: number;
  size: number;
}

export class ByUser {
  readonly #rings = new Map<Key, Ring>();
  /** Whose each slot is. */
  readonly #users: (Key | undefined)[] = [];
  #older = new Uint32Array(16);
  #newer = new Uint32Array(16);

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
    if (ring !== undefined) return this.#join(ring, slot);
    this.#older[slot] = this.#newer[slot] = slot;
    this.#rings.set(user, { latest: slot, size: 1 });
  }

  /** A slot is nobody's from now on. */
  delete(slot: number): void {
    const user = this.#users[slot];
    if (user === undefined) return;
    this.#users[slot] = undefined;
    const ring = this.#rings.get(user)!;
    if (ring.size === 1) this.#rings.delete(user);
    else this.#leave(ring, slot);
  }

  clear(): void {
    this.#rings.clear();
    this.#users.length = 0;
    this.#older = new Uint32Array(16);
    this.#newer = new Uint32Array(16);
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
