/** What is inferred: from a definition follow the types of state, payloads, replies, events and views, with nothing annotated twice. */
import { firstValueFrom, map, of, Subject, timer, type Observable, type Observer } from 'rxjs';
import {
  createStore, effect, reply, replyLater, type,
  type AnyDefinition, type Client, type CommandOf, type Definition, type ErrorEvent, type EventOf, type MessageOf, type Outcome,
  type Reply, type StateOf, type Status, type Store, type TraceEvent, type ViewOf,
} from 'ownstate';
import { describe, expectTypeOf, it } from 'vitest';

/** The definition behind a store. */
type Of<T> = T extends Client<infer D> ? D : never;

type Loading = { readonly status: 'idle' } | { readonly status: 'busy'; readonly query: string } | { readonly status: 'done'; readonly hits: number };

class Basket {
  readonly items = new Map<string, number>();
}

const counter = createStore({
  name: 'counter',
  state: 0,
  commands: {
    increment: (count, by: number = 1) => reply(count + by, count + by),
    set: (_count, to: number) => to,
    reset: () => 0,
  },
  queries: {
    get: (count) => count,
    exceeds: (count, limit: number) => count > limit,
    isNear: (count, limit: number = 10) => `${count} of ${limit}`,
  },
});

describe('a state', () => {
  it('is that of a value, widened', () => {
    expectTypeOf(counter.snapshot()).toEqualTypeOf<number>();
    expectTypeOf(createStore({ state: 'shut', commands: { open: () => 'open' } }).snapshot()).toEqualTypeOf<string>();
    expectTypeOf(createStore({ state: false, commands: { toggle: (on) => !on } }).snapshot()).toEqualTypeOf<boolean>();
  });

  it('is what every handler, query and view gets', () => {
    createStore({
      state: { n: 0 },
      view: (state) => {
        expectTypeOf(state).toEqualTypeOf<{ n: number }>();
        return state.n;
      },
      commands: {
        one: (state) => {
          expectTypeOf(state).toEqualTypeOf<{ n: number }>();
          return state;
        },
        two: async (state, by: number) => {
          expectTypeOf(state).toEqualTypeOf<{ n: number }>();
          return { n: state.n + by };
        },
      },
      queries: {
        get: (state) => {
          expectTypeOf(state).toEqualTypeOf<{ n: number }>();
          return state.n;
        },
      },
    });
  });

  it('is what a maker makes', () => {
    const made = createStore({ state: () => ({ n: 0 }), commands: { add: ({ n }, by: number) => ({ n: n + by }) } });
    expectTypeOf(made.snapshot()).toEqualTypeOf<{ n: number }>();
    const declared = createStore({
      state: (): Loading => ({ status: 'idle' }),
      commands: { start: (_state, query: string) => ({ status: 'busy', query }) },
    });
    expectTypeOf(declared.snapshot()).toEqualTypeOf<Loading>();
  });

  it('may be a union, and null or undefined in it', () => {
    const user = createStore({
      state: null as { id: string } | null,
      commands: { login: (_user, id: string) => reply({ id }, id), logout: () => null },
    });
    expectTypeOf(user.snapshot()).toEqualTypeOf<{ id: string } | null>();
    expectTypeOf(user.ask.login).returns.toEqualTypeOf<Reply<string>>();
    const name = createStore({ state: undefined as string | undefined, commands: { set: (_name, to: string) => to, clear: () => undefined } });
    expectTypeOf(name.snapshot()).toEqualTypeOf<string | undefined>();
  });

  it('may be a discriminated union, and each outcome one of its members as it is written', () => {
    const search = createStore({
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-assertion -- without it the state is idle for ever
      state: { status: 'idle' } as Loading,
      commands: {
        start: (state, query: string) => state.status === 'busy' ? state : { status: 'busy', query },
        answered: (_state, query: string) => reply({ status: 'busy', query }, query.length),
        later: (_state, query: string) => replyLater({ status: 'busy', query }, of(query.length)),
        awaited: async (_state, query: string) => reply({ status: 'busy', query }, query.length),
        observed: (_state, query: string) => timer(1).pipe(map(() => reply({ status: 'busy', query }, query.length))),
        worked: (_state, query: string) => effect({ status: 'busy', query }, {
          run: async () => query.length,
          done: (_now, hits) => reply({ status: 'done', hits }, hits),
          failed: () => ({ status: 'idle' }),
        }),
        workedWithoutReply: (_state, query: string) => effect({ status: 'busy', query }, {
          run: async () => query.length,
          done: (_now, hits) => ({ status: 'done', hits }),
        }),
      },
    });
    expectTypeOf(search.snapshot()).toEqualTypeOf<Loading>();
    expectTypeOf(search.ask.start).returns.toEqualTypeOf<Reply<undefined>>();
    expectTypeOf(search.ask.answered).returns.toEqualTypeOf<Reply<number>>();
    expectTypeOf(search.ask.later).returns.toEqualTypeOf<Reply<number>>();
    expectTypeOf(search.ask.awaited).returns.toEqualTypeOf<Reply<number>>();
    expectTypeOf(search.ask.observed).returns.toEqualTypeOf<Reply<number | undefined>>();
    expectTypeOf(search.ask.worked).returns.toEqualTypeOf<Reply<number>>();
    expectTypeOf(search.ask.workedWithoutReply).returns.toEqualTypeOf<Reply<undefined>>();
  });

  it('may be a Map or an instance of a class', () => {
    const map = createStore({
      state: () => new Map<string, number>(),
      view: (entries) => entries.size,
      commands: { set: (entries, [key, value]: readonly [string, number]) => reply(entries.set(key, value), entries.size) },
      queries: { get: (entries, key: string) => entries.get(key) },
    });
    expectTypeOf(map.ask.set).parameters.toEqualTypeOf<[payload: readonly [string, number]]>();
    expectTypeOf(map.ask.get).returns.toEqualTypeOf<Reply<number | undefined>>();
    expectTypeOf<StateOf<Of<typeof map>>>().toEqualTypeOf<Map<string, number>>();
    const basket = createStore({
      state: () => new Basket(),
      commands: { add: (items, item: string) => (items.items.set(item, 1), items) },
      queries: { size: ({ items }) => items.size },
    });
    expectTypeOf<StateOf<Of<typeof basket>>>().toEqualTypeOf<Basket>();
    expectTypeOf(basket.ask.size).returns.toEqualTypeOf<Reply<number>>();
  });

  it('is known of a definition whose type is declared', () => {
    const declared: Definition<number, never> = { state: 0, commands: { add: (sum, by: number) => sum + by } };
    expectTypeOf(createStore(declared).snapshot()).toEqualTypeOf<number>();
  });
});

