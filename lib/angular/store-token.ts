/** Tokens: what a store is injected by. A token knows the definition, so that it can be provided anywhere. */
import { InjectionToken } from '@angular/core';
import { expect } from '../internal/expect.js';
import type { AnyDefinition, Definition, Given, Store } from '../index.js';
import { makeStore, type Plan } from './make-store.js';
import type { StoreTokenOptions } from './options.js';

/** What a store is injected by: a token, or the very definition (or the function that makes it) that it's provided with. */
export type StoreKey<D extends AnyDefinition> = InjectionToken<Store<D>> | D | (() => D);

const plans = new WeakMap<object, Plan>();
const tokens = new WeakMap<object, unknown>();

/**
 * Makes a store injectable, in one line: gives the token that `inject` takes. The store is made when it's first injected,
 * by default one for the whole application; `provideStore` gives a component or a route one of its own. It ends with the
 * injector that made it.
 *
 * Where the definition needs something injected (a client for requests), give a function that makes it: it's called in the
 * injection context, once for each store, with what came by `transfer` from the server (`undefined` where nothing did).
 *
 * @param definition the state and everything that may happen to it, as `createStore` takes it, or a function that makes it
 * @param options the options of the store, and `providedIn`, `onDestroy`, `errors`, `transfer` and `setup`
 * @returns a token of the typed store: for `inject`, `injectStore` and `provideStore`, and for a provider in a test
 * @throws TypeError without a definition. What `createStore` refuses, of definition or options, the first injection fails with
 *
 * @example
 * ```ts
 * import { Injector } from '@angular/core';
 * import { provideStore, storeToken } from 'ownstate/angular';
 * import { reply } from 'ownstate';
 *
 * const Counter = storeToken({
 *   name: 'counter',
 *   state: 0,
 *   commands: { increment: (count, by: number = 1) => reply(count + by, count + by) },
 * });
 *
 * const injector = Injector.create({ providers: [provideStore(Counter)] });
 * const counter = injector.get(Counter); // in a component: inject(Counter), and it need not be provided
 * console.log(await counter.ask.increment(5)); // 5
 * ```
 */
export function storeToken<S, D extends Definition<S, E>, E = never>(
  definition: Given<S, D, E>,
  options?: StoreTokenOptions<NoInfer<D>>,
): InjectionToken<Store<D>>;
export function storeToken<S, D extends Definition<S, E>, E = never>(
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- of a union TypeScript infers no definition that a function makes
  definition: () => Given<S, D, E>,
  options?: StoreTokenOptions<NoInfer<D>>,
): InjectionToken<Store<D>>;
export function storeToken(definition: Plan['definition'], options: StoreTokenOptions<AnyDefinition> = {}): InjectionToken<Store<AnyDefinition>> {
  const { providedIn = 'root' } = options;
  const plan = { ...options, definition };
  const factory = () => makeStore(plan);
  const token = new InjectionToken<Store<AnyDefinition>>(definition.name || 'store', providedIn ? { providedIn, factory } : undefined);
  plans.set(token, plan);
  return token;
}

/** The token of a key. A definition has one, made when it's first used as a key. @internal */
export function tokenOf<D extends AnyDefinition>(key: StoreKey<D>): InjectionToken<Store<D>> {
  if (key instanceof InjectionToken) return key;
  // Casts: a definition is kept with the token of its own type.
  const token = tokens.get(key) ?? storeToken(key as never);
  tokens.set(key, token);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- it was made for this definition
  return token as InjectionToken<Store<D>>;
}

/** What a token of ours stands for. @throws TypeError for any other @internal */
export function planOf(token: object): Plan {
  const plan = plans.get(token);
  expect(plan !== undefined, 'token', 'made by `storeToken`', token);
  return plan as Plan;
}
