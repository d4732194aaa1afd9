// @ts-check
/** Finds, bundles and runs a program. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { build } from 'esbuild';

const programs = new URL('../', import.meta.url);
const root = fileURLToPath(new URL('../../', programs));
const DEFAULT = 'readers-writers';

/**
 * Does what the command line says, and gives the exit code: runs the program it names first, or the default one, with
 * what follows; or lists the programs.
 *
 * @param {string[]} args the command line
 * @param {{ outdir?: string, alias?: Record<string, string> }} [options] where bundles go, and what stands in for a
 *   package: the specs put the sources in the place of the built `ownstate`
 * @returns {Promise<number>}
 */
export async function start(args, { outdir = 'build/programs', alias = {} } = {}) {
  const names = readdirSync(programs).filter((file) => file.endsWith('.ts')).map((file) => file.slice(0, -3)).sort();
  if (args.length === 1 && args[0] === '--list') {
    const width = Math.max(...names.map((name) => name.length));
    for (const name of names) console.log(`${name.padEnd(width)}  ${sentenceOf(name)}`);
    return 0;
  }
  const named = args.length > 0 && !args[0].startsWith('-');
  const [name, flags] = named ? [args[0], args.slice(1)] : [DEFAULT, args];
  if (!names.includes(name)) {
    console.error(`Expected \`NAME\` to be one of ${names.join(', ')}, got ${inspect(name, { breakLength: Infinity })}`);
    return 2;
  }
  // A bundle within this package finds `ownstate` as its users do, by the package's own exports.
  const outfile = `${root}${outdir}/${name}.mjs`;
  await build({
    stdin: { contents: entryOf(name), resolveDir: fileURLToPath(programs), sourcefile: `start-${name}.ts`, loader: 'ts' }, outfile, alias, bundle: true, packages: 'external',
    platform: 'node', format: 'esm', target: 'node20', tsconfigRaw: '{}', logLevel: 'warning',
  });
  const [code] = await once(spawn(process.execPath, [outfile, ...flags], { stdio: 'inherit' }), 'exit');
  return code ?? 1;
}

/** @param {string} name */
function sourceOf(name) {
  return fileURLToPath(new URL(`${name}.ts`, programs));
}

/**
 * What runs a program: to load it is enough, or it exports a function of the world (support/world.ts).
 *
 * @param {string} name
 */
function entryOf(name) {
  return `
    import * as loaded from './${name}.js';
    import { readFlags } from './support/flags.js';
    import { realWorld, type World } from './support/world.js';
    const { default: program } = loaded as { default?: (world: World) => Promise<void> };
    if (program) {
      readFlags({});
      await program(realWorld);
    }
  `;
}

/**
 * The first sentence of a program's first comment.
 *
 * @param {string} name
 */
function sentenceOf(name) {
  const [, comment = ''] = /^\/\*\*(.*?)\*\//s.exec(readFileSync(sourceOf(name), 'utf8')) ?? [];
  const text = comment.replace(/\s*\n\s*\* ?/g, ' ').trim();
  return /^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text;
}
