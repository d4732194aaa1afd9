/**
 * What must not compile. Each line below `@ts-expect-error` is refused by the compiler, for the reason given; a line that
 * compiled would fail the type check. Nothing here is run.
 */
/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return,
   @typescript-eslint/no-meaningless-void-operator, @typescript-eslint/no-unnecessary-condition,
   @typescript-eslint/no-unnecessary-type-assertion, @typescript-eslint/no-unsafe-class-instance-assignment,
   @typescript-eslint/no-unused-vars -- what doesn't compile has no type that could be linted */
import { map, of, type Observable } from 'rxjs';
import {
  createStore, effect, reply, StoreClosedError, StoreError, type, type Client, type Outcome, type Reply, type Status, type Store, type TraceEvent,
} from 'ownstate';

type Loading = { readonly status: 'idle' } | { readonly status: 'busy'; readonly query: string };

const counter = createStore({
  state: 0,
  events: type<'even' | 'odd'>(),
  commands: {
    increment: (count, by: number = 1) => reply(count + by, count + by),
    set: (_count, to: number) => to,
    reset: () => 0,
  },
  queries: {
    get: (count) => count,
    exceeds: (count, limit: number) => count > limit,
  },
});
const { client } = counter;
const visits = createStore({
  state: () => new Set<string>(),
  view: (seen) => seen.size,
  commands: { visit: (seen, name: string) => seen.add(name) },
});

export const asks = () => {
  // @ts-expect-error a payload of another type
  counter.ask.increment('5');
  // @ts-expect-error a payload that is null
  counter.ask.increment(null);
  // @ts-expect-error a payload that is missing
  counter.ask.set();
  // @ts-expect-error undefined, where a payload is required
  counter.ask.set(undefined);
  // @ts-expect-error a payload, where the command takes none
  counter.ask.reset(1);
  // @ts-expect-error a second payload
  counter.ask.set(1, 2);
  // @ts-expect-error a command that isn't there
  counter.ask.decrement();
  // @ts-expect-error a query's payload of another type
  counter.ask.exceeds('5');
  // @ts-expect-error a query's payload that is missing
  counter.ask.exceeds();
  // @ts-expect-error a reply taken for another type
  const text: Reply<string> = counter.ask.increment();
  // @ts-expect-error an awaited reply taken for another type
  const awaited: Promise<string> = Promise.resolve(counter.ask.get());
  return [text, awaited];
};

export const tells = () => {
  // @ts-expect-error a tell of another payload
  counter.tell.set('5');
  // @ts-expect-error a tell without its payload
  counter.tell.set();
  // @ts-expect-error a tell of a command that isn't there
  counter.tell.decrement();
  // @ts-expect-error a query is asked, not told
  counter.tell.get();
  // @ts-expect-error a tell has no reply
  counter.tell.increment().subscribe();
};

export const messages = () => {
  // @ts-expect-error a message of a type that isn't there
  counter.send({ type: 'decrement' });
  // @ts-expect-error a message without its payload
  counter.send({ type: 'set' });
  // @ts-expect-error a message of another payload
  counter.send({ type: 'set', payload: '5' });
  // @ts-expect-error a message with a payload, where the command takes none
  counter.send({ type: 'reset', payload: 1 });
  // @ts-expect-error a message of whatever type
  counter.send({ type: 'set' as string, payload: 1 });
  // @ts-expect-error the reply to a message taken for another type
  const text: Reply<string> = counter.send({ type: 'get' });
  // @ts-expect-error a source of commands that aren't there
  of({ type: 'decrement' } as const).subscribe(counter.commands$);
  // @ts-expect-error a source of another payload
  of({ type: 'set', payload: '5' } as const).subscribe(counter.commands$);
  // @ts-expect-error a source whose type has become any string: write `as const`
  of(1).pipe(map((payload) => ({ type: 'set', payload }))).subscribe(counter.commands$);
  // @ts-expect-error a query fed as a command
  counter.commands$.next({ type: 'get' });
  return text;
};

export const capabilities = () => {
  // @ts-expect-error a client can't end its store
  void client.shutdown();
  // @ts-expect-error nor by `await using`
  void client[Symbol.asyncDispose]();
  // @ts-expect-error nor through the client of other limits
  void counter.with({ timeout: 1 }).shutdown();
  // @ts-expect-error nor feed it by a stream
  of({ type: 'reset' } as const).subscribe(client.commands$);
  // @ts-expect-error a client is no store
  const store: typeof counter = client;
  // @ts-expect-error a store of other commands is no such client
  const other: typeof client = visits;
  return [store, other];
};

