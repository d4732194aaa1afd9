// @ts-check
/** The size that `npm run size` prints for the smallest useful import. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { report } from './measure.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
// Its exit code says whether a limit is exceeded; that's for the reader here.
const { stdout } = spawnSync(process.execPath, ['specs/support/size.js'], { cwd: root, encoding: 'utf8' });
const sizes = /^ *createStore, reply\s+([\d.]+) kB minified\s+([\d.]+) kB gzipped/m.exec(stdout);
if (sizes === null) throw new Error(`Expected sizes of \`createStore, reply\`, got ${stdout}`);
const [minified, gzipped] = sizes.slice(1).map((kilobytes) => Number(kilobytes) * 1000);
/** @type {(what: string, value: number) => import('./figures.js').Figure} */
const size = (what, value) => ({ what, value, unit: 'bytes', low: value, high: value });
report({ figures: [size('minified', minified), size('minified and gzipped', gzipped)], found: [size('', gzipped)] });
