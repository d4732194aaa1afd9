/** Model checks: stores that do what their models say, and deliberately wrong ones with the report that finds them. */
import fc from 'fast-check';
import {
  AskAbortedError, AskTimeoutError, createStore, effect, MailboxFullError, reply, replyLater, StoreClosedError, type, UnknownCommandError,
  type AnyDefinition, type AskOptions, type Message, type Reply, type Store, type StoreOptions,
} from 'ownstate';
import { checkStore, type ModelStep, type StoreCheck } from 'ownstate/testing';
import { concat, delay, EMPTY, interval, map, NEVER, of, take, throwError, timer, type Observable, type SchedulerLike } from 'rxjs';
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { account, clockwork, counter, keyValue, search, steps } from './support/checked-stores.js';
import { lines, reportOf, tableOf } from './support/reports.js';

/** A store of which some members are forged. */
function forge<D extends AnyDefinition>(store: Store<D>, forged: Readonly<Record<string, unknown>>): Store<D> {
  return new Proxy(store, {
    get: (target, key) => {
      const value: unknown = key in forged ? forged[key as string] : Reflect.get(target, key, target);
      // A store's own members know their store; and its fields are private to it.
      return typeof value === 'function' && !(key in forged) ? value.bind(target) as unknown : value;
    },
  });
}

/** A store whose replies are forged, whoever asks. */
function forgedReplies<D extends AnyDefinition>(
  make: (options: StoreOptions) => Store<D>, options: StoreOptions, forged: (reply: Reply<unknown>, store: Store<D>) => Observable<unknown>,
): Store<D> {
  const store = make(options);
  const client = (limits: AskOptions) => {
    const { ask, tell } = store.with(limits);
    const functions = ask as Record<string, (payload: unknown) => Reply<unknown>>;
    return { tell, ask: new Proxy({}, { get: (_, name: string) => (payload: unknown) => forged(functions[name]!(payload), store) }) };
  };
  return forge(store, { client: client({}), with: client });
}

interface Lists {
  readonly list: number[];
  readonly map: Map<string, Set<Date>>;
}

/** The definition of the stores that a function makes. */
type DefinitionOf<F> = F extends (...given: never) => Store<infer D> ? D : never;

afterEach(() => {
  vi.doUnmock('fast-check');
  vi.resetModules();
});

