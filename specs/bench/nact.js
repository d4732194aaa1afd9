// @ts-check
/** An awaited ask, beside the awaited query of an actor of nact. */
import nact from 'nact';
import { createStore, reply } from 'ownstate';
import { expectSame, interleave, reportVersus } from './measure.js';

const BATCH = 500;
const TIMEOUT = 30_000;
let sent = 0;

const store = createStore({ state: 0, commands: { add: (count, /** @type {number} */ by) => reply(count + by, count + by) } });

const system = nact.start();
const actor = nact.spawn(system, (count = 0, by, context) => {
  nact.dispatch(context.sender, count + by);
  return count + by;
});

let ourCount = 0;
let theirCount = 0;
const { ours, theirs } = await interleave({
  ours: async () => {
    for (let i = 0; i < BATCH; i++) ourCount = await store.ask.add(1);
    sent += BATCH;
  },
  theirs: async () => {
    for (let i = 0; i < BATCH; i++) theirCount = await nact.query(actor, 1, TIMEOUT);
    sent += BATCH;
  },
}, BATCH);
nact.stop(system);
expectSame('the last replies', ourCount + theirCount, sent);
reportVersus('ask and await', ours, 'nact\'s query', theirs);
