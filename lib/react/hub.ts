/**
 * One subscription for all components that select from one source, so that a change costs each of them one projection:
 *
 * ```
 *   source.select() ──▶ hub ─┬─▶ watcher: another projection ──▶ wake: React renders the component
 *                            ├─▶ watcher: the same
 *                            └─▶ …                  nobody left: unsubscribed
 * ```
 */
import { retry, timer, type Subscription } from 'rxjs';
import type { Viewable } from '../index.js';
import { expect } from '../internal/expect.js';

/** What a component shows, and how it came by it. @internal */
export interface Watcher<V, R> {
  value: R;
  projector: (view: V) => R;
  equal: (before: R, after: R) => boolean;
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
  const known = hubs.get(source) as Hub<V> | undefined;
  if (known) return known;
  expect(typeof (Object(source) as Partial<Viewable<V>>).select === 'function', 'source', 'a store', source);
  /** For each watcher, what has React look whether the component is to be rendered. */
  const wakes = new Map<Watcher<V, never>, () => void>();
  let subscription: Subscription;
  const next = (view: V) => wakes.forEach((wake, { value, projector, equal }) => {
    try {
      if (equal(value, projector(view))) return;
    } catch {
      // Its props may be of yesterday. If it throws again when it's rendered, that's where it is to be thrown.
    }
    wake();
  });
  // The view itself fails: so will those who are rendered. Who isn't before it works again is to see what comes then.
  const delay = () => {
    wakes.forEach((wake) => wake());
    return timer(0);
  };
  const hub: Hub<V> = {
    first: source.snapshot(),
    join: () => {
      // A cast: it's filled before it's looked at.
      const watcher = {} as Watcher<V, never>;
      return [watcher, (wake) => {
        if (!wakes.size) subscription = source.select().pipe(retry({ delay })).subscribe(next);
        wakes.set(watcher, wake);
        return () => {
          wakes.delete(watcher);
          if (!wakes.size) subscription.unsubscribe();
        };
      }];
    },
  };
  hubs.set(source, hub);
  return hub;
}
