/** Bad outcomes: what handlers throw, and what they give back that is no state. */
import { reply, replyLater, StoreClosedError } from 'ownstate';
import { concat, NEVER, Observable, of, throwError, UnsubscriptionError } from 'rxjs';
import { a, fails, gives, very, type Row } from './row.js';
import { boom, elsewhere, errors, megabyte, promises, raise, rejecting, revoked, streams, trap } from './values.js';

const atHand = (shown: string) => fails(a(TypeError, `Expected \`state\` to be at hand, got ${shown}`));
const asked = (site: Parameters<NonNullable<Row['act']>>[0]) => site.store.ask.go(undefined);

/** Passes for an Observable with rxjs's own `isObservable`, and isn't one. */
const duck = (own: object = {}) => ({ lift: raise(), subscribe: raise(), ...own });

export const thrown: readonly Row[] = errors.flatMap(([what, error]): Row[] => [
  { what: `a handler throws ${what}`, go: raise(error), out: fails(very(error)) },
  { what: `a promise rejects with ${what}`, go: () => rejecting(error), out: fails(very(error)) },
  { what: `an Observable fails with ${what}`, go: () => throwError(() => error), out: fails(very(error)) },
  {
    what: `an Observable fails with ${what} after a state`, go: () => concat(of(1), throwError(() => error)),
    out: fails(very(error)), state: 1,
  },
  {
    what: `a query throws ${what}`, definition: { queries: { peek: (state: unknown) => state, get: raise(error) } },
    act: ({ store }) => store.send({ type: 'get' } as never), out: fails(very(error)),
  },
  {
    what: `a told handler throws ${what}`, go: raise(error), act: ({ store }) => store.tell.go(undefined), out: gives(undefined),
    counts: { failed: 1 }, reported: [very(error)],
  },
  {
    what: `nobody observes a reply that fails with ${what}`, go: raise(error), act: (site) => void asked(site),
    out: gives(undefined), counts: { failed: 1 }, reported: [very(error)],
  },
  {
    what: `onHandlerError 'reset', and a handler throws ${what}`, definition: { state: () => 0 },
    options: { onHandlerError: 'reset' }, go: raise(error), out: fails(very(error)),
    act: async (site) => (await site.store.ask.echo(1), asked(site)), counts: { handled: 2 },
  },
  {
    what: `onHandlerError 'stop', and a told handler throws ${what}`, options: { onHandlerError: 'stop' }, go: raise(error),
    act: ({ store }) => store.tell.go(undefined), out: gives(undefined), counts: { failed: 1 }, reported: [very(error)],
    closed: true,
  },
]);

/** A maker that makes a state the first time only. */
const once = (then: () => unknown) => {
  let makings = 0;
  return () => ++makings === 1 ? 5 : then();
};

export const resets: readonly Row[] = [
  {
    what: 'the maker throws', definition: () => ({ ...usualOf(raise()), state: once(raise('again')) }),
    options: { onHandlerError: 'reset' }, out: fails(very(boom)), state: 5, reported: [very('again')],
  },
  {
    what: 'the maker makes a promise', definition: () => ({ ...usualOf(raise()), state: once(() => Promise.resolve(0)) }),
    options: { onHandlerError: 'reset' }, out: fails(very(boom)), state: 5,
    reported: [a(TypeError, 'Expected `state` to be at hand, got [object Promise]')],
  },
];

function usualOf(go: NonNullable<Row['go']>): object {
  return { name: 'bed', commands: { echo: (state: unknown, payload: unknown) => reply(state, payload), go }, queries: { peek: (state: unknown) => state } };
}

