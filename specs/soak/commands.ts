/** Commands of all kinds, with aborts, timeouts, overflow and failures, through two stores that stay. */
import { createStore, effect, reply, replyLater, type EffectPolicy, type HandlerOutcome, type Overflow, type Reply } from 'ownstate';
import { of } from 'rxjs';
import type { TrackedScheduler } from '../../lib/testing/tracked-scheduler.js';
import { piece, type Check } from './support/piece.js';
import { Tally } from './support/tally.js';

const CAPACITY = 1000;
const POLICIES: readonly EffectPolicy[] = ['concat', 'merge', 'switch', 'exhaust'];
const failure = new Error('a failure');

/** What handlers count themselves: beginnings of what the driver sent, results of effects, timers, and failures. */
const none = () => ({ begun: 0, landed: 0, due: 0, failed: 0 });

/** A store with a command of each kind. */
function make(overflow: Overflow, counted: ReturnType<typeof none>, scheduler: TrackedScheduler) {
  const begin = <T>(outcome: T): T => (counted.begun++, outcome);
  return createStore({
    name: overflow, state: 0,
    commands: {
      add: (sum, by: number) => begin(reply(sum + by, sum)),
      fail: (): number => {
        counted.begun++;
        counted.failed++;
        throw failure;
      },
      promise: (sum) => begin(Promise.resolve(sum + 1)),
      rejection: (): Promise<number> => {
        counted.begun++;
        counted.failed++;
        return Promise.reject(failure);
      },
      steps: (sum) => begin(of(sum + 1, sum + 2)),
      later: (sum, source: 'promise' | 'stream') => begin(replyLater(sum + 1, source === 'promise' ? Promise.resolve(sum) : of(sum))),
      work: (sum, { policy, key, fails }: { policy: EffectPolicy; key: number; fails: boolean }): HandlerOutcome<number> => begin(effect(sum, {
        policy, key,
        run: () => fails ? Promise.reject(failure) : Promise.resolve(1),
        done: (now, by) => (counted.landed++, reply(now + by, by)),
        failed: (now) => {
          counted.landed++;
          counted.failed++;
          return now;
        },
      })),
      remind: (sum, name: string, { timers }) => {
        timers.set(name, 1, 'due');
        if (sum % 2 === 0) timers.clear(name);
        return begin(sum + 1);
      },
      due: (sum) => (counted.due++, sum + 1),
      gate: (sum, open: Promise<void>) => begin(open.then(() => sum)),
    },
    queries: { sum: (sum) => begin(sum) },
  }, { scheduler, mailbox: { capacity: CAPACITY, overflow } });
}

/** A store under load: some 5,000 commands a round. */
function load(overflow: Overflow, scheduler: TrackedScheduler) {
  const counted = none();
  const store = make(overflow, counted, scheduler);
  const { ask, tell } = store;
  const tally = new Tally();
  store.errors$.subscribe(tally.told);
  let sent = 0;
  const asked = (answer: Reply<unknown>) => {
    sent++;
    tally.ask(answer);
  };

  /** Commands that are handled before the sender goes on. */
  const atOnce = () => {
    for (let i = 0; i < 500; i++) {
      asked(ask.add(1));
      asked(store.send({ type: 'add', payload: 1 }));
      asked(ask.sum());
      tell.add(1);
      store.commands$.next({ type: 'add', payload: 1 });
      sent += 2;
    }
    for (let i = 0; i < 40; i++) {
      asked(ask.fail());
      asked(store.send({ type: 'nothing' } as never));
      tell.fail();
      sent++;
    }
  };

  /** Commands whose outcome takes time, or whose work goes on beside the fold. All of them fit into the mailbox. */
  const inTime = () => {
    for (let i = 0; i < 50; i++) {
      asked(ask.promise());
      asked(ask.rejection());
      asked(ask.steps());
      asked(ask.later('promise'));
      asked(ask.later('stream'));
      for (const [place, policy] of POLICIES.entries()) {
        asked(ask.work({ policy, key: i % 5, fails: false }));
        asked(ask.work({ policy, key: i % 7 + place, fails: i % 2 === 0 }));
      }
      tell.rejection();
      tell.remind(`reminder ${i % 10}`);
      sent += 2;
    }
  };

  /** More commands than fit in, behind a gate; before it opens, some are aborted and some time out. */
  const flooded = async () => {
    const abort = new AbortController();
    const aborted = store.with({ signal: abort.signal });
    const hurried = store.with({ timeout: 1 });
    let open = () => {};
    asked(ask.gate(new Promise((resolve) => { open = resolve; })));
    for (let i = 0; i < 425; i++) {
      asked(ask.add(1));
      asked(aborted.ask.add(1));
      asked(hurried.ask.add(1));
      tell.add(1);
      sent++;
    }
    abort.abort();
    await new Promise((resolve) => setTimeout(resolve, 2));
    open();
    await tally.all();
  };

  return {
    sent: () => sent,
    round: async () => {
      atOnce();
      inTime();
      await tally.all();
      await flooded();
    },
    end: async (): Promise<readonly Check[]> => {
      // The last reminders come.
      await new Promise((resolve) => setTimeout(resolve, 5));
      const { waiting, running, effects, replies, handled, failed, dropped, timedOut, highWater } = store.status();
      await store.shutdown();
      const { begun, landed, due } = counted;
      return [
        { what: 'asks that ended', expected: tally.asks, found: tally.settled },
        { what: 'commands that began', expected: sent - tally.unbegun, found: begun },
        { what: 'handled', expected: begun + landed + due, found: handled },
        { what: 'failed', expected: counted.failed, found: failed },
        { what: 'failures that came out', expected: counted.failed, found: tally.of('own') },
        { what: 'dropped', expected: tally.of('MAILBOX_FULL'), found: dropped },
        { what: 'timedOut', expected: tally.of('ASK_TIMEOUT'), found: timedOut },
        { what: 'highWater', expected: CAPACITY, found: highWater },
        { what: 'left in the store', expected: 0, found: waiting + running + effects + replies },
        { what: 'phase', expected: 'closed', found: store.status().phase },
        {
          what: 'endings that never came', expected: '',
          found: tally.missing('MAILBOX_FULL', 'ASK_TIMEOUT', 'ASK_ABORTED', 'SUPERSEDED', 'BUSY', 'UNKNOWN_COMMAND', 'own'),
        },
      ].map((check) => ({ ...check, what: `${overflow}: ${check.what}` }));
    },
  };
}

await piece(200_000, async (amount, progress, scheduler) => {
  const loads = [load('reject', scheduler), load('drop-oldest', scheduler)];
  const sent = () => loads.reduce((sum, each) => sum + each.sent(), 0);
  while (sent() < amount) {
    await Promise.all(loads.map((each) => each.round()));
    progress(sent());
  }
  return (await Promise.all(loads.map((each) => each.end()))).flat();
});
