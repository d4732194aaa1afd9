/**
 * What waits while the owner is busy.
 *
 * ```
 *            head                            tail
 *   ┌────┬────┬────┬────┬────┬────┬────┬────┬────┬────┐
 *   │    │    │ c3 │ ×  │ c5 │ t  │ c7 │ c8 │    │    │      × withdrawn: skipped, and squeezed out once half are
 *   └────┴────┴────┴────┴────┴────┴────┴────┴────┴────┘      t a tick: passes beside the bound, is never dropped
 *                ▲ oldest: where the search for the one to drop goes on
 * ```
 *
 * Putting, taking, dropping and withdrawing cost the same however many wait (rule S8).
 */
import type { Command } from './command.js';
import { Ring } from './internal/ring.js';

/** What happens to a command that comes to a full mailbox: it fails, or the one that waits longest does. */
export type Overflow = 'reject' | 'drop-oldest';

/** A bounded queue of commands. @internal */
export class Mailbox {
  /** Commands under the bound that wait. Never more than the capacity. */
  waiting = 0;
  /** The most that ever waited. */
  highWater = 0;
  readonly #ring = new Ring<Command>();
  /** Withdrawn commands that still take room. */
  #dead = 0;
  /** Places behind the head before which nothing can be dropped. */
  #oldest = 0;

  /** Whether there is anything to take. */
  get empty(): boolean {
    return this.#ring.size === this.#dead;
  }

  /** Queues a command. Gives the one that lost its place: `command` itself, the oldest, or none. */
  put(command: Command, capacity: number, overflow: Overflow): Command | undefined {
    let lost: Command | undefined;
    if (!command.route.exempt) {
      if (this.waiting >= capacity) {
        if (overflow === 'reject') return command;
        this.withdraw(lost = this.#droppable());
      }
      if (++this.waiting > this.highWater) this.highWater = this.waiting;
    }
    command.queued = true;
    this.#ring.push(command);
    return lost;
  }

  /** Takes out the command that waits longest. */
  take(): Command | undefined {
    for (;;) {
      const command = this.#ring.shift();
      if (this.#oldest > 0) this.#oldest--;
      if (command === undefined) return undefined;
      if (!command.queued) this.#dead--;
      else {
        command.queued = false;
        if (!command.route.exempt) this.waiting--;
        return command;
      }
    }
  }

  /** Takes out a command wherever it stands; nothing happens to one that isn't in. */
  withdraw(command: Command): void {
    if (!command.queued) return;
    command.queued = false;
    if (!command.route.exempt) this.waiting--;
    if (++this.#dead > 32 && this.#dead > this.#ring.size / 2) {
      this.#ring.keep((kept) => kept.queued);
      this.#dead = this.#oldest = 0;
    }
  }

  /** The oldest command under the bound. The search goes on where it ended, so that it's constant in the long run. */
  #droppable(): Command {
    for (;;) {
      const command = this.#ring.at(this.#oldest);
      if (command.queued && !command.route.exempt) return command;
      this.#oldest++;
    }
  }
}
