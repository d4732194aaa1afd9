/** What `npm run simulate` makes of its command line. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Scenario } from 'ownstate/testing';
import { describe, expect, it } from 'vitest';
import { scenarios } from './scenarios/index.js';
import { commandLine, readArguments } from './support/arguments.js';
import { oversee, Progress } from './support/oversee.js';
import { runSeeds } from './support/run-seeds.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs `npm run simulate -- …args` on the sources. */
function npmSimulate(...args: readonly string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [`${root}specs/simulate/support/start-on-sources.js`, 'build/specs/simulate', ...args], { cwd: root, timeout: 20_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

/** Fails from its fourth run on. */
const late: Scenario = { name: 'late', setup: (sim) => sim.step('step', () => { if (runs++ >= 3) throw new Error('late'); }) };
let runs = 0;

/** Runs seeds without a process, on a clock that moves a second at each look. */
async function runHere(seeds: number, which: readonly Scenario[], scenario?: string) {
  const lines: string[] = [];
  let time = 0;
  const code = await runSeeds({ from: 1, seeds, scenario }, which, { print: (line) => lines.push(...line.split('\n')), now: () => time += 1000 });
  return { code, lines };
}

describe('npm run simulate', { timeout: 30_000 }, () => {
  it('runs seeds of all scenarios in turn, and tells how many a second', async () => {
    const { code, stdout, stderr } = await npmSimulate('--seeds', '26', '--from', '3');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^26 seeds held, from 3 on: [\d,]+ steps, [\d,]+ seeds per second\n$/);
  });

  it('repeats one seed of one scenario', async () => {
    const { code, stdout } = await npmSimulate('--seed', '17', '--scenario', 'bank');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^1 seed held, from 17 on: /);
  });

  it('repeats one run of one scenario by its choices', async () => {
    const { code, stdout } = await npmSimulate('--seed', '17', '--scenario', 'bank', '--choices', '1,0,1');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^bank, seed 17: held in \d+ steps\nchoices: \[1, 0, 1[,\]]/);
  });

  it('refuses what it does not know with one line and exit code 2', async () => {
    const line = "Expected `argument` to be one of --from, --seeds, --seed, --scenario, --choices, got '--speed'\n";
    expect(await npmSimulate('--speed', '3')).toEqual({ code: 2, stdout: '', stderr: line });
  });
});

