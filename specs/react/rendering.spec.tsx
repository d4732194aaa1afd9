/** Who is rendered, how often, and that what is shown is what the snapshot says. */
import { act, fireEvent, render, screen } from '@testing-library/react';
import fc from 'fast-check';
import { combineViews, createStore } from 'ownstate';
import { useSelect } from 'ownstate/react';
import { memo, startTransition, StrictMode, useState, useTransition, type ReactNode } from 'react';
import { beforeEach, describe, expect, it } from 'vitest';
import { CartPage, renders } from '../../docs/examples/react/cart.js';
import { Counter } from '../../docs/examples/react/counter.js';
import { createSearch, Search } from '../../docs/examples/react/search.js';

describe('1,000 components, each with its own cell', () => {
  const cells = () => createStore({
    state: Array.from({ length: 1000 }, (_, at) => at),
    commands: { set: (state, { at, to }: { at: number; to: number }) => state.map((cell, index) => index === at ? to : cell) },
  });

  it.each([
    ['of a store', (store: ReturnType<typeof cells>) => [store, (view: readonly number[]) => view] as const],
    ['of combined views', (store: ReturnType<typeof cells>) => [combineViews(store, cells()), ([view]: readonly [readonly number[], readonly number[]]) => view] as const],
  ])('%s: a change renders one of them, and no more', (_, sourceOf) => {
    const store = cells();
    const [source, viewOf] = sourceOf(store) as unknown as readonly [typeof store, (view: readonly number[]) => readonly number[]];
    const rendered: number[] = [];
    const Cell = ({ at }: { at: number }) => {
      rendered.push(at);
      return <i>{useSelect(source, (view) => viewOf(view)[at])}</i>;
    };
    const Page = memo(() => store.snapshot().map((_cell, at) => <Cell key={at} at={at} />));
    const { container } = render(<Page />);
    expect(rendered.length).toBe(1000);
    for (const at of [500, 0, 999]) {
      rendered.length = 0;
      act(() => store.tell.set({ at, to: -5 }));
      expect(rendered).toEqual([at]);
      expect(container.children[at]!.textContent).toBe('-5');
    }
  });
});

describe('transitions', () => {
  it('do not tear: all components show one state, also where it changes while they are rendered', async () => {
    const store = createStore({ state: 0, commands: { add: (n) => n + 1 } });
    const commits: string[] = [];
    let interfere = false;
    const Part = ({ last = false }: { last?: boolean }) => {
      const n = useSelect(store);
      // What comes between two components of one render.
      if (interfere && !last) {
        interfere = false;
        store.tell.add();
      }
      return <i>{n}</i>;
    };
    let show: (on: boolean) => void;
    const App = () => {
      const [on, setOn] = useState(false);
      const [, start] = useTransition();
      show = (next) => start(() => setOn(next));
      return <p data-testid="shown" ref={(node) => { if (node) commits.push(node.textContent); }}>{on && <><Part /><Part last /></>}</p>;
    };
    render(<App />);
    interfere = true;
    await act(async () => show(true));
    expect(screen.getByTestId('shown').textContent).toBe('11');
    expect(commits.filter((text) => text !== '' && text[0] !== text[1])).toEqual([]);
  });

  it('show what is told within them', async () => {
    const store = createStore({ state: 'a', commands: { set: (_state, next: string) => next } });
    const App = () => <p data-testid="shown">{useSelect(store)}</p>;
    render(<App />);
    await act(async () => startTransition(() => store.tell.set('b')));
    expect(screen.getByTestId('shown').textContent).toBe('b');
  });
});

