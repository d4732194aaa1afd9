/** A cart for a part of the page: a list, a form, and a sum, each of which is rendered when its own part has changed. */
import { createStoreContext, useSelect } from 'ownstate/react';
import { memo } from 'react';

export interface Item { readonly id: number; readonly name: string; readonly pieces: number }
export interface CartState { readonly items: readonly Item[]; readonly draft: string }

const empty: CartState = { items: [], draft: '' };

export const Cart = createStoreContext({
  name: 'cart',
  state: empty,
  commands: {
    type: (cart, draft: string) => ({ ...cart, draft }),
    add: ({ items, draft }) => ({ items: [...items, { id: items.length, name: draft, pieces: 1 }], draft: '' }),
    more: (cart, id: number) => ({
      ...cart,
      items: cart.items.map((item) => item.id === id ? { ...item, pieces: item.pieces + 1 } : item),
    }),
  },
});

/** How often each component was rendered. */
export const renders: Record<string, number> = {};
const rendered = (name: string) => { renders[name] = (renders[name] ?? 0) + 1; };

const Line = memo(function Line({ id }: { id: number }) {
  rendered(`line ${id}`);
  const cart = Cart.useStore();
  const item = useSelect(cart, ({ items }) => items.find((each) => each.id === id));
  return <li>{item?.pieces} × {item?.name} <button onClick={() => cart.tell.more(id)}>more {item?.name}</button></li>;
});

const sameIds = (a: readonly number[], b: readonly number[]) => a.length === b.length && a.every((id, at) => id === b[at]);

function Lines() {
  rendered('lines');
  const ids = useSelect(Cart.useStore(), ({ items }) => items.map(({ id }) => id), sameIds);
  return <ul>{ids.map((id) => <Line key={id} id={id} />)}</ul>;
}

function Form() {
  rendered('form');
  const cart = Cart.useStore();
  const draft = useSelect(cart, (now) => now.draft);
  return (
    <form onSubmit={(event) => (event.preventDefault(), cart.tell.add())}>
      <input aria-label="name" value={draft} onChange={(event) => cart.tell.type(event.target.value)} />
      <button disabled={draft === ''}>add</button>
    </form>
  );
}

export function CartPage({ state }: { state?: CartState }) {
  return <Cart.Provider state={state}><Lines /><Form /></Cart.Provider>;
}
