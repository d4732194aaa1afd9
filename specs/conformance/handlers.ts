/** The three kinds of handlers: a rule that speaks of handlers is checked over each of them by one body. */
import { defer, firstValueFrom, map, of, timer, type Observable, type SchedulerLike } from 'rxjs';

/** One kind of handlers. */
export interface Kind {
  readonly name: 'synchronous' | 'Promise' | 'Observable';
  /** Whether the outcome takes time. */
  readonly slow: boolean;
}

/** Gives what `outcome` makes or throws, in the way of a kind: at once, or `ms` (default 5) later. */
export type Give = <T>(outcome: () => T, ms?: number) => T | Promise<T> | Observable<T>;

/** How long an outcome takes where nothing is said, in milliseconds. */
const WORK = 5;

/** Longer than any clause: a handler that takes so long hangs. */
export const FOREVER = 1_000_000;

export const kinds: readonly Kind[] = [
  { name: 'synchronous', slow: false },
  { name: 'Promise', slow: true },
  { name: 'Observable', slow: true },
];

export const slowKinds: readonly Kind[] = kinds.filter(({ slow }) => slow);

/** A handler's way of giving its outcome. With `ms` 0 no time is needed, only a microtask for a Promise. */
export function giveBy({ name }: Kind, scheduler: SchedulerLike): Give {
  switch (name) {
    case 'synchronous': return (outcome) => outcome();
    case 'Promise': return (outcome, ms = WORK) => (ms === 0 ? Promise.resolve() : firstValueFrom(timer(ms, scheduler))).then(outcome);
    case 'Observable': return (outcome, ms = WORK) => ms === 0 ? defer(() => of(outcome())) : timer(ms, scheduler).pipe(map(outcome));
  }
}
