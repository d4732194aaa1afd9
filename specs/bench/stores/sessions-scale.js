// @ts-check
/**
 * What commands cost with 1,000,000 sessions and with 1,000; what a sweep costs that removes none; and the memory of a
 * session. Sessions come again in the order in which they came. What a `get` alone costs more is the wait for memory that no
 * cache holds, as in a bare Map: in an order by chance that's most of it. So both are reported without a limit.
 */
import { createSessions } from 'ownstate/stores';
import { expectSame, heapUsed, interleave, report } from '../measure.js';
import { figure, ratio } from '../figures.js';

const BATCH = 500;
const MANY = 1_000_000;
const FEW = 1000;

/** @param {number} count */
function filled(count) {
  // With room for those who come and go.
  const sessions = createSessions({ maxSessions: 2 * MANY });
  /** @type {string[]} */
  const cookies = [];
  for (let i = 0; i < count; i++) sessions.ask.create({ data: null, user: i % 300_000 }).subscribe(({ id }) => cookies.push(`sid=${id}`));
  let at = 0;
  let by = 1;
  return {
    sessions,
    // An id comes out of a cookie: as a text of its own, which no Map has seen before.
    next: () => cookies[at = (at + 1) % count].slice(4),
    /** Any of them, by a generator that's the same each time. */
    any: () => cookies[(by = by * 48_271 % 2_147_483_647) % count].slice(4),
  };
}

const before = heapUsed() + process.memoryUsage().arrayBuffers;
const many = filled(MANY);
const bytes = (heapUsed() + process.memoryUsage().arrayBuffers - before) / MANY;
const few = filled(FEW);

let asked = 0;
let found = 0;

/** @param {ReturnType<typeof filled>} store @param {() => string} next */
async function gets({ sessions }, next) {
  for (let i = 0; i < BATCH; i++) if (await sessions.ask.get(next())) found++;
  asked += BATCH;
}

/** A visitor comes, another one is seen again, and the first one leaves. @param {ReturnType<typeof filled>} store */
async function visits({ sessions, next }) {
  for (let i = 0; i < BATCH; i++) {
    const { id } = await sessions.ask.create({ data: null, user: 'ann' });
    if (await sessions.ask.get(next()) && await sessions.ask.delete(id)) found++;
  }
  asked += BATCH;
}

const rates = await interleave({
  getMany: () => gets(many, many.next),
  getFew: () => gets(few, few.next),
  visitMany: () => visits(many),
  visitFew: () => visits(few),
  anyMany: () => gets(many, many.any),
  anyFew: () => gets(few, few.any),
}, BATCH);
expectSame('sessions found', found, asked);

/** Milliseconds of a sweep that removes nothing. */
const sweeps = Array.from({ length: 101 }, () => {
  const begun = performance.now();
  many.sessions.ask.sweep().subscribe((removed) => expectSame('sessions removed', removed, 0));
  return performance.now() - begun;
});

report({
  figures: [
    figure('get, 1,000,000 sessions', 'per second', rates.getMany),
    figure('get, 1,000 sessions', 'per second', rates.getFew),
    figure('create, get of another and delete, 1,000,000 sessions', 'per second', rates.visitMany),
    figure('create, get of another and delete, 1,000 sessions', 'per second', rates.visitFew),
    figure('get, any of 1,000,000 by chance', 'per second', rates.anyMany),
    figure('get, any of 1,000 by chance', 'per second', rates.anyFew),
    figure('memory of a session, its id included', 'bytes', [bytes]),
  ],
  found: [ratio(rates.visitFew, rates.visitMany), figure('', 'ms', sweeps)],
});
await many.sessions.shutdown({ timeout: 1 });
await few.sessions.shutdown({ timeout: 1 });
