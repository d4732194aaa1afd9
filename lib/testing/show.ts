/** A value in a few characters, for a line that people read. */

/** The longest text of a value; what is longer is cut. */
const LONGEST = 80;

/** What has no shape: control characters, ends of lines, halves of surrogate pairs, marks that turn the direction of text. */
const SHAPELESS = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** @internal */
export function show(value: unknown): string {
  return cut(part(value, 3), LONGEST);
}

/** Text in which all that can't be seen, or changes how the rest is seen, stands as an escape: `\n`, `\u001b`. @internal */
export function visible(text: string): string {
  return text.replace(SHAPELESS, (one) => {
    const known = '\b\t\n\f\r'.indexOf(one);
    return `\\${known < 0 ? `u${one.charCodeAt(0).toString(16).padStart(4, '0')}` : 'btnfr'.charAt(known)}`;
  });
}

/** A text of so many characters at most, which says where something has been cut off. @internal */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  // Not in the middle of a surrogate pair.
  return `${text.slice(0, longest - 1).replace(/\p{Cs}$/u, '')}…`;
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
