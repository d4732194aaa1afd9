// @ts-check
/** `npm run simulate` as its specs run it: with the sources of lib in the place of the build, bundled to where the first argument says. */
import { fileURLToPath } from 'node:url';
import { start } from './start.js';

const source = (/** @type {string} */ file) => fileURLToPath(new URL(`../../../lib/${file}`, import.meta.url));
const [outdir = '', ...args] = process.argv.slice(2);
process.exitCode = await start(args, { outdir, alias: { 'ownstate/testing': source('testing/index.ts'), ownstate: source('index.ts') } });
