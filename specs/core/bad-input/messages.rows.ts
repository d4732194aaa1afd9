/** Bad messages: types that aren't there, and payloads of all kinds, through each door that takes them. */
import { UnknownCommandError } from 'ownstate';
import { a, type Fault, fails, gives, throws, very, type Row, type Site } from './row.js';
import { anything, boom, elsewhere, megabyte, names, raise, revoked, trap } from './values.js';

/** What is no name at all. */
const noNames: readonly (readonly [what: string, type: unknown])[] = [
  ['a symbol', Symbol.iterator], ['undefined', undefined], ['null', null], ['a number', 5], ['NaN', NaN], ['an object', {}],
  ['a list of two names', ['echo', 'go']],
];
/** What reads as a name, as JavaScript reads the names of properties. */
const asNames: readonly (readonly [what: string, type: unknown])[] = [
  ['a list with a name', ['echo']], ['an object that reads as a name', { toString: () => 'echo' }],
  ['a String object of another realm', elsewhere('new String("echo")')],
];
/** What throws when it's read: at whoever hands it in, before anything is sent. */
const unreadable: readonly (readonly [what: string, type: unknown, fault: Fault])[] = [
  ['an object that throws when it is read', { toString: raise() }, very(boom)],
  ['an object that reads as no name', { toString: () => ({}) }, a(TypeError)],
  ['a revoked proxy', revoked(), a(TypeError)],
];
const types = [...names, ...noNames];
const unknown = (type: unknown, known: string) => a(
  UnknownCommandError,
  typeof type === 'string' ? `bed${type === '' ? '' : '.'}${type}: expected one of ${known}, got ${type}` : /^bed[:.].* expected one of echo, go/,
);
const uncounted = { handled: 0, failed: 0 };
const refusedInHandler = (site: Site) => site.store.ask.go(undefined);

export const unknownTypes: readonly Row[] = types.flatMap(([what, type]): Row[] => [
  {
    what: `send: ${what}`, act: ({ store }) => store.send({ type } as never), out: fails(unknown(type, 'echo, go, peek')),
    counts: uncounted,
  },
  {
    what: `commands$: ${what}`, act: ({ store }) => store.commands$.next({ type } as never), out: gives(undefined),
    counts: uncounted, reported: [unknown(type, 'echo, go')],
  },
  {
    what: `context.tell: ${what}`, go: (_state, _payload, { tell }) => tell(type as string), act: refusedInHandler,
    out: fails(unknown(type, 'echo, go')),
  },
  {
    what: `context.timers.set: ${what}`, go: (_state, _payload, { timers }) => timers.set('t', 1, type as string),
    act: refusedInHandler, out: fails(unknown(type, 'echo, go')),
  },
]);

export const oddTypes: readonly Row[] = [
  ...asNames.flatMap(([what, type]): Row[] => [
    { what: `send: ${what}`, act: ({ store }) => store.send({ type, payload: 1 } as never), out: gives(1) },
    { what: `commands$: ${what}`, act: ({ store }) => store.commands$.next({ type } as never), out: gives(undefined) },
    {
      what: `context.tell: ${what}`, go: (state, _payload, { tell }) => (tell(type as string), state), out: gives(undefined),
      counts: { handled: 2 },
    },
    {
      what: `context.timers.set: ${what}`, go: (state, _payload, { timers }) => (timers.set('t', 1, type as string), state),
      out: gives(undefined), counts: { handled: 2 },
    },
  ]),
  ...unreadable.flatMap(([what, type, fault]): Row[] => [
    { what: `send: ${what}`, act: ({ store }) => store.send({ type } as never), out: throws(fault) },
    { what: `commands$: ${what}`, act: ({ store }) => store.commands$.next({ type } as never), out: throws(fault) },
    { what: `context.tell: ${what}`, go: (_state, _payload, { tell }) => tell(type as string), out: fails(fault) },
    {
      what: `context.timers.set: ${what}`, go: (_state, _payload, { timers }) => timers.set('t', 1, type as string),
      out: fails(fault),
    },
  ]),
];

