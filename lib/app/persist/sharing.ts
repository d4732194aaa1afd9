/** What comes from a storage is all new objects: those that hold what the present ones hold give way to them. */
import { isBare } from '../../internal/is-bare.js';

/** What lies deeper stays as it came. */
const DEEPEST = 500;

/**
 * What came, with the very parts of the present state wherever those hold the same at the same place: so whoever selects
 * such a part isn't shown it again. Looks into plain objects and arrays; neither value is changed.
 *
 * @internal
 */
export function sharing<S>(present: S, came: S): S {
  /** What became of each object that came: the same, wherever it's met again. */
  const made = new Map<unknown, unknown>();
  const share = (before: unknown, after: unknown, depth: number): unknown => {
    if (made.has(after)) return made.get(after);
    if (Object.is(before, after) || !isTree(before) || !isTree(after) || Array.isArray(before) !== Array.isArray(after) || depth === DEEPEST) return after;
    // What leads back to it finds it as it came.
    made.set(after, after);
    const names = Object.keys(after);
    // In the same order, which counts where a program goes through the fields: a dictionary, columns.
    const former = Object.keys(before);
    let same = names.length === former.length && names.every((name, i) => name === former[i]);
    const parts = names.map((name): [string, unknown] => {
      const part = Object.hasOwn(before, name) ? share(before[name], after[name], depth + 1) : after[name];
      same &&= Object.is(part, before[name]);
      return [name, part];
    });
    const shared = same ? before : Array.isArray(after) ? parts.map(([, part]) => part) : Object.fromEntries(parts);
    made.set(after, shared);
    return shared;
  };
  // A cast: it holds what came.
  return share(present, came, 0) as S;
}

/** Whether it's nothing but its fields: no class, no field that isn't a name, and as an array no gap. */
function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) {
    // Its indices come first, so the last one in the last place leaves no gap, and no field behind it.
    const names = Object.keys(value);
    return names.length === value.length && (names.length === 0 || names.at(-1) === String(names.length - 1));
  }
  return isBare(value) && Object.getPrototypeOf(value) !== null && Object.getOwnPropertySymbols(value).length === 0;
}
