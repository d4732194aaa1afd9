// @ts-check
/** Simulates the core: `npm run simulate -- --seeds 100000 --from 1`. */
import { start } from './support/start.js';

process.exitCode = await start(process.argv.slice(2));