export const promised: readonly Row[] = [
  ...promises.flatMap(([what, make, failing]): Row[] => [
    { what, go: make, out: failing ? fails(very(boom)) : gives(undefined), ...(failing ? {} : { state: 7 }) },
    {
      what: `told: ${what}`, go: make, act: ({ store }) => store.tell.go(undefined), out: gives(undefined),
      counts: { failed: failing ? 1 : 0 }, ...(failing ? { reported: [very(boom)] } : { state: 7 }),
    },
    {
      what: `emitted by an Observable: ${what}`, go: () => of(make()),
      out: fails(a(TypeError, /^Expected `state` to be at hand, got /)),
    },
  ]).filter(({ what }) => !/emitted.*getter/.test(what)),
  { what: 'the state of a reply: a promise', go: () => reply(Promise.resolve(1), 1), out: atHand('[object Promise]') },
  { what: 'the state of a reply: a thenable', go: () => reply({ then: () => undefined }, 1), out: atHand('[object Object]') },
  {
    what: 'the state of a reply: a promise, promised', go: () => Promise.resolve(reply(Promise.resolve(1), 1)),
    out: atHand('[object Promise]'),
  },
  {
    what: 'the state of a later reply: a promise', go: () => replyLater(Promise.resolve(1), Promise.resolve(1)),
    out: atHand('[object Promise]'),
  },
  {
    what: 'an outcome of another realm\'s promise',
    go: () => (elsewhere('(value) => Promise.resolve(value)') as (value: unknown) => unknown)(reply(1, 2)), out: gives(2),
    state: 1,
  },
  {
    what: 'a rejection of another realm\'s promise',
    go: () => (elsewhere('(error) => Promise.reject(error)') as (error: unknown) => unknown)(boom), out: fails(very(boom)),
  },
  {
    what: 'an async function of another realm', go: elsewhere('async (state) => state + 1') as Row['go'] & object,
    out: gives(undefined), state: 1,
  },
  { what: 'a promise of an Observable', go: () => Promise.resolve(of(1, 2)), out: gives(undefined), state: 2 },
  {
    what: 'a promise that never settles', go: () => new Promise(() => undefined), act: abandoned, out: fails(a(StoreClosedError)),
    counts: { handled: 0, failed: 0 }, closed: true,
  },
  {
    what: 'a thenable that never calls back', go: () => ({ then: () => undefined }), act: abandoned,
    out: fails(a(StoreClosedError)), counts: { handled: 0, failed: 0 }, closed: true,
  },
  {
    what: 'a promise that settles when the store has closed', go: () => Promise.resolve(9), act: abandoned,
    out: fails(a(StoreClosedError)), counts: { handled: 0, failed: 0 }, closed: true,
  },
  {
    what: 'a promise that rejects when the store has closed', go: () => Promise.reject(boom), act: abandoned,
    out: fails(a(StoreClosedError)), counts: { handled: 0, failed: 0 }, closed: true,
  },
];

/** Asks, and has the store aborted a millisecond later. */
function abandoned({ store, pass }: Parameters<NonNullable<Row['act']>>[0]): unknown {
  // Observed from the beginning, so that it's the asker's alone.
  const answer = store.ask.go(undefined).then((value) => value);
  void store.shutdown({ timeout: 1 });
  pass(1);
  return answer;
}

export const observed: readonly Row[] = [
  ...streams.map(([what, make, emits, failing]): Row => (
    { what, go: make, out: failing ? fails(very(boom)) : gives(undefined), state: emits.length === 0 ? 0 : emits[emits.length - 1] }
  )),
  {
    what: 'NEVER', go: () => NEVER, act: abandoned, out: fails(a(StoreClosedError)), counts: { handled: 0, failed: 0 },
    closed: true,
  },
  {
    what: 'an Observable whose teardown throws when the store ends', go: () => new Observable(() => raise()), act: abandoned,
    out: fails(a(StoreClosedError)),
    counts: { handled: 0, failed: 0 }, closed: true, thrown: [a(UnsubscriptionError)],
  },
  {
    what: 'an Observable whose teardown throws when it has ended at once',
    go: () => new Observable((to) => { to.next(7); to.complete(); return raise(); }), out: gives(undefined), state: 7,
  },
  { what: 'an Observable that emits an Observable', go: () => of(of(1)), out: atHand('[object Object]') },
  { what: 'an Observable that emits a getter `then` that throws', go: () => of(trap('then', {})), out: fails(very(boom)) },
  { what: 'an Observable that emits a revoked proxy', go: () => of(revoked()), out: fails(a(TypeError)) },
  {
    what: 'an Observable that emits a good state, a bad one and a good one', go: () => of(1, Promise.resolve(2), 3),
    out: atHand('[object Promise]'), state: 1,
  },
  { what: 'an object that only looks like an Observable', go: () => duck(), out: fails(a(TypeError)) },
  {
    what: 'an object that only looks like an Observable, and whose `pipe` throws', go: () => duck({ pipe: raise() }),
    out: fails(a(TypeError)),
  },
  {
    what: 'an Observable whose own `subscribe` throws', go: () => Object.assign(new Observable(), { subscribe: raise() }),
    out: fails(very(boom)),
  },
  { what: 'a reply whose next state is an Observable', go: () => reply(of(1), 1), out: atHand('[object Object]') },
];