describe('checkStore', () => {
  it('passes a counter', () => checkStore(counter.make, counter.check));

  it('passes a Map that is mutated, by its view', () => checkStore(keyValue.make, keyValue.check));

  it('passes an account whose promises take time and fail', () => checkStore(account.make, account.check));

  it.each(['concat', 'merge', 'switch', 'exhaust'] as const)('passes effects of the policy %s, replies to come and events', (policy) => {
    const { make, check } = search(policy);
    return checkStore(make, check, { runs: 60 });
  });

  it('passes a store with ticks, timers, and commands that it sends itself', () => checkStore(clockwork.make, clockwork.check));

  it('passes states in between, and what is left of them by an error', () => checkStore(steps.make, steps.check, { runs: 60 }));

  it.each(['reject', 'drop-oldest'] as const)('passes a small mailbox with the overflow %s', (overflow) =>
    checkStore((options) => account.make({ ...options, mailbox: { capacity: 2, overflow } }), account.check, { runs: 60 }));

  it('passes little room for effects', () => {
    const { make, check } = search('merge', 2);
    return checkStore(make, check, { runs: 60 });
  });

  it('passes a store that begins anew after an error, where the model says so', () => checkStore(
    (options) => createStore({
      state: () => 0,
      commands: {
        add: (sum, by: number) => {
          if (sum + by > 9) throw new RangeError('too much');
          return sum + by;
        },
      },
    }, { ...options, onHandlerError: 'reset' }),
    {
      commands: { add: fc.nat(9) },
      model: { init: 0, step: (sum, { payload }) => sum + payload > 9 ? { state: 0, error: new RangeError('too much') } : { state: sum + payload } },
    },
  ));

  it('passes a store that stops at an error', () => checkStore(
    (options) => createStore({
      state: 0,
      commands: { fail: (): number => { throw new Error('no'); }, next: (n) => n + 1 },
    }, { ...options, onHandlerError: 'stop' }),
    {
      commands: { fail: undefined, next: undefined },
      model: {
        init: 0,
        step: (n, { type: command }) => {
          if (command === 'fail') throw new Error('no');
          return { state: n + 1 };
        },
      },
    },
  ));

  it('passes either of several steps, and goes on with the one that it was', () => {
    let next = 0;
    return checkStore(
      (options) => createStore({ state: 0, commands: { draw: (sum) => sum + (next = (next + 7) % 3) }, queries: { sum: (sum) => sum } }, options),
      {
        commands: { draw: undefined, sum: undefined },
        model: {
          init: 0,
          step: (sum, { type: command }) => command === 'sum' ? { state: sum, reply: sum } : [0, 1, 2].map((by) => ({ state: sum + by })),
        },
      },
    );
  });

  it('passes a state that cannot be seen, by the replies', () => checkStore(
    (options) => createStore({
      state: () => new Map([['sum', 0]]),
      commands: { add: (sums, by: number) => reply(sums.set('sum', sums.get('sum')! + by), undefined) },
      queries: { sum: (sums) => sums.get('sum') },
    }, options),
    {
      commands: { add: fc.nat(9), sum: undefined },
      model: {
        init: 0,
        // Steps that come to the same are one: else there'd be thousands of millions of ways after ten commands.
        step: (sum, message) => message.type === 'sum' ? { state: sum, reply: sum }
          : [1, 2, 3, 4, 5, 6, 7, 8].map(() => ({ state: sum + message.payload })),
      },
    },
  ));

  it('passes an effect that is cut short by its signal', () => checkStore(
    (options) => createStore({
      state: 0,
      commands: {
        load: (sum, ms: number) => effect(sum, {
          run: ({ signal }) => timer(ms, options.scheduler).pipe(map(() => {
            if (signal.aborted) throw new Error('in vain');
            return ms;
          })),
          done: (now: number, by) => reply(now + by, by),
        }),
        work: (sum, ms: number, { signal }) => timer(ms, options.scheduler).pipe(map(() => signal.aborted ? sum : sum + ms)),
      },
    }, options),
    {
      commands: { load: fc.nat(9), work: fc.nat(9) },
      model: {
        init: 0,
        step: (sum, { type: command, payload }) => command === 'work' ? { state: sum + payload }
          : { state: sum, later: (now) => ({ state: now + payload, reply: payload }) },
      },
    },
  ));

  it.each([['other', 'go'], ['store', 'other']])('passes an error of %s.%s, which is the handler\'s', (store, command) => {
    const error = new StoreClosedError({ store, type: command, started: false });
    return checkStore((options) => createStore({ state: 0, commands: { go: (): number => { throw error; } } }, options), {
      commands: { go: undefined }, model: { init: 0, step: (state) => ({ state, error }) },
    });
  });

  it('passes a store whose timers never end, and one whose reply takes many', async () => {
    let latest = 0;
    await checkStore((options) => {
      const store = createStore({ state: 0, commands: { again: (n, _: void, { timers }) => (timers.set('again', 1, 'again'), n) } }, options);
      store.trace$.subscribe(({ time }) => { latest = Math.max(latest, time); });
      return store;
    }, { commands: { again: undefined }, model: { init: 0, step: (state) => ({ state }) } }, { runs: 10, seed: 1 });
    expect(latest).toBeGreaterThan(200);
    expect(latest).toBeLessThan(1000);
    await checkStore((options) => createStore({
      state: 0,
      commands: { wait: (n) => interval(1, options.scheduler).pipe(take(300), map(() => n)) },
    }, options), { commands: { wait: undefined }, model: { init: 0, step: (state) => ({ state }) } }, { runs: 10, length: 1 });
  });

  it('compares as the model says', () => checkStore(
    (options) => createStore({ state: 0, commands: { add: (sum, by: number) => reply(sum + by, { sum: sum + by }) } }, options),
    {
      commands: { add: fc.double({ noNaN: true, min: 0, max: 1 }) },
      model: {
        init: 0,
        step: (sum, { payload }) => ({ state: sum + payload, reply: sum + payload }),
        agree: (expected, got) => Math.abs(Number(expected) - (typeof got === 'number' ? got : (got as { sum: number }).sum)) < 0.001,
      },
    },
  ));

  it('sends nothing but what it was given arbitraries for', async () => {
    const seen = new Set<string>();
    await checkStore((options) => {
      const store = counter.make(options);
      store.trace$.subscribe(({ type: command }) => seen.add(command));
      return store;
    }, { ...counter.check, commands: { get: undefined } });
    expect([...seen].sort()).toEqual(['', 'get']);
  });
});

