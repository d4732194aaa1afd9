/**
 * Time travel: the states that the monitor was shown, and the way back to one of them. The monitor has only their text,
 * in which a Map or a redacted field is no more what it was; so each is kept beside what was shown of it, and found by it.
 */
import { forkJoin, type Observable } from 'rxjs';
import { markIn } from './plain.js';
import type { Inspectable } from './sources.js';

/** The views of all stores of an instance at one moment. @internal */
export interface Moment {
  /** Number of its action in the monitor. */
  readonly id: number;
  readonly views: readonly unknown[];
  /** What the monitor was shown. */
  readonly shown: unknown;
  /** Whether it comes from a log, so that its views are only what was shown. */
  readonly imported?: boolean;
}

/** @internal */
export interface History {
  /** Begins anew, as the monitor's log does. */
  begin(moment: Omit<Moment, 'id'>): void;
  add(moment: Omit<Moment, 'id'>): void;
  /** Takes over a log that was imported. */
  load(moments: readonly Moment[]): void;
  /** The moment that looks like this; of several the one at that action, else the one at that place, else the latest. */
  find(text: string, id?: number, index?: number): Moment | undefined;
}

/** Keeps as many moments as the monitor keeps actions. @internal */
export function historyOf(maxAge: number): History {
  let moments: Moment[] = [];
  let next = 0;
  return {
    begin: (moment) => {
      moments = [{ id: 0, ...moment }];
      next = 1;
    },
    add: (moment) => {
      moments.push({ id: next++, ...moment });
      // An imported log may have been longer.
      if (moments.length > maxAge) moments = moments.slice(-maxAge);
    },
    load: (loaded) => {
      moments = [...loaded];
      next = Math.max(0, ...loaded.map(({ id }) => id)) + 1;
    },
    find: (text, id, index = -1) => {
      const wanted = normal(text);
      const alike = moments.filter(({ shown }) => JSON.stringify(shown) === wanted);
      return alike.find((moment) => moment.id === id) ?? alike.find((moment) => moment === moments[index]) ?? alike.at(-1);
    },
  };
}

/** The same text of the same value. @throws SyntaxError for what is no JSON */
const normal = (text: string): string => JSON.stringify(JSON.parse(text));

/** How the state that a store's `replace` takes is made of its view. @internal */
export type StateOfView = (view: never, store: string) => unknown;

/**
 * Puts views in the place of the stores' states. `own` is told of each command before it's sent. Fails where what is made
 * of a store's view isn't its state, since that then isn't what could be put back, and with what `replace` fails with.
 *
 * @internal
 */
export function travelTo(views: readonly unknown[], stores: readonly Inspectable[], stateOf: StateOfView, own: (payload: object) => void): Observable<unknown> {
  const replies = stores.flatMap((store, i) => {
    if (Object.is(store.snapshot(), views[i])) return [];
    // Casts: whoever said how takes the views of these stores.
    const made = (view: unknown) => stateOf(view as never, store.name);
    let begun = false;
    const payload = (state: unknown): unknown => {
      // An optimistic store folds it again, on another state.
      begun ||= Object.is(state, made(store.snapshot()));
      if (begun) return made(views[i]);
      throw new TypeError(`Expected ${store.name} to show its state itself, got one with a \`view\`: it can't travel in time, unless \`travel\` says how`);
    };
    own(payload);
    // A cast: `replaceable` has added this command.
    return [store.send({ type: 'replace', payload } as never)];
  });
  return forkJoin(replies);
}

/** @throws TypeError for a moment of an imported log that isn't whole @internal */
export function expectWhole({ shown, imported }: Moment): void {
  const mark = imported ? markIn(shown) : undefined;
  if (mark !== undefined) throw new TypeError(`Expected the state to be whole, got one with ${mark} in it, which can't be put back`);
}

/** The moments of an imported log, and which of them is shown. @throws TypeError for what is no log of these stores @internal */
export function momentsOf(log: unknown, split: (shown: unknown) => readonly unknown[]): { readonly moments: readonly Moment[]; readonly at: number } {
  const { computedStates, stagedActionIds, currentStateIndex } = Object(log) as {
    readonly computedStates?: readonly { readonly state?: unknown }[]; readonly stagedActionIds?: readonly number[]; readonly currentStateIndex?: number;
  };
  if (!Array.isArray(computedStates) || computedStates.length === 0) throw new TypeError('Expected a log with states, got none');
  // A cast: `isArray` forgets what it's an array of.
  const shown = (computedStates as readonly { readonly state?: unknown }[]).map(({ state }) => state);
  const at = Math.min(currentStateIndex ?? Infinity, shown.length - 1);
  return { moments: shown.map((state, i) => ({ id: stagedActionIds?.[i] ?? i, views: split(state), shown: state, imported: true })), at };
}
