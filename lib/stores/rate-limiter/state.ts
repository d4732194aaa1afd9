/**
 * What a limiter knows: a bucket for each key that isn't full, and what else there's to remember of some keys.
 *
 * ```
 *   'ann' ──Slots──▶ 7 ──▶ buckets 7     what it lacks, and since when
 *                          expiries 7    not before that time it's full again: then it equals no bucket, and is dropped
 *                          dues 7        when the first of those who wait for it is served
 *                          values[7]     a block, limits of its own, a line; nothing for most keys
 * ```
 */
import type { Context } from '../../index.js';
import { TooManyKeysError } from '../errors.js';
import type { Key } from '../structures/check-payload.js';
import { Expiries } from '../structures/expiries.js';
import { Slots } from '../structures/slots.js';
import { Sweep, SWEPT_AT_ONCE } from '../structures/sweep.js';
import { Buckets } from './buckets.js';
import type { Limits } from './limits.js';
import type { Line } from './line.js';
import type { RateLimiterEvent } from './types.js';

/** What is to be remembered of some keys besides their bucket. */
export interface Special {
  own: Limits | undefined;
  /** Nothing is given before this time. */
  blockedUntil: number;
  line: Line | undefined;
}

/** The context of a limiter's commands. */
export type LimiterContext = Context<RateLimiterEvent>;

/** The state of a limiter. Only its own handlers look into it. */
export class RateLimiterState {
  readonly limits: Limits;
  readonly maxKeys: number;
  readonly slots: Slots<Key, Special | undefined> = new Slots();
  readonly buckets: Buckets;
  readonly expiries: Expiries = new Expiries();
  readonly dues: Expiries = new Expiries();
  readonly sweep: Sweep;
  /** Slots with a line in which somebody has given up, and those behind haven't moved up yet. */
  readonly loose: Set<number> = new Set();
  waiting = 0;
  allowed = 0;
  refused = 0;
  evicted = 0;
  #latest = -Infinity;
  /** When the timer for those who wait rings. */
  #alarm = Infinity;

  constructor(limits: Limits, maxKeys: number, sweep: number) {
    this.limits = limits;
    this.maxKeys = maxKeys;
    this.buckets = new Buckets(limits.each.length);
    this.sweep = new Sweep(sweep);
  }

  // ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The time by which buckets go: whole milliseconds, and never back. A clock that does gives nothing away twice. */
  time(now: number): number {
    return Math.max(this.#latest, Math.floor(now));
  }

  /** The same, and it's not to be earlier from now on. */
  tick(now: number): number {
    return this.#latest = this.time(now);
  }

  // ── what there's of a key; -1 is the slot of one of which there's nothing ─────────────────────────────────────────

  limitsOf(slot: number): Limits {
    return (slot < 0 ? undefined : this.slots.values[slot]?.own) ?? this.limits;
  }

  lineOf(slot: number): Line | undefined {
    return slot < 0 ? undefined : this.slots.values[slot]?.line;
  }

  blockedUntil(slot: number): number {
    return this.slots.values[slot]?.blockedUntil ?? -Infinity;
  }

  /** How long until so many tokens can be given, after the block and to whoever waits; 0 for now, `Infinity` for never. */
  timeFor(slot: number, tokens: number, now: number): number {
    if (slot < 0) return tokens > this.limits.least ? Infinity : 0;
    const from = Math.max(now, this.buckets.at(slot), this.blockedUntil(slot));
    return from === Infinity ? Infinity : from - now + this.buckets.timeFor(slot, this.limitsOf(slot), tokens, from);
  }

  /** What is to be remembered besides the bucket. */
  special(slot: number): Special {
    return this.slots.values[slot] ??= { own: undefined, blockedUntil: -Infinity, line: undefined };
  }

  // ── keys come and go ──────────────────────────────────────────────────────────────────────────────────────────────

  /** Whether there's room for one more key, if need be by forgetting one. */
  get hasRoom(): boolean {
    return this.slots.size < this.maxKeys || this.expiries.size > 0;
  }

  /**
   * A key gets a bucket, a full one. Where there are too many, the one that will be full first goes: it gives the least
   * away. One that is never full, is blocked for ever, has limits of its own or a line stays.
   *
   * @throws TooManyKeysError if none can go
   */
  add(key: Key, now: number, context: LimiterContext | undefined): number {
    if (!this.hasRoom) throw new TooManyKeysError(this.maxKeys);
    if (this.slots.size >= this.maxKeys) {
      const victim = this.#fullFirst();
      const resetAfter = this.expiries.at(victim) - now;
      if (resetAfter > 0) {
        this.evicted++;
        context?.emit({ type: 'evicted', key: this.slots.keys[victim]!, resetAfter });
      }
      this.forget(victim);
    }
    const slot = this.slots.add(key, undefined);
    this.buckets.fill(slot, now);
    return slot;
  }

  /** The bucket that will be full first, of those that can be forgotten. There has to be one. */
  #fullFirst(): number {
    for (;;) {
      const slot = this.expiries.due(Infinity);
      const until = this.until(slot);
      if (until <= this.expiries.at(slot)) return slot;
      this.expiries.set(slot, until);
    }
  }

