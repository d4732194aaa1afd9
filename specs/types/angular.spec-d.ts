/** What `ownstate/angular` infers, and what doesn't compile. */
/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return -- what doesn't compile has no type that could be linted */
import { inject, type FactoryProvider, type InjectionToken, type Signal } from '@angular/core';
import { combineViews, createStore, reply, type Client, type Reply, type Store } from 'ownstate';
import { injectStore, provideStore, selectSignal, storeToken, type StoreKey, type Transfer } from 'ownstate/angular';
import { createCache, defineCache } from 'ownstate/stores';
import { describe, expectTypeOf, it } from 'vitest';

interface Item { readonly name: string; readonly price: number }

class Api {
  declare readonly load: (name: string) => Promise<Item>;
}

const definition = {
  state: { items: [] as readonly Item[] },
  commands: { add: (now: { readonly items: readonly Item[] }, item: Item) => reply({ items: [...now.items, item] }, now.items.length + 1) },
};
const viewed = { ...definition, view: ({ items }: { readonly items: readonly Item[] }) => items.length };

describe('storeToken', () => {
  it('infers the store from its definition, handlers included', () => {
    const Counter = storeToken({
      name: 'counter',
      state: 0,
      commands: {
        increment: (count, by: number = 1) => {
          expectTypeOf(count).toEqualTypeOf<number>();
          return reply(count + by, `${count + by}`);
        },
      },
      queries: { isEven: (count) => count % 2 === 0 },
    });
    const counter = inject(Counter);
    expectTypeOf(counter.ask.increment(1)).toEqualTypeOf<Reply<string>>();
    expectTypeOf(counter.ask.isEven()).toEqualTypeOf<Reply<boolean>>();
    expectTypeOf(counter.snapshot()).toEqualTypeOf<number>();
    // @ts-expect-error -- a payload of another type
    counter.ask.increment('1');
    // @ts-expect-error -- no such command
    counter.ask.decrement();
  });

  it('infers the same from a function that makes it', () => {
    const Users = storeToken(() => {
      const api = inject(Api);
      return {
        state: { users: [] as readonly Item[] },
        commands: {
          load: async (now, name: string) => {
            expectTypeOf(now.users).toEqualTypeOf<readonly Item[]>();
            const user = await api.load(name);
            return reply({ users: [...now.users, user] }, user);
          },
        },
      };
    });
    expectTypeOf(inject(Users).ask.load('Ann')).toEqualTypeOf<Reply<Item>>();
    const Short = storeToken(() => ({ state: 0, commands: { add: (sum, by: number) => sum + by } }));
    expectTypeOf(inject(Short).snapshot()).toEqualTypeOf<number>();
  });

  it('takes what ready-made stores are defined by', () => {
    const Cache = storeToken(defineCache<number, Item>({ ttl: 1000 }));
    expectTypeOf(inject(Cache).ask.get(1)).toEqualTypeOf<Reply<Item | undefined>>();
    const Made = storeToken(() => defineCache<number, Item>({ ttl: 1000 }));
    expectTypeOf(inject(Made).ask.get(1)).toEqualTypeOf<Reply<Item | undefined>>();
  });

  it('refuses what is no definition, and a field that none has', () => {
    // @ts-expect-error -- no commands
    storeToken({ state: 0 });
    // @ts-expect-error -- a misspelt field
    storeToken({ state: 0, commands: { add: (sum: number) => sum }, querys: {} });
    // @ts-expect-error -- a handler that gives another state
    storeToken({ state: 0, commands: { add: (sum: number) => `${sum}` } });
    // @ts-expect-error -- a store is no definition
    storeToken(createStore(definition));
  });

  it('takes the options of a store and its own, and no others', () => {
    storeToken(definition, { timeout: 1000, providedIn: null, onDestroy: 'drain', errors: 'leave', transfer: 'items' });
    storeToken(definition, { setup: (store) => expectTypeOf(store).toEqualTypeOf<Store<typeof definition>>() });
    // @ts-expect-error -- no such way to end
    storeToken(definition, { onDestroy: 'forget' });
    // @ts-expect-error -- no such injector
    storeToken(definition, { providedIn: 'any' });
    // @ts-expect-error -- no such option
    storeToken(definition, { timeouts: 1000 });
  });

  it('lets a state travel by a key, and one with a view only with the way back', () => {
    storeToken(definition, { transfer: { key: 'items', restore: (items: readonly Item[]) => ({ items }) } });
    storeToken(viewed, { transfer: { key: 'items', save: (count) => `${count}`, restore: () => ({ items: [] }) } });
    storeToken((came: number = 0) => ({ ...viewed, state: { items: [{ name: 'tea', price: came }] } }), { transfer: { key: 'items', restore: 'leave' } });
    // @ts-expect-error -- no such way back
    storeToken(() => viewed, { transfer: { key: 'items', restore: 'leaves' } });
    // @ts-expect-error -- a function needs what may not have come
    storeToken((came: number) => ({ ...viewed, state: { items: [{ name: 'tea', price: came }] } }), { transfer: { key: 'items', restore: 'leave' } });
    // @ts-expect-error -- a view isn't the state
    storeToken(viewed, { transfer: 'items' });
    // @ts-expect-error -- nor with a key alone
    storeToken(viewed, { transfer: { key: 'items' } });
    // @ts-expect-error -- gives another state
    storeToken(definition, { transfer: { key: 'items', restore: () => 5 } });
    expectTypeOf<Transfer<typeof viewed>['save']>().toEqualTypeOf<((view: number) => unknown) | undefined>();
  });
});

