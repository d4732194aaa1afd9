/** A definition whose state is a part of a larger one: what `undoable` and `optimistic` are made of. */
import { inDevelopment } from '../core/internal/check-options.js';
import { deepFreeze, isMutable } from '../core/view.js';
import { expect, expectFunction, expectObject } from '../internal/expect.js';
import type { AnyDefinition, Clock, EventOf, Focused, StateOf, Type, ViewOf } from '../index.js';

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
  readonly events: Type<EventOf<D>>;
}

/** Marks the state of an optimistic definition. */
export const OPTIMISTIC: unique symbol = Symbol('optimistic');

/**
 * Looks at each state that a definition is to keep: what is kept of former states is only right if nobody changes it. A
 * Map, a Set or an instance of a class is refused, since such a state is changed in place. So is the state of an optimistic
 * definition, which knows what is in flight now. Plain data is frozen in development, as the core does it where a
 * definition has no view: here the whole has one, so the core leaves that to us.
 *
 * @internal
 */
export function keeping({ view }: AnyDefinition, keeper: string): Keep {
  return (state) => {
    expect(!isMutable(state), 'state', `plain data, which is replaced and not mutated in place, since ${keeper} keeps former states`, state);
    expect(!(OPTIMISTIC in Object(state)), 'definition', `one that is not optimistic yet, as in optimistic(${keeper}(…))`, 'an optimistic one');
    return view === undefined && inDevelopment ? deepFreeze(state) : state;
  };
}

/** Gives back a state that may be kept. @throws TypeError for any other */
export type Keep = <S>(state: S) => S;

/** A handler of a command, of whatever state. @internal */
export type AnyCommand = (state: never, payload: never, context: never) => unknown;

/**
 * The definition of a part, as one of the whole. `command` makes the handler of each command.
 *
 * @param definition the definition of the part
 * @param make makes the whole around the first part
 * @param get reads the part from the whole
 * @throws TypeError for handlers, queries and views that are none: behind those of the whole `createStore` doesn't see them
 * @internal
 */
export function over<D extends AnyDefinition, S>(
  definition: D,
  make: (part: StateOf<D>) => S,
  get: (whole: S) => StateOf<D>,
  command: (handler: AnyCommand, type: string) => AnyCommand,
): Over<D, S> {
  const { name, state, commands, queries = {}, ticks, view, events = {} } = definition;
  expectObject(queries, 'queries');
  if (view !== undefined) expectFunction(view, 'view');
  const mapped = <H>(table: Readonly<Record<string, H>>, change: (handler: H, key: string) => unknown) =>
    Object.fromEntries(Object.entries(table).map(([key, handler]) => {
      expectFunction(handler, key);
      return [key, change(handler, key)];
    }));
  // Casts: the types above say what goes in and out; here handlers are of whatever state.
  return {
    ...(name !== undefined && { name }),
    state: (clock) => make((typeof state === 'function' ? (state as (clock: Clock) => unknown)(clock) : state) as StateOf<D>),
    commands: mapped(commands, command),
    queries: mapped(queries, (query) => (whole: S, payload: never, clock: never) => query(get(whole) as never, payload, clock)),
    ...(ticks && { ticks }),
    events,
    view: (whole) => (view === undefined ? get(whole) : view(get(whole) as never)) as ViewOf<D>,
  } as Over<D, S>;
}