describe('a run of checkStore', () => {
  it('has everything in it: tells, limits that pass before and after the begin, both ends of a store', async () => {
    const seen = new Map<string, number>();
    const note = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
    await checkStore((options) => {
      const store = account.make(options);
      store.trace$.subscribe((event) => {
        if (event.kind === 'phase') note(event.phase);
        if (event.kind === 'settled') note(event.outcome);
        if (event.kind === 'settled' && event.error instanceof Error && 'code' in event.error) {
          note(`${String(event.error.code)} ${String((event.error as AskTimeoutError).started)}`);
        }
      });
      store.errors$.subscribe(() => note('errors$'));
      return store;
    }, account.check, { seed: 1 });
    const all = [
      'replied', 'failed', 'draining', 'closed', 'errors$', 'ASK_TIMEOUT true', 'ASK_TIMEOUT false', 'ASK_ABORTED true', 'ASK_ABORTED false',
      'STORE_CLOSED true', 'STORE_CLOSED false',
    ];
    expect(all.filter((what) => (seen.get(what) ?? 0) === 0)).toEqual([]);
  });

  it('sends commands before a promise could do anything, and after it', async () => {
    const waited = new Set<number>();
    await checkStore((options) => {
      const store = createStore({ state: 0, commands: { next: async (n) => n + 1 } }, options);
      void store.closed.then(() => waited.add(Math.min(store.status().highWater, 2)));
      return store;
    }, { commands: { next: undefined }, model: { init: 0, step: (n) => ({ state: n + 1 }) } }, { seed: 1 });
    expect([...waited].sort()).toEqual([0, 1, 2]);
  });

  it('ends when nothing but ticks is left', async () => {
    let latest = 0;
    await checkStore((options) => {
      const store = createStore({ state: 0, commands: { tick: (n) => n + 1 }, ticks: { tick: 1 } }, options);
      store.trace$.subscribe(({ time }) => { latest = Math.max(latest, time); });
      return store;
    }, { commands: { tick: undefined }, model: { init: 0, step: (n) => ({ state: n + 1 }) } }, { length: 5, gap: 10 });
    expect(latest).toBeLessThanOrEqual(60);
  });

  it('is of so many commands, so far apart, and so many times as the options say', async () => {
    let runs = 0;
    let most = 0;
    let longest = 0;
    await checkStore((options) => {
      const store = counter.make(options);
      let times: number[] = [0];
      runs++;
      store.trace$.subscribe((event) => {
        if (event.kind !== 'received') return;
        times = [...times, event.time];
        most = Math.max(most, times.length - 1);
        longest = Math.max(longest, times.at(-1)! - times.at(-2)!);
      });
      return store;
    }, { ...counter.check, commands: { reset: undefined } }, { runs: 200, length: 5, gap: 1000, seed: 1 });
    expect(runs).toBe(200);
    expect(most).toBe(5);
    expect(longest).toBeGreaterThan(900);
  });

  it('gives store and model copies of a payload', async () => {
    const sets = new Map([['a', new Set([new Date(0)])]]);
    const payload = fc.record<Lists>({ list: fc.array(fc.nat(3)), map: fc.constant(sets) });
    const make = (mutates: boolean) => (options: StoreOptions) => createStore({
      state: 0,
      commands: {
        empty: (sum, { list, map: sets }: Lists) => {
          const size = list.length + sets.size;
          if (mutates) sets.clear();
          return reply(sum + size, size);
        },
      },
    }, options);
    const check = {
      commands: { empty: payload },
      model: {
        init: 0,
        step: (sum: number, { payload }: Message): ModelStep<number> => {
          const { list, map: sets } = payload as Lists;
          const size = list.splice(0).length + sets.size;
          sets.clear();
          return { state: sum + size, reply: size };
        },
      },
    };
    await checkStore(make(false), check);
    expect(await reportOf(make(true), check)).toContain('the payload of `empty`, which its handler changes');
    expect(sets).toEqual(new Map([['a', new Set([new Date(0)])]]));
  });

  it('takes a payload that holds itself', async () => {
    interface Ring { next?: Ring }
    const ring: Ring = {};
    ring.next = ring;
    await checkStore(
      (options) => createStore({ state: 0, commands: { go: (n, given: Ring) => reply(n, given.next === given && given !== ring) } }, options),
      { commands: { go: fc.constant(ring) }, model: { init: 0, step: (state) => ({ state, reply: true }) } },
    );
  });
});

