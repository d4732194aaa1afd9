/** A whole number for a value: the same one for values that are the same, seldom the same for others. */

/** Looks into values so many levels deep, which also ends a ring. @internal */
export function hashOf(value: unknown, depth = 4): number {
  if (typeof value === 'number') return Number.isInteger(value) ? mix(value | 0) : textHash(String(value));
  if (typeof value === 'string') return textHash(value);
  if (typeof value === 'function' || typeof value === 'symbol') return 1;
  if (typeof value !== 'object' || value === null) return textHash(String(value));
  if (depth === 0) return 2;
  if (value instanceof Error) return textHash(value.name + value.message);
  // By places, since a hole holds `undefined`.
  if (Array.isArray(value)) return Array.from<unknown>(value).reduce<number>((hash, item) => mix(hash ^ hashOf(item, depth - 1)), 3);
  if (value instanceof Date) return hashOf(value.getTime());
  const bytes = bytesOf(value);
  if (bytes) return bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), bytes.length);
  // In whatever order, so the hashes are added.
  const hashes = value instanceof Map ? [...value].map(([key, item]) => keyHash(key) ^ hashOf(item, depth - 1))
    : value instanceof Set ? [...value].map((item: unknown) => hashOf(item, depth - 1))
      : isPlain(value) ? Object.entries(value).map(([key, item]) => textHash(key) ^ hashOf(item, depth - 1)) : [];
  return hashes.reduce((sum, hash) => (sum + mix(hash)) | 0, hashes.length);
}

/** Keys of Maps are told apart by identity: what holds something isn't looked into. */
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

/** Whether a value is an object of no class: one without a prototype, or with that of all objects, of whatever realm. @internal */
export function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  // A cast: a prototype is an object or null.
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || prototype === Object.prototype
    || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'));
}

/** What a typed array, a DataView or an ArrayBuffer holds. @internal */
export function bytesOf(value: object): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined;
}
