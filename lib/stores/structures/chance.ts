/** Where ids and random numbers come from: the Web Crypto of the platform, unless a store is given another source. */

/** Makes an id, another one each time. */
export type IdSource = () => string;

/** Makes a number from 0 (included) to 1 (excluded). */
export type NumberSource = () => number;

/** Random bytes are fetched by the page: one call to the platform serves many ids. */
const page = new Uint8Array(4096);
let used = page.length;

/** So many random bytes, good until the next call. */
function bytes(count: number): Uint8Array {
  if (used + count > page.length) {
    crypto.getRandomValues(page);
    used = 0;
  }
  used += count;
  return page.subarray(used - count, used);
}

/** Six bits each, in an alphabet that URLs, cookies and headers take as it is. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** An id of 22 characters that nobody can guess: 132 bits. */
export function randomId(): string {
  let id = '';
  for (const byte of bytes(22)) id += ALPHABET[byte & 63]!;
  return id;
}

/** A number from 0 (included) to 1 (excluded), with 48 random bits. */
export function randomNumber(): number {
  return bytes(6).reduce((number, byte) => (number + byte) / 256, 0);
}
