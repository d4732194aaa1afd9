/**
 * The classes of outcomes, by which is told what a handler gave back (the core's door names the type, and has their
 * makers), and those of what the store itself decides.
 */
import { hold, reply, ticket, type Outcome } from '../../index.js';

/** A class whose instances can be told. */
type ClassOf<T> = abstract new (...given: never[]) => T;

// Casts: an instance knows its class, and a class the one that it extends; in their types they don't.
const classOf = <T extends object>(made: T): ClassOf<T> => made.constructor as never;

/** What `reply` makes. */
export const Answer: ClassOf<Outcome<unknown, unknown> & { readonly value: unknown }> = classOf(reply(undefined, undefined)) as never;

/** What `hold` makes. */
export const Held: ClassOf<Outcome<unknown, unknown>> = classOf(hold(undefined, ticket<unknown>()));

/** What all outcomes extend that are more than a state. */
export const AnyOutcome: abstract new <S, R>(next: S) => Outcome<S, R> = Object.getPrototypeOf(Answer) as never;

/** A command as the core knows it. */
type Command = Parameters<Outcome<unknown, unknown>['answer']>[0];

/**
 * Commits a state, and fails the command nonetheless. No handler has failed just now, so `onHandlerError` has no say. `own`:
 * by a decision of the store's, which is shown on `errors$` and never brings a process down.
 *
 * @internal
 */
export class Failing<S> extends AnyOutcome<S, never> {
  readonly #error: unknown;
  readonly #own: boolean;

  constructor(next: S, error: unknown, own: boolean) {
    super(next);
    this.#error = error;
    this.#own = own;
  }

  override refuse(): undefined {
    return undefined;
  }

  override answer(command: Command): void {
    command.owner.fail(command, this.#error, this.#own);
  }
}

/** An outcome in the place of a guess: if the store can't carry it out, the guess isn't to stay for ever. @internal */
export class OrElse<S, R> extends AnyOutcome<S, R> {
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
