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
    title: 'what createStore (with select) and reply pull in, without rxjs',
    expected: [{ what: 'minified and gzipped', unit: 'bytes', most: 6200 }],
  },
  linearizable: {
    title: 'checkLinearizable: 10,000 operations of 20 clients on a register per key',
    expected: [{ what: 'a verdict, in the slowest case', unit: 'ms', most: 2000 }],
  },
  counter: {
    title: 'one counter, three ways to keep it',
    expected: [],
  },
  'stores/counter': {
    title: 'a counter, and one of many by two labels',
    expected: [
      { what: 'against a bare Subject → scan → subscriber', unit: 'ratio', least: 0.5 },
      { what: 'by two labels, against prom-client\'s inc', unit: 'ratio', least: 0.3 },
    ],
  },
  'stores/key-value': {
    title: 'key-value: set and get, awaited',
    expected: [
      { what: 'against unstorage\'s memory driver', unit: 'ratio', least: 2 },
      { what: 'against keyv on a Map', unit: 'ratio', least: 2 },
    ],
  },
  'stores/bank-account': {
    title: 'a deposit and a withdrawal',
    expected: [
      { what: 'against an account behind async-mutex, awaited', unit: 'ratio', least: 1.5 },
      { what: 'told, against a bare Subject → scan of bigints', unit: 'ratio', least: 0.06 },
    ],
  },
  'stores/cache': {
    title: 'cache: a hit of get',
    expected: [
      { what: 'awaited, against keyv', unit: 'ratio', least: 5 },
      { what: 'awaited, against @cacheable/memory', unit: 'ratio', least: 5 },
      { what: 'subscribed, against lru-cache { max, ttl }', unit: 'ratio', least: 0.25 },
      { what: 'subscribed, against lru-cache that reads the clock each time', unit: 'ratio', least: 0.25 },
    ],
  },
  'stores/cache-memory': {
    title: 'cache of 200,000 entries',
    expected: [
      { what: 'memory of an entry, against lru-cache', unit: 'ratio', most: 1.5 },
      { what: 'set of a new key, against @isaacs/ttlcache', unit: 'ratio', least: 10 },
    ],
  },
  'stores/cache-scale': {
    title: 'cache of 1,000,000 entries',
    expected: [
      { what: 'cost of one command, against 1,000 entries', unit: 'ratio', most: 2 },
      { what: 'a sweep that removes nothing', unit: 'ms', most: 0.1 },
    ],
  },
  'stores/sessions': {
    title: 'sessions: create and get, awaited',
    expected: [
      { what: 'against express-session\'s MemoryStore, set and get, awaited', unit: 'ratio', least: 3 },
      { what: 'against memorystore, set and get, awaited', unit: 'ratio', least: 2.5 },
      { what: 'subscribed, against MemoryStore called back', unit: 'ratio', least: 3 },
    ],
  },
  'stores/sessions-scale': {
    title: '1,000,000 sessions',
    expected: [
      { what: 'cost of create, get of another and delete, against 1,000 sessions', unit: 'ratio', most: 2 },
      { what: 'a sweep with nothing to do', unit: 'ms', most: 0.1 },
    ],
  },
  'stores/rate-limiter': {
    title: 'rate limiter: allow over 10,000 keys',
    expected: [
      { what: 'awaited, against rate-limiter-flexible\'s RateLimiterMemory.consume', unit: 'ratio', least: 1.2 },
      { what: 'subscribed, against limiter\'s tryRemoveTokens', unit: 'ratio', least: 0.4 },
    ],
  },
  'stores/rate-limiter-scale': {
    title: 'rate limiter with 1,000,000 keys',
    expected: [
      { what: 'cost of one allow, 1,000 clients spread over all keys, against 1,000 keys', unit: 'ratio', most: 2 },
      { what: 'a tick with nothing to do', unit: 'ms', most: 0.1 },
    ],
  },
  'stores/worker-pool': {
    title: 'worker pool: submit of a no-op, concurrency 10, awaited',
    expected: [
      { what: 'against fastq.promise', unit: 'ratio', least: 1 },
      { what: 'against p-queue', unit: 'ratio', least: 1.4 },
      { what: 'cost of a task that comes and is taken back with 50,000 waiting, against 1,000', unit: 'ratio', most: 2 },
    ],
  },
  'stores/chat-room': {
    title: 'a message to a chat room',
    expected: [
      { what: 'room of 10, against socket.io-adapter\'s broadcast', unit: 'ratio', least: 1 },
      { what: 'room of 1,000, against socket.io-adapter\'s broadcast', unit: 'ratio', least: 1 },
    ],
  },
  'stores/task-queue': {
    title: 'a task from enqueue to complete',
    expected: [
      { what: 'awaited', unit: 'per second', least: 3e5 },
      { what: 'told and subscribed', unit: 'per second', least: 3e5 },
    ],
  },
  'stores/task-queue-scale': {
    title: 'a task queue with 1,000,000 tasks',
    expected: [
      { what: 'cost of a task from enqueue to complete, against 1,000 waiting', unit: 'ratio', most: 2 },
      { what: 'a sweep with nothing to do', unit: 'ms', most: 0.1 },
    ],
  },
  'react/rendering': {
    title: '1,000 React components, each with its own cell; one cell changes and is rendered',
    expected: [{ what: 'against zustand with the same components', unit: 'ratio', least: 0.9 }],
  },
  'angular/rendering': {
    title: '1,000 Angular components, each with its own cell; one cell changes and change detection runs',
    expected: [{ what: 'against NgRx SignalStore with the same components', unit: 'ratio', least: 0.9 }],
  },
};

/**
 * Several lines by one name.
 * @type {Readonly<Record<string, (name: string) => boolean>>}
 */
export const GROUPS = {
  stores: (name) => name.startsWith('stores/'),
  frameworks: (name) => name.startsWith('react/') || name.startsWith('angular/'),
};
