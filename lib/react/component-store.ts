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
import * as React from 'react';
import { asyncScheduler, Subscription, type SchedulerLike } from 'rxjs';
import { createStore, type AnyDefinition, type Store, type StoreOptions } from '../index.js';

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
 * The store of a component, made with its first render.
 *
 * @param state the first state, in the place of the definition's
 * @throws TypeError for a definition or options that no store can work with
 * @internal
 */
export function useComponentStore<D extends AnyDefinition>(definition: D | (() => D), options: ComponentStoreOptions, state?: unknown): Store<D> {
  const [{ store, hold, show }] = React.useState(() => {
    const { scheduler = asyncScheduler } = options;
    const controller = new AbortController();
    const ticks: (() => void)[] = [];
    let holds = 0;
    let making = true;
    const schedule = (...work: Parameters<SchedulerLike['schedule']>) => {
      if (!making) return scheduler.schedule(...work);
      // What a store schedules while it's made are its ticks.
      const tick = new Subscription();
      ticks.push(() => tick.add(scheduler.schedule(...work)));
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
      ticks.splice(0).forEach((begin) => begin());
      return hold();
    };
    const made = typeof definition === 'function' ? definition() : definition;
    // Casts: the definition was checked where it was written. And what isn't found in this scheduler is found in the one
    // it's made of; one that is none is for the core to refuse.
    const store = createStore((state === undefined ? made : { ...made, state }) as never, {
      ...options,
      scheduler: { __proto__: scheduler, schedule } as unknown as SchedulerLike,
      signal: controller.signal,
    }) as unknown as Store<D>;
    making = false;
    return { store, hold, show };
  });
  useLife(hold, []);
  React.useEffect(show, []);
  return store;
}
