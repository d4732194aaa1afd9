// @ts-check
/** A tell to an idle store with one observer, beside the bare stream that it is made of. */
import { createStore } from 'ownstate';
import { scan, Subject } from 'rxjs';
import { expectSame, interleave, reportVersus } from './measure.js';

const BATCH = 20_000;
let sent = 0;
let seen = 0;
const see = () => {
  seen++;
};

const store = createStore({ state: 0, commands: { add: (count, /** @type {number} */ by) => count + by } });
store.select((count) => count).subscribe(see);

/** @type {Subject<{ type: string, payload: number }>} */
const subject = new Subject();
subject.pipe(scan((count, command) => command.type === 'add' ? count + command.payload : count, 0)).subscribe(see);

seen = 0;
const { ours, bare } = await interleave({
  ours: () => {
    for (let i = 0; i < BATCH; i++) store.tell.add(1);
    sent += BATCH;
  },
  bare: () => {
    for (let i = 0; i < BATCH; i++) subject.next({ type: 'add', payload: 1 });
    sent += BATCH;
  },
}, BATCH);
expectSame('states seen', seen, sent);
reportVersus('tell', ours, 'bare Subject → scan → subscriber', bare);