  forget(slot: number): void {
    this.expiries.delete(slot);
    this.dues.delete(slot);
    this.slots.delete(slot);
  }

  /** To be called after anything of a key has changed: says when there's nothing to remember of it, or forgets it. */
  settle(slot: number, now: number, context: LimiterContext): void {
    const special = this.slots.values[slot];
    if (special && !special.own && !special.line && special.blockedUntil <= now) this.slots.values[slot] = undefined;
    const until = this.until(slot);
    if (until <= now) return this.forget(slot);
    this.expiries.set(slot, until);
    this.sweep.arm(context, this.expiries.next);
  }

  /** From when on there's nothing to remember of a key. A draw makes that later, of which `expiries` needn't hear at once. */
  until(slot: number): number {
    const special = this.slots.values[slot];
    const fullAt = this.buckets.fullAt(slot, this.limitsOf(slot));
    if (special === undefined) return fullAt;
    return special.own || special.line ? Infinity : Math.max(fullAt, special.blockedUntil);
  }

  /** Keys of which there's something to remember. */
  size(now: number): number {
    return this.slots.size - this.expiries.expired(now).filter((slot) => this.until(slot) <= now).length;
  }

  /** Forgets what there's nothing to remember of. Gives how many that were. */
  clean(now: number, context: LimiterContext): number {
    const { expiries, slots: { size } } = this;
    this.sweep.begin(context);
    for (let looked = 0; looked < SWEPT_AT_ONCE && expiries.next <= now; looked++) {
      const slot = expiries.due(now, 1);
      if (slot < 0) continue;
      const until = this.until(slot);
      if (until <= now) this.forget(slot);
      else expiries.set(slot, until);
    }
    if (expiries.next <= now) context.tell('sweep');
    // Also then: a full mailbox takes no tell, but what a timer sends.
    this.sweep.arm(context, expiries.next);
    return size - this.slots.size;
  }

  // ── the timer of those who wait ───────────────────────────────────────────────────────────────────────────────────

  /** One timer, for when the first of all of them is due; none while nobody waits. */
  arm({ now, timers }: LimiterContext): void {
    const next = this.loose.size > 0 ? this.#latest : this.dues.next;
    if (next >= this.#alarm && next < Infinity) return;
    if (next < Infinity) timers.set('serve', Math.max(0, next - now()), 'serve');
    else if (this.#alarm < Infinity) timers.clear('serve');
    this.#alarm = next;
  }

  /** The timer has rung, or somebody else has sent what it sends. */
  disarm({ timers }: LimiterContext): void {
    timers.clear('serve');
    this.#alarm = Infinity;
  }
}
