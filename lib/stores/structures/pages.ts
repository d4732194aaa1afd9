/**
 * What stands in slots, page by page. A page costs what it looks at, and that has a bound, however many slots there are:
 *
 * ```
 *   slot     0   1   2   3   4   5   6   7
 *            a   b   ·   c   d   ·   e   f
 *            └── page 1 ───┘ after: 3        a reader who asks for what comes after 3 goes on there
 *                            └── page 2 ┘    after: 6 …
 * ```
 *
 * A key keeps its slot as long as it's there. So who reads all pages sees each key that is there all the time just once;
 * one that comes or goes meanwhile may be seen or not.
 */
import { check, checkInteger, checkObject } from './check-payload.js';
import type { Slots } from './slots.js';

/** How many slots a page looks at: where most of them don't fit, it may hold less than its limit, or nothing. */
export const LOOKED_AT_ONCE = 10_000;

/** Which page. Each field is optional. */
export interface PageOptions {
  /** The most items of a page, from 1 to 10,000. Default 100. */
  readonly limit?: number;
  /** Where the page before ended: its `after`. Default: the first page. */
  readonly after?: number;
}

/** @throws InvalidPayloadError */
export function checkPage(options: PageOptions): void {
  checkObject(options);
  const { limit, after } = options;
  if (limit !== undefined) checkInteger(limit, 'limit', 1, LOOKED_AT_ONCE);
  if (after !== undefined) check(Number.isSafeInteger(after) && after >= 0, 'after', 'what the page before gave as `after`', after);
}

/** The items that `pick` makes of slots (`undefined` for none), and where to go on; `undefined` at the end. */
export function pageOf<K, R>(
  slots: Slots<K, unknown>, { limit = 100, after = -1 }: PageOptions, pick: (slot: number, key: K) => R | undefined,
): { readonly items: R[]; readonly after: number | undefined } {
  const items: R[] = [];
  const { keys } = slots;
  const end = Math.min(keys.length, after + 1 + LOOKED_AT_ONCE);
  let slot = after + 1;
  for (; slot < end && items.length < limit; slot++) {
    const key = keys[slot];
    const item = key === undefined ? undefined : pick(slot, key);
    if (item !== undefined) items.push(item);
  }
  return { items, after: slot < keys.length ? slot - 1 : undefined };
}
