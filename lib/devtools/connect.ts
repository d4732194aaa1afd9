/**
 * A connection to the Redux DevTools extension:
 *
 * ```
 *   store.trace$ ─▶ actionsOf ─▶ log ─▶ instance.send(action, state) ──────────▶ the monitor
 *        ▲                          └▶ history of what was shown                 │
 *        └── replace, or a command that was typed in ◀── answersTo ◀── messages ─┘
 * ```
 */
import { Subscription } from 'rxjs';
import { expect, expectObject } from '../internal/expect.js';
import { actionsOf } from './actions.js';
import { installed, type DevtoolsExtension } from './extension.js';
import { logOf } from './log.js';
import { answersTo } from './monitor.js';
import { showing, type Redaction } from './redaction.js';
import { inspectable, type Inspectable } from './sources.js';
import { historyOf } from './travel.js';

/** How stores are shown in the DevTools. Each field is optional. */
export interface DevtoolsOptions extends Redaction {
  /** Name of the instance in the monitor. Default: the names of the stores, joined by ` + `. */
  readonly name?: string;
  /** How many actions the monitor keeps, and the connection for travelling back to them; at least 2. Default 50. */
  readonly maxAge?: number;
  /** How long the extension collects actions before it sends them to the monitor, in milliseconds. Default 0: not at all. */
  readonly latency?: number;
  /** Whether queries are shown. Default `false`. */
  readonly queries?: boolean;
  /** Commands that aren't shown, such as those of ticks; the states they make are seen with the next action. Default: none. */
  readonly ignore?: readonly string[];
  /**
   * Whether the monitor may change states. Default: whether all stores have the command `replace`. Where what a store shows
   * isn't what its `replace` takes: how that is made of a view; for an `undoable` store
   * `({ present }: UndoableView<State>) => present`.
   */
  readonly travel?: boolean | ((view: never, store: string) => unknown);
  /** What to connect to. Default: `__REDUX_DEVTOOLS_EXTENSION__` on the global object, if it's there. */
  readonly extension?: DevtoolsExtension;
}

/** A connection to the DevTools. */
export interface DevtoolsConnection {
  /** Whether the stores are shown: there is an extension, and neither have all stores closed nor has it been disconnected. */
  readonly connected: boolean;
  /** Whether the monitor may change states. */
  readonly travels: boolean;
  /** Ends the connection. The monitor still shows the log. A second time nothing happens. */
  disconnect(): void;
}

/**
 * Shows a store in the Redux DevTools: each command with its payload, the state after each commit, replies and failures.
 * Where there's no extension, nothing happens and nothing is watched.
 *
 * A store is an instance of its own in the monitor. An array of stores is one instance together: its state has a field for
 * each store, and its actions are `cart/add`. What an action says of its command stands in its `meta`: the reply or the
 * error, the times, the `id` and `seq` of the trace. A command that goes on after its first commit (an effect, a later
 * reply, an Observable) has more actions: `search`, `search …`, and at last `search ✓` or `search ✗`.
 *
 * Time travel, reset, revert and import put states back by the command `replace` that `replaceable` of `ownstate/app`
 * adds; without it they're off and tell so in the monitor. The dispatcher offers the commands of the stores, and takes
 * `{ "type": "add", "payload": 5 }` as text. To skip, reorder and lock actions isn't offered: commands are sent, not computed.
 *
 * Gotchas: it changes no effect, timer or other store that it isn't connected to when it travels. It reads `replace` as
 * that of `replaceable`; a store with another command of this name sets `travel: false`. A view that is mutated in place
 * (a Map) shows as it was at each commit, but can't be travelled back to.
 *
 * @param stores a store, a client, or an array of them to be shown as one
 * @param options what is shown, and what is kept from view
 * @returns the connection, which ends with the stores
 * @throws TypeError for what is no store, and for options that are none
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { connectDevtools } from 'ownstate/devtools';
 *
 * const login = createStore({
 *   name: 'login',
 *   state: { user: '' },
 *   commands: { enter: (_state, { user }: { user: string; password: string }) => ({ user }) },
 * });
 * const connection = connectDevtools(login, { redact: ['password'] });
 * console.log(connection.connected); // false
 * ```
 */
export function connectDevtools(stores: Inspectable | readonly Inspectable[], options: DevtoolsOptions = {}): DevtoolsConnection {
  const inspected = inspectable(stores);
  expectObject(options, 'options');
  const names = inspected.map(([name]) => name);
  const list = inspected.map(([, store]) => store);
  const {
    name = names.join(' + '), maxAge = 50, latency = 0, queries = false, ignore = [],
    travel = list.every(({ tell }) => 'replace' in tell), extension = installed(),
  } = options;
  expect(typeof name === 'string', 'name', 'a string', name);
  expect(Number.isInteger(maxAge) && maxAge > 1, 'maxAge', 'an integer from 2 on', maxAge);
  expect(typeof latency === 'number' && latency >= 0, 'latency', 'a number of milliseconds from 0 on', latency);
  expect(Array.isArray(ignore), 'ignore', 'an array of commands', ignore);
  expect(typeof travel === 'boolean' || typeof travel === 'function', 'travel', 'true, false or a function', travel);
  const travels = travel !== false;
  const show = showing(options);
  if (extension === undefined) return { connected: false, travels: false, disconnect: () => undefined };
  expect(typeof extension.connect === 'function', 'extension', 'an extension with `connect`', extension);

  const isOne = !Array.isArray(stores);
  const prefixes = names.map((store) => isOne ? '' : `${store}/`);
  const creators = list.flatMap(({ tell }, i) => commandsIn(tell).map((type) => {
    const title = `${prefixes[i] ?? ''}${type}`;
    return [title, (payload?: unknown) => ({ type: title, payload })] as const;
  }));
  const instance = extension.connect({
    name, maxAge, latency,
    features: {
      pause: true, lock: false, persist: false, export: true, import: travels && 'custom', jump: travels, skip: false,
      reorder: false, dispatch: true, test: false,
    },
    actionCreators: Object.fromEntries(creators),
  });

  const history = historyOf(maxAge);
  const log = logOf(instance, list, history, show, isOne ? undefined : names);
  /** Payloads of the commands by which this connection travels. */
  const own = new WeakSet();
  const listening = new Subscription();
  log.begin();
  listening.add(instance.subscribe(answersTo({ instance, history, log, stores: list, prefixes, names: isOne ? undefined : names, travel, own })));
  const disconnect = () => {
    log.stop();
    listening.unsubscribe();
  };
  let open = list.length;
  list.forEach((store, i) => {
    const take = actionsOf({
      store: names[i] ?? '', prefix: prefixes[i] ?? '', queries, ignore, show,
      // A cast: what is no object isn't among them.
      own: (payload) => own.has(payload as object),
      committed: (view, type) => log.committed(i, view, type),
      hold: (id, action) => log.hold(i, id, action),
      take: (id) => log.take(i, id),
      append: log.append,
    });
    listening.add(store.trace$.subscribe({
      next: take,
      complete: () => {
        if (--open === 0) disconnect();
      },
    }));
  });
  return {
    get connected() { return !listening.closed; },
    travels,
    disconnect,
  };
}

/** The names of a store's commands. */
function commandsIn(tell: object): string[] {
  const found: string[] = [];
  // They stand on its prototype as well as on itself.
  for (const type in tell) found.push(type);
  return found;
}
