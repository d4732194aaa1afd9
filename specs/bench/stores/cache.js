// @ts-check
/** A hit of `get`: awaited, beside keyv and @cacheable/memory; answered at once, beside lru-cache. */
import { CacheableMemory } from '@cacheable/memory';
import Keyv from 'keyv';
import { LRUCache } from 'lru-cache';
import { createCache } from 'ownstate/stores';
import QuickLRU from 'quick-lru';
import { figure, ratio } from '../figures.js';
import { expectSame, interleave, report } from '../measure.js';

const ENTRIES = 1000;
const TTL = 3_600_000;
const AWAITED = 1000;
const AT_ONCE = 10_000;

const keys = Array.from({ length: ENTRIES }, (_, i) => `user:${i}`);
const values = keys.map((name, id) => ({ id, name }));

const cache = createCache({ maxEntries: ENTRIES, ttl: TTL });
const keyv = new Keyv({ ttl: TTL });
const memory = new CacheableMemory({ ttl: TTL, lruSize: ENTRIES, checkInterval: 0 });
const lru = new LRUCache({ max: ENTRIES, ttl: TTL });
// By its default it reads the clock once a millisecond, by a timer; this one reads it each time, as we do.
const exact = new LRUCache({ max: ENTRIES, ttl: TTL, ttlResolution: 0 });
const quick = new QuickLRU({ maxSize: ENTRIES, maxAge: TTL });
for (const [i, key] of keys.entries()) {
  const value = values[i];
  await cache.ask.set({ key, value });
  await keyv.set(key, value);
  memory.set(key, value);
  lru.set(key, value);
  exact.set(key, value);
  quick.set(key, value);
}

/** Hits that counted. */
let hits = 0;
let sent = 0;
/** @param {unknown} value */
const count = (value) => {
  if (value !== undefined) hits++;
};
/** The keys in turn, but never the one that was used last. */
let turn = 0;
const next = () => keys[turn = (turn + 7) % ENTRIES];

/** @param {(key: string) => unknown} get */
const awaited = (get) => async () => {
  for (let i = 0; i < AWAITED; i++) count(await get(next()));
  sent += AWAITED;
};

const { ours, theirs, memorys } = await interleave({
  ours: awaited((key) => cache.ask.get(key)),
  theirs: awaited((key) => keyv.get(key)),
  memorys: awaited((key) => memory.get(key)),
}, AWAITED);

const atOnce = await interleave({
  ours: () => {
    for (let i = 0; i < AT_ONCE; i++) cache.ask.get(next()).subscribe(count);
    sent += AT_ONCE;
  },
  lru: () => {
    for (let i = 0; i < AT_ONCE; i++) count(lru.get(next()));
    sent += AT_ONCE;
  },
  exact: () => {
    for (let i = 0; i < AT_ONCE; i++) count(exact.get(next()));
    sent += AT_ONCE;
  },
  quick: () => {
    for (let i = 0; i < AT_ONCE; i++) count(quick.get(next()));
    sent += AT_ONCE;
  },
}, AT_ONCE);

expectSame('the hits', hits, sent);
await cache.shutdown();
report({
  figures: [
    figure('awaited get', 'per second', ours),
    figure('keyv\'s, awaited', 'per second', theirs),
    figure('@cacheable/memory\'s, awaited', 'per second', memorys),
    figure('get, answered at once', 'per second', atOnce.ours),
    figure('lru-cache\'s { max, ttl }', 'per second', atOnce.lru),
    figure('lru-cache\'s { max, ttl, ttlResolution: 0 }', 'per second', atOnce.exact),
    figure('quick-lru\'s', 'per second', atOnce.quick),
  ],
  found: [ratio(ours, theirs), ratio(ours, memorys), ratio(atOnce.ours, atOnce.lru), ratio(atOnce.ours, atOnce.exact)],
});
