/** What `checkStore` says of stores that are wrong. */
import type { AnyDefinition, Store, StoreOptions } from 'ownstate';
import { checkStore, type CheckStoreOptions, type StoreCheck } from 'ownstate/testing';
import { expect } from 'vitest';

/** The report of a check that is to fail: the sentence and the table, with its lines aligned as they are. */
export async function reportOf<D extends AnyDefinition, S>(
  make: (options: StoreOptions) => Store<D>, check: StoreCheck<D, S>, options: CheckStoreOptions = {},
): Promise<string> {
  const failed = await checkStore(make, check, { seed: 1, ...options }).then(() => undefined, (error: unknown) => error);
  expect(failed).toBeInstanceOf(Error);
  return (failed as Error).message;
}

/** The same without the line about runs and seeds. */
export async function tableOf<D extends AnyDefinition, S>(
  make: (options: StoreOptions) => Store<D>, check: StoreCheck<D, S>, options: CheckStoreOptions = {},
): Promise<string> {
  const lines = (await reportOf(make, check, options)).split('\n');
  expect(lines.at(-1)).toMatch(/^Run \d+, shrunk \d+ times\. Repeat it by the options \{ seed: 1, path: '[\d:]+' \}$/);
  return lines.slice(0, -2).join('\n');
}

/** Lines of a table, without the margin that they have in a spec. */
export const lines = (text: string): string => text.replace(/^\n/, '').replace(/\n *$/, '').replace(/^ {6}/gm, '');
