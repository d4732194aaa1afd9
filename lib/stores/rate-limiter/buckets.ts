/**
 * Buckets of tokens in one array of numbers: for each slot a time, and what each limit lacks of being full at that time.
 *
 * ```
 *   slot        0                 1                    stride: 1 + number of limits
 *   numbers   │ at  lack  lack │ at  lack  lack │ …
 *
 *   lack at a later time   =   lack - (time - at) * refill, not less than 0
 * ```
 *
 * What is lacking is counted in `every`-ths of a token, of which `refill` come back each millisecond. So all numbers are
 * integers, no fraction of a token is ever lost or made up, and nothing is to be done while time passes.
 *
 * `at` may lie in the future: then it's when the last of those is served who wait for tokens. What they'll take is
 * drawn already, and the formula tells for the time before that they come first.
 */
import { grown } from '../structures/heap.js';
import type { Limit, Limits } from './limits.js';

/** A bucket, kept aside. */
export type Copy = readonly number[];

export class Buckets {
  readonly #stride: number;
  #numbers = new Float64Array(64);

  constructor(limits: number) {
    this.#stride = limits + 1;
  }

  /** A full one, as of `time`. */
  fill(slot: number, time: number): void {
    const place = slot * this.#stride;
    if (place + this.#stride > this.#numbers.length) this.#numbers = grown(this.#numbers, place + this.#stride);
    this.#numbers.fill(0, place + 1, place + this.#stride);
    this.#numbers[place] = time;
  }

  at(slot: number): number {
    return this.#numbers[slot * this.#stride]!;
  }

  /** What a limit lacks at `time`, in `every`-ths of a token. */
  lack(slot: number, limit: number, refill: number, time: number): number {
    const place = slot * this.#stride;
    const lack = this.#numbers[place + 1 + limit]! - (time - this.#numbers[place]!) * refill;
    return lack > 0 ? lack : 0;
  }

  /** How long from `time` on (not before `at`) until so many tokens are there; 0 if they are, `Infinity` for never. */
  timeFor(slot: number, { each, least }: Limits, tokens: number, time: number): number {
    if (tokens > least) return Infinity;
    let longest = 0;
    for (let index = 0; index < each.length; index++) {
      const { refill, every, capacity } = each[index]!;
      const over = this.lack(slot, index, refill, time) + tokens * every - capacity;
      if (over > 0) longest = Math.max(longest, Math.ceil(over / refill));
    }
    return longest;
  }

  /** Takes tokens out at `time` (not before `at`), or puts them back: never more than there's room for. */
  draw(slot: number, { each }: Limits, tokens: number, time: number): void {
    const place = slot * this.#stride;
    for (let index = 0; index < each.length; index++) {
      const { refill, every, capacity } = each[index]!;
      // What is unlimited never lacks anything.
      const drawn = capacity === Infinity ? 0 : tokens * every;
      this.#numbers[place + 1 + index] = Math.max(0, this.lack(slot, index, refill, time) + drawn);
    }
    this.#numbers[place] = time;
  }

  /** Takes tokens out if they're there, where there's but one limit. Gives what it lacks then, or -1 if nothing was taken. */
  take(slot: number, { refill, every, capacity }: Limit, tokens: number, time: number): number {
    const numbers = this.#numbers;
    const place = slot * this.#stride;
    const was = numbers[place + 1]! - (time - numbers[place]!) * refill;
    const lack = (was > 0 ? was : 0) + tokens * every;
    if (lack > capacity) return -1;
    numbers[place] = time;
    numbers[place + 1] = lack;
    return lack;
  }

  /** When all is back; `Infinity` for never. */
  fullAt(slot: number, { each }: Limits): number {
    const at = this.at(slot);
    let longest = 0;
    for (let index = 0; index < each.length; index++) {
      const { refill } = each[index]!;
      const lack = this.lack(slot, index, refill, at);
      if (lack > 0) longest = Math.max(longest, Math.ceil(lack / refill));
    }
    return at + longest;
  }

  copy(slot: number): Copy {
    return Array.from(this.#numbers.subarray(slot * this.#stride, (slot + 1) * this.#stride));
  }

  /** Goes back to what was kept aside. */
  paste(slot: number, copy: Copy): void {
    this.#numbers.set(copy, slot * this.#stride);
  }

  /** Other limits from `time` on (not before `at`): what was drawn stays drawn, as far as the new bucket holds it. */
  convert(slot: number, from: Limits, to: Limits, time: number): void {
    const lacks = from.each.map((limit, index) => converted(this.lack(slot, index, limit.refill, time), limit, to.each[index]!));
    this.paste(slot, [time, ...lacks]);
  }
}

/** The same lack of another limit. A fraction that it can't count counts as drawn. */
export function converted(lack: number, from: Pick<Limit, 'every'>, to: Limit): number {
  if (to.capacity === Infinity) return 0;
  const [was, is] = [BigInt(from.every), BigInt(to.every)];
  return Math.min(to.capacity, Number((BigInt(lack) * is + was - 1n) / was));
}
