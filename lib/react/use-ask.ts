/**
 * An ask and what becomes of it, as state of a component. The latest ask counts:
 *
 * ```
 *   ask(1) ─ pending ─┐ forgotten
 *            ask(2) ──┴ pending ──── value of 2
 *   reply of 1 ───────────────╳ too late
 * ```
 */
import type { Subscription } from 'rxjs';
import type { Reply } from '../index.js';
import { expect, expectFunction } from '../internal/expect.js';
import { React } from './react.js';

/** What `useAsk` gives: how to ask, and what has become of the latest ask. */
export interface Asking<A extends readonly unknown[], T> extends AskState<T> {
  /**
   * Asks, and gives the reply. The same function in each render.
   *
   * @throws TypeError if what was given to `useAsk` gives no reply (a `tell`, an async function); and what that itself throws
   */
  readonly ask: (...payload: A) => Reply<T>;
  /** Forgets the latest ask, its value and its error. The same function in each render. */
  readonly reset: () => void;
}

/** What a component knows of the latest ask. */
export interface AskState<T> {
  /** Whether it's still to be answered. */
  readonly pending: boolean;
  /** The value of the last reply; it stays while another ask is pending, and when that fails. */
  readonly value: T | undefined;
  /** What the latest ask failed with; `undefined` when it's asked again. */
  readonly error: unknown;
}

/**
 * Asks from a component, and keeps what becomes of it: whether it's pending, its value, its error. The latest ask wins.
 * What is asked again, or whose component has gone or is hidden, is not heard any more, and its failure appears on the
 * store's `errors$`; a component that is shown again hears of its latest ask nonetheless.
 *
 * Nothing is taken back by that: the store still handles what was forgotten. Where the work should end too, give its
 * effect the policy `'switch'`, or the client a `signal`. `ask` gives the reply to whoever needs it: in an event handler
 * it can be awaited, and fails there as well.
 *
 * Gotchas: a `value` stays until another one comes, so look at `pending` and `error` first where an old one would be
 * wrong. Another function given later is used from the next ask on.
 *
 * @param ask one of a store's asks, or a function that gives such a reply
 * @throws TypeError unless `ask` is a function
 *
 * @example
 * ```ts
 * import { createStore, reply } from 'ownstate';
 * import { useAsk } from 'ownstate/react';
 * import { createElement } from 'react';
 * import { renderToString } from 'react-dom/server';
 *
 * const counter = createStore({ state: 0, commands: { add: (count, by: number) => reply(count + by, count + by) } });
 *
 * function Add() {
 *   const { ask, pending, value = 'nothing yet' } = useAsk(counter.ask.add);
 *   return createElement('button', { disabled: pending, onClick: () => ask(5) }, value);
 * }
 * console.log(renderToString(createElement(Add))); // <button>nothing yet</button>
 * ```
 */
export function useAsk<A extends readonly unknown[], T>(ask: (...payload: A) => Reply<T>): Asking<A, T> {
  expectFunction(ask, 'ask');
  const [state, set] = React.useState({ pending: false } as AskState<T>);
  const [[asking, show, give]] = React.useState(() => {
    let source = ask;
    let latest: Reply<T> | undefined;
    let hearing: Subscription | undefined;
    let shown = false;
    const put = (pending: boolean, news?: Partial<AskState<T>>) => set((before) => ({ ...before, error: undefined, pending, ...news }));
    const hear = () => {
      hearing?.unsubscribe();
      if (!shown || !latest) return;
      put(true);
      hearing = latest.subscribe({
        next: (value) => put(false, { value }),
        error: (error: unknown) => put(false, { error }),
      });
    };
    const askNow = (...payload: A) => {
      const reply = source(...payload);
      // A cast: it may be anything, whatever its type says.
      expect(typeof (Object(reply) as { subscribe?: unknown }).subscribe === 'function', 'reply', 'an Observable', reply);
      // The former one is heard until now: what the newcomer supersedes fails with somebody who knows.
      latest = reply;
      hear();
      return reply;
    };
    const reset = () => {
      latest = undefined;
      hear();
      // A cast: what is left out is undefined.
      set({ pending: false } as AskState<T>);
    };
    const show = () => {
      shown = true;
      hear();
      return () => {
        shown = false;
        hear();
      };
    };
    const give = (next: typeof source) => {
      source = next;
    };
    return [{ ask: askNow, reset }, show, give] as const;
  });
  React.useInsertionEffect(() => give(ask));
  React.useEffect(show, []);
  return { ...state, ...asking };
}
