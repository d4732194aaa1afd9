/** A definition whose changes can be undone and done again: the same commands, and a history around its state. */
import { expect, expectFunction, expectObject } from '../internal/expect.js';
import { focus, reply, type AnyDefinition, type CommandOf, type Context, type Definition, type Given, type Outcome, type StateOf, type ViewOf } from '../index.js';
import { keeping, over, type Over } from './over.js';
import { advance, cleared, redone, undone, type History } from './undo/history.js';
import { identityOf, moveOf } from './undo/identity.js';

/** What becomes of the changes of a definition `D`. Each field is optional. */
export interface UndoableOptions<D extends AnyDefinition> {
  /** The most steps that can be undone; beyond it the oldest goes. A positive integer or `Infinity`. Default 100. */
  readonly limit?: number;
  /**
   * Whether what this command changes is a step. What isn't changes the present state only: `undo` goes back to the state
   * before the latest step, with whatever was changed since. Default: each command is.
   */
  readonly record?: (command: CommandOf<D>) => boolean;
  /**
   * The key of this command's step: one of the same key as the step before it joins that, so both are undone at once. An
   * `undo` or a `redo` between them keeps them apart. `undefined` for a step of its own. Default: each is.
   */
  readonly group?: (command: CommandOf<D>) => unknown;
}

/** What is seen of an undoable definition: what was seen of it before, and whether there's something to undo and to redo. */
export interface UndoableView<V> {
  /** What the definition shows of its present state. */
  readonly present: V;
  /** Whether `undo` would change anything. */
  readonly canUndo: boolean;
  /** Whether `redo` would change anything. */
  readonly canRedo: boolean;
}

/** A definition `D` with `undo`, `redo` and `clearHistory`. */
export type Undoable<D extends AnyDefinition> = Omit<Over<D, History<StateOf<D>>>, 'commands' | 'view'> & {
  readonly commands: Over<D, History<StateOf<D>>>['commands'] & {
    /** Goes back to the state before the latest step. Replies whether there was one. */
    readonly undo: (history: History<StateOf<D>>) => Outcome<History<StateOf<D>>, boolean>;
    /** Does again what was undone last. Replies whether there was anything. */
    readonly redo: (history: History<StateOf<D>>) => Outcome<History<StateOf<D>>, boolean>;
    /** Forgets all steps; the state stays. */
    readonly clearHistory: (history: History<StateOf<D>>) => History<StateOf<D>>;
  };
  /** What callers see: the view of the present state, and whether there's something to undo and to redo. */
  readonly view: (history: History<StateOf<D>>) => UndoableView<ViewOf<D>>;
};

/** The commands that a history has. */
const OWN = ['undo', 'redo', 'clearHistory'];

/**
 * Adds `undo`, `redo` and `clearHistory` to a definition. `undo` and `redo` reply whether there was something to do; what
 * `select` and `snapshot` show becomes `{ present, canUndo, canRedo }`.
 *
 * One command is one step, however many states its Observable emits. A command that leaves the state as it is makes none,
 * nor does one that fails. A new step ends what could be redone. What an effect's `done` or `failed` changes joins the
 * step of its command while that's the latest; else it's a step of its own, also where that command was undone meanwhile:
 * a result is folded into the state as it is by then.
 *
 * Gotchas: ticks and timers are commands like others; leave them out by `record`. Only the state goes back: what was
 * announced, told or requested isn't taken back. A state that is mutated in place (a Map, a Set, an instance of a class)
 * is refused with a TypeError, as the first state when the store is made, later by failing the command; plain data is
 * frozen in development, unless the definition has a `view`. An optimistic definition is made of an undoable one, not the
 * other way round: `optimistic(undoable(…))`.
 *
 * @param definition the definition, without commands `undo`, `redo` and `clearHistory` of its own
 * @param options how many steps are kept, and which commands make them
 * @throws TypeError for a definition that has one of these commands, and for options that can't be
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { undoable } from 'ownstate/app';
 *
 * const text = createStore(undoable({
 *   name: 'text',
 *   state: '',
 *   commands: { type: (text, more: string) => text + more },
 * }));
 *
 * text.tell.type('Hello');
 * text.tell.type(', world');
 * console.log(await text.ask.undo()); // true
 * console.log(text.snapshot()); // { present: 'Hello', canUndo: true, canRedo: true }
 * text.tell.redo();
 * console.log(text.snapshot().present); // Hello, world
 * ```
 */
export function undoable<S, D extends Definition<S, E>, E = never>(
  definition: Given<S, D, E>,
  options: UndoableOptions<NoInfer<D>> = {},
): Undoable<D> {
  expectObject(definition, 'definition');
  const { commands } = definition;
  expectObject(commands, 'commands');
  for (const type of OWN) expect(!Object.hasOwn(commands, type), 'commands', `a table without a command \`${type}\``, commands);
  expectObject(options, 'options');
  const { limit = 100, record, group } = options;
  expect(limit === Infinity || (Number.isInteger(limit) && limit > 0), 'limit', 'a positive integer or Infinity', limit);
  if (record !== undefined) expectFunction(record, 'record');
  if (group !== undefined) expectFunction(group, 'group');

  type Whole = History<unknown>;
  const keep = keeping(definition, 'undoable');
  const make = (present: unknown): Whole => ({ past: [], present: keep(present), future: [], group: undefined });
  const made = over<AnyDefinition, Whole>(definition, make, presentOf, (handler, type) =>
    (history: Whole, payload: unknown, context: Context) => {
      // A cast: the definition's types have seen to it that this is one of its commands.
      const command = { type, payload } as CommandOf<D>;
      const change = { by: identityOf(context), record: record?.(command) ?? true, group: group?.(command) };
      const set = (now: Whole, next: unknown) => advance(now, keep(next), change, limit);
      return (focus(handler as never, { get: presentOf, set } as never) as typeof handler)(history as never, payload as never, context as never);
    });
  const { view: show } = made;
  const views = new WeakMap<Whole, UndoableView<unknown>>();
  const view = (history: Whole): UndoableView<unknown> => {
    // A command that leaves all as it is shows nothing new.
    const seen = views.get(history) ?? { present: show(history), canUndo: history.past.length > 0, canRedo: history.future.length > 0 };
    views.set(history, seen);
    return seen;
  };
  const undo = (history: Whole, _payload: unknown, context: Context) => answered(history, undone(history, moveOf(context)));
  const redo = (history: Whole, _payload: unknown, context: Context) => answered(history, redone(history, moveOf(context)));
  // A cast: `Whole` is the history of the state of `D`.
  return { ...made, view, commands: { ...made.commands, undo, redo, clearHistory: cleared } } as unknown as Undoable<D>;
}

function presentOf<S>({ present }: History<S>): S {
  return present;
}

function answered<S>(before: History<S>, after: History<S>): Outcome<History<S>, boolean> {
  return reply(after, after !== before);
}
