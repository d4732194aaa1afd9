/** A store lives as long as its component: not shorter, whatever React does to the component meanwhile, and not longer. */
import { act, render, screen } from '@testing-library/react';
import { createStore, reply, StoreClosedError, type Phase } from 'ownstate';
import { useSelect, useStore, type ComponentStoreOptions } from 'ownstate/react';
import { Component, StrictMode, Suspense, useEffect, useState, type ReactNode } from 'react';
import { asyncScheduler, VirtualTimeScheduler, type SchedulerLike } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PrivateScheduler } from '../support/private-scheduler.js';
import { waitFor } from '../support/wait-for.js';

const text = () => screen.getByTestId('shown').textContent;

/** Each store that a component made, by what can be seen of it from outside. */
const made: { status: () => { phase: Phase } }[] = [];
beforeEach(() => void made.splice(0));
const phases = () => made.map((store) => store.status().phase);

const definition = {
  name: 'counter',
  state: 0,
  commands: {
    add: (count: number, by: number = 1) => reply(count + by, count + by),
    wait: () => new Promise<number>(() => undefined),
  },
};

function Counter({ from = 0, options = {}, children }: { from?: number; options?: ComponentStoreOptions; children?: ReactNode }) {
  const counter = useStore(() => ({ ...definition, state: from }), options);
  if (!made.includes(counter)) made.push(counter);
  return <button data-testid="shown" onClick={() => counter.tell.add()}>{useSelect(counter)}{children}</button>;
}

/** A page on which nothing happens but what the spec does: also the microtasks in which stores end. */
const settled = (change: () => void) => act(async () => change());

describe('useStore', () => {
  it('gives a component a store of its own, the same in each render', () => {
    const { rerender } = render(<Counter from={3} />);
    act(() => screen.getByTestId('shown').click());
    expect(text()).toBe('4');
    rerender(<Counter from={10} />);
    expect(text()).toBe('4');
    expect(phases()).toEqual(['open']);
  });

  it('gives another one with another key', async () => {
    const { rerender } = render(<Counter key="a" from={3} />);
    await settled(() => rerender(<Counter key="b" from={10} />));
    expect(text()).toBe('10');
    expect(phases()).toEqual(['closed', 'open']);
  });

  it('takes a definition as it is, too', () => {
    const App = () => <i data-testid="shown">{useSelect(useStore({ name: 'plain', state: 7, commands: { reset: () => 0 } }))}</i>;
    render(<App />);
    expect(text()).toBe('7');
  });

  it('ends the store when the component is gone: what is pending fails', async () => {
    const { unmount } = render(<Counter />);
    const store = made[0] as unknown as { ask: { wait: () => PromiseLike<unknown> } };
    const pending = store.ask.wait();
    const failed = pending.then(() => expect.unreachable(), (error: unknown) => error);
    await settled(unmount);
    expect(await failed).toBeInstanceOf(StoreClosedError);
    expect(phases()).toEqual(['closed']);
  });

  it('handles what components say as they go', async () => {
    const said: string[] = [];
    const Child = ({ say }: { say: (text: string) => void }) => {
      useEffect(() => () => say('farewell of a child'), [say]);
      return null;
    };
    const App = () => {
      const log = useStore({ state: [] as string[], commands: { say: (lines, line: string) => (said.push(line), [...lines, line]) } });
      useEffect(() => () => log.tell.say('farewell'), [log]);
      return <Child say={log.tell.say} />;
    };
    const { unmount } = render(<App />);
    await settled(unmount);
    expect(said).toEqual(['farewell', 'farewell of a child']);
  });
});

describe('StrictMode', () => {
  it('does not end the store', async () => {
    await settled(() => render(<StrictMode><Counter from={1} /></StrictMode>));
    act(() => screen.getByTestId('shown').click());
    expect(text()).toBe('2');
    expect(phases().at(-1)).toBe('open');
  });

  it('leaves no store running when the component is gone', async () => {
    const scheduler = new VirtualTimeScheduler();
    const polled = vi.fn();
    const App = () => {
      useStore({ state: 0, ticks: { poll: 1000 }, commands: { poll: (n: number) => (polled(), n + 1) } }, { scheduler });
      return null;
    };
    const { unmount } = render(<StrictMode><App /></StrictMode>);
    // One tick, for two stores that were made.
    expect(scheduler.actions.length).toBe(1);
    scheduler.maxFrames = 3500;
    scheduler.flush();
    expect(polled).toHaveBeenCalledTimes(3);
    await settled(unmount);
    expect(scheduler.actions.filter((action) => !action.closed)).toEqual([]);
  });
});

