// @ts-check
/**
 * Checks the types of the library, as it was built, against those of the oldest frameworks that it promises (React 18 and
 * Angular 17, as specs/older has them), and runs what was compiled. Run after `npm run build` and
 * `npm ci --prefix specs/older`, as `node specs/support/older-check.js`; fails on any error in a program or in the library.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = `${root}build/older`;
const installed = `${root}specs/older/node_modules`;

const programs = {
  'react.tsx': `
import { createStore, reply } from 'ownstate';
import { createStoreContext, useAsk, useSelect, useStore } from 'ownstate/react';
import { version } from 'react';
import { renderToString } from 'react-dom/server';

const Cart = createStoreContext({ state: ['milk'], commands: { add: (items, item: string) => reply([...items, item], items.length) } });
function Items() {
  const cart = Cart.useStore();
  const { ask, pending, value } = useAsk(cart.ask.add);
  const added: number | undefined = value;
  const items: readonly string[] = useSelect(cart);
  return <button disabled={pending} onClick={() => ask('tea')}>{items.join()} {added}</button>;
}
function Counter({ from }: { readonly from: number }) {
  const counter = useStore({ state: from, commands: { add: (count) => count + 1 } });
  return <b onClick={counter.tell.add}>{useSelect(counter, (count) => count * 2)}</b>;
}
const outside = createStore({ state: ['tea'], commands: { add: (items, item: string) => reply([...items, item], items.length) } });
// @ts-expect-error -- a cart takes names
const wrong = () => useAsk(outside.ask.add).ask(5);
const page = <><Cart.Provider><Items /></Cart.Provider><Cart.Provider store={outside}><Items /></Cart.Provider><Counter from={21} /></>;
console.log(version.split('.')[0], typeof wrong, renderToString(page).replaceAll('<!-- -->', ''));
`,
  'angular.ts': `
import '@angular/compiler';
import { computed, inject, Injector, runInInjectionContext, VERSION, type InjectionToken, type Signal } from '@angular/core';
import { reply, type Reply } from 'ownstate';
import { injectStore, provideStore, selectSignal, storeToken } from 'ownstate/angular';

class Api {
  readonly first = 'milk';
}
const Cart = storeToken(() => ({
  name: 'cart',
  state: [inject(Api).first] as readonly string[],
  commands: { add: (items, item: string) => reply([...items, item], items.length) },
}), { onDestroy: 'drain', transfer: 'cart', providedIn: null });
const injector = Injector.create({ providers: [Api, provideStore(Cart, { errors: 'leave' })] });
const cart = runInInjectionContext(injector, () => injectStore(Cart));
const again: typeof cart = injector.get(Cart);
const items: Signal<readonly string[]> = selectSignal(cart);
const text = computed(() => items().join());
const added: Reply<number> = again.ask.add('tea');
// @ts-expect-error -- a cart takes names
const wrong = () => cart.ask.add(5);
const token: InjectionToken<typeof again> = Cart;
console.log(VERSION.major, typeof wrong, injector.get(token).name, await added, text());
`,
};
const expected = {
  'react.tsx': '18 function <button>milk </button><button>tea </button><b>42</b>\n',
  'angular.ts': '17 function cart 1 milk,tea\n',
};

/** @param {boolean} holds @param {string} message what was expected */
function check(holds, message) {
  if (holds) return;
  console.error(message);
  process.exit(1);
}

check(existsSync(installed), 'Expected React 18 and Angular 17 in specs/older (npm ci --prefix specs/older), got none');

// A user's folder: the library as it's packed, the frameworks where they're looked for.
rmSync(folder, { recursive: true, force: true });
mkdirSync(`${folder}/node_modules/ownstate`, { recursive: true });
cpSync(`${root}dist`, `${folder}/node_modules/ownstate/dist`, { recursive: true });
cpSync(`${root}package.json`, `${folder}/node_modules/ownstate/package.json`);
writeFileSync(`${folder}/package.json`, JSON.stringify({ type: 'module', private: true }));
const { devDependencies } = JSON.parse(readFileSync(`${root}specs/older/package.json`, 'utf8'));
for (const name of Object.keys(devDependencies)) {
  mkdirSync(dirname(`${folder}/node_modules/${name}`), { recursive: true });
  symlinkSync(`${installed}/${name}`, `${folder}/node_modules/${name}`);
}
for (const [file, text] of Object.entries(programs)) writeFileSync(`${folder}/${file}`, text);

const program = ts.createProgram(Object.keys(programs).map((file) => `${folder}/${file}`), {
  target: ts.ScriptTarget.ES2022,
  // As bundlers look for them: the types of React 18.0 have no `exports`.
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2022.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: [],
  jsx: ts.JsxEmit.ReactJSX,
  strict: true,
  exactOptionalPropertyTypes: true,
});
// What the frameworks' own declarations have against this compiler is none of the library's.
const found = ts.getPreEmitDiagnostics(program).filter(({ file }) => !file || file.fileName.startsWith(`${folder}/`));
const read = program.getSourceFiles().map(({ fileName }) => fileName);
check(found.length === 0, ts.formatDiagnostics(found, { getCurrentDirectory: () => root, getCanonicalFileName: (name) => name, getNewLine: () => '\n' }));
for (const name of ['@types/react', '@types/react-dom', '@angular/core']) {
  const from = read.filter((file) => file.includes(`/${name}/`));
  check(from.length > 0 && from.every((file) => file.startsWith(`${installed}/`)), `Expected the types of ${name} to be those of specs/older, got ${from[0] ?? 'none'}`);
}

program.emit();
for (const [file, text] of Object.entries(expected)) {
  const printed = execFileSync(process.execPath, [`${folder}/${file.replace(/tsx?$/, 'js')}`], { encoding: 'utf8' });
  check(printed === text, `Expected build/older/${file} to print ${text}, got ${printed}`);
}
console.log(`ownstate/react and ownstate/angular compile and run with the oldest frameworks: ${Object.keys(devDependencies).filter((name) => /^react$|core$/.test(name)).map((name) => `${name} ${devDependencies[name]}`).join(', ')}`);
