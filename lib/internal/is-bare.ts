/** Which objects have no class. */

/** Whether an object is a plain one, or one without a prototype; arrays are neither. @internal */
export function isBare(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of another realm (a frame, a test environment) has that realm's Object.prototype, whose own is null.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
