// @ts-check
/** A session is created and read, both awaited, beside the same in express-session's MemoryStore and in memorystore. */
import session from 'express-session';
import makeMemoryStore from 'memorystore';
import { createSessions } from 'ownstate/stores';
import { expectSame, interleave, report } from '../measure.js';
import { figure, ratio } from '../figures.js';

const BATCH = 500;

/** What a session holds: a cookie's attributes, as express-session keeps them, and some of a shop's. */
const data = () => ({ cookie: { originalMaxAge: 1_800_000, expires: null, httpOnly: true, path: '/' }, user: 'ann', basket: [1, 2, 3], seen: true });

const sessions = createSessions();
const memory = new session.MemoryStore();
const lru = new (makeMemoryStore(session))({});

let read = 0;
let made = 0;

/** @typedef {session.MemoryStore | InstanceType<ReturnType<typeof makeMemoryStore>>} Peer */

/** @param {Peer} store @param {string} id @param {(error?: unknown) => void} done */
// @ts-expect-error The types want an `expires` in each cookie.
const set = (store, id, done) => store.set(id, data(), done);
const newId = () => `an-id-as-long-as-ours-${made++}`;

/** Each call back before the next call, without a promise in between. @param {Peer} store @returns {Promise<void>} */
function calledBack(store) {
  return new Promise((done) => {
    let left = BATCH;
    const next = () => {
      if (left-- === 0) return void store.clear(() => done());
      const id = newId();
      set(store, id, () => store.get(id, (_error, found) => {
        if (found?.cookie) read++;
        next();
      }));
    };
    next();
  });
}

/** The same with each call awaited. @param {Peer} store @returns {Promise<void>} */
async function awaited(store) {
  for (let i = 0; i < BATCH; i++) {
    const id = newId();
    await new Promise((done) => set(store, id, done));
    const found = await new Promise((done) => store.get(id, (_error, session) => done(session)));
    if (found?.cookie) read++;
  }
  await new Promise((done) => void store.clear(() => done(undefined)));
}

const rates = await interleave({
  ours: async () => {
    for (let i = 0; i < BATCH; i++) {
      made++;
      const { id } = await sessions.ask.create({ data: data() });
      if (await sessions.ask.get(id)) read++;
    }
    await sessions.ask.clear();
  },
  theirs: () => awaited(memory),
  others: () => awaited(lru),
  oursCalledBack: () => {
    for (let i = 0; i < BATCH; i++) {
      made++;
      sessions.ask.create({ data: data() }).subscribe(({ id }) => sessions.ask.get(id).subscribe((found) => {
        if (found) read++;
      }));
    }
    sessions.tell.clear();
  },
  theirsCalledBack: () => calledBack(memory),
}, BATCH);
expectSame('sessions read', read, made);
report({
  figures: [
    figure('create and get, awaited', 'per second', rates.ours),
    figure('express-session\'s MemoryStore, set and get, awaited', 'per second', rates.theirs),
    figure('memorystore, set and get, awaited', 'per second', rates.others),
    figure('create and get, subscribed to', 'per second', rates.oursCalledBack),
    figure('express-session\'s MemoryStore, set and get, called back', 'per second', rates.theirsCalledBack),
  ],
  found: [ratio(rates.ours, rates.theirs), ratio(rates.ours, rates.others), ratio(rates.oursCalledBack, rates.theirsCalledBack)],
});
// memorystore looks after its sessions by an interval.
lru.stopInterval();
