/** The program `readers-writers`: what it prints, what its flags change, what it refuses. */
import { beforeAll, describe, expect, it } from 'vitest';
import { npmStart, runBundle, type Ran } from '../support/programs.js';

const PROGRESS = /^\d+\.\d\d s: (\d+) reads, (\d+) writes$/;

/** The number in the line that begins with a label. */
function numberOf({ stdout }: Ran, label: string): number {
  const line = stdout.split('\n').find((each) => each.startsWith(label)) ?? '';
  return Number.parseFloat(line.slice(label.length));
}

function progressOf({ stdout }: Ran): RegExpExecArray[] {
  return stdout.split('\n').map((line) => PROGRESS.exec(line)).filter((match) => match !== null);
}

describe('readers-writers', { timeout: 15_000 }, () => {
  let ran: Ran;

  beforeAll(async () => {
    ran = await npmStart('--seconds', '0.2');
  }, 15_000);

  it('is what `npm start` runs, and exits by itself without a complaint', () => {
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code: 0, stderr: '' });
    expect(ran.took).toBeGreaterThan(200);
    expect(ran.took).toBeLessThan(8_000);
  });

  it('prints its progress, then the operations on lines of their own, then the table', () => {
    const lines = ran.stdout.trimEnd().split('\n');
    const progress = lines.splice(0, progressOf(ran).length);
    expect(progress.length).toBeGreaterThan(0);
    for (const line of progress) expect(line).toMatch(PROGRESS);
    const form = [
      /^readOps: \d+$/, /^writeOps: \d+$/, /^$/,
      /^operations per second {2}\d+$/, /^ask latency p50 {8}[\d.]+ µs$/, /^ask latency p99 {8}[\d.]+ µs$/,
      /^commands handled {7}\d+$/, /^commands failed {8}\d+$/, /^commands dropped {7}\d+$/,
    ];
    expect(lines).toEqual(form.map((line) => expect.stringMatching(line) as unknown));
  });

  it('counts more and more while it runs', () => {
    const counts = progressOf(ran).map(([, reads, writes]) => Number(reads) + Number(writes));
    counts.push(numberOf(ran, 'commands handled'));
    expect(counts[0]).toBeGreaterThan(0);
    for (const [i, count] of counts.entries()) expect(count).toBeGreaterThanOrEqual(counts[i - 1] ?? 0);
    expect(counts.at(-1)).toBeGreaterThan(counts[0]!);
  });

  it('has ten times as many readers as writers, and each makes its operations at the same pace', () => {
    const share = numberOf(ran, 'readOps: ') / numberOf(ran, 'writeOps: ');
    expect(share).toBeGreaterThan(8);
    expect(share).toBeLessThan(12);
  });

  it('had each operation handled by the store, none failed, none dropped', () => {
    expect(numberOf(ran, 'commands handled')).toBe(numberOf(ran, 'readOps: ') + numberOf(ran, 'writeOps: '));
    expect(numberOf(ran, 'commands failed')).toBe(0);
    expect(numberOf(ran, 'commands dropped')).toBe(0);
  });

  it('tells how many operations it makes in a second, by the time that they took', () => {
    const seconds = numberOf(ran, 'commands handled') / numberOf(ran, 'operations per second');
    expect(seconds).toBeGreaterThan(0.19);
    expect(seconds).toBeLessThan(0.9);
  });

  it('tells latencies of which the slowest are not the fastest', () => {
    expect(numberOf(ran, 'ask latency p50')).toBeGreaterThan(0);
    expect(numberOf(ran, 'ask latency p99')).toBeGreaterThanOrEqual(numberOf(ran, 'ask latency p50'));
  });

  it('takes other numbers of readers and writers', async () => {
    const other = await runBundle('readers-writers', '--readers', '3', '--writers=0', '--seconds', '0.1');
    expect(other.code).toBe(0);
    expect(numberOf(other, 'writeOps: ')).toBe(0);
    // Each reader at most once a millisecond, and once to begin with.
    expect(numberOf(other, 'readOps: ')).toBeGreaterThan(3);
    expect(numberOf(other, 'readOps: ')).toBeLessThanOrEqual(3 * (other.took + 1));
  });

  it('without a pause is faster than any pause allows, and still shows its progress and ends in time', async () => {
    const fast = await runBundle('readers-writers', '--readers', '2', '--writers', '1', '--seconds', '0.2', '--pause', '0');
    expect(fast.code).toBe(0);
    expect(progressOf(fast).length).toBeGreaterThan(0);
    expect(numberOf(fast, 'commands handled')).toBeGreaterThan(3 * (fast.took + 1));
    expect(fast.took).toBeLessThan(8_000);
  });

  it('has a hundred readers and ten writers unless told otherwise, and no pause of theirs outlasts the end', async () => {
    const slow = await runBundle('readers-writers', '--seconds', '0.1', '--pause', '60000');
    expect(slow.code).toBe(0);
    expect(slow.took).toBeLessThan(8_000);
    // Each once to begin with, and at most once more if the timer of the end rings after those of the pauses.
    expect(numberOf(slow, 'readOps: ')).toBeGreaterThanOrEqual(100);
    expect(numberOf(slow, 'readOps: ')).toBeLessThanOrEqual(200);
    expect(numberOf(slow, 'writeOps: ')).toBeGreaterThanOrEqual(10);
    expect(numberOf(slow, 'writeOps: ')).toBeLessThanOrEqual(20);
  });

  const clients = 'a whole number from 0 to 100000';
  const flags = 'one of --readers, --writers, --seconds, --pause';
  it.concurrent.each([
    [['--readers', 'many'], `Expected \`--readers\` to be ${clients}, got 'many'`],
    [['--readers', '-1'], `Expected \`--readers\` to be ${clients}, got '-1'`],
    [['--readers'], `Expected \`--readers\` to be ${clients}, got nothing`],
    [['--writers', '1.5'], `Expected \`--writers\` to be ${clients}, got '1.5'`],
    [['--writers', '100001'], `Expected \`--writers\` to be ${clients}, got '100001'`],
    [['--writers='], `Expected \`--writers\` to be ${clients}, got ''`],
    [['--seconds', '0'], "Expected `--seconds` to be a number from 0.01 to 3600, got '0'"],
    [['--seconds', 'Infinity'], "Expected `--seconds` to be a number from 0.01 to 3600, got 'Infinity'"],
    [['--seconds', '1\n2'], "Expected `--seconds` to be a number from 0.01 to 3600, got '1\\n2'"],
    [['--pause', '0.5'], "Expected `--pause` to be a whole number from 0 to 3600000, got '0.5'"],
    [['--speed', '9'], `Expected \`argument\` to be ${flags}, got '--speed'`],
    [['-r', '9'], `Expected \`argument\` to be ${flags}, got '-r'`],
    [['--seconds', '0.1', 'more'], `Expected \`argument\` to be ${flags}, got 'more'`],
  ])('refuses %j with one line and exit code 2', async (args, line) => {
    const { code, stdout, stderr } = await runBundle('readers-writers', ...args);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `${line}\n` });
  });
});
