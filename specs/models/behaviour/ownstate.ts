/** A counter of ownstate. */
import { createStore, effect, reply } from 'ownstate';
import { skip } from 'rxjs';
import { serverSays, tooMuch, type Counter } from './counter.js';

export const ownstate = () => {
  const store = createStore({
    state: 0,
    commands: {
      increment: (count) => reply(count + 1, count + 1),
      add: (count, by: number) => count + by,
      fail: () => {
        throw tooMuch();
      },
      readThenWait: async (count) => {
        const next = count + await serverSays(1);
        return reply(next, next);
      },
      remedied: (count) => effect(count, {
        run: () => serverSays(1),
        done: (now, by) => reply(now + by, now + by),
      }),
      nested: (count) => {
        tellAdd(10);
        return count + 1;
      },
      inTurn: (count, _payload: void, { tell }) => {
        tell('add', 10);
        return count + 1;
      },
    },
  });
  const tellAdd = (by: number): void => store.tell.add(by);
  return {
    watch: (observer) => void store.select().pipe(skip(1)).subscribe(observer),
    count: () => store.snapshot(),
    increment: () => store.ask.increment(),
    fail: () => store.ask.fail(),
    readThenWait: () => store.ask.readThenWait(),
    remedied: () => store.ask.remedied(),
    nested: () => store.ask.nested(),
    inTurn: () => store.ask.inTurn(),
  } satisfies Counter;
};