export const writing = (status: Status, trace: TraceEvent, error: StoreError) => {
  // @ts-expect-error a state can't be reached
  counter.state = 1;
  // @ts-expect-error nor its owner
  void counter.owner;
  // @ts-expect-error the table of asks stays as it is
  counter.ask = client.ask;
  // @ts-expect-error each ask too
  counter.ask.reset = counter.ask.reset.bind(null);
  // @ts-expect-error and each tell
  counter.tell.reset = () => undefined;
  // @ts-expect-error and the streams
  counter.events$ = of('even' as const);
  // @ts-expect-error and the name
  counter.name = 'other';
  // @ts-expect-error no value is put into a reply
  counter.ask.get().next(1);
  // @ts-expect-error no error is put into it
  counter.ask.get().error(new Error());
  // @ts-expect-error its end isn't set from outside
  counter.ask.get().complete();
  // @ts-expect-error events are announced by handlers only
  counter.events$.next('even');
  // @ts-expect-error traces are watched
  counter.trace$.next(trace);
  // @ts-expect-error a status is read
  status.waiting = 0;
  // @ts-expect-error a trace event too
  trace.time = 0;
  // @ts-expect-error an error too
  error.started = false;
};

export const watching = () => {
  // @ts-expect-error what a projector gets is the view, not the state
  visits.select((seen) => seen.has('anna'));
  // @ts-expect-error what several projectors get too
  visits.select({ anna: (seen) => seen.has('anna') });
  // @ts-expect-error projectors are functions
  counter.select({ count: 1 });
  // @ts-expect-error what is equal is said by true or false
  counter.select((count) => count, (before, after) => before - after);
  // @ts-expect-error a projection taken for another type
  const texts: Observable<string> = counter.select((count) => count);
  // @ts-expect-error a view taken for the state
  const seen: Set<string> = visits.snapshot();
  // @ts-expect-error an event that isn't announced
  counter.events$.subscribe((event) => event === 'prime');
  // @ts-expect-error a kind of trace event that isn't there
  counter.trace$.subscribe((event) => event.kind === 'sent');
  // @ts-expect-error what only a settled command has
  counter.trace$.subscribe((event) => event.ran);
  return [texts, seen];
};

export const limits = () => {
  // @ts-expect-error a timeout that is no number
  counter.with({ timeout: '1 s' });
  // @ts-expect-error a limit that isn't there
  counter.with({ timeOut: 1 });
  // @ts-expect-error a controller isn't a signal
  counter.with({ signal: new AbortController() });
  // @ts-expect-error shutdown takes options, not milliseconds
  void counter.shutdown(1000);
};

export const states = () => [
  // @ts-expect-error a handler that gives back another type
  createStore({ state: 0, commands: { reset: () => 'zero' } }),
  // @ts-expect-error a handler that gives back nothing
  createStore({ state: 0, commands: { reset: () => {} } }),
  // @ts-expect-error a reply with a state of another type
  createStore({ state: 0, commands: { reset: () => reply('zero', 0) } }),
  // @ts-expect-error a Promise of another type
  createStore({ state: 0, commands: { reset: async () => 'zero' } }),
  // @ts-expect-error an Observable of another type
  createStore({ state: 0, commands: { reset: () => of('zero') } }),
  // @ts-expect-error an outcome of a Promise of an Observable
  createStore({ state: 0, commands: { reset: async () => of(0) } }),
  // @ts-expect-error a member that the union doesn't have
  createStore({ state: { status: 'idle' } as Loading, commands: { fail: (now) => now.status === 'busy' ? { status: 'failed' } : now } }),
  // @ts-expect-error a member of the union without all that belongs to it
  createStore({ state: { status: 'idle' } as Loading, commands: { start: (now) => now.status === 'idle' ? { status: 'busy' } : now } }),
  // @ts-expect-error a member of the union, by a handler that doesn't name its state: write `(_state) => …`, or its return type
  createStore({ state: { status: 'idle' } as Loading, commands: { stop: () => ({ status: 'idle' }) } }),
  // @ts-expect-error a handler of another state
  createStore({ state: 0, commands: { reset: (text: string) => text.length } }),
  // @ts-expect-error a query of another state
  createStore({ state: 0, commands: { reset: () => 0 }, queries: { length: (text: string) => text.length } }),
  // @ts-expect-error a view of another state
  createStore({ state: 0, view: (text: string) => text.length, commands: { reset: () => 0 } }),
  // @ts-expect-error a state is read, not written
  createStore({ state: { n: 0 } as { readonly n: number }, commands: { reset: (state) => { state.n = 0; return state; } } }),
];

