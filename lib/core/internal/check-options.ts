/** Refuses what a store can't work with, at once and in one form: what was expected, and what came. */
import { asyncScheduler, isObservable, type SchedulerLike } from 'rxjs';
import type { AnyDefinition } from '../command.js';
import type { ResolvedOptions, StoreOptions } from '../options.js';

/** A value as a message shows it. */
function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : String(value);
}

/** @throws TypeError in the form of all messages: ``Expected `capacity` to be a positive integer, got -1``. @internal */
export function expect(holds: boolean, name: string, expected: string, got: unknown): asserts holds {
  if (!holds) throw new TypeError(`Expected \`${name}\` to be ${expected}, got ${show(got)}`);
}

/** @internal */
export function expectPositive(value: unknown, name: string): void {
  expect(typeof value === 'number' && value > 0, name, 'a positive number', value);
}

/** @internal */
export function expectOneOf(value: unknown, name: string, allowed: readonly string[]): void {
  expect(allowed.includes(value as string), name, `one of ${allowed.join(', ')}`, value);
}

function expectObject(value: unknown, name: string): void {
  expect(typeof value === 'object' && value !== null, name, 'an object', value);
}

function expectFunction(value: unknown, name: string): void {
  expect(typeof value === 'function', name, 'a function', value);
}

/** @throws TypeError for a state that comes later: a store needs one to begin with. @internal */
export function expectState<S>(state: S): S {
  const asynchronous = isObservable(state) || typeof (state as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
  expect(!asynchronous, 'state', 'a value or a function that makes one', state);
  return state;
}

/** @throws TypeError for a definition that no store can work with. @internal */
export function checkDefinition(definition: AnyDefinition): void {
  expectObject(definition, 'definition');
  const { name, commands, queries = {}, ticks = {}, view } = definition;
  if (name !== undefined) expect(typeof name === 'string', 'name', 'a string', name);
  expect('state' in definition, 'state', 'a value or a function that makes one', undefined);
  expectObject(commands, 'commands');
  expect(Object.keys(commands).length > 0, 'commands', 'at least one handler', 'none');
  expectObject(queries, 'queries');
  for (const type of Object.keys(commands)) {
    expectFunction(commands[type], `commands.${type}`);
    expect(!Object.hasOwn(queries, type), `queries.${type}`, 'of another name than a command', type);
  }
  for (const type of Object.keys(queries)) expectFunction(queries[type], `queries.${type}`);
  expectObject(ticks, 'ticks');
  for (const type of Object.keys(ticks)) {
    expect(Object.hasOwn(commands, type), `ticks.${type}`, 'the name of a command', type);
    expectPositive(ticks[type], `ticks.${type}`);
    expect(ticks[type] !== Infinity, `ticks.${type}`, 'a finite number of milliseconds', Infinity);
  }
  if (view !== undefined) expectFunction(view, 'view');
}

/** Checks the options, and fills in the defaults. @throws TypeError @internal */
export function resolveOptions(definition: { readonly state: unknown }, options: StoreOptions): ResolvedOptions {
  expectObject(options, 'options');
  const { scheduler = asyncScheduler, mailbox = {}, timeout = 30_000, onHandlerError = 'keep', signal, slice = 8, freeze = inDevelopment } = options;
  expectObject(mailbox, 'mailbox');
  const { capacity = 65_536, overflow = 'reject' } = mailbox;
  expect(typeof (scheduler as Partial<SchedulerLike> | null)?.schedule === 'function', 'scheduler', 'a scheduler', scheduler);
  expect(Number.isInteger(capacity) && capacity > 0, 'capacity', 'a positive integer', capacity);
  expectOneOf(overflow, 'overflow', ['reject', 'drop-oldest']);
  expectPositive(timeout, 'timeout');
  expectPositive(slice, 'slice');
  expectOneOf(onHandlerError, 'onHandlerError', ['keep', 'reset', 'stop']);
  const maker = typeof definition.state === 'function';
  expect(onHandlerError !== 'reset' || maker, 'state', "a function that makes it, for onHandlerError: 'reset'", definition.state);
  if (signal !== undefined) expectSignal(signal);
  expect(typeof freeze === 'boolean', 'freeze', 'true or false', freeze);
  return { scheduler, capacity, overflow, timeout, onHandlerError, slice, freeze, limits: { timeout, signal: undefined, caller: undefined } };
}

/** @internal */
export function expectSignal(signal: unknown): void {
  const fits = typeof (signal as Partial<AbortSignal> | null)?.addEventListener === 'function';
  expect(fits, 'signal', 'an AbortSignal', signal);
}

declare const process: { readonly env: Readonly<Record<string, string | undefined>> };

/** Outside production. Bundlers put a literal in the place of the variable; a page without a bundler has no `process`. */
const inDevelopment = /* @__PURE__ */ (() => {
  try {
    return process.env['NODE_ENV'] !== 'production';
  } catch {
    return true;
  }
})();
