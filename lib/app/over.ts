/** A definition whose state is a part of a larger one: what `undoable` and `optimistic` are made of. */
import { focus, type AnyDefinition, type Clock, type EventOf, type Focus, type Focused, type StateOf, type Type, type ViewOf } from '../index.js';

/** The queries `Q` of a part, as queries of a whole `S`. */
type Queried<Q, S> = {
  readonly [K in keyof Q]: Q[K] extends (part: never, ...rest: infer R) => infer V ? (whole: S, ...rest: R) => V : never;
};

/** The commands `C` of a part, as commands of a whole `S`: for callers the same. */
export type Commanded<C, S> = { readonly [K in keyof C]: Focused<C[K], S> };

/** A definition `D` over the state `S`: the same commands, queries, events and view for callers. */
export interface Over<D extends AnyDefinition, S> {
  /** Name of the store. */
  readonly name?: string;
  /** Makes the first state. */
  readonly state: (clock: Clock) => S;
  /** The same commands, on the larger state. */
  readonly commands: Commanded<D['commands'], S>;
  /** The same queries, on the larger state. */
  readonly queries: Queried<D extends { readonly queries: infer Q } ? Q : unknown, S>;
  /** The same ticks. */
  readonly ticks?: D['ticks'] & {};
  /** What callers see: the part, as they did before. */
  readonly view: (state: S) => ViewOf<D>;
  /** The type of what the store announces. */
  readonly events?: Type<EventOf<D>>;
}

/** A handler of a command, of whatever state. @internal */
export type AnyCommand = (state: never, payload: never, context: never) => unknown;

/**
 * The definition of a part, as one of the whole. `command` makes the handler of each command, where `focus` alone won't do.
 *
 * @param definition the definition of the part
 * @param make makes the whole around the first part
 * @param where how the part is read from the whole, and put into it
 * @internal
 */
export function over<D extends AnyDefinition, S>(
  definition: D,
  make: (part: StateOf<D>) => S,
  where: Focus<S, StateOf<D>>,
  command: (handler: AnyCommand, type: string) => AnyCommand = (handler) => focus(handler as never, where as never),
): Over<D, S> {
  const { name, state, commands, queries = {}, ticks, view } = definition;
  const mapped = <H>(table: Readonly<Record<string, H>>, change: (handler: H, key: string) => unknown) =>
    Object.fromEntries(Object.entries(table).map(([key, handler]) => [key, change(handler, key)]));
  // Casts: the types above say what goes in and out; here handlers are of whatever state.
  return {
    ...(name !== undefined && { name }),
    state: (clock) => make((typeof state === 'function' ? (state as (clock: Clock) => unknown)(clock) : state) as StateOf<D>),
    commands: mapped(commands, command),
    queries: mapped(queries, (query) => (whole: S, payload: never, clock: never) => query(where.get(whole) as never, payload, clock)),
    ...(ticks && { ticks }),
    view: (whole) => (view === undefined ? where.get(whole) : view(where.get(whole) as never)) as ViewOf<D>,
  } as Over<D, S>;
}
