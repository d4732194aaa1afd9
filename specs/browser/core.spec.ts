import { createStore } from 'ownstate';
import { expect, it } from 'vitest';

it('a store works in a real browser', () => {
  const counter = createStore({ state: 0, commands: { increment: (count) => count + 1 } });
  counter.tell.increment();
  expect(counter.snapshot()).toBe(1);
});
