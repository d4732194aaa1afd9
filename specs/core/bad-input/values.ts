/** Values that a store isn't made for. */
import { createContext, runInContext } from 'node:vm';
import { EMPTY, NEVER, Observable, of, throwError } from 'rxjs';
import { reply } from 'ownstate';

export const boom = new Error('boom');

/** Throws `boom`, or the error that's given, whatever it's called with. */
export const raise = (...errors: [error?: unknown]) => (): never => {
  throw errors.length === 0 ? boom : errors[0];
};

/** An object whose `name` is a getter that throws, from the given reading on. */
export function trap<T extends object>(name: PropertyKey, rest: T, from = 1, before?: unknown): T {
  let readings = 0;
  return Object.defineProperty({ ...rest }, name, {
    enumerable: true,
    get: () => {
      if (++readings >= from) throw boom;
      return before;
    },
  });
}

/** A proxy that fails whatever is done with it. */
export function revoked(target: object = {}): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

const realm = createContext();
/** Evaluates in another realm, with its own `Promise`, `Array` and `Error`. */
export const elsewhere = (code: string): unknown => runInContext(code, realm);

export const megabyte = 'x'.repeat(2 ** 20);

/** Names that objects have already, and names that are hardly any. */
export const names: readonly (readonly [what: string, name: string])[] = [
  ...['__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty', 'then', '0', 'a b', '\0', '💥'].map((name) => [JSON.stringify(name), name] as const),
  ['the empty string', ''], ['a megabyte', megabyte],
];

/** No positive numbers; and how a message shows them. */
export const notPositive: readonly (readonly [what: string, value: unknown, shown: string | RegExp])[] = [
  ['0', 0, '0'], ['-0', -0, '0'], ['-1', -1, '-1'], ['-0.5', -0.5, '-0.5'], ['-2^53', -(2 ** 53), '-9007199254740992'],
  ['-Infinity', -Infinity, '-Infinity'], ['NaN', NaN, 'NaN'], ['null', null, 'null'], ['true', true, 'true'],
  ['the text 5', '5', "'5'"], ['the empty text', '', "''"], ['an array', [5], '[object Array]'],
  ['an object', { valueOf: () => 5 }, '[object Object]'],
  ['a function', () => 5, 'a function'], ['a bigint', 5n, '5'], ['a symbol', Symbol('s'), 'Symbol(s)'],
  ['a revoked proxy', revoked(), 'an object'], ['an object whose name cannot be shown', trap(Symbol.toStringTag, {}), 'an object'],
];

/** No objects; and how a message shows them. */
export const notObjects: readonly (readonly [what: string, value: unknown, shown: string])[] = [
  ['null', null, 'null'], ['a number', 5, '5'], ['a text', 'store', "'store'"], ['a function', () => 0, 'a function'], ['true', true, 'true'],
];

/** No functions. */
export const notFunctions: readonly (readonly [what: string, value: unknown, shown: string | RegExp])[] = [
  ['null', null, 'null'], ['a number', 5, '5'], ['true', true, 'true'], ['a text', 'go', "'go'"],
  ['an array', [], '[object Array]'],
  ['an object', { call: () => 0, apply: () => 0 }, '[object Object]'], ['a symbol', Symbol('s'), 'Symbol(s)'],
  ['a revoked proxy', revoked(), 'an object'],
];

const circular: Record<string, unknown> = {};
circular['self'] = circular;

/** Values of all kinds that go through a store untouched: payloads, replies, events, errors. */
export const anything: readonly (readonly [what: string, value: unknown])[] = [
  ['undefined', undefined], ['null', null], ['NaN', NaN], ['-0', -0], ['2^53 + 2', 2 ** 53 + 2], ['a bigint', 2n ** 64n],
  ['a symbol', Symbol('s')],
  ['the empty string', ''], ['a megabyte', megabyte], ['a function', () => 0], ['a class', Map],
  ['an object without a prototype', Object.create(null)],
  ['an own __proto__', JSON.parse('{"__proto__":{"polluted":true}}')], ['a circular object', circular],
  ['a getter that throws', trap('value', {})],
  ['a revoked proxy', revoked()], ['a pending promise', new Promise(() => undefined)],
  ['a thenable that throws', { then: raise() }],
  ['a getter `then` that throws', trap('then', {})], ['a promise of another realm', elsewhere('Promise.resolve(1)')],
  ['EMPTY', EMPTY], ['NEVER', NEVER],
  ['an outcome', reply(1, 2)], ['an error', boom], ['an object of another realm', elsewhere('({ list: [new Map()] })')],
];

