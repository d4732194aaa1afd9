/** Refuses what the tools for tests can't work with, at once and in one form: what was expected, and what came. */
import { isThenable } from '../internal/thenable.js';
import { show } from './show.js';

/** @throws TypeError in the form of all messages. @internal */
export function expect(holds: boolean, name: string, expected: string, got: unknown): void {
  if (!holds) throw new TypeError(`Expected \`${name}\` to be ${expected}, got ${show(got)}`);
}

/** @internal */
export function expectObject(value: unknown, name: string): void {
  expect(typeof value === 'object' && value !== null, name, 'an object', value);
}

/** @internal */
export function expectFunction(value: unknown, name: string): void {
  expect(typeof value === 'function', name, 'a function', value);
}

/** @internal */
export function expectInteger(value: unknown, name: string, least: number): void {
  expect(Number.isSafeInteger(value) && (value as number) >= least, name, `an integer from ${least} on`, value);
}

/** @throws TypeError for what came of something that was to be over when it returned. @internal */
export function expectSynchronous(value: unknown, name: string): void {
  if (!isThenable(value)) return;
  // Its own failure comes too late to be told.
  Promise.resolve(value).catch(() => undefined);
  throw new TypeError(`Expected \`${name}\` to be synchronous, got a promise`);
}
