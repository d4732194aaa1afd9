// @ts-check
/**
 * Compiles the application of the guide ahead of time, as a user's program: `ngc` with strict templates, the library as it
 * was built. Then renders its page, with no compiler at hand. Run after `npm run build`, as
 * `node specs/support/ngc-check.js`; fails on any error.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { performCompilation, readConfiguration, formatDiagnostics } from '@angular/compiler-cli';
import linker from '@angular/compiler-cli/linker/babel';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = `${root}build/ngc`;

/** What an application's tsconfig.json says, and where the library is. */
const config = {
  compilerOptions: {
    target: 'ES2022',
    module: 'ES2022',
    moduleResolution: 'bundler',
    lib: ['ES2022', 'ESNext.Disposable', 'DOM', 'DOM.AsyncIterable'],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    experimentalDecorators: true,
    skipLibCheck: false,
    rootDir: '../..',
    outDir: 'out',
    paths: {
      ownstate: ['../../dist/index.d.ts'],
      'ownstate/stores': ['../../dist/stores/index.d.ts'],
      'ownstate/angular': ['../../dist/angular/index.d.ts'],
    },
  },
  angularCompilerOptions: { strictTemplates: true, strictInjectionParameters: true, strictInputAccessModifiers: true, fullTemplateTypeCheck: true },
};

/**
 * Compiles files of the project, and gives what the compiler had to say and what it wrote of each.
 * @param {readonly string[]} files from the root
 */
function compile(files) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify({ ...config, files: files.map((file) => `../../${file}`) }));
  const { rootNames, options, errors } = readConfiguration(`${folder}/tsconfig.json`);
  const { diagnostics } = performCompilation({ rootNames, options });
  return [...errors, ...diagnostics];
}

rmSync(folder, { recursive: true, force: true });
const app = compile(['docs/examples/angular/main.ts']);
if (app.length > 0) {
  console.error(formatDiagnostics(app));
  process.exit(1);
}
if (!readFileSync(`${folder}/out/docs/examples/angular/cart-page.js`, 'utf8').includes('ɵɵdefineComponent')) {
  console.error('Expected docs/examples/angular/cart-page.ts to be compiled ahead of time, got no ɵɵdefineComponent');
  process.exit(1);
}

/** The page as a server writes it, of what was compiled. */
const server = `
import { provideZonelessChangeDetection } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { provideServerRendering, renderApplication } from '@angular/platform-server';
import { CartPage } from './out/docs/examples/angular/cart-page.js';

const providers = [provideZonelessChangeDetection(), provideServerRendering()];
const bootstrap = (context) => bootstrapApplication(CartPage, { providers }, context);
console.log(await renderApplication(bootstrap, { document: '<!doctype html><html><body><cart-page></cart-page></body></html>' }));
`;

// Angular's own packages are half compiled; what finishes them is Angular's linker, a plugin of the babel that comes with it.
const { transformFileAsync } = createRequire(fileURLToPath(import.meta.resolve('@angular/compiler-cli')))('@babel/core');
const { metafile } = await build({
  stdin: { contents: server, resolveDir: folder },
  outfile: `${folder}/server.mjs`,
  bundle: true,
  format: 'esm',
  platform: 'node',
  metafile: true,
  // Parts of Angular's server are CommonJS, which asks for modules of Node's by `require`.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  alias: { ownstate: `${root}dist/index.js`, 'ownstate/angular': `${root}dist/angular/index.js` },
  plugins: [{
    name: 'linker',
    setup: ({ onLoad }) => onLoad({ filter: /@angular\/.*\.mjs$/ }, async ({ path }) => {
      const linked = await transformFileAsync(path, { plugins: [linker], compact: false, configFile: false, babelrc: false });
      return { contents: linked.code };
    }),
  }],
});
if (Object.keys(metafile.inputs).some((input) => input.includes('@angular/compiler/'))) {
  console.error('Expected the page to be rendered without @angular/compiler, got it bundled');
  process.exit(1);
}
const page = execFileSync(process.execPath, [`${folder}/server.mjs`], { encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' } });
for (const part of [/<h1>1 items<\/h1>/, /<li>tea<\/li>/, /<cart-item[^>]*>tea<\/cart-item>/, /"cart":{"items":\[{"id":1,"name":"tea"}\],"loading":false}/]) {
  if (part.test(page)) continue;
  console.error(`Expected the rendered page to match ${part}, got ${page}`);
  process.exit(1);
}

// The check itself is checked: a template that reads what a store doesn't have is to be found.
const wrong = `${folder}/wrong.ts`;
writeFileSync(wrong, `
import { Component, inject } from '@angular/core';
import { selectSignal } from 'ownstate/angular';
import { Cart } from '../../docs/examples/angular/cart.js';

@Component({ selector: 'wrong-page', template: '{{ cart().itms.length }}' })
export class WrongPage {
  readonly cart = selectSignal(inject(Cart));
}
`);
const found = formatDiagnostics(compile(['build/ngc/wrong.ts']));
if (!found.includes("Property 'itms' does not exist")) {
  console.error(`Expected a misspelt field in a template to be found, got ${found || 'no error'}`);
  process.exit(1);
}
console.log('docs/examples/angular compiles ahead of time, with strict templates, and renders its page without a compiler');
