/** What a store tells of itself in numbers. */
import type { Owner } from './owner.js';
import type { Phase } from './lifecycle.js';

/** A plain object that `status()` makes anew at each call. */
export interface Status {
  /** Name of the store. */
  readonly name: string;
  readonly phase: Phase;
  /** Commands in the mailbox under its bound; never more than the capacity. */
  readonly waiting: number;
  /** 1 while a handler is at work or waited for, else 0. */
  readonly running: 0 | 1;
  /** Commands and queries that ended, failed ones too; results of effects, ticks and timers are commands. */
  readonly handled: number;
  /** Of those, the ones that failed. */
  readonly failed: number;
  /** Commands refused or dropped because a bound was reached. */
  readonly dropped: number;
  /** Asks whose timeout passed. */
  readonly timedOut: number;
  /** The most commands that ever waited at once. */
  readonly highWater: number;
  /** Effects that wait in a lane or run. */
  readonly effects: number;
  /** `replyLater`s that aren't settled yet. */
  readonly replies: number;
}

/** @internal */
export function statusOf(owner: Owner): Status {
  const { name, phase, mailbox, handled, failed, dropped, timedOut, effects, replies } = owner;
  const { waiting, highWater } = mailbox;
  const running = owner.current === null ? 0 : 1;
  return { name, phase, waiting, running, handled, failed, dropped, timedOut, highWater, effects, replies };
}