export const messages: readonly Row[] = [
  {
    what: 'send: nothing', act: ({ store }) => (store.send as () => unknown)(), out: fails(unknown(undefined, '')),
    counts: uncounted,
  },
  { what: 'send: null', act: ({ store }) => store.send(null as never), out: fails(unknown(undefined, '')), counts: uncounted },
  {
    what: 'send: a name alone', act: ({ store }) => store.send('go' as never), out: fails(unknown(undefined, '')),
    counts: uncounted,
  },
  { what: 'send: a getter `type` that throws', act: ({ store }) => store.send(trap('type', {}) as never), out: throws(very(boom)) },
  {
    what: 'send: a getter `payload` that throws', act: ({ store }) => store.send(trap('payload', { type: 'go' }) as never),
    out: throws(very(boom)),
  },
  { what: 'send: a revoked proxy', act: ({ store }) => store.send(revoked() as never), out: throws(a(TypeError)) },
  {
    what: 'commands$: nothing', act: ({ store }) => (store.commands$.next as () => void)(), out: gives(undefined),
    counts: uncounted, reported: [unknown(undefined, '')],
  },
  {
    what: 'commands$: null', act: ({ store }) => store.commands$.next(null as never), out: gives(undefined), counts: uncounted,
    reported: [unknown(undefined, '')],
  },
  {
    what: 'commands$: a query', act: ({ store }) => store.commands$.next({ type: 'peek' } as never), out: gives(undefined),
    counts: uncounted, reported: [unknown('peek', 'echo, go')],
  },
  {
    what: 'commands$: a getter that throws', act: ({ store }) => store.commands$.next(trap('type', {}) as never),
    out: throws(very(boom)),
  },
  ...([['undefined', undefined], ['null', null], ['a text', 'text'], ['a revoked proxy', revoked()]] as const).map(([what, error]): Row => (
    {
      what: `commands$: an error that is ${what}`, act: ({ store }) => store.commands$.error(error), out: gives(undefined),
      counts: uncounted, reported: [very(error)],
    }
  )),
  { what: 'context.tell: a query', go: (_state, _payload, { tell }) => tell('peek'), out: fails(unknown('peek', 'echo, go')) },
  {
    what: 'ask: what each object has is no command',
    act: ({ store }) => (store.ask as object as { toString: () => string }).toString(), out: gives('[object Object]'),
    counts: { handled: 0 },
  },
  {
    what: 'ask: a name that is not there', act: ({ store }) => (store.ask as unknown as Record<string, () => unknown>)['nope']?.(),
    out: gives(undefined), counts: { handled: 0 },
  },
  {
    what: 'tell: a query', act: ({ store }) => (store.tell as unknown as Record<string, () => unknown>)['peek']?.(),
    out: gives(undefined), counts: { handled: 0 },
  },
  {
    what: 'ask: a face is not written to',
    act: ({ store }) => { (store.ask as unknown as Record<string, unknown>)['go'] = raise(); }, out: throws(a(TypeError)),
  },
  {
    what: 'ask: more arguments than one are passed over',
    act: ({ store }) => (store.ask.echo as (...given: number[]) => PromiseLike<unknown>)(1, 2, 3), out: gives(1),
  },
  {
    what: 'ask: a megabyte of a message, many times',
    act: ({ store }) => Promise.all(Array.from({ length: 100 }, () => store.ask.echo(megabyte))),
    out: gives(Array.from({ length: 100 }, () => megabyte)), counts: { handled: 100 },
  },
];

/** The doors by which a payload comes to the handler of `go`, and how many commands that takes. */
const doors: readonly (readonly [door: string, send: (site: Site, payload: unknown) => unknown, handled: number])[] = [
  ['ask', ({ store }, payload) => void store.ask.go(payload), 1],
  ['tell', ({ store }, payload) => store.tell.go(payload), 1],
  ['send', ({ store }, payload) => void store.send({ type: 'go', payload }), 1],
  ['commands$', ({ store }, payload) => store.commands$.next({ type: 'go', payload }), 1],
];

export const payloads: readonly Row[] = anything.flatMap(([what, value]) => {
  const seen: unknown[] = [];
  const go: Row['go'] = (state, payload) => (seen.push(payload), state);
  const got = gives([value]);
  return [
    ...doors.map(([door, send, handled]): Row => ({
      what: `${door}: ${what}`, go, counts: { handled }, out: got, act: (site) => (send(site, value), seen.splice(0)),
    })),
    {
      what: `context.tell: ${what}`, out: got, counts: { handled: 2 },
      go: (state, payload, { tell }) => {
        if (payload === seen) tell('go', value);
        else seen.push(payload);
        return state;
      },
      act: ({ store }) => (store.tell.go(seen), seen.splice(0)),
    },
    {
      what: `context.timers.set: ${what}`, out: got, counts: { handled: 2 },
      go: (state, payload, { timers }) => {
        if (payload === seen) timers.set('t', 1, 'go', value);
        else seen.push(payload);
        return state;
      },
      act: ({ store, pass }) => (store.tell.go(seen), pass(1), seen.splice(0)),
    },
  ];
});

/** Each value as a reply, to a subscriber and to a late one. */
export const replies: readonly Row[] = anything.map(([what, value]) => ({
  what, out: gives(['next', value, 'complete', 'next', value, 'complete']), counts: { handled: 1 },
  act: ({ store, listen }) => {
    const answer = store.ask.echo(value);
    return [...listen(answer), ...listen(answer)];
  },
}));

/** What becomes of a reply that is itself a promise, when it's awaited. */
export const awaitedReplies: readonly Row[] = [
  {
    what: 'a thenable that throws', act: ({ store }) => store.ask.echo({ then: raise() }), out: fails(very(boom)),
    counts: { failed: 0 },
  },
  {
    what: 'a getter `then` that throws', act: ({ store }) => store.ask.echo(trap('then', {})), out: fails(very(boom)),
    counts: { failed: 0 },
  },
  { what: 'a promise of another realm', act: ({ store }) => store.ask.echo(elsewhere('Promise.resolve(7)')), out: gives(7) },
  { what: 'an own `then` that is no function', act: ({ store }) => store.ask.echo({ then: 5 }), out: gives({ then: 5 }) },
];

