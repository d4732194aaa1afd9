/** Components that Activity (of React 19.2) hides and shows again: what is theirs stays. */
import { act, render, screen } from '@testing-library/react';
import { createStore, effect, reply, type Phase } from 'ownstate';
import { useAsk, useSelect, useStore } from 'ownstate/react';
import { Activity, useEffect, type ReactNode } from 'react';
import { Subject, VirtualTimeScheduler, type SchedulerLike } from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';

const text = () => screen.getByTestId('shown').textContent;

/** A component by that name, hidden or not. */
const page = (Part: () => ReactNode) => ({ mode }: { mode: 'visible' | 'hidden' }) => <Activity mode={mode}><Part /></Activity>;

/** A page on which nothing happens but what the spec does: also the microtasks in which stores end. */
const settled = (change: () => void) => act(async () => change());

describe('the store of a hidden component', () => {
  /** Each store that a component made, by what can be seen of it from outside. */
  const made: { status: () => { phase: Phase } }[] = [];
  beforeEach(() => void made.splice(0));
  const phases = () => made.map((store) => store.status().phase);

  const definition = { name: 'counter', state: 0, ticks: { poll: 1000 }, commands: { add: (count: number) => count + 1, poll: (count: number) => count } };
  const counterPage = (scheduler: SchedulerLike = new VirtualTimeScheduler()) => page(() => {
    const counter = useStore(definition, { scheduler });
    if (!made.includes(counter)) made.push(counter);
    return <button data-testid="shown" onClick={() => counter.tell.add()}>{useSelect(counter)}</button>;
  });

  it('is kept, and found as it was', async () => {
    const Page = counterPage();
    const { rerender } = render(<Page mode="visible" />);
    act(() => screen.getByTestId('shown').click());
    await settled(() => rerender(<Page mode="hidden" />));
    expect(phases()).toEqual(['open']);
    await settled(() => rerender(<Page mode="visible" />));
    act(() => screen.getByTestId('shown').click());
    expect(text()).toBe('2');
    expect(made.length).toBe(1);
  });

  it('goes with it', async () => {
    const Page = counterPage();
    const { rerender, unmount } = render(<Page mode="visible" />);
    await settled(() => rerender(<Page mode="hidden" />));
    await settled(unmount);
    expect(phases()).toEqual(['closed']);
  });

  it('that was never shown has ticks that have not begun, and goes with it', async () => {
    const scheduler = new VirtualTimeScheduler();
    const Page = counterPage(scheduler);
    const { rerender, unmount } = render(<Page mode="hidden" />);
    expect(made.length).toBe(1);
    expect(scheduler.actions).toEqual([]);
    await settled(() => rerender(<Page mode="visible" />));
    expect(scheduler.actions.length).toBe(1);
    await settled(() => rerender(<Page mode="hidden" />));
    await settled(unmount);
    expect(phases()).toEqual(['closed']);
  });
});

it('a selecting component shows what has changed while it was hidden', () => {
  const store = createStore({ state: 'all', commands: { filter: (_state, filter: string) => filter } });
  const Page = page(() => <p data-testid="shown">{useSelect(store)}</p>);
  const { rerender } = render(<Page mode="visible" />);
  rerender(<Page mode="hidden" />);
  act(() => store.tell.filter('open'));
  rerender(<Page mode="visible" />);
  expect(text()).toBe('open');
  act(() => store.tell.filter('done'));
  expect(text()).toBe('done');
});

it('asks from effects of a component that was hidden meanwhile are heard when it is shown again', () => {
  const answers: Subject<string>[] = [];
  const store = createStore({
    state: 0,
    commands: {
      find: (n) => effect(n, {
        policy: 'merge',
        run: () => answers[answers.push(new Subject()) - 1]!,
        done: (now, found) => reply(now, found),
      }),
    },
  });
  const answer = (at: number, found: string) => act(() => {
    answers[at]!.next(found);
    answers[at]!.complete();
  });
  const Page = page(() => {
    const { ask, pending, value } = useAsk(store.ask.find);
    useEffect(() => void ask(), [ask]);
    return <p data-testid="shown">{pending ? 'waits' : value}</p>;
  });
  const { rerender } = render(<Page mode="visible" />);
  rerender(<Page mode="hidden" />);
  answer(0, 'the first');
  rerender(<Page mode="visible" />);
  // Its effect asks again when it's shown.
  answer(1, 'the second');
  expect(text()).toBe('the second');
});
