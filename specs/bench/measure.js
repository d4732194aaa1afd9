// @ts-check
/** What the lines have in common: contestants measured in turn by mitata, and the report to whoever started the line. */
import { measure } from 'mitata';
import { figure, ratio, sentence } from './figures.js';

if (process.env.NODE_ENV !== 'production' || globalThis.gc === undefined) {
  throw new Error('Expected to be run by `npm run bench`');
}

/** Rounds that count, rounds before them that only warm up, and how long each lasts for each contestant. */
const ROUNDS = 31;
const WARM_UP = 4;
const NANOSECONDS = 30e6;

/** Nanoseconds that this process has worked: what other processes take of the machine meanwhile isn't counted. */
export function cpuTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

/** The heap in use after garbage is collected, in bytes. Twice, since the first time may leave what finalizers hold. */
export function heapUsed() {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/**
 * Measures contestants in the same process, in turn, each round beginning with another one. Each does `batch`
 * operations per call, enough for half a millisecond or more, so that reading the clock doesn't count.
 * @template {string} K
 * @param {Record<K, () => void | Promise<void>>} contestants
 * @param {number} batch operations per call
 * @returns {Promise<Record<K, number[]>>} operations per second of processor time of each, one value per round
 */
export async function interleave(contestants, batch) {
  const names = /** @type {K[]} */ (Object.keys(contestants));
  const rates = /** @type {Record<K, number[]>} */ (Object.fromEntries(names.map((name) => [name, []])));
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round + WARM_UP) % names.length];
      // A threshold of 0: the calls are batches already. And no forced garbage collection: one that comes while no command
      // is alive takes the hidden classes of commands away, and the compiled code with them.
      const { avg } = await measure(contestants[name], { now: cpuTime, min_cpu_time: NANOSECONDS, batch_threshold: 0, gc: false });
      if (round >= 0) rates[name].push(batch / avg * 1e9);
    }
  }
  return rates;
}

/**
 * Reports what we do per second beside what a peer does.
 * @param {string} our what we do
 * @param {readonly number[]} ours per second, a value for each round
 * @param {string} their what the peer does
 * @param {readonly number[]} theirs
 */
export function reportVersus(our, ours, their, theirs) {
  report({
    figures: [figure(our, 'per second', ours), figure(their, 'per second', theirs)],
    found: [ratio(ours, theirs)],
  });
}

/**
 * Prints what a line found, and sends it to the process that started it.
 * @param {import('./figures.js').Report} found
 */
export function report(found) {
  for (const each of found.figures) console.log(`  ${sentence(each)}`);
  process.send?.(found);
}

/**
 * Fails the line unless all that was sent has arrived: what is measured must have been done.
 * @param {string} what
 * @param {unknown} got
 * @param {unknown} expected
 */
export function expectSame(what, got, expected) {
  if (got !== expected) throw new Error(`Expected ${what} to be ${String(expected)}, got ${String(got)}`);
}
