/** Chance that can be repeated: numbers that follow from a seed, the same ones on every machine. */

/**
 * sfc32, the "small fast counter" generator of the PractRand suite: three words of 32 bits that are mixed by additions,
 * shifts and exclusive ors, and a counter which makes sure that no cycle is shorter than 2^32 numbers. It is all integer
 * arithmetic of 32 bits, which JavaScript defines to the last bit. @internal
 */
export class Generator {
  #a: number;
  #b: number;
  #c = 0x9e37_79b9;
  #counter = 1;

  /** @param seed an integer; seeds next to each other give sequences that have nothing in common */
  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 2 ** 32) | 0;
    // Until each bit of the seed has reached each bit of the words.
    for (let round = 0; round < 15; round++) this.next();
  }

  /** The next integer, from 0 to 2^32 - 1. */
  next(): number {
    const mixed = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + mixed | 0;
    return mixed >>> 0;
  }

  /** An integer from 0 to `n - 1`. */
  below(n: number): number {
    return Math.floor(this.next() / 2 ** 32 * n);
  }

  /** `true` with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability * 2 ** 32;
  }
}
