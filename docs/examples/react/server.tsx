/** A page that a server renders, and that a browser takes over with the same state. */
import { StrictMode } from 'react';
import { hydrateRoot, type Root } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { CartPage, type CartState } from './cart.js';

/** On the server: the page, and the state it was rendered from. */
export function renderPage(state: CartState): string {
  const json = JSON.stringify(state).replaceAll('<', '\\u003c'); // no `</script>` within it
  return `<main>${renderToString(<CartPage state={state} />)}</main><script id="state" type="application/json">${json}</script>`;
}

/** In the browser: the same state is where the store begins. */
export function hydratePage(page: Document): Root {
  const state = JSON.parse(page.getElementById('state')!.textContent) as CartState;
  return hydrateRoot(page.querySelector('main')!, <StrictMode><CartPage state={state} /></StrictMode>);
}
