/** Simulation: one seed, one run; what is wrong in some order of things is found, shortened and repeated. */
import { createStore, effect, reply, replyLater, UnknownCommandError, type Reply } from 'ownstate';
import { checkScenario, explainSimulation, shrinkSimulation, simulate, type Scenario, type Simulation, type SimulationResult } from 'ownstate/testing';
import { firstValueFrom, lastValueFrom, Subject, timer, toArray, type Observable } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => vi.unstubAllGlobals());

const scenario = (setup: (sim: Simulation) => void): Scenario => ({ name: 'test', setup });
const run = (setup: (sim: Simulation) => void, seed = 1) => simulate(seed, scenario(setup));
const range = (n: number, from = 1) => Array.from({ length: n }, (_, i) => from + i);

/** Something of everything: all kinds of work, timers, timeouts, aborts, a shutdown. */
const mixed = scenario((sim) => {
  const store = sim.createStore({
    name: 'mixed',
    state: 0,
    commands: {
      now: (sum, by: number) => reply(sum + by, sum),
      beat: (sum) => sum + 1,
      promise: (sum, by: number) => sim.promise(() => reply(sum + by, sum)),
      observable: (sum, by: number) => sim.observable([sum, sum + by]),
      later: (sum, by: number) => replyLater(sum, sim.promise(by)),
      effect: (sum, by: number) => effect(sum, { run: () => sim.observable([by]), done: (now, more) => reply(now + more, now) }),
    },
    ticks: { beat: 10 },
  });
  const controller = new AbortController();
  const { ask } = store.with({ timeout: 30, signal: controller.signal });
  for (const name of ['anna', 'ben', 'cleo']) {
    sim.client(name, async (turn) => {
      for (let times = 1 + sim.int(3); times > 0; times--) {
        await turn();
        await sim.settled(name, ask[sim.pick(['now', 'promise', 'observable', 'later', 'effect'] as const)](1) as Reply<unknown>);
        if (sim.chance(0.5)) await sim.sleep(sim.int(10));
      }
    });
  }
  sim.step('abort', () => controller.abort());
  sim.step('shutdown', () => store.shutdown({ timeout: 20 }));
});

/** A balance that is read, and written later: not on ownstate, and it loses updates. */
const lostUpdate: Scenario = {
  name: 'lost update',
  setup: (sim) => {
    let balance = 0;
    for (const name of ['anna', 'ben', 'cleo']) {
      sim.client(name, async (turn) => {
        await turn();
        const read = balance;
        await sim.promise(undefined, `${name} reads`);
        balance = read + 1;
      });
    }
    sim.atEnd('no update is lost', () => balance === 3);
  },
};

/** The first seed for which it fails. */
async function firstFailure(failing: Scenario): Promise<SimulationResult> {
  for (let seed = 1; seed < 500; seed++) {
    const result = await simulate(seed, failing);
    if (result.failure !== undefined) return result;
  }
  throw new Error(`${failing.name} didn't fail`);
}

const messageOf = ({ failure }: SimulationResult) => failure && `${failure.what}: ${(failure.error as Error).message}`;

