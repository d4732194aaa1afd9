// @vitest-environment node
/** On a server, with zones: they hold a page back, and states travel with it. */
import { Component, createEnvironmentInjector, destroyPlatform, inject, makeStateKey, PLATFORM_ID, TransferState } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { provideServerRendering, renderApplication } from '@angular/platform-server';
import { effect, reply } from 'ownstate';
import { provideStore, selectSignal, storeToken } from 'ownstate/angular';
import { beforeAll, beforeEach, expect, it, vi } from 'vitest';

// There may be one: that of TestBed makes way for a server's.
beforeAll(() => destroyPlatform());
// Angular tells of each application that it's one in development.
beforeEach(() => void vi.spyOn(console, 'log').mockImplementation(() => undefined));

const Shop = storeToken({
  name: 'shop',
  state: [] as readonly string[],
  commands: {
    load: (now) => effect(now, {
      // What a request does: a zone knows of the task that ends it.
      run: () => new Promise<readonly string[]>((resolve) => setTimeout(resolve, 0, ['tea', 'cake'])),
      done: (_now, names) => reply(names, names.length),
    }),
  },
}, { transfer: 'shop' });

@Component({ selector: 'shop-page', standalone: true, template: '<p>{{ names().join() }}</p>' })
class ShopPage {
  readonly store = inject(Shop);
  readonly names = selectSignal(this.store);

  constructor() {
    this.store.ask.load().subscribe();
  }
}

it('a page is written when its request has ended, with the state for the browser', async () => {
  const html = await renderApplication(
    () => bootstrapApplication(ShopPage, { providers: [provideServerRendering()] }),
    { document: '<!doctype html><html><body><shop-page></shop-page></body></html>' },
  );
  expect(html).toContain('<p>tea,cake</p>');
  expect(html).toMatch(/<script id="ng-state" type="application\/json">.*"shop":\["tea","cake"\].*<\/script>/);
});

it('a store in the browser begins with the state that came', () => {
  const travelled = new TransferState();
  travelled.set(makeStateKey<readonly string[]>('shop'), ['tea']);
  const injector = createEnvironmentInjector(
    [{ provide: TransferState, useValue: travelled }, { provide: PLATFORM_ID, useValue: 'browser' }, provideStore(Shop)],
    null as never,
  );
  expect(injector.get(Shop).snapshot()).toEqual(['tea']);
});
