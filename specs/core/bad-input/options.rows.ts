/** Bad options of `createStore`, limits of `with`, and options of `shutdown`. */
import { a, fails, gives, refusal, throws, very, type Row } from './row.js';
import { boom, notObjects, notPositive, raise, revoked, trap } from './values.js';

const unlisted = [
  ['null', null, 'null'], ['the empty text', '', "''"], ['another case', 'KEEP', "'KEEP'"],
  ['__proto__', '__proto__', "'__proto__'"],
  ['constructor', 'constructor', "'constructor'"], ['a number', 0, '0'], ['a list', ['keep'], '[object Array]'],
  ['a symbol', Symbol('s'), 'Symbol(s)'],
] as const;
const noSignals = [
  ['null', null, 'null'], ['an object', { aborted: false }, '[object Object]'], ['a text', 'abort', "'abort'"],
  ['a controller', new AbortController(), '[object AbortController]'], ['a class', AbortSignal, 'a function'],
  ['a revoked proxy', revoked(), /./],
] as const;
/** Passes for a signal, and isn't one. */
const pretended = Object.create(AbortSignal.prototype) as AbortSignal;
const deaf = () => Object.assign(new AbortController().signal, { addEventListener: raise() });

export const options: readonly Row[] = [
  ...notObjects.map(([what, value, shown]): Row => ({
    what: `${what} as options`, options: () => value, out: throws(refusal('options', 'an object', shown)),
  })),
  { what: 'a revoked proxy as options', options: () => revoked(), out: throws(a(TypeError)) },
  ...['scheduler', 'mailbox', 'timeout', 'onHandlerError', 'signal', 'slice', 'freeze'].map((field): Row => (
    { what: `a getter \`${field}\` that throws`, options: (usual) => trap(field, usual), out: throws(very(boom)) }
  )),
  ...['capacity', 'overflow'].map((field): Row => ({
    what: `a getter \`mailbox.${field}\` that throws`, options: { mailbox: trap(field, {}) }, out: throws(very(boom)),
  })),
  ...notObjects.map(([what, value, shown]): Row => ({
    what: `${what} as mailbox`, options: { mailbox: value }, out: throws(refusal('mailbox', 'an object', shown)),
  })),
  { what: 'a revoked proxy as mailbox', options: { mailbox: revoked() }, out: throws(a(TypeError)) },
  ...notPositive.flatMap(([what, value, shown]): Row[] => [
    { what: `timeout: ${what}`, options: { timeout: value }, out: throws(refusal('timeout', 'a positive number', shown)) },
    { what: `slice: ${what}`, options: { slice: value }, out: throws(refusal('slice', 'a positive number', shown)) },
    {
      what: `mailbox.capacity: ${what}`, options: { mailbox: { capacity: value } },
      out: throws(refusal('capacity', 'a positive integer', shown)),
    },
  ]),
  {
    what: 'mailbox.capacity: 1.5', options: { mailbox: { capacity: 1.5 } },
    out: throws(refusal('capacity', 'a positive integer', '1.5')),
  },
  {
    what: 'mailbox.capacity: Infinity', options: { mailbox: { capacity: Infinity } },
    out: throws(refusal('capacity', 'a positive integer', 'Infinity')),
  },
  ...unlisted.flatMap(([what, value, shown]): Row[] => [
    {
      what: `mailbox.overflow: ${what}`, options: { mailbox: { overflow: value } },
      out: throws(refusal('overflow', 'one of reject, drop-oldest', shown)),
    },
    {
      what: `onHandlerError: ${what}`, options: { onHandlerError: value },
      out: throws(refusal('onHandlerError', 'one of keep, reset, stop', shown)),
    },
  ]),
  ...noSignals.map(([what, value, shown]): Row => ({
    what: `signal: ${what}`, options: { signal: value }, out: throws(refusal('signal', 'an AbortSignal', shown)),
  })),
  { what: 'signal: an object that only looks like one', options: { signal: pretended }, out: throws(a(TypeError)) },
  { what: 'signal: one that takes no listener', options: () => ({ signal: deaf() }), out: throws(very(boom)) },
  ...([['2^53 + 2', 2 ** 53 + 2], ['Infinity', Infinity], ['the smallest number', Number.MIN_VALUE]] as const).map(([what, value]): Row => (
    { what: `timeout and slice: ${what} is taken`, options: { timeout: value, slice: value }, out: gives(undefined) }
  )),
  { what: 'mailbox.capacity: 2^53 + 2 is taken', options: { mailbox: { capacity: 2 ** 53 + 2 } }, out: gives(undefined) },
  ...([['null', null], ['a number', 5], ['an object', {}], ['a revoked proxy', revoked()], ['one without `now`', { schedule: () => undefined }],
    ['one without `schedule`', { now: () => 0 }], ['one whose members are no functions', { now: 0, schedule: {} }],
  ] as const).map(([what, scheduler]): Row => ({
    what: `scheduler: ${what}`, options: { scheduler }, out: throws(refusal('scheduler', 'a scheduler', /./)),
  })),
];

