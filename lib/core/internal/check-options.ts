/** Refuses what a store can't work with, at once and in one form: what was expected, and what came. */
import { asyncScheduler, isObservable, type SchedulerLike } from 'rxjs';
import type { AnyDefinition } from '../command.js';
import type { ResolvedOptions, StoreOptions } from '../options.js';

/** A value as a message shows it. */
function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return 'a function';
  try {
    return typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : String(value);
  } catch {
    // A revoked proxy tells nothing, not even that.
    return 'an object';
  }
}

/** @throws TypeError in the form of all messages: ``Expected `capacity` to be a positive integer, got -1``. @internal */
export function expect(holds: boolean, name: string, expected: string, got: unknown): void {
  if (!holds) throw new TypeError(`Expected \`${name}\` to be ${expected}, got ${show(got)}`);
}

/** @internal */
export function expectObject(value: unknown, name: string): void {
  expect(typeof value === 'object' && value !== null, name, 'an object', value);
}

/** @internal */
export function expectPositive(value: unknown, name: string): void {
  expect(typeof value === 'number' && value > 0, name, 'a positive number', value);
}

/** @internal */
export function expectOneOf(value: string, name: string, ...allowed: string[]): void {
  expect(allowed.includes(value), name, `one of ${allowed.join(', ')}`, value);
}

/** @internal */
export function expectFunction(value: unknown, name: string): void {
  expect(typeof value === 'function', name, 'a function', value);
}

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
  const later = isObservable(state) || typeof (state as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
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

/** Outside production. Bundlers put a literal in the place of the variable; a page without a bundler has no `process`. */
const inDevelopment = /* @__PURE__ */ (() => {
  try {
    return process.env.NODE_ENV !== 'production';
  } catch {
    return true;
  }
})();
