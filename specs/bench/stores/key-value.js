// @ts-check
/** An awaited set and get, beside unstorage's memory driver and keyv on a Map; and what a command costs among many keys. */
import Keyv from 'keyv';
import { createKeyValue } from 'ownstate/stores';
import { createStorage } from 'unstorage';
import memoryDriver from 'unstorage/drivers/memory';
import { figure, ratio } from '../figures.js';
import { expectSame, interleave, report } from '../measure.js';

const BATCH = 500;
const KEYS = Array.from({ length: 1_000 }, (_, at) => `user:${at}`);
const MANY = 1_000_000;
let next = 0;
let wrong = 0;

const store = createKeyValue();
const storage = createStorage({ driver: memoryDriver() });
const keyv = new Keyv();
const few = filled(1_000);
const many = filled(MANY);

/** @param {number} count how many keys, each of which will expire */
function filled(count) {
  const made = createKeyValue({ maxKeys: MANY });
  for (let key = 0; key < count; key++) made.tell.set({ key, value: key, ttl: 3_600_000 + key });
  return made;
}

/**
 * @param {(key: string, value: number) => PromiseLike<unknown>} set
 * @param {(key: string) => PromiseLike<unknown>} get
 */
function pairs(set, get) {
  return async () => {
    for (let i = 0; i < BATCH; i++) {
      const value = next++;
      const key = KEYS[value % KEYS.length];
      await set(key, value);
      if (await get(key) !== value) wrong++;
    }
  };
}

/**
 * @param {typeof few} made
 * @param {number} count
 */
function writes(made, count) {
  return () => {
    for (let i = 0; i < BATCH; i++) made.tell.set({ key: (next++ * 7919) % count, value: i, ttl: 3_600_000 });
  };
}

const rates = await interleave({
  ours: pairs((key, value) => store.ask.set({ key, value }), (key) => store.ask.get(key)),
  unstorage: pairs((key, value) => storage.setItem(key, value), (key) => storage.getItem(key)),
  keyv: pairs((key, value) => keyv.set(key, value), (key) => keyv.get(key)),
}, BATCH);
const among = await interleave({ few: writes(few, 1_000), many: writes(many, MANY) }, BATCH);
expectSame('wrong values', wrong, 0);
expectSame('keys among many', await many.ask.size(), MANY);
report({
  figures: [
    figure('set and get, awaited', 'per second', rates.ours),
    figure('the same with unstorage\'s memory driver', 'per second', rates.unstorage),
    figure('the same with keyv on a Map', 'per second', rates.keyv),
    figure('set with a ttl, told, among 1,000 keys', 'per second', among.few),
    figure('set with a ttl, told, among 1,000,000 keys', 'per second', among.many),
  ],
  found: [ratio(rates.ours, rates.unstorage), ratio(rates.ours, rates.keyv)],
});
await Promise.all([store, few, many].map((each) => each.shutdown()));
