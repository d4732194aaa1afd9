/** Refuses what can't be worked with, at once and in one form: what was expected, and what came. */

/** A value as a message shows it. @internal */
export function show(value: unknown): string {
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
export function expectOneOf(value: unknown, name: string, ...allowed: string[]): void {
  expect(allowed.includes(value as string), name, `one of ${allowed.join(', ')}`, value);
}

/** @internal */
export function expectFunction(value: unknown, name: string): void {
  expect(typeof value === 'function', name, 'a function', value);
}
