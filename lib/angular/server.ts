/**
 * Server rendering: a page is written when no ask is pending any more, and takes states along to the browser.
 *
 * ```
 *   server:   trace$ ──▶ PendingTasks … the page is written ──▶ TransferState: { cart: … }
 *                                                                    │  in the page, as JSON
 *   browser:  the first state of the first store of that key  ◀──────┘
 * ```
 */
import * as angular from '@angular/core';
import type { AnyDefinition, Store } from '../index.js';
import type { Transfer } from './options.js';

/** On the server: holds the page back while asks are pending. @internal */
export function holdPage(store: Store<AnyDefinition>): void {
  // A cast: before Angular 19 there's no such class, and a platform has none; zones then know what is pending.
  const PendingTasks = (angular as Partial<typeof angular>).PendingTasks;
  const tasks = PendingTasks && angular.inject(PendingTasks, { optional: true });
  if (!tasks) return;
  const pending = new Map<number, () => void>();
  store.trace$.subscribe((event) => {
    // It has come; what is told, nobody waits for.
    if ('form' in event && (event.form === 'ask' || event.form === 'query')) pending.set(event.id, tasks.add());
    // It has settled, or was dropped.
    if ('error' in event) {
      pending.get(event.id)?.();
      pending.delete(event.id);
    }
  });
}

/** Makes the definition of a store whose state travels: it begins with what came. @internal */
export function travelling(
  make: (came?: unknown) => AnyDefinition,
  transfer: string | Transfer<AnyDefinition>,
  snapshot: (() => unknown) | false,
): AnyDefinition {
  // Casts: a mere key has no fields of these names; what travels is of whatever type.
  const { key = transfer, save = (view: unknown) => view, restore = (came: unknown) => came } = transfer as Partial<Transfer<AnyDefinition>>;
  const states = angular.inject(angular.TransferState, { optional: true });
  // A platform serves many pages: what's made for it doesn't travel.
  if (!states) return make();
  const stateKey = key as angular.StateKey<unknown>;
  if (snapshot) states.onSerialize(stateKey, () => save(snapshot()));
  const came = states.get(stateKey, undefined);
  states.remove(stateKey);
  const definition = make(came);
  return came === undefined || restore === 'leave' ? definition : { ...definition, state: () => restore(came as never) };
}
