/**
 * What a program pays for what it imports: bundled, minified and gzipped, without rxjs, without frameworks, and without
 * the statements that import them, which a bundle with them has none of. Of the other doors it's what a program that has
 * `createStore` and `reply` grows by. Run by `npm run size`.
 */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/**
 * The imports that are measured, and the most they may weigh, in kB of 1,000 bytes. Those of the core hold what was
 * reached; what was aimed at for the first, which has `select` in it, is 6.2 (docs/decisions.md, 19).
 */
const CORE = [
  ['createStore, reply', 9.0],
  ['createStore, reply, replyLater', 9.3],
  ['createStore, reply, effect', 10.1],
  ['createStore, reply, hold, ticket', 9.5],
  ['createStore, reply, createFeed', 10.2],
  ['createStore, reply, combineViews', 9.4],
  ['createStore, reply, focus', 9.3],
  ['reply', 0.2],
];
/** Beyond the core, by door; `*` is all of it. */
const BEYOND = {
  stores: [['createCounter', 1.3], ['createKeyValue', 6.2], ['createCache', 7.8], ['createTaskQueue', 9.5], ['*', 53]],
  react: [['*', 1.0]],
  angular: [['*', 1.0]],
  app: [['entities', 1.4], ['replaceable', 0.2], ['undoable', 1.5], ['optimistic, attempt', 3.7], ['persist', 3.8]],
  devtools: [['connectDevtools', 4.6], ['recordTrace', 3.5], ['*', 7.2]],
  testing: [['marbles', 1.8], ['*', 23]],
};

/** What a program has besides. */
const EXTERNAL = ['rxjs', 'rxjs/testing', 'react', '@angular/core', 'fast-check', 'rxjs-marbles', 'vitest'];
const IMPORTS = new RegExp(`import(?:[^;"']*from)?["'](?:${EXTERNAL.join('|')})["'];`, 'g');

/** @type {(exported: string) => Promise<{ minified: number, gzipped: number }>} */
async function sizeOf(exported) {
  const { outputFiles } = await build({
    stdin: { contents: exported, resolveDir: process.cwd() },
    bundle: true, minify: true, format: 'esm', target: 'es2022', external: EXTERNAL, write: false,
  });
  const contents = outputFiles[0].text.replace(IMPORTS, '');
  return { minified: contents.length / 1000, gzipped: gzipSync(contents, { level: 9 }).length / 1000 };
}

let tooLarge = 0;
/** @type {(what: string, size: { minified: number, gzipped: number }, limit: number) => void} */
function print(what, { minified, gzipped }, limit) {
  const fits = gzipped <= limit;
  if (!fits) tooLarge++;
  console.log(`  ${what.padEnd(34)} ${minified.toFixed(2).padStart(6)} kB minified  ${gzipped.toFixed(2).padStart(5)} kB gzipped, at most ${limit}${fits ? '' : '  TOO LARGE'}`);
}

console.log('ownstate');
for (const [names, limit] of CORE) print(names, await sizeOf(`export { ${names} } from './dist/index.js';`), limit);
const before = "export { createStore, reply } from './dist/index.js';";
const core = await sizeOf(before);
for (const [door, limits] of Object.entries(BEYOND)) {
  console.log(`ownstate/${door}, beyond createStore and reply`);
  for (const [names, limit] of limits) {
    const { minified, gzipped } = await sizeOf(`${before} export ${names === '*' ? '*' : `{ ${names} }`} from './dist/${door}/index.js';`);
    print(names === '*' ? 'all of it' : names, { minified: minified - core.minified, gzipped: gzipped - core.gzipped }, limit);
  }
}
process.exitCode = tooLarge === 0 ? 0 : 1;