describe('a payload', () => {
  const store = createStore({
    state: 0,
    commands: {
      none: (sum) => sum,
      required: (sum, by: number) => sum + by,
      optional: (sum, by?: number) => sum + (by ?? 1),
      byDefault: (sum, by: number = 1) => sum + by,
      byDefaultBeforeContext: (sum, by: number = 1, { now }) => reply(sum + by, now()),
      empty: (sum, _by: void, { now }) => reply(sum, now()),
      // eslint-disable-next-line @typescript-eslint/no-unused-vars -- named, and without a type
      unannotated: (sum, _by) => sum,
      unannotatedBeforeContext: (sum, _by, { now }) => reply(sum, now()),
      nullable: (sum, by: number | null) => sum + (by ?? 1),
      flag: (sum, yes: boolean) => yes ? sum : 0,
      union: (sum, way: 'up' | 'down') => way === 'up' ? sum + 1 : sum - 1,
      object: (sum, { by }: { readonly by: number; readonly why?: string }) => sum + by,
      anything: (sum, given: unknown) => given === undefined ? sum : sum + 1,
      // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a caller of untyped code declares
      untyped: (sum, given: any) => given === undefined ? sum : sum + 1,
    },
  });

  it('is required where a handler declares it', () => {
    expectTypeOf(store.ask.required).parameters.toEqualTypeOf<[payload: number]>();
    expectTypeOf(store.tell.required).parameters.toEqualTypeOf<[payload: number]>();
    expectTypeOf(store.ask.object).parameters.toEqualTypeOf<[payload: { readonly by: number; readonly why?: string }]>();
  });

  it('is optional where undefined fits', () => {
    expectTypeOf(store.ask.optional).parameters.toEqualTypeOf<[payload?: number | undefined]>();
    expectTypeOf(store.ask.byDefault).parameters.toEqualTypeOf<[payload?: number | undefined]>();
    expectTypeOf(store.ask.byDefaultBeforeContext).parameters.toEqualTypeOf<[payload?: number | undefined]>();
    expectTypeOf(store.tell.byDefault).parameters.toEqualTypeOf<[payload?: number | undefined]>();
    expectTypeOf(store.ask.anything).parameters.toEqualTypeOf<[payload?: unknown]>();
  });

  it('is none where a handler declares none, or declares void', () => {
    expectTypeOf(store.ask.none).parameters.toEqualTypeOf<[]>();
    expectTypeOf(store.ask.empty).parameters.toEqualTypeOf<[]>();
    expectTypeOf(store.tell.empty).parameters.toEqualTypeOf<[]>();
  });

  it('is none, and not any, where a handler names it without a type', () => {
    expectTypeOf(store.ask.unannotated).parameters.toEqualTypeOf<[]>();
    expectTypeOf(store.ask.unannotatedBeforeContext).parameters.toEqualTypeOf<[]>();
    createStore({ state: 0, commands: { look: (sum, given) => (expectTypeOf(given).toEqualTypeOf<never>(), sum) } });
  });

  it('is any where a handler says so', () => {
    expectTypeOf(store.ask.untyped).toBeCallableWith('text');
    expectTypeOf(store.ask.untyped).toBeCallableWith();
    expectTypeOf(store.send({ type: 'untyped', payload: 'text' })).toEqualTypeOf<Reply<undefined>>();
  });

  it('stays one union: null, a flag, words', () => {
    expectTypeOf(store.ask.nullable).parameters.toEqualTypeOf<[payload: number | null]>();
    expectTypeOf(store.ask.flag).parameters.toEqualTypeOf<[payload: boolean]>();
    expectTypeOf(store.ask.union).parameters.toEqualTypeOf<[payload: 'up' | 'down']>();
  });
});

