/**
 * Ten thousand stores are opened and used, ended by their signal or by a shutdown, and what is left of them is counted: none.
 *
 * Each has a tick, a named timer, subscribers, an effect that never ends and a held ask. Whichever way it ends, each asker
 * gets an answer, each subscriber the end, and the scheduler has nothing left to do.
 */
import { createStore, effect, hold, ticket, type StoreOptions } from 'ownstate';
import { NEVER, type Observable } from 'rxjs';
import type { World } from './support/world.js';

const createBusy = (options: StoreOptions) => createStore({
  name: 'busy',
  state: 0,
  commands: {
    beat: (n) => n + 1,
    alarm: (n, _payload: void, { timers }) => (timers.set('later', 60_000, 'beat'), n),
    work: (n) => effect(n, { run: () => NEVER, done: (now) => now }),
    wait: (n) => hold(n, ticket<number>(), { atShutdown: 'fail' }),
  },
  ticks: { beat: 1000 },
}, options);

/** What has not come to its end yet. */
interface Open {
  stores: number;
  subscribers: number;
  asks: number;
}

/** Opens a store, uses all of it, and counts what becomes of that. */
function openOne(world: World, open: Open, signal?: AbortSignal): ReturnType<typeof createBusy> {
  const store = createBusy({ scheduler: world.scheduler, ...(signal && { signal }) });
  open.stores++;
  void store.closed.then(() => open.stores--);
  const sources: readonly Observable<unknown>[] = [store.select(), store.events$, store.errors$, store.trace$];
  for (const source of sources) {
    open.subscribers++;
    source.subscribe({ complete: () => open.subscribers-- });
  }
  store.tell.alarm();
  const replies: readonly Observable<unknown>[] = [store.ask.work(), store.ask.wait()];
  for (const pending of replies) {
    open.asks++;
    pending.subscribe({ next: () => open.asks--, error: () => open.asks-- });
  }
  return store;
}

export default async function program(world: World, stores = 10_000): Promise<void> {
  const { print } = world;
  const open: Open = { stores: 0, subscribers: 0, asks: 0 };
  const show = (when: string) => {
    print(`${when.padEnd(24)} ${open.stores} stores, ${open.subscribers} subscribers, ${open.asks} asks open`);
  };

  const controller = new AbortController();
  const graceful = Array.from({ length: stores / 2 }, () => openOne(world, open));
  for (let count = stores / 2; count < stores; count++) openOne(world, open, controller.signal);
  show('opened');

  controller.abort();
  await world.sleep(0);
  show('half of them aborted');

  // Their effects never end: each shutdown drains for 500 ms, and then aborts.
  const ended = graceful.map((store) => store.shutdown({ timeout: 500 }));
  await world.sleep(250);
  show('the others drain');
  await Promise.all(ended);
  await world.sleep(0);
  show('all shut down');

  const left = open.stores + open.subscribers + open.asks;
  print(`left: ${left === 0 ? 'none' : left}`);
}
