/** Stores by injector: provided for a component, a route or the application, and injected with their type. */
import { inject, type FactoryProvider } from '@angular/core';
import type { AnyDefinition, Store } from '../index.js';
import { makeStore, type Plan } from './make-store.js';
import type { InjectedStoreOptions } from './options.js';
import { planOf, tokenOf, type StoreKey } from './store-token.js';

/**
 * Gives a component, a directive, a route or the application a store of its own, made when it's first injected below it
 * and ended with it.
 *
 * @param key a token of `storeToken`, or a definition (or the function that makes it), which is then its own key
 * @param options go before those of the token
 * @returns a provider, for `providers` and `viewProviders`
 * @throws TypeError for a token that isn't of `storeToken`. What `createStore` refuses, the first injection fails with
 *
 * @example
 * ```ts
 * import { Injector } from '@angular/core';
 * import { provideStore, storeToken } from 'ownstate/angular';
 *
 * const Draft = storeToken({ name: 'draft', state: '', commands: { write: (_text, text: string) => text } }, { providedIn: null });
 *
 * // in a component: @Component({ providers: [provideStore(Draft, { onDestroy: 'drain' })], … })
 * const injector = Injector.create({ providers: [provideStore(Draft, { onDestroy: 'drain' })] });
 * const draft = injector.get(Draft);
 * draft.tell.write('Dear Ann');
 * console.log(draft.snapshot()); // Dear Ann
 * ```
 */
export function provideStore<D extends AnyDefinition>(key: StoreKey<D>, options: InjectedStoreOptions<NoInfer<D>> = {}): FactoryProvider {
  const token = tokenOf(key);
  // A cast: plans are of whatever state.
  const plan = { ...planOf(token), ...options } as Plan;
  return { provide: token, useFactory: () => makeStore(plan) };
}

/**
 * The store of a key, from the nearest injector that provides it, else from the root. The same as Angular's `inject` for a
 * token; a definition is its own key.
 *
 * Gotcha: a definition that nobody provides is made for the whole application. Where that would be a mistake, inject by a
 * token with `providedIn: null`.
 *
 * @param key a token of `storeToken`, or a definition (or the function that makes it)
 * @throws Error of Angular's outside of an injection context, and for a token that nobody provides; TypeError for a
 * definition or options that no store can work with
 *
 * @example
 * ```ts
 * import { Injector, runInInjectionContext } from '@angular/core';
 * import { injectStore, provideStore } from 'ownstate/angular';
 * import { defineCounter } from 'ownstate/stores';
 *
 * const visitors = defineCounter({ name: 'visitors' });
 *
 * const injector = Injector.create({ providers: [provideStore(visitors)] });
 * const counter = runInInjectionContext(injector, () => injectStore(visitors)); // in a component: just injectStore(visitors)
 * console.log(await counter.ask.increment()); // 1
 * ```
 */
export function injectStore<D extends AnyDefinition>(key: StoreKey<D>): Store<D> {
  return inject(tokenOf(key));
}
