/** What a program pays for what it imports: bundled, minified and gzipped, without rxjs. Run by `npm run size`. */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/**
 * The imports that are measured, and the most they may weigh, in kB of 1,000 bytes. The limits hold what was reached;
 * what was aimed at for the first is 6.0 (docs/decisions.md, 19).
 */
const LIMITS = [
  ['createStore, reply', 9.05],
  ['createStore, reply, replyLater', 9.3],
  ['createStore, reply, effect', 9.9],
  ['createStore, reply, hold, ticket', 9.5],
  ['createStore, reply, createFeed', 10.2],
  ['reply', 0.3],
];

let tooLarge = 0;
for (const [names, limit] of LIMITS) {
  const { outputFiles } = await build({
    stdin: { contents: `export { ${names} } from './dist/index.js';`, resolveDir: process.cwd() },
    bundle: true, minify: true, format: 'esm', target: 'es2022', external: ['rxjs'], write: false,
  });
  const { contents } = outputFiles[0];
  const size = gzipSync(contents, { level: 9 }).length / 1000;
  const fits = size <= limit;
  if (!fits) tooLarge++;
  console.log(`${names.padEnd(32)} ${(contents.length / 1000).toFixed(2).padStart(6)} kB minified  ${size.toFixed(2)} kB gzipped, at most ${limit.toFixed(1)}${fits ? '' : '  TOO LARGE'}`);
}
process.exitCode = tooLarge === 0 ? 0 : 1;
