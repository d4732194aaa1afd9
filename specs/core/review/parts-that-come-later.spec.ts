/** A part of the state that is to come later is refused as a whole state is: else a Promise would stand in the state. */
import { createStore, effect, focus, reply, replyLater } from 'ownstate';
import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';

interface Shop { readonly visitors: number; readonly open: boolean }

const where = { get: (shop: Shop) => shop.visitors, set: (shop: Shop, visitors: number): Shop => ({ ...shop, visitors }) };
// Casts: the types refuse what is tried here.
const later = Promise.resolve(1) as never;
const handlers: Record<string, () => unknown> = {
  'a reply': () => reply(later, 1),
  'a promised reply': async () => reply(later, 1),
  'an Observable of a reply': () => of(reply(later, 1)),
  'a reply with an Observable': () => reply(of(1), 1),
  'a later reply': () => replyLater(later, of(1)),
  'an effect': () => effect(later, { run: async () => 1, done: (now) => now }),
  'the end of an effect': () => effect(0, { run: async () => 1, done: () => reply(later, 1) }),
};

describe('a part that comes later', () => {
  it.each(Object.entries(handlers))('is refused in %s', async (_what, handler) => {
    const store = createStore({
      state: { visitors: 0, open: true },
      commands: { go: focus(handler as (visitors: number) => number, where) },
      view: ({ visitors }) => visitors,
    });
    await expect(store.ask.go()).rejects.toThrow('Expected `state` to be at hand');
    expect(store.snapshot()).toBe(0);
  });
});
