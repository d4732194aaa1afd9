/** Random commands to a store, held against a plain model of it. */
import type { Arbitrary } from 'fast-check';
import type { AnyDefinition, MessageOf, Store, StoreOptions } from '../index.js';
import type { StoreModel } from './check/model.js';
import { Endless } from './check/pace.js';
import { play, type Play } from './check/play.js';
import { scripts, type Script } from './check/script.js';
import { Unusable } from './check/unusable.js';
import { Disagreement } from './check/verdict.js';
import { expect } from './expect.js';
import { show } from './show.js';

/** The payload of a store's command or query. */
type PayloadOf<D extends AnyDefinition, K> =
  Extract<MessageOf<D>, { readonly type: K }> extends { readonly payload?: infer P } ? P : never;

/** Whether nothing is known of a definition: then any names and payloads will do. (It's so while TypeScript infers `D`.) */
type Unknown<D extends AnyDefinition> = string extends MessageOf<D>['type'] ? true : false;

/** What `checkStore` sends, and what is right. */
export interface StoreCheck<D extends AnyDefinition, S> {
  /** An arbitrary of the payload for each command and query that is to be sent; `undefined` for one without a payload. */
  readonly commands: Unknown<D> extends true ? Readonly<Record<string, Arbitrary<unknown> | undefined>> : {
    readonly [K in MessageOf<D>['type']]?: Arbitrary<PayloadOf<D, K>> | (undefined extends PayloadOf<D, K> ? undefined : never);
  };
  /** What the store is meant to do. It's also asked about ticks, timers, and what handlers tell their own store. */
  readonly model: StoreModel<S, Unknown<D> extends true ? never : MessageOf<D>>;
}

/** How much `checkStore` does. Each field is optional. */
export interface CheckStoreOptions {
  /** How many runs, each with a new store. Default 100. */
  readonly runs?: number;
  /** The most steps of a run, besides a shutdown at its end. Default 20. */
  readonly length?: number;
  /** The longest time between two steps, and the longest limit of an ask, in milliseconds. Default 10. */
  readonly gap?: number;
  /** What the runs follow from, an integer. Default: another one each time; a report names it. */
  readonly seed?: number;
  /** The run to begin with, as a report names it. Needs `seed`. */
  readonly path?: string;
}

/**
 * Checks a store against a model: a plain function that says what each command does to the state, and what it replies.
 *
 * Random commands are sent in virtual time, by plain clients, by clients with a timeout or a signal, and as tells; now
 * and then the store is shut down or aborted among them. In the order in which the store handles them the model does the
 * same. They have to agree on each reply and error, on the events where the model gives any, and on the view after each
 * command and at the end; and each ask has to be answered, once and in time. Each command comes in once, beside those
 * that the store sends itself, and its handler leaves the payload as it is. Where that isn't so, the commands are reduced
 * to the fewest that show it, and printed as a table.
 *
 * Handlers may be synchronous, or return Promises or Observables. What an ask became that its client or the store gave
 * up after its handler had begun is open: both is right, that it was folded, with its events, and that it wasn't. An
 * effect is two steps of the model: the one when the command is handled, and `later` when its result comes (or `givenUp`,
 * if its asker gives up while it waits in its lane).
 *
 * Gotchas: needs `fast-check`. The maker passes all its options on to `createStore`, and handlers take all time from
 * `options.scheduler`: a timer of the platform never rings here. A plain ask has no timeout, so that a handler which
 * hangs is found; so is one that tells its own store without end. But what goes on and on by promises alone, without the
 * store (`for (;;) await null`), can't be stopped: the check hangs with it. A state without a view (a Map that is
 * mutated) can't be compared; give the store a `view`, and the model one. What an Observable shows before its last state
 * isn't compared either. A store's own errors are known by its name: stores that ask each other need names of their own.
 * Store and model get copies of plain data, Maps, Sets and Dates; other objects in a payload are passed on as they are,
 * and nobody looks into what handlers do to them. A command that a wrapper of the store sends twice is told from what the
 * store sends itself only if it comes at once, not from a promise.
 *
 * @param make makes the store, anew for each run, with these options and whatever it needs besides
 * @param check the commands to send, and the model
 * @param options how many, how long, and which
 * @throws Error (rejects) with the shortest table of commands on which store and model part, and how to repeat it
 * @throws TypeError (rejects) for arguments that can't be used: so for a maker that gives no new store, or whose store
 *   goes by a scheduler or a signal of its own, and for a model that gives no steps
 *
 * @example
 * ```ts
 * import fc from 'fast-check';
 * import { createStore, reply } from 'ownstate';
 * import { checkStore } from 'ownstate/testing';
 * import { it } from 'vitest';
 *
 * it('the account never goes below zero', () => checkStore(
 *   (options) => createStore({
 *     state: 10,
 *     commands: {
 *       deposit: (balance, amount: number) => reply(balance + amount, balance + amount),
 *       withdraw: async (balance, amount: number) => {
 *         if (amount > balance) throw new RangeError('too much');
 *         return reply(balance - amount, balance - amount);
 *       },
 *     },
 *   }, options),
 *   {
 *     commands: { deposit: fc.nat(10), withdraw: fc.nat(10) },
 *     model: {
 *       init: 10,
 *       step: (balance, { type, payload }) => {
 *         const state = type === 'deposit' ? balance + payload : balance - payload;
 *         if (state < 0) throw new RangeError('too much');
 *         return { state, reply: state };
 *       },
 *     },
 *   },
 * ));
 * ```
 */
