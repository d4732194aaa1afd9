// @ts-check
/** A tell to a store whose state is `{ n }`, beside zustand's `setState` of the same state. */
import { createStore } from 'ownstate';
import { createStore as createZustand } from 'zustand/vanilla';
import { expectSame, interleave, reportVersus } from './measure.js';

const BATCH = 20_000;
let sent = 0;
let seen = 0;

const store = createStore({ state: { n: 0 }, commands: { add: ({ n }, /** @type {number} */ by) => ({ n: n + by }) } });
store.select(({ n }) => n).subscribe((n) => {
  seen += Math.sign(n);
});

const zustand = createZustand(() => ({ n: 0 }));
zustand.subscribe(({ n }) => {
  seen += Math.sign(n);
});

const { ours, theirs } = await interleave({
  ours: () => {
    for (let i = 0; i < BATCH; i++) store.tell.add(1);
    sent += BATCH;
  },
  // The form without a function: it's the faster one.
  theirs: () => {
    for (let i = 0; i < BATCH; i++) zustand.setState({ n: zustand.getState().n + 1 });
    sent += BATCH;
  },
}, BATCH);
expectSame('states seen', seen, sent);
reportVersus('tell', ours, 'zustand\'s setState', theirs);
