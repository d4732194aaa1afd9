// @ts-check
/** Bundles the simulation of the core, and runs it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Gives the exit code of the simulation.
 *
 * @param {string[]} args its command line
 * @param {{ outdir?: string, alias?: Record<string, string> }} [options] where the bundle goes, and what stands in for
 *   a package: the specs put the sources in the place of the built `ownstate`
 * @returns {Promise<number>}
 */
export async function start(args, { outdir = 'build/simulate', alias = {} } = {}) {
  // A bundle within this package finds `ownstate` as its users do, by the package's own exports.
  const outfile = `${root}${outdir}/simulate.mjs`;
  await build({
    entryPoints: [fileURLToPath(new URL('../main.ts', import.meta.url))], outfile, alias, bundle: true, packages: 'external',
    platform: 'node', format: 'esm', target: 'node20', tsconfigRaw: '{}', logLevel: 'warning', sourcemap: 'inline',
  });
  const [code] = await once(spawn(process.execPath, ['--enable-source-maps', outfile, ...args], { stdio: 'inherit' }), 'exit');
  return code ?? 1;
}
