/** A program that shows its store in the DevTools, unless it's built for production. */
import { createStore, type Store } from 'ownstate';

/** What bundlers put in its place. */
declare const process: { readonly env: { readonly NODE_ENV?: string } };

const definition = {
  name: 'cart',
  state: [] as readonly string[],
  commands: { add: (items: readonly string[], item: string) => [...items, item] },
};

export const cart: Store<typeof definition> = createStore(definition);

if (process.env.NODE_ENV !== 'production') {
  void import('ownstate/devtools').then(({ connectDevtools }) => connectDevtools(cart));
}
