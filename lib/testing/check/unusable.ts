/** What no store can be held against a model by: a maker, a name or a model that doesn't fit. No shorter script says it better. */
import type { AnyDefinition, Store } from '../../index.js';
import { isThenable } from '../../internal/thenable.js';
import { show } from '../show.js';

/** Ends the whole check, as its error. @internal */
export class Unusable extends TypeError {}

/** @internal */
export function unusable(name: string, expected: string, got: unknown): Unusable {
  return new Unusable(`Expected \`${name}\` to ${expected}, got ${isThenable(got) ? 'a promise' : show(got)}`);
}

/** The maker keeps to itself what it was given: that shows by what its store is like. @internal */
export function unheeded(got: string): Unusable {
  return new Unusable(`Expected \`make\` to pass its options on to \`createStore\`, got ${got}`);
}

const FUNCTIONS = ['status', 'snapshot', 'shutdown', 'with'];
const OBJECTS = ['client', 'errors$', 'events$', 'trace$'];

/** What a maker has made, if it's a new store that knows these names. @throws Unusable @internal */
export function expectStore(made: unknown, types: readonly string[]): Store<AnyDefinition> {
  const members = Object(made) as Readonly<Record<string, unknown>>;
  const fits = FUNCTIONS.every((name) => typeof members[name] === 'function')
    && OBJECTS.every((name) => typeof members[name] === 'object' && members[name] !== null);
  if (!fits) throw unusable('make', 'give a store', made);
  // A cast: it has what the check needs of one.
  const store = made as Store<AnyDefinition>;
  if (store.status().phase === 'closed') throw new Unusable('Expected `make` to make a new store for each run, got one that is closed');
  for (const type of types) {
    if (!knows(store.client.ask, type)) throw unusable('commands', 'name commands and queries of the store', type);
  }
  return store;
}

/** Whether there's a function for a command or query. What every object has counts only where it's listed. */
function knows(face: object, type: string): boolean {
  if (type in Object.prototype) {
    const listed: string[] = [];
    for (const name in face) listed.push(name);
    return listed.includes(type);
  }
  return typeof (face as Readonly<Record<string, unknown>>)[type] === 'function';
}