describe('a seed', () => {
  it('gives the same run each time, to the last line of the trace', async () => {
    for (const seed of [1, 2, 3, 2 ** 40]) {
      const [once, again] = [await simulate(seed, mixed), await simulate(seed, mixed)];
      expect(once.failure).toBeUndefined();
      expect(once.trace.length).toBeGreaterThan(10);
      expect(again).toEqual(once);
    }
  });

  it('gives this very run on every machine', async () => {
    const { trace } = await run((sim) => {
      const store = sim.createStore({
        name: 'counter',
        state: 0,
        commands: { add: (sum, by: number) => sim.promise(() => reply(sum + by, sum + by), 'adding') },
      });
      for (const by of [1, 10]) {
        sim.client(`client ${by}`, async (turn) => {
          await turn();
          await sim.settled(`client ${by}`, store.with({ timeout: 5 }).ask.add(by));
        });
      }
    }, 7);
    expect(trace).toMatchInlineSnapshot(`
      [
        "   #1      0 ms  client 10 (1 of 2)",
        "   #2      0 ms  client 10 (1 of 2)",
        "                 counter.add 1: received 10",
        "                 counter.add 1: started, seq 1",
        "   #3      5 ms  timer of counter (1 of 3)",
        "                 counter.add 1: failed AskTimeoutError: counter.add: no answer within 5 ms, waited 0 ms, ran 5 ms",
        "                 client 10 fails: AskTimeoutError: counter.add: no answer within 5 ms",
        "   #4      5 ms  adding: settles (1 of 2)",
        "                 counter.add 1: state 10",
        "   #5      5 ms  client 1",
        "   #6      5 ms  client 1",
        "                 counter.add 2: received 1",
        "                 counter.add 2: started, seq 2",
        "   #7      5 ms  adding: settles (1 of 2)",
        "                 counter.add 2: state 11",
        "                 counter.add 2: replied, waited 0 ms, ran 0 ms",
        "                 client 1 gets 11",
        "                 counter: draining",
        "                 counter: closed",
      ]
    `);
  });

  it('gives another run than other seeds', async () => {
    const traces = new Set<string>();
    for (const seed of range(40)) traces.add((await simulate(seed, mixed)).trace.join('\n'));
    expect(traces.size).toBeGreaterThan(35);
  });

  it('decides nothing by whether the trace is written down', async () => {
    for (const seed of range(20)) {
      const { trace, ...traced } = await simulate(seed, mixed);
      expect(await simulate(seed, mixed, { trace: false })).toEqual({ ...traced, trace: [] });
      expect(trace).not.toEqual([]);
    }
  });

  it('leads, among all seeds, to every order of what is ready', async () => {
    const orders = new Set<string>();
    for (const seed of range(200)) {
      await run((sim) => {
        let order = '';
        for (const what of ['a', 'b', 'c']) sim.step(what, () => { order += what; });
        sim.atEnd('order', () => orders.add(order));
      }, seed);
    }
    expect([...orders].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
  });

  it('needs no platform timer, clock or chance', async () => {
    const never = () => { throw new Error('used'); };
    vi.stubGlobal('setTimeout', never);
    vi.stubGlobal('setInterval', never);
    vi.spyOn(Date, 'now').mockImplementation(never);
    vi.spyOn(Math, 'random').mockImplementation(never);
    const result = await simulate(3, mixed);
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    expect(messageOf(result)).toBeUndefined();
    expect(result.trace).toEqual((await simulate(3, mixed)).trace);
  });

  it('gives the same run where the platform has no setImmediate', async () => {
    const wanted = await simulate(3, mixed);
    vi.stubGlobal('setImmediate', undefined);
    expect(await simulate(3, mixed)).toEqual(wanted);
  });
});

describe('choices', () => {
  it('repeat a run', async () => {
    const wanted = await simulate(11, mixed);
    expect(await simulate(11, mixed, { choices: wanted.choices })).toEqual(wanted);
    expect(await simulate(12, mixed, { choices: wanted.choices })).toEqual({ ...wanted, seed: 12 });
  });

  it('that end are followed by what has been ready longest', async () => {
    const order: string[] = [];
    const three = scenario((sim) => {
      order.length = 0;
      for (const what of ['a', 'b', 'c', 'd']) sim.step(what, () => order.push(what));
    });
    await simulate(1, three, { choices: [] });
    expect(order.join('')).toBe('abcd');
    await simulate(1, three, { choices: [2] });
    expect(order.join('')).toBe('cabd');
    // Beyond what is ready they begin again.
    await simulate(1, three, { choices: [5, 2] });
    expect(order.join('')).toBe('bdac');
  });
});

describe('work', () => {
  it('by a promise settles when it is chosen, with the value or what the function makes of it', async () => {
    const seen: unknown[] = [];
    await run((sim) => {
      const failure = new Error('failed');
      sim.client('anna', async () => {
        seen.push(await sim.promise(1), await sim.promise(() => 2));
        await sim.promise(() => { throw failure; }).catch((error: unknown) => seen.push(error === failure));
      });
    });
    expect(seen).toEqual([1, 2, true]);
  });

  it('by an Observable gives each value and its end in steps of their own, to each subscriber anew', async () => {
    const seen: unknown[] = [];
    const { trace } = await run((sim) => {
      const source = sim.observable([1, 2], { what: 'source' });
      sim.client('anna', async () => {
        seen.push(await firstValueFrom(source.pipe(toArray())), await firstValueFrom(source));
        await lastValueFrom(sim.observable([3], { error: 'failed' })).catch((error: unknown) => seen.push(error));
        seen.push(await firstValueFrom(sim.observable<number>([]).pipe(toArray())));
      });
    });
    expect(seen).toEqual([[1, 2], 1, 'failed', []]);
    expect(trace.filter((line) => line.includes('source')).map((line) => line.replace(/^.* ms {2}/, ''))).toEqual([
      'source: emits 1 of 2', 'source: emits 2 of 2', 'source: ends', 'source: emits 1 of 2',
    ]);
  });

  it('that never settles leaves no step behind once it is unsubscribed', async () => {
    const { steps } = await run((sim) => sim.observable([1]).subscribe().unsubscribe());
    expect(steps).toBe(0);
  });
});

describe('time', () => {
  it('moves only from timer to timer, in the order in which they are due', async () => {
    const rang: number[] = [];
    for (const seed of range(20)) {
      rang.length = 0;
      await run((sim) => {
        for (const ms of [30, 10, 20, 10]) timer(ms, sim.scheduler).subscribe(() => rang.push(ms, sim.scheduler.now()));
      }, seed);
      expect(rang).toEqual([10, 10, 10, 10, 20, 20, 30, 30]);
    }
  });

  it('makes timers that are due at once ring in any order', async () => {
    const orders = new Set<string>();
    for (const seed of range(40)) {
      await run((sim) => {
        let order = '';
        for (const what of ['a', 'b']) sim.scheduler.schedule(() => { order += what; }, 5);
        sim.atEnd('order', () => orders.add(order));
      }, seed);
    }
    expect([...orders].sort()).toEqual(['ab', 'ba']);
  });

  it('passes before what is ready is done, in some runs, and after it in others', async () => {
    const orders = new Set<string>();
    for (const seed of range(200)) {
      await run((sim) => {
        let order = '';
        sim.step('step', () => { order += 's'; });
        sim.scheduler.schedule(() => { order += 't'; }, 60_000);
        sim.atEnd('order', () => orders.add(order));
      }, seed);
    }
    expect([...orders].sort()).toEqual(['st', 'ts']);
  });

  it('that stalls makes timers late', async () => {
    const rang: number[] = [];
    await run((sim) => {
      sim.client('anna', async () => {
        const slept = sim.sleep(10);
        sim.stall(25);
        await slept;
        rang.push(sim.scheduler.now());
      });
    });
    expect(rang).toEqual([25]);
  });

  it('is that of the stores, whatever scheduler they were given', async () => {
    const result = await run((sim) => {
      const store = sim.createStore({ state: 0, commands: { hang: (sum) => new Promise<number>(() => sum) } }, { scheduler: { now: () => NaN, schedule: () => { throw new Error('used'); } } });
      sim.client('anna', async () => {
        const { status } = await sim.settled('hang', store.ask.hang());
        sim.note(`${status} at ${sim.scheduler.now()} ms`);
      });
    });
    expect(messageOf(result)).toBeUndefined();
    expect(result.trace.some((line) => line.includes('rejected at 30000 ms'))).toBe(true);
  });

  it('is not kept going by the ticks of a store', async () => {
    const { failure, steps } = await run((sim) => {
      sim.createStore({ state: 0, commands: { tick: (n) => n + 1 }, ticks: { tick: 1 } });
    });
    expect({ failure, steps }).toEqual({ failure: undefined, steps: 0 });
  });
});

describe('a run fails', () => {
  it.each<[string, (sim: Simulation) => void, string]>([
    ['by a check that gives false', (sim) => sim.always('small', () => false), 'small: Expected `small` to hold, got false'],
    ['by a check that throws', (sim) => sim.atEnd('small', () => { throw new Error('large'); }), 'small: large'],
    ['by a client that rejects', (sim) => sim.client('anna', async () => { throw new Error('no'); }), 'client anna: no'],
    ['by a step that throws', (sim) => sim.step('jump', () => { throw new Error('no'); }), 'jump: no'],
    ['by a step whose promise rejects in the end', (sim) => sim.step('jump', async () => {
      await sim.promise(undefined);
      throw new Error('no');
    }), 'jump: no'],
    ['by a step whose promise never settles', (sim) => sim.step('jump', () => new Promise(() => {})), 'jump: Expected it to come to an end, got nothing left to happen: jump still waits'],
    ['by a step whose reply fails', (sim) => {
      const store = sim.createStore({ state: 0, commands: { add: () => { throw new Error('no'); } } });
      sim.step('jump', () => store.ask.add());
    }, 'jump: no'],
    ['by a step whose thenable throws', (sim) => sim.step('jump', () => ({ then: () => { throw new Error('no'); } })), 'jump: no'],
    ['by what never ends after a step', (sim) => {
      sim.step('jump', () => {});
      sim.afterStep(1, 'landing', () => new Promise(() => {}));
    }, 'landing: Expected it to come to an end, got nothing left to happen: landing still waits'],
    ['by what never ends while the stores are shut down', (sim) => {
      const store = sim.createStore({ state: 0, commands: { add: (n) => n } });
      void store.closed.then(() => sim.client('anna', () => new Promise(() => {})));
    }, 'client anna: Expected it to come to an end, got nothing left to happen: client anna still waits'],
    ['by a check that gives a promise', (sim) => sim.always('small', async () => false), 'small: Expected `small` to be synchronous, got a promise'],
    ['by a check that gives a promise which rejects', (sim) => sim.always('small', async () => { throw new Error('no'); }), 'small: Expected `small` to be synchronous, got a promise'],
    ['by a check at the end that gives a reply', (sim) => {
      const store = sim.createStore({ state: 0, commands: { add: (n) => n }, queries: { get: (n) => n } });
      sim.atEnd('small', () => store.ask.get());
    }, 'small: Expected `small` to be synchronous, got a promise'],
    ['by a setup that gives a thenable', (() => ({ then: () => undefined })), 'setup: Expected `setup` to be synchronous, got a promise'],
    ['by a setup that goes on and rejects', (async () => { throw new Error('no'); }), 'setup: Expected `setup` to be synchronous, got a promise'],
    ['by a step whose promise rejects', (sim) => sim.step('jump', async () => { throw new Error('no'); }), 'jump: no'],
    ['by what happens after a step', (sim) => {
      sim.step('jump', () => {});
      sim.afterStep(1, 'landing', () => { throw new Error('no'); });
    }, 'landing: no'],
    ['by a timer that throws', (sim) => void sim.scheduler.schedule(() => { throw new Error('no'); }, 5), 'timer of sim: no'],
    ['by a setup that throws', () => { throw new Error('no'); }, 'setup: no'],
    ['by a setup that goes on', (async () => {}), 'setup: Expected `setup` to be synchronous, got a promise'],
    ['by a client that waits for ever', (sim) => {
      sim.client('anna', () => new Promise(() => {}));
      sim.client('ben', () => new Promise(() => {}));
    }, 'client anna: Expected it to come to an end, got nothing left to happen: client anna still waits, and 1 more'],
    ['by a reply that never comes', (sim) => void sim.settled('x', new Subject()), 'reply to x: Expected it to come to an end, got nothing left to happen: reply to x still waits'],
    ['by a store that does not close', (sim) => void sim.watch({
      status: () => ({ name: 'stuck', phase: 'draining', waiting: 1, running: 0, handled: 0, failed: 0, dropped: 0, timedOut: 0, highWater: 1, effects: 0, replies: 0 }),
      shutdown: async () => {},
    }), 'the end: Expected nothing to be left open, got stuck: draining, 1 command waiting'],
    ['by a store that cannot be shut down', (sim) => {
      const store = sim.watch(createStore({ state: 0, commands: { add: (n) => n } }, { scheduler: sim.scheduler }));
      store.shutdown = async () => { throw new Error('no'); };
    }, 'shutdown: no'],
    ['by a number to draw from nothing', (sim) => void sim.int(0), 'setup: Expected `n` to be a positive integer, got 0'],
    ['by a stall that runs back', (sim) => sim.stall(-50), 'setup: Expected `ms` to be a finite number from 0 on, got -50'],
    ['by a stall that is no number', (sim) => sim.stall(NaN), 'setup: Expected `ms` to be a finite number from 0 on, got NaN'],
    ['by a stall without end', (sim) => sim.stall(Infinity), 'setup: Expected `ms` to be a finite number from 0 on, got Infinity'],
    ['by a sleep that is no number', (sim) => sim.sleep(NaN), 'setup: Expected `ms` to be a number from 0 on, got NaN'],
    ['by a sleep that runs back', (sim) => sim.sleep(-1), 'setup: Expected `ms` to be a number from 0 on, got -1'],
    ['by a sleep without end', (sim) => sim.client('anna', () => sim.sleep(Infinity)), 'client anna: Expected it to come to an end, got nothing left to happen: client anna still waits'],
    ...[2, -1, NaN, 'x'].map((p): [string, (sim: Simulation) => void, string] => [
      `by a probability of ${p}`, (sim) => void sim.chance(p as number), `setup: Expected \`probability\` to be a number from 0 to 1, got ${p === 'x' ? "'x'" : p}`,
    ]),
    ['by a place for a step that is none', (sim) => sim.afterStep(NaN, 'x', () => {}), 'setup: Expected `n` to be an integer from 0 on, got NaN'],
    ['by a step before the first', (sim) => sim.afterStep(-1, 'x', () => {}), 'setup: Expected `n` to be an integer from 0 on, got -1'],
    ['by nothing to do after a step', (sim) => sim.afterStep(1, 'x', undefined as never), 'setup: Expected `work` to be a function, got undefined'],
    ['by a step with nothing to do', (sim) => sim.step('x', 5 as never), 'setup: Expected `work` to be a function, got 5'],
    ['by a client with nothing to do', (sim) => sim.client('x', undefined as never), 'setup: Expected `run` to be a function, got undefined'],
    ['by nothing to check', (sim) => sim.always('x', undefined as never), 'setup: Expected `check` to be a function, got undefined'],
    ['by nothing to check at the end', (sim) => sim.atEnd('x', null as never), 'setup: Expected `check` to be a function, got null'],
    ['by what is no reply', (sim) => void sim.settled('x', 5 as never), 'setup: Expected `reply` to be a reply or another Observable, got 5'],
    ['by a store without a definition', (sim) => void sim.createStore(null as never), 'setup: Expected `definition` to be an object, got null'],
    ['by a store whose signal is none', (sim) => void sim.createStore({ state: 0, commands: { add: (n) => n } }, { signal: 5 as never }), 'setup: Expected `signal` to be an AbortSignal, got 5'],
    ['by a store with a handler that is none', (sim) => void sim.createStore({ state: 0, commands: { add: 5 as never } }), 'setup: Expected `add` to be a function, got 5'],
    ['by a list that holds nothing to pick', (sim) => void sim.pick([]), 'setup: Expected `among` to hold something to pick, got []'],
  ])('%s', async (_how, setup, message) => {
    expect(messageOf(await run(setup))).toBe(message);
  });

  it('where it goes on and on', async () => {
    const endless = scenario((sim) => {
      const again = () => sim.step('again', again);
      again();
    });
    const result = await simulate(1, endless, { maxSteps: 25 });
    expect(result.steps).toBe(25);
    expect(messageOf(result)).toBe('the end: Expected the run to end within 25 steps (`maxSteps`), got more to do');
  });

  it('at the step that broke it, and does nothing more', async () => {
    let done = 0;
    const { failure, steps, trace } = await run((sim) => {
      for (let n = 0; n < 5; n++) sim.step('step', () => done++);
      sim.always('fewer than three', () => done < 3);
    });
    expect({ step: failure?.step, steps, done }).toEqual({ step: 3, steps: 3, done: 3 });
    expect(trace.at(-1)).toContain('FAILED fewer than three: Error: Expected `fewer than three` to hold, got false');
  });

  it('never by what was done right after its last step', async () => {
    const done: number[] = [];
    const { failure } = await run((sim) => {
      sim.step('step', () => {});
      for (const n of [0, 1, 2]) sim.afterStep(n, `after ${n}`, () => done.push(n, sim.steps()));
    });
    expect(failure).toBeUndefined();
    expect(done).toEqual([0, 0, 1, 1]);
  });
});

describe('an error that nobody watches', () => {
  const failing = (sim: Simulation) => sim.createStore({
    name: 'failing',
    state: 0,
    commands: {
      add: () => { throw new TypeError('a bug'); },
      slow: () => sim.promise(() => { throw new TypeError('late'); }, 'slow'),
      hang: () => new Promise<number>(() => undefined),
      full: (n: number) => sim.promise(n),
      work: (n) => effect(n, { policy: 'exhaust', run: () => sim.promise(1), done: (now) => now }),
    },
    queries: { get: () => { throw new TypeError('a bug'); } },
  }, { mailbox: { capacity: 1 }, timeout: 20 });

  it.each<[string, (sim: Simulation) => void, string]>([
    ['of a tell', (sim) => {
      const store = failing(sim);
      sim.step('tell', () => store.tell.add());
    }, 'errors$ of failing.add: a bug'],
    ['of a tick', (sim) => {
      sim.createStore({ name: 'clock', state: 0, commands: { tick: () => { throw new TypeError('a bug'); } }, ticks: { tick: 5 } });
      sim.client('anna', () => sim.sleep(20));
    }, 'errors$ of clock.tick: a bug'],
    ['of an ask that nobody observes', (sim) => void failing(sim).ask.add(), 'errors$ of failing.add: a bug'],
    ['of a query that nobody observes', (sim) => void failing(sim).ask.get(), 'errors$ of failing.get: a bug'],
    ['of an ask that nobody observes and that times out', (sim) => void failing(sim).with({ timeout: 5 }).ask.hang(), 'errors$ of failing.hang: failing.hang: no answer within 5 ms'],
    ['of a source of commands', (sim) => failing(sim).commands$.error(new Error('dry')), 'errors$ of failing: dry'],
    ['of a command that is unknown', (sim) => failing(sim).commands$.next({ type: 'nothing' } as never), 'errors$ of failing.nothing: failing.nothing: expected one of add, slow, hang, full, work, got nothing'],
    ['of another store\'s making', (sim) => {
      const other = sim.createStore({ name: 'other', state: 0, commands: { wait: () => new Promise<number>(() => undefined) } });
      const store = sim.createStore({ name: 'asking', state: 0, commands: { ask: async (n, _: void, { via }) => (await via(other).ask.wait(), n) } });
      sim.step('ask', () => store.tell.ask());
      sim.afterStep(1, 'the end of the other', () => other.shutdown({ timeout: 5 }));
    }, 'errors$ of asking.ask: other.wait: the store is closed'],
    ['any longer', (sim) => {
      const store = failing(sim);
      store.errors$.subscribe().unsubscribe();
      store.tell.add();
    }, 'errors$ of failing.add: a bug'],
  ])('%s breaks the run', async (_whose, setup, message) => {
    for (const seed of range(3)) expect(messageOf(await run(setup, seed))).toBe(message);
  });

  it.each<[string, (store: ReturnType<typeof failing>) => Observable<unknown>]>([
    ['the store', (store) => store.errors$],
    ['its client', (store) => store.client.errors$],
    ['a client with limits', (store) => store.with({ timeout: 1 }).errors$],
    ['a client of a client', (store) => store.client.with({ timeout: 1 }).with({ timeout: 2 }).errors$],
  ])('breaks none where it is watched by %s', async (_who, errorsOf) => {
    const seen: unknown[] = [];
    const result = await run((sim) => {
      const store = failing(sim);
      errorsOf(store).subscribe((event) => seen.push(event));
      sim.step('tell', () => store.tell.add());
    });
    expect(messageOf(result)).toBeUndefined();
    expect(seen).toMatchObject([{ store: 'failing', type: 'add', error: { message: 'a bug' } }]);
    expect(result.trace.filter((line) => line.includes('errors$'))).toHaveLength(1);
  });

  it.each<[string, string, (sim: Simulation, store: ReturnType<typeof failing>) => void]>([
    ['closed', 'StoreClosedError', (_sim, store) => {
      store.tell.full();
      void store.shutdown();
      store.tell.add();
    }],
    ['dropped', 'MailboxFullError', (_sim, store) => {
      for (let n = 0; n < 3; n++) store.tell.full();
    }],
    ['busy', 'BusyError', (_sim, store) => {
      store.tell.work();
      store.tell.work();
    }],
    ['late', 'TypeError: late', (sim, store) => {
      sim.client('anna', () => sim.settled('slow', store.with({ timeout: 1 }).ask.slow()));
      // It's busy for so long that the ask times out first.
      sim.client('ben', () => sim.sleep(1));
    }],
  ])('breaks none where a command was %s', async (_why, error, act) => {
    let seen = false;
    for (const seed of range(30)) {
      const result = await run((sim) => act(sim, failing(sim)), seed);
      expect(messageOf(result)).toBeUndefined();
      seen ||= result.trace.some((line) => line.includes(`errors$ ${error}`));
    }
    expect(seen).toBe(true);
  });
});

describe('a store that goes on without end within one step', () => {
  const again = 'Expected `going` to call at most 100000 handlers before a step is over, got one more';
  const going = (sim: Simulation, signal?: AbortSignal) => sim.createStore({
    name: 'going',
    state: 0,
    commands: {
      go: (n, _: void, { tell }) => {
        tell('go');
        return n + 1;
      },
      goLater: async (n, _: void, { tell }) => {
        tell('goLater');
        return n + 1;
      },
      add: (n) => n + 1,
    },
    queries: { get: (n) => n },
  }, signal === undefined ? {} : { signal });

  it.each<[string, (sim: Simulation) => void, string]>([
    ['by a handler that tells itself', (sim) => {
      const store = going(sim);
      sim.step('go', () => store.tell.go());
    }, 'go'],
    ['by a handler that tells itself and takes time', (sim) => {
      const store = going(sim, new AbortController().signal);
      sim.step('go', () => store.tell.goLater());
    }, 'goLater'],
    ['by a client that asks until something comes', (sim) => {
      const store = going(sim);
      sim.client('anna', async () => { while (await store.ask.get() < 1); });
    }, 'get'],
    ['by a client that asks whatever comes', (sim) => {
      const store = going(sim);
      sim.client('anna', async () => { for (;;) await sim.settled('get', store.ask.get()); });
    }, 'get'],
  ])('%s is ended, and the run fails', async (_how, setup, command) => {
    const { failure, steps } = await simulate(1, scenario(setup), { trace: false });
    expect({ steps, what: failure?.what, message: (failure?.error as Error).message })
      .toEqual({ steps: 1, what: `going.${command}`, message: `${again}, \`${command}\`` });
  }, 20_000);

  it('is none where steps lie between', async () => {
    const { failure, steps } = await simulate(1, scenario((sim) => {
      const store = going(sim);
      sim.client('anna', async (turn) => {
        for (let times = 0; times < 4; times++) {
          await turn();
          for (let n = 0; n < 30_000; n++) store.tell.add();
        }
      });
      sim.atEnd('all is counted', () => store.snapshot() === 120_000);
    }), { trace: false });
    expect({ failure, steps }).toEqual({ failure: undefined, steps: 5 });
  }, 20_000);

  it('is counted without a change to what the store does', async () => {
    const controller = new AbortController();
    const table = { add: (n: number, by = 1) => reply(n + by, n), boom: () => { throw new Error('boom'); } };
    // A cast: `Object.create` has no type of its own.
    const commands = Object.create({ toString: table.add }, Object.getOwnPropertyDescriptors(table)) as typeof table;
    const definition = Object.create({ name: 'inherited', view: (n: number) => [n] }, { state: { value: 5 }, commands: { value: commands } }) as
      { name: string; state: number; commands: typeof table; view: (n: number) => number[] };
    const result = await run((sim) => {
      const store = sim.createStore(definition, { signal: controller.signal });
      sim.client('anna', async () => {
        expect([store.name, await store.ask.add(), await store.ask.add(10), store.snapshot()]).toEqual(['inherited', 5, 6, [16]]);
        await expect(store.ask.boom()).rejects.toThrow('boom');
        await expect(store.send({ type: 'toString' } as never)).rejects.toThrow(UnknownCommandError);
        controller.abort();
        expect(store.status().phase).toBe('closed');
      });
    });
    expect(messageOf(result)).toBeUndefined();
  });
});

describe('what is wrong', () => {
  /** Fails by the first name in one order of 24, by the second in one of 4. */
  const orders = (names: readonly [string, string]) => scenario((sim) => {
    let order = '';
    for (const step of ['a', 'b', 'c', 'd']) sim.step(step, () => { order += step; });
    sim.always(names[0], () => order !== 'dcba');
    sim.always(names[1], () => !order.startsWith('b'));
  });

  it('in a store that loses updates is found, and shortened to one who reads before another has written', async () => {
    const failed = await firstFailure(lostUpdate);
    const shortest = await shrinkSimulation(failed, lostUpdate);
    expect(messageOf(shortest)).toBe('no update is lost: Expected `no update is lost` to hold, got false');
    expect(shortest.steps).toBe(9);
    // Plain order takes all clients in turn, so that it needs no choice at all.
    expect(shortest.choices).toEqual([]);
    expect(await simulate(failed.seed, lostUpdate, { choices: shortest.choices })).toMatchObject({ steps: 9, trace: shortest.trace });
  });

  it('in a store that is right is nowhere', async () => {
    await checkScenario({
      name: 'counting',
      setup: (sim) => {
        const store = sim.createStore({ state: 0, commands: { add: (sum, by: number) => sim.promise(() => sum + by) } }, { timeout: Infinity });
        for (const name of ['anna', 'ben', 'cleo']) {
          sim.client(name, async (turn) => {
            await turn();
            await store.ask.add(1);
          });
        }
        sim.atEnd('no update is lost', () => store.snapshot() === 3);
      },
    }, { seeds: 100 });
  });

  it('in the scenario itself is found too, with the steps that lead there and no others', async () => {
    const wrong: Scenario = {
      name: 'wrong',
      setup: (sim) => {
        const store = sim.createStore({ name: 'sum', state: 0, commands: { add: (sum, by: number) => sum + by } });
        for (const by of [1, 2, 4, 8]) sim.step(`add ${by}`, () => store.tell.add(by));
        sim.always('the sum is never 8', () => store.snapshot() !== 8);
      },
    };
    const failed = await firstFailure(wrong);
    const shortest = await shrinkSimulation(failed, wrong);
    expect(shortest.choices).toEqual([3]);
    expect(shortest.trace.map((line) => line.trim())).toEqual([
      '#1      0 ms  add 8 (1 of 4)',
      'sum.add 1: received 8',
      'sum.add 1: started, seq 1',
      'sum.add 1: state 8',
      'sum.add 1: replied, waited 0 ms, ran 0 ms',
      'FAILED the sum is never 8: Error: Expected `the sum is never 8` to hold, got false',
    ]);
    expect((await simulate(0, wrong, { choices: [3] })).trace).toEqual(shortest.trace);
    expect((await simulate(failed.seed, wrong)).trace).toEqual(failed.trace);
  });

  it('and needs several choices in a row is shortened to those', async () => {
    const wrong = scenario((sim) => {
      let order = '';
      for (const name of ['a', 'b', 'c', 'd']) {
        sim.client(name, async (turn) => {
          for (let times = 0; times < 3; times++) {
            await turn();
            order += name;
          }
        });
      }
      sim.always('d is never first', () => !order.startsWith('d'));
    });
    const failed = await firstFailure(wrong);
    const { choices, steps } = await shrinkSimulation(failed, wrong);
    // d begins, and goes on before any other does.
    expect(steps).toBeLessThanOrEqual(5);
    expect(choices.length).toBeLessThanOrEqual(failed.choices.length);
    expect(messageOf(await simulate(0, wrong, { choices }))).toBe('d is never first: Expected `d is never first` to hold, got false');
  });

  it('by a number that was drawn is found with the smallest one', async () => {
    const wrong = scenario((sim) => {
      const n = sim.int(1000);
      sim.atEnd('n is below 100', () => n < 100);
    });
    expect((await shrinkSimulation(await firstFailure(wrong), wrong)).choices).toEqual([100]);
  });

  it('late in a long run is found by few runs, with all else in plain order', async () => {
    let runs = 0;
    const late = (length: number) => scenario((sim) => {
      runs++;
      sim.client('anna', async (turn) => {
        for (let n = 1; n <= length + 30; n++) {
          await turn();
          if (sim.int(5) > 1 && n > length) throw new Error('late');
        }
      });
    });
    const failed = await firstFailure(late(300));
    runs = 0;
    const { choices } = await shrinkSimulation(failed, late(300), { maxRuns: 100 });
    expect(choices.length).toBeLessThanOrEqual(failed.choices.length);
    expect(choices.filter((choice) => choice > 0)).toEqual([2]);
    expect(runs).toBe(101);
  });

  it('is shortened to what fails in the same way, numbers in its name aside', async () => {
    for (const [names, choices] of [[['grave', 'slight'], [3, 2, 1]], [['client 1', 'client 22'], [1]]] as const) {
      const wrong = orders(names);
      const failed = await simulate(1, wrong, { choices: [3, 2, 1] });
      const shortest = await shrinkSimulation(failed, wrong);
      expect(shortest.choices).toEqual(choices);
      expect(shortest.failure?.what).toBe(names[choices.length === 3 ? 0 : 1]);
    }
  });

  it('in another way in the shortest run is told under both names', async () => {
    const wrong = orders(['rule 1', 'rule 2']);
    let seed = 0;
    while ((await simulate(++seed, wrong)).failure?.what !== 'rule 1');
    const failure = await checkScenario(wrong, { from: seed, seeds: 1 }).catch((error: unknown) => error as Error) as Error;
    expect(failure.message.split('\n').slice(0, 3)).toEqual([
      `test, seed ${seed}: rule 1 failed: Error: Expected \`rule 1\` to hold, got false; the shortest run fails by rule 2`,
      `test, seed ${seed}: rule 2 failed after 1 step: Error: Expected \`rule 2\` to hold, got false`,
      'choices: [1]',
    ]);
    expect((failure.cause as Error).message).toBe('Expected `rule 2` to hold, got false');
  });

  it('and not repeated, since its chance is not drawn from the seed, is told so', async () => {
    let runs = 0;
    const unsteady = scenario((sim) => sim.step('step', () => { if (runs++ === 0) throw new Error('once'); }));
    const failure = await checkScenario(unsteady).catch((error: unknown) => error as Error) as Error;
    expect(failure.message.split('\n')[0]).toBe('test, seed 1: step failed: Error: once; its choices, repeated, lead to no failure');
    expect(failure.cause).toEqual(new Error('once'));
  });

  it('after many steps is explained by the first lines of the trace and the last', async () => {
    const result = await run((sim) => {
      for (let n = 1; n <= 130; n++) sim.note(`line ${n}`);
      sim.step('step', () => { throw new Error('no'); });
    });
    const lines = explainSimulation(result).split('\n').slice(2).map((line) => line.trim());
    expect(lines.slice(0, 22)).toEqual([...range(20).map((n) => `line ${n}`), '… 12 lines …', 'line 33']);
    expect(lines).toHaveLength(121);
    expect(lines.at(-1)).toBe('FAILED step: Error: no');
    expect(result.trace).toHaveLength(132);
  });

  it('is told by checkScenario: the seed, what failed, the choices and the trace', async () => {
    const { seed } = await firstFailure(lostUpdate);
    const failure: unknown = await checkScenario(lostUpdate, { from: seed, seeds: 5 }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    const lines = (failure as Error).message.split('\n');
    expect(lines.slice(0, 2)).toEqual([`lost update, seed ${seed}: no update is lost failed after 9 steps: Error: Expected \`no update is lost\` to hold, got false`, 'choices: []']);
    expect(lines.at(-1)).toContain('FAILED');
    expect((failure as Error).cause).toBeInstanceOf(Error);
  });

  it('is explained in a line where nothing is', async () => {
    const result = await run((sim) => sim.step('step', () => {}));
    expect(explainSimulation(result)).toBe('test, seed 1: held in 1 step\nchoices: []\n   #1      0 ms  step');
  });

  it('takes no more runs to shorten than are allowed', async () => {
    let runs = 0;
    const counted: Scenario = { ...lostUpdate, setup: (sim) => {
      runs++;
      lostUpdate.setup(sim);
    } };
    const failed = await firstFailure(counted);
    runs = 0;
    await shrinkSimulation(failed, counted, { maxRuns: 1 });
    expect(runs).toBe(2);
  });
});

describe('refused is', () => {
  const fine = scenario(() => {});
  it.each<[string, () => Promise<unknown>, string]>([
    ['a seed that is negative', () => simulate(-1, fine), 'Expected `seed` to be an integer from 0 on, got -1'],
    ['a seed with a fraction', () => simulate(1.5, fine), 'Expected `seed` to be an integer from 0 on, got 1.5'],
    ['a seed beyond 2^53', () => simulate(2 ** 53, fine), 'Expected `seed` to be an integer from 0 on, got 9007199254740992'],
    ['no scenario', () => simulate(1, null as never), 'Expected `scenario` to be an object with a `name` and a `setup`, got null'],
    ['a scenario without a setup', () => checkScenario({ name: 'x' } as never), "Expected `scenario` to be an object with a `name` and a `setup`, got { name: 'x' }"],
    ['no steps', () => simulate(1, fine, { maxSteps: 0 }), 'Expected `maxSteps` to be an integer from 1 on, got 0'],
    ['a choice that is negative', () => simulate(1, fine, { choices: [0, -1] }), 'Expected `choices` to be an integer from 0 on, got -1'],
    ['choices that are no list', () => simulate(1, fine, { choices: 5 as never }), 'Expected `choices` to be a list of integers, got 5'],
    ['choices in a string', () => simulate(1, fine, { choices: '12' as never }), "Expected `choices` to be a list of integers, got '12'"],
    ['a choice that is left out', () => simulate(1, fine, { choices: new Array<number>(1) }), 'Expected `choices` to be an integer from 0 on, got undefined'],
    ['options that are none', () => simulate(1, fine, null as never), 'Expected `options` to be an object, got null'],
    ['options of a check that are none', () => checkScenario(fine, null as never), 'Expected `options` to be an object, got null'],
    ['options to shorten by that are none', () => shrinkSimulation({} as never, fine, null as never), 'Expected `options` to be an object, got null'],
    ['no run to shorten', () => shrinkSimulation(null as never, fine), 'Expected `failed` to be an object, got null'],
    ['more seeds than there are', () => checkScenario(fine, { from: Number.MAX_SAFE_INTEGER - 1, seeds: 3 }), 'Expected `seeds` to be at most 2 from seed 9007199254740990 on, got 3'],
    ['a check that may not shorten', () => checkScenario(fine, { maxRuns: 0 }), 'Expected `maxRuns` to be an integer from 1 on, got 0'],
    ['no seeds', () => checkScenario(fine, { seeds: 0 }), 'Expected `seeds` to be an integer from 1 on, got 0'],
    ['a first seed that is none', () => checkScenario(fine, { from: NaN }), 'Expected `from` to be an integer from 0 on, got NaN'],
    ['no run to shorten with', async () => shrinkSimulation(await simulate(1, scenario(() => { throw new Error('no'); })), fine, { maxRuns: 0 }), 'Expected `maxRuns` to be an integer from 1 on, got 0'],
    ['a run to shorten that held', async () => shrinkSimulation(await simulate(1, fine), fine), 'Expected `failed` to be a run that failed, got one without a failure'],
  ])('%s', async (_what, call, message) => {
    const error: unknown = await call().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toBe(message);
  });
});
