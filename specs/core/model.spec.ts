/** The core against a plain model: handlers that answer in every form, under every bound, do what a few obvious lines say. */
import fc from 'fast-check';
import { createStore, effect, reply, replyLater, type, type EffectPolicy, type HandlerOutcome, type Message, type StoreOptions } from 'ownstate';
import { checkStore, type ModelStep, type StoreModel } from 'ownstate/testing';
import { asyncScheduler, defer, firstValueFrom, map, timer, type Observable } from 'rxjs';
import { describe, it } from 'vitest';

/** In which form a handler answers. */
const forms = [
  'next', 'reply', 'promise', 'promise of an Observable', 'thenable', 'Observable', 'later', 'promised later', 'effect', 'promised effect',
] as const;

interface Order {
  readonly form: typeof forms[number];
  readonly by: number;
  readonly ms: number;
  readonly fails: boolean;
  readonly policy: EffectPolicy;
  readonly key: number;
}

const order: fc.Arbitrary<Order> = fc.record({
  form: fc.constantFrom(...forms),
  by: fc.integer({ min: -3, max: 9 }),
  ms: fc.nat(6),
  fails: fc.nat(3).map((n) => n === 0),
  policy: fc.constantFrom('concat', 'merge', 'switch', 'exhaust'),
  key: fc.nat(1),
});

const no = new RangeError('no');

function sum(options: StoreOptions) {
  const { scheduler = asyncScheduler } = options;
  const later = <T>({ ms, fails }: Order, make: () => T): Observable<T> => timer(ms, scheduler).pipe(map(() => {
    if (fails) throw no;
    return make();
  }));
  const promised = <T>(work: Order, make: () => T): Promise<T> => {
    const promise = firstValueFrom(later(work, make));
    // One that is refused is left alone.
    promise.catch(() => undefined);
    return promise;
  };
  const answers = {
    next: (n: number, { by, fails }: Order) => {
      if (fails) throw no;
      return n + by;
    },
    reply: (n: number, { by, fails }: Order) => {
      if (fails) throw no;
      return reply(n + by, n + by);
    },
    promise: (n: number, work: Order) => promised(work, () => reply(n + work.by, n + work.by)),
    // A cast: a promise of an Observable is folded, though it's not among the forms of the types.
    'promise of an Observable': (n: number, work: Order) =>
      Promise.resolve(later(work, () => reply(n + work.by, n + work.by))) as PromiseLike<unknown> as PromiseLike<number>,
    thenable: (n: number, work: Order): PromiseLike<number> => ({ then: (...how) => promised(work, () => n + work.by).then(...how) }),
    Observable: (n: number, work: Order) => defer(() => later(work, () => reply(n + work.by, n + work.by))),
    later: (n: number, work: Order) => replyLater(n + work.by, later(work, () => work.by)),
    'promised later': (n: number, work: Order) => replyLater(n + work.by, promised(work, () => work.by)),
    effect: (n: number, work: Order) => effect(n + 1, {
      policy: work.policy, key: work.key, concurrency: 2,
      run: () => later(work, () => work.by),
      done: (now: number, by) => reply(now + by, now + by),
    }),
    'promised effect': (n: number, work: Order) => effect(n + 1, {
      policy: work.policy, key: work.key,
      run: () => promised(work, () => work.by),
      done: (now: number, by) => reply(now + by, now + by),
      failed: (now: number, error) => reply(now - 1, (error as Error).message),
    }),
  } satisfies Record<Order['form'], (n: number, work: Order) => HandlerOutcome<number>>;
  return createStore({
    name: 'sum',
    state: 0,
    events: type<string>(),
    commands: {
      work: (n, work: Order, { emit }): HandlerOutcome<number> => {
        emit(`${work.form} at ${n}`);
        return answers[work.form](n, work);
      },
      reset: () => 0,
    },
    queries: {
      get: (n) => n,
      double: (n, fails: boolean) => {
        if (fails) throw no;
        return n * 2;
      },
    },
    view: (n) => ({ sum: n }),
  }, options);
}

/** What a form does at once, and later where it's an effect. */
function step(n: number, { form, by, fails }: Order): ModelStep<number> {
  const events = [`${form} at ${n}`];
  const folded = fails ? { state: n, error: no, events: [] } : { state: n + by, reply: n + by, events };
  switch (form) {
    case 'next':
    case 'thenable': return fails ? folded : { state: n + by, events };
    case 'later':
    case 'promised later': return { state: n + by, events, ...fails ? { error: no } : { reply: by } };
    case 'effect': return {
      state: n + 1, events,
      later: (now) => fails ? { state: now, error: no } : { state: now + by, reply: now + by },
    };
    case 'promised effect': return {
      state: n + 1, events,
      later: (now) => fails ? { state: now - 1, reply: 'no' } : { state: now + by, reply: now + by },
      givenUp: (now) => ({ state: now - 1 }),
    };
    default: return folded;
  }
}

const model: StoreModel<number> = {
  init: 0,
  step: (n, { type: command, payload }: Message) => {
    switch (command) {
      case 'work': return step(n, payload as Order);
      case 'reset': return { state: 0, events: [] };
      case 'get': return { state: n, reply: n };
      default:
        if (payload === true) throw no;
        return { state: n, reply: n * 2 };
    }
  },
  view: (n) => ({ sum: n }),
};
const check = { commands: { work: order, reset: undefined, get: undefined, double: fc.boolean() }, model };

describe('a store whose handlers answer in every form does what its model does', () => {
  it.each<[string, StoreOptions]>([
    ['with all defaults', {}],
    ['with room for one, and the one that comes is refused', { mailbox: { capacity: 1 } }],
    ['with room for two, and the one that waits longest is dropped', { mailbox: { capacity: 2, overflow: 'drop-oldest' } }],
    ['without freezing, in slices of a millisecond', { freeze: false, slice: 1 }],
  ])('%s', (_how, given) => checkStore((options) => sum({ ...options, ...given }), check, { runs: 150, length: 30 }));
});
