/**
 * Two stores that wait for each other: the ring fails at once and names itself; the same pair done right tells instead.
 *
 * Each account books a transfer only when the other one has confirmed it. If both wait, none ever answers.
 */
import { createStore, DeadlockError, reply, type Client } from 'ownstate';
import type { World } from './support/world.js';

/** An account that the other one can ask for a confirmation. */
interface Peer {
  readonly state: number;
  readonly commands: { readonly confirm: (balance: number, amount: number) => Promise<ReturnType<typeof reply<number, boolean>>> };
}

/** Waits for the other account within its own handler, and the other one for it. */
const createWaiting = (name: string, other: () => Client<Peer>, { scheduler }: World) => createStore({
  name,
  state: 100,
  commands: {
    send: async (balance, amount: number, { via }) => {
      await via(other()).ask.confirm(amount);
      return reply(balance - amount, balance - amount);
    },
    // To confirm, it asks back: that closes the ring.
    confirm: async (balance, amount: number, { via }) => reply(balance + amount, await via(other()).ask.confirm(amount)),
  },
}, { scheduler });

/** Tells the other account what to book, and waits for nobody. */
const createTelling = (name: string, other: () => { readonly tell: { readonly receive: (amount: number) => void } }, { scheduler }: World) => createStore({
  name,
  state: 100,
  commands: {
    send: (balance, amount: number, { after }) => {
      after(() => other().tell.receive(amount));
      return reply(balance - amount, balance - amount);
    },
    receive: (balance, amount: number) => balance + amount,
  },
}, { scheduler });

export default async function program(world: World): Promise<void> {
  const { print, scheduler } = world;

  print('waiting for each other');
  const left: ReturnType<typeof createWaiting> = createWaiting('left', () => right, world);
  const right: ReturnType<typeof createWaiting> = createWaiting('right', () => left, world);
  const begin = scheduler.now();
  try {
    await left.ask.send(30);
  } catch (error) {
    if (!(error instanceof DeadlockError)) throw error;
    print(`  ${error.message}`);
    print(`  found after ${scheduler.now() - begin} ms, by ${error.store}; no timeout had to pass`);
  }
  print(`  nothing was booked: left ${left.snapshot()}, right ${right.snapshot()}`);
  await Promise.all([left.shutdown(), right.shutdown()]);

  print('telling each other');
  const ann: ReturnType<typeof createTelling> = createTelling('ann', () => bob, world);
  const bob: ReturnType<typeof createTelling> = createTelling('bob', () => ann, world);
  const [anns, bobs] = await Promise.all([ann.ask.send(30), bob.ask.send(50)]);
  print(`  ann had ${anns} left when she had sent, bob ${bobs}`);
  print(`  all is booked: ann ${ann.snapshot()}, bob ${bob.snapshot()}, together ${ann.snapshot() + bob.snapshot()}`);
  await Promise.all([ann.shutdown(), bob.shutdown()]);
}
