/** What `npm run simulate` makes of its command line. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Scenario } from 'ownstate/testing';
import { describe, expect, it } from 'vitest';
import { scenarios } from './scenarios/index.js';
import { readArguments } from './support/arguments.js';
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

  it('refuses what it does not know with one line and exit code 2', async () => {
    const line = "Expected `argument` to be one of --from, --seeds, --seed, --scenario, got '--speed'\n";
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
  ])('%j says which seeds, of which scenario', (args, read) => {
    expect(readArguments(args, names)).toEqual(read);
  });

  it.each([
    [['--seeds', 'many'], "Expected `--seeds` to be a whole number from 1 on, got 'many'"],
    [['--seeds', '0'], "Expected `--seeds` to be a whole number from 1 on, got '0'"],
    [['--seeds'], 'Expected `--seeds` to be a whole number from 1 on, got nothing'],
    [['--from', '-1'], "Expected `--from` to be a whole number from 0 on, got '-1'"],
    [['--seed', '1.5'], "Expected `--seed` to be a whole number from 0 on, got '1.5'"],
    [['--seed', '1', '--seeds', '2'], "Expected `--seed` to be given without --from and --seeds, got '1'"],
    [['--scenario', 'nobody'], `Expected \`--scenario\` to be one of ${names.join(', ')}, got 'nobody'`],
    [['--scenario'], `Expected \`--scenario\` to be one of ${names.join(', ')}, got nothing`],
    [['--speed', '3'], "Expected `argument` to be one of --from, --seeds, --seed, --scenario, got '--speed'"],
    [['17'], "Expected `argument` to be one of --from, --seeds, --seed, --scenario, got '17'"],
  ])('%j is refused', (args, line) => {
    expect(() => readArguments(args, names)).toThrow(new Error(line));
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
    ]);
  });
});
