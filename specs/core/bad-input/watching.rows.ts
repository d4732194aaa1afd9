/** Bad projectors, comparisons and views; and bad observers of all that a store lets out. */
import type { Observable, Observer } from 'rxjs';
import { a, gives, throws, very, type Fault, type Go, type Row, type Site } from './row.js';
import { anything, boom, errors, names, notFunctions, raise, revoked, trap } from './values.js';

const next: Go = (state) => (state as number) + 1;

/** What a subscriber to `select` sees while the state goes from 0 to 1 to 2. */
const selecting = (...how: unknown[]): Pick<Row, 'go' | 'act' | 'counts' | 'state'> => ({
  go: next, counts: { handled: 2 }, state: 2,
  act: ({ store, listen }) => {
    const select: (...given: never[]) => Observable<unknown> = store.select.bind(store);
    const seen = listen(select(...how as never[]));
    store.tell.go(undefined);
    store.tell.go(undefined);
    return seen;
  },
});
/** Does as it's told from the second time on. */
const later = <T>(first: T, then: () => never) => {
  let calls = 0;
  return () => ++calls === 1 ? first : then();
};
/** The same, anew for each run of a row. */
const selectingLater = (make: () => unknown[]): Pick<Row, 'go' | 'act' | 'counts' | 'state'> => (
  { ...selecting(), act: (site) => selecting(...make()).act?.(site) }
);
const differ = (before: unknown, after: unknown) => Object.is(before, after);

export const projections: readonly Row[] = [
  ...errors.flatMap(([what, error]): Row[] => [
    { what: `a projector throws ${what}`, ...selecting(raise(error)), out: gives(['error', very(error)]) },
    {
      what: `a projector throws ${what} at a later state`, ...selectingLater(() => [later(7, raise(error))]),
      out: gives(['next', 7, 'error', very(error)]),
    },
    {
      what: `one of several projectors throws ${what}`, ...selecting({ good: () => 1, bad: raise(error) }),
      out: gives(['error', very(error)]),
    },
    {
      what: `a comparison throws ${what}`, ...selecting((n: number) => n, raise(error)),
      out: gives(['next', 0, 'error', very(error)]),
    },
    { what: `a view throws ${what}`, ...selecting(), definition: { view: raise(error) }, out: gives(['error', very(error)]) },
    {
      what: `a view throws ${what} for snapshot`, definition: { view: raise(error) }, act: ({ store }) => store.snapshot(),
      out: throws(very(error)),
    },
  ]),
  {
    what: 'a view throws at a later state', ...selecting(), definition: { view: (n: number) => n === 0 ? 0 : raise()() },
    out: gives(['next', 0, 'error', very(boom)]),
  },
  { what: 'a projector that is null', ...selecting(null), out: gives(['error', a(TypeError)]) },
  { what: 'a projector that is a number, and so an object without projectors', ...selecting(5), out: gives(['next', {}]) },
  { what: 'an empty list of projectors', ...selecting([]), out: gives(['next', {}]) },
  { what: 'a projector that is a text', ...selecting('n'), out: gives(['error', a(TypeError)]) },
  { what: 'a projector that is a revoked proxy', ...selecting(revoked()), out: gives(['error', a(TypeError)]) },
  { what: 'a projector that is a revoked function', ...selecting(revoked(() => 0)), out: gives(['error', a(TypeError)]) },
  ...notFunctions.map(([what, value]): Row => ({
    what: `${what} among several projectors`, ...selecting({ good: () => 1, bad: value }), out: gives(['error', a(TypeError)]),
  })),
  {
    what: 'a getter that throws among several projectors', ...selecting(trap('bad', { good: () => 1 })),
    out: gives(['error', very(boom)]),
  },
  ...names.map(([what, name]): Row => ({
    what: `several projectors, one named ${what}`, ...selecting({ [name]: (n: number) => n, fixed: () => 0 }),
    out: gives(['next', { [name]: 0, fixed: 0 }, 'next', { [name]: 1, fixed: 0 }, 'next', { [name]: 2, fixed: 0 }]),
  })),
  {
    what: 'a comparison that is null is none', ...selecting((n: number) => n % 2, null),
    out: gives(['next', 0, 'next', 1, 'next', 0]),
  },
  ...notFunctions.filter(([what]) => what !== 'null').map(([what, value]): Row => ({
    what: `a comparison that is ${what}`, ...selecting((n: number) => n, value), out: gives(['next', 0, 'error', a(TypeError)]),
  })),
  { what: 'a comparison that says yes in its own way', ...selecting((n: number) => n, () => 'no'), out: gives(['next', 0]) },
  {
    what: 'a comparison that says no in its own way', ...selecting((n: number) => n, () => undefined),
    out: gives(['next', 0, 'next', 1, 'next', 2]),
  },
  { what: 'a comparison of its own', ...selecting((n: number) => n, differ), out: gives(['next', 0, 'next', 1, 'next', 2]) },
  ...anything.map(([what, value]): Row => ({
    what: `a projection to ${what}`, ...selecting(() => value), out: gives(['next', value]),
  })),
  ...anything.filter(([what]) => !/getter|proxy/.test(what)).map(([what, value]): Row => ({
    what: `a view of ${what}`, definition: { view: () => value }, act: ({ store }) => [store.snapshot()], counts: { handled: 0 },
    out: gives([value]),
  })),
  {
    what: 'a view that is a revoked proxy', definition: { view: () => revoked() }, act: ({ store }) => store.snapshot(),
    out: throws(a(TypeError)),
  },
];