describe('a reply', () => {
  const store = createStore({
    state: 0,
    commands: {
      bare: (sum) => sum + 1,
      answered: (sum) => reply(sum, 'text'),
      unannotated: (sum, _payload, { now }) => reply(sum, now()),
      either: (sum, yes: boolean) => yes ? reply(sum, 'text') : reply(sum, 1),
      sometimes: (sum, yes: boolean) => yes ? reply(sum, 'text') : sum,
      checked: (sum, by: number) => {
        if (by < 0) throw new RangeError('negative');
        return reply(sum + by, sum + by);
      },
      failing: (): never => {
        throw new Error('always');
      },
      laterPromise: (sum) => replyLater(sum, Promise.resolve('text')),
      laterObservable: (sum) => replyLater(sum, timer(1).pipe(map(() => 'text'))),
      promised: async (sum) => sum + 1,
      promisedReply: async (sum, by: number) => reply(sum + by, `${by}`),
      promisedEither: async (sum, yes: boolean) => yes ? reply(sum, 'text') : sum,
      observed: (sum) => of(sum + 1, sum + 2),
      observedReply: (sum) => of(reply(sum + 1, 'text')),
    },
  });

  it('is undefined for a bare state', () => {
    expectTypeOf(store.ask.bare()).toEqualTypeOf<Reply<undefined>>();
    expectTypeOf(store.ask.promised()).toEqualTypeOf<Reply<undefined>>();
    expectTypeOf(store.ask.observed()).toEqualTypeOf<Reply<undefined>>();
  });

  it('is the value given to reply, at once, by a Promise, or later', () => {
    expectTypeOf(store.ask.answered()).toEqualTypeOf<Reply<string>>();
    expectTypeOf(store.ask.promisedReply(1)).toEqualTypeOf<Reply<string>>();
    expectTypeOf(store.ask.laterPromise()).toEqualTypeOf<Reply<string>>();
    expectTypeOf(store.ask.laterObservable()).toEqualTypeOf<Reply<string>>();
  });

  it('is that of the last emission of an Observable, undefined for an empty one', () => {
    expectTypeOf(store.ask.observedReply()).toEqualTypeOf<Reply<string | undefined>>();
  });

  it('is that of every way through the handler, throws left out', () => {
    expectTypeOf(store.ask.either(true)).toEqualTypeOf<Reply<string | number>>();
    expectTypeOf(store.ask.sometimes(true)).toEqualTypeOf<Reply<string | undefined>>();
    expectTypeOf(store.ask.promisedEither(true)).toEqualTypeOf<Reply<string | undefined>>();
    expectTypeOf(store.ask.checked(1)).toEqualTypeOf<Reply<number>>();
    expectTypeOf(store.ask.failing()).toEqualTypeOf<Reply<never>>();
  });

  it('is inferred also where the payload has no type', () => {
    expectTypeOf(store.ask.unannotated()).toEqualTypeOf<Reply<number>>();
  });

  it('is an Observable and can be awaited', async () => {
    const asked = store.ask.answered();
    expectTypeOf(asked).toExtend<Observable<string>>();
    expectTypeOf(asked).resolves.toEqualTypeOf<string>();
    expectTypeOf(await asked).toEqualTypeOf<string>();
    expectTypeOf(await firstValueFrom(asked)).toEqualTypeOf<string>();
    expectTypeOf(await Promise.all([asked, store.ask.checked(1)])).toEqualTypeOf<[string, number]>();
  });

  it('is not given to a tell', () => {
    expectTypeOf(store.tell.answered).returns.toEqualTypeOf<void>();
  });
});

