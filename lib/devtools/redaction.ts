/** What is kept from being shown: fields by their names, and whatever a function of the program's own takes out. */
import { expect, expectFunction } from '../internal/expect.js';
import { plain, REDACTED } from './plain.js';

/** Which value of which command is to be shown. */
export interface ShownPart {
  /** Name of the store. */
  readonly store: string;
  /** Type of the command; for a state that of the command that made it, `''` for the one that was there before. */
  readonly type: string;
  /** What of the command it is. */
  readonly part: 'payload' | 'state' | 'reply' | 'error' | 'event';
}

/** What is left out of what `connectDevtools` and `recordTrace` show. Each field is optional. */
export interface Redaction {
  /**
   * Names of fields whose values show as `'[redacted]'`, in payloads, states, replies, errors and events, at any depth.
   * `'token'` is each field of that name, `'user.token'` a field `token` right within a field `user`, `'users.*.token'`
   * one within any field of `users`. Items of an array count as the array, keys of a Map as fields. Upper and lower case
   * are one. Default: none.
   */
  readonly redact?: readonly string[];
  /**
   * Gives what is shown in the place of a value: for payloads that have no fields, for texts that hold secrets, for states
   * too large to be shown whole. It's called with the real value, which it must not change, before `redact` is applied;
   * if it throws, `'[redacted]'` is shown. Default: the value itself.
   */
  readonly sanitize?: (value: unknown, part: ShownPart) => unknown;
}

/** Makes a value one that can be shown: plain data, a copy, without what is to be kept from view. Never throws. @internal */
export type Show = (value: unknown, part: ShownPart) => unknown;

/** @throws TypeError for names that are none, and a `sanitize` that is no function @internal */
export function showing({ redact = [], sanitize }: Redaction): Show {
  expect(Array.isArray(redact) && redact.every((name) => typeof name === 'string' && name !== ''), 'redact', 'an array of names of fields', redact);
  if (sanitize !== undefined) expectFunction(sanitize, 'sanitize');
  const rules = redact.map((name) => name.toLowerCase().split('.'));
  return (given, part) => {
    const value = part.part === 'payload' && isPageEvent(given) ? undefined : given;
    // What isn't there has nothing to hide.
    if (value === undefined || sanitize === undefined) return plain(value, rules);
    try {
      return plain(sanitize(value, part), rules);
    } catch {
      // What was meant to hide something hides it all when it fails.
      return REDACTED;
    }
  };
}

/** An event of a page, or React's, in the place of a payload: `onClick={store.tell.reset}` sends it, and nobody means it. */
function isPageEvent(value: unknown): boolean {
  try {
    const { preventDefault, stopPropagation } = Object(value) as Partial<Event>;
    return typeof preventDefault === 'function' && typeof stopPropagation === 'function';
  } catch {
    // It can't be looked at.
    return false;
  }
}
