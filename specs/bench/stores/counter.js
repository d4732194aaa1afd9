// @ts-check
/** A counter, and one of many, beside prom-client's `inc`; and what counting costs at least, by a bare Subject → scan. */
import { Counter, Registry } from 'prom-client';
import { scan, Subject } from 'rxjs';
import { createCounter, createCounters } from 'ownstate/stores';
import { figure, ratio } from '../figures.js';
import { expectSame, interleave, report } from '../measure.js';

const BATCH = 2_000;
const LABELS = [{ method: 'GET', status: '200' }, { method: 'POST', status: '201' }, { method: 'GET', status: '404' }];
let sent = 0;
let labelled = 0;

const counter = createCounter();
const counters = createCounters();

const bare = new Subject();
let scanned = 0;
bare.pipe(scan((count, /** @type {number} */ by) => count + by, 0)).subscribe((count) => { scanned = count; });

const prom = new Counter({ name: 'plain', help: 'plain', registers: [new Registry()] });
const promLabelled = new Counter({ name: 'labelled', help: 'labelled', labelNames: ['method', 'status'], registers: [new Registry()] });

const rates = await interleave({
  counter: () => {
    for (let i = 0; i < BATCH; i++) counter.tell.increment(1);
    sent += BATCH;
  },
  bare: () => {
    for (let i = 0; i < BATCH; i++) bare.next(1);
    sent += BATCH;
  },
  prom: () => {
    for (let i = 0; i < BATCH; i++) prom.inc(1);
    sent += BATCH;
  },
  counters: () => {
    for (let i = 0; i < BATCH; i++) counters.tell.increment({ name: 'labelled', labels: LABELS[i % 3] });
    labelled += BATCH;
  },
  promLabelled: () => {
    for (let i = 0; i < BATCH; i++) promLabelled.inc(LABELS[i % 3]);
    labelled += BATCH;
  },
}, BATCH);

const [plain] = (await prom.get()).values;
expectSame('the counts', await counter.ask.get() + scanned + plain.value, sent);
const { counters: all } = await counters.ask.list();
const theirs = (await promLabelled.get()).values;
expectSame('the labelled counts', [...all.map(({ count }) => count), ...theirs.map(({ value }) => value)].reduce((sum, count) => sum + count, 0), labelled);
report({
  figures: [
    figure('a counter, told', 'per second', rates.counter),
    figure('a bare Subject → scan → subscriber', 'per second', rates.bare),
    figure('prom-client\'s inc', 'per second', rates.prom),
    figure('one of many counters by two labels, told', 'per second', rates.counters),
    figure('prom-client\'s inc by two labels', 'per second', rates.promLabelled),
  ],
  found: [ratio(rates.counter, rates.bare), ratio(rates.counters, rates.promLabelled)],
});