describe('the report of checkStore', () => {
  it('finds an update that is lost', async () => {
    const make = (options: StoreOptions) => createStore({
      name: 'lossy',
      state: 0,
      commands: {
        // The sum is made of the state as it was when the work began.
        add: (sum, by: number) => effect(sum, {
          policy: 'merge',
          run: () => timer(3, options.scheduler).pipe(map(() => sum + by)),
          done: (_, next) => reply(next, next),
        }),
      },
    }, options);
    const table = await tableOf(make, {
      commands: { add: fc.integer({ min: 1, max: 9 }) },
      model: { init: 0, step: (sum, { payload }) => ({ state: sum, later: (now) => ({ state: now + payload, reply: now + payload }) }) },
    });
    expect(table).toBe(lines(`
      Expected lossy to do what its model does; it differs in the state after \`add\`:

        client  at    command  payload  expected    got
        plain   0 ms  add      1        1           1
      ✗ plain   0 ms  add      1        2, state 2  1, state 1
    `));
  });

  it('finds a wrong reply', async () => {
    const make = (options: StoreOptions) => createStore({
      name: 'tally', state: 0, commands: { add: (sum, by: number) => reply(sum + by, sum + by > 7 ? sum : sum + by) },
    }, options);
    const table = await tableOf(make, {
      commands: { add: fc.nat(5) },
      model: { init: 0, step: (sum, { payload }) => ({ state: sum + payload, reply: sum + payload }) },
    });
    expect(table).toBe(lines(`
      Expected tally to do what its model does; it differs in the reply to \`add\`:

        client  at    command  payload  expected  got
        plain   0 ms  add      1        1         1
        plain   0 ms  add      3        4         4
      ✗ plain   0 ms  add      4        8         4
    `));
  });

  const alarm = (emits: (level: number) => readonly string[]) => (options: StoreOptions) => createStore({
    name: 'alarm',
    state: 0,
    events: type<string>(),
    commands: {
      rise: (level, by: number, { emit }) => {
        emits(level + by).forEach(emit);
        return level + by;
      },
    },
  }, options);
  const alarmCheck = {
    commands: { rise: fc.nat(9) },
    model: {
      init: 0,
      step: (level: number, { payload = 0 }: Message<string, number>): ModelStep<number> =>
        ({ state: level + payload, events: level + payload > 5 ? ['high', 'call'] : [] }),
    },
  };

  it('finds an event that is missing', async () => {
    expect(await tableOf(alarm((level) => level > 5 ? ['high'] : []), alarmCheck)).toBe(lines(`
      Expected alarm to do what its model does; it differs in what \`rise\` announces:

        client  at    command  payload  expected                           got
      ✗ plain   0 ms  rise     6        undefined, emits ['high', 'call']  undefined, emits ['high']
    `));
  });

  it('finds events in the wrong order, and one too many', async () => {
    expect(await tableOf(alarm((level) => level > 5 ? ['call', 'high'] : []), alarmCheck)).toContain(
      "undefined, emits ['high', 'call']  undefined, emits ['call', 'high']",
    );
    expect(await tableOf(alarm(() => ['high', 'call']), alarmCheck)).toContain("undefined, emits []  undefined, emits ['high', 'call']");
    await checkStore(alarm((level) => level > 5 ? ['high', 'call'] : []), alarmCheck);
  });

  it('finds a state that a command has changed though it failed', async () => {
    const make = (options: StoreOptions) => createStore({
      name: 'stock',
      state: 3,
      commands: {
        take: (apples, many: number) => concat(of(apples - many), many > apples ? throwError(() => new RangeError('not so many')) : EMPTY),
      },
    }, options);
    const table = await tableOf(make, {
      commands: { take: fc.nat(9) },
      model: {
        init: 3,
        step: (apples, { payload }) => {
          if (payload > apples) throw new RangeError('not so many');
          return { state: apples - payload };
        },
      },
    });
    expect(table).toBe(lines(`
      Expected stock to do what its model does; it differs in the state after \`take\`:

        client  at    command  payload  expected                                 got
      ✗ plain   0 ms  take     4        fails: RangeError: not so many, state 3  fails: RangeError: not so many, state -1
    `));
  });

  it('finds a state that is mutated before a command fails, though it has no view', async () => {
    const make = (options: StoreOptions) => createStore({
      name: 'stock',
      state: () => new Map([['apples', 3]]),
      commands: {
        take: (stock, many: number) => {
          const left = stock.get('apples')! - many;
          stock.set('apples', left);
          if (left < 0) throw new RangeError('not so many');
          return stock;
        },
      },
      queries: { left: (stock) => stock.get('apples') },
    }, options);
    const table = await tableOf(make, {
      commands: { take: fc.nat(9), left: undefined },
      model: {
        init: 3,
        step: (apples, message) => {
          if (message.type === 'left') return { state: apples, reply: apples };
          if (message.payload > apples) throw new RangeError('not so many');
          return { state: apples - message.payload };
        },
      },
    });
    expect(table).toBe(lines(`
      Expected stock to do what its model does; it differs in the reply to \`left\`:

        client  at    command  payload  expected                        got
        plain   0 ms  take     4        fails: RangeError: not so many  fails: RangeError: not so many
      ✗ plain   0 ms  left              3                               -1
    `));
  });

  it('finds a reply that never comes', async () => {
    const make = (options: StoreOptions) => createStore({
      name: 'door',
      state: 0,
      commands: { ring: (rings, times: number) => times > 2 ? replyLater(rings + times, NEVER) : reply(rings + times, 'come in') },
    }, options);
    const table = await tableOf(make, {
      commands: { ring: fc.nat(9) },
      model: { init: 0, step: (rings, { payload }) => ({ state: rings + payload, reply: 'come in' }) },
    });
    expect(table).toBe(lines(`
      Expected door to do what its model does; it differs in the reply to \`ring\`, which never comes:

        client  at    command  payload  expected   got
      ✗ plain   0 ms  ring     3        'come in'  nothing
    `));
  });

  it('finds a handler that hangs, and what waits behind it', async () => {
    const make = (options: StoreOptions) => createStore({
      name: 'stuck',
      state: 0,
      commands: { hang: (n): number | Promise<number> => n === 1 ? new Promise(() => {}) : n + 1, next: (n) => n + 1 },
    }, options);
    const table = await tableOf(make, { commands: { hang: undefined, next: undefined }, model: { init: 0, step: (n) => ({ state: n + 1 }) } });
    expect(table).toBe(lines(`
      Expected stuck to do what its model does; it differs in the reply to \`hang\`, which never comes:

        client  at    command  payload  expected   got
        plain   0 ms  hang              undefined  undefined
      ✗ plain   0 ms  hang              undefined  nothing
    `));
  });

  it('finds an error that should be another, one that should be none, and one that should be', async () => {
    const fails = (error: Error) => (options: StoreOptions) => createStore({
      name: 'failing', state: 0, commands: { go: (): number => { throw error; } },
    }, options);
    const works = (options: StoreOptions) => createStore({ state: 0, commands: { go: (n) => n } }, options);
    const model = (step: ModelStep<number>) => ({ commands: { go: undefined }, model: { init: 0, step: () => step } });
    expect(await tableOf(fails(new Error('one')), model({ state: 0, error: new Error('other') }))).toBe(lines(`
      Expected failing to do what its model does; it differs in what comes of \`go\`:

        client  at    command  payload  expected             got
      ✗ plain   0 ms  go                fails: Error: other  fails: Error: one
    `));
    expect(await tableOf(fails(new Error('one')), model({ state: 0 }))).toBe(lines(`
      Expected failing to do what its model does; it differs in what comes of \`go\`:

        client  at    command  payload  expected   got
      ✗ plain   0 ms  go                undefined  fails: Error: one
    `));
    expect(await tableOf(works, model({ state: 0, error: new Error('other') }))).toBe(lines(`
      Expected store to do what its model does; it differs in what comes of \`go\`:

        client  at    command  payload  expected             got
      ✗ plain   0 ms  go                fails: Error: other  undefined
    `));
  });

  it('finds a first state that is another', async () => {
    expect(await tableOf(counter.make, { ...counter.check, model: { ...counter.check.model, init: 1 } })).toBe(lines(`
      Expected counter to do what its model does; it differs in the first state:

        client  at    command  payload  expected  got
      ✗ start   0 ms                    state 1   state 0
    `));
  });

  it('finds a state that is lost at the end', async () => {
    const make = (options: StoreOptions) => {
      const store = counter.make(options);
      return forge(store, { snapshot: () => store.status().phase === 'closed' ? 0 : store.snapshot() });
    };
    expect(await tableOf(make, { ...counter.check, commands: { increment: fc.constant(2) } })).toBe(lines(`
      Expected counter to do what its model does; it differs in the state at the end:

        client  at    command    payload  expected  got
        plain   0 ms  increment  2        2         2
      ✗ end     0 ms                      state 2   state 0
    `));
  });

  it('finds answers that go with one of several steps each, but not with the same one', async () => {
    const make = (options: StoreOptions) => createStore({
      name: 'dice',
      state: () => new Map([['face', 0]]),
      commands: { roll: (dice) => dice.set('face', 1) },
      queries: { face: (dice) => dice.get('face'), back: (dice) => dice.get('face') === 1 ? 5 : 0 },
    }, options);
    const faces = [{ face: 1, back: 6 }, { face: 2, back: 5 }];
    const table = await tableOf(make, {
      commands: { roll: undefined, face: undefined, back: undefined },
      model: {
        init: { face: 0, back: 0 },
        step: (state, { type: command }) => command === 'roll' ? faces.map((face) => ({ state: face })) : { state, reply: state[command] },
      },
    });
    expect(table).toBe(lines(`
      Expected dice to do what its model does; it differs in the reply to \`back\`:

        client  at    command  payload  expected   got
        plain   0 ms  roll              undefined  undefined
        plain   0 ms  face              1          1
      ✗ plain   0 ms  back              6          5
    `));
  });

  it('finds a reply that comes before the result, and a later one that fails unseen', async () => {
    const early = (options: StoreOptions) => createStore({ name: 'early', state: 0, commands: { load: (n) => n } }, options);
    const modelEarly = { init: 0, step: (state: number) => ({ state, later: () => ({ state }) }) };
    expect(await tableOf(early, { commands: { load: undefined }, model: modelEarly })).toBe(lines(`
      Expected early to do what its model does; it differs in what comes of \`load\`:

        client  at    command  payload  expected  got
      ✗ plain   0 ms  load              later     undefined
    `));
    const late = (options: StoreOptions) => {
      const store = createStore({
        name: 'late',
        state: 0,
        commands: {
          ring: (n) => replyLater(n + 1, timer(1, options.scheduler).pipe(map(() => {
            if (n === 0 && store.snapshot() === 2) throw new Error('nobody in');
          }))),
        },
      }, options);
      return forge(store, { client: { tell: store.tell, ask: { ring: () => (store.tell.ring(), of(5)) } } });
    };
    const modelLate = { init: 0, step: (state: number) => ({ state: state + 1, reply: 5 }) };
    expect(await tableOf(late, { commands: { ring: undefined }, model: modelLate })).toContain('what comes of `ring`');
  });

  it('finds a shutdown that never ends, and one that fails', async () => {
    expect(await tableOf((options) => forge(counter.make(options), { shutdown: () => Promise.resolve() }), counter.check)).toBe(lines(`
      Expected counter to do what its model does; it differs in the shutdown, which never ends:

        client  at    command  payload  expected  got
      ✗ end     0 ms                    closed    open
    `));
    const fails = () => Promise.reject(new Error('no way out'));
    expect(await tableOf((options) => forge(counter.make(options), { shutdown: fails }), counter.check))
      .toBe('Expected the check to go through, it fails: Error: no way out');
  });

  it('finds what nobody waits for and never ends: a handler, and an effect', async () => {
    const make = (options: StoreOptions) => createStore({
      name: 'stuck',
      state: 0,
      commands: {
        hang: (): Promise<number> => new Promise(() => {}),
        load: (n) => effect(n + 1, { run: () => n === 0 ? of(0) : NEVER, done: (now) => now }),
      },
    }, options);
    const tells = (options: StoreOptions) => {
      const store = make(options);
      return forge(store, { client: { tell: store.tell, ask: { hang: () => (store.tell.hang(), of(0)), load: () => (store.tell.load(), of(0)) } } });
    };
    const model = {
      init: 0,
      step: (state: number, { type: command }: Message): ModelStep<number> =>
        command === 'load' ? { state: state + 1, reply: 0, later: (now) => ({ state: now, reply: 0 }) } : { state, reply: 0 },
    };
    expect(await tableOf(tells, { commands: { hang: undefined }, model })).toContain('the end of `hang`, which never comes');
    expect(await tableOf(tells, { commands: { load: undefined }, model }))
      .toMatch(/the end of `load`, which never comes:\n\n.*\n  plain .*\n✗ plain .*$/);
  });

  it('finds a handler that runs though its asker was told that it never would', async () => {
    const make = (options: StoreOptions) => forgedReplies(
      (given) => createStore({ name: 'slow', state: 0, commands: { next: (n) => timer(1, given.scheduler).pipe(map(() => n + 1)) } }, given), options,
      (given, store) => store.status().waiting === 0 ? given
        : throwError(() => new MailboxFullError({ store: 'slow', type: 'next', started: false }, 1)),
    );
    const table = await tableOf(make, {
      commands: { next: undefined },
      model: { init: 0, step: (n) => ({ state: n + 1 }) },
    });
    expect(table).toBe(lines(`
      Expected slow to do what its model does; it differs in \`next\`, which runs though its asker was told that it never would:

        client  at    command  payload  expected   got
        plain   0 ms  next              undefined  undefined
      ✗ plain   0 ms  next              not begun  MailboxFullError, not begun, and begun
    `));
  });

  it.each<[string, string, (reply: Reply<unknown>, scheduler: SchedulerLike) => Observable<unknown>]>([
    ['a reply that comes twice', `
      Expected counter to do what its model does; it differs in the reply to \`get\`, which comes twice:

        client  at    command  payload  expected  got
      ✗ plain   0 ms  get               0         0, then 'again'
    `, (given) => concat(given, of('again'))],
    ['an error behind a reply', `
      Expected counter to do what its model does; it differs in the reply to \`get\`, which comes twice:

        client  at    command  payload  expected  got
      ✗ plain   0 ms  get               0         0, then fails: Error: after all
    `, (given) => concat(given, throwError(() => new Error('after all')))],
    ['an end without a reply', `
      Expected counter to do what its model does; it differs in the reply to \`get\`:

        client  at    command  payload  expected  got
      ✗ plain   0 ms  get               0         an end without a value
    `, () => EMPTY],
    ['a reply that is lost', `
      Expected counter to do what its model does; it differs in the reply to \`get\`, which never comes:

        client  at    command  payload  expected  got
      ✗ plain   0 ms  get               0         nothing
    `, () => NEVER],
    ['an abort where there is no signal', `
      Expected counter to do what its model does; it differs in what comes of \`get\`:

        client  at    command  payload  expected  got
      ✗ plain   0 ms  get               0         AskAbortedError, begun
    `, () => throwError(() => new AskAbortedError({ store: 'counter', type: 'get', started: true }, 'why'))],
    ['a name that is not known', `
      Expected counter to do what its model does; it differs in what comes of \`get\`:

        client  at    command  payload  expected  got
      ✗ plain   0 ms  get               0         UnknownCommandError, begun
    `, () => throwError(() => new UnknownCommandError({ store: 'counter', type: 'get', started: true }, ['get']))],
    ['a reply that comes after its limit', `
      Expected counter to do what its model does; it differs in the reply to \`get\`, which comes too late:

        client       at    command  payload  expected    got
      ✗ aborts at 0  0 ms  get               0, by 0 ms  0, at 100 ms
    `, (given, scheduler) => given.pipe(delay(100, scheduler))],
    ['a timeout where there is none', `
      Expected counter to do what its model does; it differs in what comes of \`get\`:

        client  at    command  payload  expected  got
      ✗ plain   0 ms  get               0         AskTimeoutError, begun
    `, () => throwError(() => new AskTimeoutError({ store: 'counter', type: 'get', started: true }, 5))],
    ['an end of the store that is open', `
      Expected counter to do what its model does; it differs in what comes of \`get\`:

        client  at    command  payload  expected  got
      ✗ plain   0 ms  get               0         StoreClosedError, begun
    `, () => throwError(() => new StoreClosedError({ store: 'counter', type: 'get', started: true }))],
    ['an error that is wrong about its handler', `
      Expected counter to do what its model does; it differs in what the error of \`get\` says of its handler:

        client  at    command  payload  expected  got
      ✗ plain   0 ms  get               0, begun  StoreClosedError, not begun
    `, () => throwError(() => new StoreClosedError({ store: 'counter', type: 'get', started: false }))],
  ])('finds %s', async (_, expected, forged) => {
    const make = (options: StoreOptions) => forgedReplies(counter.make, options, (given) => forged(given, options.scheduler!));
    const table = await tableOf(make, { ...counter.check, commands: { get: undefined } });
    expect(table).toBe(lines(expected));
  });
});