export const limits: readonly Row[] = [
  ...[['undefined', undefined, 'undefined'] as const, ...notObjects].map(([what, value, shown]): Row => ({
    what: `with: ${what}`, act: ({ store }) => store.with(value as never), out: throws(refusal('options', 'an object', shown)),
  })),
  ...notPositive.flatMap(([what, value, shown]): Row[] => [
    {
      what: `with: timeout ${what}`, act: ({ store }) => store.with({ timeout: value as never }),
      out: throws(refusal('timeout', 'a positive number', shown)),
    },
    {
      what: `shutdown: timeout ${what}`, act: ({ store }) => store.shutdown({ timeout: value as never }),
      out: fails(refusal('timeout', 'a positive number', shown)), counts: { handled: 0, failed: 0 },
    },
  ]),
  ...noSignals.map(([what, value, shown]): Row => ({
    what: `with: signal ${what}`, act: ({ store }) => store.with({ signal: value as never }),
    out: throws(refusal('signal', 'an AbortSignal', shown)),
  })),
  { what: 'with: a getter that throws', act: ({ store }) => store.with(trap('timeout', {})), out: throws(very(boom)) },
  {
    what: 'with: an object that only looks like a signal', act: ({ store }) => store.with({ signal: pretended }).ask.go(undefined),
    out: throws(a(TypeError)),
  },
  { what: 'with: fractions are taken', act: ({ store }) => store.with({ timeout: 0.5 }).ask.echo(1), out: gives(1) },
  { what: 'with: 2^53 + 2 is taken', act: ({ store }) => store.with({ timeout: 2 ** 53 + 2 }).ask.echo(1), out: gives(1) },
  {
    what: 'with: a signal that takes no listener harms no command that is answered at once',
    act: ({ store }) => store.with({ signal: deaf() }).ask.echo(1), out: gives(1),
  },
  ...notObjects.map(([what, value, shown]): Row => ({
    what: `shutdown: ${what}`, act: ({ store }) => store.shutdown(value as never), out: fails(refusal('options', 'an object', shown)),
    counts: { handled: 0, failed: 0 },
  })),
  {
    what: 'shutdown: a getter that throws', act: ({ store }) => store.shutdown(trap('timeout', {})), out: fails(very(boom)),
    counts: { handled: 0, failed: 0 },
  },
  {
    what: 'shutdown: fractions are taken', act: ({ store }) => store.shutdown({ timeout: 0.5 }), out: gives(undefined),
    counts: { handled: 0 }, closed: true,
  },
  {
    what: 'shutdown: 2^53 + 2 is taken', act: ({ store }) => store.shutdown({ timeout: 2 ** 53 + 2 }), out: gives(undefined),
    counts: { handled: 0 }, closed: true,
  },
  { what: 'a method without its store', act: ({ store }) => Reflect.apply(store['status' as 'name'] as unknown as () => unknown, undefined, []), out: throws(a(TypeError)) },
];

