/** The body of the table: carries a row out, holds what comes out against it, and then the store against its promises. */
import { setImmediate as immediate } from 'node:timers/promises';
import { createStore, reply, StoreClosedError, type ErrorEvent, type Store, type StoreOptions, type TraceEvent } from 'ownstate';
import { openCheck } from 'ownstate/testing';
import { config, VirtualTimeScheduler, type Observable } from 'rxjs';
import { expect, vi } from 'vitest';
import { expectFault, expectFaults, expectSame, shown } from './match.js';
import type { Counts, Row, Site, Usual } from './row.js';

/** What came out, or that nothing did. */
type Outcome =
  | { readonly way: 'gives'; readonly value: unknown }
  | { readonly way: 'throws' | 'fails'; readonly error: unknown }
  | { readonly way: 'hangs' };

/** A task later: what promises do has happened by then, and what rxjs reports, on timers that don't take their time. */
const turn = async () => {
  await immediate();
  vi.advanceTimersByTime(1);
  await immediate();
};

/** Carries a row out. `watched`: all streams of the store have a subscriber. */
export async function hold(row: Row, watched: boolean): Promise<void> {
  const unhandled: unknown[] = [];
  const former = config.onUnhandledError;
  config.onUnhandledError = (error) => unhandled.push(error);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    await carryOut(row, watched, unhandled);
  } finally {
    vi.useRealTimers();
    config.onUnhandledError = former;
  }
}

async function carryOut(row: Row, watched: boolean, unhandled: unknown[]): Promise<void> {
  const clock = new VirtualTimeScheduler();
  const pass = (ms: number) => {
    clock.maxFrames = clock.frame + ms;
    clock.flush();
    clock.frame = clock.maxFrames;
  };
  const open = openCheck({ scheduler: clock });
  const make = (definition: Row['definition'], options: Row['options']) => open.watch(createStore(
    // Casts: half of what the rows say is no definition and no option.
    mixed(usual(row), definition) as Usual, mixed({ scheduler: open.scheduler }, options) as StoreOptions,
  ));
  const traces: TraceEvent[] = [];
  const errors: ErrorEvent[] = [];

  let store: Store<Usual> | undefined;
  const outcome = await outcomeOf(() => {
    const made = store = make(row.definition, row.options);
    if (watched) {
      made.trace$.subscribe((event) => traces.push(event));
      made.errors$.subscribe((event) => errors.push(event));
      for (const stream of [made.events$, made.commands$]) stream.subscribe();
    }
    return row.act ? row.act({ store: made, listen, pass } satisfies Site) : made.ask.go(undefined);
  }, () => pass(0));
  // Failed replies that nobody observes are reported a millisecond later.
  await turn();
  pass(1);
  await turn();
  expectOutcome(outcome, row.out);

  // Where there's no store, the next one works.
  const { store: used, fresh } = store === undefined ? { store: make(undefined, undefined), fresh: true } : { store, fresh: false };
  const status = used.status();
  if (row.counts !== 'anything that adds up') {
    const { handled, failed, dropped, timedOut } = status;
    expect({ handled, failed, dropped, timedOut }, 'what is counted').toEqual(countsOf(row.out, row.counts));
  }
  expect(status, 'what is left').toMatchObject({
    phase: row.closed ? 'closed' : 'open', waiting: 0, running: 0, effects: row.effects ?? 0, replies: 0,
  });
  const { reported = [], thrown = [] } = row;
  if (watched && !fresh) {
    expectTraced(traces, status, row);
    expectFaults(errors.map(({ error }) => error), reported, 'on errors$');
  }
  expectFaults(unhandled, [...(watched || row.heard ? [] : reported), ...thrown], 'reported as unhandled');

  await expectWorks(used, row, fresh);
  const ended = used.shutdown();
  await turn();
  pass(30_000);
  await ended;
  expect(used.status(), 'what is left in the end').toMatchObject({ phase: 'closed', waiting: 0, running: 0, effects: 0, replies: 0 });
  open.check();
}

