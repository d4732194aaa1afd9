/** A store for a part of the page: whoever is below its provider uses it. */
import type { AnyDefinition, Client, Clock, Definition, Given, StateOf } from '../index.js';
import { expect } from '../internal/expect.js';
import { React } from './react.js';
import { useStore, type ComponentStoreOptions } from './use-store.js';

/** What the provider of a store takes. */
export interface StoreProviderProps<D extends AnyDefinition> {
  /** Who may use the store. */
  readonly children?: React.ReactNode;
  /** A store that was made elsewhere, which the provider doesn't end: by a test, by a server, for the whole page. Default: one of its own. */
  readonly store?: Client<D> | undefined;
  /**
   * The first state of its own store, or a function that makes it, in the place of the definition's: what a server sent,
   * what a parent knows. Counts when the store is made, and is ignored later. Default: the definition's.
   */
  readonly state?: StateOf<D> | ((clock: Clock) => StateOf<D>) | undefined;
}

/** What `createStoreContext` gives: who provides the store, and how it's come by. */
export interface StoreContext<D extends AnyDefinition> {
  /**
   * Gives all below it a store: one of its own, that lives with it as by `useStore`, or the one it's handed. Of several
   * the nearest counts.
   *
   * @throws TypeError for a definition or options that no store can work with
   */
  readonly Provider: (props: StoreProviderProps<D>) => React.ReactElement;
  /**
   * The store of the nearest provider above: who uses it asks, tells and watches, and can't end it.
   *
   * @throws TypeError where there's no provider above
   */
  readonly useStore: () => Client<D>;
}

/**
 * Makes a store's place in the tree: a `Provider`, and a hook `useStore` for those below it. Each provider has a store
 * of its own, so that a dialog, a tab or a request of a server has its own state.
 *
 * Gotchas: whether a provider has its own store or is handed one is to stay as it is; where it changes, all below it is
 * mounted anew. What is wrong with definition or options fails the provider, when it's rendered.
 *
 * @param definition the state, and everything that may happen to it; or a function that makes the definition, called for each store
 * @param options how the stores are run, as for `createStore`; there's no `signal`
 *
 * @example
 * ```ts
 * import { createStoreContext, useSelect } from 'ownstate/react';
 * import { createElement } from 'react';
 * import { renderToString } from 'react-dom/server';
 *
 * const Cart = createStoreContext({
 *   name: 'cart',
 *   state: [] as string[],
 *   commands: { add: (items, item: string) => [...items, item] },
 * });
 * function Items() {
 *   const cart = Cart.useStore();
 *   return createElement('b', null, useSelect(cart, (items) => items.join(', ')));
 * }
 * const page = createElement(Cart.Provider, { state: ['tea', 'milk'] }, createElement(Items));
 * console.log(renderToString(page)); // <b>tea, milk</b>
 * ```
 */
export function createStoreContext<S, D extends Definition<S, E>, E = never>(make: () => Given<S, D, E>, options?: ComponentStoreOptions): StoreContext<D>;
// eslint-disable-next-line @typescript-eslint/unified-signatures -- of a union TypeScript infers no definition that a function makes
export function createStoreContext<S, D extends Definition<S, E>, E = never>(definition: Given<S, D, E>, options?: ComponentStoreOptions): StoreContext<D>;
export function createStoreContext<D extends AnyDefinition>(definition: D | (() => D), options?: ComponentStoreOptions): StoreContext<D> {
  const Context = React.createContext<Client<D> | undefined>(undefined);
  const Provider = (props: StoreProviderProps<D>): React.ReactElement => props.store
    ? React.createElement(Context.Provider, { value: props.store }, props.children)
    : React.createElement(Own, props);
  const Own = (props: StoreProviderProps<D>) => Provider({ ...props, store: useStore(definition, options, props.state).client });
  return {
    Provider,
    useStore: () => {
      const store = React.useContext(Context);
      // A cast: what it isn't has just been refused.
      expect(!!store, 'Provider', 'above the component', store);
      return store as Client<D>;
    },
  };
}
