// @ts-check
/** Commands that have piled up behind a slow handler, worked off when it has ended: many, and a hundredth of that. */
import { createStore } from 'ownstate';
import { Subject } from 'rxjs';
import { figure, ratio } from './figures.js';
import { cpuTime, expectSame, report } from './measure.js';

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
 * From the end of the slow handler until all that waited is handled: the time that has passed, in nanoseconds, with the
 * pauses between slices, and the time that the process has worked.
 * @param {number} waiting
 * @returns {Promise<{ passed: number, worked: number }>}
 */
async function workOff(waiting) {
  const store = createStore(definition, { mailbox: { capacity: MANY } });
  /** @type {Subject<number>} */
  const end = new Subject();
  store.tell.slow(end);
  for (let i = 1; i < waiting; i++) store.tell.add(1);
  const last = store.ask.get();
  expectSame('what waits', store.status().waiting, waiting);
  const clock = () => ({ passed: performance.now() * 1e6, worked: cpuTime() });
  /** @type {Promise<ReturnType<typeof clock>>} */
  const ending = new Promise((resolve) => last.subscribe((count) => {
    expectSame('what was handled', count, waiting - 1);
    resolve(clock());
  }));
  const begun = clock();
  end.next(0);
  end.complete();
  const ended = await ending;
  await store.shutdown();
  return { passed: ended.passed - begun.passed, worked: ended.worked - begun.worked };
}

/** @type {number[]} */
const rates = [];
/** @type {number[]} */
const many = [];
/** @type {number[]} */
const few = [];
for (let round = -WARM_UP; round < ROUNDS; round++) {
  const { passed, worked } = await workOff(MANY);
  let short = 0;
  // As many commands in all, so that both are as warm.
  for (let i = 0; i < MANY / FEW; i++) short += (await workOff(FEW)).worked;
  if (round < 0) continue;
  rates.push(MANY / passed * 1e9);
  many.push(MANY / worked * 1e9);
  few.push(MANY / short * 1e9);
}
const rate = figure('200,000 waiting, worked off', 'per second', rates);
report({
  figures: [
    rate,
    figure('200,000 waiting, by processor time', 'per second', many),
    figure('2,000 waiting, by processor time', 'per second', few),
  ],
  found: [rate, ratio(few, many)],
});
