/** A page that takes over what a server rendered: the first views are those that the server saw, then the present ones. */
import { act, screen } from '@testing-library/react';
import { createStore } from 'ownstate';
import { useSelect } from 'ownstate/react';
import { lazy, Suspense, useEffect, type ReactNode } from 'react';
import { hydrateRoot, type Root } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, expect, it, vi } from 'vitest';
import { hydratePage, renderPage } from '../../docs/examples/react/server.js';

let root: Root | undefined;
afterEach(() => {
  act(() => root?.unmount());
  document.body.replaceChildren();
});

const counter = () => createStore({ state: 1, commands: { set: (_now, next: number) => next } });

/** Takes over what the server sent, and gives what React had to mend. */
async function hydrate(html: string, page: ReactNode): Promise<unknown[]> {
  const mended: unknown[] = [];
  const container = document.body.appendChild(document.createElement('main'));
  container.innerHTML = html;
  await act(async () => {
    root = hydrateRoot(container, page, { onRecoverableError: (error) => mended.push(error) });
  });
  return mended;
}

it('a component begins with what the server rendered', async () => {
  const page = (store: ReturnType<typeof counter>) => {
    const Shown = () => <p data-testid="shown">{useSelect(store, (n) => ({ n })).n}</p>;
    return <Shown />;
  };
  const store = counter();
  expect(await hydrate(renderToString(page(counter())), page(store))).toEqual([]);
  act(() => store.tell.set(2));
  expect(screen.getByTestId('shown').textContent).toBe('2');
});

it('what is told while the page is taken over is shown after it', async () => {
  const store = counter();
  const Teller = () => (useEffect(() => store.tell.set(2), []), null);
  const Shown = () => <p data-testid="shown">{useSelect(store)}</p>;
  const html = renderToString(<Shown />);
  expect(await hydrate(html, <><Teller /><Shown /></>)).toEqual([]);
  expect(screen.getByTestId('shown').textContent).toBe('2');
});

it('a part that is taken over late begins with the view of the server, too', async () => {
  const store = counter();
  const Shown = ({ id }: { id: string }) => <p data-testid={id}>{useSelect(store)}</p>;
  let arrive: (module: { default: typeof Shown }) => void;
  const Late = lazy(() => new Promise<{ default: typeof Shown }>((resolve) => { arrive = resolve; }));
  const html = renderToString(<><Shown id="early" /><Suspense><Shown id="late" /></Suspense></>);
  const seen: string[] = [];
  const mended = await hydrate(html, <><Shown id="early" /><Suspense><Late id="late" /></Suspense></>);
  act(() => store.tell.set(2));
  seen.push(`${screen.getByTestId('early').textContent} ${screen.getByTestId('late').textContent}`);
  await act(async () => arrive({ default: Shown }));
  seen.push(`${screen.getByTestId('early').textContent} ${screen.getByTestId('late').textContent}`);
  expect(seen).toEqual(['2 1', '2 2']);
  expect(mended).toEqual([]);
});

it('the page of the example travels from a server to a browser', async () => {
  const error = vi.spyOn(console, 'error');
  const html = renderPage({ items: [{ id: 0, name: '</script>', pieces: 2 }], draft: 'milk' });
  document.body.innerHTML = html;
  await act(async () => { root = hydratePage(document); });
  act(() => screen.getByText('add').click());
  expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual(['2 × </script> more </script>', '1 × milk more milk']);
  expect(error).not.toHaveBeenCalled();
});
