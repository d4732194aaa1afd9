// @vitest-environment node
/** Rendered where there is no page. */
import { createStore, reply } from 'ownstate';
import { createStoreContext, useAsk, useSelect, useStore } from 'ownstate/react';
import { Suspense } from 'react';
import { renderToPipeableStream, renderToString } from 'react-dom/server';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { VirtualTimeScheduler } from 'rxjs';
import { expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.js';

it('there is no page', () => {
  expect(typeof document).toBe('undefined');
});

it('a component shows the present view, each time', () => {
  const store = createStore({ state: 1, commands: { set: (_now, next: number) => next } });
  const App = () => <b>{useSelect(store, (n) => n * 10)}</b>;
  expect(renderToString(<App />)).toBe('<b>10</b>');
  store.tell.set(2);
  expect(renderToString(<App />)).toBe('<b>20</b>');
});

it('a store of a component is made, shown, and leaves nothing behind', () => {
  const scheduler = new VirtualTimeScheduler();
  const App = () => {
    const store = useStore({ state: 7, ticks: { poll: 10 }, commands: { poll: (n: number) => n + 1 } }, { scheduler });
    const { pending } = useAsk(store.ask.poll);
    return <b>{useSelect(store)} {String(pending)}</b>;
  };
  expect(renderToString(<App />)).toBe('<b>7<!-- --> <!-- -->false</b>');
  expect(scheduler.actions).toEqual([]);
});

it('each request has its own store by a provider', () => {
  const User = createStoreContext({ state: 'nobody', commands: { set: (_now, next: string) => next } });
  const Name = () => <b>{useSelect(User.useStore())}</b>;
  const page = (state?: string) => renderToString(<User.Provider state={state}><Name /></User.Provider>);
  expect([page('Ann'), page('Bob'), page()]).toEqual(['<b>Ann</b>', '<b>Bob</b>', '<b>nobody</b>']);
});

it('what is loaded on the way is shown by those who waited for it', async () => {
  let sendShell = () => undefined as void;
  const shellSent = new Promise<void>((resolve) => { sendShell = resolve; });
  const store = createStore({
    state: 'nothing',
    commands: { load: async () => (await shellSent, reply('loaded', 'loaded')) },
  });
  const loading = store.ask.load();
  const Loaded = () => <b>{waitFor(loading)}, {useSelect(store)}</b>;
  const Before = () => <i>{useSelect(store)}</i>;
  const page = new PassThrough();
  renderToPipeableStream(<><Before /><Suspense fallback="waits"><Loaded /></Suspense></>, { onShellReady: sendShell }).pipe(page);
  const html = (await text(page)).replaceAll('<!-- -->', '');
  expect(html).toContain('<i>nothing</i>');
  expect(html).toContain('<b>loaded, loaded</b>');
});