describe('its command line', () => {
  const names = scenarios.map(({ name }) => name);

  it.each([
    [[], { from: 1, seeds: 1000, scenario: undefined }],
    [['--seeds', '100000', '--from', '1'], { from: 1, seeds: 100_000, scenario: undefined }],
    [['--seed', '17'], { from: 17, seeds: 1, scenario: undefined }],
    [['--seed=0', '--scenario=bank'], { from: 0, seeds: 1, scenario: 'bank' }],
    [['--scenario', 'flood reject', '--from', '9'], { from: 9, seeds: 1000, scenario: 'flood reject' }],
    [['--from', '9007199254740990', '--seeds', '2'], { from: 9_007_199_254_740_990, seeds: 2, scenario: undefined }],
    [['--seed', '4', '--scenario', 'bank', '--choices', '2,0,11'], { from: 4, seeds: 1, scenario: 'bank', choices: [2, 0, 11] }],
    [['--seed', '4', '--scenario', 'bank', '--choices', ''], { from: 4, seeds: 1, scenario: 'bank', choices: [] }],
  ])('%j says which seeds, of which scenario', (args, read) => {
    expect(readArguments(args, names)).toEqual(read);
  });

  it.each<[string[], string]>([
    [['--seeds', 'many'], "Expected `--seeds` to be a whole number from 1 on, got 'many'"],
    [['--seeds', '0'], "Expected `--seeds` to be a whole number from 1 on, got '0'"],
    [['--seeds'], 'Expected `--seeds` to be a whole number from 1 on, got nothing'],
    [['--from', '-1'], "Expected `--from` to be a whole number from 0 on, got '-1'"],
    [['--seed', '1.5'], "Expected `--seed` to be a whole number from 0 on, got '1.5'"],
    [['--seed', '1', '--seeds', '2'], "Expected `--seed` to be given without --from and --seeds, got '1'"],
    [['--scenario', 'nobody'], `Expected \`--scenario\` to be one of ${names.join(', ')}, got 'nobody'`],
    [['--from', '9007199254740990', '--seeds', '30'], "Expected `--seeds` to be at most 2 from 9007199254740990 on, got '30'"],
    [['--from', '9007199254740990'], "Expected `--seeds` to be at most 2 from 9007199254740990 on, got '1000'"],
    [['--choices', '2'], "Expected `--choices` to be given with --seed and --scenario, got '2'"],
    [['--choices', '2', '--seed', '1'], "Expected `--choices` to be given with --seed and --scenario, got '2'"],
    [['--choices', '2', '--scenario', 'bank'], "Expected `--choices` to be given with --seed and --scenario, got '2'"],
    ...['2,x', '2,,1', '1.5', '1e3', '9007199254740992', ','].map((list): [string[], string] => [
      ['--seed', '1', '--scenario', 'bank', '--choices', list],
      `Expected \`--choices\` to be whole numbers from 0 on, with commas between them, got '${list}'`,
    ]),
    [['--choices'], 'Expected `--choices` to be whole numbers from 0 on, with commas between them, got nothing'],
    [['--scenario'], `Expected \`--scenario\` to be one of ${names.join(', ')}, got nothing`],
    [['--speed', '3'], "Expected `argument` to be one of --from, --seeds, --seed, --scenario, --choices, got '--speed'"],
    [['17'], "Expected `argument` to be one of --from, --seeds, --seed, --scenario, --choices, got '17'"],
  ])('%j is refused', (args, line) => {
    expect(() => readArguments(args, names)).toThrow(new Error(line));
  });

  it.each([[[2, 0, 1], '2,0,1'], [[], "''"]] as const)('with choices %j is the one that repeats them', (choices, list) => {
    expect(commandLine(4, 'flood reject', choices)).toBe(`npm run simulate -- --seed 4 --scenario 'flood reject' --choices ${list}`);
  });
});

describe('running seeds', () => {
  it('shows progress every five seconds', async () => {
    const { code, lines } = await runHere(12, [{ name: 'idle', setup: () => {} }]);
    expect(code).toBe(0);
    // It looks at the clock also to tell the rate.
    expect(lines).toEqual([
      '5 of 12 seeds, 1 seeds per second',
      '9 of 12 seeds, 1 seeds per second',
      '12 seeds held, from 1 on: 0 steps, 1 seeds per second',
    ]);
  });

  it('gives each seed the next scenario, or always the one that is named', async () => {
    const ran: string[] = [];
    const three = ['a', 'b', 'c'].map((name): Scenario => ({ name, setup: () => void ran.push(name) }));
    await runHere(4, three);
    await runHere(2, three, 'c');
    expect(ran.join('')).toBe('bcabcc');
  });

  it('stops at the first that fails, with its shortest failing run and how to repeat it', async () => {
    runs = 0;
    const { code, lines } = await runHere(100, [late]);
    expect(code).toBe(1);
    expect(lines).toEqual([
      'seed 4 failed after 3 that held: step',
      'the shortest failing run:',
      'late, seed 4: step failed after 1 step: Error: late',
      'choices: []',
      '   #1      0 ms  step',
      `${' '.repeat(17)}FAILED step: Error: late`,
      "to repeat it: npm run simulate -- --seed 4 --scenario 'late'",
      "or its shortest run: npm run simulate -- --seed 4 --scenario 'late' --choices ''",
    ]);
  });

  it('repeats one run by its choices, with exit code 1 if it fails', async () => {
    const lines: string[] = [];
    const order: Scenario = { name: 'order', setup: (sim) => {
      let seen = '';
      for (const what of ['a', 'b']) sim.step(what, () => { seen += what; });
      sim.atEnd('a is first', () => seen === 'ab');
    } };
    const repeat = (choices: readonly number[]) => runSeeds(
      { from: 9, seeds: 1, scenario: 'order', choices }, [order], { print: (line) => lines.push(...line.split('\n')), now: () => 0 },
    );
    expect([await repeat([1]), await repeat([])]).toEqual([1, 0]);
    expect(lines.filter((line) => line.startsWith('order'))).toEqual([
      'order, seed 9: a is first failed after 2 steps: Error: Expected `a is first` to hold, got false',
      'order, seed 9: held in 2 steps',
    ]);
  });

  it('says of which seed each run is that begins, also while it looks for the shortest', async () => {
    runs = 2;
    const began: number[] = [];
    await runSeeds({ from: 5, seeds: 9, scenario: undefined }, [late], { print: () => undefined, now: () => 0, begins: (seed) => began.push(seed) });
    expect(began.slice(0, 2)).toEqual([5, 6]);
    expect(new Set(began.slice(2))).toEqual(new Set([6]));
  });
});