describe('an effect', () => {
  interface State { readonly hits: readonly string[]; readonly error?: unknown }
  const start: State = { hits: [] };

  it('infers the state, and from run what done gets', () => {
    createStore({
      state: start,
      commands: {
        promised: (state, query: string) => effect(state, {
          run: async ({ signal }) => {
            expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
            return [query];
          },
          done: (now, hits) => {
            expectTypeOf(now).toEqualTypeOf<State>();
            expectTypeOf(hits).toEqualTypeOf<string[]>();
            return { ...now, hits };
          },
          failed: (now, error) => {
            expectTypeOf(now).toEqualTypeOf<State>();
            expectTypeOf(error).toEqualTypeOf<unknown>();
            return { ...now, error };
          },
        }),
        observed: (state) => effect(state, { run: () => of(1, 2), done: (now, last) => (expectTypeOf(last).toEqualTypeOf<number>(), now) }),
      },
    });
  });

  it('replies what done replies, or failed by a reply', () => {
    const store = createStore({
      state: start,
      commands: {
        replies: (state, query: string) => effect({ ...state, error: undefined }, {
          policy: 'switch',
          key: query,
          run: async () => [query],
          done: (now, hits) => reply({ ...now, hits }, hits.length),
          failed: (now, error) => ({ ...now, error }),
        }),
        bare: (state) => effect(state, { run: async () => 'hit', done: (now, hit) => ({ ...now, hits: [hit] }) }),
        sometimes: (state) => effect(state, { run: async () => 1, done: (now, hits) => hits > 0 ? reply(now, hits) : now }),
        recovers: (state) => effect(state, { run: async () => 1, done: (now, hits) => reply(now, hits), failed: (now) => reply(now, -1) }),
        consoles: (state) => effect(state, { run: async () => 1, done: (now, hits) => reply(now, hits), failed: (now) => reply(now, 'none') }),
        excuses: (state) => effect(state, { run: async () => 1, done: (now) => now, failed: (now) => reply(now, 'none') }),
        cached: (state, yes: boolean) => yes ? reply(state, 0) : effect(state, { run: async () => 1, done: (now, hits) => reply(now, hits) }),
        afterAwait: async (state) => effect(state, { run: async () => 1, done: (now, hits) => reply(now, hits) }),
      },
    });
    expectTypeOf(store.ask.replies).parameters.toEqualTypeOf<[payload: string]>();
    expectTypeOf(store.ask.replies).returns.toEqualTypeOf<Reply<number>>();
    expectTypeOf(store.ask.bare).returns.toEqualTypeOf<Reply<undefined>>();
    expectTypeOf(store.ask.sometimes).returns.toEqualTypeOf<Reply<number | undefined>>();
    expectTypeOf(store.ask.recovers).returns.toEqualTypeOf<Reply<number>>();
    expectTypeOf(store.ask.consoles).returns.toEqualTypeOf<Reply<number | string>>();
    expectTypeOf(store.ask.excuses).returns.toEqualTypeOf<Reply<string | undefined>>();
    expectTypeOf(store.ask.cached).returns.toEqualTypeOf<Reply<number>>();
    expectTypeOf(store.ask.afterAwait).returns.toEqualTypeOf<Reply<number>>();
  });

  it('can be made outside of a definition', () => {
    const search = (query: string) => effect(start, { run: async () => [query], done: (now: State, hits) => reply({ ...now, hits }, hits.length) });
    expectTypeOf(search('')).toExtend<Outcome<State, number>>();
    const store = createStore({ state: start, commands: { search: (_state, query: string) => search(query) } });
    expectTypeOf(store.ask.search).returns.toEqualTypeOf<Reply<number>>();
  });
});

