/** Bad input as a table: whatever goes into a store, what comes out is said here, and the store works afterwards. */
import { describe, it } from 'vitest';
import { laterReplies, plans, runs, unreadablePlans } from './bad-input/beside.rows.js';
import { contexts } from './bad-input/context.rows.js';
import { definitions, states, storeNames, tables } from './bad-input/definition.rows.js';
import { hold } from './bad-input/hold.js';
import { awaitedReplies, messages, oddTypes, payloads, replies, unknownTypes } from './bad-input/messages.rows.js';
import { limits, options } from './bad-input/options.rows.js';
import { nextStates, observed, promised, resets, thrown } from './bad-input/outcomes.rows.js';
import type { Row } from './bad-input/row.js';
import { observers, projections, unreadableObservers } from './bad-input/watching.rows.js';

const table: readonly (readonly [about: string, rows: readonly Row[]])[] = [
  ['a definition', definitions], ['the name of a store', storeNames], ['the first state', states], ['the tables of a definition', tables],
  ['options', options], ['limits of asks and of shutdown', limits],
  ['a type that is not there', unknownTypes], ['a type that is no text', oddTypes], ['messages', messages], ['a payload', payloads], ['a reply', replies], ['a reply that is awaited', awaitedReplies],
  ['an error of a handler', thrown], ['a reset', resets], ['a promise', promised], ['an Observable', observed], ['the next state', nextStates],
  ['a later reply', laterReplies], ['the plan of an effect', plans], ['the run of an effect', runs], ['the context', contexts],
  ['select, view and snapshot', projections], ['an observer', observers],
  // What throws when it's looked at comes last, lest it harm what stands below.
  ['a plan that cannot be looked at', unreadablePlans], ['an observer that cannot be looked at', unreadableObservers],
];

for (const [about, rows] of table) {
  describe(`bad input: ${about}`, () => {
    for (const [how, watched] of [['while nobody watches', false], ['while all streams are watched', true]] as const) {
      describe(how, () => {
        for (const row of rows) it(row.what, () => hold(row, watched));
      });
    }
  });
}
