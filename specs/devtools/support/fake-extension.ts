/**
 * A DevTools extension for specs, with the monitor behind it. It does what the real one does, as read in its source
 * (github.com/reduxjs/redux-devtools, commit 4b1d1d6): `connect` of extension/src/pageScript/api/index.ts; `updateState`,
 * `recompute` and `commitExcessActions` of packages/redux-devtools-app-core; `nonReduxDispatch` of
 * packages/redux-devtools-app, which says which state comes with which button; `exportState` and `importState`.
 *
 * States and actions cross over as JSON text. Only the way is shorter: the real one posts messages between the page, the
 * background and the panel.
 */
import type { DevtoolsAction, DevtoolsConfig, DevtoolsExtension, DevtoolsInstance } from 'ownstate/devtools';

/** The log of an instance as the monitor holds it: its "lifted state". */
export interface Lifted {
  readonly actionsById: Record<string, { action: { type: string; payload?: unknown; meta?: DevtoolsAction['meta'] } }>;
  readonly stagedActionIds: number[];
  readonly computedStates: { state: unknown }[];
  readonly currentStateIndex: number;
  readonly nextActionId: number;
}

/** An instance, and what a person at the monitor sees and does. */
export interface FakeInstance {
  readonly config: DevtoolsConfig;
  /** The types of the actions in the log, the first is `@@INIT`. */
  types(): string[];
  /** The actions without the first. */
  actions(): { type: string; payload?: unknown; meta?: DevtoolsAction['meta'] }[];
  /** The states beside them. */
  states(): unknown[];
  readonly errors: string[];
  /** How many listen. */
  listeners(): number;
  jumpToAction(actionId: number): void;
  jumpToState(index: number): void;
  /** The buttons Reset, Revert and Commit. */
  reset(): void;
  rollback(): void;
  commit(): void;
  toggle(actionId: number): void;
  pause(status: boolean): void;
  lock(status: boolean): void;
  /** What was typed into the dispatcher; or picked from its list, with arguments as text. */
  dispatch(action: string | { name: string; args: string[] }): void;
  /** The file of the export button, and what the import button does with one. */
  exportLog(): string;
  importLog(file: string): void;
  /** Any message. */
  post(message: unknown): void;
}

const EMPTY: Lifted = { actionsById: {}, stagedActionIds: [], computedStates: [], currentStateIndex: -1, nextActionId: 0 };

/** Adds an action and the state after it; beyond `maxAge` the oldest but the first are committed. */
function recompute(lifted: Lifted, state: unknown, action: { type: string }, maxAge?: number): Lifted {
  const id = lifted.nextActionId;
  const last = lifted.currentStateIndex === lifted.stagedActionIds.length - 1;
  const next = {
    actionsById: { ...lifted.actionsById, [id]: { action } },
    stagedActionIds: [...lifted.stagedActionIds, id],
    computedStates: [...lifted.computedStates, { state }],
    currentStateIndex: lifted.currentStateIndex + (last ? 1 : 0),
    nextActionId: id + 1,
  };
  const excess = maxAge === undefined ? 0 : next.stagedActionIds.length - maxAge;
  if (excess <= 0) return next;
  const gone = next.stagedActionIds.slice(1, excess + 1);
  return {
    ...next,
    actionsById: Object.fromEntries(Object.entries<Lifted['actionsById'][number]>(next.actionsById).filter(([key]) => !gone.includes(Number(key)))),
    stagedActionIds: [0, ...next.stagedActionIds.slice(excess + 1)],
    computedStates: next.computedStates.slice(excess),
    currentStateIndex: Math.max(0, next.currentStateIndex - excess),
  };
}

const across = (value: unknown): unknown => {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : JSON.parse(text);
};

/** An extension whose instances can be looked at. */
export function fakeExtension(): DevtoolsExtension & { readonly instances: FakeInstance[] } {
  const instances: FakeInstance[] = [];
  return {
    instances,
    connect: (config): DevtoolsInstance => {
      let lifted = EMPTY;
      let paused = false;
      const listeners: ((message: unknown) => void)[] = [];
      let initial: string | undefined;
      const errors: string[] = [];
      const source = '@devtools-extension';
      const post = (message: unknown) => listeners.slice().forEach((listener) => listener(message));
      const dispatch = (payload: { type: string }, state?: unknown) =>
        post({ type: 'DISPATCH', payload, ...(state !== undefined && { state: JSON.stringify(state) }), id: '1', source });
      const stateAt = (index: number) => lifted.computedStates[index]?.state;
      instances.push({
        config,
        types: () => lifted.stagedActionIds.map((id) => lifted.actionsById[id]!.action.type),
        actions: () => lifted.stagedActionIds.slice(1).map((id) => lifted.actionsById[id]!.action),
        states: () => lifted.computedStates.map(({ state }) => state),
        errors,
        listeners: () => listeners.length,
        jumpToAction: (actionId) => {
          const index = lifted.stagedActionIds.indexOf(actionId);
          lifted = { ...lifted, currentStateIndex: index };
          dispatch({ type: 'JUMP_TO_ACTION', actionId } as { type: string }, stateAt(index));
        },
        jumpToState: (index) => {
          lifted = { ...lifted, currentStateIndex: index };
          dispatch({ type: 'JUMP_TO_STATE', index } as { type: string }, stateAt(index));
        },
        reset: () => dispatch({ type: 'RESET', timestamp: 0 } as { type: string }),
        rollback: () => dispatch({ type: 'ROLLBACK', timestamp: 0 } as { type: string }, stateAt(0)),
        commit: () => dispatch({ type: 'COMMIT', timestamp: 0 } as { type: string }),
        toggle: (id) => dispatch({ type: 'TOGGLE_ACTION', id } as { type: string }, lifted),
        pause: (status) => {
          paused = status;
          dispatch({ type: 'PAUSE_RECORDING', status } as { type: string });
        },
        lock: (status) => dispatch({ type: 'LOCK_CHANGES', status } as { type: string }),
        dispatch: (action) => post({ type: 'ACTION', payload: typeof action === 'string' ? action : { selected: 0, rest: '[]', ...action }, id: '1', source }),
        exportLog: () => JSON.stringify(lifted),
        // With `import: 'custom'` the page gets the file; otherwise the monitor takes it and sends nothing.
        importLog: (file) => {
          if (config.features.import !== 'custom') return;
          const parsed = JSON.parse(file) as { payload?: string; preloadedState?: string };
          const nextLiftedState: unknown = typeof parsed.payload === 'string' ? JSON.parse(parsed.payload) : parsed;
          post({ type: 'DISPATCH', payload: { type: 'IMPORT_STATE', nextLiftedState, preloadedState: undefined } });
        },
        post,
      });
      return {
        init: (state) => {
          initial = JSON.stringify(state);
          lifted = recompute(EMPTY, JSON.parse(initial), { type: '@@INIT' });
        },
        send: (action, state) => {
          if (paused) return;
          if (action === null) lifted = across(state) as Lifted;
          else lifted = recompute(lifted, across(state), across(action) as { type: string }, config.maxAge);
        },
        error: (message) => void errors.push(message),
        subscribe: (listener) => {
          listeners.push(listener);
          return () => void listeners.splice(listeners.indexOf(listener), 1);
        },
      };
    },
  };
}
