/** A store for a part of the page: whose it is, and what happens without one. */
import { act, render, screen } from '@testing-library/react';
import { createStore, type Client } from 'ownstate';
import { createStoreContext, useSelect } from 'ownstate/react';
import { Component, StrictMode, type ReactNode } from 'react';
import { describe, expect, it, vi } from 'vitest';

const definition = {
  name: 'theme',
  state: 'light',
  commands: { set: (_theme: string, next: string) => next },
};
const make = vi.fn(() => definition);
const Theme = createStoreContext(definition);

let used: Client<typeof definition>[] = [];
function Label({ id }: { id: string }) {
  const theme = Theme.useStore();
  used.push(theme);
  return <button data-testid={id} onClick={() => theme.tell.set('dark')}>{useSelect(theme)}</button>;
}
const text = (id: string) => screen.getByTestId(id).textContent;
const click = (id: string) => act(() => screen.getByTestId(id).click());

class Boundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};
  static getDerivedStateFromError = (error: Error) => ({ error });
  override render(): ReactNode {
    return this.state.error ? <i data-testid="error">{this.state.error.message}</i> : this.props.children;
  }
}

describe('a Provider', () => {
  it('gives all below it one store of its own', () => {
    render(<Theme.Provider><Label id="a" /><Label id="b" /></Theme.Provider>);
    click('a');
    expect([text('a'), text('b')]).toEqual(['dark', 'dark']);
  });

  it('has another one than its neighbour', () => {
    render(<><Theme.Provider><Label id="a" /></Theme.Provider><Theme.Provider><Label id="b" /></Theme.Provider></>);
    click('a');
    expect([text('a'), text('b')]).toEqual(['dark', 'light']);
  });

  it('shadows one above it', () => {
    render(<Theme.Provider><Label id="outer" /><Theme.Provider state="blue"><Label id="inner" /></Theme.Provider></Theme.Provider>);
    click('outer');
    expect([text('outer'), text('inner')]).toEqual(['dark', 'blue']);
  });

  it('begins with the state that it is given, or with what makes it; later ones are ignored', () => {
    const page = (state: string | (() => string)) => <StrictMode><Theme.Provider state={state}><Label id="a" /></Theme.Provider></StrictMode>;
    const { rerender, unmount } = render(page('red'));
    expect(text('a')).toBe('red');
    rerender(page('green'));
    expect(text('a')).toBe('red');
    unmount();
    render(page(() => 'made'));
    expect(text('a')).toBe('made');
  });

  it('hands on a store that was made elsewhere, makes none, and does not end it', async () => {
    make.mockClear();
    const Made = createStoreContext(make);
    const store = createStore({ ...definition, state: 'outside' });
    const seen: unknown[] = [];
    const Use = () => (seen.push(Made.useStore()), null);
    const { unmount } = render(<Made.Provider store={store}><Use /></Made.Provider>);
    await act(async () => unmount());
    expect(seen).toEqual([store]);
    expect(make).not.toHaveBeenCalled();
    expect(store.status().phase).toBe('open');
  });

  it('calls the maker of a definition for each store, and not for each render', () => {
    make.mockClear();
    const Made = createStoreContext(make);
    const { rerender } = render(<Made.Provider />);
    rerender(<Made.Provider />);
    expect(make).toHaveBeenCalledTimes(1);
  });

  it('ends its own store when it goes, and gives no way to end it before', async () => {
    used = [];
    const { unmount } = render(<Theme.Provider><Label id="a" /></Theme.Provider>);
    expect(used[0]).not.toHaveProperty('shutdown');
    await act(async () => unmount());
    expect(used[0]!.status().phase).toBe('closed');
  });

  it('does not render those below it when it is rendered itself, nor those who select nothing when the state changes', () => {
    let renders = 0;
    const Teller = () => (renders++, <button data-testid="tell" onClick={() => undefined}>{Theme.useStore().name}</button>);
    const below = <><Teller /><Label id="a" /></>;
    const { rerender } = render(<Theme.Provider>{below}</Theme.Provider>);
    rerender(<Theme.Provider>{below}</Theme.Provider>);
    click('a');
    expect([renders, text('a')]).toEqual([1, 'dark']);
  });

  it('runs its stores by the options', async () => {
    const Limited = createStoreContext({ state: 0, commands: { wait: () => new Promise<number>(() => undefined) } }, { timeout: 1 });
    let store: Client<{ state: number; commands: { wait: () => Promise<number> } }> | undefined;
    const Use = () => ((store = Limited.useStore()), null);
    render(<Limited.Provider><Use /></Limited.Provider>);
    await expect(store!.ask.wait()).rejects.toMatchObject({ code: 'ASK_TIMEOUT' });
  });
});

describe('what goes wrong', () => {
  const failing = (page: ReactNode) => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    render(<Boundary>{page}</Boundary>);
    return text('error');
  };

  it('a use without a provider says what is missing', () => {
    expect(failing(<Label id="a" />)).toBe('Expected `Provider` to be above the component, got undefined');
  });

  it('a provider of another context does not help', () => {
    const Other = createStoreContext(definition);
    expect(failing(<Other.Provider><Label id="a" /></Other.Provider>)).toBe('Expected `Provider` to be above the component, got undefined');
  });

  it.each<[unknown, string]>([
    [undefined, 'Expected `definition` to be an object, got undefined'],
    [{ state: 1 }, 'Expected `commands` to be at least one handler, got undefined'],
  ])('a definition %o is refused by its provider', (given, message) => {
    const Wrong = createStoreContext(given as typeof definition);
    expect(failing(<Wrong.Provider />)).toBe(message);
  });
});
