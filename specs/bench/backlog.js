// @ts-check
/** Commands that have piled up behind a slow handler, worked off when it has ended: many, and a hundredth of that. */
import { createStore } from 'ownstate';
import { Subject } from 'rxjs';
import { figure, ratio } from './figures.js';
import { expectSame, report } from './measure.js';

const MANY = 200_000;
const FEW = 2_000;
const ROUNDS = 21;
const WARM_UP = 3;

const definition = {
  state: 0,
  commands: {
    slow: (/** @type {number} */ _count, /** @type {Subject<number>} */ end) => end,
    add: (/** @type {number} */ count, /** @type {number} */ by) => count + by,
  },
  queries: { get: (/** @type {number} */ count) => count },
};

/**
 * Milliseconds from the end of the slow handler until all that waited is handled.
 * @param {number} waiting
 * @returns {Promise<number>}
 */
async function workOff(waiting) {
  const store = createStore(definition, { mailbox: { capacity: MANY } });
  /** @type {Subject<number>} */
  const end = new Subject();
  store.tell.slow(end);
  for (let i = 1; i < waiting; i++) store.tell.add(1);
  const last = store.ask.get();
  expectSame('what waits', store.status().waiting, waiting);
  /** @type {Promise<number>} */
  const ended = new Promise((resolve) => last.subscribe((count) => {
    expectSame('what was handled', count, waiting - 1);
    resolve(performance.now());
  }));
  const begun = performance.now();
  end.next(0);
  end.complete();
  const took = await ended - begun;
  await store.shutdown();
  return took;
}

/** @type {number[]} */
const many = [];
/** @type {number[]} */
const few = [];
for (let round = -WARM_UP; round < ROUNDS; round++) {
  const took = await workOff(MANY);
  let short = 0;
  // As many commands in all, so that both are as warm.
  for (let i = 0; i < MANY / FEW; i++) short += await workOff(FEW);
  if (round < 0) continue;
  many.push(MANY / took * 1000);
  few.push(MANY / short * 1000);
}
const worked = figure('200,000 waiting, worked off', 'per second', many);
report({
  figures: [worked, figure('2,000 waiting, worked off', 'per second', few)],
  found: [worked, ratio(few, many)],
});
