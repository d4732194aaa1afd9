/** What a handler gets when it's folded again: the payload and the time of the first time, and a context that does nothing. */
import type { Context } from '../../index.js';
import { identify, type Identity } from '../undo/identity.js';

/**
 * Calls a handler, and gives what calls it again on another state. What it reads as the time during the call it reads
 * again then, and whoever tells commands apart by their context takes it for the same command.
 *
 * @throws what the handler throws
 */
export function first(
  handle: (state: never, ...given: never[]) => unknown, state: unknown, given: readonly unknown[],
): [outcome: unknown, again: (state: unknown) => unknown] {
  // A cast: the context comes last, whatever else a handler is given.
  const context = given.at(-1) as Context;
  const payload = given.slice(0, -1);
  const { now } = context;
  const identity: Identity = { moves: [] };
  identify(context, identity);
  let at: number | undefined;
  let calling = true;
  Object.defineProperty(context, 'now', { configurable: true, value: () => calling ? at ??= now() : now() });
  // Casts: the same as the first time, whatever it was.
  const again = (other: unknown) => {
    const muted: Context = { ...MUTED, now: () => at ?? now(), signal: new AbortController().signal };
    return handle(other as never, ...[...payload, identify(muted, identity)] as never[]);
  };
  try {
    return [handle(state as never, ...given as never[]), again];
  } finally {
    at ??= now();
    calling = false;
  }
}

const nothing = (): void => undefined;

/** It reaches nobody: what the command had to announce, to tell and to set it did when it was first handled. */
const MUTED: Omit<Context, 'now' | 'signal'> = {
  emit: nothing,
  after: nothing,
  tell: nothing,
  stop: nothing,
  timers: { set: nothing, clear: nothing },
  via: () => {
    throw new TypeError('Expected `via` to be called in `run`, got a call in a handler that is folded again');
  },
};
