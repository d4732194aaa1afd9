/**
 * What has become true and is still to be told: events, answers to those who wait, and when the timer is to come next.
 *
 * ```
 *   command ─▶ settle ─▶ … ─┬─ succeeds ─▶ leave: events, then answers, and the timer
 *                           └─ is refused     all of it stays here, for the next command that succeeds
 * ```
 */
import type { Context } from '../../index.js';
import { Sweep } from '../structures/sweep.js';
import type { TaskQueueEvent } from './types.js';

export class Outbox {
  #events: TaskQueueEvent[] = [];
  #answers: (() => void)[] = [];
  readonly #sweep = new Sweep(0);
  /** The earliest time for which the timer is to be set, of those that have come up since it was. */
  #wake = Infinity;

  announce(event: TaskQueueEvent): void {
    this.#events.push(event);
  }

  /** What is to be done after the commit: an answer to somebody who waits. */
  answer(deed: () => void): void {
    this.#answers.push(deed);
  }

  /** Something is to be done at a time. */
  wakeAt(time: number): void {
    if (time < this.#wake) this.#wake = time;
  }

  /** Gives out what waits for the end of a successful command, and sees to the timer. */
  leave(context: Context<TaskQueueEvent>): void {
    if (this.#events.length > 0) {
      const { emit } = context;
      for (const event of this.#events) emit(event);
      this.#events.length = 0;
    }
    if (this.#answers.length > 0) {
      const { after } = context;
      for (const answer of this.#answers) after(answer);
      this.#answers.length = 0;
    }
    this.#arm(context);
  }

  /** The same for a command that may still be refused, its reply being held: what waits is given out by a next one. */
  postpone(context: Context<TaskQueueEvent>): void {
    if (this.#events.length + this.#answers.length > 0) context.tell('sweep');
    this.#arm(context);
  }

  /** The timer has come, or somebody in its place. */
  begin(context: Context<TaskQueueEvent>): void {
    this.#sweep.begin(context);
  }

  /** What happened so far is nobody's business. */
  forget(): void {
    this.#events.length = 0;
  }

  #arm(context: Context<TaskQueueEvent>): void {
    if (this.#wake === Infinity) return;
    this.#sweep.arm(context, this.#wake);
    this.#wake = Infinity;
  }
}
