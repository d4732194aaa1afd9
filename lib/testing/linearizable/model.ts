/** A model of a store: what each command does to the state, and what it replies. */
import type { Message } from '../../index.js';
import type { Operation } from '../operation.js';
import { hashOf, same } from './same.js';

/** What a command does: the next state, and its reply (`undefined` unless given) or the error that its ask fails with. */
export type LinearStep<S> =
  | { readonly state: S; readonly reply?: unknown }
  | { readonly state: S; readonly error: unknown };

/** What a store is meant to do, as a plain function. */
export interface LinearModel<S, M extends Message = Message> {
  /** The first state; with `key`, that of each key. */
  readonly init: S;
  /**
   * What a command or a query does to a state. Pure: it changes neither of them, and goes by nothing else. What it throws
   * is what the ask is to fail with; the state stays then.
   */
  readonly step: (state: S, message: M) => LinearStep<S>;
  /**
   * The part of the state that a message is about, such as an account's number. Messages with different keys must have
   * nothing to do with each other; each key is then judged alone, which is much faster. Keys are those of a Map.
   */
  readonly key?: (message: M) => unknown;
  /** The messages that never change the state, by their types: with them named, long histories are judged much faster. */
  readonly queries?: readonly string[];
  /**
   * Whether the step explains how the operation ended, which is `replied` or `failed`. Default: the reply or the error
   * is the same by what it holds; errors are the same by name and message.
   */
  readonly matches?: (step: LinearStep<S>, operation: Operation<M>) => boolean;
  /** Whether two states are the same. Default: they hold the same, through objects, arrays, Maps and Sets. */
  readonly equal?: (a: S, b: S) => boolean;
  /** The same for states that are equal. Default: made from what they hold; with an `equal` of your own, none. */
  readonly hash?: (state: S) => string | number;
}

/** A step that doesn't explain what the operation was answered. @internal */
export const REFUSED = -1;

/** A model at work: it numbers the states that come up, so that they're compared once. @internal */
export class Judge<S, M extends Message> {
  readonly #model: LinearModel<S, M>;
  readonly #queries: ReadonlySet<string>;
  readonly #states: S[] = [];
  readonly #numbers = new Map<string | number, number[]>();
  readonly #kinds = new Map<Operation<M>, number>();
  readonly #firsts = new Map<number, Operation<M>[]>();
  readonly #equal: (a: S, b: S) => boolean;
  readonly #hash: (state: S) => string | number;

  constructor(model: LinearModel<S, M>) {
    this.#model = model;
    this.#queries = new Set(model.queries);
    this.#equal = model.equal ?? same;
    this.#hash = model.hash ?? (model.equal ? () => 0 : hashOf);
  }

  /** The number of a state. */
  numberOf(state: S): number {
    const hash = this.#hash(state);
    let numbers = this.#numbers.get(hash);
    if (numbers === undefined) this.#numbers.set(hash, numbers = []);
    for (const number of numbers) if (this.#equal(this.stateOf(number), state)) return number;
    numbers.push(this.#states.push(state) - 1);
    return this.#states.length - 1;
  }

  stateOf(number: number): S {
    // A cast: numbers are given out by `numberOf` only.
    return this.#states[number] as S;
  }

  /** The number of the state after an operation, `REFUSED` where the model gives another answer than the store gave. */
  step(number: number, operation: Operation<M>): number {
    const state = this.stateOf(number);
    const step = this.#take(state, operation);
    if (operation.outcome !== 'unknown' && !(this.#model.matches ?? matches)(step, operation)) return REFUSED;
    return step.state === state ? number : this.numberOf(step.state);
  }

  #take(state: S, message: M): LinearStep<S> {
    try {
      return this.#model.step(state, message);
    } catch (error) {
      return { state, error };
    }
  }

  isQuery({ type }: Operation<M>): boolean {
    return this.#queries.has(type);
  }

  /** The same number for operations that any step takes for the same. */
  kindOf(operation: Operation<M>): number {
    const known = this.#kinds.get(operation);
    if (known !== undefined) return known;
    const hash = hashOf(tellingOf(operation));
    let alike = this.#firsts.get(hash);
    if (alike === undefined) this.#firsts.set(hash, alike = []);
    const first = alike.find((other) => same(tellingOf(other), tellingOf(operation)));
    if (first === undefined) alike.push(operation);
    const kind = first === undefined ? this.#kinds.size : this.kindOf(first);
    this.#kinds.set(operation, kind);
    return kind;
  }
}

function matches(step: LinearStep<unknown>, operation: Operation): boolean {
  if (operation.outcome === 'failed') return 'error' in step && same(step.error, operation.error);
  return operation.outcome === 'replied' && !('error' in step) && same(step.reply, operation.reply);
}

/** All of an operation that a step and its answer go by. */
function tellingOf(operation: Operation): readonly unknown[] {
  const { type, payload, outcome } = operation;
  return outcome === 'replied' ? [type, payload, outcome, operation.reply]
    : [type, payload, outcome, outcome === 'failed' ? operation.error : undefined];
}
