/** Objects of fields: which they are, how two are compared, and how one is put into another. */
import { show } from '../../internal/expect.js';
import { isBare } from '../../internal/is-bare.js';

/** Whether what was picked holds the same, so that a `pick` may make its object anew each time. @internal */
export function same(before: unknown, after: unknown): boolean {
  if (Object.is(before, after)) return true;
  if (!isPlain(before) || !isPlain(after)) return false;
  const keys = Object.keys(before);
  return keys.length === Object.keys(after).length && keys.every((key) => Object.hasOwn(after, key) && Object.is(before[key], after[key]));
}

/** The saved fields in the place of the present ones. @throws TypeError where only the present state has fields @internal */
export function mergeFields(present: unknown, saved: unknown): unknown {
  if (!isPlain(present)) return saved;
  if (!isPlain(saved)) throw new TypeError(`Expected an object of fields, got ${show(saved)}`);
  return { ...present, ...saved };
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && isBare(value);
}
