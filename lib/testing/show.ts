/** A value in a few characters, for a line that people read. */
import { cut, visible } from '../internal/text.js';

export { cut, visible };

/** The longest text of a value; what is longer is cut. */
const LONGEST = 80;

/** @internal */
export function show(value: unknown): string {
  return cut(part(value, 3), LONGEST);
}

/** Shows objects so many levels deep, which also ends a ring. */
function part(value: unknown, depth: number): string {
  if (typeof value === 'string') return `'${visible(value.replace(/[\\']/g, '\\$&'))}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return visible(String(value));
  if (value instanceof Error) return visible(`${value.name}: ${value.message}`);
  if (depth === 0) return '…';
  const inner = (item: unknown) => part(item, depth - 1);
  if (Array.isArray(value)) return `[${value.map(inner).join(', ')}]`;
  if (value instanceof Set) return braced('Set ', [...value].map(inner));
  if (value instanceof Map) return braced('Map ', [...value].map(([key, item]) => `${inner(key)}: ${inner(item)}`));
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  return braced('', Object.entries(value).map(([key, item]) => `${visible(key)}: ${inner(item)}`));
}

function braced(kind: string, parts: readonly string[]): string {
  return parts.length === 0 ? `${kind}{}` : `${kind}{ ${parts.join(', ')} }`;
}
