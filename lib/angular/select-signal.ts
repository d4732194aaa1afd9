/**
 * What is selected of a store, as signals: one signal holds the view of each source, and what is selected is computed of it.
 *
 * ```
 *   source.select() ──▶ view (one for each source) ──▶ computed(projector) ──▶ templates, effects, other signals
 * ```
 */
import { computed, signal, untracked, type Signal, type WritableSignal } from '@angular/core';
import type { Observable, Subscription } from 'rxjs';
import type { Viewable } from '../index.js';

/** How a selected signal goes about. */
export interface SelectSignalOptions<R> {
  /** Whether two values are the same, so that who reads the signal isn't told. Default `Object.is`. */
  readonly equal?: (before: R, after: R) => boolean;
}

/** The view of a source, or what it has failed with, to be read by a call. */
type View<V> = WritableSignal<() => V>;

/** Of each source, with the subscription that shows it. */
const views = new WeakMap<object, readonly [View<unknown>, Subscription]>();

/** Ends the subscription of a view that is gone. Held weakly, since a source may be reached from it, and by that its view. */
const forgotten = /* @__PURE__ */ new FinalizationRegistry<WeakRef<Subscription>>((watching) => watching.deref()?.unsubscribe());

/**
 * A signal of what a projector makes of the view: there from the beginning, of the state that a reply promises, new only when
 * the result is. It needs no injection context, and there's nothing to destroy: all signals of a source share one subscription,
 * and the projector is called only when somebody reads.
 *
 * A projector that throws throws where the signal is read, until the next state that it can work with. Once the store has
 * closed, the signal keeps the last value. Reading fails with a TypeError where there's no view.
 *
 * Gotcha: a projector that gives a new object each time (`filter`, `map`) is new at each change of the view; give `equal`, or
 * select what is there and compute the rest in a `computed` of its own.
 *
 * @param source a store, a client, or combined views
 * @param projector what is selected of the view, pure. Default: the view itself
 * @param options when a result counts as new
 * @throws TypeError for a source without `select`
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { selectSignal } from 'ownstate/angular';
 *
 * const cart = createStore({
 *   state: { items: ['tea'], paid: false },
 *   commands: { add: (now, item: string) => ({ ...now, items: [...now.items, item] }) },
 * });
 * const count = selectSignal(cart, ({ items }) => items.length);
 * console.log(count()); // 1
 * cart.tell.add('cake');
 * console.log(count()); // 2
 * ```
 */
export function selectSignal<V, R = V>(
  source: Viewable<V>,
  // A cast: without a projector, `R` is the view.
  projector: (view: V) => R = (view) => view as unknown as R,
  options?: SelectSignalOptions<NoInfer<R>>,
): Signal<R> {
  const view = viewOf(source);
  return computed(() => projector(view()()), options);
}

/** The view of a source: there when this returns, since `select` shows the present one at once. */
function viewOf<V>(source: Viewable<V>): View<V> {
  const [known, watching] = views.get(source) ?? [];
  // What has failed begins anew. Casts: a view is kept under the source that it's of; a new one has its value in a moment.
  if (watching?.closed === false) return known as View<V>;
  const view: View<V> = signal(undefined as never);
  const shown = show(source.select(), new WeakRef(view));
  forgotten.register(view, new WeakRef(shown));
  views.set(source, [view, shown]);
  return view;
}

/**
 * Shows each view. The source and the signals that are made of it keep it alive, this subscription doesn't: what nobody can
 * read any more is left, also where a source of several, that outlives the others, never changes again.
 */
function show<V>(select$: Observable<V>, held: WeakRef<View<V>>): Subscription {
  // Untracked: a command may be told within a `computed` or a template, where no signal may be written.
  const set = (read: () => V) => untracked(() => held.deref()?.set(read));
  return select$.subscribe({
    next: (value) => set(() => value),
    error: (error: unknown) => set(() => { throw error; }),
  });
}