describe('any sequence of commands', () => {
  interface Row { readonly id: number; readonly n: number }
  const rows = () => createStore({
    state: { rows: [] as readonly Row[], title: 0 },
    commands: {
      add: ({ rows: before, title }, id: number) => ({ title, rows: before.some((row) => row.id === id) ? before : [...before, { id, n: 0 }] }),
      remove: ({ rows: before, title }, id: number) => ({ title, rows: before.filter((row) => row.id !== id) }),
      count: ({ rows: before, title }, id: number) => ({ title, rows: before.map((row) => row.id === id ? { id, n: row.n + 1 } : row) }),
      retitle: ({ rows: before, title }) => ({ rows: before, title: title + 1 }),
    },
  });
  const id = fc.nat(4);
  const command = fc.oneof(
    fc.record({ type: fc.constantFrom('add' as const, 'remove' as const, 'count' as const), payload: id }),
    fc.record({ type: fc.constant('retitle' as const) }),
  );

  it('shows what the snapshot says, whoever is rendered, and renders no row without need', () => {
    fc.assert(fc.property(fc.array(fc.array(command, { maxLength: 4 }), { maxLength: 12 }), fc.boolean(), (batches, strict) => {
      const store = rows();
      const rendered: number[] = [];
      // A projector that fails for a row that is gone, and one that makes a new object each time.
      const Row = memo(({ id }: { id: number }) => {
        rendered.push(id);
        return <li>{useSelect(store, ({ rows: all }) => all.find((row) => row.id === id)!).n}</li>;
      });
      const List = (): ReactNode => {
        const ids = useSelect(store, ({ rows: all }) => all.map((row) => row.id), (a, b) => a.join() === b.join());
        return <ul title={String(useSelect(store, ({ title }) => title))}>{ids.map((each) => <Row key={each} id={each} />)}</ul>;
      };
      const { container, unmount } = render(strict ? <StrictMode><List /></StrictMode> : <List />);
      for (const batch of batches) {
        const before = new Map(store.snapshot().rows.map((row) => [row.id, row]));
        rendered.length = 0;
        act(() => {
          for (const message of batch) store.commands$.next(message);
        });
        const { rows: now, title } = store.snapshot();
        expect([...container.querySelectorAll('li')].map(({ textContent }) => Number(textContent))).toEqual(now.map(({ n }) => n));
        expect(container.querySelector('ul')!.title).toBe(String(title));
        const touched = new Set(batch.flatMap((message) => 'payload' in message ? [message.payload] : []));
        expect(rendered.filter((each) => !touched.has(each) && before.has(each))).toEqual([]);
      }
      unmount();
    }), { numRuns: 60 });
  });
});

describe('the examples', () => {
  beforeEach(() => {
    for (const name of Object.keys(renders)) Reflect.deleteProperty(renders, name);
  });
  const typed = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });

  it('count', () => {
    render(<Counter from={1} />);
    act(() => screen.getByText('one more').click());
    expect(screen.getByRole('status').textContent).toBe('2, even');
    act(() => screen.getByText('begin again').click());
    expect(screen.getByRole('status').textContent).toBe('0, even');
  });

  it('put things into a cart, and render what has changed', () => {
    render(<CartPage />);
    for (const name of ['tea', 'milk']) {
      typed('name', name);
      act(() => screen.getByText('add').click());
    }
    expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual(['1 × tea more tea', '1 × milk more milk']);
    const before = { ...renders };
    act(() => screen.getByText('more milk').click());
    typed('name', 'b');
    expect(screen.getAllByRole('listitem')[1]!.textContent).toBe('2 × milk more milk');
    expect(renders).toEqual({ ...before, 'line 1': before['line 1']! + 1, form: before['form']! + 1 });
  });

  it('search: the latest question counts, and the others are aborted', async () => {
    const asked: { query: string; signal: AbortSignal; found: (hits: string[]) => void; failed: (error: Error) => void }[] = [];
    const search = createSearch((query, signal) => new Promise((found, failed) => void asked.push({ query, signal, found, failed })));
    render(<Search search={search} />);
    typed('query', 'te');
    typed('query', 'tea');
    expect(asked.map(({ query, signal }) => `${query} ${signal.aborted}`)).toEqual(['te true', 'tea false']);
    await act(async () => asked[1]!.found(['green tea']));
    expect(screen.getByText('green tea')).toBeTruthy();
    typed('query', 'teapot');
    expect(screen.getByText('green tea')).toBeTruthy();
    await act(async () => asked[2]!.failed(new Error('no connection')));
    expect(screen.getByRole('alert').textContent).toBe('no connection');
  });
});
