/** What a production bundle holds of the DevTools: nothing, unless it's asked for. */
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { read } from '../support/examples.js';
import { manifest, modulesIn, root } from '../surface/program.js';

const store = "import { createStore } from 'ownstate'; const store = createStore({ state: 0, commands: { add: (n) => n + 1 } });";

/** The pattern of the guide, for esbuild, webpack and Node, for Vite, and for the Angular CLI. */
const PROGRAMS = {
  'process.env.NODE_ENV': read('docs/examples/devtools/main.ts'),
  'import.meta.env.DEV': `${store}
    if (import.meta.env.DEV) void import('ownstate/devtools').then(({ connectDevtools }) => connectDevtools(store));`,
  'ngDevMode': `${store}
    declare const ngDevMode: boolean;
    if (ngDevMode) void import('ownstate/devtools').then(({ connectDevtools }) => connectDevtools(store));`,
};

/** A program bundled, its chunks as well: the code, and which files of the door are in it. */
async function bundle(contents: string, mode: 'production' | 'development') {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    define: {
      'process.env.NODE_ENV': JSON.stringify(mode),
      'import.meta.env.DEV': JSON.stringify(mode === 'development'),
      'ngDevMode': JSON.stringify(mode === 'development'),
    },
    alias: { 'ownstate': './lib/index.ts', 'ownstate/devtools': './lib/devtools/index.ts' },
    bundle: true, splitting: true, outdir: 'out', minify: true, format: 'esm', target: 'es2022', external: ['rxjs'], write: false, metafile: true,
    absWorkingDir: root,
  });
  const files = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file));
  return { text: outputFiles.map(({ text }) => text).join('\n'), files, devtools: files.filter((file) => file.startsWith('lib/devtools/')) };
}

describe.each(Object.entries(PROGRAMS))('a program that asks for them behind %s', (_condition, program) => {
  it('holds nothing of them in production', async () => {
    const { text, files, devtools } = await bundle(program, 'production');
    expect(files).toContain('lib/core/store.ts');
    expect(devtools).toEqual([]);
    expect(text).not.toMatch(/devtools/i);
  });

  it('holds them in development, in a file of their own', async () => {
    const { text, devtools } = await bundle(program, 'development');
    expect(devtools).toContain('lib/devtools/connect.ts');
    expect(text).toContain('__REDUX_DEVTOOLS_EXTENSION__');
  });
});

it('a program that imports them and does not use them holds nothing of them', async () => {
  expect((await bundle(`import { connectDevtools, recordTrace } from 'ownstate/devtools'; ${store}`, 'production')).devtools).toEqual([]);
});

it('a program that records on purpose holds no extension, and one that connects no table', async () => {
  const recorder = await bundle(`${store} import { recordTrace } from 'ownstate/devtools'; export const recorder = recordTrace(store);`, 'production');
  expect(recorder.devtools).toContain('lib/devtools/record-trace.ts');
  expect(recorder.devtools.filter((file) => /connect|extension|monitor|replay/.test(file))).toEqual([]);
  const connection = await bundle(`${store} import { connectDevtools } from 'ownstate/devtools'; export const connection = connectDevtools(store);`, 'production');
  expect(connection.devtools).toContain('lib/devtools/connect.ts');
  expect(connection.devtools.filter((file) => /record-trace|draw|replay/.test(file))).toEqual([]);
});

it('the core and the other doors hold nothing of them', () => {
  expect(manifest.sideEffects).toBe(false);
  const others = modulesIn('lib').filter((file) => !file.startsWith('lib/devtools/'));
  expect(others.filter((file) => /__REDUX|from '.*devtools/.test(read(file)))).toEqual([]);
});
