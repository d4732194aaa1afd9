/** A counter of NgRx SignalStore, observed by Angular's `effect`, or by its own `watchState`. */
import { startApplication } from './angular.js';
import { effect, Injector, runInInjectionContext, untracked } from '@angular/core';
import { patchState, signalStore, watchState, withMethods, withState } from '@ngrx/signals';
import { fromSecond, serverSays, tooMuch, type Counter } from './counter.js';

const CounterStore = signalStore(
  withState({ count: 0 }),
  withMethods((store) => ({
    increment: () => patchState(store, ({ count }) => ({ count: count + 1 })),
    fail: () => patchState(store, () => {
      throw tooMuch();
    }),
    readThenWait: async () => {
      const count = store.count();
      patchState(store, { count: count + await serverSays(1) });
    },
    remedied: async () => {
      const by = await serverSays(1);
      patchState(store, ({ count }) => ({ count: count + by }));
    },
    nested: () => patchState(store, ({ count }) => {
      patchState(store, (now) => ({ count: now.count + 10 }));
      return { count: count + 1 };
    }),
    inTurn: () => patchState(store, ({ count }) => ({ count: count + 1 }), ({ count }) => ({ count: count + 10 })),
  })),
);

const start = async () => {
  const application = await startApplication(CounterStore);
  return { application, injector: application.injector.get(Injector), store: application.injector.get(CounterStore) };
};

export const signalStoreByEffect = async () => {
  const { application, injector, store } = await start();
  return {
    ...store,
    watch: (observer) => {
      const show = fromSecond(observer);
      runInInjectionContext(injector, () => effect(() => {
        const count = store.count();
        untracked(() => show(count));
      }));
      application.tick();
    },
  } satisfies Counter;
};

export const signalStoreByWatchState = async () => {
  const { injector, store } = await start();
  return {
    ...store,
    watch: (observer) => {
      const show = fromSecond(observer);
      runInInjectionContext(injector, () => watchState(store, ({ count }) => show(count)));
    },
  } satisfies Counter;
};
