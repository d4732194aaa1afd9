// @ts-check
/** One counter kept in a variable, behind a mutex, and by a store: what each step towards an owner costs. */
import { Mutex } from 'async-mutex';
import { do_not_optimize as use } from 'mitata';
import { createStore, reply } from 'ownstate';
import { figure } from './figures.js';
import { expectSame, interleave, report } from './measure.js';

const BATCH = 2_000;
let sent = 0;

let variable = 0;
let awaited = 0;
let guarded = 0;
let owned = 0;
const mutex = new Mutex();
const store = createStore({ state: 0, commands: { add: (count, /** @type {number} */ by) => reply(count + by, count + by) } });

const rates = await interleave({
  variable: () => {
    for (let i = 0; i < BATCH; i++) use(variable += 1);
    sent += BATCH;
  },
  awaited: async () => {
    for (let i = 0; i < BATCH; i++) use(await (awaited += 1));
    sent += BATCH;
  },
  mutex: async () => {
    for (let i = 0; i < BATCH; i++) use(await mutex.runExclusive(() => guarded += 1));
    sent += BATCH;
  },
  store: async () => {
    for (let i = 0; i < BATCH; i++) use(owned = await store.ask.add(1));
    sent += BATCH;
  },
}, BATCH);
expectSame('the four counts', variable + awaited + guarded + owned, sent);
report({
  figures: [
    figure('a plain variable', 'per second', rates.variable),
    figure('a plain variable, each new value awaited', 'per second', rates.awaited),
    figure('behind async-mutex, awaited', 'per second', rates.mutex),
    figure('as a store, asked and awaited', 'per second', rates.store),
  ],
  found: [],
});
