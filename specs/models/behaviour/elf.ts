/** A counter of Elf. */
import { createStore, select, setProp, withProps } from '@ngneat/elf';
import { skip } from 'rxjs';
import { serverSays, tooMuch, type Counter } from './counter.js';

export const elf = () => {
  const store = createStore({ name: 'counter' }, withProps<{ count: number }>({ count: 0 }));
  return {
    watch: (observer) => void store.pipe(select(({ count }) => count), skip(1)).subscribe(observer),
    count: () => store.getValue().count,
    increment: () => store.update(setProp('count', (count) => count + 1)),
    fail: () => store.update(() => {
      throw tooMuch();
    }),
    readThenWait: async () => {
      const { count } = store.getValue();
      const by = await serverSays(1);
      store.update(setProp('count', count + by));
    },
    remedied: async () => {
      const by = await serverSays(1);
      store.update(setProp('count', (count) => count + by));
    },
    nested: () => store.update(setProp('count', (count) => {
      store.update(setProp('count', (now) => now + 10));
      return count + 1;
    })),
    inTurn: () => store.update(setProp('count', (count) => count + 1), setProp('count', (count) => count + 10)),
  } satisfies Counter;
};
