/** A counter of XState Store. */
/* eslint-disable @typescript-eslint/no-misused-promises -- effects that wait are async functions in its guide */
import { createStore } from '@xstate/store';
import { serverSays, tooMuch, type Counter } from './counter.js';

type Event =
  | { readonly type: 'increment' | 'fail' | 'readThenWait' | 'remedied' | 'nested' | 'inTurn' }
  | { readonly type: 'add'; readonly by: number }
  | { readonly type: 'set'; readonly count: number };

export const xstateStore = () => {
  const store = createStore<{ count: number }, Event, never>({
    context: { count: 0 },
    on: {
      increment: ({ count }) => ({ count: count + 1 }),
      add: ({ count }, { by }) => ({ count: count + by }),
      set: (_context, { count }) => ({ count }),
      fail: () => {
        throw tooMuch();
      },
      readThenWait: (context, _event, enqueue) => {
        enqueue.effect(async () => {
          const by = await serverSays(1);
          store.trigger.set({ count: context.count + by });
        });
        return context;
      },
      remedied: (context, _event, enqueue) => {
        enqueue.effect(async () => {
          store.trigger.add({ by: await serverSays(1) });
        });
        return context;
      },
      nested: ({ count }) => {
        store.trigger.add({ by: 10 });
        return { count: count + 1 };
      },
      inTurn: ({ count }, _event, enqueue) => {
        enqueue.trigger.add({ by: 10 });
        return { count: count + 1 };
      },
    },
  });
  return {
    watch: (observer) => store.subscribe(({ context }) => observer(context.count)),
    count: () => store.getSnapshot().context.count,
    increment: () => store.trigger.increment(),
    fail: () => store.trigger.fail(),
    readThenWait: () => store.trigger.readThenWait(),
    remedied: () => store.trigger.remedied(),
    nested: () => store.trigger.nested(),
    inTurn: () => store.trigger.inTurn(),
  } satisfies Counter;
};
