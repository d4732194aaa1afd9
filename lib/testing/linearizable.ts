/** Whether a history can be explained by commands that happened one after the other, each within its own time. */
import type { Message } from '../index.js';
import { checkHistory } from './check-history.js';
import { drawHistory } from './draw-history.js';
import { explain } from './linearizable/explain.js';
import { Judge, told, type LinearModel } from './linearizable/model.js';
import { byBegin } from './linearizable/entries.js';
import { Search, type Budget } from './linearizable/search.js';
import type { History, Operation } from './operation.js';
import { show } from './show.js';
import { expectObject } from './expect.js';

/** How far `checkLinearizable` may go. */
export interface LinearizableOptions {
  /** The most steps of the model that the search may take. Default 20,000,000. */
  readonly maxSteps?: number;
}

/** The most operations that a message draws. */
const DRAWN = 40;

/** What `checkLinearizable` has found. Of a history that isn't linearizable it's itself a history: the part that shows why. */
export type Linearizability<M extends Message = Message> =
  | {
    readonly linearizable: true;
    /** An order that explains the history. Of what may have happened or not it holds what has to have happened. */
    readonly order: readonly Operation<M>[];
    /** One sentence, for a reader. */
    readonly message: string;
  }
  | {
    readonly linearizable: false;
    /** The shortest part of the history that was found to have no explanation, in the order of the begins. */
    readonly operations: readonly Operation<M>[];
    /** The operation whose end no explanation gets past. */
    readonly culprit: Operation<M>;
    /** The state before this part: the model's `init`, or the only one possible at some later moment before the culprit. */
    readonly from: unknown;
    /** What the model's `key` gives for this part. */
    readonly key: unknown;
    /** What was expected, and the part drawn in text. */
    readonly message: string;
  };

/**
 * Decides whether a history is linearizable: whether some order of single steps explains all replies, in which each
 * operation happens at one moment between its begin and its end.
 *
 * When to use: for whatever claims to behave like one store and is asked by several clients at once: a store behind
 * caches, workers or a network. It looks at replies only, so it needs to know nothing of what is inside.
 *
 * An operation whose outcome is unknown may have happened at any time after its begin, or not at all. With a `key` in the
 * model, thousands of operations take milliseconds. Without, operations that overlap in large numbers may take long: the
 * problem is NP-complete. What weighs most is how many outcomes of one key are unknown: of 20 clients that are always at
 * work on one register, 2,000 operations are judged if every fiftieth is unknown, and of 10,000 a RangeError is all that
 * comes. A history that is wrong may need the model's `queries` to be refuted.
 *
 * Gotchas: an effect is two steps, `next` and `done`; its history is that of one step only if `next` changes nothing that
 * others read. The model is told types and payloads, not clients: who may do what has to be in the payload.
 *
 * @param history recorded by `recordHistory`, or written by hand
 * @param model what each message does to a state, and what it replies
 * @param options how far to search
 * @returns the verdict: with an order that explains the history, or with the shortest part that has no explanation
 * @throws TypeError for what is no history or no model, a `step` that gives no object with a `state` (or a promise of one),
 * and a message named in `queries` that changes a state; RangeError if the verdict would take more than `maxSteps`; and what
 * the model's `key`, `matches`, `equal` and `hash` throw
 *
 * @example
 * ```ts
 * import { checkLinearizable } from 'ownstate/testing';
 *
 * const register = {
 *   init: 0,
 *   step: (value: number, { type, payload }: { type: string; payload?: unknown }) =>
 *     type === 'set' ? { state: Number(payload) } : { state: value, reply: value },
 * };
 * const set = { client: 'ann', type: 'set', payload: 1, began: 1, ended: 2, outcome: 'replied', reply: undefined } as const;
 * const get = { client: 'bob', type: 'get', began: 3, ended: 4, outcome: 'replied' } as const;
 *
 * console.log(checkLinearizable({ operations: [set, { ...get, reply: 1 }] }, register).linearizable); // true
 * const verdict = checkLinearizable({ operations: [set, { ...get, reply: 0 }] }, register);
 * console.log(verdict.linearizable); // false
 * console.log(verdict.message.split('\n')[2]); // ann ├ set 1 ┤
 * ```
 */
