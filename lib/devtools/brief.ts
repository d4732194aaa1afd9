/** Plain data in a few characters, for a cell of a table. */
import { cut, visible } from '../internal/text.js';
import { isMark } from './plain.js';

/** What takes no column of its own, and what takes two. */
const NARROW = /[\p{M}\u200D\uFE00-\uFE0F]/u;
const WIDE = /[\p{Emoji_Presentation}\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]/u;

/** A value that `plain` has made. @internal */
export function brief(value: unknown, longest: number): string {
  return cut(part(value, 3, longest), longest);
}

/** How many columns a text takes in a terminal. @internal */
export function widthOf(text: string): number {
  let width = 0;
  for (const one of text) width += NARROW.test(one) ? 0 : WIDE.test(one) ? 2 : 1;
  return width;
}

/** Parts so many levels deep, as long as there's room for them. */
function part(value: unknown, depth: number, room: number): string {
  // A mark stands for a value, and is none.
  if (typeof value === 'string') return isMark(value) ? visible(value) : `'${visible(value.slice(0, room + 1).replace(/[\\']/g, '\\$&'))}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (depth === 0) return '…';
  const isList = Array.isArray(value);
  const shown: string[] = [];
  let taken = 0;
  for (const [name, inner] of Object.entries(value)) {
    if (taken > room) break;
    const text = `${isList ? '' : `${visible(name)}: `}${part(inner, depth - 1, room - taken)}`;
    shown.push(text);
    taken += text.length;
  }
  if (isList) return `[${shown.join(', ')}]`;
  return shown.length === 0 ? '{}' : `{ ${shown.join(', ')} }`;
}
