/**
 * Views of several stores as one, that is shown when all of them have come to rest:
 *
 * ```
 *   a: ├ add ─ show ─▶ b: ├ add ─ show ┤ ┤        a's observer tells b: both have changed, as one
 *            ╎                   ╎        └▶ [a, b]
 *   no [a, b] here …        … nor here
 * ```
 */
import { Observable } from 'rxjs';
import { expect } from '../internal/expect.js';
import type { Viewable } from './client.js';
import { guarded } from './internal/unhandled.js';
import { turn, whenCalm } from './loop.js';
import { projecting, sameParts, type Equal, type Projector } from './view.js';

/** The views of several sources, in their order. */
export type Views<T extends readonly Viewable<unknown>[]> = {
  readonly [K in keyof T]: T[K] extends { snapshot(): infer V } ? V : never;
};

/**
 * Makes one view of several stores, clients or combined views, without glitches: what a command sets off at once, in
 * whichever stores, is shown as one change when all of it is done. A `combineLatest` of theirs would show the new state
 * of one beside the old state of the other.
 *
 * Its `select` emits the present views first, completes when all sources have closed, and fails when one has no view. Its
 * `snapshot` gives the views as they are at that moment: the same array as long as none has changed.
 *
 * Gotchas: what a handler brings about later (after an `await`, by an effect or a timer) is a change of its own, and so is
 * what an observer of a combined view tells on seeing it. What stores set off in a row before they come to rest is shown
 * once, by its result. Who subscribes in the midst of a change is shown at once what is there by then.
 *
 * @param sources what is combined, at least one
 * @throws TypeError for a source without `select` and `snapshot`
 *
 * @example
 * ```ts
 * import { combineViews, createStore } from 'ownstate';
 *
 * const prices = createStore({ state: { tea: 3 }, commands: { rise: (now, by: number) => ({ tea: now.tea + by }) } });
 * const cart = createStore({ state: { teas: 2 }, commands: { add: (now) => ({ teas: now.teas + 1 }) } });
 *
 * const total = combineViews(prices, cart);
 * total.select(([{ tea }, { teas }]) => tea * teas).subscribe((sum) => console.log(sum)); // 6, 8, 12
 * prices.tell.rise(1);
 * cart.tell.add();
 * console.log(total.snapshot()); // [ { tea: 4 }, { teas: 3 } ]
 * ```
 */
export function combineViews<const T extends readonly Viewable<unknown>[]>(...sources: T): Viewable<Views<T>> {
  expect(sources.length > 0, 'sources', 'at least one store', sources);
  for (const source of sources as readonly unknown[]) {
    const { select, snapshot } = Object(source) as Partial<Viewable<unknown>>;
    expect(typeof select === 'function' && typeof snapshot === 'function', 'sources', 'stores, clients or combined views', source);
  }
  let last: readonly unknown[] | undefined;
  const snapshot = () => {
    const views = sources.map((source) => source.snapshot());
    return last = last && sameParts(last, views) ? last : Object.freeze(views);
  };
  const select = (projector?: Projector, equal?: Equal) => {
    const shower = projecting(projector, equal);
    return new Observable((subscriber) => {
      const observer = guarded(subscriber);
      const project = shower(observer);
      let due = true;
      let open = sources.length;
      let shown: readonly unknown[] | undefined;
      const show = () => {
        due = false;
        if (subscriber.closed) return;
        try {
          const views = snapshot();
          // A source may have changed and changed back, or have been seen before its own turn to tell.
          if (shown && sameParts(shown, views)) return;
          shown = views;
          project(views);
        } catch (error) {
          observer.error(error);
        }
      };
      // What the observer sends on seeing one change is worked off at once, and shown as the next.
      turn(() => {
        for (const source of sources) {
          subscriber.add(source.select().subscribe({
            next: () => {
              if (due) return;
              due = true;
              whenCalm(show);
            },
            error: (error: unknown) => observer.error(error),
            complete: () => {
              if (--open === 0) whenCalm(() => observer.complete());
            },
          }));
        }
        show();
      });
    });
  };
  // A cast: the sources' types say what their snapshots hold.
  return { select, snapshot } as unknown as Viewable<Views<T>>;
}
