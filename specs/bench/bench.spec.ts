/** The benchmark's own rules: how a figure is judged, and that the lines, their files and the document agree. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Expected { what: string; unit: string; least?: number; most?: number }
interface Found { value: number; low: number; high: number }
interface Harness {
  LINES: Record<string, { title: string; expected: Expected[] }>;
  quantile: (values: number[], share: number) => number;
  ratio: (ours: number[], theirs: number[]) => Found;
  judge: (expected: Expected, value: number) => string;
  limit: (expected: Expected) => string;
  written: (value: number, unit: string) => string;
  between: (text: string, name: string, content: string) => string;
  summary: (results: Record<string, { figures: Found[]; found: Found[] } | string>) => Record<string, string>[];
}

// The benchmark is plain JavaScript, run by Node without a build; a cast says what it exports.
const load = (name: string) => import(/* @vite-ignore */ new URL(`${name}.js`, import.meta.url).href) as Promise<Partial<Harness>>;
const modules = await Promise.all(['lines', 'figures', 'tables', 'write-docs'].map(load));
const { LINES, quantile, ratio, judge, limit, written, between, summary } = Object.assign({}, ...modules) as Harness;

const files = readdirSync(new URL('.', import.meta.url), { recursive: true });
const page = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8');

describe('the benchmark', () => {
  it('takes the middle one of its rounds, or halfway between two', () => {
    expect(quantile([30, 1, 2], 0.5)).toBe(2);
    expect(quantile([1, 4, 2, 30], 0.5)).toBe(3);
    expect(quantile([50, 10, 20, 40, 30], 0.25)).toBe(20);
  });

  it('divides round by round, and takes the median of that', () => {
    expect(ratio([10, 20, 90], [10, 10, 30])).toMatchObject({ value: 2, low: 1.5, high: 2.5 });
  });

  it('calls a figure short that is less than the least, or more than the most, and ok what is just that', () => {
    const least = { what: '', unit: 'ratio', least: 0.75 };
    const most = { what: '', unit: 'bytes', most: 2200 };
    expect([0.74, 0.75, 0.76].map((value) => judge(least, value))).toEqual(['short', 'ok', 'ok']);
    expect([2199, 2200, 2201].map((value) => judge(most, value))).toEqual(['ok', 'ok', 'short']);
    expect(judge(least, NaN)).toBe('short');
  });

  it('writes a figure with its unit', () => {
    expect(written(0.754, 'ratio')).toBe('0.75');
    expect(written(93_790, 'per second')).toBe('93.8 k/s');
    expect(written(24_560_000, 'per second')).toBe('24.56 M/s');
    expect(written(0.009, 'bytes')).toBe('0.01 B');
    expect(written(1635.2, 'bytes')).toBe('1635 B');
    expect(written(5_980_000, 'bytes')).toBe('5.98 MB');
  });

  it('has a row for each expectation, also of a line that crashed', () => {
    const found = [{ value: 4e6, low: 3e6, high: 5e6 }, { value: 2.5, low: 1, high: 3 }];
    const rows = summary({ backlog: { figures: [], found }, tell: 'crashed', counter: { figures: [], found: [] } });
    expect(rows.map(({ name, figure, range, verdict }) => [name, figure, range, verdict])).toEqual([
      ['backlog', '4.00 M/s', '3.00 M/s to 5.00 M/s', 'ok'],
      ['backlog', '2.50', '1.00 to 3.00', 'short'],
      ['tell', '', '', 'crashed'],
    ]);
  });

  it('replaces what stands between two markers, and nothing else', () => {
    expect(between('a <!-- begin x -->old<!-- end x --> b', 'x', 'new')).toBe('a <!-- begin x -->\nnew\n<!-- end x --> b');
    expect(() => between('a', 'x', 'new')).toThrow('Expected the markers of `x`');
  });
});

describe('docs/performance.md', () => {
  it.each(Object.keys(LINES))('%s has a file, and a paragraph that says what it measures', (name) => {
    expect(files).toContain(`${name}.js`);
    expect(page).toContain(`\n- **${name}**: `);
  });

  it('holds a figure for each expectation, and the limit that the benchmark holds it against', () => {
    const rows = page.split('\n').map((row) => row.split(' | '));
    for (const [name, { title, expected }] of Object.entries(LINES)) {
      for (const each of expected) {
        const row = rows.find(([what]) => what === `| ${title}; ${each.what}`);
        expect(row, `a row for ${name}`).toBeDefined();
        expect(row?.[3]).toBe(limit(each));
        expect(['ok', 'short']).toContain(row?.[4]);
      }
    }
  });

  it('holds figures for each line', () => {
    for (const name of Object.keys(LINES)) expect(page).toMatch(new RegExp(`^\\| \`${name}\` \\| .* \\| .*\\d`, 'm'));
  });
});
