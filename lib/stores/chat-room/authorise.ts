/**
 * Asks the option `authorise` before something is done. An answer that is at hand costs nothing; one that takes time
 * runs beside the fold, so that the room goes on meanwhile, and what was asked for is checked again when it's there.
 */
import { effect, reply, type Context, type EffectPolicy, type Outcome } from '../../index.js';
import { from, fromEvent, isObservable, takeUntil } from 'rxjs';
import { NotAllowedError } from '../errors.js';
import { isThenable } from '../../internal/thenable.js';
import type { ChatRequest, Settings } from './options.js';

/** The lane in which those wait whose authorisation takes time. */
export interface Lane {
  readonly policy: EffectPolicy;
  readonly key: unknown;
}

/** Each for itself. */
export const APART: Lane = { policy: 'merge', key: undefined };

/**
 * Does `deed` once it's authorised, and replies what it gives.
 *
 * @throws NotAllowedError, or what the hook throws
 */
export function authorised<S, R, E>(
  state: S, { authorise }: Settings, request: () => ChatRequest, context: Context<E>, lane: Lane, deed: (state: S, context: Context<E>) => R,
): Outcome<S, R> {
  if (authorise === undefined) return reply(state, deed(state, context));
  const asked = request();
  const allow = (allowed: unknown) => {
    if (allowed !== true) throw new NotAllowedError(asked.action, asked.user);
  };
  // A cast: what comes from JavaScript may be anything.
  const verdict = authorise(asked) as unknown;
  if (!isObservable(verdict) && !isThenable(verdict)) {
    allow(verdict);
    return reply(state, deed(state, context));
  }
  const waiting = isObservable(verdict) ? verdict : Promise.resolve(verdict);
  // It may reject while it waits for its turn, and is looked at only then.
  if (waiting instanceof Promise) waiting.catch(() => undefined);
  return effect<S, unknown, unknown>(state, {
    ...lane,
    // A hook that never answers holds up nobody any more, once its asker has given up.
    run: ({ signal }) => from(waiting).pipe(takeUntil(fromEvent(signal, 'abort'))),
    done: (now, allowed, then) => {
      // Nobody waits for it any more: who isn't there can't join, and gets no feed.
      if (then.signal.aborted) return now;
      allow(allowed);
      return reply(now, deed(now, then));
    },
  });
}
