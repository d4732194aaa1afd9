/**
 * A hundred readers and ten writers share a map without a lock: a store owns it, and everyone else asks.
 *
 * The classic of the stateful goroutine. Each client asks, waits for the reply, counts one operation, pauses for a
 * millisecond and begins again, until the time is up.
 *
 * ```sh
 * npm start -- readers-writers --readers 50 --writers 5 --seconds 3 --pause 0
 * ```
 */
import { setImmediate } from 'node:timers/promises';
import { createStore, reply } from 'ownstate';
import { asyncScheduler, exhaustMap, filter, interval, startWith, take, type SchedulerLike } from 'rxjs';
import { readFlags } from './support/flags.js';
import { createHistogram } from './support/histogram.js';

const { readers, writers, seconds, pause } = readFlags({
  readers: { default: 100, min: 0, max: 100_000, whole: true },
  writers: { default: 10, min: 0, max: 100_000, whole: true },
  seconds: { default: 1, min: 0.01, max: 3600 },
  pause: { default: 1, min: 0, max: 3_600_000, whole: true }, // milliseconds
});

// Replies take less than a microsecond, which the usual clock doesn't show.
// A cast: `Object.create` doesn't say that it makes another one of these.
const scheduler = Object.create(asyncScheduler, { now: { value: () => performance.now() } }) as SchedulerLike;

const numbers = createStore({
  name: 'numbers',
  state: () => new Map<number, number>(),
  commands: {
    write: (map, { key, value }: { key: number; value: number }) => reply(map.set(key, value), true),
  },
  queries: {
    read: (map, key: number) => map.get(key),
  },
}, { scheduler });

// ── the clients ─────────────────────────────────────────────────────────────────────────────────────────────────────

let readOps = 0;
let writeOps = 0;
let timeIsUp = false;
const begin = performance.now();
const end = begin + seconds * 1000;
setTimeout(() => { timeIsUp = true; }, seconds * 1000);

const random = (below: number) => Math.floor(Math.random() * below);

async function reader() {
  while (!timeIsUp) {
    await numbers.ask.read(random(5));
    readOps++;
    await rest();
  }
}

async function writer() {
  while (!timeIsUp) {
    await numbers.ask.write({ key: random(5), value: random(100) });
    writeOps++;
    await rest();
  }
}

/** What a client does after an operation: pauses, but not beyond the end. */
const rest = pause > 0
  ? () => new Promise((wake) => setTimeout(wake, Math.min(pause, Math.ceil(end - performance.now()))))
  : takeTurns();

/** Without a pause there are microtasks only, and no timer would ever have its turn: now and then all clients wait for that. */
function takeTurns() {
  let turn: Promise<void> | undefined;
  return () => {
    if ((readOps + writeOps) % 4096 === 0) turn = setImmediate();
    return turn;
  };
}

// ── what is seen of it ──────────────────────────────────────────────────────────────────────────────────────────────

// Tracing has its price, so only some asks are traced: a hundred in a row, fifty times a second.
const latency = createHistogram();
const sampling = interval(20).pipe(
  startWith(0),
  exhaustMap(() => numbers.trace$.pipe(filter((event) => event.kind === 'settled'), take(100))),
).subscribe(({ waited = 0, ran = 0 }) => latency.add(waited + ran));

const terminal = process.stdout.isTTY;
const progress = interval(Math.min(seconds, 1) * 250).subscribe(() => {
  const line = `${((performance.now() - begin) / 1000).toFixed(2)} s: ${readOps} reads, ${writeOps} writes`;
  process.stdout.write(terminal ? `\r${line}` : `${line}\n`);
});

await Promise.all([...Array.from({ length: readers }, reader), ...Array.from({ length: writers }, writer)]);

const elapsed = (performance.now() - begin) / 1000;
sampling.unsubscribe();
progress.unsubscribe();
if (terminal) process.stdout.write('\r\x1b[K');
await numbers.shutdown();

const { handled, failed, dropped } = numbers.status();
const microseconds = (ms: number) => Number.isNaN(ms) ? 'none' : `${(ms * 1000).toFixed(2)} µs`;
console.log(`\
readOps: ${readOps}
writeOps: ${writeOps}

operations per second  ${Math.round((readOps + writeOps) / elapsed)}
ask latency p50        ${microseconds(latency.percentile(0.5))}
ask latency p99        ${microseconds(latency.percentile(0.99))}
commands handled       ${handled}
commands failed        ${failed}
commands dropped       ${dropped}`);