export function checkLinearizable<S, M extends Message>(
  history: History<M>, model: LinearModel<S, M>, options: LinearizableOptions = {},
): Linearizability<M> {
  expectObject(options, 'options');
  const { maxSteps = 20_000_000 } = options;
  if (!(maxSteps > 0)) throw new TypeError(`Expected \`maxSteps\` to be a positive number, got ${show(maxSteps)}`);
  checkModel(model);
  checkHistory(history);
  const judge = new Judge(model);
  const from = judge.numberOf(model.init);
  const budget: Budget = { steps: maxSteps };
  const moments: { readonly operation: Operation<M>; readonly at: number }[] = [];
  for (const [key, operations] of parts(history, model)) {
    const musts = operations.filter(({ outcome }) => outcome !== 'unknown');
    const mays = operations.filter(({ outcome }) => outcome === 'unknown');
    // Where queries aren't named, a guess finds most explanations much faster; it refutes nothing.
    const guess = model.queries ? undefined : new Search(judge, musts, mays).run(from, { steps: budget.steps / 4 }, true);
    const found = guess?.verdict === 'explained' ? guess : new Search(judge, musts, mays).run(from, budget);
    if (found.verdict === 'spent') {
      throw new RangeError(`Expected a verdict within ${maxSteps} steps of the model (\`maxSteps\`), got none: give the model a \`key\`, `
        + 'name its `queries`, record a shorter history, or one with fewer operations at a time');
    }
    if (found.verdict === 'refuted') {
      const part = explain(judge, operations, found, from);
      const { culprit } = found;
      const about = { operations: part.operations, culprit, from: judge.stateOf(part.from), key };
      const of = model.key ? ` of key ${show(key)}` : '';
      const message = `Expected some order of single steps to explain the history, got a part${of} that none explains, from ${show(about.from)}:\n\n`;
      return { linearizable: false, ...about, message: message + drawHistory(about, { most: DRAWN }) };
    }
    // Each happens as early as the order allows.
    let at = -Infinity;
    for (const operation of found.order) moments.push({ operation, at: at = Math.max(at, operation.began) });
  }
  const order = moments.sort((a, b) => a.at - b.at).map(({ operation }) => operation);
  return { linearizable: true, order, message: `An order of ${order.length} single steps explains the history.` };
}

/** What has happened or may have, by key. */
function parts<S, M extends Message>({ operations }: History<M>, { key }: LinearModel<S, M>): Map<unknown, Operation<M>[]> {
  const byKey = new Map<unknown, Operation<M>[]>();
  for (const operation of [...operations].sort(byBegin)) {
    if (operation.outcome === 'never') continue;
    const of = key?.(told(operation));
    const part = byKey.get(of);
    if (part) part.push(operation);
    else byKey.set(of, [operation]);
  }
  return byKey;
}

function checkModel(model: unknown): void {
  // A cast: what comes from JavaScript may be anything.
  const { step, ...others } = Object(model) as Readonly<Record<string, unknown>>;
  if (typeof step !== 'function') throw new TypeError(`Expected \`model.step\` to be a function, got ${show(step)}`);
  if (others['queries'] !== undefined && !Array.isArray(others['queries'])) {
    throw new TypeError(`Expected \`model.queries\` to be an array of types, got ${show(others['queries'])}`);
  }
  for (const name of ['key', 'matches', 'equal', 'hash']) {
    if (others[name] !== undefined && typeof others[name] !== 'function') {
      throw new TypeError(`Expected \`model.${name}\` to be a function, got ${show(others[name])}`);
    }
  }
}
