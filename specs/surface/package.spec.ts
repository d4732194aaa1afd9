/** What package.json promises: the format, the doors and where they lead, and what has to be there to use them. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { doors, manifest, root, sourceOf } from './program.js';

/** The doors with their targets; `./package.json` leads to itself. */
const targets = Object.entries(manifest.exports).flatMap(([path, door]) => typeof door === 'string' ? [] : [{ path, door }]);

describe('the package', () => {
  it('is of ES modules, free of side effects', () => {
    expect(manifest.type).toBe('module');
    expect(manifest.sideEffects).toBe(false);
  });

  it('runs on Node from 20.19 on', () => {
    expect(manifest.engines).toEqual({ node: '>=20.19' });
  });

  it('holds what is built, and the changelog', () => {
    expect(manifest.files).toEqual(['dist', 'docs/changelog.md']);
    expect(existsSync(`${root}docs/changelog.md`)).toBe(true);
  });

  it('has its licence and its README beside it', () => {
    expect(['LICENSE', 'README.md'].filter((file) => !existsSync(root + file))).toEqual([]);
  });

  it('depends on nothing, and needs nothing but rxjs', () => {
    expect(manifest.dependencies ?? {}).toEqual({});
    const needed = Object.keys(manifest.peerDependencies).filter((name) => manifest.peerDependenciesMeta?.[name]?.optional !== true);
    expect(needed).toEqual(['rxjs']);
  });

  it('calls optional only what it names as a peer', () => {
    expect(Object.keys(manifest.peerDependenciesMeta ?? {}).filter((name) => !(name in manifest.peerDependencies))).toEqual([]);
  });
});

describe('its doors', () => {
  it('are the core, the ready-made stores, what applications and tests need, beside package.json itself', () => {
    expect(Object.keys(manifest.exports)).toEqual(['.', './stores', './app', './angular', './react', './devtools', './testing', './package.json']);
    expect(manifest.exports['./package.json']).toBe('./package.json');
  });

  it.each(targets)('$path has types first, and then the module', ({ door }) => {
    // In this order: the first condition that holds is taken.
    expect(Object.keys(door)).toEqual(['types', 'default']);
    expect(door['types']).toMatch(/^\.\/dist\/.*\.d\.ts$/);
    expect(door['default']).toMatch(/^\.\/dist\/.*\.js$/);
  });

  it.each(targets)('$path has its source in lib, one for both', ({ door }) => {
    expect(sourceOf(door['types'] ?? '')).toBe(sourceOf(door['default'] ?? ''));
    expect(existsSync(root + sourceOf(door['default'] ?? ''))).toBe(true);
  });

  it('hold re-exports by name only', () => {
    const other = [...doors.values()].flatMap((file) => readFileSync(root + file, 'utf8')
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .split(';')
      .map((statement) => statement.trim())
      .filter((statement) => statement !== '' && !/^export (type )?\{[^}]*\} from '\.\/[\w/-]+\.js'$/.test(statement))
      .map((statement) => `${file}: ${statement}`));
    expect(other).toEqual([]);
  });
});
