/** The memory of configurations: which operations have been taken in, and in which state that has ended. */
import { mix } from './hash.js';

/** Before the words of an entry: the next entry of its chain, its state, its first open operation, the number of its words. */
const HEAD = 4;

/**
 * Configurations, packed into one array of numbers.
 *
 * ```
 *   operations   1 1 1 1 1 1 0 1 1 0 1 0 0 0 0 …      in the order of their begins
 *                            ▲       ▲
 *                        first      last              only this window is kept: as wide as what overlaps
 * ```
 *
 * Of those that may have happened or not, an entry with fewer of them taken in stands for all with more: whatever
 * follows there can follow here. @internal
 */
export class Seen {
  readonly #mayWords: number;
  readonly #chains = new Map<number, number>();
  #entries = new Int32Array(1 << 10);
  /** 0 ends a chain. */
  #end = 1;

  constructor(mayWords: number) {
    this.#mayWords = mayWords;
  }

  /** Remembers a configuration. `false` if it has been seen, or one that stands for it. `hash` is that of the operations. */
  add(hash: number, state: number, first: number, last: number, must: Int32Array, may: Int32Array): boolean {
    const from = first >>> 5;
    const words = last < first ? 0 : (last >>> 5) - from + 1;
    const chain = mix(hash ^ mix(state)) & 0x3fffffff;
    const newest = this.#chains.get(chain) ?? 0;
    for (let entry = newest; entry !== 0; entry = this.#at(entry)) {
      if (this.#at(entry + 1) === state && this.#at(entry + 2) === first && this.#at(entry + 3) === words
        && this.#equals(entry + HEAD, must, from, words) && this.#within(entry + HEAD + words, may)) return false;
    }
    const entry = this.#end;
    this.#end += HEAD + words + this.#mayWords;
    this.#reserve();
    this.#entries.set([newest, state, first, words], entry);
    for (let i = 0; i < words; i++) this.#entries[entry + HEAD + i] = must[from + i] as number;
    this.#entries.set(may, entry + HEAD + words);
    this.#chains.set(chain, entry);
    return true;
  }

  #at(index: number): number {
    return this.#entries[index] as number;
  }

  #equals(at: number, must: Int32Array, from: number, words: number): boolean {
    for (let i = 0; i < words; i++) if (this.#at(at + i) !== must[from + i]) return false;
    return true;
  }

  /** Whether all that the entry at hand has taken in is in `may`. */
  #within(at: number, may: Int32Array): boolean {
    for (let i = 0; i < this.#mayWords; i++) if ((this.#at(at + i) & ~(may[i] as number)) !== 0) return false;
    return true;
  }

  #reserve(): void {
    if (this.#end <= this.#entries.length) return;
    const larger = new Int32Array(Math.max(this.#end, this.#entries.length * 2));
    larger.set(this.#entries);
    this.#entries = larger;
  }
}
