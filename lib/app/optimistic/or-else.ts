/** An outcome that takes the place of a guess. */
import type { Command } from '../../core/command.js';
import { Outcome } from '../../core/outcome.js';

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
