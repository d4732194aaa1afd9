/**
 * The Redux DevTools extension as it's used here: an object on `window`, and a connection for each instance that the
 * monitor shows. What the monitor's buttons do comes back as messages.
 */
import type { DevtoolsAction } from './actions.js';

/** What an instance lets the monitor do; a button is there for each that's set. */
export interface DevtoolsFeatures {
  /** To stop recording, and go on. */
  readonly pause: boolean;
  /** To take no changes: not offered. */
  readonly lock: boolean;
  /** To keep the log over reloads. */
  readonly persist: boolean;
  /** To write the log into a file. */
  readonly export: boolean;
  /** To read one from a file; `'custom'`: as whole states. */
  readonly import: boolean | 'custom';
  /** To go back to a state. */
  readonly jump: boolean;
  /** To leave an action out: not offered. */
  readonly skip: boolean;
  /** To exchange actions: not offered. */
  readonly reorder: boolean;
  /** To send a command. */
  readonly dispatch: boolean;
  /** To make a test of the log: not offered. */
  readonly test: boolean;
}

/** What the extension's `connect` takes. */
export interface DevtoolsConfig {
  /** What the instance is called in the monitor. */
  readonly name: string;
  /** How many actions the monitor keeps. */
  readonly maxAge: number;
  /** Milliseconds; 0 sends each action at once. */
  readonly latency: number;
  /** Which buttons are there. */
  readonly features: DevtoolsFeatures;
  /** Offered in the monitor's dispatcher. */
  readonly actionCreators: Readonly<Record<string, (payload?: unknown) => { readonly type: string; readonly payload?: unknown }>>;
}

/** A connection to the extension: an instance in the monitor. */
export interface DevtoolsInstance {
  /** Begins a log with a state. */
  init(state: unknown): void;
  /** Adds an action and the state after it; without an action, `state` is a whole log. */
  send(action: DevtoolsAction | null, state: unknown): void;
  /** Tells of an error in the monitor. */
  error(message: string): void;
  /** Listens to what the monitor does; gives the function that ends it. */
  subscribe(listener: (message: unknown) => void): (() => void) | undefined;
}

/** What the extension puts on `window` as `__REDUX_DEVTOOLS_EXTENSION__`. */
export interface DevtoolsExtension {
  /** Makes an instance in the monitor. */
  connect(config: DevtoolsConfig): DevtoolsInstance;
}

/** The extension of this page, if there's one. @internal */
export function installed(): DevtoolsExtension | undefined {
  // A cast: whatever stands there, it's used only if it can connect.
  const { __REDUX_DEVTOOLS_EXTENSION__: found } = globalThis as { __REDUX_DEVTOOLS_EXTENSION__?: Partial<DevtoolsExtension> };
  return typeof found?.connect === 'function' ? found as DevtoolsExtension : undefined;
}
