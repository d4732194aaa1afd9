/** What each library answers: what the specs expect of a run, and what the page's tables are drawn from. */
import type { Told } from './during.js';
import type { Name } from './libraries.js';
import type { Awaiting, Failing, Reentrant } from './questions.js';

/** All answers of one library. */
export interface Answers {
  readonly reentrant: Reentrant;
  readonly deferred: Reentrant;
  readonly failing: Failing;
  readonly awaiting: Awaiting;
  readonly nested: Failing;
  readonly inTurn: Failing;
  readonly observed: Failing;
  readonly answered: unknown;
}

/** The same message, told so many times. */
const told = (who: Told['who'], message: string, times = 1): readonly Told[] => Array.from({ length: times }, () => ({ who, message }));

/** What all of them do when the first observer puts its update off. */
const deferred: Reentrant = { first: [1, 2], second: [1, 2], count: 2 };

/** What those do that throw to whoever updates. */
const thrown: Failing = { told: told('caller', 'too much'), seen: [1, 2], count: 2 };

const refused = 'You may not call store.getState() while the reducer is executing. The reducer has already received the state as an '
  + 'argument. Pass it down from the top reducer instead of reading it from the store.';

export const answers: Readonly<Record<Name, Answers>> = {
  // Rules S3.3, S4.1, S1.2, S3.2, S6.3 and O2 of docs/semantics.md, in this order.
  ownstate: {
    reentrant: { first: [1, 2], second: [1, 2], count: 2 },
    deferred,
    failing: { told: told('reply', 'too much'), seen: [1, 2], count: 2 },
    awaiting: { added: 2, remedied: 2 },
    nested: { told: [], seen: [1, 11], count: 11 },
    inTurn: { told: [], seen: [1, 11], count: 11 },
    observed: { told: told('nobody', 'of an observer', 2), seen: [1, 2], count: 2 },
    answered: 1,
  },
  'NgRx Store': {
    reentrant: { first: [1, 2], second: [1, 2], count: 2 },
    deferred,
    failing: { told: told('nobody', 'too much'), seen: [1], count: 1 },
    awaiting: { added: 1, remedied: 2 },
    nested: { told: [], seen: [1, 11], count: 11 },
    inTurn: { told: [], seen: [1, 11], count: 11 },
    observed: { told: told('nobody', 'of an observer', 2), seen: [1, 2], count: 2 },
    answered: undefined,
  },
  'NgRx SignalStore, by `effect`': {
    reentrant: { first: [1, 2], second: [2], count: 2 },
    deferred,
    failing: thrown,
    awaiting: { added: 1, remedied: 2 },
    nested: { told: [], seen: [1], count: 1 },
    inTurn: { told: [], seen: [11], count: 11 },
    observed: { told: told('console', 'of an observer', 2), seen: [], count: 2 },
    answered: undefined,
  },
  'NgRx SignalStore, by `watchState`': {
    reentrant: { first: [1, 2], second: [2, 2], count: 2 },
    deferred,
    failing: thrown,
    awaiting: { added: 1, remedied: 2 },
    nested: { told: [], seen: [10, 1], count: 1 },
    inTurn: { told: [], seen: [11], count: 11 },
    observed: { told: told('caller', 'of an observer', 2), seen: [], count: 2 },
    answered: undefined,
  },
  'Redux Toolkit': {
    reentrant: { first: [1, 2], second: [2, 2], count: 2 },
    deferred,
    failing: thrown,
    awaiting: { added: 1, remedied: 2 },
    nested: { told: told('caller', refused), seen: [], count: 0 },
    inTurn: { told: [], seen: [1, 11], count: 11 },
    observed: { told: told('caller', 'of an observer', 2), seen: [], count: 2 },
    answered: { type: 'counter/increment', payload: undefined },
  },
  zustand: {
    reentrant: { first: [1, 2], second: [2, 2], count: 2 },
    deferred,
    failing: thrown,
    awaiting: { added: 1, remedied: 2 },
    nested: { told: [], seen: [10, 1], count: 1 },
    inTurn: { told: [], seen: [1, 11], count: 11 },
    observed: { told: told('caller', 'of an observer', 2), seen: [], count: 2 },
    answered: undefined,
  },
  Elf: {
    reentrant: { first: [1, 2], second: [2, 1], count: 2 },
    deferred,
    failing: thrown,
    awaiting: { added: 1, remedied: 2 },
    nested: { told: [], seen: [10, 1], count: 1 },
    inTurn: { told: [], seen: [11], count: 11 },
    observed: { told: told('nobody', 'of an observer', 2), seen: [1, 2], count: 2 },
    answered: undefined,
  },
  'XState Store': {
    reentrant: { first: [1], second: [2], count: 2 },
    deferred,
    failing: thrown,
    awaiting: { added: 1, remedied: 2 },
    nested: { told: [], seen: [10, 1], count: 1 },
    inTurn: { told: [], seen: [11], count: 11 },
    observed: { told: told('caller', 'of an observer', 2), seen: [2], count: 2 },
    answered: undefined,
  },
};
