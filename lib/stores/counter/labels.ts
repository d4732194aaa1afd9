/** Which counter is meant: its name, and its labels in whatever order. */
import { check, checkString } from '../structures/check-payload.js';

/** What tells counters of one name apart: a plain object of strings, as `{ method: 'GET', status: '200' }`. */
export type CounterLabels = Readonly<Record<string, string>>;

/** A counter by its name and its labels. Their order doesn't matter; no labels are the same as `{}`. */
export interface CounterKey {
  readonly name: string;
  readonly labels?: CounterLabels;
}

/** What the name of a key begins with that isn't a bare name. */
const MARK = '\0';

/**
 * One string for each counter, and for each string one counter, whatever names and labels hold. A bare name is its own
 * key; else each part comes with its length, so that no part can pass for two.
 *
 * @throws InvalidPayloadError
 */
export function keyOf(given: string | CounterKey): string {
  if (typeof given === 'string') return given.startsWith(MARK) ? marked(given) : given;
  check(typeof given === 'object' && (given as unknown) !== null, 'key', 'a name, or an object with a name', given);
  const { name, labels } = given;
  checkString(name, 'name');
  if (labels === undefined) return name.startsWith(MARK) ? marked(name) : name;
  check(isPlain(labels), 'labels', 'a plain object of strings', labels);
  const names = Object.keys(labels);
  if (names.length === 0) return name.startsWith(MARK) ? marked(name) : name;
  // Two are put in order by hand: that's most of what is sent, and a sort costs more than the rest.
  if (names.length === 2 ? names[0]! > names[1]! : names.length > 2) names.sort();
  let key = marked(name);
  for (const label of names) {
    const value = labels[label];
    if (typeof value !== 'string') check(false, `labels.${label.slice(0, 80)}`, 'a string', value);
    key += `${label.length}:${label}${value.length}:${value}`;
  }
  return key;
}

/** The labels as the store keeps and shows them: a frozen copy. */
export function labelsOf(given: string | CounterKey): CounterLabels {
  return Object.freeze(typeof given === 'string' ? {} : Object.fromEntries(Object.entries(given.labels ?? {})));
}

function marked(name: string): string {
  return `${MARK}${name.length}:${name}`;
}

/** Whether a value is an object literal or what JSON gives, of whatever realm: a Map has labels that nobody would see. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