describe('a thread that runs seeds', () => {
  /** Looks after a thread on a clock of the test's; `look` lets time pass, and looks. */
  function overseen(code: string) {
    const progress = new Progress();
    const lines: string[] = [];
    let time = 0;
    let looking = () => undefined as void;
    const thread = new Worker(`const { parentPort, workerData } = require('node:worker_threads');
      const cells = new Float64Array(workerData);
      ${code}`, { eval: true, workerData: progress.memory });
    const ended = oversee(thread, progress, {
      print: (line) => lines.push(line),
      now: () => time,
      watch: (look) => {
        looking = look;
        return () => { looking = () => undefined; };
      },
      nameOf: (seed) => `scenario ${seed % 10}`,
    });
    const look = (at: number) => {
      time = at;
      looking();
    };
    return { thread, lines, ended, look };
  }

  it('that hangs is ended with exit code 1, and its seed is named', async () => {
    const { thread, lines, ended, look } = overseen("cells[0] = 17; cells[1] = 1; parentPort.postMessage('begun'); for (;;);");
    await once(thread, 'message');
    // The run is seen for the first time when a second has passed.
    for (const at of [1000, 10_999, 11_000, 60_999, 61_000, 70_000]) look(at);
    expect(await ended).toBe(1);
    expect(lines).toEqual([
      'begun',
      'seed 17 of scenario 7 takes longer than 10 s',
      'seed 17 of scenario 7 hangs: it takes longer than 60 s',
      "to repeat it: npm run simulate -- --seed 17 --scenario 'scenario 7'",
    ]);
  });

  it('that goes on from run to run is left alone, and its exit code given', async () => {
    const { thread, lines, ended, look } = overseen(`parentPort.on('message', (runs) => {
      cells[1] = runs;
      parentPort.postMessage(runs < 30 ? String(runs) : 3);
    });`);
    for (let runs = 0; runs < 30; runs++) {
      thread.postMessage(runs);
      await once(thread, 'message');
      look(runs * 9000);
    }
    thread.postMessage(30);
    expect(await ended).toBe(3);
    expect(lines).toEqual(Array.from({ length: 30 }, (_, i) => String(i)));
  });

  it('that has not begun yet is no seed that hangs', async () => {
    const { lines, ended, look } = overseen('setTimeout(() => parentPort.postMessage(0), 1);');
    look(100_000);
    expect(await ended).toBe(0);
    expect(lines).toEqual([]);
  });

  it.each([['throws', "throw new Error('lost')", /^Error: lost$/m], ['ends too early', 'process.exit(0)', undefined]])('that %s gives exit code 1', async (_how, code, line) => {
    const { lines, ended } = overseen(code);
    expect(await ended).toBe(1);
    expect(lines.length).toBe(line === undefined ? 0 : 1);
    if (line !== undefined) expect(lines[0]).toMatch(line);
  });
});
