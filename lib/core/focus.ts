/** A handler of a part of the state, made one of the whole: what definitions are composed with. */
import { isObservable, map } from 'rxjs';
import { expectFunction, expectObject } from '../internal/expect.js';
import { isThenable } from '../internal/thenable.js';
import type { ReplyOf } from './command.js';
import { expectState } from './internal/check-options.js';
import { inPart } from './lifted.js';
import { Answer, Outcome, type HandlerOutcome } from './outcome.js';
import { isMutable } from './view.js';

/** Where a part is found in a whole. Both functions are pure. */
export interface Focus<S, P> {
  /** The part of a whole. */
  readonly get: (whole: S) => P;
  /** The whole, with another part in it. */
  readonly set: (whole: S, part: P) => S;
}

/** A handler `H` of a part, as one of a whole `S`: it takes the same payload and context, and replies the same. */
export type Focused<H, S> = H extends (part: never, ...rest: infer R) => infer O ? (whole: S, ...rest: R) => Outcome<S, ReplyOf<O>> : never;

/**
 * Makes a handler of a part of the state one of the whole, whatever it gives back: a state, a reply, an effect, a Promise
 * or an Observable of them. What an effect folds later, and what `gone` of a ticket or a feed does, sees the part as it is
 * by then.
 *
 * An Observable's emissions are each put into the whole that the handler began with, since nobody else has changed it. A
 * part that stays leaves the very same whole, so nothing is shown again.
 *
 * @param handler the handler of the part
 * @param where how the part is read from the whole, and put into it
 * @throws TypeError unless `handler`, `where.get` and `where.set` are functions
 *
 * @example
 * ```ts
 * import { createStore, focus, reply } from 'ownstate';
 *
 * interface Shop { readonly visitors: number; readonly open: boolean }
 *
 * const visitors = {
 *   get: ({ visitors }: Shop) => visitors,
 *   set: (shop: Shop, visitors: number) => ({ ...shop, visitors }),
 * };
 * const shop = createStore({
 *   state: { visitors: 0, open: true } as Shop,
 *   commands: {
 *     enter: focus((count: number, by: number = 1) => reply(count + by, count + by), visitors),
 *     close: (shop) => ({ ...shop, open: false }),
 *   },
 * });
 * console.log(await shop.ask.enter(2)); // 2
 * console.log(shop.snapshot()); // { visitors: 2, open: true }
 * ```
 */
export function focus<H extends (part: never, ...rest: never[]) => unknown, S, P>(handler: H & PartHandler<P>, where: Focus<S, P>): Focused<H, S> {
  expectFunction(handler, 'handler');
  expectObject(where, 'where');
  const { get, set } = where;
  expectFunction(get, 'get');
  expectFunction(set, 'set');
  // Casts here and below: the types above say what goes in and out of each handler; a bare state replies undefined.
  const lift = (handle: (state: never, ...rest: never[]) => unknown) => (whole: S, ...rest: never[]): unknown => {
    const part = get(whole);
    // A part that stays leaves the whole as it is, so that nothing is shown again; unless it was changed in place.
    const placed = (next: P): S => Object.is(next, part) && !isMutable(next) ? whole : set(whole, expectState(next));
    const put = (outcome: unknown): unknown => {
      if (outcome instanceof Answer) return new Answer(placed(outcome.next as P), outcome.value);
      if (outcome instanceof Outcome) return outcome.lift?.(placed(outcome.next as P), lift as never);
      // As the fold does it: a reply, which is both, is waited for; and `Promise.resolve` tames any thenable.
      if (isThenable(outcome)) return Promise.resolve(outcome).then(put);
      return isObservable(outcome) ? outcome.pipe(map(put)) : placed(outcome as P);
    };
    return put(handle(part as never, ...inPart(rest, lift as never)));
  };
  return lift(handler) as Focused<H, S>;
}

/** The bound of a handler: whatever it takes besides the part. */
type PartHandler<P> = (part: P, ...rest: never[]) => HandlerOutcome<P>;
