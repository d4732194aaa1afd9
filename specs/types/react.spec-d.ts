/** What is inferred in components, and what doesn't compile. */
import { combineViews, createStore, effect, reply, type, type Client, type Reply, type Store } from 'ownstate';
import { createStoreContext, useAsk, useSelect, useStore, type Asking, type StoreProviderProps } from 'ownstate/react';
import type { ReactElement } from 'react';
import { describe, expectTypeOf, it } from 'vitest';

interface Item { readonly id: number; readonly name: string }

const definition = {
  state: { items: [] as readonly Item[], open: false },
  commands: {
    add: (state: { items: readonly Item[]; open: boolean }, item: Item) => reply({ ...state, items: [...state.items, item] }, state.items.length),
    open: (state: { items: readonly Item[]; open: boolean }) => ({ ...state, open: true }),
  },
};
const cart = createStore(definition);
const counter = createStore({
  state: 0,
  view: (count) => `${count} times`,
  commands: { add: (count, by: number = 1) => reply(count + by, count + by) },
  queries: { isEven: (count) => count % 2 === 0 },
});

describe('useSelect', () => {
  it('gives what the projector does, of what can be seen', () => {
    expectTypeOf(useSelect(cart)).toEqualTypeOf<{ items: readonly Item[]; open: boolean }>();
    expectTypeOf(useSelect(cart, ({ items }) => items[0])).toEqualTypeOf<Item | undefined>();
    expectTypeOf(useSelect(cart.client, ({ items }) => items.length, (a, b) => a - b < 2)).toEqualTypeOf<number>();
    expectTypeOf(useSelect(counter)).toEqualTypeOf<string>();
    expectTypeOf(useSelect(combineViews(cart, counter), ([{ open }, times]) => [open, times] as const)).toEqualTypeOf<readonly [boolean, string]>();
  });

  it('refuses what does not fit', () => {
    // @ts-expect-error -- not the state, but what may be seen of it
    useSelect(counter, (count: number) => count + 1);
    // @ts-expect-error -- no such part
    useSelect(cart, (view: { sum: number }) => view.sum);
    // @ts-expect-error -- no function
    useSelect(cart, 'items');
    // @ts-expect-error -- compares something else
    useSelect(cart, ({ open }) => open, (a: string, b: string) => a === b);
    // @ts-expect-error -- no store
    useSelect({ open: true });
    // @ts-expect-error -- none yet
    useSelect(undefined as typeof cart | undefined);
  });
});

describe('useStore', () => {
  it('infers as createStore does, of a definition and of what makes one', () => {
    expectTypeOf(useStore(definition)).toEqualTypeOf<Store<typeof definition>>();
    expectTypeOf(useStore(() => definition)).toEqualTypeOf<Store<typeof definition>>();
    const plain = useStore({
      state: 0,
      events: type<'even'>(),
      commands: { add: (count, by: number, { emit }) => (emit('even'), reply(count + by, `${by}`)) },
    });
    expectTypeOf(plain.ask.add(1)).toEqualTypeOf<Reply<string>>();
    expectTypeOf(plain.snapshot()).toEqualTypeOf<number>();
    const made = useStore(() => ({ state: { n: 0 }, commands: { set: (state, n: number) => ({ ...state, n }) } }), { timeout: 5 });
    expectTypeOf(made.tell.set).toEqualTypeOf<(payload: number) => void>();
    expectTypeOf(made.snapshot()).toEqualTypeOf<{ n: number }>();
  });

  it('refuses what is no definition, and a signal', () => {
    // @ts-expect-error -- no commands
    useStore({ state: 0 });
    // @ts-expect-error -- a handler of another state
    useStore({ state: 0, commands: { set: () => 'zero' } });
    // @ts-expect-error -- the same, made
    useStore(() => ({ state: 0, commands: { set: () => 'zero' } }));
    // @ts-expect-error -- the component is what ends it
    useStore(definition, { signal: new AbortController().signal });
    // @ts-expect-error -- no such option
    useStore(definition, { timeOut: 5 });
  });
});

describe('useAsk', () => {
  it('asks as the store does, and knows the value', () => {
    const adding = useAsk(counter.ask.add);
    expectTypeOf(adding).toEqualTypeOf<Asking<[payload?: number], number>>();
    expectTypeOf(adding.ask).toEqualTypeOf<(payload?: number) => Reply<number>>();
    expectTypeOf(adding.value).toEqualTypeOf<number | undefined>();
    expectTypeOf(adding.error).toEqualTypeOf<unknown>();
    expectTypeOf(useAsk(counter.ask.isEven).ask).toEqualTypeOf<() => Reply<boolean>>();
    expectTypeOf(useAsk((id: number, name: string) => cart.ask.add({ id, name })).ask).toEqualTypeOf<(id: number, name: string) => Reply<number>>();
    const search = createStore({
      state: 0,
      commands: { find: (n, query: string) => effect(n, { run: async () => [query], done: (m, hits) => reply(m, hits) }) },
    });
    expectTypeOf(useAsk(search.ask.find).value).toEqualTypeOf<string[] | undefined>();
  });

  it('refuses what gives no reply, and other payloads', () => {
    // @ts-expect-error -- nothing comes back
    useAsk(counter.tell.add);
    // @ts-expect-error -- a reply, no ask
    useAsk(counter.ask.add(1));
    // @ts-expect-error -- another payload
    useAsk(counter.ask.add).ask('1');
    // @ts-expect-error -- a payload is needed
    useAsk(cart.ask.add).ask();
    // @ts-expect-error -- read only
    useAsk(counter.ask.add).pending = true;
  });
});

describe('createStoreContext', () => {
  const Cart = createStoreContext(definition);
  const Made = createStoreContext(() => ({ state: 0, commands: { add: (count, by: number) => reply(count + by, `${by}`) } }));

  it('gives a client, and a provider of its state', () => {
    expectTypeOf(Cart.useStore()).toEqualTypeOf<Client<typeof definition>>();
    expectTypeOf(Cart.Provider).toEqualTypeOf<(props: StoreProviderProps<typeof definition>) => ReactElement>();
    expectTypeOf(Made.useStore().ask.add(1)).toEqualTypeOf<Reply<string>>();
    Cart.Provider({ store: cart });
    Cart.Provider({ store: cart.client });
    Cart.Provider({ state: { items: [], open: true } });
    Made.Provider({ state: ({ now }) => now() });
  });

  it('refuses other stores and states, and lets nobody below end the store', () => {
    // @ts-expect-error -- a client can't
    expectTypeOf(Cart.useStore().shutdown);
    // @ts-expect-error -- a store of other commands
    Cart.Provider({ store: counter });
    // @ts-expect-error -- another state
    Cart.Provider({ state: { items: 5 } });
    // @ts-expect-error -- no such property
    Cart.Provider({ definition });
    // @ts-expect-error -- no commands
    createStoreContext({ state: 0 });
    // @ts-expect-error -- the providers are what ends its stores
    createStoreContext(definition, { signal: new AbortController().signal });
  });
});
