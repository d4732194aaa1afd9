// @ts-check
/**
 * Compiles the application of the guide ahead of time, as a user's program: `ngc` with strict templates, the library as it
 * was built. Run after `npm run build`, as `node specs/support/ngc-check.js`; fails on any error.
 */
import { mkdirSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { performCompilation, readConfiguration, formatDiagnostics } from '@angular/compiler-cli';

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
console.log('docs/examples/angular compiles ahead of time, with strict templates');
