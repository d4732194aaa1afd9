/**
 * OPEN FIRST. A store, and the way of a command through it:
 *
 * ```
 *   clients                                    the owner (owner.ts)
 *   ask.x(p) ──┐               ┌───────────────────────────────────────────────┐
 *   tell.x(p) ─┼─▶ Subject ──▶ │ mailbox ─▶ fold (scan | concatMap) ─▶ state    │ ─▶ select(), snapshot()
 *   ticks ─────┘  <Command>    │             │         private, never leaves    │ ─▶ events$   ─▶ trace$
 *      ▲                       └─────────────┼─────────────────────────────────┘
 *      └────────── AsyncSubject: the reply ◀─┘
 *
 *   client.ts ─▶ owner.ts ─▶ mailbox.ts ─▶ loop.ts ─▶ fold.ts (outcome.ts, effect.ts) ─▶ answers.ts ─▶ view.ts, reply.ts
 * ```
 *
 * For each command, in this order: fold it, commit the new state, show it to whoever selects, answer.
 *
 * A handler `(state, payload, context)` answers in one of these forms:
 *
 * ```
 *   next                            the next state; the reply is undefined
 *   reply(next, value)              the next state, and the reply
 *   replyLater(next, source)        the next state now, the reply when the source settles; the mailbox goes on
 *   effect(next, { run, done })     the next state now, work beside the fold, its result as one more command
 *   a Promise of one of these       the owner waits: read, await and write are one step
 *   an Observable of these          the same, each emission a state in between; the last one's reply counts
 *   a throw, a rejection            that ask fails with that error; the state stays
 * ```
 *
 * While a command is handled the owner is *busy*: what is sent meanwhile, by a handler, an observer or the subscriber
 * of a reply, waits in the mailbox until that one is finished, notifications included. So nothing nests, and the loop is
 * a loop. The owner is one object: Loop (takes one at a time) ◀ Fold (holds the state) ◀ Answers ◀ Owner.
 */
import { StoreFace, type Store } from './client.js';
import type { AnyDefinition, Definition, Given } from './command.js';
import { checkDefinition, resolveOptions } from './internal/check-options.js';
import type { StoreOptions } from './options.js';
import { Owner } from './owner.js';

/**
 * Makes a store: a state with one owner, who handles commands one at a time.
 *
 * Gotchas: a handler that mutates its state in place (a Map, a Set) checks first and changes then, since the core
 * can't take back what was done to it; such a state needs a `view` for `select` and `snapshot`. A definition isn't to
 * be changed afterwards.
 *
 * @param definition the state, and everything that may happen to it
 * @param options how it's run; each field has its default
 * @returns the store, open, its ticks running
 * @throws TypeError for a definition or an option that no store can work with; the message says what was expected
 *
 * @example
 * ```ts
 * import { createStore, reply } from 'ownstate';
 *
 * const account = createStore({
 *   name: 'account',
 *   state: 100,
 *   commands: {
 *     withdraw: (balance, amount: number) => {
 *       if (amount > balance) throw new RangeError(`${amount} is more than ${balance}`);
 *       return reply(balance - amount, balance - amount);
 *     },
 *   },
 *   queries: { balance: (balance) => balance },
 * });
 * console.log(await account.ask.withdraw(30)); // 70
 * account.ask.withdraw(1000).subscribe({ error: (error) => console.log(error.message) }); // 1000 is more than 70
 * console.log(await account.ask.balance()); // 70
 * await account.shutdown();
 * ```
 */
export function createStore<S, D extends Definition<S, E>, E = never>(
  definition: Given<S, D, E>,
  options: StoreOptions = {},
): Store<D> {
  checkDefinition(definition);
  // A cast: from here on the state is of no known type.
  const owner = new Owner(definition as AnyDefinition as Definition<unknown, unknown>, resolveOptions(definition.state, options));
  const store = new StoreFace<D>(owner);
  owner.open(options.signal);
  return store;
}
