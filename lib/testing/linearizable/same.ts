/** Whether two values are the same by what they hold, and where they first differ. */
import { show } from '../show.js';
import { bytesOf, hashOf, isPlain } from './hash.js';

/** Pairs that are being compared: one that comes up again within itself, in a ring, is left to the outer comparison. */
type Pairs = readonly (readonly [unknown, unknown])[];

/**
 * Whether two values hold the same, which goes through
 *
 * - plain objects, by their own string keys; one without a prototype is as plain as one of another realm
 * - arrays, and typed arrays, DataViews and ArrayBuffers by their bytes
 * - Maps: keys as `Map` takes them for the same, values by what they hold
 * - Sets: items by what they hold, in whatever order
 * - Dates by their time; Errors by name and message
 *
 * All else, such as functions and instances of classes, is the same only if it's one and the same. @internal
 */
export function same(a: unknown, b: unknown, within: Pairs = []): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Error && b instanceof Error) return a.name === b.name && a.message === b.message;
  const plain = isPlain(a) && isPlain(b);
  if (!plain && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (within.some(([x, y]) => x === a && y === b)) return true;
  const pairs: Pairs = [...within, [a, b]];
  if (plain) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key], pairs));
  }
  // By places, since a hole holds `undefined`.
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && Array.from<unknown>(a).every((item, i) => same(item, b[i], pairs));
  }
  if (a instanceof Date && b instanceof Date) return same(a.getTime(), b.getTime());
  if (a instanceof Map && b instanceof Map) {
    return a.size === b.size && [...a].every(([key, value]) => b.has(key) && same(value, b.get(key), pairs));
  }
  if (a instanceof Set && b instanceof Set) return a.size === b.size && lacking(a, b, pairs).length === 0;
  const bytes = bytesOf(a);
  const others = bytesOf(b);
  return bytes !== undefined && bytes.length === others?.length && bytes.every((byte, i) => byte === others[i]);
}

/** The items of a Set that another one holds none like; each of the other's stands for one. */
function lacking(set: ReadonlySet<unknown>, other: ReadonlySet<unknown>, within: Pairs): readonly unknown[] {
  const left = new Map<number, unknown[]>();
  for (const item of other) {
    if (set.has(item)) continue;
    const hash = hashOf(item);
    left.set(hash, [...left.get(hash) ?? [], item]);
  }
  return [...set].filter((item) => {
    if (other.has(item)) return false;
    const alike = left.get(hashOf(item)) ?? [];
    const at = alike.findIndex((one) => same(item, one, within));
    if (at >= 0) alike.splice(at, 1);
    return at < 0;
  });
}

/** Stands for what one of the two doesn't have. */
const NOTHING = Symbol('nothing');

/**
 * The first place at which two values differ, and what stands there in each, such as ``at `list[0].by`: 1, 2``;
 * `undefined` if they're the same. @internal
 */
export function differenceOf(expected: unknown, got: unknown): string | undefined {
  return same(expected, got) ? undefined : differenceAt('', expected, got, []);
}

/** Where two values that aren't the same differ. */
function differenceAt(path: string, a: unknown, b: unknown, within: Pairs): string {
  const pairs: Pairs = [...within, [a, b]];
  const part = partsOf(a, b).find(([, x, y]) => !same(x, y, pairs));
  if (part) return differenceAt(path + part[0], part[1], part[2], pairs);
  // A field of the outermost object stands without its dot, what a method gives with it.
  const place = path === '' ? 'the top' : `\`${path.replace(/^\.(?!(get|values|slice)\()/, '')}\``;
  return `at ${place}: ${textsOf(a, b).join(', ')}`;
}

/** The parts of two values of one kind: the way to each, and what stands there. */
function partsOf(a: unknown, b: unknown): readonly (readonly [way: string, a: unknown, b: unknown])[] {
  if (typeof a === 'string' && typeof b === 'string') {
    // Where both are cut before they differ, they're shown from there on.
    let from = 0;
    if (show(a) === show(b)) while (from < a.length && a[from] === b[from]) from++;
    return from === 0 ? [] : [[`.slice(${from})`, a.slice(from), b.slice(from)]];
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return [];
  if (a instanceof Error && b instanceof Error) return [['.name', a.name, b.name], ['.message', a.message, b.message]];
  if (Array.isArray(a) && Array.isArray(b)) {
    const item = (list: readonly unknown[], i: number) => i < list.length ? list[i] : NOTHING;
    return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => [`[${i}]`, item(a, i), item(b, i)]);
  }
  if (a instanceof Map && b instanceof Map) {
    const value = (map: ReadonlyMap<unknown, unknown>, key: unknown) => map.has(key) ? map.get(key) : NOTHING;
    return [...new Set<unknown>([...a.keys(), ...b.keys()])].map((key) => [`.get(${show(key)})`, value(a, key), value(b, key)]);
  }
  if (a instanceof Set && b instanceof Set) {
    const [only, others] = [lacking(a, b, []), lacking(b, a, [])];
    return [...only.map((item) => ['.values()', item, NOTHING] as const), ...others.map((item) => ['.values()', NOTHING, item] as const)];
  }
  if (!isPlain(a) || !isPlain(b)) return [];
  const value = (object: Readonly<Record<string, unknown>>, key: string) => Object.hasOwn(object, key) ? object[key] : NOTHING;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .map((key) => [/^[\p{L}_$][\p{L}\d_$]*$/u.test(key) ? `.${key}` : `[${show(key)}]`, value(a, key), value(b, key)]);
}

/** Two values in a few characters each, told apart. */
function textsOf(a: unknown, b: unknown): readonly [string, string] {
  const texts = [a, b].map((value) => value === NOTHING ? 'nothing' : show(value));
  const [one = '', other = ''] = texts;
  if (one !== other) return [one, other];
  const [kind, otherKind] = [kindOf(a), kindOf(b)];
  return kind === otherKind ? [one, 'another one'] : [`${kind} ${one}`, `${otherKind} ${other}`];
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value;
  const { constructor } = value as { readonly constructor?: unknown };
  return typeof constructor === 'function' ? constructor.name : 'Object';
}
