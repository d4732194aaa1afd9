/** What is the same by what it holds, what isn't, and where two values differ. */
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { hashOf } from '../../../lib/testing/linearizable/hash.js';
import { differenceOf, same } from '../../../lib/testing/linearizable/same.js';

class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
}

const bare = (fields: object): unknown => Object.assign(Object.create(null), fields);
const ring = (x: number): object => {
  const made: { x: number; self?: object } = { x };
  made.self = made;
  return made;
};
const one = new Point(1);

describe('two values are the same', () => {
  it.each<[string, unknown, unknown]>([
    ['as plain objects, with or without a prototype', bare({ a: bare({ b: 1 }) }), { a: { b: 1 } }],
    ['as plain objects of different realms', runInNewContext('({ a: { b: 1 } })'), { a: { b: 1 } }],
    ['as arrays with a hole and with undefined', new Array(2), [undefined, undefined]],
    ['as typed arrays', new Float64Array([0.5, NaN]), new Float64Array([0.5, NaN])],
    ['as typed arrays of different buffers', new Uint8Array([1, 2, 3]).subarray(1), new Uint8Array([2, 3])],
    ['as buffers', new Uint8Array([1, 2]).buffer, new Uint8Array([1, 2]).buffer],
    ['as Sets of equal objects, in whatever order', new Set([{ a: 1 }, { b: 2 }, 3]), new Set([3, { b: 2 }, { a: 1 }])],
    ['as Sets of Sets', new Set([new Set([1]), new Set([{ a: 1 }])]), new Set([new Set([bare({ a: 1 })]), new Set([1])])],
    ['as Maps of equal objects by the same keys', new Map([[one, { a: 1 }]]), new Map([[one, bare({ a: 1 })]])],
    ['as Maps by NaN and by zero', new Map([[NaN, 1], [0, 2]]), new Map([[-0, 2], [NaN, 1]])],
    ['as rings', ring(1), ring(1)],
    ['as one instance', { one }, { one }],
  ])('%s', (_title, a, b) => {
    expect([same(a, b), same(b, a), differenceOf(a, b)]).toEqual([true, true, undefined]);
    expect(hashOf(a)).toBe(hashOf(b));
  });
});

describe('two values differ, and where', () => {
  it.each<[string, unknown, unknown]>([
    ['at `list[0].by`: 1, 2', { list: [{ by: 1 }] }, { list: [{ by: 2 }] }],
    ["at the top: 1, '1'", 1, '1'],
    ['at the top: number 5, bigint 5', 5, 5n],
    ['at the top: Point { x: 1 }, Object { x: 1 }', new Point(1), { x: 1 }],
    ['at the top: { x: 1 }, another one', new Point(1), new Point(1)],
    ['at `run`: a function, another one', { run: () => 1 }, { run: () => 1 }],
    ['at `[0]`: undefined, 5', new Array(1), [5]],
    ['at `[1]`: 2, nothing', [1, 2], [1]],
    ['at `a`: undefined, nothing', { a: undefined }, {}],
    ["at `['a b']`: nothing, 1", {}, { 'a b': 1 }],
    ["at `.get('a')[0]`: 1, 2", new Map([['a', [1]]]), new Map([['a', [2]]])],
    ['at `.get(1)`: nothing, 2', new Map(), new Map([[1, 2]])],
    ['at `.values()`: { a: 1 }, nothing', new Set([{ a: 1 }, { a: 2 }]), new Set([{ a: 2 }, { a: 3 }])],
    ['at `.values()`: nothing, 2', new Set([1]), new Set([1, 2])],
    ['at `x`: 1, 2', ring(1), ring(2)],
    ["at `text.slice(100)`: 'b', 'c'", { text: `${'a'.repeat(100)}b` }, { text: `${'a'.repeat(100)}c` }],
    ["at `message.slice(90)`: '', 'b'", new Error('a'.repeat(90)), new Error(`${'a'.repeat(90)}b`)],
    ["at the top: '\\u001b', '\\\\u001b'", '\u001B', '\\u001b'],
    ['at the top: Map {}, Set {}', new Map(), new Set()],
    ['at the top: 1970-01-01T00:00:00.001Z, 1970-01-01T00:00:00.002Z', new Date(1), new Date(2)],
    ['at the top: { 0: 1 }, { 0: 2 }', new Uint8Array([1]), new Uint8Array([2])],
    ['at the top: Uint8Array { 0: 1 }, Int8Array { 0: 1 }', new Uint8Array([1]), new Int8Array([1])],
  ])('%s', (text, a, b) => {
    expect([same(a, b), same(b, a)]).toEqual([false, false]);
    expect(differenceOf(a, b)).toBe(text);
  });
});
