/** `ownstate/angular` on a server: pages wait for pending asks, and states travel to the browser. */
import '@angular/compiler';
import {
  Component, createEnvironmentInjector, ErrorHandler, inject, Injector, makeStateKey, PLATFORM_ID, provideZonelessChangeDetection, TransferState,
  type EnvironmentInjector, type Provider, type Type,
} from '@angular/core';
import { bootstrapApplication, type BootstrapContext } from '@angular/platform-browser';
import { provideServerRendering, renderApplication } from '@angular/platform-server';
import { effect, reply, type Context, type Store } from 'ownstate';
import { provideStore, selectSignal, storeToken } from 'ownstate/angular';
import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';

interface Products { readonly loading: boolean; readonly names: readonly string[] }

/** A request that takes some turns of the event loop. */
async function fetchNames(): Promise<readonly string[]> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
  return ['tea', 'cake </script>'];
}

const definition = {
  name: 'products',
  state: { loading: false, names: [] } as Products,
  commands: {
    load: (now: Products) => effect({ ...now, loading: true }, {
      run: fetchNames,
      done: (_now: Products, names) => reply({ loading: false, names }, names.length),
    }),
    wait: () => new Promise<Products>(() => undefined),
    fail: async (): Promise<Products> => {
      await setImmediate();
      throw new Error('down');
    },
    rename: (now: Products, names: readonly string[]) => ({ ...now, names }),
    loadNext: (now: Products, _payload: void, { tell }: Context<never>) => (tell('load'), now),
  },
};
type ProductStore = Store<typeof definition>;
const Shop = storeToken(definition, { transfer: 'products' });

/** What the page asks of its store when it's made. */
let begin: (store: ProductStore) => unknown;

@Component({ selector: 'shop-page', template: '<p>{{ text() }}</p>' })
class ShopPage {
  readonly store = inject(Shop);
  readonly text = selectSignal(this.store, ({ loading, names }) => loading ? 'loading' : `${names.length} products`);

  constructor() {
    begin(this.store);
  }
}

/** The page as the server writes it. */
function render(page: Type<unknown>, providers: Provider[] = []): Promise<string> {
  const bootstrap = (context: BootstrapContext) =>
    bootstrapApplication(page, { providers: [provideZonelessChangeDetection(), provideServerRendering(), ...providers] }, context);
  return renderApplication(bootstrap, { document: '<!doctype html><html><body><shop-page></shop-page></body></html>' });
}

/** What travels in a page. */
const carried = (html: string): Record<string, unknown> =>
  JSON.parse(/<script id="ng-state" type="application\/json">(.*?)<\/script>/s.exec(html)?.[1] ?? '{}') as Record<string, unknown>;

// Angular tells of each application that it's one in development.
beforeEach(() => void vi.spyOn(console, 'log').mockImplementation(() => undefined));

describe('a page that a server renders', () => {
  it('waits for an ask that is pending', async () => {
    begin = (store) => store.ask.load();
    expect(await render(ShopPage)).toContain('<p>2 products</p>');
  });

  it('waits for an ask that is asked when another has been answered', async () => {
    begin = async (store) => {
      await store.ask.load();
      await store.ask.rename(['one']);
      await store.ask.load();
    };
    expect(await render(ShopPage)).toContain('<p>2 products</p>');
  });

  it('waits for no longer than until an ask has failed', async () => {
    begin = (store) => store.ask.fail().subscribe({ error: () => store.tell.rename(['by hand']) });
    expect(await render(ShopPage)).toContain('<p>1 products</p>');
    begin = (store) => {
      const controller = new AbortController();
      store.with({ signal: controller.signal }).ask.wait().subscribe({ error: () => undefined });
      void setImmediate().then(() => controller.abort());
    };
    expect(await render(ShopPage)).toContain('<p>0 products</p>');
  });

  it('is written, and ErrorHandler is told, when an ask fails that nobody looks at', async () => {
    const errors: unknown[] = [];
    begin = (store) => store.ask.fail();
    const html = await render(ShopPage, [{ provide: ErrorHandler, useValue: { handleError: (error: unknown) => errors.push(error) } }]);
    expect(html).toContain('<p>0 products</p>');
    expect(errors).toEqual([new Error('down')]);
  });

  it('does not wait for what is told', async () => {
    begin = (store) => store.tell.load();
    expect(await render(ShopPage)).toContain('<p>loading</p>');
  });

  it('does not wait for what a store tells itself', async () => {
    begin = (store) => store.tell.loadNext();
    expect(await render(ShopPage)).toContain('<p>loading</p>');
  });

  it('waits for no ask that was refused, or that ended with its store', async () => {
    const controller = new AbortController();
    begin = (store) => {
      for (let count = 0; count < 3; count++) store.ask.wait().subscribe({ error: () => undefined });
      void setImmediate().then(() => {
        controller.abort();
        store.ask.load().subscribe({ error: () => undefined });
      });
    };
    expect(await render(ShopPage, [provideStore(Shop, { mailbox: { capacity: 1 }, signal: controller.signal })])).toContain('<p>0 products</p>');
  });
});

