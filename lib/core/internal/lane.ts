/**
 * What runs and waits for one command and key of a store:
 *
 * ```
 *   join ─▶ □ □ waiting ─▶ ■ ■ running ─▶ leave          the first that waits begins when no more run than it allows;
 *                                                        nobody overtakes
 * ```
 */
import { waitFor } from '../chain.js';
import type { Command } from '../command.js';
import type { Owner } from '../owner.js';

/** An effect on its way: one command's work. @internal */
export interface Job {
  readonly command: Command;
  /** How many may run side by side for it to begin, itself among them, as its policy says. */
  readonly most: number;
  start(): void;
  /** Leaves the lane for a newer one, without a result. */
  supersede(): void;
}

/** The lanes of each store, by command and key; a lane is there while something is in it. */
const lanesOf = new WeakMap<Owner, Map<string, Map<unknown, Lane>>>();

/** @internal */
export class Lane {
  readonly #lanes: Map<unknown, Lane>;
  readonly #key: unknown;
  readonly #running = new Set<Job>();
  readonly #waiting = new Set<Job>();
  /** Nothing begins now: somebody is at it, and goes on with the next. */
  #held = false;

  constructor(lanes: Map<unknown, Lane>, key: unknown) {
    this.#lanes = lanes;
    this.#key = key;
  }

  static of({ owner, type }: Command, key: unknown): Lane {
    const byType = lanesOf.get(owner) ?? new Map<string, Map<unknown, Lane>>();
    const byKey = byType.get(type) ?? new Map<unknown, Lane>();
    lanesOf.set(owner, byType.set(type, byKey));
    return byKey.get(key) ?? new Lane(byKey, key);
  }

  get taken(): boolean {
    return this.#running.size + this.#waiting.size > 0;
  }

  waits(job: Job): boolean {
    return this.#waiting.has(job);
  }

  /** Those that a job waits behind, for whichever ends first. */
  before(job: Job): Command[] {
    return this.waits(job) ? [...this.#running].map(({ command }) => command) : [];
  }

  /** A newer one takes the place of all that's in it, and none of them is to begin because another one left. */
  clear(): void {
    this.#held = true;
    for (const former of [...this.#running, ...this.#waiting]) former.supersede();
    this.#held = false;
  }

  join(job: Job): void {
    this.#waiting.add(job);
    this.#lanes.set(this.#key, this);
    this.#advance(this.#running.size);
  }

  /** Calls `then`, and lets the next begin. */
  leave(job: Job, then: () => void): void {
    const before = this.#running.size;
    this.#running.delete(job);
    this.#waiting.delete(job);
    then();
    if (job.command.owner.phase !== 'closed') this.#advance(before);
  }

  /** Lets those begin that may. `before`: how many ran until now. */
  #advance(before: number): void {
    if (this.#held) return;
    this.#held = true;
    for (const first of this.#waiting) {
      if (this.#running.size >= first.most) break;
      this.#waiting.delete(first);
      this.#running.add(first);
      first.start();
    }
    this.#held = false;
    if (!this.taken) this.#lanes.delete(this.#key);
    // Where policies are mixed, one may leave without making room: those that wait now wait for fewer, maybe in a ring.
    if (this.#waiting.size > 0 && this.#running.size < before) for (const { command } of this.#running) waitFor(command);
  }
}
