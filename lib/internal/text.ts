/** Text for a line that people read. */

/** What has no shape: control characters, ends of lines, halves of surrogate pairs, marks that turn the direction of text. */
const SHAPELESS = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061C\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/gu;

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
