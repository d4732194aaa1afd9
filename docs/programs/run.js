// @ts-check
/** Runs a program of this folder: `npm start`, `npm start -- NAME --flags`, `npm start -- --list`. */
import { start } from './support/start.js';

process.exitCode = await start(process.argv.slice(2));
