/** The drawing of the guide: a definition that was made larger, which begins with what was sent, is kept, and tells what fails. */
import { act, fireEvent, render, screen } from '@testing-library/react';
import { entities, persist, replaceable } from 'ownstate/app';
import { createStore } from 'ownstate';
import { useSelect } from 'ownstate/react';
import { memo, StrictMode, type ReactNode } from 'react';
import { hydrateRoot, type Root } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Canvas, DrawingProvider, Failures, Keep, type Drawing, type Server } from '../../docs/examples/react/drawing.js';

const logged = vi.spyOn(console, 'error');
let root: Root | undefined;
beforeEach(() => {
  localStorage.clear();
  logged.mockClear();
});
afterEach(() => {
  act(() => root?.unmount());
  root = undefined;
  document.body.replaceChildren();
  expect(logged).not.toHaveBeenCalled();
});

const storage = () => localStorage;
const saved = () => JSON.parse(localStorage.getItem('drawing') ?? 'null') as unknown;
const shapes = () => screen.getByTestId('shapes').textContent;
const press = (name: string) => act(async () => void fireEvent.click(screen.getByText(name)));
const server: Server = { save: async () => undefined };

const page = (sent: Drawing, to: Server = server) => (
  <StrictMode><DrawingProvider sent={sent} server={to}><Canvas /><Failures /><Keep storage={storage} /></DrawingProvider></StrictMode>
);

/** What a server sent, on the page. */
function write(node: ReactNode): HTMLElement {
  const main = document.body.appendChild(document.createElement('main'));
  main.innerHTML = renderToString(node);
  return main;
}

it('begins with what was sent, on the server and in the browser', async () => {
  const sent = { shapes: ['line', '<b>'] };
  const main = write(page(sent));
  const before = main.innerHTML;
  const mended: unknown[] = [];
  await act(async () => { root = hydrateRoot(main, page(sent), { onRecoverableError: (error) => mended.push(error) }); });
  expect([main.innerHTML, mended]).toEqual([before, []]);
  await press('draw');
  expect(shapes()).toBe('line, <b>, circle');
  await press('undo');
  expect(shapes()).toBe('line, <b>');
});

it('is restored from the storage once it is shown, and that is no step', async () => {
  localStorage.setItem('drawing', '{"version":0,"state":{"shapes":["kept"]}}');
  const main = write(page({ shapes: ['sent'] }));
  expect(main.textContent).toContain('sent');
  await act(async () => { root = hydrateRoot(main, page({ shapes: ['sent'] })); });
  expect(shapes()).toBe('kept');
  expect(screen.getByText<HTMLButtonElement>('undo').disabled).toBe(true);
});

it('is saved when its component goes, and lets go of the page', async () => {
  const listeners = new Set<string>();
  const add = vi.spyOn(window, 'addEventListener').mockImplementation((type) => void listeners.add(type));
  const remove = vi.spyOn(window, 'removeEventListener').mockImplementation((type) => void listeners.delete(type));
  const { unmount } = render(page({ shapes: [] }));
  expect(listeners.has('storage')).toBe(true);
  await press('draw');
  await act(async () => unmount());
  expect(saved()).toEqual({ version: 0, state: { shapes: ['circle'] } });
  expect(listeners.has('storage')).toBe(false);
  add.mockRestore();
  remove.mockRestore();
});

it('shows what fails and nobody else hears of', async () => {
  render(page({ shapes: ['line'] }, { save: async () => { throw new Error('offline'); } }));
  await press('draw');
  expect(screen.getByRole('alert').textContent).toBe('draw: offline');
  expect(shapes()).toBe('line');
});

it('a component is not rendered when another tab saves what it does not show', async () => {
  interface Card { readonly id: string; readonly title: string }
  const cards = entities<Card>({ id: ({ id }) => id });
  const make = () => createStore(replaceable({
    name: 'cards',
    state: cards.from([{ id: 'a', title: 'tea' }, { id: 'b', title: 'milk' }]),
    commands: { set: cards.set },
  }));
  const other = make();
  await persist(other, storage).stop();
  const store = make();
  const kept = persist(store, storage);
  const renders: string[] = [];
  const Row = memo(function Row({ id }: { id: string }) {
    renders.push(id);
    return <li>{useSelect(store, (now) => cards.byId(now, id))?.title}</li>;
  });
  const List = () => (renders.push('list'), <ul>{useSelect(store, cards.ids).map((id) => <Row key={id} id={id} />)}</ul>);
  render(<List />);
  renders.length = 0;

  const elsewhere = persist(other, storage, { crossTab: false });
  other.tell.set({ id: 'b', title: 'cream' });
  await elsewhere.flush();
  act(() => void window.dispatchEvent(new StorageEvent('storage', { key: 'cards', storageArea: localStorage })));
  expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual(['tea', 'cream']);
  expect(renders).toEqual(['b']);
  await act(async () => {
    await kept.stop();
    await elsewhere.stop();
  });
});
