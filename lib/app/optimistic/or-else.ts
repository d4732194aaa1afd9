/** An outcome that takes the place of a guess. */
import type { Command } from '../../core/command.js';
import { Outcome, type Lift } from '../../core/outcome.js';

/** If the store can't carry it out, the guess isn't to stay for ever. @internal */
export class OrElse<S, R> extends Outcome<S, R> {
  readonly #outcome: Outcome<S, R>;
  readonly #otherwise: () => S;
  #refusal: Error | undefined;

  constructor(outcome: Outcome<S, R>, otherwise: () => S) {
    super(outcome.next);
    this.#outcome = outcome;
    this.#otherwise = otherwise;
  }

  override lift<W>(next: W, lift: Lift): Outcome<W, R> {
    // Casts: every outcome that stands for a guess can be lifted; and lifted, what is without it is a whole with that in it.
    const without = lift(() => this.#otherwise()) as unknown as (whole: W) => W;
    return new OrElse(this.#outcome.lift?.(next, lift) as Outcome<W, R>, () => without(next));
  }

  override refuse(command: Command): undefined {
    this.#refusal = this.#outcome.refuse(command);
    // A cast: it's read only after this.
    if (this.#refusal) (this as { next: S }).next = this.#otherwise();
    return undefined;
  }

  override answer(command: Command): void {
    if (this.#refusal) command.owner.fail(command, this.#refusal, true);
    else this.#outcome.answer(command);
  }
}