export const definitions = () => [
  // @ts-expect-error no commands at all
  createStore({ state: 0 }),
  // @ts-expect-error no state at all
  createStore({ commands: { reset: () => 0 } }),
  // @ts-expect-error a handler that is no function
  createStore({ state: 0, commands: { reset: 0 } }),
  // @ts-expect-error a name that is no string
  createStore({ state: 0, name: 1, commands: { reset: () => 0 } }),
  // @ts-expect-error a tick whose period is no number
  createStore({ state: 0, ticks: { reset: '1 s' }, commands: { reset: () => 0 } }),
  // @ts-expect-error an event of another type
  createStore({ state: 0, events: type<'even'>(), commands: { reset: (_count, _payload: void, { emit }) => (emit('odd'), 0) } }),
  // @ts-expect-error an event of a store that declares none
  createStore({ state: 0, commands: { reset: (_count, _payload: void, { emit }) => (emit('even'), 0) } }),
  // @ts-expect-error a payload used without a type
  createStore({ state: 0, commands: { set: (_count, to) => to.length } }),
  // @ts-expect-error a query has the time and no more: it announces nothing
  createStore({ state: 0, commands: { reset: () => 0 }, queries: { now: (_count, _payload: void, { emit }) => emit('read') } }),
  // @ts-expect-error a handler takes three arguments
  createStore({ state: 0, commands: { set: (_count, _payload: number, _context: object, more: number) => more } }),
  // @ts-expect-error a timer of a payload that is a name: name, milliseconds, command
  createStore({ state: 0, commands: { start: (count, _payload: void, { timers }) => (timers.set('alarm', 'start', 100), count) } }),
];

const commands = { reset: () => 0 };

export const options = () => [
  // @ts-expect-error an option that isn't there
  createStore({ state: 0, commands }, { timeOut: 1 }),
  // @ts-expect-error a scheduler that is none
  createStore({ state: 0, commands }, { scheduler: Date }),
  // @ts-expect-error a mailbox that is a number
  createStore({ state: 0, commands }, { mailbox: 100 }),
  // @ts-expect-error a policy of overflow that isn't there
  createStore({ state: 0, commands }, { mailbox: { overflow: 'drop-newest' } }),
  // @ts-expect-error a policy of errors that isn't there
  createStore({ state: 0, commands }, { onHandlerError: 'restart' }),
  // @ts-expect-error a signal that is a controller
  createStore({ state: 0, commands }, { signal: new AbortController() }),
  // @ts-expect-error a slice that is no number
  createStore({ state: 0, commands }, { slice: '8 ms' }),
];

const state = { hits: 0 };

export const effects = () => [
  // @ts-expect-error a next state of another type
  createStore({ state, commands: { go: (_now) => effect({ misses: 0 }, { run: async () => 1, done: (now) => now }) } }),
  // @ts-expect-error a result that is folded into another type
  createStore({ state, commands: { go: (now) => effect(now, { run: async () => 1, done: () => 'done' }) } }),
  // @ts-expect-error a result whose reply comes with another state
  createStore({ state, commands: { go: (now) => effect(now, { run: async () => 1, done: (_now, hits) => reply('done', hits) }) } }),
  // @ts-expect-error an error that is folded into another type
  createStore({ state, commands: { go: (now) => effect(now, { run: async () => 1, done: (then) => then, failed: () => 'failed' }) } }),
  // @ts-expect-error a result taken for another type
  createStore({ state, commands: { go: (now) => effect(now, { run: async () => 1, done: (then, _text: string) => then }) } }),
  // @ts-expect-error a result that takes time to fold
  createStore({ state, commands: { go: (now) => effect(now, { run: async () => 1, done: async (then) => then }) } }),
  // @ts-expect-error work that takes no time
  createStore({ state, commands: { go: (now) => effect(now, { run: () => 1, done: (then) => then }) } }),
  // @ts-expect-error no work to be done
  createStore({ state, commands: { go: (now) => effect(now, { done: (then) => then }) } }),
  // @ts-expect-error a policy that isn't there
  createStore({ state, commands: { go: (now) => effect(now, { policy: 'queue', run: async () => 1, done: (then) => then }) } }),
  // @ts-expect-error a field that isn't there
  createStore({ state, commands: { go: (now) => effect(now, { parallel: 3, run: async () => 1, done: (then) => then }) } }),
];

export const ours = () => [
  // @ts-expect-error the class of all errors is made by its own kinds only
  new StoreError({ store: 'a', type: 'b', started: false }, 'failed'),
  // @ts-expect-error a code that this error hasn't
  new StoreClosedError({ store: 'a', type: 'b', started: false }).code === 'BUSY',
  // @ts-expect-error an outcome is made by reply, replyLater and effect
  { next: 0 } satisfies Outcome<number, number>,
  // @ts-expect-error a store is of a definition, not of a state
  null as Store<number> | null,
  // @ts-expect-error and so is a client
  null as Client<number> | null,
];

export const ticks = () => [
  // @ts-expect-error a tick of a command that isn't there
  createStore({ state: 0, ticks: { restet: 100 }, commands: { reset: () => 0 } }),
  // @ts-expect-error a tick of a command that needs a payload
  createStore({ state: 0, ticks: { set: 100 }, commands: { set: (_count, to: number) => to } }),
  // @ts-expect-error a field that isn't there
  createStore({ state: 0, tick: { reset: 100 }, commands: { reset: () => 0 } }),
];
