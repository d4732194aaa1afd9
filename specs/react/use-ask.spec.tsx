/** What a component knows of its latest ask; that it forgets the ones before; and that nothing is set when it has gone. */
import { act, render, renderHook, screen } from '@testing-library/react';
import { createStore, effect, reply, StoreClosedError, SupersededError, type Reply } from 'ownstate';
import { useAsk, useStore, type Asking } from 'ownstate/react';
import { StrictMode, Suspense, useEffect, useState } from 'react';
import { firstValueFrom, Subject, timer, type Observable, type Subscription } from 'rxjs';
import { describe, expect, it, vi, type MockInstance } from 'vitest';
import { waitFor } from '../support/wait-for.js';

const idle = { pending: false, value: undefined, error: undefined };

/** A store whose answers come when the spec wants them to. */
function answered() {
  const answers: Subject<string>[] = [];
  const queries: string[] = [];
  const run = (query: string): Observable<string> => {
    const answer = new Subject<string>();
    queries.push(query);
    answers.push(answer);
    return answer;
  };
  const store = createStore({
    name: 'search',
    state: 0,
    commands: {
      find: (n, query: string) => effect(n, { policy: 'merge', run: () => run(query), done: (m, value) => reply(m + 1, value) }),
      replace: (n, query: string) => effect(n, { policy: 'switch', run: () => run(query), done: (m, value) => reply(m + 1, value) }),
      double: (n, by: number) => reply(n, by * 2),
      refuse: (): never => {
        throw new RangeError('refused');
      },
    },
  });
  const answer = (at: number, value: string) => act(() => {
    answers[at]!.next(value);
    answers[at]!.complete();
  });
  const fail = (at: number) => act(() => answers[at]!.error(new RangeError(`failed ${at}`)));
  return { store, answer, fail, answers, queries };
}

const known = <A extends readonly unknown[], T>({ pending, value, error }: Asking<A, T>) => ({ pending, value, error });

/** Asks within `act`; what fails is for the state, not for the spec. */
const asking = (ask: () => unknown) => act(() => void ask());

