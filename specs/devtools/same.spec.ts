/** Watching changes nothing: with a recorder and a connection a store does just what it does without them. */
import fc from 'fast-check';
import { createStore, effect, reply, replyLater, type, type Context } from 'ownstate';
import { replaceable } from 'ownstate/app';
import { connectDevtools, recordTrace, type TraceCommandRow } from 'ownstate/devtools';
import { map, timer, VirtualTimeScheduler, type SchedulerLike } from 'rxjs';
import { expect, it } from 'vitest';
import { fakeExtension } from './support/fake-extension.js';

/** A store with a command of each kind; all take their time from one scheduler. */
const define = (scheduler: SchedulerLike) => replaceable({
  name: 'all',
  state: 0,
  events: type<number>(),
  ticks: { tick: 7 },
  commands: {
    add: (n, by: number) => reply(n + by, n + by),
    emit: (n, what: number, { emit }: Context<number>) => {
      emit(what);
      return n;
    },
    fail: (n, why: number): number => {
      throw new RangeError(`${n} ${why}`);
    },
    slow: (n, by: number) => timer(by, scheduler).pipe(map(() => n + by)),
    later: (n, by: number) => replyLater(n + 1, timer(by, scheduler)),
    work: (n, by: number) => effect(n + 1, { policy: 'switch', run: () => timer(by, scheduler), done: (now) => reply(now + by, now) }),
    ring: (n, ms: number, { timers, tell }: Context<number>) => {
      timers.set('bell', ms, 'add', 100);
      tell('add', 1);
      return n;
    },
    tick: (n) => n + 1000,
  },
  queries: { get: (n, by: number) => n + by },
});

const TYPES = ['add', 'emit', 'fail', 'slow', 'later', 'work', 'ring', 'get'] as const;

interface Sent { readonly at: number; readonly type: typeof TYPES[number]; readonly payload: number; readonly told: boolean; readonly timeout: number }

const sent: fc.Arbitrary<Sent> = fc.record({
  at: fc.integer({ min: 0, max: 12 }), type: fc.constantFrom(...TYPES), payload: fc.integer({ min: 0, max: 5 }), told: fc.boolean(),
  timeout: fc.constantFrom(3, 1000),
});

/** Sends all of that, and gives back what was seen from outside, and what was recorded. */
function play(commands: readonly Sent[], watched: boolean) {
  const scheduler = new VirtualTimeScheduler();
  const store = createStore(define(scheduler), { scheduler, mailbox: { capacity: 3 } });
  const seen: string[] = [];
  const states: number[] = [];
  const note = (what: string, value: unknown) => seen.push(`${scheduler.now()} ${what} ${value instanceof Error ? `${value.name} ${value.message}` : String(value)}`);
  const extension = fakeExtension();
  const recorder = watched ? recordTrace(store, { since: 0 }) : undefined;
  if (watched) connectDevtools(store, { extension, maxAge: 100_000 });
  store.select().subscribe((state) => {
    states.push(state);
    note('state', state);
  });
  store.events$.subscribe((event) => note('event', event));
  store.errors$.subscribe(({ error }) => note('error', error));
  commands.forEach(({ at, type: name, payload, told, timeout }, i) => {
    timer(at, scheduler).subscribe(() => {
      if (told && name !== 'get') return store.tell[name](payload);
      store.with({ timeout }).send({ type: name, payload }).subscribe({
        next: (value: unknown) => note(`reply ${i}`, value), error: (error: unknown) => note(`failure ${i}`, error),
      });
    });
  });
  timer(30, scheduler).subscribe(() => void store.shutdown());
  scheduler.flush();
  seen.push(JSON.stringify(store.status()));
  return { seen, states, recorder, monitor: extension.instances[0] };
}

it('replies, states, events, errors and numbers are the same', () => {
  fc.assert(fc.property(fc.array(sent, { maxLength: 12 }), (commands) => {
    expect(play(commands, true).seen).toEqual(play(commands, false).seen);
  }), { numRuns: 200 });
});

it('the rows and the actions are those of the commands that were sent, with the states that were shown', () => {
  fc.assert(fc.property(fc.array(sent, { maxLength: 12 }), (commands) => {
    const { states, recorder, monitor } = play(commands, true);
    const rows = recorder!.rows.filter((row): row is TraceCommandRow => row.kind !== 'phase');
    const expected = [...commands].map((command, i) => ({ ...command, i })).sort((a, b) => a.at - b.at || a.i - b.i)
      .map(({ type: name, payload }) => [name, payload]);
    const begun = rows.filter(({ kind, form }) => kind === 'command' && form !== 'own');
    expect(begun.map(({ type: name, payload }) => [name, payload])).toEqual(expected);
    // Everything has ended; each command has one row that says how, and ids without gaps.
    expect(rows.filter(({ outcome }) => outcome === 'waiting' || outcome === 'running')).toEqual([]);
    expect(rows.filter(({ kind }) => kind === 'command').map(({ id }) => id)).toEqual(rows.filter(({ kind }) => kind === 'command').map((_, i) => i + 1));
    // Commits in the order of time, without those that changed nothing, are what `select` showed.
    const commits = rows.flatMap((row) => row.commits.map((commit) => ({ ...commit, seq: row.seq ?? 0 })))
      .sort((a, b) => a.time - b.time || a.seq - b.seq).map(({ view }) => view);
    expect([0, ...commits].filter((view, i, all) => view !== all[i - 1])).toEqual(states);
    const shown = monitor!.states();
    expect(shown.filter((view, i) => view !== shown[i - 1])).toEqual(states);
  }), { numRuns: 200 });
});
