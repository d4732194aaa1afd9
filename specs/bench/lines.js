// @ts-check
/** What is measured: a line per file of this folder, run in a process of its own, and what is expected of each figure. */

/**
 * @typedef {object} Expected a figure that is held against a limit
 * @property {string} what what it says
 * @property {import('./figures.js').Unit} unit
 * @property {number} [least] it should be this or more
 * @property {number} [most] it should be this or less
 *
 * @typedef {object} Line
 * @property {string} title what the line measures
 * @property {boolean} [go] it runs beside a program in Go, and is skipped where Go isn't installed
 * @property {readonly Expected[]} expected in the order in which the file reports them; none: measured for comparison only
 */

/** @type {Readonly<Record<string, Line>>} */
export const LINES = {
  tell: {
    title: 'tell to an idle store, synchronous handler, one select observer',
    expected: [{ what: 'against a bare Subject → scan → subscriber', unit: 'ratio', least: 0.75 }],
  },
  'tell-object': {
    title: 'the same tell with the state { n }, as in production',
    expected: [{ what: 'against zustand\'s vanilla setState of { n }, one listener', unit: 'ratio', least: 1 }],
  },
  'ask-go': {
    title: 'ask and subscribe, synchronous: 100 readers and 10 writers in turn',
    go: true,
    expected: [{ what: 'against the Go program without its pause', unit: 'ratio', least: 3.5 }],
  },
  'await-go': {
    title: 'ask and await: 110 clients without pause',
    go: true,
    expected: [{ what: 'against the Go program without its pause', unit: 'ratio', least: 1.6 }],
  },
  'readers-writers': {
    title: 'readers-writers as it stands, with its pause of 1 ms',
    go: true,
    expected: [{ what: 'against the Go program with the same pause', unit: 'ratio', least: 0.95 }],
  },
  nact: {
    title: 'ask and await, one after the other',
    expected: [{ what: 'against nact\'s query', unit: 'ratio', least: 10 }],
  },
  'async-handler': {
    title: 'awaited ask of an asynchronous handler',
    expected: [{ what: 'against await of a plain async function', unit: 'ratio', least: 0.1 }],
  },
  backlog: {
    title: '200,000 commands waiting behind one slow handler, then worked off, default slice',
    expected: [
      { what: 'commands worked off', unit: 'per second', least: 3e6 },
      { what: 'cost of one, against 2,000 waiting', unit: 'ratio', most: 2 },
    ],
  },
  chain: {
    title: '1,000,000 asks, each sent from the subscriber of the one before; on one store, and over two in turn',
    expected: [
      { what: 'growth of the stack from 10% to the end, the worse of the two', unit: 'frames', most: 0 },
      { what: 'growth of the heap per ask from 10% to the end, the worse of the two', unit: 'bytes', most: 1 },
    ],
  },
  heap: {
    title: 'heap of a store with three commands, each asked and told once',
    expected: [{ what: 'a store, of 20,000 that share a definition', unit: 'bytes', most: 2200 }],
  },
  size: {
    title: 'what createStore and reply pull in, without rxjs',
    expected: [{ what: 'minified and gzipped', unit: 'bytes', most: 6000 }],
  },
  linearizable: {
    title: 'checkLinearizable: 10,000 operations of 20 clients on a register per key',
    expected: [{ what: 'a verdict, in the slowest case', unit: 'ms', most: 2000 }],
  },
  counter: {
    title: 'one counter, three ways to keep it',
    expected: [],
  },
};
