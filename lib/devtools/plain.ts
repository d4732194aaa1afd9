/**
 * A value as plain data that any serialisation takes: a copy that shares nothing with the value, made without calling
 * anything of its own (no getter, no `toJSON`).
 */
import { isObservable } from 'rxjs';
import { isBare } from '../internal/is-bare.js';

/** What stands in the place of a value that isn't to be seen. @internal */
export const REDACTED = '[redacted]';

/** A value has at most so many parts, and lies at most so deep; beyond that it's cut. */
const MOST = 100_000;
const DEEPEST = 64;

/**
 * What nodes, events and windows have: one of them leads to the whole page. (`onClick={store.tell.reset}` gives the event
 * as a payload.)
 */
const OF_A_PAGE = ['nodeType', 'preventDefault', 'window'];

/** What stands in the place of something that has no plain form, or is kept from view. */
const MARK = /^\[(redacted|circular|getter|unreadable|deeper|more|no view|function|Map|Set|object \w+|Date .*|-?\d+n|NaN|-?Infinity|Symbol\(.*\)|\/.*\/\w*)\]$/s;

/** @internal */
export function isMark(value: unknown): boolean {
  return typeof value === 'string' && MARK.test(value);
}

/** The first mark within plain data, if there's one: it can't be made the value again that it stands for. @internal */
export function markIn(value: unknown): string | undefined {
  const parts = new Set<unknown>([value]);
  for (const part of parts) {
    if (isMark(part)) return part as string;
    if (typeof part !== 'object' || part === null) continue;
    const mark = Object.keys(part).find(isMark);
    if (mark !== undefined) return mark;
    for (const inner of Object.values(part)) parts.add(inner);
  }
  return undefined;
}

/**
 * Numbers that JSON has no word for, bigints, symbols, dates and regular expressions become marks that say what they were;
 * a Map `{ '[Map]': [[key, value], …] }`, a Set `{ '[Set]': […] }`, an error its name, message and fields; functions,
 * getters, rings, objects that show nothing or belong to a page and what can't be read a mark.
 *
 * @param value anything at all
 * @param rules paths of fields, in lower case, whose values are redacted
 * @internal
 */
export function plain(value: unknown, rules: readonly (readonly string[])[]): unknown {
  const path: string[] = [];
  const above = new Set<object>();
  let room = MOST;

  /** A field, by its name. */
  const field = (name: string, part: unknown): unknown => {
    path.push(name.toLowerCase());
    const shown = rules.some((rule) => endsWith(path, rule)) ? REDACTED : copy(part);
    path.pop();
    return shown;
  };

  /** The entries of an object, as long as there's room. */
  const fields = (entries: Iterable<readonly [string, unknown]>): object => {
    const shown: [string, unknown][] = [];
    for (const [name, part] of entries) {
      if (room <= 0) {
        shown.push(['…', '[more]']);
        break;
      }
      shown.push([name, field(name, part)]);
    }
    // It defines what it's given as fields of its own, one named `__proto__` too.
    return Object.fromEntries(shown);
  };

  const items = (parts: Iterable<unknown>, each: (part: unknown) => unknown = copy): unknown[] => {
    const shown: unknown[] = [];
    for (const part of parts) {
      if (room <= 0) {
        shown.push('[more]');
        break;
      }
      shown.push(each(part));
    }
    return shown;
  };

  const object = (part: object): unknown => {
    if (Array.isArray(part)) return items(part as unknown[]);
    if (part instanceof Map) {
      const entry = (one: unknown) => {
        const [key, inner] = one as [unknown, unknown];
        return [copy(key), field(typeof key === 'string' || typeof key === 'number' ? String(key) : '', inner)];
      };
      return { '[Map]': items(part, entry) };
    }
    if (part instanceof Set) return { '[Set]': items(part) };
    if (part instanceof Date) return `[Date ${Number.isNaN(part.getTime()) ? 'invalid' : part.toISOString()}]`;
    if (part instanceof RegExp) return `[${String(part)}]`;
    if (isObservable(part) || ArrayBuffer.isView(part)) return named(part);
    if (part instanceof Error) {
      const { name, message, cause } = part;
      return fields(Object.entries({ name, message, ...own(part), ...(cause !== undefined && { cause }) }));
    }
    const found = own(part);
    return isBare(part) || (Object.keys(found).length > 0 && !OF_A_PAGE.some((name) => name in part)) ? fields(Object.entries(found)) : named(part);
  };

  const copy = (part: unknown): unknown => {
    room--;
    switch (typeof part) {
      case 'number': return Number.isFinite(part) ? part : `[${part}]`;
      case 'bigint': return `[${part}n]`;
      case 'symbol': return `[${String(part)}]`;
      case 'function': return '[function]';
      case 'object': break;
      default: return part;
    }
    if (part === null) return part;
    if (above.has(part)) return '[circular]';
    if (above.size === DEEPEST) return '[deeper]';
    above.add(part);
    try {
      return object(part);
    } catch {
      // A revoked proxy, an iterator that throws.
      return '[unreadable]';
    } finally {
      above.delete(part);
    }
  };
  return copy(value);
}

/** The fields of an object that are its own; a getter isn't called. */
function own(part: object): Record<string, unknown> {
  return Object.fromEntries(Object.keys(part).map((name) => {
    const descriptor = Object.getOwnPropertyDescriptor(part, name);
    return [name, descriptor?.get ? '[getter]' : descriptor?.value as unknown];
  }));
}

/** An object that shows nothing, by the name of its class. */
function named(part: object): string {
  const { name } = Object(part.constructor) as { readonly name?: unknown };
  return `[object ${typeof name === 'string' && /^[A-Z]\w*$/.test(name) ? name : 'Object'}]`;
}

/** Whether a path ends with a rule, in which `*` is any field. */
function endsWith(path: readonly string[], rule: readonly string[]): boolean {
  const start = path.length - rule.length;
  return start >= 0 && rule.every((name, i) => name === '*' || name === path[start + i]);
}
