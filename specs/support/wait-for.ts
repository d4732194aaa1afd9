/** How a component waits for a promise in every React that knows Suspense: `use` came with 19. */

const settled = new WeakMap<PromiseLike<unknown>, { readonly value: unknown }>();

/** What a promise gave; until then the component that asks is suspended. */
export function waitFor<T>(promise: PromiseLike<T>): T {
  const known = settled.get(promise);
  // Suspense takes a promise that is thrown, and renders again when it has settled.
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- that is how a component is suspended
  if (!known) throw promise.then((value) => void settled.set(promise, { value }));
  // A cast: it was kept for this promise.
  return known.value as T;
}
