/** Which command it is, also when it's folded again: an `undo` then undoes the step that it undid, or none. */

/** What is known of a command from when it was first handled. */
export interface Identity {
  /** The command whose step it joined. */
  joined?: Identity;
  /** Of an `undo` or a `redo`: the command whose step it moved, `null` where there was none. */
  moved?: Identity | null;
}

const identities = new WeakMap<object, Identity>();

/** The command whose handler gets this context. */
export function identityOf(context: object): Identity {
  const known = identities.get(context);
  if (known) return known;
  const identity: Identity = {};
  identities.set(context, identity);
  return identity;
}

/** From now on this context is one of that command. Gives it back. */
export function identify<C extends object>(context: C, identity: Identity): C {
  identities.set(context, identity);
  return context;
}
