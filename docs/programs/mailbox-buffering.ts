/**
 * A quick producer and a slow consumer: by rendezvous, each item waits to be taken; with a buffer of 10, the producer is
 * done at once, and what is beyond the buffer is refused.
 *
 * In Go these would be an unbuffered channel and one with room for 10. Here the mailbox is the buffer, and to wait for
 * the reply is the rendezvous.
 */
import { createStore, MailboxFullError, reply } from 'ownstate';
import type { World } from './support/world.js';

const ITEMS = 12;

/** Takes 100 milliseconds for each item. */
const createConsumer = ({ sleep, scheduler }: World, capacity: number) => createStore({
  name: 'consumer',
  state: 0,
  commands: {
    consume: async (consumed, item: number) => {
      await sleep(100);
      return reply(consumed + 1, item);
    },
  },
}, { scheduler, mailbox: { capacity } });

async function rendezvous(world: World): Promise<void> {
  const { print, scheduler } = world;
  const consumer = createConsumer(world, 1);
  const begin = scheduler.now();
  for (let item = 1; item <= ITEMS; item++) {
    await consumer.ask.consume(item);
    const { waiting } = consumer.status();
    print(`  ${String(scheduler.now() - begin).padStart(4)} ms  item ${item} taken, ${waiting} waiting`);
  }
  print(`  the producer was done after ${scheduler.now() - begin} ms`);
  await consumer.shutdown();
}

async function buffered(world: World): Promise<void> {
  const { print, scheduler } = world;
  const consumer = createConsumer(world, 10);
  const begin = scheduler.now();
  const handedIn = Array.from({ length: ITEMS }, async (_, index) => {
    const item = index + 1;
    try {
      await consumer.ask.consume(item);
      print(`  ${String(scheduler.now() - begin).padStart(4)} ms  item ${item} consumed, ${consumer.status().waiting} waiting`);
    } catch (error) {
      if (!(error instanceof MailboxFullError)) throw error;
      print(`  ${String(scheduler.now() - begin).padStart(4)} ms  item ${item} refused: ${error.message}`);
    }
  });
  print(`  the producer was done after ${scheduler.now() - begin} ms, ${consumer.status().waiting} waiting`);
  await Promise.all(handedIn);
  const { highWater, dropped } = consumer.status();
  print(`  at most ${highWater} waited, ${dropped} refused`);
  await consumer.shutdown();
}

export default async function program(world: World): Promise<void> {
  world.print('rendezvous');
  await rendezvous(world);
  world.print('a buffer of 10');
  await buffered(world);
}
