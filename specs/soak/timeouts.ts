/** Asks that are all pending at the same time, and that all time out. */
import { createStore, reply } from 'ownstate';
import { piece } from './support/piece.js';
import { Tally } from './support/tally.js';

/** The timeouts of the asks, in milliseconds beyond the base: a list of deadlines for each. */
const SPREAD = [0, 1, 10, 100];
/** What sending takes at most, in milliseconds for each ask: none is to time out before all of them are pending. */
const PACE = 0.02;

await piece(50_000, async (amount, progress, scheduler) => {
  const tally = new Tally();
  let begun = 0;
  let open = () => {};
  const store = createStore({
    state: 0,
    commands: {
      add: (sum) => (begun++, reply(sum + 1, sum)),
      gate: (sum, opened: Promise<void>) => opened.then(() => sum),
    },
  }, { scheduler, mailbox: { capacity: amount } });
  const gate = store.ask.gate(new Promise((resolve) => { open = resolve; }));
  const clients = SPREAD.map((more) => store.with({ timeout: 200 + amount * PACE + more }));
  for (let i = 0; i < amount; i++) {
    // A cast: there's a client for each place.
    tally.ask((clients[i % clients.length] as typeof store).ask.add());
  }
  const pending = store.status();
  const alarms = scheduler.armed.size;
  // Sending them is half of the way.
  const watch = setInterval(() => progress((tally.asks + tally.settled) / 2), 100);
  await tally.all();
  clearInterval(watch);
  const after = store.status();
  const timers = [...scheduler.armed].length;
  open();
  await gate;
  const answer = await store.ask.add();
  await store.shutdown();
  return [
    { what: 'asks pending at the same time', expected: amount, found: pending.waiting },
    { what: 'timers for all of them', expected: 1, found: alarms },
    { what: 'of them timed out too early', expected: 0, found: pending.timedOut },
    { what: 'asks that ended', expected: amount, found: tally.settled },
    { what: 'asks that timed out', expected: amount, found: tally.of('ASK_TIMEOUT') },
    { what: 'timedOut', expected: amount, found: after.timedOut },
    { what: 'left waiting', expected: 0, found: after.waiting },
    { what: 'timers armed for the gate alone', expected: 1, found: timers },
    { what: 'highWater', expected: amount, found: after.highWater },
    { what: 'handlers that began, of a later ask', expected: 1, found: begun },
    { what: 'the reply to it', expected: 0, found: answer },
    { what: 'handled', expected: 2, found: store.status().handled },
  ];
});
