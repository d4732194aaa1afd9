/** What each piece of the soak does around its work: warms up, measures before and after, and reports to whoever started it. */
import { asyncScheduler } from 'rxjs';
import { TrackedScheduler } from '../../../lib/testing/tracked-scheduler.js';

/** What was counted in one way, and in another. */
export interface Check {
  readonly what: string;
  readonly expected: number | string;
  readonly found: number | string;
}

/** What a piece reports: how far it is, and in the end how it was. */
export type Message =
  | { readonly kind: 'progress'; readonly done: number }
  | Report;

/** Times in milliseconds, sizes in bytes. */
export interface Report {
  readonly kind: 'report';
  readonly took: number;
  readonly heap: readonly [before: number, after: number];
  readonly checks: readonly Check[];
}

/** Work of a piece: does `amount` of it, says how much is done, and gives what it counted. */
export type Work = (amount: number, progress: (done: number) => void, scheduler: TrackedScheduler) => Promise<readonly Check[]>;

/** The heap may grow by so much: two percent, or what V8 keeps of code and type feedback where the heap is small. */
const SHARE = 0.02;
const FLOOR = 2 ** 19;

/** Carries a piece out, the amount of which is the first argument; `warm` of it comes before anything is measured. */
export async function piece(warm: number, work: Work): Promise<void> {
  const amount = Number(process.argv[2]);
  const scheduler = new TrackedScheduler(asyncScheduler);
  await work(Math.min(warm, amount), () => undefined, scheduler);
  const before = await settled();
  const resources = process.getActiveResourcesInfo();

  const begin = performance.now();
  let reported = begin;
  const checks = await work(amount, (done) => {
    if (performance.now() - reported < 1000) return;
    reported = performance.now();
    send({ kind: 'progress', done });
  }, scheduler);
  const took = performance.now() - begin;

  const after = await settled();
  const allowed = Math.max(before * SHARE, FLOOR);
  send({
    kind: 'report', took, heap: [before, after],
    checks: [
      ...checks,
      {
        what: `heap within ${Math.round(allowed / 1024)} KB of where it began`, expected: 'yes',
        found: after - before <= allowed ? 'yes' : `${Math.round((after - before) / 1024)} KB more`,
      },
      { what: 'timers and handles left', expected: '', found: left(resources) },
      { what: 'timers armed by stores', expected: 0, found: scheduler.armed.size },
    ],
  });
}

/** The heap when all garbage is gone, also what goes only after a turn of weak references. */
async function settled(): Promise<number> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('Expected Node to run with --expose-gc');
  let least = Infinity;
  for (let round = 0; round < 6; round++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    gc();
    least = Math.min(least, process.memoryUsage().heapUsed);
  }
  return least;
}

/** What keeps the process alive now, and didn't before: `3 Timeout`. */
function left(before: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const resource of process.getActiveResourcesInfo()) counts.set(resource, (counts.get(resource) ?? 0) + 1);
  for (const resource of before) counts.set(resource, (counts.get(resource) ?? 0) - 1);
  return [...counts].filter(([, count]) => count > 0).map(([resource, count]) => `${count} ${resource}`).join(', ');
}

function send(message: Message): void {
  // What is left open is reported, and isn't waited for.
  process.send?.(message, () => {
    if (message.kind === 'report') process.exit();
  });
}
