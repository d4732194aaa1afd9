/** A copy of plain data, so that neither a store nor a model changes what the other one and the next run are given. */

/** Copies arrays, plain objects, Maps, Sets and Dates, all the way down; anything else is passed on as it is. @internal */
export function copy<T>(value: T, copies: Map<unknown, unknown> = new Map()): T {
  // A cast: the copy of a value is of its type.
  return copied(value, copies) as T;
}

function copied(value: unknown, copies: Map<unknown, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (copies.has(value)) return copies.get(value);
  /** Noted before it's filled, since a ring leads back to it. */
  const note = <C>(made: C): C => {
    copies.set(value, made);
    return made;
  };
  const prototype: unknown = Object.getPrototypeOf(value);
  switch (prototype) {
    case Array.prototype: {
      const array: unknown[] = note([]);
      for (const item of value as unknown[]) array.push(copied(item, copies));
      return array;
    }
    case Map.prototype: {
      const map = note(new Map<unknown, unknown>());
      for (const [key, item] of value as Map<unknown, unknown>) map.set(copied(key, copies), copied(item, copies));
      return map;
    }
    case Set.prototype: {
      const set = note(new Set<unknown>());
      for (const item of value as Set<unknown>) set.add(copied(item, copies));
      return set;
    }
    case Date.prototype: return new Date(value as Date);
    case Object.prototype: case null: {
      const object = note(Object.create(prototype) as object);
      for (const key of [...Object.keys(value), ...Object.getOwnPropertySymbols(value)]) {
        const item = (value as Readonly<Record<PropertyKey, unknown>>)[key];
        // Defined, not set: a name like `__proto__` is a name like any other.
        Object.defineProperty(object, key, { value: copied(item, copies), writable: true, enumerable: true, configurable: true });
      }
      return object;
    }
    default: return value;
  }
}
