/** Freezes plain data in development, so that a handler that changes a state in place fails, and is found. */

declare const process: { readonly env: { readonly NODE_ENV?: string } };

/** Outside production. Bundlers put a literal in the place of the variable; a page without a bundler has no `process`. */
const inDevelopment = /* @__PURE__ */ (() => {
  try {
    return process.env.NODE_ENV !== 'production';
  } catch {
    return true;
  }
})();

/** What has been frozen all the way down, so that a part that stays isn't gone through again. */
const done = /* @__PURE__ */ new WeakSet();

/** The same value; in development its plain objects and arrays are frozen, all the way down, however deep that is. */
export function frozen<T>(value: T): T {
  const parts: unknown[] = inDevelopment ? [value] : [];
  for (const part of parts) {
    if (typeof part !== 'object' || part === null || done.has(part) || !isPlain(part)) continue;
    done.add(Object.freeze(part));
    // What a getter gives is no part of the state.
    for (const { value: inner } of Object.values<PropertyDescriptor>(Object.getOwnPropertyDescriptors(part))) parts.push(inner);
  }
  return value;
}

/** Whether it's an array or an object without a class, also of another realm. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Array.isArray(value) ? null : Object.getPrototypeOf(value);
  // A plain object of another realm has that realm's Object.prototype, whose own is null.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