it('a component that is hidden by a fallback keeps its store', async () => {
  const never = new Promise<never>(() => undefined);
  const Waits = ({ on }: { on: boolean }) => on ? waitFor(never) : null;
  const Page = ({ on }: { on: boolean }) => <Suspense fallback="waits"><Counter /><Waits on={on} /></Suspense>;
  const { rerender, unmount } = render(<Page on={false} />);
  await settled(() => rerender(<Page on />));
  expect(phases()).toEqual(['open']);
  await settled(unmount);
  expect(phases()).toEqual(['closed']);
});

describe('a render that React gives up', () => {
  /** A scheduler that knows what was asked of it. */
  function watched(): SchedulerLike & { asked: number } {
    const scheduler = { asked: 0, now: () => 0, schedule: (...work: Parameters<SchedulerLike['schedule']>) => (scheduler.asked++, asyncScheduler.schedule(...work)) };
    return scheduler;
  }
  const ticking = { state: 0, ticks: { poll: 1000 }, commands: { poll: (n: number) => n + 1 } };

  it('leaves no tick behind', async () => {
    const scheduler = watched();
    const never = new Promise<never>(() => undefined);
    const Waits = () => {
      useStore(ticking, { scheduler });
      return waitFor(never);
    };
    let unmount = () => undefined as void;
    await act(async () => { ({ unmount } = render(<Suspense fallback={<i data-testid="shown">waits</i>}><Waits /></Suspense>)); });
    expect(text()).toBe('waits');
    await settled(unmount);
    expect(scheduler.asked).toBe(0);
  });

  it('has a store whose asks have their deadline nonetheless', async () => {
    const scheduler = new VirtualTimeScheduler();
    const never = new Promise<never>(() => undefined);
    const failed = vi.fn();
    const Asks = () => {
      const store = useStore(definition, { scheduler, timeout: 1000 });
      store.ask.wait().subscribe({ error: failed });
      return waitFor(never);
    };
    await act(async () => render(<Suspense fallback="waits"><Asks /></Suspense>));
    scheduler.flush();
    expect(failed).toHaveBeenCalledWith(expect.objectContaining({ code: 'ASK_TIMEOUT' }));
  });
});

it('a scheduler whose fields are private is what its store goes by', () => {
  const App = () => {
    const store = useStore({ state: 0, commands: { look: (_state: number, _payload: void, { now }) => now() } }, { scheduler: new PrivateScheduler() });
    useState(() => store.tell.look());
    return <i data-testid="shown">{useSelect(store)}</i>;
  };
  render(<App />);
  expect(text()).toBe('5');
});

describe('what no store can be made of', () => {
  class Boundary extends Component<{ children: ReactNode }, { error?: Error }> {
    override state: { error?: Error } = {};
    static getDerivedStateFromError = (error: Error) => ({ error });
    override render(): ReactNode {
      return this.state.error ? <i data-testid="shown">{this.state.error.message}</i> : this.props.children;
    }
  }
  beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined));
  afterEach(() => vi.restoreAllMocks());

  it.each<[unknown, object | undefined, string]>([
    [undefined, undefined, 'Expected `definition` to be an object, got undefined'],
    [() => null, undefined, 'Expected `definition` to be an object, got null'],
    [{ state: 0 }, undefined, 'Expected `commands` to be at least one handler, got undefined'],
    [definition, { timeout: -1 }, 'Expected `timeout` to be a positive number, got -1'],
    [definition, { scheduler: 5 }, 'Expected `scheduler` to be a scheduler, got [object Object]'],
  ])('is refused: %o, %o', (given, options, message) => {
    const App = () => (useStore(given as typeof definition, options), null);
    render(<Boundary><App /></Boundary>);
    expect(text()).toBe(message);
  });
});

it('a store in a component does as one outside: the same states by the same commands', () => {
  const outside = createStore(definition);
  render(<Counter />);
  const inside = made[0] as typeof outside;
  for (const by of [3, -2, 5]) {
    act(() => inside.tell.add(by));
    outside.tell.add(by);
    expect(text()).toBe(String(outside.snapshot()));
  }
});
