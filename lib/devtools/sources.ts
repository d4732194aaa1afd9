/** The stores that are watched, each under a name of its own. */
import { isObservable, type Observable } from 'rxjs';
import type { TraceEvent } from '../index.js';
import { expect } from '../internal/expect.js';

/** What can be recorded: a store, or a client of it. */
export interface Traceable {
  /** Name of the store. */
  readonly name: string;
  /** What happens in it. */
  readonly trace$: Observable<TraceEvent>;
}

/** What can be inspected: a store, or a client of it. */
export interface Inspectable extends Traceable {
  /** Its commands, by their names. */
  readonly tell: object;
  /** The present view. @throws TypeError for a state that has none */
  snapshot(): unknown;
  /** Sends a command as a message. */
  send(message: never): Observable<unknown>;
}

/**
 * The stores by their names; where several have the same, the second is `counter 2`.
 *
 * @throws TypeError for what is no store, no store at all, or the same one twice @internal
 */
export function sources<T extends Traceable>(stores: T | readonly T[]): readonly (readonly [name: string, store: T])[] {
  const list = (Array.isArray(stores) ? stores : [stores]) as readonly T[];
  expect(list.length > 0, 'stores', 'a store, or an array of stores', stores);
  for (const store of list as readonly unknown[]) {
    const { name, trace$ } = Object(store) as Partial<Traceable>;
    expect(typeof name === 'string' && isObservable(trace$), 'stores', 'a store, or an array of stores', store);
  }
  expect(new Set(list).size === list.length, 'stores', 'an array of different stores', stores);
  const names: string[] = [];
  return list.map((store) => {
    let name = store.name;
    for (let count = 2; names.includes(name); count++) name = `${store.name} ${count}`;
    names.push(name);
    return [name, store];
  });
}

/** The same for stores that are sent to as well. @throws TypeError as above @internal */
export function inspectable(stores: Inspectable | readonly Inspectable[]): readonly (readonly [name: string, store: Inspectable])[] {
  const found = sources(stores);
  for (const [, { tell, snapshot, send }] of found as readonly (readonly [string, Partial<Inspectable>])[]) {
    const isWhole = typeof tell === 'object' && typeof snapshot === 'function' && typeof send === 'function';
    expect(isWhole, 'stores', 'a store, or an array of stores', stores);
  }
  return found;
}
