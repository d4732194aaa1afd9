/** What may be seen of a store's state: `select`, `snapshot`, and the freezing of what they give out. */
import { Observable, type Observer, type Subscriber } from 'rxjs';
import { expect } from '../internal/expect.js';
import { isBare } from '../internal/is-bare.js';
import type { Answers } from './answers.js';
import { join, leave, ring, type Link } from './internal/links.js';
import { guarded } from './internal/unhandled.js';


// `never`: whatever a caller's projector takes; the definition's types have seen to it that it gets just that.
/** @internal */
export type Projector = ((view: never) => unknown) | Readonly<Record<string, (view: never) => unknown>>;
/** @internal */
export type Equal = (before: never, after: never) => boolean;

/** No view yet: it's made once for each state, when somebody looks. @internal */
export const UNSEEN = {};

/** One subscription to `select`. */
interface Watcher extends Link {
  readonly subscriber: Subscriber<unknown>;
  readonly observer: Observer<unknown>;
  /** Subscribed while this version was shown: has seen it already. */
  readonly since: number;
  readonly show: (view: unknown) => void;
}

/** Whether a value is an object that isn't changed by making a new one: a Map, a Set, an instance of a class. @internal */
export function isMutable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !isBare(value);
}

/** What has been frozen all the way down, so that a part that stays isn't gone through again. */
const frozen = new WeakSet();

/** Freezes plain objects and arrays, all the way down, however deep that is. @internal */
export function deepFreeze<T>(value: T): T {
  const parts: unknown[] = [value];
  for (const part of parts) {
    if (typeof part !== 'object' || part === null || frozen.has(part) || isMutable(part)) continue;
    frozen.add(Object.freeze(part));
    // What a getter gives is no part of the state.
    const inner = Array.isArray(part) ? part : Object.keys(part).map((key) => Object.getOwnPropertyDescriptor(part, key)?.value as unknown);
    for (const each of inner) parts.push(each);
  }
  return value;
}

/** The view of a store, and who watches it. @internal */
export class View {
  readonly #owner: Answers;
  readonly #watchers: Link = ring({});
  #version = 0;

  constructor(owner: Answers) {
    this.#owner = owner;
  }

  /** Distinct projections of the view, the present one first. */
  select(projector?: Projector, equal?: Equal): Observable<unknown> {
    const shower = projecting(projector, equal);
    return new Observable((subscriber) => {
      const owner = this.#owner;
      const observer = guarded(subscriber);
      const show = shower(observer);
      // Inside the busy section: what the observer sends on seeing the present state is handled after it has seen it.
      owner.busily(() => {
        const watcher: Watcher = { subscriber, observer, show, since: this.#version, before: this.#watchers, next: this.#watchers };
        join(this.#watchers, watcher);
        subscriber.add(() => leave(watcher));
        try {
          show(viewOf(owner));
        } catch (error) {
          observer.error(error);
        }
        if (owner.phase === 'closed') observer.complete();
      });
    });
  }

  /** Shows the present state to whoever selects. */
  show(): void {
    this.#version++;
    let view: unknown;
    try {
      if (this.#watchers.next !== this.#watchers) view = viewOf(this.#owner);
    } catch (error) {
      return this.#each(({ observer }) => observer.error(error));
    }
    for (let watcher = this.#watchers.next; watcher !== this.#watchers; watcher = watcher.next) {
      // A cast: the members of this list are watchers.
      const { since, show, subscriber } = watcher as Watcher;
      if (since === this.#version || subscriber.closed) continue;
      show(view);
    }
  }

  complete(): void {
    this.#each(({ observer }) => observer.complete());
  }

  #each(call: (watcher: Watcher) => void): void {
    for (let watcher = this.#watchers.next; watcher !== this.#watchers; watcher = watcher.next) call(watcher as Watcher);
  }
}

/** The view of a store's present state. @throws TypeError for a state mutated in place without a `view` @internal */
export function viewOf(owner: Answers): unknown {
  const { state, options, definition: { view } } = owner;
  if (owner.viewed === UNSEEN) {
    expect(view !== undefined || !isMutable(state), 'view', 'a function, for a state that is mutated in place', view);
    const seen = view === undefined ? state : view(state);
    owner.viewed = options.freeze ? deepFreeze(seen) : seen;
  }
  return owner.viewed;
}

/** The same for a trace: `undefined` where there's no view. @internal */
export function seen(owner: Answers): unknown {
  try {
    return viewOf(owner);
  } catch {
    return undefined;
  }
}

/** For each observer of one `select`, what shows it a view: by its projection, if that's another than the last. @internal */
export function projecting(projector: Projector = (view) => view, equal?: Equal): (observer: Observer<unknown>) => (view: unknown) => void {
  const single = typeof projector === 'function';
  const project = single ? projector : each(projector);
  // A cast: it compares what the projector gives.
  const same = (equal ?? (single ? Object.is : sameParts)) as (before: unknown, after: unknown) => boolean;
  return (observer) => {
    let last: unknown = UNSEEN;
    return (view) => {
      try {
        // A cast: the definition's types have seen to it that it gets what it takes.
        const value = project(view as never);
        if (last !== UNSEEN && same(last, value)) return;
        last = value;
      } catch (error) {
        return observer.error(error);
      }
      observer.next(last);
    };
  };
}

/** One projector out of several: an object of their values. */
function each(projectors: Readonly<Record<string, (view: never) => unknown>>): (view: never) => unknown {
  return (view) => Object.fromEntries(Object.entries(projectors).map(([key, project]) => [key, project(view)]));
}

/** Whether two objects of the same keys, or two lists of one length, hold the same values. @internal */
export function sameParts(before: unknown, after: unknown): boolean {
  // Casts: both come from `each`, or are the views of the same sources.
  return Object.entries(before as object).every(([key, value]) => Object.is(value, (after as Record<string, unknown>)[key]));
}
