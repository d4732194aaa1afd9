/**
 * Money that is set aside: it stays in its account, and nobody may take it but by its hold.
 *
 * ```
 *   hold ──▶ held ──▶ captured       the captured part goes, the rest is free again
 *                ├──▶ released       all of it is free again
 *                └──▶ expired        the same, from the very millisecond `expiresAt` on
 * ```
 *
 * What has expired is free at once: whoever looks first sets it aside, which is done once for each. The sweep announces it,
 * and remembers it among those that ended. They're kept for a while, so that who comes too late is told why.
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
  /** Those that have expired and aren't swept yet: the money is free, and the end is still to be announced. */
  readonly #lapsed = new Window<number, HeldMoney>(Infinity);
  readonly #ended: Window<number, HeldMoney>;
  /** Holds that were ever made, and the number of the last one. */
  made = 0;

  /** `most`: how many there may be, and of how many it's remembered how they ended. */
  constructor(most: number) {
    this.#most = most;
    this.#ended = new Window(most);
  }

  /** When the first one expires that isn't swept yet; `Infinity` for never. */
  get next(): number {
    const { oldest } = this.#lapsed;
    // A cast: the oldest one is there.
    return oldest === undefined ? this.#expiries.next : (this.#lapsed.get(oldest) as HeldMoney).expiresAt;
  }

  /** How many are held. */
  count(now: number): number {
    this.#lapse(now);
    return this.#slots.size;
  }

  /** One that is held, or has ended not long ago. */
  find(hold: number): HeldMoney | undefined {
    const slot = this.#slots.find(hold);
    return slot < 0 ? this.#lapsed.get(hold) ?? this.#ended.get(hold) : this.#slots.values[slot];
  }

  statusOf({ status, expiresAt }: HeldMoney, now: number): HoldStatus {
    return status === 'held' && expiresAt <= now ? 'expired' : status;
  }

  /** What is really held of an account's money. */
  heldOf(account: Account, now: number): bigint {
    this.#lapse(now);
    return account.held;
  }

  /** Sets money aside. There must be room. */
  add(hold: HeldMoney): void {
    this.#expiries.set(this.#slots.add(hold.hold, hold), hold.expiresAt);
    if (hold.account) hold.account.held += hold.amount;
  }

  /** Takes one out that was added by mistake. */
  remove(hold: HeldMoney): void {
    const slot = this.#slots.find(hold.hold);
    if (slot < 0) return this.#lapsed.delete(hold.hold);
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

  /** One that has expired and isn't swept yet, the earliest first; `undefined` if there's none. */
  due(now: number): HeldMoney | undefined {
    this.#lapse(now);
    const { oldest } = this.#lapsed;
    return oldest === undefined ? undefined : this.#lapsed.get(oldest);
  }

  /** The same, as long as there are more of them than there may be holds. */
  get excess(): HeldMoney | undefined {
    const { oldest, size } = this.#lapsed;
    return oldest === undefined || size <= this.#most ? undefined : this.#lapsed.get(oldest);
  }

  /** Those that are held, by number, and those that ended, in that order. */
  all(now: number): { readonly held: readonly HeldMoney[]; readonly ended: readonly HeldMoney[] } {
    this.#lapse(now);
    return {
      held: Array.from(this.#slots.entries(), ([, slot]) => this.#slots.values[slot]!).sort((one, other) => one.hold - other.hold),
      ended: [...this.#ended.entries(), ...this.#lapsed.entries()].map(([, hold]) => hold),
    };
  }

  /** One that has ended elsewhere is remembered here. */
  remember(hold: HeldMoney): void {
    this.#ended.add(hold.hold, hold);
    this.trim();
  }

  /** Frees the money of what has expired. What has ended so isn't held again, also where a batch is undone. */
  #lapse(now: number): void {
    for (let slot = this.#expiries.due(now); slot >= 0; slot = this.#expiries.due(now)) {
      const hold = this.#slots.values[slot]!;
      this.remove(hold);
      this.#lapsed.add(hold.hold, hold);
    }
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
