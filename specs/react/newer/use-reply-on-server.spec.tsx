// @vitest-environment node
/** Replies in the hands of `use` (of React 19), where there is no page. */
import { createStore, reply } from 'ownstate';
import { Suspense, use } from 'react';
import { renderToPipeableStream } from 'react-dom/server';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';

it('use(reply) is written into the page by those who waited for it', async () => {
  let sendShell = () => undefined as void;
  const shellSent = new Promise<void>((resolve) => { sendShell = resolve; });
  const store = createStore({ state: 'nothing', commands: { load: async () => (await shellSent, reply('loaded', 'loaded')) } });
  const loading = store.ask.load();
  const Loaded = () => <b>{use(loading)}</b>;
  const page = new PassThrough();
  renderToPipeableStream(<Suspense fallback="waits"><Loaded /></Suspense>, { onShellReady: sendShell }).pipe(page);
  expect(await text(page)).toContain('<b>loaded</b>');
});
