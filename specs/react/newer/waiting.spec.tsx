/** What the guide says of Suspense, transitions and stores that still wait for their storage: with React 19's `use`. */
import { act, fireEvent, render, screen } from '@testing-library/react';
import { createStore, effect, reply, type Reply } from 'ownstate';
import { persist, replaceable } from 'ownstate/app';
import { useSelect, useStore } from 'ownstate/react';
import { Activity, startTransition, StrictMode, Suspense, use, useDeferredValue, useEffect } from 'react';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';

const later = (change: () => void) => act(async () => change());

describe('what is chosen in a store, and loaded by `use`', () => {
  /** Cards that arrive when the spec says so, and a component that shows the one chosen. */
  function shop(deferred: boolean) {
    const arrivals = new Map<string, Subject<string>>();
    const store = createStore({
      state: 'a',
      commands: {
        choose: (_chosen: string, id: string) => id,
        load: (chosen: string, id: string) => effect(chosen, {
          policy: 'merge',
          run: () => arrivals.get(id) ?? new Subject<string>(),
          done: (now: string, card) => reply(now, card),
        }),
      },
    });
    const replies = new Map<string, Reply<string | undefined>>();
    const load = (id: string) => {
      const known = replies.get(id);
      if (known) return known;
      arrivals.set(id, new Subject());
      const asked = store.ask.load(id);
      replies.set(id, asked);
      return asked;
    };
    const Card = ({ id }: { id: string }) => <b>{use(load(id))}</b>;
    const Shown = () => {
      const id = useSelect(store);
      const late = useDeferredValue(id);
      return <Suspense fallback={<i>wait</i>}><Card id={deferred ? late : id} /></Suspense>;
    };
    const arrive = (id: string) => later(() => {
      arrivals.get(id)?.next(`card ${id}`);
      arrivals.get(id)?.complete();
    });
    const shown = () => document.querySelector<HTMLElement>('b:not([style*=none])')?.textContent ?? document.querySelector('i')?.textContent;
    return { store, Shown, arrive, shown };
  }

  it('shows the fallback again, in a transition as well', async () => {
    const { store, Shown, arrive, shown } = shop(false);
    await later(() => void render(<StrictMode><Shown /></StrictMode>));
    await arrive('a');
    expect(shown()).toBe('card a');
    await later(() => startTransition(() => store.tell.choose('b')));
    expect(shown()).toBe('wait');
    await arrive('b');
    expect(shown()).toBe('card b');
  });

  it('stays until the next is there, where it is deferred', async () => {
    const { store, Shown, arrive, shown } = shop(true);
    await later(() => void render(<StrictMode><Shown /></StrictMode>));
    await arrive('a');
    await later(() => store.tell.choose('b'));
    expect(shown()).toBe('card a');
    await arrive('b');
    expect(shown()).toBe('card b');
  });
});

describe('a page that waits for what was saved', () => {
  it('takes every letter', async () => {
    let answer: (text: string) => void = () => undefined;
    const storage = { getItem: () => new Promise<string>((resolve) => { answer = resolve; }), setItem: () => undefined, removeItem: () => undefined };
    const note = createStore(replaceable({ name: 'note', state: '', commands: { type: (_now: string, text: string) => text } }));
    const kept = persist(note, storage, { page: {} });
    const Note = () => {
      use(kept.hydrated);
      return <input aria-label="note" value={useSelect(note)} onChange={(event) => note.tell.type(event.target.value)} />;
    };
    await later(() => void render(<StrictMode><Suspense fallback={<i>wait</i>}><Note /></Suspense></StrictMode>));
    expect(document.querySelector('i')?.textContent).toBe('wait');
    await later(() => answer('{"version":0,"state":"Dear "}'));
    const input = screen.getByLabelText<HTMLInputElement>('note');
    for (const letter of 'Ann') fireEvent.change(input, { target: { value: input.value + letter } });
    expect(input.value).toBe('Dear Ann');
    await act(() => kept.stop());
  });
});

describe('a store that is kept by an effect below Activity', () => {
  it('is what was saved, when it is shown again', async () => {
    const storage = { text: null as string | null, getItem: () => storage.text, setItem: (_key: string, text: string) => { storage.text = text; }, removeItem: () => undefined };
    const told: (() => void)[] = [];
    const Count = () => {
      const count = useStore(replaceable({ name: 'count', state: 0, commands: { add: (sum: number) => sum + 1 } }));
      useEffect(() => {
        told.push(count.tell.add);
        const kept = persist(count, storage, { page: {} });
        return () => void kept.stop();
      }, [count]);
      return <b data-testid="count">{useSelect(count)}</b>;
    };
    const page = (mode: 'visible' | 'hidden') => <Activity mode={mode}><Count /></Activity>;
    const { rerender } = render(page('visible'));
    const [add] = told;
    act(() => add?.());
    await later(() => rerender(page('hidden')));
    expect(storage.text).toBe('{"version":0,"state":1}');
    await later(() => add?.());
    await later(() => rerender(page('visible')));
    expect(screen.getByTestId('count').textContent).toBe('1');
  });
});
