/** What may be seen of a store's state: `select`, `snapshot`, and the freezing of what they give out. */
import { Observable, type Subscriber } from 'rxjs';
import type { Owner } from './owner.js';

// `never`: whatever a caller's projector takes; the definition's types have seen to it that it gets just that.
type Projector = (view: never) => unknown;
type Equal = (before: never, after: never) => boolean;

/** One subscription to `select`, in a list that is safe to change while it's gone through. */
interface Watcher {
  readonly subscriber: Subscriber<unknown>;
  /** Subscribed while this version was shown: has seen it already. */
  readonly since: number;
  readonly show: (view: unknown) => void;
  before: Watcher | undefined;
  /** Left as it is when the watcher leaves, so that whoever stands on it finds the way on. */
  next: Watcher | undefined;
}

/** Whether a value is an object that isn't changed by making a new one: a Map, a Set, an instance of a class. @internal */
export function isMutable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of another realm (a frame, a test environment) has that realm's Object.prototype, whose own is null.
  return prototype !== null && Object.getPrototypeOf(prototype) !== null;
}

/** Freezes plain objects and arrays, all the way down to what is frozen already. @internal */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value) && !isMutable(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}

/** The view of a store, and who watches it. @internal */
export class View {
  readonly #owner: Owner;
  #first: Watcher | undefined = undefined;
  #last: Watcher | undefined = undefined;
  #version = 0;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** Distinct projections of the view, the present one first. */
  select(projector: Projector | Readonly<Record<string, Projector>> = (view) => view, equal?: Equal): Observable<unknown> {
    const project = typeof projector === 'function' ? projector : each(projector);
    const same = equal ?? (typeof projector === 'function' ? Object.is : sameParts);
    return new Observable((subscriber) => {
      let last: unknown;
      let first = true;
      const show = (view: unknown) => {
        try {
          const value = project(view as never);
          if (!first && same(last as never, value as never)) return;
          first = false;
          last = value;
        } catch (error) {
          return subscriber.error(error);
        }
        subscriber.next(last);
      };
      // Inside the busy section: what the observer sends on seeing the present state is handled after it has seen it.
      this.#owner.busily(() => {
        const view = viewOf(this.#owner);
        if (this.#owner.phase !== 'closed') subscriber.add(this.#watch(subscriber, show));
        show(view);
        if (this.#owner.phase === 'closed') subscriber.complete();
      });
    });
  }

  /** Shows the present state to whoever selects. */
  show(): void {
    this.#version++;
    if (this.#first === undefined) return;
    let view: unknown;
    try {
      view = viewOf(this.#owner);
    } catch (error) {
      return this.#each(({ subscriber }) => subscriber.error(error));
    }
    for (let watcher: Watcher | undefined = this.#first; watcher !== undefined; watcher = watcher.next) {
      if (watcher.since !== this.#version) watcher.show(view);
    }
  }

  complete(): void {
    this.#each(({ subscriber }) => subscriber.complete());
  }

  #each(call: (watcher: Watcher) => void): void {
    for (let watcher = this.#first; watcher !== undefined; watcher = watcher.next) call(watcher);
  }

  #watch(subscriber: Subscriber<unknown>, show: (view: unknown) => void): () => void {
    const watcher: Watcher = { subscriber, show, since: this.#version, before: this.#last, next: undefined };
    if (this.#last === undefined) this.#first = watcher;
    else this.#last.next = watcher;
    this.#last = watcher;
    return () => {
      if (watcher.before === undefined) this.#first = watcher.next;
      else watcher.before.next = watcher.next;
      if (watcher.next === undefined) this.#last = watcher.before;
      else watcher.next.before = watcher.before;
    };
  }
}

/** The view of a store's present state. @throws TypeError for a state mutated in place without a `view` @internal */
export function viewOf({ fold, freeze, definition, name }: Owner): unknown {
  const { state } = fold;
  if (definition.view === undefined && isMutable(state)) {
    throw new TypeError(`Expected \`view\` in the definition of ${name}, whose state is mutated in place, got none`);
  }
  const view = definition.view === undefined ? state : definition.view(state);
  return freeze ? deepFreeze(view) : view;
}

/** One projector out of several: an object of their values. */
function each(projectors: Readonly<Record<string, Projector>>): Projector {
  return (view) => Object.fromEntries(Object.entries(projectors).map(([key, project]) => [key, project(view)]));
}

/** Whether two objects of the same keys hold the same values. */
function sameParts(before: unknown, after: unknown): boolean {
  // Casts: both come from `each`.
  return Object.entries(before as object).every(([key, value]) => Object.is(value, (after as Record<string, unknown>)[key]));
}
