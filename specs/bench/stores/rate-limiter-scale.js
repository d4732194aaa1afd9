// @ts-check
/**
 * What a rate limiter costs with many keys: one `allow` with 1,000,000 keys against 1,000, a tick, and memory.
 *
 * What is expected is said of 1,000 clients who ask in turn, spread over all keys: so it's the structures that are
 * measured. Where all keys are asked for in turn, none of them is in the processor's cache any more when its turn comes:
 * that's measured too, beside the same for a bare Map.
 */
import { createRateLimiter } from 'ownstate/stores';
import { cpuTime, expectSame, heapUsed, interleave, report } from '../measure.js';
import { figure, ratio } from '../figures.js';

const BATCH = 2000;
const FEW = 1000;
const MANY = 1_000_000;
const TICKS = 31;

/** A limiter with so many keys whose buckets aren't full for hours, and how many bytes each of them took. */
function filled(/** @type {number} */ count) {
  const keys = Array.from({ length: count }, (_, number) => `client ${number}`);
  const limiter = createRateLimiter({ limit: 1e6, refill: 1, every: 10_000_000, maxKeys: Infinity });
  const before = heapUsed() + process.memoryUsage().arrayBuffers;
  for (const key of keys) limiter.ask.allow({ key }).subscribe();
  const bytes = (heapUsed() + process.memoryUsage().arrayBuffers - before) / count;
  return { keys, limiter, bytes };
}

const few = filled(FEW);
const many = filled(MANY);

let allowed = FEW + MANY;
const count = (/** @type {{ allowed: boolean }} */ answer) => { if (answer.allowed) allowed++; };
/** Asks for keys in an order of their own, a stride that comes round to all of them. */
const asking = (/** @type {typeof few.limiter} */ limiter, /** @type {string[]} */ keys) => {
  let turn = 0;
  return () => {
    for (let i = 0; i < BATCH; i++) limiter.ask.allow({ key: /** @type {string} */ (keys[turn = (turn + 617) % keys.length]) }).subscribe(count);
  };
};
/** One in so many of the keys, so that it's `FEW`. */
const spread = many.keys.filter((_, number) => number % (MANY / FEW) === 0);
const rates = await interleave({
  few: asking(few.limiter, few.keys),
  many: asking(many.limiter, spread),
  all: asking(many.limiter, many.keys),
}, BATCH);

/** The same keys in a bare Map. */
let looked = 0;
const looking = (/** @type {string[]} */ keys) => {
  const map = new Map(keys.map((key) => [key, 1]));
  let turn = 0;
  return () => {
    for (let i = 0; i < 10 * BATCH; i++) looked += map.get(/** @type {string} */ (keys[turn = (turn + 617) % keys.length])) ?? NaN;
  };
};
const maps = await interleave({ few: looking(few.keys), many: looking(many.keys) }, 10 * BATCH);
expectSame('what a Map finds', Number.isNaN(looked), false);

let total = 0;
for (const { limiter } of [few, many]) limiter.ask.stats().subscribe((stats) => { total += stats.allowed; });
expectSame('the asks that were allowed', total, allowed);

/** Milliseconds that each of `TICKS` took. */
function ticks(/** @type {() => void} */ tick) {
  return Array.from({ length: TICKS }, () => {
    const begin = cpuTime();
    for (let i = 0; i < 100; i++) tick();
    return (cpuTime() - begin) / 100 / 1e6;
  });
}
let done = 0;
const nothing = (/** @type {number} */ number) => { done += number; };
const sweeps = ticks(() => many.limiter.ask.sweep().subscribe(nothing));
const serves = ticks(() => many.limiter.ask.serve().subscribe(nothing));
expectSame('what the ticks found to do', done, 0);
const slower = sweeps.map((ms, round) => Math.max(ms, /** @type {number} */ (serves[round])));
await Promise.all([few.limiter.shutdown(), many.limiter.shutdown()]);

report({
  figures: [
    figure('allow with 1,000 keys', 'per second', rates.few),
    figure('allow with 1,000,000 keys, 1,000 of them in turn', 'per second', rates.many),
    figure('allow with 1,000,000 keys, all of them in turn', 'per second', rates.all),
    { ...ratio(rates.few, rates.all), what: 'cost of that, against 1,000 keys' },
    { ...ratio(maps.few, maps.many), what: 'the same for get of a bare Map' },
    figure('a tick with 1,000,000 keys and nothing to do, the slower of sweep and serve', 'ms', slower),
    figure('memory per key, without the key itself', 'bytes', [many.bytes]),
  ],
  found: [ratio(rates.few, rates.many), figure('', 'ms', slower)],
});