describe('the state of a store with `transfer`', () => {
  it('is written into the page, as it is in the end', async () => {
    begin = (store) => store.ask.load();
    const html = await render(ShopPage);
    expect(carried(html)).toMatchObject({ products: { loading: false, names: ['tea', 'cake </script>'] } });
  });

  it('is not written without', async () => {
    begin = (store) => store.ask.load();
    expect(carried(await render(ShopPage, [provideStore(Shop, { transfer: undefined as never })]))).not.toHaveProperty('products');
  });

  it('is saved as the option says', async () => {
    begin = (store) => store.ask.load();
    const save = ({ names }: Products) => names.join();
    expect(carried(await render(ShopPage, [provideStore(Shop, { transfer: { key: 'names', save } })]))).toMatchObject({ names: 'tea,cake </script>' });
  });
});

describe('a store of the whole platform of a server', () => {
  it('belongs to no page: it holds none back, and its state travels with none', async () => {
    const Visits = storeToken({ name: 'visits', state: 0, commands: { visit: (n) => reply(n + 1, n + 1) } }, { providedIn: 'platform', transfer: 'visits' });
    // A platform's injector has neither tasks nor states of a page.
    const platform = Injector.create({ providers: [{ provide: PLATFORM_ID, useValue: 'server' }, { provide: TransferState, useValue: null }, provideStore(Visits)] });
    expect(await platform.get(Visits).ask.visit()).toBe(1);
  });
});

describe('in the browser', () => {
  /** An application to which a page brought a state. */
  function open(key: string, state: unknown, platform = 'browser'): EnvironmentInjector {
    const travelled = new TransferState();
    if (state !== undefined) travelled.set(makeStateKey<unknown>(key), state);
    const providers = [{ provide: TransferState, useValue: travelled }, { provide: PLATFORM_ID, useValue: platform }];
    return createEnvironmentInjector([...providers, provideStore(Shop)], null as never);
  }

  it('a store begins with the state that came', async () => {
    const shop = open('products', { loading: false, names: ['tea'] }).get(Shop);
    expect(shop.snapshot()).toEqual({ loading: false, names: ['tea'] });
    await shop.ask.rename(['cake']);
    expect(shop.snapshot().names).toEqual(['cake']);
  });

  it('a store to which nothing came begins as ever', () => {
    expect(open('products', undefined).get(Shop).snapshot()).toEqual(definition.state);
    expect(open('others', { names: ['tea'] }).get(Shop).snapshot()).toEqual(definition.state);
  });

  it('only the first store of a key begins with it', () => {
    const root = open('products', { loading: false, names: ['tea'] });
    const [first, second] = [1, 2].map(() => createEnvironmentInjector([provideStore(Shop)], root).get(Shop).snapshot().names);
    expect([first, second]).toEqual([['tea'], []]);
  });

  it('a state is restored as the option says, again after an error that resets', async () => {
    const Keyed = storeToken({
      state: () => new Map<string, number>(),
      commands: {
        set: (map, [key, value]: readonly [string, number]) => map.set(key, value),
        fail: () => { throw new Error('fails'); },
      },
      view: (map) => [...map],
    }, {
      onHandlerError: 'reset',
      transfer: { key: 'map', save: (entries) => entries, restore: (entries: readonly (readonly [string, number])[]) => new Map(entries) },
    });
    const store = createEnvironmentInjector([provideStore(Keyed)], open('map', [['a', 1]])).get(Keyed);
    await store.ask.set(['b', 2]);
    expect(store.snapshot()).toEqual([['a', 1], ['b', 2]]);
    await store.ask.fail().then(() => expect.unreachable(), () => undefined);
    expect(store.snapshot()).toEqual([['a', 1]]);
  });

  it('holds nothing back, and keeps nothing to be written', () => {
    const root = open('products', undefined);
    const travelled = root.get(TransferState);
    root.get(Shop).ask.wait().subscribe({ error: () => undefined });
    expect(travelled.toJson()).toBe('{}');
    root.destroy();
  });

  it('a page that was rendered is taken over by an application with the same state', async () => {
    begin = (store) => store.ask.load();
    const state = carried(await render(ShopPage))['products'];
    expect(open('products', state).get(Shop).snapshot()).toEqual({ loading: false, names: ['tea', 'cake </script>'] });
  });
});

