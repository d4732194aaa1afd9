/** What a component sees of a store, when it's rendered, and that nothing is left behind. */
import { act, render, screen } from '@testing-library/react';
import { combineViews, createStore, type Viewable } from 'ownstate';
import { useSelect } from 'ownstate/react';
import { Component, StrictMode, Suspense, useState, type ReactNode } from 'react';
import { firstValueFrom, Observable, timer } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { waitFor } from '../support/wait-for.js';

interface Todo { readonly id: number; readonly text: string }

const todos = () => createStore({
  name: 'todos',
  state: { items: [{ id: 1, text: 'tea' }, { id: 2, text: 'milk' }] as readonly Todo[], filter: 'all' },
  commands: {
    rename: (state, { id, text }: Todo) => ({ ...state, items: state.items.map((item) => item.id === id ? { id, text } : item) }),
    remove: (state, id: number) => ({ ...state, items: state.items.filter((item) => item.id !== id) }),
    filter: (state, filter: string) => ({ ...state, filter }),
  },
});

/** A source that counts who watches it. */
function counted<V>(source: Viewable<V>): Viewable<V> & { readonly watchers: number; readonly subscriptions: number } {
  const spy = {
    watchers: 0,
    subscriptions: 0,
    snapshot: () => source.snapshot(),
    // A cast: components select the whole view only.
    select: (): Observable<never> => new Observable<V>((observer) => {
      spy.watchers++;
      spy.subscriptions++;
      const subscription = source.select().subscribe(observer);
      return () => {
        spy.watchers--;
        subscription.unsubscribe();
      };
    }) as Observable<never>,
  };
  return spy;
}

const text = () => screen.getByTestId('shown').textContent;
const Shown = ({ children }: { children: ReactNode }) => <p data-testid="shown">{children}</p>;

/** What stands below it fails, or doesn't. */
class Boundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};
  static getDerivedStateFromError = (error: Error) => ({ error });
  override render(): ReactNode {
    return this.state.error ? <Shown>{this.state.error.message}</Shown> : this.props.children;
  }
}

