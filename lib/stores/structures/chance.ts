/** Where ids and random numbers come from: the Web Crypto of the platform, unless a store is given another source. */

/** Makes an id, another one each time. */
export type IdSource = () => string;

/** Makes a number from 0 (included) to 1 (excluded). */
export type NumberSource = () => number;

/** Random bytes are fetched by the page: one call to the platform serves many ids. */
const page = new Uint8Array(4096);
let used = page.length;

/** Where so many random bytes begin on the page, good until the next call. */
function bytes(count: number): number {
  if (used + count > page.length) {
    crypto.getRandomValues(page);
    used = 0;
  }
  used += count;
  return used - count;
}

/** Six bits each, in an alphabet that URLs, cookies and headers take as it is. */
const ALPHABET = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (letter) => letter.charCodeAt(0));

/** The letters of the id that's being made. */
const letters: number[] = new Array<number>(22).fill(0);

/** An id of 22 characters that nobody can guess: 132 bits. */
export function randomId(): string {
  const from = bytes(letters.length);
  for (let at = 0; at < letters.length; at++) letters[at] = ALPHABET[page[from + at]! & 63]!;
  // In one piece: a text made bit by bit is put together when it's first used as a key, which costs more than all this.
  return String.fromCharCode(...letters);
}

/** A number from 0 (included) to 1 (excluded), with 48 random bits. */
export function randomNumber(): number {
  const from = bytes(6);
  return page.subarray(from, from + 6).reduce((number, byte) => (number + byte) / 256, 0);
}
