/**
 * The order in which slots were last used, as a list whose members know their neighbours: to use one costs the same
 * however many there are.
 *
 * ```
 *   oldest ⇄ … ⇄ latest         slot numbers plus one, 0 for the list itself
 * ```
 */
import { grown } from './heap.js';

export class Recency {
  #older = new Uint32Array(16);
  #newer = new Uint32Array(16);

  /** The slot whose use is longest ago, or -1. */
  get oldest(): number {
    return this.#newer[0]! - 1;
  }

  /** The slot that was used next after this one, or -1. */
  after(slot: number): number {
    return this.#newer[slot + 1]! - 1;
  }

  /** A slot was used; one that wasn't in comes in. */
  use(slot: number): void {
    const link = slot + 1;
    if (link >= this.#older.length) this.#grow(link + 1);
    if (this.#older[0] === link) return;
    this.delete(slot);
    const latest = this.#older[0]!;
    this.#older[link] = latest;
    this.#newer[link] = 0;
    this.#newer[latest] = link;
    this.#older[0] = link;
  }

  /** Takes a slot out; nothing happens to one that isn't in. */
  delete(slot: number): void {
    const link = slot + 1;
    if (link >= this.#older.length) return;
    const older = this.#older[link]!;
    const newer = this.#newer[link]!;
    // One that isn't in is nobody's neighbour.
    if (this.#newer[older] !== link || this.#older[newer] !== link) return;
    this.#newer[older] = newer;
    this.#older[newer] = older;
    this.#older[link] = this.#newer[link] = 0;
  }

  clear(): void {
    this.#older = new Uint32Array(16);
    this.#newer = new Uint32Array(16);
  }

  #grow(least: number): void {
    this.#older = grown(this.#older, least);
    this.#newer = grown(this.#newer, least);
  }
}
