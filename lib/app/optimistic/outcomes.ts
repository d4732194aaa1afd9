/** The classes of outcomes, by which is told what a handler gave back. The core's door names the type, and has their makers. */
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
