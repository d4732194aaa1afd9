/**
 * What a program pays for what it imports: bundled, minified and gzipped, without rxjs and without frameworks. The other
 * doors are measured beyond the core, which is there already. Run by `npm run size`.
 */
import { gzipSync } from 'node:zlib';
import { resolve } from 'node:path';
import { build } from 'esbuild';

/**
 * The imports that are measured by door, and the most they may weigh, in kB of 1,000 bytes. Those of the core hold what
 * was reached; what was aimed at for the first, which has `select` in it, is 6.2 (docs/decisions.md, 19).
 */
const LIMITS = {
  index: [
    ['createStore, reply', 9.15],
    ['createStore, reply, replyLater', 9.4],
    ['createStore, reply, effect', 10.0],
    ['createStore, reply, hold, ticket', 9.6],
    ['createStore, reply, createFeed', 10.3],
    ['createStore, reply, combineViews', 9.5],
    ['createStore, reply, focus', 9.3],
    ['reply', 0.3],
  ],
  'react/index': [['*', 1.0]],
  'angular/index': [['*', 1.0]],
  'app/index': [['replaceable', 0.5]],
  'devtools/index': [['*', 10]],
};

const door = (module) => module === 'index' ? 'ownstate' : `ownstate/${module.replace('/index', '')}`;

/** Leaves the core out of the bundle of another door. */
const withoutCore = {
  name: 'without-core',
  setup: ({ onResolve }) => onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) =>
    resolve(resolveDir, path) === resolve('dist/index.js') ? { path: 'ownstate', external: true } : undefined),
};

let tooLarge = 0;
for (const [module, limits] of Object.entries(LIMITS)) {
  console.log(`${door(module)}${module === 'index' ? '' : ', beyond the core'}`);
  for (const [names, limit] of limits) {
    const { outputFiles } = await build({
      stdin: { contents: `export ${names === '*' ? '*' : `{ ${names} }`} from './dist/${module}.js';`, resolveDir: process.cwd() },
      bundle: true, minify: true, format: 'esm', target: 'es2022', external: ['rxjs', 'react', '@angular/core'], write: false,
      define: { 'process.env.NODE_ENV': '"production"' },
      plugins: module === 'index' ? [] : [withoutCore],
    });
    const { contents } = outputFiles[0];
    const size = gzipSync(contents, { level: 9 }).length / 1000;
    const fits = size <= limit;
    if (!fits) tooLarge++;
    console.log(`  ${(names === '*' ? 'all of it' : names).padEnd(34)} ${(contents.length / 1000).toFixed(2).padStart(6)} kB minified  ${size.toFixed(2)} kB gzipped, at most ${limit}${fits ? '' : '  TOO LARGE'}`);
  }
}
process.exitCode = tooLarge === 0 ? 0 : 1;
