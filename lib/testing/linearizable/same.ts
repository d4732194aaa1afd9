/** Whether two values are the same by what they hold, and a number that is the same for values that are. */

/** Pairs that are being compared: one that comes up again within itself, in a ring, is left to the outer comparison. */
type Pairs = readonly (readonly [unknown, unknown])[];

/** Errors are the same by name and message; what isn't a plain object, an array, a Map, a Set or a Date only by identity. @internal */
export function same(a: unknown, b: unknown, within: Pairs = []): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Error && b instanceof Error) return a.name === b.name && a.message === b.message;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (within.some(([x, y]) => x === a && y === b)) return true;
  const pairs: Pairs = [...within, [a, b]];
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => same(item, b[i], pairs));
  if (a instanceof Date && b instanceof Date) return same(a.getTime(), b.getTime());
  if (a instanceof Map && b instanceof Map) {
    return a.size === b.size && [...a].every(([key, value]) => b.has(key) && same(value, b.get(key), pairs));
  }
  if (a instanceof Set && b instanceof Set) return a.size === b.size && [...a].every((item) => b.has(item));
  if (!isPlain(a)) return false;
  const keys = Object.keys(a);
  // A cast: both are plain objects here.
  return keys.length === Object.keys(b).length
    && keys.every((key) => Object.hasOwn(b, key) && same(a[key], (b as typeof a)[key], pairs));
}

/** A whole number; equal for values that are the same, and seldom for others. @internal */
export function hashOf(value: unknown, depth = 4): number {
  if (typeof value === 'number') return Number.isInteger(value) ? mix(value | 0) : textHash(String(value));
  if (typeof value === 'string') return textHash(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'function' || typeof value === 'symbol' ? 1 : textHash(String(value));
  if (depth === 0) return 2;
  if (value instanceof Error) return textHash(value.name + value.message);
  if (Array.isArray(value)) return value.reduce<number>((hash, item) => mix(hash ^ hashOf(item, depth - 1)), 3);
  if (value instanceof Date) return hashOf(value.getTime());
  // Entries in whatever order, so their hashes are added.
  const entries: (readonly [unknown, unknown])[] = value instanceof Map ? [...value] : value instanceof Set ? [...value].map((item: unknown) => [item, 0] as const)
    : isPlain(value) ? Object.entries(value) : [];
  return entries.reduce((hash, [key, item]) => (hash + mix(keyHash(key) ^ hashOf(item, depth - 1))) | 0, entries.length);
}

/** Keys of Maps and items of Sets are told apart by identity: what holds something isn't looked into. */
function keyHash(key: unknown): number {
  return typeof key === 'object' ? 4 : hashOf(key);
}

/** Spreads a whole number over 32 bits. @internal */
export function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function textHash(text: string): number {
  let hash = text.length;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}

function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
