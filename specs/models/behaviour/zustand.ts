/** A counter of zustand. */
import { createStore } from 'zustand/vanilla';
import { serverSays, tooMuch, type Counter } from './counter.js';

export const zustand = () => {
  const { getState, setState, subscribe } = createStore(() => ({ count: 0 }));
  return {
    watch: (observer) => subscribe(({ count }) => observer(count)),
    count: () => getState().count,
    increment: () => setState(({ count }) => ({ count: count + 1 })),
    fail: () => setState(() => {
      throw tooMuch();
    }),
    readThenWait: async () => {
      const { count } = getState();
      setState({ count: count + await serverSays(1) });
    },
    remedied: async () => {
      const by = await serverSays(1);
      setState(({ count }) => ({ count: count + by }));
    },
    nested: () => setState(({ count }) => {
      setState((now) => ({ count: now.count + 10 }));
      return { count: count + 1 };
    }),
    inTurn: () => {
      setState(({ count }) => ({ count: count + 1 }));
      setState(({ count }) => ({ count: count + 10 }));
    },
  } satisfies Counter;
};