describe('useSelect', () => {
  it('shows a projection, and the next one when it has changed', () => {
    const store = todos();
    const App = () => <Shown>{useSelect(store, ({ items }) => items.map((item) => item.text).join())}</Shown>;
    render(<App />);
    expect(text()).toBe('tea,milk');
    act(() => store.tell.rename({ id: 2, text: 'cream' }));
    expect(text()).toBe('tea,cream');
  });

  it('shows the whole view without a projector', () => {
    const store = createStore({ state: 'a', commands: { set: (_state, next: string) => next } });
    const App = () => <Shown>{useSelect(store)}</Shown>;
    render(<App />);
    act(() => store.tell.set('b'));
    expect(text()).toBe('b');
  });

  it('takes a client, and several views combined', () => {
    const one = createStore({ state: 1, commands: { set: (_state, next: number) => next } });
    const both = combineViews(one.client, createStore({ state: 10, commands: { set: (_state, next: number) => next } }));
    const seen: number[] = [];
    const App = () => {
      const sum = useSelect(both, ([a, b]) => a + b);
      seen.push(sum);
      return <Shown>{useSelect(one.client)} {sum}</Shown>;
    };
    render(<App />);
    act(() => one.tell.set(2));
    expect(text()).toBe('2 12');
    expect(seen).toEqual([11, 12]);
  });

  it('renders a component only when its own projection has changed', () => {
    const store = todos();
    const renders: string[] = [];
    const Name = ({ id }: { id: number }) => {
      const name = useSelect(store, ({ items }) => items.find((item) => item.id === id)?.text);
      renders.push(`${id} ${name}`);
      return null;
    };
    render(<><Name id={1} /><Name id={2} /></>);
    renders.length = 0;
    act(() => store.tell.filter('open'));
    expect(renders).toEqual([]);
    act(() => store.tell.rename({ id: 2, text: 'cream' }));
    expect(renders).toEqual(['2 cream']);
  });

  it('goes by the props of each render, with one subscription for all components and renders', () => {
    const store = counted(todos());
    const Name = ({ id }: { id: number }) => <i>{useSelect(store, ({ items }) => items.find((item) => item.id === id)?.text)}</i>;
    const App = ({ id }: { id: number }) => <Shown><Name id={id} /><Name id={3 - id} /></Shown>;
    const { rerender, unmount } = render(<App id={1} />);
    expect(text()).toBe('teamilk');
    rerender(<App id={2} />);
    expect(text()).toBe('milktea');
    expect(store).toMatchObject({ watchers: 1, subscriptions: 1 });
    unmount();
    expect(store.watchers).toBe(0);
  });

  it('leaves one source for another', () => {
    const [a, b] = [todos(), todos()];
    b.tell.filter('done');
    const sources = [counted(a), counted(b)] as const;
    const App = ({ at }: { at: 0 | 1 }) => <Shown>{useSelect(sources[at], ({ filter }) => filter)}</Shown>;
    const { rerender } = render(<App at={0} />);
    rerender(<App at={1} />);
    expect(text()).toBe('done');
    expect(sources.map(({ watchers }) => watchers)).toEqual([0, 1]);
    act(() => a.tell.filter('lost'));
    expect(text()).toBe('done');
    act(() => b.tell.filter('open'));
    expect(text()).toBe('open');
  });

  it('leaves nothing behind under StrictMode', () => {
    const store = counted(todos());
    const App = () => <Shown>{useSelect(store, ({ filter }) => filter)}</Shown>;
    const { unmount } = render(<StrictMode><App /></StrictMode>);
    expect(store.watchers).toBe(1);
    unmount();
    expect(store.watchers).toBe(0);
  });

  it('sees what a sibling sends before it has subscribed itself', () => {
    const store = todos();
    const Teller = () => {
      useState(() => undefined);
      return <i ref={() => store.tell.filter('told by a ref')} />;
    };
    const App = () => <Shown>{useSelect(store, ({ filter }) => filter)}</Shown>;
    render(<><App /><Teller /></>);
    expect(text()).toBe('told by a ref');
  });

  it('goes on with the last view of a closed store', async () => {
    const store = todos();
    const App = ({ n }: { n: number }) => <Shown>{n} {useSelect(store, ({ filter }) => filter)}</Shown>;
    const { rerender, unmount } = render(<App n={1} />);
    act(() => store.tell.filter('last'));
    await act(() => store.shutdown());
    rerender(<App n={2} />);
    expect(text()).toBe('2 last');
    unmount();
    render(<App n={3} />);
    expect(text()).toBe('3 last');
  });
});

describe('a projection that is made anew each time', () => {
  const texts = ({ items }: { items: readonly Todo[] }) => items.map((item) => item.text);
  const same = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((each, at) => each === b[at]);

  it('does not render for ever', () => {
    const store = todos();
    let renders = 0;
    const App = () => (renders++, <Shown>{useSelect(store, (view) => texts(view)).join()}</Shown>);
    const error = vi.spyOn(console, 'error');
    render(<App />);
    expect(renders).toBe(1);
    act(() => store.tell.filter('open'));
    expect(renders).toBe(2);
    expect(error).not.toHaveBeenCalled();
  });

  it('is none, and keeps its identity, where it equals the last', () => {
    const store = todos();
    const seen = new Set<readonly string[]>();
    let renders = 0;
    const App = ({ n }: { n: number }) => {
      renders++;
      seen.add(useSelect(store, (view) => texts(view), (a, b) => same(a, b)));
      return n;
    };
    const { rerender } = render(<App n={1} />);
    act(() => store.tell.filter('open'));
    expect(renders).toBe(1);
    rerender(<App n={2} />);
    expect([renders, seen.size]).toEqual([2, 1]);
    act(() => store.tell.remove(1));
    expect([renders, seen.size]).toEqual([3, 2]);
  });
});

