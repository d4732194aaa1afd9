/** Tools to make a store that is wrong out of one that isn't: other handlers, other options, other members. */
import { createStore, type AnyDefinition, type AskOptions, type Client, type Context, type Reply, type Store, type StoreOptions } from 'ownstate';
import { firstValueFrom, isObservable, map, type Observable } from 'rxjs';
import type { Carrier } from '../carrier.js';

/** A store of which nothing is known. */
export type Made = Store<AnyDefinition>;
export type Create = (definition: AnyDefinition, options: StoreOptions) => Made;

/** A table of functions, by the names of commands or queries. */
export type Table<F> = Readonly<Record<string, F>>;
export type Handle = (state: unknown, payload: unknown, context: Context) => unknown;
export type Send = (payload?: unknown) => unknown;

// A cast: what a definition may be is said once, by `createStore` itself.
export const make = createStore as unknown as Create;

export function carrier(name: string, create: Create): Carrier {
  return { name, create: create as unknown as typeof createStore };
}

/** A table with other functions in the places of its own. (`never`: the caller knows what the table holds.) */
export function each<F>(table: object, change: (member: never, name: string) => F): Table<F> {
  const names = [...Object.keys(table), ...inherited(table)];
  return Object.fromEntries(names.map((name) => [name, change((table as Table<never>)[name] as never, name)]));
}

/** The members of a face stand on its prototype until they're used. */
function inherited(table: object): string[] {
  const prototype = Object.getPrototypeOf(table) as object | null;
  return prototype === null || prototype === Object.prototype ? [] : Object.keys(prototype);
}

/** A definition with other handlers. */
export function handlers(definition: AnyDefinition, change: (handle: Handle, name: string) => Handle): AnyDefinition {
  const commands = each(definition.commands, (handle: Handle, name) => typeof handle === 'function' ? change(handle, name) : handle);
  return { ...definition, commands };
}

/** What becomes of an outcome, at once or when it's there. */
export function onceThere(outcome: unknown, change: (outcome: unknown) => unknown): unknown {
  if (isObservable(outcome)) return outcome.pipe(map(change));
  return outcome instanceof Promise ? outcome.then(change) : change(outcome);
}

/** Puts other members in the place of a store's, and of those of all the clients that it gives. */
export function changed(store: Made, change: (client: Made) => Partial<Made>): Made {
  const put = <C extends Client<AnyDefinition>>(client: C): C => {
    const limited = client.with.bind(client);
    // A cast: a client has no more to be changed than a store has.
    const others = change(client as Client<AnyDefinition> as Made);
    const members = { with: (limits: AskOptions) => put(limited(limits)), ...others };
    return Object.defineProperties(client, Object.getOwnPropertyDescriptors(members));
  };
  const { client } = store;
  put(client);
  return put(store);
}

/** Changes what the asks of a client give back. */
export function asks({ ask }: Made, change: (send: () => Reply<unknown>, name: string) => Observable<unknown>): Pick<Made, 'ask'> {
  const changed = (send: Send, name: string) => (payload: unknown) => asReply(change(() => send(payload) as Reply<unknown>, name));
  return { ask: each(ask, changed) as Made['ask'] };
}

/** An Observable that can be awaited as a reply can. */
export function asReply<T>(source: Observable<T>): Reply<T> {
  const then: Reply<T>['then'] = (value, error) => firstValueFrom(source).then(value, error);
  return Object.assign(source, { then });
}
