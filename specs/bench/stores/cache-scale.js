// @ts-check
/** One command at 1,000,000 keys beside 1,000; and a sweep that finds nothing to remove. */
import { createCache } from 'ownstate/stores';
import { figure, ratio } from '../figures.js';
import { expectSame, interleave, report } from '../measure.js';

const FEW = 1000;
const MANY = 1_000_000;
const TTL = 3_600_000;
const BATCH = 2000;
const SWEEPS = 1000;

/** @param {number} size */
function filled(size) {
  const cache = createCache({ maxEntries: size, ttl: TTL });
  const keys = Array.from({ length: size }, (_, i) => `user:${i}`);
  for (const key of keys) cache.tell.set({ key, value: true });
  return { cache, keys, turn: 0 };
}

const few = filled(FEW);
const many = filled(MANY);
let hits = 0;
let sent = 0;
/** @param {unknown} value */
const count = (value) => {
  if (value !== undefined) hits++;
};

/**
 * Nine reads for each write.
 * @param {typeof few} of
 * @param {readonly string[]} keys
 */
const commands = (of, keys) => () => {
  const { cache } = of;
  for (let i = 0; i < BATCH; i++) {
    const key = keys[of.turn = (of.turn + 619_243) % keys.length];
    if (i % 10 === 0) cache.tell.set({ key, value: true });
    else cache.ask.get(key).subscribe(count);
  }
  sent += BATCH * 0.9;
};

// What is in use stays near the processor, however much there is besides: each has a thousand keys in use, in the large
// one those that came last. Beside that a thousand from all over, and every key of the million in turn, for which no
// memory is fast enough: a bare Map shows how much of that is the machine's.
const latest = many.keys.slice(-FEW);
const scattered = few.keys.map((_, i) => many.keys[i * (MANY / FEW)]);
const map = new Map(many.keys.map((key) => [key, true]));
const fewInMap = new Map(few.keys.map((key) => [key, true]));
/** @param {Map<string, boolean>} of @param {readonly string[]} keys */
const lookUps = (of, keys) => {
  let turn = 0;
  return () => {
    for (let i = 0; i < BATCH; i++) count(of.get(keys[turn = (turn + 619_243) % keys.length]));
    sent += BATCH;
  };
};
const { atFew, atMany, spread, anywhere, inFew, inMany } = await interleave({
  atFew: commands(few, few.keys),
  atMany: commands(many, latest),
  spread: commands(many, scattered),
  anywhere: commands(many, many.keys),
  inFew: lookUps(fewInMap, few.keys),
  inMany: lookUps(map, many.keys),
}, BATCH);
expectSame('the hits', hits, sent);

let removed = 0;
const { sweeps } = await interleave({
  sweeps: () => {
    for (let i = 0; i < SWEEPS; i++) many.cache.ask.sweep().subscribe((count) => { removed += count; });
  },
}, SWEEPS);
expectSame('what was swept', removed, 0);
expectSame('the keys', await many.cache.ask.size(), MANY);
await few.cache.shutdown();
await many.cache.shutdown();

/** @param {readonly number[]} rates */
const ms = (rates) => rates.map((rate) => 1000 / rate);
report({
  figures: [
    figure('commands at 1,000 keys', 'per second', atFew),
    figure('at 1,000,000 keys, the latest thousand in use', 'per second', atMany),
    figure('at 1,000,000 keys, a thousand from all over in use', 'per second', spread),
    figure('at 1,000,000 keys, all of them in turn', 'per second', anywhere),
    figure('a bare Map at 1,000 keys', 'per second', inFew),
    figure('a bare Map at 1,000,000 keys, all of them in turn', 'per second', inMany),
    figure('a sweep of 1,000,000 live keys', 'ms', ms(sweeps)),
  ],
  found: [ratio(atFew, atMany), figure('', 'ms', ms(sweeps))],
});
