/** A page with a list and a form in a real browser: what is typed, where the caret stands, and who is rendered. */
import { createStore, type Store } from 'ownstate';
import { useSelect, useStore } from 'ownstate/react';
import { startTransition, StrictMode, useEffect, useState, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { flushSync } from 'react-dom';
import { page, userEvent } from 'vitest/browser';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CartPage, renders } from '../../docs/examples/react/cart.js';

let root: Root;
let container: HTMLElement;
beforeEach(() => {
  container = document.body.appendChild(document.createElement('main'));
  root = createRoot(container);
  for (const name of Object.keys(renders)) Reflect.deleteProperty(renders, name);
});
afterEach(() => {
  root.unmount();
  container.remove();
});
const show = (what: ReactNode) => flushSync(() => root.render(what));

const input = () => container.querySelector('input')!;
const lines = () => [...container.querySelectorAll('li')].map(({ firstChild, textContent }) => firstChild && textContent);

it('what is typed in the midst of a text stays there, and so does the caret', async () => {
  show(<CartPage />);
  await userEvent.fill(input(), 'green');
  input().setSelectionRange(2, 2);
  for (const key of ['a', 'b', 'c']) {
    const before = input().selectionStart!;
    await userEvent.keyboard(key);
    expect(input().selectionStart).toBe(before + 1);
  }
  expect(input().value).toBe('grabceen');
});

it('what is typed renders the form, not the list; a line renders itself', async () => {
  show(<CartPage />);
  await userEvent.fill(input(), 'tea');
  await userEvent.keyboard('{Enter}');
  await userEvent.fill(input(), 'milk');
  await userEvent.keyboard('{Enter}');
  expect(lines()).toEqual(['1 × tea more tea', '1 × milk more milk']);
  expect(input().value).toBe('');
  const before = { ...renders };
  await userEvent.keyboard('abc');
  expect(renders).toEqual({ ...before, form: before['form']! + 3 });
  await userEvent.click(page.getByText('more milk'));
  expect(lines()).toEqual(['1 × tea more tea', '2 × milk more milk']);
  expect(renders).toEqual({ ...before, 'form': before['form']! + 3, 'line 1': before['line 1']! + 1 });
});

it('all that is told in one task is rendered once, before the page is painted', async () => {
  const store = createStore({ state: 0, commands: { add: (n) => n + 1 } });
  let count = 0;
  const App = () => (count++, <output>{useSelect(store)}</output>);
  show(<App />);
  for (let i = 0; i < 100; i++) store.tell.add();
  expect([count, container.textContent]).toEqual([1, '0']);
  await Promise.resolve();
  expect([count, container.textContent]).toEqual([2, '100']);
});

it('what a component says as it goes is handled, also where React undoes its effects later', async () => {
  const said: string[] = [];
  let store: Store<typeof diary> | undefined;
  const diary = { state: 0, commands: { say: (n: number, text: string) => (said.push(text), n + 1) } };
  const Diary = () => {
    const own = useStore(diary);
    store = own;
    useEffect(() => () => own.tell.say('farewell'), [own]);
    return null;
  };
  let leave: () => void;
  const App = () => {
    const [on, setOn] = useState(true);
    leave = () => startTransition(() => setOn(false));
    return on && <Diary />;
  };
  show(<App />);
  leave!();
  await store!.closed;
  expect(said).toEqual(['farewell']);
});

it('a text stays as it was typed under StrictMode, too', async () => {
  show(<StrictMode><CartPage state={{ items: [], draft: 'tea' }} /></StrictMode>);
  await userEvent.click(input());
  await userEvent.keyboard('{End}s{ArrowLeft}{ArrowLeft}x');
  expect([input().value, input().selectionStart]).toEqual(['texas', 3]);
});
