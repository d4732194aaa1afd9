/**
 * Commands that go on beside the fold: effects and later replies, in the order in which they began. A list whose members
 * know their neighbours, and not a Set: a Set that fills and empties all the time makes its table anew again and again,
 * and each old table holds on to the next one, with all that was in it.
 */
import type { Command } from '../command.js';
import { join, leave, ring, type Link } from './links.js';

/** The place of a command among the flights. @internal */
export interface Flight extends Link {
  readonly command: Command;
}

/** @internal */
export class Flights {
  size = 0;
  readonly #list = ring({});

  add(command: Command): void {
    const flight = ring({ command });
    command.extras.flight = flight;
    join(this.#list, flight);
    this.size++;
  }

  /** Whether it was in. */
  delete({ more }: Command): boolean {
    if (!more?.flight) return false;
    const { flight } = more;
    leave(flight);
    // Garbage that knows what is in use has it collected late.
    flight.before = flight.next = flight;
    more.flight = undefined;
    this.size--;
    return true;
  }

  all(): Command[] {
    const commands: Command[] = [];
    // A cast: members of this list are flights.
    for (let link = this.#list.next; link !== this.#list; link = link.next) commands.push((link as Flight).command);
    return commands;
  }
}
