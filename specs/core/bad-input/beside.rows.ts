/** Bad work beside the fold: sources of later replies, and plans of effects. */
import util from 'node:util';
import { AskTimeoutError, effect, MailboxFullError, replyLater, SupersededError, BusyError } from 'ownstate';
import { EMPTY, from, NEVER, Observable, of, throwError, UnsubscriptionError } from 'rxjs';
import { a, fails, gives, refusal, very, type Go, type Out, type Row, type Site } from './row.js';
import { anything, boom, elsewhere, errors, notFunctions, notObjects, notPositive, promises, raise, rejecting, revoked, streams, trap } from './values.js';

/** What rxjs's `from` takes for no source, and says so. */
const noSource = fails(a(TypeError, /^You provided .* where a stream was expected/));

/** Sources, and what comes of them: `[value]`, or an outcome. */
const sources: readonly (readonly [what: string, make: () => unknown, out: Out])[] = [
  ...promises.filter(([what]) => !what.includes('subclass')).map(([what, make, failing]) => [what, make, failing ? fails(very(boom)) : gives(7)] as const),
  ...streams.map(([what, make, emits, failing]) => [what, make, failing ? fails(very(boom)) : gives(emits[emits.length - 1])] as const),
  ...errors.map(([what, error]) => [`a promise that rejects with ${what}`, () => rejecting(error), fails(very(error))] as const),
  ...errors.map(([what, error]) => [`an Observable that fails with ${what}`, () => throwError(() => error), fails(very(error))] as const),
  ...([['undefined', undefined], ['null', null], ['a number', 5], ['true', true], ['an object', {}], ['a function', () => 0]] as const)
    .map(([what, value]) => [what, () => value, noSource] as const),
  ['a symbol', () => Symbol('s'), fails(a(TypeError))],
  ['a revoked proxy', () => revoked(), fails(a(TypeError))],
  ['an object that only looks like an Observable', () => ({ lift: raise(), subscribe: raise() }), noSource],
  // What else rxjs takes for a source works as it does there.
  ['a list', () => [1, 2], gives(2)], ['an empty list', () => [], gives(undefined)],
  ['an iterable that throws', () => ({ [Symbol.iterator]: raise() }), fails(very(boom))],
  ['an iterable of another realm', () => elsewhere('new Set([1, 2])'), gives(2)],
];

/** Holds the only place beside the fold, asks for another one, and lets the first go again. */
async function twice({ store, pass }: Site): Promise<unknown> {
  const first = store.with({ timeout: 1 }).ask.go('hold').then(undefined, () => 'gone');
  try {
    return await store.ask.go(undefined);
  } finally {
    pass(1);
    await first;
  }
}

export const laterReplies: readonly Row[] = [
  ...sources.flatMap(([what, make, out]): Row[] => [
    // The command itself has ended well by then; the failure that follows is counted nonetheless.
    { what, go: (state) => replyLater(state, make() as never), out },
    {
      what: `while there is no room: ${what}`, options: { mailbox: { capacity: 1 } }, act: twice, out: fails(a(MailboxFullError)),
      go: (state, payload) => replyLater(state, payload === 'hold' ? NEVER : forgiven(make()) as never),
      counts: { handled: 2, failed: 0, dropped: 1, timedOut: 1 },
    },
  ]),
  {
    what: 'NEVER', go: (state) => replyLater(state, NEVER), act: impatient,
    out: fails(a(AskTimeoutError, 'bed.go: no answer within 1 ms')), counts: { failed: 0, timedOut: 1 },
  },
  {
    what: 'a thenable that never calls back', go: (state) => replyLater(state, { then: () => undefined } as never), act: impatient,
    out: fails(a(AskTimeoutError)), counts: { failed: 0, timedOut: 1 },
  },
  {
    what: 'an Observable whose teardown throws when the asker gives up',
    go: (state) => replyLater(state, new Observable(() => raise())), act: impatient,
    out: fails(a(AskTimeoutError)), counts: { failed: 0, timedOut: 1 }, thrown: [a(UnsubscriptionError)],
  },
  ...anything.map(([what, value]): Row => (
    {
      what: `${what} as the last value`, go: (state) => replyLater(state, from([value])),
      act: ({ store, listen }) => listen(store.ask.go(undefined)), out: gives(['next', value, 'complete']),
    }
  )),
];

/** A promise that nobody will look at. */
function forgiven(source: unknown): unknown {
  if (util.types.isPromise(source) && Object.getOwnPropertyNames(source).length === 0) source.catch(() => undefined);
  return source;
}

function impatient({ store, pass }: Site): unknown {
  const answer = store.with({ timeout: 1 }).ask.go(undefined).then((value) => value);
  pass(1);
  return answer;
}

/** A plan that works, with what the row says. */
const planned = (own: object = {}): Go => (state) => effect(state, { run: () => of(1), done: (now: unknown) => now, ...own } as never);
const refusedPlan = (...of: Parameters<typeof refusal>) => fails(refusal(...of));