describe('useAsk', () => {
  it('knows nothing at first, then that it is pending, then the value', () => {
    const { store, answer } = answered();
    const { result } = renderHook(() => useAsk(store.ask.find));
    expect(known(result.current)).toEqual(idle);
    asking(() => result.current.ask('tea'));
    expect(known(result.current)).toEqual({ ...idle, pending: true });
    answer(0, 'found tea');
    expect(known(result.current)).toEqual({ ...idle, value: 'found tea' });
  });

  it('knows at once what is answered at once, and renders once for it', () => {
    const { store } = answered();
    let renders = 0;
    const { result } = renderHook(() => (renders++, useAsk(store.ask.double)));
    asking(() => result.current.ask(4));
    expect(known(result.current)).toEqual({ ...idle, value: 8 });
    expect(renders).toBe(2);
  });

  it('knows what it failed with, keeps the value of before, and forgets the error when asked again', () => {
    const { store, answer, fail } = answered();
    const { result } = renderHook(() => useAsk(store.ask.find));
    asking(() => result.current.ask('tea'));
    answer(0, 'tea');
    asking(() => result.current.ask('milk'));
    expect(known(result.current)).toEqual({ pending: true, value: 'tea', error: undefined });
    fail(1);
    expect(known(result.current)).toEqual({ pending: false, value: 'tea', error: new RangeError('failed 1') });
    asking(() => result.current.ask('cream'));
    expect(known(result.current)).toEqual({ pending: true, value: 'tea', error: undefined });
    answer(2, 'cream');
    expect(known(result.current)).toEqual({ ...idle, value: 'cream' });
  });

  it('forgets all but the latest ask, whether it is answered or fails', () => {
    const { store, answer, fail, queries } = answered();
    const { result } = renderHook(() => useAsk(store.ask.find));
    for (const query of ['a', 'b', 'c']) asking(() => result.current.ask(query));
    expect(queries).toEqual(['a', 'b', 'c']);
    answer(0, 'late');
    expect(known(result.current)).toEqual({ ...idle, pending: true });
    answer(2, 'c');
    fail(1);
    expect(known(result.current)).toEqual({ ...idle, value: 'c' });
  });

  it('does not show that an ask was superseded by the one after it', () => {
    const { store, answer } = answered();
    const { result } = renderHook(() => useAsk(store.ask.replace));
    const seen: unknown[] = [];
    asking(() => result.current.ask('a'));
    asking(() => {
      result.current.ask('b');
      seen.push(known(result.current));
    });
    expect(known(result.current)).toEqual({ ...idle, pending: true });
    answer(1, 'b');
    expect(known(result.current)).toEqual({ ...idle, value: 'b' });
    expect(seen).toEqual([{ ...idle, pending: true }]);
  });

  it('leaves the failure of what it forgot to errors$, which nobody is to handle', () => {
    const { store, answer, fail } = answered();
    const errors: unknown[] = [];
    store.errors$.subscribe(({ error, quiet }) => errors.push([String(error), quiet]));
    const { result } = renderHook(() => useAsk(store.ask.find));
    asking(() => result.current.ask('tea'));
    asking(() => result.current.ask('cake'));
    fail(0);
    answer(1, 'cake');
    expect(known(result.current)).toEqual({ ...idle, value: 'cake' });
    expect(errors).toEqual([['RangeError: failed 0', true]]);
  });

  it('gives the reply to whoever asks, also of what it forgets', async () => {
    const { store, answer } = answered();
    const { result, unmount } = renderHook(() => useAsk(store.ask.replace));
    const replies: Reply<string>[] = [];
    asking(() => replies.push(result.current.ask('a')));
    asking(() => replies.push(result.current.ask('b')));
    unmount();
    answer(1, 'b');
    await expect(replies[0]).rejects.toBeInstanceOf(SupersededError);
    expect(await replies[1]).toBe('b');
    const refused = renderHook(() => useAsk(store.ask.refuse));
    let failing: Reply<never> | undefined;
    asking(() => { failing = refused.result.current.ask(); });
    await expect(failing).rejects.toThrow('refused');
    expect(refused.result.current.error).toEqual(new RangeError('refused'));
  });

  it('has an ask and a reset that stay the same, and ask what was given last', () => {
    const { store } = answered();
    const { result, rerender } = renderHook(({ by }) => useAsk((n: number) => store.ask.double(n * by)), { initialProps: { by: 1 } });
    const { ask, reset } = result.current;
    rerender({ by: 10 });
    expect(result.current.ask).toBe(ask);
    expect(result.current.reset).toBe(reset);
    asking(() => ask(1));
    expect(result.current.value).toBe(20);
  });

  it('resets: forgets value and error, and what is pending', () => {
    const { store, answer } = answered();
    const { result } = renderHook(() => useAsk(store.ask.find));
    asking(() => result.current.ask('a'));
    answer(0, 'a');
    asking(() => result.current.ask('b'));
    act(() => result.current.reset());
    expect(known(result.current)).toEqual(idle);
    answer(1, 'b');
    expect(known(result.current)).toEqual(idle);
  });

  it('refuses what is no function', () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(() => renderHook(() => useAsk(undefined as never))).toThrow('Expected `ask` to be a function, got undefined');
  });

  it('refuses what gives no reply, when it is asked, and goes on with the ask before', async () => {
    const { store, answer } = answered();
    const given: unknown[] = [store.ask.find, store.tell.find, async () => store.ask.double(1)];
    const { result, rerender } = renderHook(({ at }) => useAsk(given[at] as typeof store.ask.find), { initialProps: { at: 0 } });
    asking(() => result.current.ask('tea'));
    rerender({ at: 1 });
    expect(() => result.current.ask('milk')).toThrow('Expected `reply` to be an Observable, got undefined');
    rerender({ at: 2 });
    expect(() => result.current.ask('milk')).toThrow('Expected `reply` to be an Observable, got [object Promise]');
    answer(0, 'found tea');
    expect(known(result.current)).toEqual({ ...idle, value: 'found tea' });
  });

  it('goes on with the ask before where the next one throws', () => {
    const { store, answer } = answered();
    const find = (query: string) => {
      if (query === '') throw new RangeError('ask for something');
      return store.ask.find(query);
    };
    const { result } = renderHook(() => useAsk(find));
    asking(() => result.current.ask('tea'));
    expect(() => result.current.ask('')).toThrow('ask for something');
    expect(result.current.pending).toBe(true);
    answer(0, 'found tea');
    expect(known(result.current)).toEqual({ ...idle, value: 'found tea' });
  });
});

