/** What a component sees of a store: a projection of its view, which renders it when it has changed. */
import type { Viewable } from '../index.js';
import { hubOf } from './hub.js';
import { React } from './react.js';

/**
 * Shows a component what it needs of a store's view: a projection of it. The component is rendered when the projection
 * has changed by `equal`, and not when something else of the view has.
 *
 * Give it whatever can be watched: a store, a client, several combined by `combineViews`. (Combine them outside of
 * components, or by `useMemo`: each call of `combineViews` makes another source.) The projector may be written in place
 * and may use props and state of the component; it's called again for each render, and for each new view.
 *
 * A projector that makes a new object of each view renders the component with each view, unless `equal` says that nothing
 * has changed; an unchanged projection keeps its identity.
 *
 * A closed store goes on giving its last view. On a server it's the present view; where a page takes over what a server
 * rendered, it's the view that the first component saw of this source, and the present one right after that: so the store
 * in the browser has to begin with the state that the server rendered.
 *
 * Gotchas: a projector that throws fails the render, for the nearest error boundary; thrown because its props are of
 * yesterday (the item was removed, and so will be the component) it harms nothing.
 *
 * @param source what is watched
 * @param projector what is needed of the view; pure. Default: the whole view
 * @param equal whether two projections are the same for the component. Default `Object.is`
 * @throws TypeError for a source that can't be watched, or has no view
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { useSelect } from 'ownstate/react';
 * import { createElement } from 'react';
 * import { renderToString } from 'react-dom/server';
 *
 * const cart = createStore({
 *   state: { items: ['tea', 'milk'], open: false },
 *   commands: { open: (state) => ({ ...state, open: true }) },
 * });
 * function Count() {
 *   const count = useSelect(cart, ({ items }) => items.length);
 *   return createElement('b', null, count);
 * }
 * console.log(renderToString(createElement(Count))); // <b>2</b>
 * ```
 */
export function useSelect<V, R = V>(
  source: Viewable<V>,
  // A cast: without a projector `R` is the view's type.
  projector: (view: V) => R = (view) => view as unknown as R,
  equal: (before: R, after: R) => boolean = Object.is,
): R {
  const hub = hubOf(source);
  const [shown, subscribe] = React.useMemo(hub.join, [hub]);
  const project = React.useMemo(() => {
    // The last view and its projection; what stands here at first is no view.
    let last: unknown = hub;
    let value: R;
    return (view: V): R => {
      if (!Object.is(last, view)) {
        const next = projector(view);
        value = 'value' in shown && equal(shown.value, next) ? shown.value : next;
        last = view;
      }
      return value;
    };
  }, [hub, projector, equal]);
  const present = () => project(source.snapshot());
  // On a server nothing hydrates.
  const value = React.useSyncExternalStore(subscribe, present, typeof document === 'undefined' ? present : () => project(hub.first));
  // Right behind the effects of the line before, which look whether the view has changed since: from then on the hub does.
  React.useEffect(() => {
    Object.assign(shown, { value, projector, equal });
  });
  return value;
}