describe('checkStore by its options', () => {
  const wrong: StoreCheck<DefinitionOf<typeof counter.make>, number> = {
    ...counter.check,
    model: {
      init: 0,
      step: (count, { type: command, payload }) => command === 'get' ? { state: count, reply: Math.min(count, 3) }
        : counter.check.model.step(count, { type: command, payload }),
    },
  };

  it('repeats a run by seed and path, down to the same table', async () => {
    const report = await reportOf(counter.make, wrong, { seed: 7 });
    const [, path] = /path: '([\d:]+)'/.exec(report)!;
    const again = await reportOf(counter.make, wrong, { seed: 7, path: path! });
    expect(again).toBe(report.replace(/Run \d+, shrunk \d+ times/, 'Run 1, shrunk 0 times'));
  });

  it('does the same for the same seed', async () => {
    expect(await reportOf(counter.make, wrong, { seed: 7 })).toBe(await reportOf(counter.make, wrong, { seed: 7 }));
  });

  it('tells what else goes wrong, with the error as the cause', async () => {
    const thrown = new Error('no store today');
    const failing = checkStore((): Store<DefinitionOf<typeof counter.make>> => { throw thrown; }, counter.check, { seed: 1 });
    await expect(failing).rejects.toThrow(/^Expected the check to go through, it fails: Error: no store today\n/);
    await expect(failing).rejects.toThrow(/\n\nRun 1, shrunk \d+ times\. Repeat it by the options \{ seed: 1, path: '[\d:]+' \}$/);
    await expect(failing).rejects.toMatchObject({ cause: thrown });
  });

  it('asks the model what the result of an effect does', async () => {
    const { make, check } = search('merge');
    const { init } = check.model;
    const model = { init, step: (state: typeof init) => ({ state: { ...state, searches: state.searches + 1 } }) };
    await expect(checkStore(make, { model, commands: { search: check.commands.search } })).rejects
      .toThrow(new TypeError('Expected the model to say by `later` what the result of `search` does, got a step without it'));
  });

  it.each<[string, unknown, unknown, unknown]>([
    ['Expected `make` to be a function, got undefined', undefined, counter.check, {}],
    ['Expected `model` to be an object with a function `step`, got undefined', counter.make, undefined, {}],
    ['Expected `model` to be an object with a function `step`, got {}', counter.make, { model: {} }, {}],
    ['Expected `commands` to be a table of arbitraries, got {}', counter.make, { ...counter.check, commands: {} }, {}],
    ['Expected `get` to be an arbitrary or undefined, got 5', counter.make, { ...counter.check, commands: { get: 5 } }, {}],
    ['Expected `runs` to be a positive integer, got 0', counter.make, counter.check, { runs: 0 }],
    ['Expected `length` to be a positive integer, got 1.5', counter.make, counter.check, { length: 1.5 }],
    ["Expected `gap` to be a positive integer, got '1'", counter.make, counter.check, { gap: '1' }],
    ['Expected `seed` to be an integer, got NaN', counter.make, counter.check, { seed: NaN }],
    ['Expected `options` to be an object, got null', counter.make, counter.check, null],
    ['Expected `path` to be as a report names it, got 5', counter.make, counter.check, { seed: 1, path: 5 }],
    ["Expected `path` to be as a report names it, got 'abc'", counter.make, counter.check, { seed: 1, path: 'abc' }],
    ['Expected `seed` to be given where there is a `path`, got undefined', counter.make, counter.check, { path: '0' }],
  ])('refuses what cannot be checked: %s', async (message, make, check, options) => {
    await expect(checkStore(make as never, check as never, options as never)).rejects.toThrow(new TypeError(message));
  });

  it('takes the names and payloads of the store only', () => {
    const { model } = counter.check;
    const typed = () => Promise.all([
      checkStore(counter.make, { model, commands: { increment: fc.nat(), get: undefined } }),
      // @ts-expect-error -- there is no such command.
      checkStore(counter.make, { model, commands: { decrement: undefined } }),
      // @ts-expect-error -- a number is wanted.
      checkStore(counter.make, { model, commands: { increment: fc.string() } }),
      // @ts-expect-error -- a payload is wanted.
      checkStore(account.make, { model: account.check.model, commands: { deposit: undefined } }),
    ]);
    expectTypeOf(typed).returns.toExtend<Promise<void[]>>();
  });

  it('needs fast-check, the others of ownstate/testing do not', async () => {
    vi.resetModules();
    vi.doMock('fast-check', () => { throw new Error('not installed'); });
    const testing = await import('ownstate/testing');
    expect(testing.marbles).toBeTypeOf('function');
    await expect(testing.checkStore(counter.make, counter.check)).rejects.toMatchObject({ cause: new Error('not installed') });
  });
});
