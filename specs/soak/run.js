// @ts-check
/**
 * Floods stores, and holds them against what they promise: no leak, no timer left, counters that add up. Each piece runs
 * in a process of its own, on the sources of lib.
 *
 *   npm run soak                        all of it: minutes
 *   npm run soak -- --fraction 0.05     a twentieth
 *   npm run soak -- --only stores       one piece
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inspect, parseArgs } from 'node:util';
import { build } from 'esbuild';

/** @typedef {import('./support/piece.js').Message} Message */
/** @typedef {Extract<Message, { kind: 'report' }>} Report */

/** Where the bundles go. */
const OUT = 'build/soak';
const root = fileURLToPath(new URL('../../', import.meta.url));

/** @type {Record<string, { amount: number, unit: string }>} */
const PIECES = {
  commands: { amount: 10_000_000, unit: 'commands' },
  stores: { amount: 100_000, unit: 'stores' },
  timeouts: { amount: 1_000_000, unit: 'asks' },
  'full-mailbox': { amount: 60_000, unit: 'ms' },
};

/**
 * @param {string} name
 * @param {string} expected
 * @param {unknown} got
 * @returns {never}
 */
function refuse(name, expected, got) {
  console.error(`Expected \`${name}\` to be ${expected}, got ${got === undefined ? 'nothing' : inspect(got, { breakLength: Infinity })}`);
  process.exit(2);
}

/** @returns {{ fraction: number, names: string[] }} */
function readArguments() {
  const flags = { fraction: { type: /** @type {const} */ ('string') }, only: { type: /** @type {const} */ ('string') } };
  // `strict` would throw messages of another form.
  const { tokens } = parseArgs({ options: flags, strict: false, tokens: true });
  let fraction = 1;
  let names = Object.keys(PIECES);
  for (const token of tokens) {
    if (token.kind === 'option' && token.name === 'fraction') {
      fraction = token.value?.trim() ? Number(token.value) : NaN;
      if (!(fraction > 0 && fraction <= 1)) refuse('--fraction', 'a number above 0, and 1 at most', token.value);
    } else if (token.kind === 'option' && token.name === 'only') {
      if (token.value === undefined || !names.includes(token.value)) refuse('--only', `one of ${Object.keys(PIECES).join(', ')}`, token.value);
      names = [token.value];
    } else {
      refuse('argument', 'one of --fraction, --only', token.kind === 'option' ? token.rawName : token.kind === 'positional' ? token.value : '--');
    }
  }
  return { fraction, names };
}

/**
 * Runs a piece, and gives its report, or nothing if it crashed.
 *
 * @param {string} name
 * @param {number} amount
 * @param {string} unit
 * @returns {Promise<Report | undefined>}
 */
async function runPiece(name, amount, unit) {
  const outfile = `${root}${OUT}/${name}.mjs`;
  await build({
    entryPoints: [fileURLToPath(new URL(`${name}.ts`, import.meta.url))], outfile, alias: { ownstate: `${root}lib/index.ts` },
    bundle: true, external: ['rxjs'], platform: 'node', format: 'esm', target: 'node20', tsconfigRaw: '{}', logLevel: 'warning',
  });
  const child = fork(outfile, [String(amount)], {
    execArgv: ['--expose-gc', '--max-old-space-size=6144'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  /** @type {Report | undefined} */
  let report;
  let tenth = 0;
  child.on('message', (/** @type {Message} */ message) => {
    if (message.kind === 'report') report = message;
    else {
      // A line for each tenth, or one that is written over and over where somebody looks at it.
      const line = `  ${name}: ${Math.round(message.done).toLocaleString('en')} of ${amount.toLocaleString('en')} ${unit}`;
      if (process.stdout.isTTY) process.stdout.write(`\r${line}`);
      else if (message.done / amount * 10 >= tenth + 1) {
        tenth = Math.floor(message.done / amount * 10);
        console.log(line);
      }
    }
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (process.stdout.isTTY) process.stdout.write('\r\u001b[K');
  return code === 0 ? report : undefined;
}

/** @param {number} bytes */
const megabytes = (bytes) => (bytes / 2 ** 20).toFixed(2);

const { fraction, names } = readArguments();
console.log(`Node ${process.versions.node}, ${process.platform} ${process.arch}, a fraction of ${fraction}`);
/** @type {string[][]} */
const rows = [['piece', 'amount', 'took', 'heap before, MB', 'after', 'checks']];
/** @type {string[]} */
const failures = [];
for (const name of names) {
  const { amount: whole, unit } = PIECES[name];
  // Whole batches, so that each piece does as much as it says.
  const amount = Math.max(1000, Math.round(whole * fraction / 1000) * 1000);
  const report = await runPiece(name, amount, unit);
  const failed = report?.checks.filter(({ expected, found }) => expected !== found);
  rows.push([
    name, `${amount.toLocaleString('en')} ${unit}`, report ? `${(report.took / 1000).toFixed(1)} s` : '-',
    report ? megabytes(report.heap[0]) : '-', report ? megabytes(report.heap[1]) : '-',
    report === undefined ? 'crashed' : failed?.length ? `${failed.length} of ${report.checks.length} failed` : `${report.checks.length} hold`,
  ]);
  if (report === undefined) failures.push(`${name}: crashed`);
  for (const { what, expected, found } of failed ?? []) failures.push(`${name}: ${what}: expected ${inspect(expected)}, got ${inspect(found)}`);
}

const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
console.log(`\n${rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()).join('\n')}`);
if (failures.length > 0) {
  console.error(`\n${failures.join('\n')}`);
  process.exitCode = 1;
}
