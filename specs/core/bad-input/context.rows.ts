/** Bad use of the context: what a handler may hand to it. */
import { createStore, StoreClosedError, UnknownCommandError, type Context } from 'ownstate';
import { a, fails, gives, refusal, very, type Row } from './row.js';
import { anything, boom, names, notPositive, raise, revoked, trap } from './values.js';

const noStore = (shown: string) => fails(a(TypeError, `Expected \`store\` to be a store or a client, got ${shown}`));
/** The least that is no delay: what is below 0, and what is no number. */
const noDelays = notPositive.filter(([what]) => what !== '0' && what !== '-0');
const other = createStore({ name: 'other', state: 0, commands: { touch: (state) => state } });

export const contexts: readonly Row[] = [
  ...anything.map(([what, value]): Row => ({
    what: `emit: ${what}`, go: (state, _payload, { emit }) => (emit(value), state), counts: { handled: 1 },
    act: ({ store, listen }) => {
      const events = listen(store.events$);
      store.tell.go(undefined);
      return events;
    },
    out: gives(['next', value]),
  })),
  {
    what: 'emit: nothing of what a handler announced that throws then', go: (_state, _payload, { emit }) => (emit(1), raise()()),
    out: gives([]), counts: { failed: 1 }, reported: [very(boom)],
    act: ({ store, listen }) => {
      const events = listen(store.events$);
      store.tell.go(undefined);
      return events;
    },
  },
  ...noDelays.map(([what, ms, shown]): Row => ({
    what: `timers.set: ${what} as milliseconds`, go: (_state, _payload, { timers }) => timers.set('t', ms as number, 'echo'),
    out: fails(refusal('ms', 'a number from 0 on', shown)),
  })),
  ...([['0', 0, 2], ['-0', -0, 2], ['half a millisecond', 0.5, 2]] as const).map(([what, ms, handled]): Row => (
    {
      what: `timers.set: ${what} is taken`, go: (state, _payload, { timers }) => (timers.set('t', ms, 'echo'), state),
      out: gives(undefined), counts: { handled },
    }
  )),
  ...([['2^53 + 2', 2 ** 53 + 2], ['Infinity', Infinity]] as const).map(([what, ms]): Row => (
    {
      what: `timers.set: ${what} is taken, and never comes`,
      go: (state, _payload, { timers }) => (timers.set('t', ms, 'echo'), state), out: gives(undefined),
    }
  )),
  ...[...names, ...anything].map(([what, name]): Row => ({
    what: `timers: a timer named ${what}`, counts: { handled: 3 }, out: gives(undefined),
    // Set and replaced, set and cleared: one of them comes.
    go: (state, _payload, { timers }) => {
      timers.set(name as string, 5, 'echo');
      timers.set(name as string, 1, 'echo');
      timers.clear('another');
      return state;
    },
    act: async ({ store, pass }) => {
      await store.ask.go(undefined);
      pass(10);
      await store.ask.peek();
    },
  })),
  {
    what: 'timers.clear: a timer that is not there', go: (state, _payload, { timers }) => {
      for (const name of ['__proto__', undefined, null, NaN, revoked()]) timers.clear(name as string);
      return state;
    }, out: gives(undefined),
  },
  ...([['undefined', undefined, /./], ['null', null, /./], ['a number', 5, /./], ['an object', {}, 'object'], ['a revoked proxy', revoked(), 'object'],
    ['a class', Map, 'function'], ['a proxy of a store', new Proxy(other, {}), 'object'],
  ] as const).map(([what, store, shown]): Row => (
    {
      what: `via: ${what}`, go: (_state, _payload, { via }) => via(store as never),
      out: typeof shown === 'string' ? noStore(shown) : fails(a(TypeError)),
    }
  )),
  { what: 'via: a store', go: (state, _payload, { via }) => via(other).ask.touch().then(() => state), out: gives(undefined) },
  {
    what: 'now: an argument is passed over', go: (_state, _payload, { now }) => (now as (given: unknown) => number)(trap('x', {})),
    out: gives(undefined),
  },
  {
    what: 'stop: more than once, with arguments', go: (state, _payload, { stop }) => {
      for (const argument of [NaN, null, boom]) (stop as (given: unknown) => void)(argument);
      return state;
    }, out: gives(undefined), closed: true,
  },
  {
    what: 'a context is not to be written to', go: (_state, _payload, context) => { Object.assign(context, { now: 5 }); },
    out: fails(a(TypeError)),
  },
  ...([
    ['tell', ({ tell }) => tell('echo')], ['timers.set', ({ timers }) => timers.set('t', 1, 'echo')],
    ['timers.clear', ({ timers }) => timers.clear('t')], ['emit', ({ emit }) => emit(1)],
    ['stop', ({ stop }) => stop()],
  ] as readonly (readonly [string, (context: Context) => void])[]).map(([what, use]): Row => ({
    what: `${what}: long after the store has closed`, closed: true, out: gives('closed'), counts: { handled: 1 },
    go: (state, payload, context) => ((payload as Context[]).push(context), state),
    act: async ({ store, listen }) => {
      const kept: Context[] = [];
      listen(store.errors$);
      store.tell.go(kept);
      await store.shutdown();
      for (const context of kept) use(context);
      return store.status().phase;
    },
  })),
  {
    what: 'tell: a name that is not there, long after the store has closed', closed: true, counts: { handled: 1, failed: 0 },
    out: fails(a(UnknownCommandError)),
    go: (state, payload, context) => ((payload as Context[]).push(context), state),
    act: async ({ store }) => {
      const kept: Context[] = [];
      store.tell.go(kept);
      await store.shutdown();
      for (const { tell } of kept) tell('nope');
    },
  },
  {
    what: 'ask: once the store has closed', closed: true, counts: { handled: 0, failed: 0 },
    out: fails(a(StoreClosedError, 'bed.go: the store is closed')),
    act: async ({ store }) => (await store.shutdown(), store.ask.go(undefined)),
  },
];