describe('a component that has gone', () => {
  it('hears no more of what it asked', () => {
    const { store, answer } = answered();
    const replies: MockInstance<() => Subscription>[] = [];
    const find = (query: string) => {
      const found = store.ask.find(query);
      replies.push(vi.spyOn(found, 'subscribe'));
      return found;
    };
    const closed = () => replies.map(({ mock }) => mock.results.map(({ value }) => (value as Subscription).closed));
    const { result, unmount } = renderHook(() => useAsk(find));
    asking(() => result.current.ask('a'));
    asking(() => result.current.ask('b'));
    expect(closed()).toEqual([[true], [false]]);
    unmount();
    expect(closed()).toEqual([[true], [true]]);
    const before = result.current;
    asking(() => before.ask('c'));
    expect(closed()).toEqual([[true], [true], []]);
    answer(1, 'b');
    expect(result.current).toBe(before);
  });

  it('takes the store with it that was asked: the reply fails, and nothing is set', async () => {
    const definition = { state: 0, commands: { wait: () => new Promise<number>(() => undefined) } };
    const { result, unmount } = renderHook(() => useAsk(useStore(definition).ask.wait));
    let asked: PromiseLike<unknown> | undefined;
    asking(() => { asked = result.current.ask(); });
    await act(async () => unmount());
    await expect(asked).rejects.toBeInstanceOf(StoreClosedError);
    expect(known(result.current)).toEqual({ ...idle, pending: true });
  });
});

it('an ask of a render that React gives up is not heard: what it fails with is left to errors$', async () => {
  const { store, fail } = answered();
  const errors: unknown[] = [];
  store.errors$.subscribe(({ error }) => errors.push(error));
  const never = new Promise<never>(() => undefined);
  const Asks = () => {
    const { ask } = useAsk(store.ask.find);
    useState(() => ask('tea'));
    return waitFor(never);
  };
  await act(async () => render(<Suspense fallback="waits"><Asks /></Suspense>));
  fail(0);
  await act(() => firstValueFrom(timer(0)));
  expect(errors).toContainEqual(new RangeError('failed 0'));
});

describe('asks from effects', () => {
  function Find({ store, query }: { store: ReturnType<typeof answered>['store']; query: string }) {
    const { ask, pending, value } = useAsk(store.ask.find);
    useEffect(() => void ask(query), [ask, query]);
    return <p data-testid="shown">{pending ? 'waits' : value}</p>;
  }
  const text = () => screen.getByTestId('shown').textContent;

  it('of a parent and of a child are heard', () => {
    const { store, answer } = answered();
    const Child = ({ ask }: { ask: () => unknown }) => (useEffect(() => void ask(), [ask]), null);
    const Parent = () => {
      const { ask, value } = useAsk(store.ask.find);
      const [once] = useState(() => () => ask('child'));
      return <><Child ask={once} /><Find store={store} query="parent" /><b>{value}</b></>;
    };
    render(<Parent />);
    answer(0, 'to the child');
    answer(1, 'to the parent');
    expect(screen.getByText('to the child')).toBeTruthy();
    expect(text()).toBe('to the parent');
  });

  it('under StrictMode end with the value of the latest', () => {
    const { store, answer, answers } = answered();
    const { rerender } = render(<StrictMode><Find store={store} query="a" /></StrictMode>);
    expect([text(), answers.length]).toEqual(['waits', 2]);
    answer(1, 'a');
    expect(text()).toBe('a');
    rerender(<StrictMode><Find store={store} query="b" /></StrictMode>);
    answer(2, 'b');
    expect(text()).toBe('b');
  });

  it('under StrictMode are heard also if they are made only once', () => {
    const { store, answer } = answered();
    let asked = false;
    const Once = () => {
      const { ask, pending, value } = useAsk(store.ask.find);
      useEffect(() => {
        if (!asked) ask('once');
        asked = true;
      }, [ask]);
      return <p data-testid="shown">{pending ? 'waits' : value}</p>;
    };
    render(<StrictMode><Once /></StrictMode>);
    expect(text()).toBe('waits');
    answer(0, 'heard');
    expect(text()).toBe('heard');
  });
});
