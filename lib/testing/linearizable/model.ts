/** A model of a store: what each command does to the state, and what it replies. */
import type { Message } from '../../index.js';
import type { Operation } from '../operation.js';
import { show } from '../show.js';
import { expectSynchronous } from '../expect.js';
import { hashOf } from './hash.js';
import { same } from './same.js';

/** What a command does: the next state, and its reply (`undefined` unless given) or the error that its ask fails with. */
export type LinearStep<S> =
  | { readonly state: S; readonly reply?: unknown }
  | { readonly state: S; readonly error: unknown };

/** What of an operation a model goes by: the message, and neither who sent it nor when. */
export type Told<M extends Message> = M extends Message ? Pick<M, 'type' | 'payload'> : never;

/** What a store is meant to do, as a plain function. */
export interface LinearModel<S, M extends Message = Message> {
  /** The first state; with `key`, that of each key. */
  readonly init: S;
  /**
   * What a command or a query does to a state. Pure and synchronous: it changes neither of them, and goes by nothing else;
   * of an operation it's given the type and the payload. What it throws is what the ask is to fail with; the state stays
   * then.
   */
  readonly step: (state: S, message: Told<M>) => LinearStep<S>;
  /**
   * The part of the state that a message is about, such as an account's number. Messages with different keys must have
   * nothing to do with each other; each key is then judged alone, which is much faster. Keys are those of a Map.
   */
  readonly key?: (message: Told<M>) => unknown;
  /**
   * The messages that never change the state, by their types: with them named, long histories are judged much faster.
   * One that does change a state is refused with a TypeError as soon as it's seen.
   */
  readonly queries?: readonly string[];
  /**
   * Whether the step explains how the operation ended, which is `replied` or `failed`. Default: the reply or the error
   * is the same by what it holds; errors are the same by name and message.
   */
  readonly matches?: (step: LinearStep<S>, operation: Operation<M>) => boolean;
  /**
   * Whether two states are the same. Default: they hold the same, through plain objects (with or without a prototype),
   * arrays, typed arrays, Maps (keys as a Map takes them, values by what they hold) and Sets (items by what they hold).
   * Instances of other classes, and functions, are the same only if they're one.
   */
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
    const stays = step.state === state;
    // Also of an answer that isn't the one: that a query stays one has to hold in all states.
    if (!stays && this.isQuery(operation) && this.numberOf(step.state) !== number) {
      const how = `from ${show(state)} to ${show(step.state)}`;
      throw new TypeError(`Expected \`model.queries\` to name messages that change no state, got ${show(operation.type)}: ${how}`);
    }
    if (operation.outcome !== 'unknown' && !(this.#model.matches ?? matches)(step, operation)) return REFUSED;
    return stays ? number : this.numberOf(step.state);
  }

  #take(state: S, operation: Operation<M>): LinearStep<S> {
    let step: LinearStep<S>;
    try {
      step = this.#model.step(state, told(operation));
    } catch (error) {
      return { state, error };
    }
    expectSynchronous(step, 'model.step');
    if (!('state' in (Object(step) as object))) {
      throw new TypeError(`Expected \`model.step\` to give an object with a \`state\`, got ${show(step)}`);
    }
    return step;
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
    // What a `matches` of the model's own goes by isn't known.
    const first = this.#model.matches && operation.outcome !== 'unknown' ? undefined
      : alike.find((other) => same(tellingOf(other), tellingOf(operation)));
    if (first === undefined) alike.push(operation);
    const kind = first === undefined ? this.#kinds.size : this.kindOf(first);
    this.#kinds.set(operation, kind);
    return kind;
  }
}

/** A message of its own, so that a model goes by nothing else. @internal */
export function told<M extends Message>({ type, payload }: Operation<M>): Told<M> {
  // A cast: these two are what is told.
  return { type, payload } as unknown as Told<M>;
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
