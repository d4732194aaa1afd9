// @ts-check
/** How long a verdict takes on a history as a right store gives it, and on one with a stale read. */
// Not by its door, which wants to be run by a test runner.
import { checkLinearizable } from '../../dist/testing/linearizable.js';
import { figure } from './figures.js';
import { report } from './measure.js';

const OPERATIONS = 10_000;
const CLIENTS = 20;
const ROUNDS = 9;

/** @typedef {import('../../dist/testing/operation.js').Operation} Operation */

/** @type {import('../../dist/testing/linearizable/model.js').LinearModel<number>} */
const register = {
  init: 0,
  key: ({ payload }) => /** @type {{ key: number }} */ (payload).key,
  step: (value, { type, payload }) =>
    type === 'set' ? { state: /** @type {{ value: number }} */ (payload).value } : { state: value, reply: value },
};

/**
 * Numbers below a bound, the same ones for the same seed.
 * @param {number} seed
 * @returns {(bound: number) => number}
 */
function picker(seed) {
  return (bound) => {
    seed = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return ((seed ^ (seed >>> 13)) >>> 0) % bound;
  };
}

/**
 * A history in which each operation happens at one moment between its begin and its end.
 * @param {number} keys
 * @param {number} lost in a thousand: they're never answered, and half of them happen
 */
function record(keys, lost) {
  const pick = picker(keys + lost);
  /** @type {Map<number, number>} */
  const values = new Map();
  /** @type {Operation[]} */
  const operations = [];
  /** @type {({ type: string, key: number, value: number, began: number, answer: number | undefined, happened: boolean } | undefined)[]} */
  const running = new Array(CLIENTS).fill(undefined);
  for (let place = 0; operations.length < OPERATIONS;) {
    const number = pick(CLIENTS);
    const client = `client ${number}`;
    const at = running[number];
    if (at === undefined) {
      running[number] = { type: pick(2) === 0 ? 'set' : 'get', key: pick(keys), value: place, began: ++place, answer: undefined, happened: false };
      continue;
    }
    const { type, key, value, began } = at;
    const message = { client, type, payload: { key, value }, began };
    if (at.happened) {
      operations.push({ ...message, ended: ++place, outcome: 'replied', reply: at.answer });
      running[number] = undefined;
    } else if (pick(1000) < lost && pick(2) === 0) {
      operations.push({ ...message, outcome: 'unknown' });
      running[number] = undefined;
    } else {
      if (type === 'set') values.set(key, value);
      else at.answer = values.get(key) ?? 0;
      at.happened = true;
      if (pick(1000) < lost) {
        operations.push({ ...message, outcome: 'unknown' });
        running[number] = undefined;
      }
    }
  }
  return operations;
}

/**
 * The same history, in which one late read sees the first value of its key.
 * @param {Operation[]} operations
 */
function spoil(operations) {
  const reads = operations.filter((operation) => operation.type === 'get' && operation.outcome === 'replied' && operation.reply !== 0);
  const late = reads[Math.floor(reads.length * 0.95)];
  const { key } = /** @type {{ key: number }} */ (late.payload);
  const first = operations.find(({ type, payload }) => type === 'set' && /** @type {{ key: number }} */ (payload).key === key);
  const { value } = /** @type {{ value: number }} */ (first?.payload);
  return operations.map((operation) => operation === late ? /** @type {Operation} */ ({ ...operation, reply: value }) : operation);
}

/** @type {import('./figures.js').Figure[]} */
const figures = [];
for (const [keys, lost] of [[1000, 0], [100, 0], [10, 0], [100, 20], [10, 20]]) {
  const right = record(keys, lost);
  for (const [what, operations, expected] of /** @type {const} */ ([['right', right, true], ['one stale read', spoil(right), false]])) {
    /** @type {number[]} */
    const times = [];
    for (let round = 0; round < ROUNDS; round++) {
      const begun = performance.now();
      const verdict = checkLinearizable({ operations }, register);
      times.push(performance.now() - begun);
      if (verdict.linearizable !== expected) throw new Error(`Expected ${String(expected)}, got ${verdict.message}`);
    }
    figures.push(figure(`${keys} keys, ${lost / 10} % never answered, ${what}`, 'ms', times));
  }
}
report({ figures, found: [figures.reduce((slowest, other) => other.value > slowest.value ? other : slowest)] });
