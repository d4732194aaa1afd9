/** The fold, held against rxjs's own `mergeScan(…, 1)`: the same states, the same replies, in the same order, at the same times. */
import fc from 'fast-check';
import { createStore, reply } from 'ownstate';
import {
  catchError, concat, defer, distinctUntilChanged, EMPTY, from, map, mergeMap, mergeScan, Observable, of, Subject, tap, throwError, timer,
  VirtualTimeScheduler,
} from 'rxjs';
import { describe, expect, it } from 'vitest';

/** What a command does; both sides read it, each in its own way. */
interface Work {
  /** `'stay'` gives back the state as it is, `'stream'` is an Observable of several states, the others are at hand. */
  readonly kind: 'next' | 'stay' | 'reply' | 'throw' | 'stream';
  /** States in between, each some milliseconds after the one before; 0 is at once. */
  readonly emissions: readonly { readonly gap: number; readonly replies: boolean }[];
  readonly end: { readonly gap: number; readonly fails: boolean };
  /** What its handler sends to its own store. */
  readonly tells: readonly Work[];
  /** What an observer sends when it sees the first state that this command has made. */
  readonly echoes: readonly Work[];
}

/** A command under way: its number says when it was sent. */
interface Job {
  readonly number: number;
  readonly work: Work;
}

/** The way the state came about: one label for each step, in order. */
type State = readonly string[];

/** One state that a command makes, with the reply it would give if it were the last. */
interface Step {
  readonly next: State;
  readonly value: string | undefined;
}

/** What can be watched from outside: all that happens, with its time; and what each asker got. */
interface Seen {
  readonly log: unknown[];
  readonly shown: unknown[];
  readonly replies: Map<number, unknown>;
}

type Arrivals = readonly { readonly at: number; readonly work: Work }[];

const first: State = [];

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : `no Error: ${String(error)}`;
}

/** The steps of a command, from the state it finds. @throws for one that fails before it gives anything back */
function stepsOf({ number, work }: Job, state: State, scheduler: VirtualTimeScheduler): Step | Observable<Step> {
  const { kind, emissions, end } = work;
  const label = `${number}.0`;
  if (kind === 'throw') throw new Error(`thrown by ${number}`);
  if (kind === 'stay') return { next: state, value: undefined };
  if (kind === 'next') return { next: [...state, label], value: undefined };
  if (kind === 'reply') return { next: [...state, label], value: `reply ${label}` };
  let next = state;
  const wait = (gap: number) => gap === 0 ? of(0) : timer(gap, scheduler);
  const steps = emissions.map(({ gap, replies }, place) => wait(gap).pipe(map(() => {
    next = [...next, `${number}.${place}`];
    return { next, value: replies ? `reply ${number}.${place}` : undefined };
  })));
  const ending = wait(end.gap).pipe(mergeMap(() => end.fails ? throwError(() => new Error(`error of ${number}`)) : EMPTY));
  return concat(...steps, ending);
}

/** What the observer sends on seeing a state. */
function echoesOf(state: State, jobs: ReadonlyMap<number, Job>): readonly Work[] {
  const [, number, place] = /^(\d+)\.(\d+)$/.exec(state.at(-1) ?? '') ?? [];
  return place === '0' ? jobs.get(Number(number))!.work.echoes : [];
}