export const plans: readonly Row[] = [
  ...[['undefined', undefined, 'undefined'] as const, ...notObjects].map(([what, plan, shown]): Row => (
    { what, go: (state) => effect(state, plan as never), out: refusedPlan('plan', 'an object', shown) }
  )),
  { what: 'a revoked proxy', go: (state) => effect(state, revoked() as never), out: fails(a(TypeError)) },
  ...notFunctions.flatMap(([what, value, shown]): Row[] => ['run', 'done', 'failed'].map((field) => (
    { what: `${field}: ${what}`, go: planned({ [field]: value }), out: refusedPlan(field, 'a function', shown) }
  ))),
  ...notPositive.map(([what, value, shown]): Row => (
    {
      what: `concurrency: ${what}`, go: planned({ policy: 'merge', concurrency: value }),
      out: refusedPlan('concurrency', 'a positive integer or Infinity', shown),
    }
  )),
  {
    what: 'concurrency: 1.5', go: planned({ concurrency: 1.5 }),
    out: refusedPlan('concurrency', 'a positive integer or Infinity', '1.5'),
  },
  {
    what: 'concurrency: 2^53 + 2 is taken', go: planned({ policy: 'merge', concurrency: 2 ** 53 + 2 }), out: gives(undefined),
    counts: { handled: 2 },
  },
  ...([['null', null, 'null'], ['the empty text', '', "''"], ['__proto__', '__proto__', "'__proto__'"], ['constructor', 'constructor', "'constructor'"],
    ['a list', ['switch'], '[object Array]'], ['a symbol', Symbol('s'), 'Symbol(s)'], ['a revoked proxy', revoked(), /./],
  ] as const).map(([what, policy, shown]): Row => ({
    what: `policy: ${what}`, go: planned({ policy }), out: refusedPlan('policy', 'one of concat, merge, switch, exhaust', shown),
  })),
  ...anything.map(([what, key]): Row => ({
    what: `key: ${what}`, go: planned({ key }), out: gives(undefined), counts: { handled: 2 },
  })),
  {
    what: 'key: NaN is one lane', go: planned({ policy: 'exhaust', key: NaN, run: () => NEVER }), act: crowded,
    out: fails(a(BusyError)), counts: { handled: 2, failed: 0 }, effects: 1,
  },
  {
    what: 'key: NaN is one lane, given up for a newer one', go: planned({ policy: 'switch', key: NaN, run: () => NEVER }),
    act: superseded, out: fails(a(SupersededError)), counts: { handled: 2, failed: 0 }, effects: 1,
  },
];

function crowded({ store }: Site): unknown {
  void store.ask.go(1).then(undefined, () => undefined);
  return store.ask.go(2);
}

function superseded({ store }: Site): unknown {
  const first = store.ask.go(1).then((value) => value);
  void store.ask.go(2).then(undefined, () => undefined);
  return first;
}

export const runs: readonly Row[] = [
  ...sources.map(([what, make, out]): Row => ({ what, go: planned({ run: make }), out: out.way === 'gives' ? gives(undefined) : out, counts: { handled: 2 } })),
  ...errors.flatMap(([what, error]): Row[] => [
    { what: `run throws ${what}`, go: planned({ run: raise(error) }), out: fails(very(error)), counts: { handled: 2 } },
    {
      what: `run throws ${what}, which is folded`,
      go: planned({ run: raise(error), failed: (_state: unknown, folded: unknown) => Object.is(folded, error) }),
      out: fails(very(error)), counts: { handled: 2 }, state: true,
    },
    { what: `done throws ${what}`, go: planned({ done: raise(error) }), out: fails(very(error)), counts: { handled: 2 } },
    {
      what: `failed throws ${what}`, go: planned({ run: raise(), failed: raise(error) }), out: fails(very(error)),
      counts: { handled: 2 },
    },
  ]),
  ...promises.map(([what, make, failing]): Row => ({
    what: `done gives ${what}`, go: planned({ done: make }), out: failing ? fails(very(boom)) : gives(undefined),
    counts: { handled: 2 }, ...(failing ? {} : { state: 7 }),
  })),
  { what: 'done gives a revoked proxy', go: planned({ done: () => revoked() }), out: fails(a(TypeError)), counts: { handled: 2 } },
  { what: 'done gives EMPTY', go: planned({ done: () => EMPTY }), out: gives(undefined), counts: { handled: 2 } },
  {
    what: 'the next state is a promise',
    go: (state) => effect(Promise.resolve(state), { run: () => of(1), done: (now: unknown) => now } as never),
    out: fails(a(TypeError, 'Expected `state` to be at hand, got [object Promise]')),
  },
  {
    what: 'the next state is a revoked proxy',
    go: () => effect(revoked(), { run: () => of(1), done: (now: unknown) => now } as never), out: fails(a(TypeError)),
  },
  {
    what: 'NEVER', go: planned({ run: () => NEVER }), act: impatient, out: fails(a(AskTimeoutError)),
    counts: { failed: 0, timedOut: 1 }, effects: 1,
  },
  {
    what: 'NEVER, with a teardown that throws when it is given up', go: (state, payload) =>
      effect(state, { policy: 'switch', run: () => payload === 1 ? new Observable(() => raise()) : of(1), done: (now: unknown) => now } as never),
    act: superseded, out: fails(a(SupersededError)), counts: { handled: 3, failed: 0 }, thrown: [a(UnsubscriptionError)],
  },
];

/** Asks; where the core reads so often, the answer is `boom`. */
const asked = ({ store }: Site) => store.ask.go(undefined).then(() => undefined, (error: unknown) => {
  if (error !== boom) throw error;
});

export const unreadablePlans: readonly Row[] = [
  ...['policy', 'concurrency', 'run', 'done', 'failed', 'key'].flatMap((field): Row[] => [
    { what: `a getter \`${field}\` that throws`, go: (state) => effect(state, trapped(field, 1) as never), out: fails(very(boom)) },
    ...[2, 3].map((reading): Row => ({
      what: `a getter \`${field}\` that throws when it is read ${reading} times`,
      go: (state) => effect(state, trapped(field, reading) as never),
      act: asked, out: gives(undefined), counts: 'anything that adds up',
    })),
  ]),
];

function trapped(field: string, reading: number): object {
  const plan: Record<string, unknown> = { policy: 'concat', concurrency: 1, run: () => of(1), done: (now: unknown) => now, failed: (now: unknown) => now, key: 'k' };
  return trap(field, plan, reading, plan[field]);
}
