// @ts-check
/** What the lines beside Go have in common: a store that owns a map from int to int, and the dice of its clients. */
import { createStore, reply } from 'ownstate';

export const READERS = 100;
export const WRITERS = 10;

export function createMap() {
  return createStore({
    name: 'map',
    /** @type {() => Map<number, number>} */
    state: () => new Map(),
    commands: {
      write: (map, /** @type {{ key: number, value: number }} */ { key, value }) => {
        map.set(key, value);
        return reply(map, true);
      },
    },
    queries: { read: (map, /** @type {number} */ key) => map.get(key) ?? 0 },
  });
}

/**
 * A whole number from 0 to below `bound`.
 * @param {number} bound
 */
export function dice(bound) {
  return Math.floor(Math.random() * bound);
}
