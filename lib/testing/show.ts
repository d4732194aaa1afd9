/** A value in a few characters, for a line that people read. */

/** The longest text of a value; what is longer is cut. */
const LONGEST = 80;

/** @internal */
export function show(value: unknown): string {
  const text = part(value, 3);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

/** Shows objects so many levels deep, which also ends a ring. */
function part(value: unknown, depth: number): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (depth === 0) return '…';
  if (Array.isArray(value)) return `[${value.map((item) => part(item, depth - 1)).join(', ')}]`;
  const entries = value instanceof Map ? [...value] : value instanceof Set ? undefined : Object.entries(value);
  if (entries === undefined) return `Set { ${[...(value as Set<unknown>)].map((item) => part(item, depth - 1)).join(', ')} }`;
  const kind = value instanceof Map ? 'Map ' : '';
  const shown = entries.map(([key, item]) => `${kind === '' ? String(key) : part(key, depth - 1)}: ${part(item, depth - 1)}`);
  return shown.length === 0 ? `${kind}{}` : `${kind}{ ${shown.join(', ')} }`;
}
