/** Simulation: one seed, one run; what is wrong in some order of things is found, shortened and repeated. */
import { createStore, effect, reply, replyLater, type Reply } from 'ownstate';
import { checkScenario, explainSimulation, shrinkSimulation, simulate, type Scenario, type Simulation, type SimulationResult } from 'ownstate/testing';
import { firstValueFrom, lastValueFrom, Subject, timer, toArray } from 'rxjs';
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

describe('what is wrong', () => {
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
