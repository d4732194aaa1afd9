/** The core under the scenarios, for some thousand seeds; `npm run simulate` runs as many as one likes. */
import { checkScenario, simulate, type Scenario } from 'ownstate/testing';
import { describe, expect, it } from 'vitest';
import { scenarios } from './scenarios/index.js';
import { lanes } from './scenarios/rings.js';
import { ends, shutdownAt } from './scenarios/shutdown.js';

/** For each scenario; 2,000 in all at the least. */
const SEEDS = 160;

/** What has to come up in the traces of a scenario: without it, its checks would check nothing. */
const STORY: Readonly<Record<string, readonly string[]>> = {
  bank: ['transfer', 'post', 'carry', 'RangeError', 'DeadlockError', 'AskTimeoutError', 'timer'],
  rings: ['DeadlockError', 'stop 0 → stop 1 → stop 0', 'gets ['],
  'flood reject': ['dropped', 'AskTimeoutError', 'AskAbortedError', 'gets 1'],
  'flood drop-oldest': ['dropped', 'AskTimeoutError', 'AskAbortedError', 'gets 1'],
  'effects concat': ['the work failed', 'AskTimeoutError', 'AskAbortedError', 'MailboxFullError'],
  'effects merge': ['the work failed', 'AskTimeoutError', 'AskAbortedError', 'MailboxFullError'],
  'effects switch': ['SupersededError', 'the work failed', 'AskTimeoutError', 'AskAbortedError'],
  'effects exhaust': ['BusyError', 'the work failed', 'AskTimeoutError', 'AskAbortedError'],
  shutdown: ['StoreClosedError', ...ends.map((end) => `the end: ${end}`)],
  'failures keep': ['fails: Error: failed', 'fails: undefined', 'errors$', 'get fails'],
  'failures reset': ['fails: Error: failed', 'fails: undefined', 'errors$', 'get fails'],
  'failures stop': ['fails: Error: failed', 'StoreClosedError'],
  timers: ['tick', 'ring', 'clear', 'AskTimeoutError'],
};

describe('the core holds, whatever order things happen in:', () => {
  it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (_name, scenario) => {
    await checkScenario(scenario, { seeds: SEEDS });
  }, 30_000);

  it('rings that close through the lanes of effects', async () => {
    await checkScenario(lanes, { seeds: SEEDS });
  }, 30_000);

  it('in 2,000 runs and more', () => {
    expect(scenarios.length * SEEDS).toBeGreaterThanOrEqual(2000);
  });
});

describe('a store holds that ends', () => {
  it.each(ends)('by %s after any step', async (end) => {
    for (let step = 0; step <= 40; step++) await checkScenario(shutdownAt(step, end), { from: step, seeds: 2 });
  }, 30_000);
});

describe('what the checks are there for comes up:', () => {
  it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (name, scenario) => {
    const missing = new Set(STORY[name]);
    expect(missing.size).toBeGreaterThan(0);
    for (let seed = 1; seed <= 100 && missing.size > 0; seed++) {
      const { trace } = await simulate(seed, scenario);
      const text = trace.join('\n');
      for (const part of missing) if (text.includes(part)) missing.delete(part);
    }
    expect([...missing]).toEqual([]);
  }, 30_000);

  it('each scenario gives the same run for the same seed', async () => {
    const twice = async (scenario: Scenario, seed: number) => expect(await simulate(seed, scenario)).toEqual(await simulate(seed, scenario));
    for (const scenario of scenarios) for (const seed of [1, 2, 3]) await twice(scenario, seed);
  });
});
