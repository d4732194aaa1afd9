/** Refuses what a store can't work with, at once: options and definitions. */
import { asyncScheduler, isObservable, type SchedulerLike } from 'rxjs';
import type { AnyDefinition } from '../command.js';
import { expect, expectFunction, expectObject, expectOneOf, expectPositive } from '../../internal/expect.js';
import { isThenable } from '../../internal/thenable.js';
import type { ResolvedOptions, StoreOptions } from '../options.js';

/** @internal */
export function expectSignal(value: unknown): void {
  expect(holds(() => value === undefined || value instanceof AbortSignal), 'signal', 'an AbortSignal', value);
}

function isScheduler({ schedule, now }: Partial<SchedulerLike>): boolean {
  return typeof schedule === 'function' && typeof now === 'function';
}

/** Whether it holds, also of what can't even be looked at. */
function holds(test: () => boolean): boolean {
  try {
    return test();
  } catch {
    return false;
  }
}

/** @throws TypeError for a state that comes later: a store needs one to begin with. @internal */
export function expectState<S>(state: S): S {
  const later = isObservable(state) || isThenable(state);
  expect(!later, 'state', 'at hand', state);
  return state;
}

/** @throws TypeError for a definition that no store can work with. @internal */
export function checkDefinition(definition: Partial<AnyDefinition>): void {
  expectObject(definition, 'definition');
  const { name = '', commands, queries = {}, ticks = {}, view } = definition;
  expectObject(queries, 'queries');
  expectObject(ticks, 'ticks');
  // A cast: it's what callers without types may give.
  expect(typeof (name as unknown) === 'string', 'name', 'a string', name);
  const types = Object.keys(commands ?? {});
  expect(types.length > 0, 'commands', 'at least one handler', commands);
  for (const [type, handle] of Object.entries({ ...commands, ...queries })) expectFunction(handle, type);
  for (const type of Object.keys(queries)) expect(!types.includes(type), type, 'a command or a query', 'both');
  for (const [type, period] of Object.entries(ticks)) {
    expect(types.includes(type), 'ticks', `for one of ${types.join(', ')}`, type);
    expectPositive(period, type);
  }
  if (view !== undefined) expectFunction(view, 'view');
}

/** Checks the options, and fills in the defaults. @throws TypeError @internal */
export function resolveOptions(state: unknown, options: StoreOptions): ResolvedOptions {
  expectObject(options, 'options');
  const { scheduler = asyncScheduler, mailbox = {}, timeout = 30_000, onHandlerError = 'keep', signal, slice = 8, freeze = inDevelopment } = options;
  expectObject(mailbox, 'mailbox');
  const { capacity = 65_536, overflow = 'reject' } = mailbox;
  expect(holds(() => isScheduler(scheduler)), 'scheduler', 'a scheduler', scheduler);
  expect(Number.isInteger(capacity) && capacity > 0, 'capacity', 'a positive integer', capacity);
  expectOneOf(overflow, 'overflow', 'reject', 'drop-oldest');
  expectPositive(timeout, 'timeout');
  expectPositive(slice, 'slice');
  expectOneOf(onHandlerError, 'onHandlerError', 'keep', 'reset', 'stop');
  expect(onHandlerError !== 'reset' || typeof state === 'function', 'state', "a function that makes it, for onHandlerError: 'reset'", state);
  expectSignal(signal);
  return { scheduler, capacity, overflow, timeout, onHandlerError, slice, freeze };
}

declare const process: { readonly env: { readonly NODE_ENV?: string } };

/** Outside production. Bundlers put a literal in the place of the variable; a page without a bundler has no `process`. @internal */
export const inDevelopment: boolean = /* @__PURE__ */ (() => {
  try {
    return process.env.NODE_ENV !== 'production';
  } catch {
    return true;
  }
})();
