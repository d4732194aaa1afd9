/**
 * The store of an injector, from the first injection to the injector's end:
 *
 * ```
 *   inject ─▶ definition ─▶ createStore ─▶ setup
 *                  │
 *                  ├── errors$ ──▶ ErrorHandler
 *                  └── abort | shutdown ◀── DestroyRef
 * ```
 */
import { DestroyRef, ErrorHandler, inject, PLATFORM_ID } from '@angular/core';
import { createStore, StoreClosedError, type AnyDefinition, type Store } from '../index.js';
import type { InjectedStoreOptions } from './options.js';
import { holdPage, travelling } from './server.js';

/** What a token stands for: the definition, and how its stores are run. @internal */
export interface Plan extends InjectedStoreOptions<AnyDefinition> {
  readonly definition: AnyDefinition | (() => AnyDefinition);
}

/** @throws TypeError for a definition or options that no store can work with @internal */
export function makeStore(plan: Plan): Store<AnyDefinition> {
  const { definition, onDestroy, errors, transfer, signal, setup } = plan;
  const server = inject(PLATFORM_ID, { optional: true }) === 'server';
  const given = typeof definition === 'function' ? definition() : definition;
  const end = new AbortController();
  const abort = () => end.abort();
  // Casts: a definition is of whatever state here; its token has the types.
  const store: Store<AnyDefinition> = createStore((transfer ? travelling(given, transfer as string, server && (() => store.snapshot())) : given) as never, {
    ...plan,
    signal: signal ? AbortSignal.any([signal, end.signal]) : end.signal,
  });
  // A handler of its own that destroys the injector can't wait for the store's end.
  inject(DestroyRef).onDestroy(onDestroy === 'drain' ? () => void store.shutdown().catch(abort) : abort);
  // An injector without an application has none: then rxjs reports them.
  const handler = errors !== 'leave' && inject(ErrorHandler, { optional: true });
  if (handler) {
    store.errors$.subscribe(({ error, quiet }) => {
      // That it has ended is no fault of who asked, only because nobody looked at the reply.
      const ended = error instanceof StoreClosedError && error.store === store.name && store.status().phase !== 'open';
      if (!quiet && !ended) handler.handleError(error);
    });
  }
  if (server) holdPage(store);
  setup?.(store);
  return store;
}
