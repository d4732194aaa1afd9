/** Handlers that count their calls, so that a store which would go on for ever within one step can be ended. */
import type { AnyDefinition } from '../../index.js';

type Handlers = AnyDefinition['commands'];

/** The most handlers that a store may call between two turns of the platform. */
const MOST_CALLS = 100_000;

/**
 * The same definition, with handlers that count. What is no definition stays as it is, for the core to refuse.
 *
 * @param turns how many turns of the platform there were so far
 * @param runaway what is to be done about a store that goes on and on: the command that was one too many, and the error
 * @internal
 */
export function counted<D>(definition: D, name: string, turns: () => number, runaway: (type: string, error: Error) => void): D {
  if (!isObject(definition)) return definition;
  let turn = 0;
  let calls = 0;
  const count = (type: string) => {
    if (turn !== turns()) {
      turn = turns();
      calls = 0;
    }
    if (++calls <= MOST_CALLS) return;
    const error = new Error(`Expected \`${name}\` to call at most ${MOST_CALLS} handlers before a step is over, got one more, \`${type}\``);
    runaway(type, error);
    throw error;
  };
  const { commands, queries } = definition as Partial<AnyDefinition>;
  // It inherits all else, also what the definition itself has inherited.
  return Object.create(definition, {
    ...isObject(commands) && { commands: { value: tableOf(commands, count) } },
    ...isObject(queries) && { queries: { value: tableOf(queries, count) } },
  }) as D;
}

function tableOf(handlers: Handlers, count: (type: string) => void): Handlers {
  return Object.fromEntries(Object.entries(handlers).map(([type, handle]) => [
    type,
    typeof handle === 'function' ? (state, payload, context) => {
      count(type);
      return handle(state, payload, context);
    } : handle,
  ]));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** A signal that aborts with either; one that is no signal is for the core to refuse. @internal */
export function either(own: AbortSignal, given: AbortSignal | undefined): AbortSignal {
  return given === undefined ? own : given instanceof AbortSignal ? AbortSignal.any([own, given]) : given;
}
