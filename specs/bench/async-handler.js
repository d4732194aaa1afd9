// @ts-check
/** The awaited ask of an asynchronous handler, beside the plain async function that it would be without a store. */
import { createStore, reply } from 'ownstate';
import { expectSame, interleave, reportVersus } from './measure.js';

const BATCH = 5_000;
let sent = 0;

const store = createStore({
  state: 0,
  commands: { add: async (count, /** @type {number} */ by) => reply(count + by, count + by) },
});

let count = 0;
const add = async (/** @type {number} */ by) => {
  count += by;
  return count;
};

let ourCount = 0;
let plainCount = 0;
const { ours, plain } = await interleave({
  ours: async () => {
    for (let i = 0; i < BATCH; i++) ourCount = await store.ask.add(1);
    sent += BATCH;
  },
  plain: async () => {
    for (let i = 0; i < BATCH; i++) plainCount = await add(1);
    sent += BATCH;
  },
}, BATCH);
expectSame('the last replies', ourCount + plainCount, sent);
reportVersus('ask and await, asynchronous handler', ours, 'await of a plain async function', plain);
