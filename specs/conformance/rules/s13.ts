/** S13: a long backlog is worked off in slices, and does not hold up others; its order stays as it is. */
import type { AnyDefinition, Client, Context } from 'ownstate';
import { VirtualTimeScheduler } from 'rxjs';
import { expect } from 'vitest';
import { overKinds, type Rule } from '../clause.js';
import type { Give } from '../handlers.js';
import { turns } from '../time.js';
import type { World } from '../world.js';

/** A store that says how many commands it has handled. */
type Counted = Pick<Client<AnyDefinition>, 'status'>;

/** Many more commands than a slice of these clauses holds. */
const MANY = 3000;

/** A scheduler whose clock goes on by working, as that of the platform does; it does one task when it's told to. */
class Working extends VirtualTimeScheduler {
  clock = 0;
  override now = () => this.clock;

  step(): boolean {
    const action = this.actions.shift();
    action?.execute(action.state, action.delay);
    return action !== undefined;
  }
}

/** A store that can be held up; each of its commands calls `work`. */
function long(w: World, give: Give, scheduler: VirtualTimeScheduler, work: () => void) {
  const order: number[] = [];
  let sent = 0;
  let release = () => {};
  const held = new Promise<void>((resolve) => { release = resolve; });
  const store = w.create({
    state: 0,
    commands: {
      hold: (n: number) => held.then(() => n),
      work: (n: number, place: number) => {
        work();
        order.push(place);
        return give(() => n + 1, 0);
      },
      again: (n: number, _payload: void, { tell }: Context<never>) => {
        work();
        if (++sent < MANY) tell('again');
        return give(() => n + 1, 0);
      },
    },
  }, { scheduler, timeout: Infinity, slice: 8 });
  return { store, order, release };
}

/** Lets all be done that the store does without a new task, and gives how many commands it has handled by then. */
async function atRest(store: Counted): Promise<number> {
  for (let before = -1, rounds = 0; rounds < MANY; rounds++) {
    const { handled } = store.status();
    if (handled === before) return handled;
    before = handled;
    await turns();
  }
  throw new Error(`Expected the store to come to rest, got ${store.status().handled} commands`);
}

/** How many commands each task of the scheduler handled. */
async function slices(store: Counted, scheduler: Working): Promise<number[]> {
  const counts: number[] = [];
  for (let before = 0, more = true; more && counts.length < MANY; more = scheduler.step()) {
    const handled = await atRest(store);
    counts.push(handled - before);
    before = handled;
  }
  return counts.filter((count) => count > 0);
}

export const s13: Rule = {
  name: 'S13 Fairness',
  clauses: [
    ...overKinds('a long backlog is worked off in slices, each in a task of its own, and in order', async (w, give) => {
      const scheduler = new Working();
      const { store, order, release } = long(w, give, scheduler, () => { scheduler.clock += 1 / 8; });
      store.tell.hold();
      for (let place = 0; place < MANY; place++) store.tell.work(place);
      release();
      const counts = await slices(store, scheduler);
      expect(Math.max(...counts)).toBeLessThan(MANY / 3);
      expect(order).toEqual(Array.from({ length: MANY }, (_, place) => place));
    }, { needs: ['virtual time'] }),

    ...overKinds('a store that keeps sending to itself lets others have their turn', async (w, give) => {
      const scheduler = new Working();
      const { store } = long(w, give, scheduler, () => { scheduler.clock += 1 / 8; });
      store.tell.again();
      const counts = await slices(store, scheduler);
      expect(Math.max(...counts)).toBeLessThan(MANY / 3);
      expect(store.snapshot()).toBe(MANY);
    }, { needs: ['virtual time'] }),

    ...overKinds('where time is virtual no slice ends', async (w, give) => {
      const { store, order, release } = long(w, give, new VirtualTimeScheduler(), () => {});
      store.tell.hold();
      for (let place = 0; place < MANY; place++) store.tell.work(place);
      release();
      expect(await atRest(store)).toBe(MANY + 1);
      expect(order).toEqual(Array.from({ length: MANY }, (_, place) => place));
    }, { needs: ['virtual time'] }),
  ],
};
