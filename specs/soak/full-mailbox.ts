/** Two stores, one for each overflow policy, whose mailboxes are full for seconds on end. The amount is in milliseconds. */
import { createStore, reply, type Overflow } from 'ownstate';
import type { TrackedScheduler } from '../../lib/testing/tracked-scheduler.js';
import { piece, type Check } from './support/piece.js';
import { Tally } from './support/tally.js';

const CAPACITY = 10_000;
/** Commands that are sent in each task: more than are handled meanwhile. */
const BURST = 500;

function flood(overflow: Overflow, scheduler: TrackedScheduler) {
  const tally = new Tally();
  let sent = 0;
  let begun = 0;
  let samples = 0;
  let full = 0;
  let beyond = 0;
  const store = createStore({
    name: overflow, state: 0,
    commands: {
      // Each holds the owner for a task, so that the flood gains on it.
      slow: (sum, by: number) => (begun++, new Promise<void>((resolve) => setImmediate(resolve)).then(() => reply(sum + by, sum))),
    },
  }, { scheduler, mailbox: { capacity: CAPACITY, overflow }, timeout: Infinity });
  store.errors$.subscribe(tally.told);
  const burst = () => {
    for (let i = 0; i < BURST; i++) {
      sent++;
      if (i % 2 === 0) tally.ask(store.ask.slow(1));
      else store.tell.slow(1);
    }
  };
  // From here on it's full whenever one looks.
  for (let i = 0; i <= CAPACITY / BURST; i++) burst();
  return {
    burst: () => {
      burst();
      const { waiting } = store.status();
      samples++;
      if (waiting === CAPACITY) full++;
      if (waiting > CAPACITY) beyond++;
    },
    end: async (): Promise<readonly Check[]> => {
      await store.shutdown({ timeout: Infinity });
      await tally.all();
      const { handled, failed, dropped, timedOut, waiting, highWater } = store.status();
      return [
        { what: 'times it was looked at and full', expected: samples, found: full },
        { what: 'times more waited than may', expected: 0, found: beyond },
        { what: 'asks that ended', expected: tally.asks, found: tally.settled },
        { what: 'dropped', expected: tally.of('MAILBOX_FULL'), found: dropped },
        { what: 'handled', expected: sent - dropped, found: handled },
        { what: 'handlers that began', expected: handled, found: begun },
        { what: 'state, one for each', expected: begun, found: store.snapshot() },
        { what: 'failed, timed out, waiting', expected: 0, found: failed + timedOut + waiting },
        { what: 'highWater', expected: CAPACITY, found: highWater },
      ].map((check) => ({ ...check, what: `${overflow}: ${check.what}` }));
    },
  };
}

await piece(1000, async (amount, progress, scheduler) => {
  const floods = [flood('reject', scheduler), flood('drop-oldest', scheduler)];
  const begin = performance.now();
  for (let passed = 0; passed < amount; passed = performance.now() - begin) {
    for (const { burst } of floods) burst();
    progress(passed);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return (await Promise.all(floods.map(({ end }) => end()))).flat();
});