function usual({ go = (state: unknown) => state }: Row): Usual {
  // A cast: what a row's handler gives back may be nothing that a handler may.
  return {
    name: 'bed', state: 0, queries: { peek: (state) => state },
    commands: { echo: (state, payload) => reply(state, payload), go: go as Usual['commands']['go'] },
  };
}

function mixed<T extends object>(usually: T, given: object | ((usually: T) => unknown) | undefined): unknown {
  // A cast: a function that is given makes the whole.
  return typeof given === 'function' ? (given as (usually: T) => unknown)(usually) : { ...usually, ...given };
}

function listen(source: Observable<unknown>): unknown[] {
  const seen: unknown[] = [];
  source.subscribe({
    next: (value) => seen.push('next', value),
    error: (error: unknown) => seen.push('error', error),
    complete: () => seen.push('complete'),
  });
  return seen;
}

async function outcomeOf(act: () => unknown, stir: () => void): Promise<Outcome> {
  let came: unknown;
  try {
    came = act();
  } catch (error) {
    return { way: 'throws', error };
  }
  // A row that wants a thenable itself to be looked at puts it into a list.
  if (typeof (came as Partial<PromiseLike<unknown>> | null | undefined)?.then !== 'function') return { way: 'gives', value: came };
  // A cast, since it's set in a callback: otherwise it's taken for what it's first.
  let outcome = { way: 'hangs' } as Outcome;
  (came as PromiseLike<unknown>).then(
    (value) => { outcome = { way: 'gives', value }; },
    (error: unknown) => { outcome = { way: 'fails', error }; },
  );
  for (let turns = 0; outcome.way === 'hangs' && turns < 5; turns++) {
    await turn();
    stir();
  }
  return outcome;
}

function expectOutcome(outcome: Outcome, out: Row['out']): void {
  if (outcome.way === 'gives' && out.way === 'gives') return expectSame(outcome.value, out.value);
  if (outcome.way !== 'gives' && outcome.way !== 'hangs' && outcome.way === out.way) return expectFault(outcome.error, out.fault);
  const came = outcome.way === 'gives' ? shown(outcome.value) : outcome.way === 'hangs' ? '' : shown(outcome.error);
  throw new Error(`Expected an outcome that ${out.way} ${shown('fault' in out ? out.fault : out.value)}, got one that ${outcome.way} ${came}`);
}

function countsOf(out: Row['out'], counts: Partial<Counts> | undefined): Counts {
  const asked = out.way === 'throws' ? 0 : 1;
  return { handled: asked, failed: out.way === 'fails' ? asked : 0, dropped: 0, timedOut: 0, ...counts };
}

/** What was traced adds up to what was counted: each that began has ended, each that came has settled. */
function expectTraced(traces: readonly TraceEvent[], { handled, dropped }: Counts, { closed, effects = 0 }: Row): void {
  const count = (kind: TraceEvent['kind']) => traces.filter((event) => event.kind === kind).length;
  expect(count('dropped'), 'dropped by the trace').toBe(dropped);
  if (closed) return;
  expect(count('started'), 'begun by the trace').toBe(handled);
  const ids = new Set(traces.flatMap(({ kind, id }) => kind === 'received' ? [id] : []));
  const ended = traces.flatMap(({ kind, id }) => (kind === 'settled' || kind === 'dropped') && ids.has(id) ? [id] : []);
  expect(new Set(ended).size, 'each settles once').toBe(ended.length);
  expect(ids.size - ended.length, 'all settle').toBeLessThanOrEqual(effects);
}

/** A following ask is answered, at once; or refused, where the row has ended the store. */
async function expectWorks(store: Store<Usual>, row: Row, fresh: boolean): Promise<void> {
  const { handled } = store.status();
  if (row.closed) return await expect(Promise.resolve(store.ask.echo('after'))).rejects.toThrow(StoreClosedError);
  const answers: unknown[] = [];
  store.ask.echo('after').subscribe((answer) => answers.push(answer));
  store.ask.peek().subscribe((state) => answers.push(state));
  expectSame(answers, ['after', fresh || !('state' in row) ? 0 : row.state]);
  expect(store.status(), 'counted afterwards').toMatchObject({ handled: handled + 2, waiting: 0, running: 0 });
  expect(await store.ask.echo('awaited')).toBe('awaited');
}
