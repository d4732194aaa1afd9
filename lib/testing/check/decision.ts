/** What a store itself decides about a command, which no model knows: that it's late, taken back, refused, closed over. */
import { StoreError } from '../../index.js';
import type { AnyDefinition, Store } from '../../index.js';
import { show } from '../show.js';
import type { Sender } from './script.js';

/** A command, as far as errors name it. */
interface Named {
  readonly type: string;
}

/** Whether an error is a decision of this store's about this command. One of another store is the handler's. @internal */
export function decided({ name }: Store<AnyDefinition>, { type }: Named, error: unknown): error is StoreError {
  return error instanceof StoreError && error.store === name && error.type === type;
}

/** Whether a store may decide so now, about an ask of this kind. @internal */
export function possible(store: Store<AnyDefinition>, { code }: StoreError, kind: Sender['kind']): boolean {
  if (code === 'ASK_TIMEOUT') return kind === 'timeout';
  if (code === 'ASK_ABORTED') return kind === 'aborts';
  if (code === 'STORE_CLOSED') return store.status().phase !== 'open';
  return code !== 'UNKNOWN_COMMAND';
}

/** How a command failed, in words. @internal */
export function endOf(store: Store<AnyDefinition>, row: Named, error: unknown): string {
  return decided(store, row, error) ? `${error.name}, ${error.started ? 'begun' : 'not begun'}` : `fails: ${show(error)}`;
}
