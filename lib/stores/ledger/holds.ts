/**
 * Money that is set aside: it stays in its account, and nobody may take it but by its hold.
 *
 * ```
 *   hold ──▶ held ──▶ captured       the captured part goes, the rest is free again
 *                ├──▶ released       all of it is free again
 *                └──▶ expired        the same, from the very millisecond `expiresAt` on
 * ```
 *
 * What has expired counts as free at once; the sweep only takes it out. What has ended is remembered for a while, so that
 * who comes too late is told why.
 */
import { Expiries } from '../structures/expiries.js';
import { Slots } from '../structures/slots.js';
import type { Account } from './account.js';
import type { Hold, HoldInfo, HoldStatus } from './types.js';
import { Window } from './window.js';

/** A hold as its ledger keeps it. */
export interface HeldMoney extends Hold {
  /** Whose money it is. */
  readonly account: Account | undefined;
  status: HoldStatus;
  captured: bigint;
}

export class Holds {
  readonly #most: number;
  readonly #slots = new Slots<number, HeldMoney>();
  readonly #expiries = new Expiries();
  readonly #ended: Window<number, HeldMoney>;
  /** Holds that were ever made, and the number of the last one. */
  made = 0;

  /** `most`: how many there may be, and of how many it's remembered how they ended. */
  constructor(most: number) {
    this.#most = most;
    this.#ended = new Window(most);
  }

  /** When the first one expires; `Infinity` for never. */
  get next(): number {
    return this.#expiries.next;
  }

  isFull(now: number): boolean {
    return this.#slots.size >= this.#most && this.count(now) >= this.#most;
  }

  count(now: number): number {
    return this.#slots.size - this.#expiries.count(now);
  }

  /** One that is held, or has ended not long ago. */
  find(hold: number): HeldMoney | undefined {
    const slot = this.#slots.find(hold);
    return slot < 0 ? this.#ended.get(hold) : this.#slots.values[slot];
  }

  statusOf({ status, expiresAt }: HeldMoney, now: number): HoldStatus {
    return status === 'held' && expiresAt <= now ? 'expired' : status;
  }

  /** What is really held of an account's money. Costs no more than a read, unless holds have expired and aren't swept. */
  heldOf(account: Account, now: number): bigint {
    let { held } = account;
    if (held === 0n || this.#expiries.next > now) return held;
    for (const slot of this.#expiries.expired(now)) {
      const { account: its, amount } = this.#slots.values[slot]!;
      if (its === account) held -= amount;
    }
    return held;
  }

  /** Sets money aside. There must be room. */
  add(hold: HeldMoney): void {
    this.#expiries.set(this.#slots.add(hold.hold, hold), hold.expiresAt);
    if (hold.account) hold.account.held += hold.amount;
  }

  /** Takes one out that was added by mistake. */
  remove(hold: HeldMoney): void {
    const slot = this.#slots.find(hold.hold);
    this.#expiries.delete(slot);
    this.#slots.delete(slot);
    if (hold.account) hold.account.held -= hold.amount;
  }

  /** One that is held isn't any more. */
  end(hold: HeldMoney, status: HoldStatus, captured: bigint = 0n): void {
    this.remove(hold);
    hold.status = status;
    hold.captured = captured;
    this.#ended.add(hold.hold, hold);
  }

  /** One that ended is held again: the end is undone. */
  resume(hold: HeldMoney): void {
    this.#ended.delete(hold.hold);
    hold.status = 'held';
    hold.captured = 0n;
    this.add(hold);
  }

  /** Forgets those that ended longest ago, if there are too many. */
  trim(): void {
    for (let hold = this.#ended.excess; hold !== undefined; hold = this.#ended.excess) this.#ended.delete(hold);
  }

  /** One that has expired and isn't taken out yet, the earliest first; `undefined` if there's none. */
  due(now: number): HeldMoney | undefined {
    const slot = this.#expiries.due(now);
    return slot < 0 ? undefined : this.#slots.values[slot];
  }

  /** Those that are held, and those that ended. */
  all(now: number): { readonly held: readonly HeldMoney[]; readonly ended: readonly HeldMoney[] } {
    const kept = Array.from(this.#slots.entries(), ([, slot]) => this.#slots.values[slot]!);
    return {
      held: kept.filter((hold) => this.statusOf(hold, now) === 'held'),
      ended: [...Array.from(this.#ended.entries(), ([, hold]) => hold), ...kept.filter((hold) => this.statusOf(hold, now) === 'expired')],
    };
  }

  /** One that has ended elsewhere is remembered here. */
  remember(hold: HeldMoney): void {
    this.#ended.add(hold.hold, hold);
    this.trim();
  }
}

/** A hold as it's given out. */
export function holdOf({ hold, from, to, amount, at, expiresAt, id }: Hold): Hold {
  return { hold, from, to, amount, at, expiresAt, id };
}

/** A hold as it's given out, and what became of it. */
export function holdInfo(hold: HeldMoney, status: HoldStatus): HoldInfo {
  return { ...holdOf(hold), status, captured: hold.captured };
}
