// @ts-check
/** What a store takes of the heap once its commands have been used: with a definition that all share, and with its own. */
import { createStore, reply } from 'ownstate';
import { figure } from './figures.js';
import { heapUsed, report } from './measure.js';

const STORES = 20_000;
const ROUNDS = 5;

const make = () => ({
  state: 0,
  commands: {
    add: (/** @type {number} */ count, /** @type {number} */ by) => reply(count + by, count + by),
    subtract: (/** @type {number} */ count, /** @type {number} */ by) => reply(count - by, count - by),
    reset: () => 0,
  },
});
const shared = make();

/** @param {ReturnType<typeof make>} definition */
function used(definition) {
  const store = createStore(definition);
  store.ask.add(1);
  store.ask.subtract(1);
  store.ask.reset();
  store.tell.add(1);
  store.tell.subtract(1);
  store.tell.reset();
  return store;
}

/** @param {() => ReturnType<typeof make>} definition */
function bytesPerStore(definition) {
  /** @type {unknown[]} */
  const kept = new Array(STORES).fill(null);
  const before = heapUsed();
  for (let i = 0; i < STORES; i++) kept[i] = used(definition());
  const bytes = (heapUsed() - before) / STORES;
  if (kept.includes(null)) throw new Error('Expected to keep each store');
  return bytes;
}

/** @type {number[]} */
const sharing = [];
/** @type {number[]} */
const own = [];
bytesPerStore(() => shared);
for (let round = 0; round < ROUNDS; round++) {
  sharing.push(bytesPerStore(() => shared));
  own.push(bytesPerStore(make));
}
const store = figure('a store, of 20,000 that share a definition', 'bytes', sharing);
report({ figures: [store, figure('a store, of 20,000 with a definition each', 'bytes', own)], found: [store] });