describe('a query', () => {
  it('is asked as a command is, and replies its value', () => {
    expectTypeOf(counter.ask.get).toEqualTypeOf<() => Reply<number>>();
    expectTypeOf(counter.ask.exceeds).toEqualTypeOf<(payload: number) => Reply<boolean>>();
    expectTypeOf(counter.ask.isNear).toEqualTypeOf<(payload?: number) => Reply<string>>();
  });

  it('is not told', () => {
    expectTypeOf<keyof typeof counter.tell>().toEqualTypeOf<'increment' | 'set' | 'reset'>();
    expectTypeOf<keyof typeof counter.ask>().toEqualTypeOf<'increment' | 'set' | 'reset' | 'get' | 'exceeds' | 'isNear'>();
  });
});

describe('events', () => {
  type DoorEvent = { readonly kind: 'opened'; readonly by: string } | { readonly kind: 'closed' };
  const door = createStore({
    state: false,
    events: type<DoorEvent>(),
    commands: {
      open: (_open, by: string, { emit }) => {
        expectTypeOf(emit).parameters.toEqualTypeOf<[event: DoorEvent]>();
        emit({ kind: 'opened', by });
        return true;
      },
    },
  });

  it('are of the type that the definition names', () => {
    expectTypeOf(door.events$).toEqualTypeOf<Observable<DoorEvent>>();
    expectTypeOf<EventOf<Of<typeof door>>>().toEqualTypeOf<DoorEvent>();
  });

  it('are never where it names none', () => {
    expectTypeOf(counter.events$).toEqualTypeOf<Observable<never>>();
  });

  it('of the store itself are the same for every definition', () => {
    expectTypeOf(door.errors$).toEqualTypeOf<Observable<ErrorEvent>>();
    expectTypeOf(door.trace$).toEqualTypeOf<Observable<TraceEvent>>();
    expectTypeOf(door.status()).toEqualTypeOf<Status>();
    expectTypeOf(door.closed).toEqualTypeOf<Promise<void>>();
  });

  it('of a trace can be told apart by their kind', () => {
    door.trace$.subscribe((event) => {
      if (event.kind === 'settled') expectTypeOf(event.outcome).toEqualTypeOf<'replied' | 'failed' | 'withdrawn'>();
      if (event.kind === 'phase') expectTypeOf(event.phase).toEqualTypeOf<'open' | 'draining' | 'closed'>();
    });
  });
});

