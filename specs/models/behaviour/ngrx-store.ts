/** A counter of NgRx Store. */
import { startApplication } from './angular.js';
import { createAction, createFeature, createReducer, on, props, provideState, provideStore, Store, type MetaReducer } from '@ngrx/store';
import { firstValueFrom, skip } from 'rxjs';
import { serverSays, tooMuch, type Counter } from './counter.js';

const increment = createAction('[Counter] Increment');
const add = createAction('[Counter] Add', props<{ by: number }>());
const set = createAction('[Counter] Set', props<{ count: number }>());
const fail = createAction('[Counter] Fail');
const nested = createAction('[Counter] Nested');

/** With meta-reducers, as `provideStore` takes them. */
export const ngrxStore = async (...metaReducers: MetaReducer[]) => {
  const feature = createFeature({
    name: 'counter',
    reducer: createReducer(
      { count: 0 },
      on(increment, ({ count }) => ({ count: count + 1 })),
      on(add, ({ count }, { by }) => ({ count: count + by })),
      on(set, (_state, { count }) => ({ count })),
      on(fail, () => {
        throw tooMuch();
      }),
      on(nested, ({ count }) => {
        store.dispatch(add({ by: 10 }));
        return { count: count + 1 };
      }),
    ),
  });
  const { injector } = await startApplication(provideStore({}, { metaReducers }), provideState(feature));
  const store = injector.get(Store);
  const count = store.selectSignal(feature.selectCount);
  return {
    watch: (observer) => void store.select(feature.selectCount).pipe(skip(1)).subscribe(observer),
    count,
    increment: () => store.dispatch(increment()),
    fail: () => store.dispatch(fail()),
    readThenWait: async () => {
      const before = await firstValueFrom(store.select(feature.selectCount));
      store.dispatch(set({ count: before + await serverSays(1) }));
    },
    remedied: async () => store.dispatch(add({ by: await serverSays(1) })),
    nested: () => store.dispatch(nested()),
    inTurn: () => {
      store.dispatch(increment());
      store.dispatch(add({ by: 10 }));
    },
  } satisfies Counter;
};
