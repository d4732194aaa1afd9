/**
 * `store.ask` and `store.tell`: objects with a function for each command. Many stores share a definition, or at least
 * the names in it, and of each only a few functions are ever used. So the names stand on a prototype, once for all
 * stores that have the same, and a function is made when it's first read; from then on it's the face's own.
 *
 * ```
 *   prototype   get increment() ─┐        get reset()         one for { increment, reset }
 *                                ▼ first read
 *   face        increment: (payload) => owner.ask(…)          needs no `this`
 * ```
 */
import type { Limits, Owner } from '../owner.js';

/** More lists of names than any program has; beyond that they're forgotten and made anew. */
const MOST = 1000;
const kinds = new Map<string, typeof Face>();

class Face {
  readonly #owner: Owner;
  readonly #limits: Limits | undefined;

  constructor(owner: Owner, limits: Limits | undefined) {
    this.#owner = owner;
    this.#limits = limits;
  }

  /** A class of faces whose members are `names`. */
  static of(names: readonly string[]): typeof Face {
    const kind = class extends Face {};
    for (const name of names) {
      const get = function (this: Face) {
        const owner = this.#owner;
        const limits = this.#limits;
        const route = owner.route(name, !!limits);
        const value = limits ? (payload: unknown) => owner.ask(route, payload, limits) : (payload: unknown) => owner.tell(route, payload);
        Object.defineProperty(this, name, { value, enumerable: true });
        return value;
      };
      Object.defineProperty(kind.prototype, name, { get, enumerable: true });
    }
    return kind;
  }
}

/** A function for each command and query that asks within `limits`; without them, one for each command that tells. @internal */
export function faceOf(owner: Owner, limits?: Limits): object {
  const { commands, queries } = owner.definition;
  const names = Object.keys(limits ? { ...commands, ...queries } : commands);
  const key = JSON.stringify(names);
  let kind = kinds.get(key);
  if (!kind) {
    if (kinds.size === MOST) kinds.clear();
    kinds.set(key, kind = Face.of(names));
  }
  return new kind(owner, limits);
}