describe('provideStore and injectStore', () => {
  const Token = storeToken(definition);

  it('take a token, a definition, and a function that makes one', () => {
    expectTypeOf(Token).toEqualTypeOf<InjectionToken<Store<typeof definition>>>();
    expectTypeOf(injectStore(Token)).toEqualTypeOf<Store<typeof definition>>();
    expectTypeOf(injectStore(definition)).toEqualTypeOf<Store<typeof definition>>();
    expectTypeOf(injectStore(() => definition)).toEqualTypeOf<Store<typeof definition>>();
    expectTypeOf(provideStore(Token)).toEqualTypeOf<FactoryProvider>();
    expectTypeOf(Token).toExtend<StoreKey<typeof definition>>();
    provideStore(definition, { onDestroy: 'drain', setup: (store) => expectTypeOf(store).toEqualTypeOf<Store<typeof definition>>() });
    provideStore(() => definition, { transfer: 'items' });
  });

  it('refuse what is none', () => {
    // @ts-expect-error -- a store is no key of one
    injectStore(createStore(definition));
    // @ts-expect-error -- a name is no key
    provideStore('items');
    // @ts-expect-error -- where it's made is for the token to say
    provideStore(Token, { providedIn: 'root' });
  });
});

describe('selectSignal', () => {
  const store = createStore(definition);

  it('is a signal of the view, or of what the projector makes of it', () => {
    expectTypeOf(selectSignal(store)).toEqualTypeOf<Signal<{ items: readonly Item[] }>>();
    expectTypeOf(selectSignal(store, ({ items }) => items.length)).toEqualTypeOf<Signal<number>>();
    expectTypeOf(selectSignal(createStore(viewed))).toEqualTypeOf<Signal<number>>();
    expectTypeOf(selectSignal(createCache(), ({ held }) => held)).toEqualTypeOf<Signal<number>>();
  });

  it('takes clients and combined views', () => {
    const client: Client<typeof definition> = store.client;
    expectTypeOf(selectSignal(client, ({ items }) => items[0])).toEqualTypeOf<Signal<Item | undefined>>();
    const both = combineViews(store, createStore(viewed));
    expectTypeOf(selectSignal(both, ([{ items }, count]) => items.length + count)).toEqualTypeOf<Signal<number>>();
  });

  it('compares what the projector gives', () => {
    selectSignal(store, ({ items }) => items.map(({ name }) => name), { equal: (a, b) => a.join() === b.join() });
    // @ts-expect-error -- compares something else
    selectSignal(store, ({ items }) => items.length, { equal: (a: string, b: string) => a === b });
    // @ts-expect-error -- no such field
    selectSignal(store, ({ item }) => item);
    // @ts-expect-error -- an Observable has no present value
    selectSignal(store.select());
    // @ts-expect-error -- a signal of another type
    const wrong: Signal<string> = selectSignal(store, ({ items }) => items.length);
    expectTypeOf(wrong).not.toBeAny();
  });
});
