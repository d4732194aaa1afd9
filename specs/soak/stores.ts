/** Stores that are opened and used; half of them end in mid-work, the others when they're done. */
import { getEventListeners, setMaxListeners } from 'node:events';
import { createStore, effect, reply, replyLater, type, type Context, type Store } from 'ownstate';
import { delay, NEVER, of, timer, type Observable } from 'rxjs';
import type { TrackedScheduler } from '../../lib/testing/tracked-scheduler.js';
import { piece } from './support/piece.js';
import { Tally } from './support/tally.js';

/** As many live at the same time. */
const BATCH = 100;
/** How the stores of a batch end: every second one in mid-work, each of these in its own way. */
const ENDS = ['its signal', 'a signal that all share', 'a shutdown that is out of time', 'stop, and its signal'] as const;

const definition = {
  name: 'soaked', state: { count: 0, list: [] as readonly number[] },
  commands: {
    add: (state: State, by: number) => reply({ ...state, count: state.count + by }, state.count),
    note: (state: State, by: number, { emit }: Context<string>) => (emit(`noted ${by}`), { ...state, list: [...state.list, by] }),
    wait: (state: State) => Promise.resolve(state),
    hang: (state: State) => new Promise<State>(() => state),
    later: (state: State) => replyLater(state, timer(1)),
    never: (state: State) => replyLater(state, NEVER),
    work: (state: State, hangs: boolean) => effect(state, {
      run: () => hangs ? NEVER : of(1).pipe(delay(0)), done: (now: State, by) => reply({ ...now, count: now.count + by }, by),
    }),
    remind: (state: State, ms: number, { timers }: Context<string>) => (timers.set(`in ${ms}`, ms, 'beat'), state),
    beat: (state: State) => state,
    stop: (state: State, _payload: void, { stop }: Context<string>) => (stop(), state),
  },
  queries: { count: ({ count }: State) => count },
  ticks: { beat: 50 },
  view: ({ count }: State) => count,
  events: type<string>(),
};
interface State {
  readonly count: number;
  readonly list: readonly number[];
}

/** What all stores have in common: who counts, and what ends them. */
interface Shared {
  readonly tally: Tally;
  readonly scheduler: TrackedScheduler;
  readonly shared: AbortSignal;
  /** Streams that have completed. */
  completed: number;
}

/** Opens a store and uses it; gives what ends it. */
function open(place: number, those: Shared): { readonly store: Store<typeof definition>; readonly end: () => Promise<void> } {
  const { tally, scheduler, shared } = those;
  const abort = new AbortController();
  const midway = place % 2 === 1;
  const how = ENDS[(place - 1) / 2 % ENDS.length];
  const store = createStore(definition, { scheduler, signal: midway && how === ENDS[1] ? shared : abort.signal });
  const complete = () => {
    those.completed++;
  };
  store.errors$.subscribe({ next: tally.told, complete });
  const streams: readonly Observable<unknown>[] = [store.select(), store.select((count) => count % 2), store.events$, store.trace$, store.commands$];
  for (const stream of streams) stream.subscribe({ complete });
  const limited = store.with({ timeout: 60_000, signal: shared });

  for (let i = 0; i < 5; i++) {
    tally.ask(store.ask.add(i));
    store.tell.note(i);
  }
  tally.ask(limited.ask.wait());
  tally.ask(store.ask.later());
  tally.ask(store.ask.work(false));
  tally.ask(store.ask.count());
  store.tell.remind(1);
  store.tell.remind(100_000);
  if (!midway) return { store, end: () => store.shutdown() };
  tally.ask(limited.ask.never());
  tally.ask(store.ask.work(true));
  tally.ask(store.ask.hang());
  // Behind what hangs.
  for (let i = 0; i < 5; i++) tally.ask(limited.ask.add(i));
  if (how === ENDS[3]) store.tell.stop();
  return {
    store,
    end: () => {
      if (how === ENDS[2]) return store.shutdown({ timeout: 1 });
      // The shared one is aborted for all of a batch at once.
      if (how !== ENDS[1]) abort.abort();
      return store.closed;
    },
  };
}

await piece(4000, async (amount, progress, scheduler) => {
  const tally = new Tally();
  let closed = 0;
  let completed = 0;
  let listeners = 0;
  let left = 0;
  for (let opened = 0; opened < amount; opened += BATCH) {
    const shared = new AbortController();
    // Each store listens by itself, and Node warns of more than ten.
    setMaxListeners(BATCH, shared.signal);
    const those: Shared = { tally, scheduler, shared: shared.signal, completed: 0 };
    const stores = Array.from({ length: BATCH }, (_, place) => open(place, those));
    // Some are in the middle of what takes microtasks, some wait for a timer.
    await (opened / BATCH % 2 === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, 2)));
    const ended = stores.map(({ end }) => end());
    shared.abort();
    await Promise.all(ended);
    await tally.all();
    listeners += getEventListeners(shared.signal, 'abort').length;
    completed += those.completed;
    for (const { store } of stores) {
      const { phase, waiting, running, effects, replies } = store.status();
      if (phase === 'closed') closed++;
      left += waiting + running + effects + replies;
    }
    progress(opened + BATCH);
  }
  return [
    { what: 'stores that closed', expected: amount, found: closed },
    { what: 'streams that completed', expected: amount * 6, found: completed },
    { what: 'asks that ended', expected: tally.asks, found: tally.settled },
    { what: 'left in the stores', expected: 0, found: left },
    { what: 'listeners left on signals', expected: 0, found: listeners },
    { what: 'endings that never came', expected: '', found: tally.missing('STORE_CLOSED', 'ASK_ABORTED') },
    { what: 'failures of handlers', expected: 0, found: tally.of('own') },
  ];
});
