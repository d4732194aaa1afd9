/** A store that lives with a component. */
import type { AnyDefinition, Definition, Given, Store } from '../index.js';
import { useComponentStore, type ComponentStoreOptions } from './component-store.js';

/**
 * A store of a component's own. It's made with the first render, and ended when the component is gone: what still waits
 * or runs fails with `StoreClosedError`, work beside the fold sees its `signal` abort, ticks and timers stop. Farewells
 * that components send as they go (from the cleanup of an effect) are still handled.
 *
 * StrictMode, which mounts components twice, and Activity, which hides them, leave the store alone: a hidden component's
 * store keeps its state, and works on. Ticks begin when the component is first shown, so that a store of a render
 * that React gives up leaves nothing behind; on a server they never begin.
 *
 * Gotchas: definition and options count when the store is made, and are ignored later. Where they come from props, give
 * the component a `key`, and it gets another store with it.
 *
 * @param definition the state, and everything that may happen to it; or a function that makes the definition, called once
 * @param options how the store is run, as for `createStore`; there's no `signal`
 * @returns the store, the same in each render
 * @throws TypeError for a definition or an option that no store can work with; the message says what was expected
 *
 * @example
 * ```ts
 * import { useSelect, useStore } from 'ownstate/react';
 * import { createElement } from 'react';
 * import { renderToString } from 'react-dom/server';
 *
 * function Counter({ from }: { from: number }) {
 *   const counter = useStore(() => ({ state: from, commands: { increment: (count: number) => count + 1 } }));
 *   const count = useSelect(counter);
 *   return createElement('button', { onClick: () => counter.tell.increment() }, count);
 * }
 * console.log(renderToString(createElement(Counter, { from: 7 }))); // <button>7</button>
 * ```
 */
export function useStore<S, D extends Definition<S, E>, E = never>(make: () => Given<S, D, E>, options?: ComponentStoreOptions): Store<D>;
// eslint-disable-next-line @typescript-eslint/unified-signatures -- of a union TypeScript infers no definition that a function makes
export function useStore<S, D extends Definition<S, E>, E = never>(definition: Given<S, D, E>, options?: ComponentStoreOptions): Store<D>;
export function useStore<D extends AnyDefinition>(definition: D | (() => D), options: ComponentStoreOptions = {}): Store<D> {
  return useComponentStore(definition, options);
}
