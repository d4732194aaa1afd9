/**
 * Five clients increment a counter three times each, and none of the fifteen increments is lost.
 *
 * The handler reads, waits and writes. With a shared variable that would be a race; the owner handles one command
 * after the other, also across an `await`.
 */
import { setTimeout } from 'node:timers/promises';
import { createStore, reply } from 'ownstate';
import { readFlags } from './support/flags.js';

readFlags({});

const counter = createStore({
  name: 'counter',
  state: 0,
  commands: {
    increment: async (count) => {
      await setTimeout(1);
      return reply(count + 1, count + 1);
    },
  },
  queries: {
    value: (count) => count,
  },
});

async function client(name: string) {
  for (let i = 0; i < 3; i++) console.log(`${name} got ${await counter.ask.increment()}`);
}

await Promise.all(['Ada', 'Barbara', 'Edsger', 'Grace', 'Tony'].map(client));
console.log(`final value: ${await counter.ask.value()}`);
await counter.shutdown();