/** The streams of a store, and how many values come while a row lasts. */
const streams: readonly (readonly [what: string, of: (site: Site) => Observable<unknown>, times: number, handled: number])[] = [
  ['select', ({ store }) => store.select(), 2, 3], ['events$', ({ store }) => store.events$, 1, 3],
  ['errors$', ({ store }) => store.errors$, 1, 3],
  ['trace$', ({ store }) => store.trace$, 11, 3], ['commands$', ({ store }) => store.commands$, 2, 3],
  ['a reply at hand', ({ store }) => store.ask.echo(1), 1, 4], ['a reply to come', ({ store }) => store.ask.go('wait'), 1, 4],
];

type Observing = Pick<Row, 'go' | 'act' | 'state' | 'out' | 'reported' | 'heard'>;

/** Subscribes a bad observer and then a good one, has a state, an event and an error come, and gives what the good one saw. */
const observing = (of: (site: Site) => Observable<unknown>, bad: () => unknown, then: () => void = () => undefined): Observing => ({
  go: (state, payload, { emit }) => {
    if (payload === 'wait') return Promise.resolve(state);
    if (payload === 'fail') throw boom;
    emit('event');
    return (state as number) + 1;
  },
  act: async (site) => {
    const { store } = site;
    site.listen(store.errors$);
    const source = of(site);
    source.subscribe(bad() as Partial<Observer<unknown>>);
    then();
    let seen = 0;
    source.subscribe(() => seen++);
    store.tell.go(undefined);
    store.tell.go('fail');
    await store.ask.peek();
    return seen > 0;
  },
  state: 1, out: gives(true), reported: [very(boom)], heard: true,
});

const silent: readonly (readonly [what: string, observer: unknown])[] = [
  ['undefined', undefined], ['null', null], ['a number', 5], ['a text', 'text'], ['an empty object', {}],
  ['an observer without functions', { next: undefined, error: null }],
];

export const observers: readonly Row[] = streams.flatMap(([what, of, times, handled]): Row[] => {
  const counts = { handled, failed: 1 };
  const all = (fault: Fault): readonly Fault[] => Array.from({ length: times }, () => fault);
  return [
    ...silent.map(([which, observer]): Row => ({ what: `${what}: ${which}`, ...observing(of, () => observer), counts })),
    ...errors.map(([how, error]): Row => ({
      what: `${what}: an observer throws ${how}`, ...observing(of, () => raise(error)), counts, thrown: all(very(error)),
    })),
    {
      what: `${what}: the \`next\` of an observer throws`, ...observing(of, () => ({ next: raise() })), counts,
      thrown: all(very(boom)),
    },
  ];
});

export const unreadableObservers: readonly Row[] = streams.flatMap(([what, of, times, handled]): Row[] => {
  const counts = { handled, failed: 1 };
  // What has come before it's revoked, comes in good order.
  const atOnce = what === 'select' || what === 'a reply at hand' ? 1 : 0;
  return [
    // rxjs looks at it when it subscribes, and says so.
    ...([['an observer whose `next` is a getter that throws', () => trap('next', {}), very(boom)],
      ['an observer that is a revoked proxy', () => revoked(), a(TypeError)],
    ] as const).map(([which, bad, fault]): Row => ({
      what: `${what}: ${which}`, go: (state) => Promise.resolve(state), out: throws(fault), counts: { handled: handled - 3 },
      act: (site) => of(site).subscribe(bad() as Partial<Observer<unknown>>),
    })),
    {
      what: `${what}: an observer whose \`next\` is a getter that throws from the second time on`,
      ...observing(of, () => trap('next', {}, 2, () => undefined)), counts, thrown: Array.from({ length: times }, () => very(boom)),
    },
    // The end of a reply that comes within the row is one thing more that it can't be told.
    fading(what, of, what === 'a reply to come' ? 2 : times - atOnce, counts),
  ];
});

/** An observer that is a proxy, revoked once it has subscribed. */
function fading(what: string, of: (site: Site) => Observable<unknown>, times: number, counts: Row['counts'] & object): Row {
  let revoke: () => void;
  const make = () => {
    const made = Proxy.revocable({}, {});
    ({ revoke } = made);
    return made.proxy;
  };
  return {
    what: `${what}: an observer that is a proxy, revoked when it has subscribed`, ...observing(of, make, () => revoke()), counts,
    thrown: Array.from({ length: times }, () => a(TypeError)),
  };
}
