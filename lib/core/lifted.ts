/** The context of a handler of a part: what is registered by it for later is folded by the part as well. */
import { HandlerContext, type Context } from './context.js';
import type { Lift } from './outcome.js';

class LiftedContext extends HandlerContext {
  readonly lift: Lift;
  readonly outer: Context;

  constructor(outer: HandlerContext, lift: Lift) {
    super(HandlerContext.commandOf(outer));
    this.outer = outer;
    this.lift = (handle) => liftOf(outer)(lift(handle));
  }

  /** Whoever is around it may have a time of its own. */
  override get now(): Context['now'] {
    return this.outer.now;
  }
}

/** What a handler is given besides the state, the context last, as one of a part is given it. What is no context stays. @internal */
export function inPart(given: readonly never[], lift: Lift): never[] {
  const context: unknown = given.at(-1);
  // A cast: it's the context of the same command.
  return context instanceof HandlerContext ? [...given.slice(0, -1), new LiftedContext(context, lift) as never] : [...given];
}

/** How a handler of whoever has this context is made one of the store. @internal */
export function liftOf(context: object): Lift {
  return context instanceof LiftedContext ? context.lift : (handle) => handle;
}

/** The context of the whole that this one of a part is made of, if it's one of a part. @internal */
export function outerOf(context: object): object | undefined {
  return context instanceof LiftedContext ? context.outer : undefined;
}
