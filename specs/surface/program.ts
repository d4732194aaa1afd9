/** The library as the compiler sees it: its doors, its modules, and a program of them, for the specs of its surface. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The project's root, with a slash at its end. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url));

/** What the specs read of package.json. */
export interface Manifest {
  readonly name: string;
  readonly type: string;
  readonly sideEffects: boolean;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly engines: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

export const manifest: Manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest;

/** Each door: the name under which it's imported, and its source. */
export const doors: ReadonlyMap<string, string> = new Map(Object.entries(manifest.exports).flatMap(([path, targets]) =>
  typeof targets === 'string' ? [] : [[manifest.name + path.slice(1), sourceOf(targets['types'] ?? '')]]));

/** The source of a file that is built: `./dist/index.d.ts` and `./dist/index.js` come from `lib/index.ts`. */
export function sourceOf(built: string): string {
  return built.replace(/^\.\/dist\//, 'lib/').replace(/(\.d\.ts|\.js)$/, '.ts');
}

/** All modules below a folder, by their paths from the root. */
export function modulesIn(folder: string): string[] {
  return readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file}`)
    .sort();
}

/** A program of files as they are and of others that exist only here, by their paths from the root. */
export function compile(files: readonly string[], written: Readonly<Record<string, string>> = {}): ts.Program {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, (path) => ts.sys.readFile(path)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const texts = new Map(Object.entries(written).map(([file, text]) => [root + file, text]));
  const onDisk = { ...host };
  host.fileExists = (path) => texts.has(path) || onDisk.fileExists(path);
  host.readFile = (path) => texts.get(path) ?? onDisk.readFile(path);
  return ts.createProgram([...files.map((file) => root + file), ...texts.keys()], options, host);
}

/** A file of a program. @throws Error where there's none */
export function fileOf(program: ts.Program, file: string): ts.SourceFile {
  const source = program.getSourceFile(root + file);
  if (source === undefined) throw new Error(`Expected ${file} in the program, got none`);
  return source;
}

/** What a module exports, aliases resolved. */
export function exportsOf(program: ts.Program, file: string): ts.Symbol[] {
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(fileOf(program, file));
  return checker.getExportsOfModule(module!).map((symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
}
