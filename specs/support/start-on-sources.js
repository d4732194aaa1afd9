// @ts-check
/** `npm start` as the specs run it: with the sources of lib in the place of the build, bundled to where the first argument says. */
import { fileURLToPath } from 'node:url';
import { start } from '../../docs/programs/support/start.js';

/** @param {string} module */
const source = (module) => fileURLToPath(new URL(`../../lib/${module}.ts`, import.meta.url));

const [outdir = '', ...args] = process.argv.slice(2);
process.exitCode = await start(args, {
  outdir,
  alias: { ownstate: source('index'), 'ownstate/stores': source('stores/index'), 'ownstate/app': source('app/index') },
});
