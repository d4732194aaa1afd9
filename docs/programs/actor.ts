/**
 * Two actors, a chef and a waiter, each with a handler per type of message, send to each other.
 *
 * Neither waits for the other: they tell, so no ring of waiting can close. Who wants an answer asks.
 */
import { createStore, reply, type Client } from 'ownstate';
import type { World } from './support/world.js';

/** What a kitchen is told and asked. */
interface Kitchen {
  readonly state: number;
  readonly commands: { readonly cook: (cooked: number, dish: string) => number };
}

const createWaiter = ({ print, scheduler }: World, kitchen: () => Client<Kitchen>) => createStore({
  name: 'waiter',
  state: { carried: [] as readonly string[], bill: 0 },
  commands: {
    order: (state, { dish, price }: { dish: string; price: number }, { after }) => {
      print(`waiter: one ${dish}, please`);
      after(() => kitchen().tell.cook(dish));
      return { ...state, bill: state.bill + price };
    },
    ready: (state, dish: string) => {
      print(`waiter: here is your ${dish}`);
      return { ...state, carried: [...state.carried, dish] };
    },
    pay: (state, money: number) => {
      if (money < state.bill) throw new RangeError(`${money} is less than the bill of ${state.bill}`);
      return reply({ ...state, bill: 0 }, money - state.bill);
    },
  },
  queries: {
    bill: ({ bill }) => bill,
  },
}, { scheduler });

const createChef = ({ print, sleep, scheduler }: World, served: (dish: string) => void) => createStore({
  name: 'chef',
  state: 0,
  commands: {
    cook: async (cooked, dish: string, { after }) => {
      print(`chef: cooking ${dish}`);
      await sleep(100);
      after(() => served(dish));
      return cooked + 1;
    },
  },
}, { scheduler });

export default async function program(world: World): Promise<void> {
  const { print } = world;
  const waiter: ReturnType<typeof createWaiter> = createWaiter(world, () => chef);
  const chef = createChef(world, (dish) => waiter.tell.ready(dish));

  waiter.tell.order({ dish: 'soup', price: 5 });
  waiter.tell.order({ dish: 'pasta', price: 9 });
  // A message is plain data, and may as well come as one.
  waiter.commands$.next({ type: 'order', payload: { dish: 'cake', price: 4 } });

  print(`the bill is ${await waiter.ask.bill()}`);
  await waiter.ask.pay(10).then(undefined, (error: unknown) => print(`pay 10: ${error instanceof Error ? error.message : 'refused'}`));
  print(`pay 20: ${await waiter.ask.pay(20)} back`);

  // The chef finishes what was ordered; the waiter is told of it, and ends after that.
  await chef.shutdown();
  await waiter.shutdown();
  print(`served: ${waiter.snapshot().carried.join(', ')}; cooked: ${chef.snapshot()}`);
}