export async function checkStore<D extends AnyDefinition, S>(
  make: (options: StoreOptions) => Store<D>, check: StoreCheck<D, S>, options: CheckStoreOptions = {},
): Promise<void> {
  expect(Object(options) === options, 'options', 'an object', options);
  const { runs = 100, length = 20, gap = 10, seed, path } = options;
  expectCheck(make, check);
  for (const [name, value] of Object.entries({ runs, length, gap })) {
    expect(Number.isSafeInteger(value) && value > 0, name, 'a positive integer', value);
  }
  expect(seed === undefined || Number.isSafeInteger(seed), 'seed', 'an integer', seed);
  // A number would pass for its text.
  const isPath = typeof (path as unknown) === 'string' && /^(\d+(:\d+)*)?$/.test(path ?? '');
  expect(path === undefined || isPath, 'path', 'as a report names it', path);
  expect(path === undefined || seed !== undefined, 'seed', 'given where there is a `path`', seed);
  // Loaded when it's needed, so that whoever doesn't check by models needn't have it.
  const fc = await import('fast-check');
  // Casts: names and payloads come from the table, which was checked against the store's definition.
  const commands = check.commands as Readonly<Record<string, Arbitrary<unknown> | undefined>>;
  const model = check.model as StoreModel<S, never> as StoreModel<S>;
  const played = playedOnce({ make, types: Object.keys(commands), model });
  const property = fc.asyncProperty(scripts(fc, commands, { length, gap }), played);
  const result = await fc.check(property, { numRuns: runs, ...seed === undefined ? {} : { seed }, ...path === undefined ? {} : { path } });
  if (!result.failed) return;
  const { errorInstance: error, numRuns, numShrinks, counterexamplePath } = result;
  if (error instanceof Unusable) throw error;
  const known = error instanceof Disagreement || error instanceof Endless;
  const text = known ? error.message
    : `Expected the check to go through, it fails: ${error instanceof Error ? String(error) : show(error)}`;
  const again = `{ seed: ${result.seed}, path: '${counterexamplePath ?? ''}' }`;
  const report = `${text}\n\nRun ${numRuns}, shrunk ${numShrinks} times. Repeat it by the options ${again}`;
  throw new Error(report, known ? {} : { cause: error });
}

/** Plays scripts, until one fails in such a way that a shorter one wouldn't say more: then all others pass unplayed. */
function playedOnce<S>(what: Play<S>): (script: Script) => Promise<void> {
  let over = false;
  return async (script) => {
    if (over) return;
    try {
      await play(what, script);
    } catch (error) {
      over = error instanceof Unusable || error instanceof Endless;
      throw error;
    }
  };
}

function expectCheck(make: unknown, check: unknown): void {
  // Casts: what comes from JavaScript may be anything.
  const { commands, model } = Object(check) as Partial<StoreCheck<AnyDefinition, unknown>>;
  const { step } = Object(model) as { readonly step?: unknown };
  expect(typeof make === 'function', 'make', 'a function', make);
  expect(typeof step === 'function', 'model', 'an object with a function `step`', model);
  const drawn = Object.entries(Object(commands) as object);
  expect(drawn.length > 0, 'commands', 'a table of arbitraries', commands);
  for (const [type, arbitrary] of drawn) {
    const { generate } = Object(arbitrary) as { readonly generate?: unknown };
    expect(arbitrary === undefined || typeof generate === 'function', type, 'an arbitrary or undefined', arbitrary);
  }
}