/** A promise that rejects with anything. */
// eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what is no error is the bad input.
export const rejecting = (error: unknown): Promise<never> => Promise.reject(error);

/** What handlers throw, and promises and Observables fail with. */
export const errors: readonly (readonly [what: string, value: unknown])[] = [
  ['undefined', undefined], ['null', null], ['a text', 'text'], ['the empty string', ''], ['0', 0], ['NaN', NaN], ['false', false],
  ['a symbol', Symbol('s')],
  ['a function', () => 0], ['a frozen error', Object.freeze(new Error('frozen'))],
  ['an error of another realm', elsewhere('new RangeError("far")')],
  ['a revoked proxy', revoked()], ['a thenable', { then: raise() }], ['an Observable', of(1)],
  ['an error whose message throws', trap('message', {})],
];

/** The own `then` of a native promise. */
const patched = (then: PropertyDescriptor & { name?: string }) =>
  Object.defineProperty(Promise.resolve(7), then.name ?? 'then', then);

type Then = (value: (value: unknown) => void, error: (error: unknown) => void) => unknown;
const thenable = (then: Then) => ({ then });

/** Promises that break their word: each is made anew, and comes to 7 or to `boom`. */
export const promises: readonly (readonly [what: string, make: () => unknown, fails: boolean])[] = [
  ['a thenable whose `then` throws', () => thenable(raise()), true],
  ['a thenable that settles and then throws', () => thenable((value) => { value(7); throw boom; }), false],
  ['a thenable that fulfils twice', () => thenable((value) => { value(7); value(8); }), false],
  ['a thenable that fulfils and then rejects', () => thenable((value, error) => { value(7); error(boom); }), false],
  ['a thenable that rejects twice, then fulfils', () => thenable((value, error) => { error(boom); error(0); value(8); }), true],
  ['a thenable that fulfils with one that throws', () => thenable((value) => value(thenable(raise()))), true],
  ['a thenable that fulfils with another', () => thenable((value) => value(thenable((inner) => inner(7)))), false],
  ['a thenable that settles twice, a turn later', () => thenable((value) => queueMicrotask(() => { value(7); value(8); })), false],
  ['a getter `then` that throws', () => trap('then', {}), true],
  ['a getter `then` that throws the second time', () => trap('then', {}, 2, (value: (value: unknown) => void) => value(7)), true],
  ['a native promise whose own `then` throws', () => patched({ value: raise() }), true],
  ['a native promise whose own `then` fulfils twice at once', () => patched({ value: (value: (value: unknown) => void) => { value(7); value(8); } }), false],
  ['a native promise whose `constructor` throws', () => patched({ name: 'constructor', get: raise() }), true],
  ['a Promise subclass whose `then` throws', () => new (class extends Promise<number> { override then = raise(); })((value) => value(7)), true],
  ['a promise of another realm', () => elsewhere('Promise.resolve(7)'), false],
  ['a thenable of another realm that settles twice', () => elsewhere('({ then: (value, error) => { value(7); error(1); } })'), false],
  ['a thenable without a prototype', () => Object.assign(Object.create(null) as object, thenable((value) => value(7))), false],
  ['a function with a `then`', () => Object.assign(() => 0, thenable((value) => value(7))), false],
];

/* eslint-disable rxjs-x/no-redundant-notify -- the redundant ones are the bad input. */
/** Observables that break their word, or give nothing: what they emit before they complete, and whether they fail with `boom`. */
export const streams: readonly (readonly [what: string, make: () => unknown, emits: readonly unknown[], fails: boolean])[] = [
  ['an Observable that fails at once', () => throwError(() => boom), [], true],
  ['an Observable that completes empty', () => EMPTY, [], false],
  ['an Observable whose subscribe function throws', () => new Observable(raise()), [], true],
  ['an Observable that emits, then throws', () => new Observable((to) => { to.next(7); throw boom; }), [7], true],
  ['an Observable that emits after its end', () => new Observable((to) => { to.next(7); to.complete(); to.next(8); to.error(boom); }), [7], false],
  ['an Observable that fails twice', () => new Observable((to) => { to.error(boom); to.error(0); }), [], true],
];