/** The reference: nothing but rxjs. An error ends its own command, and the state stays as that command had left it. */
function byMergeScan(arrivals: Arrivals): Seen {
  const scheduler = new VirtualTimeScheduler();
  const seen: Seen = { log: [], shown: [], replies: new Map() };
  const jobs = new Map<number, Job>();
  const commands$ = new Subject<Job>();
  const asked = new Set<number>();
  const send = (work: Work, asks: boolean) => {
    const job = { number: jobs.size + 1, work };
    jobs.set(job.number, job);
    if (asks) asked.add(job.number);
    commands$.next(job);
  };
  const settle = (number: number, outcome: string, result: unknown) => {
    seen.log.push([scheduler.now(), outcome, number]);
    if (asked.has(number)) seen.replies.set(number, [scheduler.now(), outcome, result]);
  };
  const states$ = commands$.pipe(mergeScan((state: State, job) => {
    const { number, work } = job;
    seen.log.push([scheduler.now(), 'started', number]);
    let last: string | undefined;
    return defer(() => {
      for (const told of work.tells) send(told, false);
      const steps = stepsOf(job, state, scheduler);
      return steps instanceof Observable ? steps : of(steps);
    }).pipe(
      tap(({ value }) => { last = value; }),
      map(({ next }) => next),
      tap({ complete: () => settle(number, 'replied', last) }),
      catchError((error: unknown) => {
        settle(number, 'failed', messageOf(error));
        return EMPTY;
      }),
    );
  }, first, 1));
  concat(of(first), states$).pipe(distinctUntilChanged()).subscribe((state) => {
    if (state !== first) seen.log.push([scheduler.now(), 'state', state]);
    seen.shown.push([scheduler.now(), state]);
    for (const echo of echoesOf(state, jobs)) send(echo, true);
  });
  for (const { at, work } of arrivals) scheduler.schedule(() => send(work, true), at);
  scheduler.flush();
  return seen;
}

/** The same by a store, seen through its replies and two of its observers; with `traced`, step by step as well. */
function byStore(arrivals: Arrivals, traced: boolean): Seen & { readonly shownFirst: unknown[]; readonly idle: boolean } {
  const scheduler = new VirtualTimeScheduler();
  const seen = { log: [] as unknown[], shown: [] as unknown[], replies: new Map<number, unknown>(), shownFirst: [] as unknown[] };
  const jobs = new Map<number, Job>();
  const job = (work: Work) => {
    const made = { number: jobs.size + 1, work };
    jobs.set(made.number, made);
    return made;
  };
  const store = createStore({
    state: first,
    commands: {
      work: (state, made: Job, { tell }) => {
        for (const told of made.work.tells) tell('work', job(told));
        const outcomeOf = ({ next, value }: Step) => value === undefined ? next : reply(next, value);
        const steps = stepsOf(made, state, scheduler);
        return steps instanceof Observable ? steps.pipe(map(outcomeOf)) : outcomeOf(steps);
      },
    },
  }, { scheduler, timeout: Infinity });
  const ask = (work: Work) => {
    const made = job(work);
    const settle = (outcome: string) => (result: unknown) => void seen.replies.set(made.number, [scheduler.now(), outcome, result]);
    store.ask.work(made).subscribe({ next: settle('replied'), error: (error: unknown) => settle('failed')(messageOf(error)) });
  };
  store.errors$.subscribe();
  if (traced) {
    let state: unknown = first;
    store.trace$.subscribe((event) => {
      if (event.kind === 'started') seen.log.push([event.time, 'started', event.id]);
      if (event.kind === 'state' && event.view !== state) seen.log.push([event.time, 'state', state = event.view]);
      if (event.kind === 'settled') seen.log.push([event.time, event.outcome, event.id]);
    });
  }
  store.select().subscribe((state) => void seen.shownFirst.push([scheduler.now(), state]));
  store.select().subscribe((state) => {
    for (const echo of echoesOf(state, jobs)) ask(echo);
  });
  store.select().subscribe((state) => void seen.shown.push([scheduler.now(), state]));
  for (const { at, work } of arrivals) scheduler.schedule(() => ask(work), at);
  scheduler.flush();
  const { waiting, running, handled, failed } = store.status();
  const failures = [...jobs.values()].filter(({ work }) => work.kind === 'throw' || (work.kind === 'stream' && work.end.fails)).length;
  return { ...seen, idle: waiting === 0 && running === 0 && handled === jobs.size && failed === failures };
}