export const nextStates: readonly Row[] = [
  ...([['undefined', undefined], ['null', null], ['NaN', NaN], ['-0', -0], ['2^53 + 2', 2 ** 53 + 2], ['a bigint', 1n], ['a symbol', Symbol.iterator],
    ['the empty string', ''],
    ['a megabyte', megabyte], ['a function', Math.abs], ['an object whose `then` is no function', { then: 5 }],
    ['an own __proto__', JSON.parse('{"__proto__":{"polluted":true}}') as unknown],
    ['an array of another realm', elsewhere('[1, [2]]')],
  ] as const).flatMap(([what, state]): Row[] => [
    { what, go: () => state, out: gives(undefined), state },
    { what: `promised: ${what}`, go: () => Promise.resolve(state), out: gives(undefined), state },
    { what: `emitted: ${what}`, go: () => of(state), out: gives(undefined), state },
    { what: `with a reply: ${what}`, go: () => reply(state, 1), out: gives(1), state },
  ]),
  { what: 'a revoked proxy', go: () => revoked(), out: fails(a(TypeError)) },
  { what: 'a revoked proxy with a reply', go: () => reply(revoked(), 1), out: fails(a(TypeError)) },
  {
    what: 'a getter that throws, within the state, is not called', go: () => trap('value', {}),
    definition: { queries: { peek: Object.keys } }, out: gives(undefined), state: ['value'],
  },
  { what: 'a handler that calls itself without end', go: function go(): unknown { return [go()]; }, out: fails(a(RangeError)) },
  {
    what: 'a handler that changes the state in place',
    definition: { state: { list: [1] }, queries: { peek: (state: { list: unknown }) => state.list } }, out: fails(a(TypeError)),
    state: [1],
    go: (state) => ((state as { list: number[] }).list.push(2), state),
  },
  {
    what: 'a state nested 100,000 deep', go: () => nested(100_000), definition: { queries: { peek: () => 0 } },
    out: gives(undefined),
  },
  {
    what: 'a circular state', go: () => circle(), definition: { queries: { peek: (state: unknown) => Object.isFrozen(state) } },
    out: gives(undefined), state: true,
  },
  {
    what: 'a reply that is the state itself, mutated in place', go: (state) => reply(state, state), definition: inPlace(),
    out: fails(a(TypeError, /with a copy/)),
  },
  {
    what: 'a query that gives the state itself, mutated in place',
    definition: { ...inPlace(), queries: { peek: () => 0, get: (state: unknown) => state } },
    act: ({ store }) => store.send({ type: 'get' } as never), out: fails(a(TypeError, /with a copy/)),
  },
];

function inPlace(): object {
  return { state: () => new Map(), queries: { peek: () => 0 } };
}

function nested(depth: number): unknown {
  let state: unknown[] = [];
  for (let level = 0; level < depth; level++) state = [state];
  return state;
}

function circle(): unknown {
  const state: Record<string, unknown> = {};
  return state['self'] = state;
}
