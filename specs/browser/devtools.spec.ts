/** A store, and the DevTools on the page of a real browser. */
import { createStore, reply } from 'ownstate';
import { replaceable } from 'ownstate/app';
import { connectDevtools, recordTrace } from 'ownstate/devtools';
import { afterEach, expect, it, vi } from 'vitest';
import { fakeExtension } from '../devtools/support/fake-extension.js';

declare global {
  interface Window { __REDUX_DEVTOOLS_EXTENSION__?: unknown }
}

interface Items { readonly items: readonly string[] }

/** A command that takes whatever comes, and changes nothing. */
const take: (state: Items, payload: unknown) => Items = (state) => state;

const empty: Items = { items: [] };

const cart = () => replaceable({
  name: 'cart',
  state: empty,
  commands: {
    add: ({ items }, item: string) => reply({ items: [...items, item] }, items.length + 1),
    take,
  },
});

afterEach(() => {
  delete window.__REDUX_DEVTOOLS_EXTENSION__;
  document.body.replaceChildren();
});

it('the extension on window is found, shows commands, and travels: the page shows what was', () => {
  const extension = fakeExtension();
  window.__REDUX_DEVTOOLS_EXTENSION__ = extension;
  const store = createStore(cart());
  const list = document.body.appendChild(document.createElement('p'));
  store.select(({ items }) => items.join(', ')).subscribe((text) => { list.textContent = text; });
  expect(connectDevtools(store)).toMatchObject({ connected: true, travels: true });
  const [monitor] = extension.instances;
  store.tell.add('tea');
  store.ask.add('milk');
  expect(monitor!.types()).toEqual(['@@INIT', 'add', 'add']);
  expect(monitor!.actions()[1]!.meta).toMatchObject({ reply: 2 });
  monitor!.jumpToAction(1);
  expect(list.textContent).toBe('tea');
  monitor!.dispatch('{ "type": "add", "payload": "bread" }');
  expect(list.textContent).toBe('tea, bread');
});

it('what comes as a message of the page is answered all the same', async () => {
  const extension = fakeExtension();
  const store = createStore(cart());
  connectDevtools(store, { extension });
  const [monitor] = extension.instances;
  // The real extension posts its messages through the window.
  window.addEventListener('message', ({ data, source }) => {
    if (source === window) monitor!.post(data);
  });
  store.tell.add('tea');
  window.postMessage({ type: 'DISPATCH', payload: { type: 'RESET' }, source: '@devtools-extension' }, '*');
  await vi.waitFor(() => expect(store.snapshot()).toEqual({ items: [] }));
});

it('what a page holds is shown: events, elements, the window itself', () => {
  const extension = fakeExtension();
  const store = createStore(cart());
  connectDevtools(store, { extension });
  const recorder = recordTrace(store);
  for (const what of [new MouseEvent('click'), document.body, window, new File(['x'], 'x.txt'), new URL('https://example.org')]) store.tell.take(what);
  expect(extension.instances[0]!.actions()).toHaveLength(5);
  expect(extension.instances[0]!.errors).toEqual([]);
  expect(recorder.draw()).toContain('[object URL]');
});

it('a page without the extension shows nothing, and nothing happens', () => {
  const store = createStore(cart());
  expect(connectDevtools(store).connected).toBe(false);
  store.tell.add('tea');
  expect(store.snapshot()).toEqual({ items: ['tea'] });
});