/** Commands that send others, which send others in turn. */
function works(depth: number): fc.Arbitrary<Work> {
  const none = { weight: 2, arbitrary: fc.constant([]) };
  const others = depth === 0 ? fc.constant([]) : fc.oneof(none, { weight: 1, arbitrary: fc.array(works(depth - 1), { maxLength: 2 }) });
  return fc.record({
    kind: fc.oneof({ weight: 1, arbitrary: fc.constantFrom('next', 'stay', 'reply', 'throw') }, { weight: 1, arbitrary: fc.constant('stream') }),
    emissions: fc.array(fc.record({ gap: fc.nat(3), replies: fc.boolean() }), { maxLength: 4 }),
    end: fc.record({ gap: fc.nat(2), fails: fc.boolean() }),
    tells: others,
    echoes: others,
  });
}

const arrivals = fc.array(fc.record({ at: fc.nat(30), work: works(2) }), { maxLength: 12 });

describe('The fold', () => {
  it('gives the same states and the same replies at the same times as mergeScan with one at a time', () => {
    fc.assert(fc.property(arrivals, (sent) => {
      const store = byStore(sent, false);
      const reference = byMergeScan(sent);
      expect(store.shown).toEqual(reference.shown);
      expect(store.shownFirst).toEqual(reference.shown);
      expect(store.replies).toEqual(reference.replies);
      expect(store.idle).toBe(true);
    }), { numRuns: 400 });
  });

  it('starts, shows and settles each command in the same order as mergeScan', () => {
    fc.assert(fc.property(arrivals, (sent) => {
      expect(byStore(sent, true).log).toEqual(byMergeScan(sent).log);
    }), { numRuns: 400 });
  });

  it('gives the same states and the same replies as mergeScan also where outcomes are promises', async () => {
    interface Turn { readonly hops: number; readonly fails: boolean; readonly replies: boolean; readonly native: boolean }
    const turns = fc.array(fc.record({ hops: fc.nat(4), fails: fc.boolean(), replies: fc.boolean(), native: fc.boolean() }), { maxLength: 10 });
    /** A promise of the next step, or for a turn that isn't `native` the step itself. */
    const step = (state: State, place: number, { hops, fails, replies, native }: Turn): Step | Promise<Step> => {
      const made = { next: [...state, String(place)], value: replies ? `reply ${place}` : undefined };
      if (native && fails) throw new Error(`thrown by ${place}`);
      if (native) return made;
      return (async () => {
        for (let hop = 0; hop < hops; hop++) await Promise.resolve();
        if (fails) throw new Error(`rejected by ${place}`);
        return made;
      })();
    };
    await fc.assert(fc.asyncProperty(turns, async (script) => {
      const expected = { shown: [first] as State[], settled: [] as unknown[] };
      await new Promise<void>((complete) => {
        from(script).pipe(mergeScan((state: State, turn, place) => {
          let last: string | undefined;
          return defer(() => {
            const made = step(state, place, turn);
            return made instanceof Promise ? from(made) : of(made);
          }).pipe(
            tap(({ value }) => { last = value; }),
            map(({ next }) => next),
            tap({ complete: () => expected.settled.push([place, last]) }),
            catchError((error: unknown) => {
              expected.settled.push([place, messageOf(error)]);
              return EMPTY;
            }),
          );
        }, first, 1)).subscribe({ next: (state) => expected.shown.push(state), complete });
      });

      const store = createStore({
        state: first,
        commands: {
          turn: (state, [place, turn]: readonly [number, Turn]) => {
            const outcomeOf = ({ next, value }: Step) => value === undefined ? next : reply(next, value);
            const made = step(state, place, turn);
            return made instanceof Promise ? made.then(outcomeOf) : outcomeOf(made);
          },
        },
      }, { timeout: Infinity });
      const shown: State[] = [];
      const settled: unknown[] = [];
      store.select().subscribe((state) => void shown.push(state));
      const all = script.map((turn, place) => store.ask.turn([place, turn]).then(
        (value) => settled.push([place, value]),
        (error: unknown) => settled.push([place, messageOf(error)]),
      ));
      await Promise.all(all);
      expect(shown).toEqual(expected.shown);
      expect(settled).toEqual(expected.settled);
    }));
  });
});
