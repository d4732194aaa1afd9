// @ts-check
/**
 * Runs the lines of the benchmark, each in a process of its own, one after the other, and holds their figures against
 * what is expected.
 *
 *   npm run bench                    all lines
 *   npm run bench -- NAME …          only these; `stores` are all of the ready-made stores, `frameworks` those of frameworks
 *   npm run bench -- --json FILE     writes the figures to a file, too
 *   npm run bench -- --docs          writes the figures into docs/performance.md, too: of each part that is complete
 */
import { fork, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { GROUPS, LINES } from './lines.js';
import { summary, terminalTable } from './tables.js';
import { writeDocs } from './write-docs.js';

/** The longest that a line may take, in milliseconds. */
const LIMIT = 120_000;

/** @returns {{ names: string[], json: string | undefined, docs: boolean }} */
function readArguments() {
  const known = Object.keys(LINES);
  try {
    const { values: { json, docs = false }, positionals } = parseArgs({
      allowPositionals: true,
      options: { json: { type: 'string' }, docs: { type: 'boolean' } },
    });
    const chosen = positionals.flatMap((name) => name in GROUPS ? known.filter(GROUPS[name]) : [name]);
    const unknown = chosen.find((name) => !known.includes(name));
    if (unknown !== undefined) throw new Error(`Expected one of ${Object.keys(GROUPS).join(', ')}, ${known.join(', ')}, got ${unknown}`);
    return { names: positionals.length > 0 ? chosen : known, json, docs };
  } catch (error) {
    console.error(/** @type {Error} */ (error).message);
    process.exit(2);
  }
}

/** The version of Go that is installed, if it is. */
function goVersion() {
  const { stdout } = spawnSync('go', ['version'], { encoding: 'utf8' });
  return /go version go(\S+)/.exec(stdout ?? '')?.[1];
}

/**
 * Runs one line, and gives what it reported, or nothing if it crashed.
 * @param {string} name
 * @returns {Promise<import('./figures.js').Report | undefined>}
 */
function runLine(name) {
  const line = fork(fileURLToPath(new URL(`${name}.js`, import.meta.url)), [], {
    // Garbage is collected on the thread that makes it: its cost is in the figure, and no other thread is waited for.
    execArgv: ['--expose-gc', '--single-threaded-gc'],
    env: { ...process.env, NODE_ENV: 'production' },
    timeout: LIMIT,
  });
  /** @type {import('./figures.js').Report | undefined} */
  let reported;
  line.on('message', (message) => {
    reported = /** @type {import('./figures.js').Report} */ (message);
  });
  return new Promise((resolve) => line.on('close', (code) => resolve(code === 0 ? reported : undefined)));
}

const { names, json, docs } = readArguments();
const go = goVersion();
const setting = [
  `Node ${process.versions.node}`, go === undefined ? 'no Go' : `Go ${go}`, `${process.platform} ${process.arch}`,
  `${availableParallelism()} cores`, `a load of ${loadavg()[0].toFixed(1)} when it began`,
].join(', ');
console.log(setting);

/** @type {import('./tables.js').Results} */
const results = {};
const skipped = names.filter((name) => LINES[name].go && go === undefined);
if (skipped.length > 0) console.log(`go is not installed: skipped ${skipped.join(', ')}`);
for (const name of names) {
  if (skipped.includes(name)) {
    results[name] = 'skipped';
    continue;
  }
  console.log(`${name}: ${LINES[name].title}`);
  results[name] = await runLine(name) ?? 'crashed';
  if (results[name] === 'crashed') console.error(`  ${name} crashed`);
}

const rows = summary(results);
if (rows.length > 0) console.log(`\n${terminalTable(rows)}`);
if (json !== undefined) writeFileSync(json, `${JSON.stringify({ setting, results, rows }, null, 2)}\n`);
if (docs && !writeDocs(setting, results)) {
  console.error('docs/performance.md stays as it is: it takes the figures of all lines of a part');
  process.exitCode = 1;
}
if (Object.values(results).includes('crashed')) process.exitCode = 1;
