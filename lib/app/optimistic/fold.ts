/**
 * The handlers of an optimistic definition, as handlers of the whole: what each gives back goes into the log.
 *
 * ```
 *   a state, a reply, an effect        the next state is the present one, by an entry of the log
 *   attempt(next, { run, … })          the same, by an entry in flight; and an effect, whose result settles that entry:
 *     done                             in its place, what `done` gives of the state before it
 *     a failure                        the entry is left out; `failed` is an entry of its own at the end
 *   a Promise, an Observable, a hold   can't be folded again: only while nothing is in flight
 * ```
 */
import { concat, defer, finalize, isObservable, map, of, throwError, type Observable } from 'rxjs';
import { Failed } from '../../core/effect.js';
import { Held } from '../../core/hold.js';
import { inPart } from '../../core/lifted.js';
import { Answer, Outcome, type Lift } from '../../core/outcome.js';
import { effect, reply, SupersededError, type Context, type EffectContext } from '../../index.js';
import { expect } from '../../internal/expect.js';
import { isThenable } from '../../internal/thenable.js';
import type { Keep } from '../over.js';
import { first } from './again.js';
import { Attempt } from './attempt.js';
import { CommandDroppedError } from './errors.js';
import { relogged, type Dropping, type Entry, type Flight, type Guessed } from './log.js';
import { OrElse } from './or-else.js';

type Whole = Guessed<unknown>;

/** A handler of whatever state; the context comes last. */
export type Handle = (state: never, ...given: never[]) => unknown;

/** Puts a command into the log: the state after it, whether it's in flight, and which flights leave the log for it. */
type Place = (next: unknown, flight?: Flight, superseded?: readonly Flight[]) => Whole;

