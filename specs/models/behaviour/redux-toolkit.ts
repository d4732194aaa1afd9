/** A counter of Redux Toolkit. */
import { configureStore, createAsyncThunk, createSlice, type PayloadAction } from '@reduxjs/toolkit';
import { serverSays, tooMuch, type Counter } from './counter.js';

export const reduxToolkit = () => {
  interface State { readonly count: number }
  const readThenWait = createAsyncThunk('counter/readThenWait', async (_: void, { getState }) => {
    const { count } = getState() as State;
    return count + await serverSays(1);
  });
  const remedied = createAsyncThunk('counter/remedied', () => serverSays(1));
  const { actions, reducer } = createSlice({
    name: 'counter',
    initialState: { count: 0 },
    reducers: {
      increment: (state) => {
        state.count += 1;
      },
      add: (state, { payload }: PayloadAction<number>) => {
        state.count += payload;
      },
      fail: () => {
        throw tooMuch();
      },
      nested: (state) => {
        store.dispatch({ type: 'counter/add', payload: 10 });
        state.count += 1;
      },
    },
    extraReducers: (builder) => builder
      .addCase(readThenWait.fulfilled, (state, { payload }) => {
        state.count = payload;
      })
      .addCase(remedied.fulfilled, (state, { payload }) => {
        state.count += payload;
      }),
  });
  const store = configureStore({ reducer });
  return {
    watch: (observer) => store.subscribe(() => observer(store.getState().count)),
    count: () => store.getState().count,
    increment: () => store.dispatch(actions.increment()),
    fail: () => store.dispatch(actions.fail()),
    readThenWait: () => store.dispatch(readThenWait()).unwrap(),
    remedied: () => store.dispatch(remedied()).unwrap(),
    nested: () => store.dispatch(actions.nested()),
    inTurn: () => store.dispatch((dispatch) => {
      dispatch(actions.increment());
      dispatch(actions.add(10));
    }),
  } satisfies Counter;
};
