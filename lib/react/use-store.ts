/**
 * A store whose life is that of a component. React renders components that never come to be, takes effects back and
 * does them again, and hides components for a while:
 *
 * ```
 *   rendered ──▶ shown ◀──▶ hidden (by Activity, or for a moment by StrictMode)
 *      │           └───────────┴──▶ gone: it's ended, in a microtask
 *      └─ never shown: its ticks haven't begun, so nothing but the garbage collector knows of it
 * ```
 */
import { asyncScheduler, Subscription, type SchedulerLike } from 'rxjs';
import { createStore, type AnyDefinition, type Definition, type Given, type Store, type StoreOptions } from '../index.js';
import { React } from './react.js';

/**
 * Options of a store that lives with a component: those of `createStore`, but for `signal`. The component is what ends it;
 * who wants to end it earlier calls its `shutdown()`.
 */
export type ComponentStoreOptions = Omit<StoreOptions, 'signal'>;

/**
 * The effect that is undone when a component is gone, and not when it's hidden. (React hides components since it has
 * Activity; since then it undoes insertion effects of those that go while they're hidden.)
 */
const useLife = React[('Activity' in React ? 'useInsertionEffect' : 'useEffect') as 'useEffect'];

/**
 * A store of a component's own. It's made with the first render, and ended when the component is gone: what still waits
 * or runs fails with `StoreClosedError`, work beside the fold sees its `signal` abort, ticks and timers stop. Farewells
 * that components send as they go (from the cleanup of an effect) are still handled, unless the store is busy by then.
 *
 * StrictMode, which mounts components twice, and Activity, which hides them, leave the store alone: a hidden component's
 * store keeps its state, and works on. Ticks begin when the component is first shown, so that a store of a render
 * that React gives up leaves nothing behind; on a server they never begin.
 *
 * Gotchas: definition and options count when the store is made, and are ignored later. Where they come from props, give
 * the component a `key`, and it gets another store with it.
 *
 * @param definition the state, and everything that may happen to it; or a function that makes the definition, called once
 * @param options how the store is run, as for `createStore`; there's no `signal`
 * @returns the store, the same in each render
 * @throws TypeError for a definition or an option that no store can work with; the message says what was expected
 *
 * @example
 * ```ts
 * import { useSelect, useStore } from 'ownstate/react';
 * import { createElement } from 'react';
 * import { renderToString } from 'react-dom/server';
 *
 * function Counter({ from }: { from: number }) {
 *   const counter = useStore(() => ({ state: from, commands: { increment: (count: number) => count + 1 } }));
 *   const count = useSelect(counter);
 *   return createElement('button', { onClick: () => counter.tell.increment() }, count);
 * }
 * console.log(renderToString(createElement(Counter, { from: 7 }))); // <button>7</button>
 * ```
 */
export function useStore<S, D extends Definition<S, E>, E = never>(make: () => Given<S, D, E>, options?: ComponentStoreOptions): Store<D>;
// eslint-disable-next-line @typescript-eslint/unified-signatures -- of a union TypeScript infers no definition that a function makes
export function useStore<S, D extends Definition<S, E>, E = never>(definition: Given<S, D, E>, options?: ComponentStoreOptions): Store<D>;
/** The same, with a first state in the place of the definition's. @internal */
export function useStore<D extends AnyDefinition>(definition: D | (() => D), options: ComponentStoreOptions | undefined, state: unknown): Store<D>;
export function useStore<D extends AnyDefinition>(definition: D | (() => D), options: ComponentStoreOptions = {}, state?: unknown): Store<D> {
  const [[store, hold, show]] = React.useState(() => {
    const { scheduler = asyncScheduler } = options;
    const controller = new AbortController();
    const hidden = new Subscription();
    let store: Store<D> | undefined = undefined;
    let holds = 0;
    const schedule = (...work: Parameters<SchedulerLike['schedule']>) => {
      if (store) return scheduler.schedule(...work);
      // What a store schedules while it's made are its ticks.
      const tick = new Subscription();
      hidden.add(() => tick.add(scheduler.schedule(...work)));
      return tick;
    };
    const hold = () => {
      holds++;
      return () => {
        holds--;
        // Later: components below have the last word, and an effect that is undone may be done again.
        void Promise.resolve().then(() => holds || controller.abort());
      };
    };
    const show = () => {
      hidden.unsubscribe();
      return hold();
    };
    const made = typeof definition === 'function' ? definition() : definition;
    // Casts: the definition was checked where it was written; a scheduler that is none is for the core to refuse.
    store = createStore((state === undefined ? made : { ...made, state }) as never, {
      ...options,
      scheduler: { schedule, now: (scheduler as Partial<SchedulerLike>).now?.bind(scheduler) } as SchedulerLike,
      signal: controller.signal,
    }) as unknown as Store<D>;
    return [store, hold, show] as const;
  });
  useLife(hold, []);
  React.useEffect(show, []);
  return store;
}
