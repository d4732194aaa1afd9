/**
 * One subscription for all components that select from one source, so that a change costs each of them one projection:
 *
 * ```
 *   source.select() ──▶ hub ─┬─▶ watcher: another projection ──▶ wake: React renders the component
 *                            ├─▶ watcher: the same
 *                            └─▶ …                  nobody left: unsubscribed
 * ```
 */
import type { Subscription } from 'rxjs';
import type { Viewable } from '../index.js';
import { expect } from '../internal/expect.js';

/** A component that selects, and what it shows. @internal */
export interface Watcher<V, R> {
  value: R;
  projector: (view: V) => R;
  equal: (before: R, after: R) => boolean;
  /** Has React look whether the component is to be rendered. */
  wake: () => void;
}

/** What components share of a source. @internal */
export interface Hub<V> {
  /** The view that the first component saw. What a server sent was rendered from it, so hydration begins with it. */
  readonly first: V;
  /** For another component: a watcher, empty until something is shown, and how React subscribes. */
  readonly join: () => readonly [Partial<Watcher<V, never>>, (wake: () => void) => () => void];
}

const hubs = new WeakMap<object, unknown>();

/** The hub of a source. @throws TypeError for what can't be watched, or has no view @internal */
export function hubOf<V>(source: Viewable<V>): Hub<V> {
  // Casts: what is kept for a source was made of it; and it may be none.
  let hub = hubs.get(source) as Hub<V> | undefined;
  if (!hub) {
    expect(typeof (Object(source) as Partial<Viewable<V>>).select === 'function', 'source', 'a store', source);
    hubs.set(source, hub = makeHub(source));
  }
  return hub;
}

function makeHub<V>(source: Viewable<V>): Hub<V> {
  const watchers = new Set<Watcher<V, never>>();
  let subscription: Subscription | undefined;
  const next = (view: V) => {
    for (const { value, projector, equal, wake } of watchers) {
      try {
        if (equal(value, projector(view))) continue;
      } catch {
        // Its props may be of yesterday. If it throws again when it's rendered, that's where it is to be thrown.
      }
      wake();
    }
  };
  // The view itself fails: so will those who are rendered.
  const error = () => watchers.forEach(({ wake }) => wake());
  return {
    first: source.snapshot(),
    join: () => {
      // A cast: it's filled before it's looked at.
      const watcher = {} as Watcher<V, never>;
      return [watcher, (wake) => {
        watcher.wake = wake;
        // One that has ended belongs to a closed store, which ends it again, or to a view that failed.
        if (subscription?.closed !== false) subscription = source.select().subscribe({ next, error });
        watchers.add(watcher);
        return () => {
          watchers.delete(watcher);
          if (!watchers.size) subscription?.unsubscribe();
        };
      }];
    },
  };
}
