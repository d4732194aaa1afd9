/**
 * A printer ends twice: gracefully, when all it has taken is printed, and by force, when a deadline passes.
 *
 * Either way each asker gets an answer, nothing new is taken, and nothing is left behind.
 */
import { setTimeout } from 'node:timers/promises';
import { createStore, reply, StoreError, type StoreOptions } from 'ownstate';
import { readFlags } from './support/flags.js';

readFlags({});

/** Prints one job at a time; what is handed in meanwhile waits in the mailbox. */
const createPrinter = (options?: StoreOptions) => createStore({
  name: 'printer',
  state: 0,
  commands: {
    // Who passes the signal on leaves nothing running when the store is aborted.
    print: async (printed, ms: number, { signal }) => {
      await setTimeout(ms, undefined, { signal });
      return reply(printed + 1, `printed as number ${printed + 1}`);
    },
  },
}, options);

type Printer = ReturnType<typeof createPrinter>;

/** Hands in a job that takes `ms` milliseconds, and says what its asker got. */
async function handIn(printer: Printer, job: string, ms: number) {
  try {
    console.log(`${job}: ${await printer.ask.print(ms)}`);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    console.log(`${job}: ${error.name}, ${error.started ? 'begun' : 'never begun'}`);
  }
}

function show(printer: Printer) {
  const { phase, running, waiting, handled } = printer.status();
  console.log(`  ${phase}: ${running} running, ${waiting} waiting, ${handled} handled`);
}

console.log('gracefully');
const patient = createPrinter();
const jobs = ['letter', 'report', 'poster'].map((job) => handIn(patient, job, 50));
show(patient);
const ended = patient.shutdown();
show(patient);
await handIn(patient, 'too late', 50); // refused at once
await ended;
await Promise.all(jobs);
show(patient);

console.log('by force');
const hasty = createPrinter({ signal: AbortSignal.timeout(100) });
const stuck = [handIn(hasty, 'jammed', 20_000), handIn(hasty, 'behind it', 50)];
show(hasty);
await hasty.shutdown(); // drains, and would wait for the jam
await Promise.all(stuck);
show(hasty);
