/** Checks what comes with a command, at the door, before anything is changed. */
import { InvalidPayloadError } from '../errors.js';
import { isThenable } from '../../internal/thenable.js';

/** @throws InvalidPayloadError unless `holds` */
export function check(holds: boolean, field: string, expected: string, got: unknown): asserts holds {
  if (!holds) throw new InvalidPayloadError(field, expected, got);
}

/** @throws InvalidPayloadError unless the payload is an object with fields */
export function checkObject(payload: unknown, field = 'payload'): void {
  check(typeof payload === 'object' && payload !== null, field, 'an object', payload);
}

/** Integers of which each is exact, from `least` to `most`. @throws InvalidPayloadError */
export function checkInteger(value: unknown, field: string, least: number = 0, most: number = Number.MAX_SAFE_INTEGER): void {
  const holds = Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
  if (!holds) check(holds, field, `an integer from ${least} to ${most}`, value);
}

/** Milliseconds from now: positive, or `Infinity` for never. @throws InvalidPayloadError */
export function checkDuration(value: unknown, field: string): void {
  check(typeof value === 'number' && value > 0, field, 'a positive number of milliseconds, or Infinity', value);
}

/** @throws InvalidPayloadError */
export function checkString(value: unknown, field: string, most: number = Infinity): void {
  check(typeof value === 'string', field, 'a string', value);
  check(value.length <= most, field, `a string of at most ${most} characters`, value);
}

/** @throws InvalidPayloadError */
export function checkFunction(value: unknown, field: string): void {
  check(typeof value === 'function', field, 'a function', value);
}

/** @throws InvalidPayloadError */
export function checkBoolean(value: unknown, field: string): void {
  check(typeof value === 'boolean', field, 'a boolean', value);
}

/** @throws InvalidPayloadError */
export function checkOneOf(value: unknown, field: string, ...allowed: readonly string[]): void {
  check(allowed.includes(value as string), field, `one of ${allowed.join(', ')}`, value);
}

/**
 * What a user's function is to give at once: a promise would be kept as a value, and nobody would wait for it. It's the
 * function that is refused; if its promise rejects, that brings no process down. @throws InvalidPayloadError
 */
export function checkAtOnce(made: unknown, field: string, what: string): void {
  if (!isThenable(made)) return;
  Promise.resolve(made).catch(() => undefined);
  check(false, field, `a function that gives ${what} at once`, made);
}

/** What a key may be. `'1'` and 1 are two keys; `''` and `'__proto__'` are keys like any other. */
export type Key = string | number;

/** NaN and infinities are refused: they're what a miscalculation gives, and JSON has no word for them. @throws InvalidPayloadError */
export function checkKey(value: unknown, field: string = 'key'): void {
  if (typeof value === 'string') return;
  check(typeof value === 'number' && value === value, field, 'a string or a number', value);
  check(Number.isFinite(value), field, 'a string or a finite number', value);
}