describe('a projector that throws', () => {

  it('with props of yesterday harms nothing: the parent removes the child', () => {
    const store = todos();
    const rendered = vi.fn();
    const Child = ({ id }: { id: number }) => {
      rendered(id);
      return <i>{useSelect(store, ({ items }) => items.find((item) => item.id === id)!.text)}</i>;
    };
    const Parent = () => <Shown>{useSelect(store, ({ items }) => items).map(({ id }) => <Child key={id} id={id} />)}</Shown>;
    render(<Parent />);
    rendered.mockClear();
    act(() => store.tell.remove(2));
    expect(text()).toBe('tea');
    expect(rendered.mock.calls.flat()).not.toContain(2);
  });

  it('with props of yesterday harms nothing: the parent gives it others', () => {
    const store = todos();
    const Child = ({ at }: { at: number }) => <i>{useSelect(store, ({ items }) => items[at]!.text)}</i>;
    const Parent = () => <Shown><Child at={useSelect(store, ({ items }) => items.length) - 1} /></Shown>;
    render(<Parent />);
    act(() => store.tell.remove(1));
    expect(text()).toBe('milk');
  });

  it('in earnest fails the render, and what is rendered again works', () => {
    const store = todos();
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const Strict = () => <Shown>{useSelect(store, ({ filter }) => {
      if (filter === 'bad') throw new RangeError('no such filter');
      return filter;
    })}</Shown>;
    const App = ({ n }: { n: number }) => <Boundary key={n}><Strict /></Boundary>;
    const { rerender } = render(<App n={1} />);
    act(() => store.tell.filter('bad'));
    expect(text()).toBe('no such filter');
    act(() => store.tell.filter('good'));
    rerender(<App n={2} />);
    expect(text()).toBe('good');
    act(() => store.tell.filter('better'));
    expect(text()).toBe('better');
  });

  it('does not keep the others from being rendered', () => {
    const store = todos();
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const Bad = () => useSelect(store, ({ filter }) => {
      if (filter === 'bad') throw new RangeError('bad');
      return null;
    });
    const Good = () => <b>{useSelect(store, ({ filter }) => filter)}</b>;
    render(<><Boundary><Bad /></Boundary><Good /></>);
    act(() => store.tell.filter('bad'));
    expect(screen.getByText('bad', { selector: 'b' })).toBeTruthy();
  });
});

describe('a source', () => {
  it.each([[undefined, 'undefined'], [null, 'null'], [5, '5'], [{}, '[object Object]'], [() => 1, 'a function']])('that is %o is refused', (source, got) => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const App = () => useSelect(source as never as Viewable<string>);
    render(<Boundary><App /></Boundary>);
    expect(text()).toBe(`Expected \`source\` to be a store, got ${got}`);
  });

  it('without a view is refused', () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const store = createStore({ state: () => new Map([['a', 1]]), commands: { clear: () => new Map<string, number>() } });
    const App = () => useSelect(store, (map) => map.size);
    render(<Boundary><App /></Boundary>);
    expect(text()).toBe('Expected `view` to be a function, for a state that is mutated in place, got undefined');
  });

  it('whose view fails for a while fails those who are rendered, and is watched again afterwards', () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const store = createStore({
      state: 1,
      view: (n) => {
        if (n === 2) throw new RangeError('two');
        return n;
      },
      commands: { set: (_state, n: number) => n },
    });
    const View = () => <Shown>{useSelect(store, (n) => n > 0 && n)}</Shown>;
    const App = ({ n }: { n: number }) => <Boundary key={n}><View /></Boundary>;
    const { rerender } = render(<App n={1} />);
    act(() => store.tell.set(2));
    expect(text()).toBe('two');
    act(() => store.tell.set(3));
    rerender(<App n={2} />);
    act(() => store.tell.set(4));
    expect(text()).toBe('4');
  });

  it.each([[3], [1]])('whose view fails only until it is rendered, by %i, is watched on', async (then) => {
    const store = createStore({
      state: 1,
      view: (n) => {
        if (n === 2) throw new RangeError('two');
        return n;
      },
      commands: { set: (_state, n: number) => n },
    });
    const App = () => <Shown>{useSelect(store)}</Shown>;
    render(<App />);
    act(() => {
      store.tell.set(2);
      store.tell.set(then);
    });
    expect(text()).toBe(String(then));
    act(() => store.tell.set(4));
    await act(() => firstValueFrom(timer(1)));
    expect(text()).toBe('4');
    act(() => store.tell.set(5));
    expect(text()).toBe('5');
  });
});

it('a component that is suspended shows the view of when it goes on', async () => {
  const store = todos();
  let resolve: (text: string) => void;
  const load = new Promise<string>((done) => { resolve = done; });
  const App = () => <Shown>{waitFor(load)} {useSelect(store, ({ filter }) => filter)}</Shown>;
  await act(async () => render(<Suspense fallback="waits"><App /></Suspense>));
  act(() => store.tell.filter('open'));
  await act(async () => resolve('loaded'));
  expect(text()).toBe('loaded open');
});
