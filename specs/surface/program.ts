/** The library as the compiler sees it: one program for the specs of its surface. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The project's root, with a slash at its end. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url));

/** What package.json says. */
export interface Manifest {
  readonly type: string;
  readonly sideEffects: boolean;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly engines: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
}

export const manifest: Manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest;
