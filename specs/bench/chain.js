// @ts-check
/** A million asks, each sent from the subscriber of the one before: neither the stack nor the heap may grow. */
import { createStore, reply } from 'ownstate';
import { expectSame, heapUsed, report } from './measure.js';

const ASKS = 1_000_000;
const definition = {
  state: 0,
  commands: { add: (/** @type {number} */ count, /** @type {number} */ by) => reply(count + by, count + by) },
};

/** How many frames stand on the stack. */
function depth() {
  Error.stackTraceLimit = Infinity;
  const frames = String(new Error().stack).split('\n').length;
  Error.stackTraceLimit = 10;
  return frames;
}

/**
 * @param {readonly import('ownstate').Store<typeof definition>[]} stores
 * @returns {Promise<{ perSecond: number, heap: number[], frames: number[] }>} the last two at 10%, at 50% and at the end
 */
async function chain(stores) {
  /** @type {number[]} */
  const heap = [];
  /** @type {number[]} */
  const frames = [];
  let measuring = 0;
  const begun = performance.now();
  await new Promise((resolve) => {
    let asked = 0;
    const next = () => {
      if (asked === ASKS / 10 || asked === ASKS / 2 || asked === ASKS) {
        const since = performance.now();
        heap.push(heapUsed());
        frames.push(depth());
        measuring += performance.now() - since;
      }
      if (asked === ASKS) resolve(undefined);
      else stores[asked++ % stores.length].ask.add(1).subscribe(next);
    };
    next();
  });
  const perSecond = ASKS / (performance.now() - begun - measuring) * 1000;
  let handled = 0;
  for (const store of stores) handled += store.snapshot();
  expectSame('what was handled', handled, ASKS);
  return { perSecond, heap, frames };
}

const one = await chain([createStore(definition)]);
const two = await chain([createStore(definition), createStore(definition)]);

/** @type {import('./figures.js').Figure[]} */
const figures = [];
/** @type {number[]} */
const stackGrowth = [];
/** @type {number[]} */
const heapGrowth = [];
for (const [what, { perSecond, heap, frames }] of /** @type {const} */ ([['one store', one], ['two stores in turn', two]])) {
  /** @type {(label: string, value: number, unit: import('./figures.js').Unit) => void} */
  const add = (label, value, unit) => figures.push({ what: `${what}, ${label}`, value, unit, low: value, high: value });
  add('asks', perSecond, 'per second');
  for (const [place, at] of ['at 10%', 'at 50%', 'at the end'].entries()) {
    add(`heap ${at}`, heap[place], 'bytes');
    add(`stack ${at}`, frames[place], 'frames');
  }
  stackGrowth.push(frames[2] - frames[0]);
  heapGrowth.push((heap[2] - heap[0]) / (ASKS * 0.9));
}
report({
  figures,
  found: [stackGrowth, heapGrowth].map((growth) => {
    const worse = Math.max(...growth);
    return { value: worse, low: worse, high: worse };
  }),
});
