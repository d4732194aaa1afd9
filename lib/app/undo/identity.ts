/**
 * Which command it is, also when it's folded again: what it changes is one step, and an `undo` then undoes the step that it
 * undid, or none.
 */
import { outerOf } from '../../core/lifted.js';

/** What is known of a command from when it was first handled. */
export interface Identity {
  /** The command whose step it joined. */
  joined?: Identity;
  /** What it undid and did again, in this order. */
  readonly moves: Move[];
}

/** An `undo` or a `redo`. */
export interface Move {
  /** The command whose step it moved, `null` where there was none. */
  moved?: Identity | null;
}

/** A command that is handled, for the first time or again. */
interface Handling {
  readonly identity: Identity;
  /** How many moves it has made this time. */
  made: number;
}

const handlings = new WeakMap<object, Handling>();

/** The command whose handler gets this context; one of a part is of the same command as the one of the whole. */
export function identityOf(context: object): Identity {
  return handlingOf(context).identity;
}

/** The next `undo` or `redo` of the command whose handler gets this context. */
export function moveOf(context: object): Move {
  const handling = handlingOf(context);
  return handling.identity.moves[handling.made++] ??= {};
}

/** From now on this context, with those of its parts, is one of that command. Gives it back. */
export function identify<C extends object>(context: C, identity: Identity): C {
  handlings.set(context, { identity, made: 0 });
  return context;
}

function handlingOf(context: object): Handling {
  const known = handlings.get(context);
  if (known) return known;
  const outer = outerOf(context);
  if (outer) return handlingOf(outer);
  const handling: Handling = { identity: { moves: [] }, made: 0 };
  handlings.set(context, handling);
  return handling;
}
