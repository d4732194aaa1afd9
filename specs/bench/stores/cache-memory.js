// @ts-check
/** What an entry with a lifetime takes, beside one of lru-cache; and `set` at 200,000 entries, beside @isaacs/ttlcache. */
import { TTLCache } from '@isaacs/ttlcache';
import { LRUCache } from 'lru-cache';
import { createCache } from 'ownstate/stores';
import { figure, ratio } from '../figures.js';
import { expectSame, heapUsed, interleave, report } from '../measure.js';

const ENTRIES = 200_000;
const ROUNDS = 5;
const TTL = 3_600_000;
const BATCH = 2000;

const keys = Array.from({ length: ENTRIES }, (_, i) => `user:${i}`);
// A string keeps its hash from the first time it's a key: that's none of the entries'.
new Set(keys).clear();

/** All memory in use after garbage is collected: arrays of numbers stand beside the heap. */
const used = () => heapUsed() + process.memoryUsage().arrayBuffers;

/**
 * What an entry takes, in bytes.
 * @param {() => unknown} fill
 */
function bytes(fill) {
  const before = used();
  const filled = fill();
  const taken = (used() - before) / ENTRIES;
  // It stays until here.
  expectSame('what was filled', typeof filled, 'object');
  return taken;
}

/** @type {number[]} */
const ours = [];
/** @type {number[]} */
const theirs = [];
for (let round = 0; round < ROUNDS; round++) {
  ours.push(bytes(() => {
    const cache = createCache({ maxEntries: ENTRIES, ttl: TTL });
    for (const key of keys) cache.tell.set({ key, value: true });
    return cache;
  }));
  theirs.push(bytes(() => {
    const lru = new LRUCache({ max: ENTRIES, ttl: TTL });
    for (const key of keys) lru.set(key, true);
    return lru;
  }));
}

const cache = createCache({ maxEntries: ENTRIES, ttl: TTL });
const ttl = new TTLCache({ max: ENTRIES, ttl: TTL });
const lru = new LRUCache({ max: ENTRIES, ttl: TTL });
for (const key of keys) {
  cache.tell.set({ key, value: true });
  ttl.set(key, true);
  lru.set(key, true);
}

let turn = 0;
const next = () => keys[turn = (turn + 7919) % ENTRIES];
const again = await interleave({
  ours: () => {
    for (let i = 0; i < BATCH; i++) cache.tell.set({ key: next(), value: i });
  },
  theirs: () => {
    for (let i = 0; i < BATCH / 100; i++) ttl.set(next(), i);
  },
}, BATCH);
again.theirs = again.theirs.map((rate) => rate / 100);

/** Each key is new, so that of a full cache one has to go for it. */
let made = 0;
const fresh = () => `new:${made++}`;
const sets = await interleave({
  ours: () => {
    for (let i = 0; i < BATCH; i++) cache.tell.set({ key: fresh(), value: i });
  },
  theirs: () => {
    for (let i = 0; i < BATCH / 100; i++) ttl.set(fresh(), i);
  },
  lrus: () => {
    for (let i = 0; i < BATCH; i++) lru.set(fresh(), i);
  },
}, BATCH);
// It's given a hundredth of the work, and takes its time for that.
sets.theirs = sets.theirs.map((rate) => rate / 100);
expectSame('the entries', await cache.ask.size(), ENTRIES);
await cache.shutdown();
ttl.cancelTimer();

report({
  figures: [
    figure('an entry', 'bytes', ours),
    figure('lru-cache\'s { max, ttl }', 'bytes', theirs),
    figure('set of a new key at 200,000 entries, as many as there may be', 'per second', sets.ours),
    figure('@isaacs/ttlcache\'s { max, ttl }', 'per second', sets.theirs),
    figure('lru-cache\'s { max, ttl }', 'per second', sets.lrus),
    figure('set of a key that is there', 'per second', again.ours),
    figure('@isaacs/ttlcache\'s', 'per second', again.theirs),
  ],
  found: [ratio(ours, theirs), ratio(sets.ours, sets.theirs)],
});
