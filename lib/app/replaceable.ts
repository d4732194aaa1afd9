/** A definition whose whole state may be replaced from outside: what is saved, sent or travelled back to can be put in. */
import { expectFunction, expectObject, expect } from '../internal/expect.js';
import { isThenable } from '../internal/thenable.js';
import type { AnyDefinition, Definition, Given, StateOf } from '../index.js';

/** What `replace` takes: a state, or a function that makes the next one of the present one. */
export type Replacement<S> = S | ((state: S) => S | PromiseLike<S>);

/** How what comes is looked at. */
export interface ReplaceableOptions<S> {
  /**
   * Called with each state before it's taken over, and gives back the one that is: to check what came from outside, or to
   * bring it into form. What it throws is what the `replace` fails with; the state then stays. Default: any state is taken.
   */
  readonly check?: (state: S) => S;
}

/** A definition `D` with the command `replace`. */
export type Replaceable<D extends AnyDefinition> = Omit<D, 'commands'> & {
  readonly commands: D['commands'] & {
    /** Puts another state in the place of the present one. */
    readonly replace: (state: StateOf<D>, next: Replacement<StateOf<D>>) => StateOf<D> | Promise<StateOf<D>>;
  };
};

/**
 * Adds the command `replace` to a definition, which puts another state in the place of the present one. The owner of a
 * state decides so whether others may do that: `persist` and the time travel of `ownstate/devtools` need it.
 *
 * `replace` takes the next state, or a function that makes it of the present one. Where that gives a Promise, the store
 * waits for it: commands sent meanwhile are handled afterwards, on the state that came. It fails with what the function,
 * its Promise or `check` fail with; the state then stays.
 *
 * @param definition the definition, without a command `replace` of its own
 * @param options how what comes is checked
 * @throws TypeError for a definition that has a command `replace`, or a `check` that is no function
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { replaceable } from 'ownstate/app';
 *
 * const counter = createStore(replaceable({
 *   name: 'counter',
 *   state: 0,
 *   commands: { increment: (count) => count + 1 },
 * }, { check: (count) => Math.max(0, count) }));
 *
 * counter.tell.replace(41);
 * counter.tell.increment();
 * console.log(counter.snapshot()); // 42
 * counter.tell.replace((count) => count - 100);
 * console.log(counter.snapshot()); // 0
 * ```
 */
export function replaceable<S, D extends Definition<S, E>, E = never>(
  definition: Given<S, D, E>,
  options: ReplaceableOptions<NoInfer<S>> = {},
): Replaceable<D> {
  expectObject(definition, 'definition');
  const { commands } = definition;
  expectObject(commands, 'commands');
  expect(!Object.hasOwn(commands, 'replace'), 'commands', 'a table without a command `replace`', commands);
  expectObject(options, 'options');
  const { check = (state: S) => state } = options;
  expectFunction(check, 'check');
  const replace = (state: S, next: Replacement<S>): S | Promise<S> => {
    // Casts: a state is never a function, and never a promise.
    const made: unknown = typeof next === 'function' ? (next as (state: S) => unknown)(state) : next;
    return isThenable(made) ? Promise.resolve(made as PromiseLike<S>).then((state) => check(state)) : check(made as S);
  };
  // A cast: `S` is the state of `D`.
  return { ...definition, commands: { ...commands, replace } } as unknown as Replaceable<D>;
}
