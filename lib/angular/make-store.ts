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
import { DestroyRef, ErrorHandler, inject, NgZone, PLATFORM_ID } from '@angular/core';
import { asyncScheduler, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { expectOneOf } from '../internal/expect.js';
import { createStore, StoreClosedError, type AnyDefinition, type Store } from '../index.js';
import type { InjectedStoreOptions } from './options.js';
import { holdPage, travelling } from './server.js';

/** What a token stands for: the definition, and how its stores are run. @internal */
export interface Plan extends InjectedStoreOptions<AnyDefinition> {
  readonly definition: AnyDefinition | ((came?: unknown) => AnyDefinition);
}

/** @throws TypeError for a definition or options that no store can work with @internal */
export function makeStore(plan: Plan): Store<AnyDefinition> {
  const { definition, onDestroy = 'abort', errors = 'report', transfer, signal, setup, scheduler = asyncScheduler } = plan;
  expectOneOf(onDestroy, 'onDestroy', 'abort', 'drain');
  expectOneOf(errors, 'errors', 'report', 'leave');
  const server = inject(PLATFORM_ID, { optional: true }) === 'server';
  const make = (came?: unknown) => typeof definition === 'function' ? definition(came) : definition;
  const end = new AbortController();
  const abort = () => end.abort();
  // Casts: a definition is of whatever state here; its token has the types.
  const store: Store<AnyDefinition> = createStore((transfer ? travelling(make, transfer as string, server && (() => store.snapshot())) : make()) as never, {
    ...plan,
    scheduler: outside(inject(NgZone, { optional: true }), scheduler),
    signal: signal ? AbortSignal.any([signal, end.signal]) : end.signal,
  });
  // A handler of its own that destroys the injector can't wait for the store's end.
  inject(DestroyRef).onDestroy(onDestroy === 'drain' ? () => void store.shutdown().catch(abort) : abort);
  // An injector without an application has none: then rxjs reports them.
  const handler = errors === 'report' && inject(ErrorHandler, { optional: true });
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

/**
 * The same time, but no zone waits for what is scheduled: the deadline of an ask stays armed when it's answered, and would
 * keep the page from being stable, or from being written, for as long.
 */
function outside(zone: NgZone | null, scheduler: SchedulerLike): SchedulerLike {
  if (!zone) return scheduler;
  const schedule = <T>(work: (this: SchedulerAction<T>, state?: T) => void, ...when: [delay?: number, state?: T]) => zone.runOutsideAngular(() =>
    scheduler.schedule<T>(function (state) {
      zone.run(() => work.call(this, state));
    }, ...when));
  return Object.assign(Object.create(scheduler), { now: () => scheduler.now(), schedule }) as SchedulerLike;
}
