/** What may happen next, and how it's chosen. */
import type { Choices } from './choices.js';
import type { Clock, Task } from './clock.js';
import type { Generator } from './generator.js';

/**
 * All that is ready, in the order in which it became so, then the timers that are due first:
 *
 * ```
 *   ready    client 2 │ work of client 1 │ client 3 │ …       any of them
 *   timers   12 ms ── 12 ms ── 30 ms                          any of the first ones; time moves on to it
 * ```
 *
 * A plain draw would let a timer ring as often as anything else, and no two clients would ever drift far apart. So each
 * run has its own temper, drawn once: how readily time moves on, and how often it stays with what became ready last.
 * @internal
 */
export class Agenda {
  readonly clock: Clock;
  readonly #ready: Task[] = [];
  readonly #choices: Choices;
  readonly #haste: number;
  readonly #depth: number;

  constructor(clock: Clock, choices: Choices, generator: Generator) {
    this.clock = clock;
    this.#choices = choices;
    this.#haste = [1 / 64, 1 / 16, 1 / 4][generator.below(3)] ?? 1;
    this.#depth = [0, 0, 1 / 2, 7 / 8][generator.below(4)] ?? 0;
  }

  /** Makes a task ready. Gives the function that takes it back. */
  add(what: string, run: () => void): () => void {
    const task: Task = { what, run };
    this.#ready.push(task);
    return () => this.#remove(task);
  }

  /** Whether anything is to come but what keeps no process alive. */
  get expectant(): boolean {
    return this.#ready.length > 0 || this.clock.expectant;
  }

  /** Chooses what happens next. Gives also among how many. */
  take(): { readonly task: Task; readonly among: number } | undefined {
    const ready = this.#ready.length;
    const timers = this.clock.next();
    const among = ready + timers.length;
    const chosen = this.#choices.take(among, (generator) => {
      if (timers.length > 0 && (ready === 0 || generator.chance(this.#haste))) return ready + generator.below(timers.length);
      return generator.chance(this.#depth) ? ready - 1 : generator.below(ready);
    });
    const task = this.#ready[chosen] ?? timers[chosen - ready];
    if (task === undefined) return undefined;
    if (chosen < ready) this.#ready.splice(chosen, 1);
    return { task, among };
  }

  #remove(task: Task): void {
    const at = this.#ready.indexOf(task);
    if (at >= 0) this.#ready.splice(at, 1);
  }
}
