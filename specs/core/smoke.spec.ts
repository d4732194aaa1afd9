import { createStore, reply } from 'ownstate';
import { expect, it } from 'vitest';

it('answers', async () => {
  const store = createStore({ state: 0, commands: { add: (n, by: number) => reply(n + by, n + by) } });
  expect(await store.ask.add(2)).toBe(2);
});