describe('a view', () => {
  const visits = createStore({
    state: () => new Set<string>(),
    view: (seen) => ({ count: seen.size, names: [...seen] }),
    commands: { visit: (seen, name: string) => seen.add(name) },
  });

  it('is the state where there is no other', () => {
    expectTypeOf<ViewOf<Of<typeof counter>>>().toEqualTypeOf<number>();
  });

  it('is what snapshot gives and select shows', () => {
    expectTypeOf(visits.snapshot()).toEqualTypeOf<{ count: number; names: string[] }>();
    expectTypeOf(visits.select()).toEqualTypeOf<Observable<{ count: number; names: string[] }>>();
    expectTypeOf(counter.select()).toEqualTypeOf<Observable<number>>();
  });

  it('is what a projector projects', () => {
    expectTypeOf(visits.select(({ count }) => count > 3)).toEqualTypeOf<Observable<boolean>>();
    const named = visits.select(({ names }) => ({ first: names[0] }), (before, after) => {
      expectTypeOf(before).toEqualTypeOf<{ first: string | undefined }>();
      return before.first === after.first;
    });
    expectTypeOf(named).toEqualTypeOf<Observable<{ first: string | undefined }>>();
  });

  it('is what several projectors project, as one object', () => {
    visits.select({ many: ({ count }) => count > 3, first: ({ names }) => names[0] }).subscribe(({ many, first }) => {
      expectTypeOf(many).toEqualTypeOf<boolean>();
      expectTypeOf(first).toEqualTypeOf<string | undefined>();
    });
  });
});

describe('a message', () => {
  it('is an ask by its type, and its payload', () => {
    expectTypeOf(counter.send({ type: 'increment' })).toEqualTypeOf<Reply<number>>();
    expectTypeOf(counter.send({ type: 'increment', payload: 2 })).toEqualTypeOf<Reply<number>>();
    expectTypeOf(counter.send({ type: 'reset' })).toEqualTypeOf<Reply<undefined>>();
    expectTypeOf(counter.send({ type: 'exceeds', payload: 3 })).toEqualTypeOf<Reply<boolean>>();
  });

  it('of several types gets the reply of one of them', () => {
    const message = { type: 'increment' } as { readonly type: 'increment' } | { readonly type: 'reset' };
    expectTypeOf(counter.send(message)).toExtend<PromiseLike<number | undefined>>();
  });

  it('is told by commands$, to which a source of messages can be subscribed', () => {
    const clicks$ = new Subject<number>();
    clicks$.pipe(map(() => ({ type: 'increment' as const }))).subscribe(counter.commands$);
    clicks$.pipe(map((payload) => ({ type: 'set', payload }) as const)).subscribe(counter.commands$);
    expectTypeOf(counter.commands$).toExtend<Observer<CommandOf<Of<typeof counter>>>>();
  });

  it('is shown by commands$, and its payload known by its type', () => {
    counter.commands$.subscribe((command) => {
      expectTypeOf(command.type).toEqualTypeOf<'increment' | 'set' | 'reset'>();
      if (command.type === 'set') expectTypeOf(command.payload).toEqualTypeOf<number>();
      if (command.type === 'increment') expectTypeOf(command.payload).toEqualTypeOf<number | undefined>();
      if (command.type === 'reset') expectTypeOf(command.payload).toEqualTypeOf<undefined>();
    });
  });

  it('is of all commands; what is asked, of the queries too', () => {
    expectTypeOf<CommandOf<Of<typeof counter>>['type']>().toEqualTypeOf<'increment' | 'set' | 'reset'>();
    expectTypeOf<MessageOf<Of<typeof counter>>['type']>().toEqualTypeOf<'increment' | 'set' | 'reset' | 'get' | 'exceeds' | 'isNear'>();
  });
});