/** Makes handlers of the part of the store of this name handlers of the whole; each state is one to `keep`. */
export function logger(store: string, keep: Keep): (handle: Handle, type: string) => (whole: Whole, ...given: never[]) => unknown {
  const dropping = ({ after }: Context): Dropping<unknown> => ({ type }, error) => after(() => {
    throw new CommandDroppedError({ store, type, started: true }, error);
  });

  /** The state of what a handler gave back when it was folded again. @throws TypeError for what comes later */
  const nextOf = (type: string, outcome: unknown): unknown => {
    expectAtOnce(type, outcome);
    return keep(outcome instanceof Outcome ? outcome.next : outcome);
  };

  const logged = (handle: Handle, type: string) => (whole: Whole, ...given: never[]): unknown => {
    const [outcome, again] = first(handle, whole.present, inPart(given, lifting(type)));
    const fold = (state: unknown) => nextOf(type, again(state));
    const place: Place = (next, flight, superseded = []) => {
      // What is certain at once needs no log.
      if (!flight && whole.log.length === 0) return Object.is(next, whole.present) ? whole : { ...whole, base: next, present: next };
      const entry: Entry<unknown> = { type, flight, fold, before: whole.present, after: next, thrown: undefined };
      // A cast: the context comes last.
      return relogged(whole, [...left(whole.log, superseded), entry], dropping(given.at(-1) as unknown as Context));
    };
    return put(type, whole, outcome, place);
  };

  /** Makes what a command folds later one of the whole. A cast: it keeps the handler's other parameters, whatever they are. */
  const lifting = (type: string): Lift => ((handle: Handle) => logged((state, ...given) => {
    const folded = handle(state, ...given);
    // The core takes of what `failed` gives the state only: its work would never begin, and never end.
    return folded instanceof Attempt ? folded.refuse() : folded;
  }, type)) as Lift;

  /** What a handler gave back, as an outcome of the whole. */
  const put = (type: string, whole: Whole, outcome: unknown, place: Place): unknown => {
    const mapped = (given: unknown): unknown => {
      if (given instanceof Answer) return reply(place(keep(given.next)), given.value);
      if (given instanceof Outcome) return given.lift?.(place(keep(given.next)), lifting(type));
      return place(keep(given));
    };
    if (outcome instanceof Attempt) return begin(type, whole, outcome, place);
    if (whole.log.length > 0) expectAtOnce(type, outcome);
    if (isObservable(outcome)) return outcome.pipe(map(mapped));
    return isThenable(outcome) ? Promise.resolve(outcome).then(mapped) : mapped(outcome);
  };

  /** Shows what an attempt guesses, and has it run. */
  const begin = (type: string, whole: Whole, { next, plan }: Attempt<unknown, unknown>, place: Place): unknown => {
    const { policy, key, concurrency, run, done, failed } = plan;
    const flight: Flight = { key, ended: false, superseded: false };
    // Keys are the same as in a Map, where NaN is NaN: as the lanes of effects are found.
    const formers = policy !== 'switch' ? [] : whole.log
      .filter((entry) => entry.type === type && entry.flight?.ended === false && [key].includes(entry.flight.key))
      .map((entry) => entry.flight as Flight);
    const shown = place(keep(next), flight, formers);
    const guess = shown.log.find((entry) => entry.flight === flight);
    if (guess?.thrown) throw guess.thrown.error;
    for (const former of formers) former.superseded = true;

    const fly = (context: EffectContext): Observable<unknown> => defer(() => {
      const given = run(context);
      // `Promise.resolve` tames any thenable.
      return isObservable(given) ? given : Promise.resolve(given);
    }).pipe(finalize(() => { flight.ended = true; }));

    const entryIn = ({ log }: Whole) => log.find((other) => other.flight === flight);

    const succeed = (now: Whole, value: unknown, context: Context): unknown => {
      const entry = entryIn(now);
      const drop = dropping(context);
      const without = () => relogged(now, left(now.log, [flight]), drop);
      if (!entry) {
        // A newer one took its place in the very moment when it ended; else the store was reset meanwhile.
        if (flight.superseded) return new Failed(now, new SupersededError({ store, type, started: true }), true);
        // Casts: `done` gets what it's declared for.
        return done ? logged(done, type)(now, value as never, context as never) : reply(now, value);
      }
      const settle = (change: Partial<Entry<unknown>>, superseded: readonly Flight[] = []) => {
        const log = now.log.map((other) => other === entry ? { ...entry, flight: undefined, ...change } : other);
        return relogged(now, left(log, superseded), drop);
      };
      if (!done) return entry.thrown ? new Failed(without(), entry.thrown.error, false) : reply(settle({}), value);
      try {
        const [outcome, again] = first(done, entry.before, inPart([value as never, context as never], lifting(type)));
        const fold = (state: unknown) => nextOf(type, again(state));
        const settled = put(type, now, outcome, (after, next, superseded) => (
          settle({ flight: next, fold, after, thrown: undefined }, superseded)
        ));
        // A cast: what `put` gives is of the whole.
        return settled instanceof Outcome && !(settled instanceof Answer) ? new OrElse(settled as Outcome<Whole, unknown>, without) : settled;
      } catch (error) {
        return refused(without(), error);
      }
    };

    const fail = (now: Whole, error: unknown, context: Context): unknown => {
      const entry = entryIn(now);
      if (!entry && flight.superseded) return now;
      const rest = entry ? relogged(now, left(now.log, [flight]), dropping(context)) : now;
      if (!failed) return rest;
      try {
        return logged((state, ...given) => {
          const outcome = (failed as Handle)(state, ...given);
          expectAtOnce('failed', outcome instanceof Attempt ? Promise.resolve() : outcome);
          return outcome;
        }, type)(rest, error as never, context as never);
      } catch (thrown) {
        // It's not to keep the failed one from being left out.
        context.after(() => { throw thrown; });
        return rest;
      }
    };
    // Casts: an effect of the whole.
    return effect(shown, { policy, key, concurrency, run: fly, done: succeed, failed: fail } as never);
  };

  return logged;
}

/** A log without these flights. */
function left(log: readonly Entry<unknown>[], flights: readonly Flight[]): readonly Entry<unknown>[] {
  return flights.length === 0 ? log : log.filter(({ flight }) => !flight || !flights.includes(flight));
}

/** @throws TypeError for what can't be folded again: it takes time, or holds an ask that is held once */
function expectAtOnce(type: string, outcome: unknown): void {
  const later = isObservable(outcome) || isThenable(outcome);
  // Nobody waits for it, so its error is nobody's.
  if (later && !isObservable(outcome)) Promise.resolve(outcome).catch(() => undefined);
  expect(!later && !(outcome instanceof Held), type, 'a handler that answers at once, since attempts are in flight', outcome);
}

/** Commits a state, and fails the asker nonetheless. */
function refused(whole: Whole, error: unknown): Observable<Whole> {
  return concat(of(whole), throwError(() => error));
}
