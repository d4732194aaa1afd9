/**
 * A definition whose commands may show their outcome before it's certain:
 *
 * ```
 *   add ─▶ attempt(next, { run, done }) ─▶ next is shown ─▶ run … ─┬─ done, in its place ─▶ base
 *                                                                 └─ fails: folded again without it
 * ```
 *
 * The state is what is certain and a log of commands (optimistic/log.ts); callers see the state after the log.
 */
import { Failed } from '../core/effect.js';
import { expect, expectObject } from '../internal/expect.js';
import type { AnyDefinition, Definition, Given, StateOf } from '../index.js';
import { LogFullError } from './optimistic/errors.js';
import { logger } from './optimistic/fold.js';
import type { Guessed } from './optimistic/log.js';
import { keeping, OPTIMISTIC, over, type Over } from './over.js';

type Whole = Guessed<unknown>;

/** How an optimistic definition is run. Each field is optional. */
export interface OptimisticOptions {
  /**
   * The most commands that are kept: those handled since the oldest attempt in flight. Beyond it commands fail with
   * `LogFullError` until that has ended, by the store's own decision; results of attempts and effects are folded
   * nonetheless. A positive integer or `Infinity`. Default 1,000.
   */
  readonly limit?: number;
}

/** A definition `D` whose handlers may give attempts: for callers the same. */
export type Optimistic<D extends AnyDefinition> = Over<D, Guessed<StateOf<D>>>;

/**
 * Makes a definition optimistic: its handlers may give `attempt(next, { run, done, failed })`. The state shows `next` at
 * once; if the work fails, the commands since then are folded again without it, and nothing else is lost.
 *
 * While an attempt is in flight, each command that is handled is kept: its handler, its payload and its time. When the
 * oldest attempt has succeeded, it's final, with the commands behind it up to the next one in flight. So at any time the
 * state is what you get by folding, in their order, all commands but those that failed. To fold a command again is to call
 * its handler again, with the same payload and time, on another state; its context then does nothing, and work that it
 * gives is not run again. What was replied and announced stays so. If the handler throws then, its command changes nothing,
 * and `CommandDroppedError` appears on `errors$`, unless the command is itself in flight: its reply then tells.
 *
 * Gotchas: handlers are pure besides their context. While attempts are in flight, a handler that gives a Promise, an
 * Observable or `hold` can't be folded again: its command fails with a TypeError, and changes nothing. Results of ordinary
 * effects are commands like others. A shutdown waits for attempts; after an abort the last state stays as it was shown,
 * and asks fail with `StoreClosedError`. A state that is mutated in place (a Map, a Set, an instance of a class) is refused
 * with a TypeError; plain data is frozen in development, unless the definition has a `view`. Compose from the inside to the
 * outside: `optimistic(undoable(replaceable(…)))`.
 *
 * @param definition the definition
 * @param options how many commands are kept
 * @throws TypeError for a definition or options that can't be
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { attempt, optimistic } from 'ownstate/app';
 *
 * const likes = createStore(optimistic({
 *   name: 'likes',
 *   state: [] as readonly string[],
 *   commands: {
 *     like: (liked, what: string) => attempt([...liked, what], {
 *       run: async () => { if (what === 'spam') throw new Error('refused'); },
 *     }),
 *   },
 * }));
 *
 * const refused = likes.ask.like('spam');
 * const accepted = likes.ask.like('rxjs');
 * console.log(likes.snapshot()); // [ 'spam', 'rxjs' ]
 * await accepted;
 * console.log(await refused.then(undefined, (error: Error) => error.message)); // refused
 * console.log(likes.snapshot()); // [ 'rxjs' ]
 * ```
 */
export function optimistic<S, D extends Definition<S, E>, E = never>(definition: Given<S, D, E>, options: OptimisticOptions = {}): Optimistic<D> {
  expectObject(definition, 'definition');
  expectObject(definition.commands, 'commands');
  expectObject(options, 'options');
  const { limit = 1000 } = options;
  expect(limit === Infinity || (Number.isInteger(limit) && limit > 0), 'limit', 'a positive integer or Infinity', limit);
  const { name: store = 'store' } = definition;
  // What is kept of former states and former commands stays right only if nobody changes it.
  const keep = keeping(definition, 'optimistic');
  const logged = logger(store, keep);
  const make = (state: unknown): Whole => {
    const base = keep(state);
    return { base, log: [], present: base, [OPTIMISTIC]: true };
  };
  const made = over<AnyDefinition, Whole>(definition, make, ({ present }) => present, (handler, type) => {
    const handle = logged(handler, type);
    return (whole: Whole, ...given: never[]) => (
      whole.log.length < limit ? handle(whole, ...given) : new Failed(whole, new LogFullError({ store, type, started: true }, limit), true)
    );
  });
  // A cast: `Whole` is what it is around the state of `D`.
  return made as unknown as Optimistic<D>;
}