describe('a client', () => {
  it('asks, tells and watches as its store does', () => {
    expectTypeOf(counter.client).toEqualTypeOf<Client<Of<typeof counter>>>();
    expectTypeOf(counter.client.ask).toEqualTypeOf(counter.ask);
    expectTypeOf(counter.client.tell).toEqualTypeOf(counter.tell);
    expectTypeOf(counter).toExtend<Client<Of<typeof counter>>>();
  });

  it('can have other limits, again and again', () => {
    expectTypeOf(counter.with({ timeout: 100 })).toEqualTypeOf(counter.client);
    expectTypeOf(counter.client.with({ signal: new AbortController().signal }).with({ timeout: 1 })).toEqualTypeOf(counter.client);
  });

  it('of another store is given by via', () => {
    const doubled = createStore({
      state: 0,
      commands: {
        pull: async (_sum, _payload: void, { via }) => {
          expectTypeOf(via(counter)).toEqualTypeOf(counter.client);
          const count = await via(counter.client).ask.get();
          expectTypeOf(count).toEqualTypeOf<number>();
          return reply(2 * count, count);
        },
      },
    });
    expectTypeOf(doubled.ask.pull()).toEqualTypeOf<Reply<number>>();
  });

  it('gives functions that can be taken off it', () => {
    const { increment } = counter.ask;
    const { reset } = counter.tell;
    expectTypeOf(increment).toEqualTypeOf<(payload?: number) => Reply<number>>();
    expectTypeOf(reset).toEqualTypeOf<() => void>();
  });
});

describe('generic code', () => {
  const handledBy = <D extends AnyDefinition>(store: Client<D>): number => store.status().handled;
  const changesOf = <D extends AnyDefinition>(store: Client<D>): Observable<ViewOf<D>> => store.select();
  const ended = async <D extends AnyDefinition>(store: Store<D>): Promise<ViewOf<D>> => {
    await store.shutdown();
    return store.snapshot();
  };
  const named = <K, V>(first: V) => createStore({
    state: () => new Map<K, V>(),
    view: (entries) => [...entries.values()],
    commands: { set: (entries, { key, value = first }: { readonly key: K; readonly value?: V }) => reply(entries.set(key, value), value) },
    queries: { get: (entries, key: K) => entries.get(key) },
  });

  it('takes any client, and knows its view', () => {
    expectTypeOf(handledBy(counter)).toEqualTypeOf<number>();
    expectTypeOf(handledBy(counter.client)).toEqualTypeOf<number>();
    expectTypeOf(changesOf(counter.with({ timeout: 1 }))).toEqualTypeOf<Observable<number>>();
    expectTypeOf(ended(counter)).resolves.toEqualTypeOf<number>();
  });

  it('can be a factory of stores', () => {
    const upTo = (limit: number) => createStore({ state: 0, commands: { add: (sum, by: number) => reply(Math.min(limit, sum + by), sum) } });
    expectTypeOf(upTo(3).ask.add).toEqualTypeOf<(payload: number) => Reply<number>>();
    expectTypeOf<ViewOf<Of<ReturnType<typeof upTo>>>>().toEqualTypeOf<number>();
    const stock = named<string, number>(1);
    expectTypeOf(stock.ask.set).toEqualTypeOf<(payload: { readonly key: string; readonly value?: number }) => Reply<number>>();
    expectTypeOf(stock.ask.get).toEqualTypeOf<(payload: string) => Reply<number | undefined>>();
    expectTypeOf(stock.snapshot()).toEqualTypeOf<number[]>();
  });

  it('can stand in for createStore', () => {
    const patient: typeof createStore = (definition, options) => createStore(definition, { ...options, timeout: Infinity });
    const store = patient({ state: 0, commands: { add: (sum, by: number) => reply(sum + by, sum) } });
    expectTypeOf(store.ask.add).toEqualTypeOf<(payload: number) => Reply<number>>();
  });

  it('can ask for no more than it needs of a store', () => {
    const addThree = (store: { readonly ask: { readonly increment: (by: number) => PromiseLike<number> } }) => store.ask.increment(3);
    expectTypeOf(addThree(counter)).resolves.toEqualTypeOf<number>();
    const all: readonly Pick<Store<AnyDefinition>, 'name' | 'status' | 'shutdown'>[] = [counter, named<string, number>(1)];
    expectTypeOf(all.map((store) => store.status())).toEqualTypeOf<Status[]>();
  });
});
