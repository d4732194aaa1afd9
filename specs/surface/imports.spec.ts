/** Which module may import which, and what of the platform: imports point inward, and time comes from a scheduler only. */
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { doors, modulesIn, root } from './program.js';

/** One import or re-export: of which module, and whether it's still there when the code runs. */
interface Import {
  readonly from: string;
  readonly runtime: boolean;
}

const parse = (text: string): ts.SourceFile => ts.createSourceFile('module.ts', text, ts.ScriptTarget.Latest, true);

/** All that a module imports. `import { type A }` leaves an empty import behind, so it's one at runtime too. */
function importsIn(source: ts.SourceFile): Import[] {
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined)) {
      const typeOnly = ts.isImportDeclaration(node) ? node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword : node.isTypeOnly;
      found.push({ from: (node.moduleSpecifier as ts.StringLiteral).text, runtime: !typeOnly });
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      found.push({ from: node.arguments[0]!.getText().slice(1, -1), runtime: true });
    } else if (ts.isImportTypeNode(node)) {
      found.push({ from: node.argument.getText().slice(1, -1), runtime: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Where an import leads: a module by its path from the root, or a package by its name. */
const target = (module: string, from: string): string =>
  from.startsWith('.') ? posix.join(posix.dirname(module), from).replace(/\.js$/, '.ts') : from;

const sources = new Map(modulesIn('lib').map((module) => [module, parse(readFileSync(root + module, 'utf8'))]));
const imports = new Map([...sources].map(([module, source]) =>
  [module, importsIn(source).map(({ from, runtime }) => ({ from: target(module, from), runtime }))]));

/** What the core and the doors beside it share. */
const SHARED = ['lib/internal/expect.ts', 'lib/internal/is-bare.ts', 'lib/internal/thenable.ts'];

/** What `undoable` and `optimistic` know of the core beyond its door: the classes of outcomes, and how states are frozen. */
const INNER = ['lib/core/command.ts', 'lib/core/effect.ts', 'lib/core/hold.ts', 'lib/core/internal/check-options.ts', 'lib/core/lifted.ts', 'lib/core/outcome.ts', 'lib/core/view.ts'];

/** What the modules of a folder import that isn't allowed to them. */
const trespasses = (folder: string, allowed: (target: string) => boolean): string[] => [...imports]
  .filter(([module]) => module.startsWith(folder))
  .flatMap(([module, targets]) => targets.filter(({ from }) => !allowed(from)).map(({ from }) => `${module} → ${from}`));

/** A way from a module back to itself, if there's one. */
function ringThrough(start: string, graph: ReadonlyMap<string, readonly Import[]>): string[] | undefined {
  const seen = new Set<string>();
  const walk = (module: string, path: readonly string[]): string[] | undefined => {
    for (const { from, runtime } of graph.get(module) ?? []) {
      if (!runtime) continue;
      if (from === start) return [...path, from];
      if (seen.has(from)) continue;
      seen.add(from);
      const ring = walk(from, [...path, from]);
      if (ring !== undefined) return ring;
    }
    return undefined;
  };
  return walk(start, [start]);
}

/** What of the platform tells time, waits or throws dice. */
const PLATFORM = [
  'Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'requestAnimationFrame',
  'requestIdleCallback', 'crypto', 'random', 'hrtime', 'nextTick', 'timeStamp', 'Temporal',
];

/** What of rxjs goes by a clock of its own unless it's given a scheduler. */
const CLOCKED = [
  'asyncScheduler', 'asapScheduler', 'queueScheduler', 'animationFrameScheduler', 'animationFrames', 'timer', 'interval',
  'delay', 'delayWhen', 'debounceTime', 'throttleTime', 'auditTime', 'sampleTime', 'bufferTime', 'windowTime', 'timeout',
  'timeoutWith', 'timestamp', 'timeInterval', 'ReplaySubject',
];

/** The names in a module that are among `names`. */
function uses(source: ts.SourceFile, names: readonly string[]): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    // A parameter or a field of that name is no use of the platform's.
    const declared = ts.isIdentifier(node) && (node.parent as { name?: ts.Node }).name === node && !ts.isPropertyAccessExpression(node.parent)
      && !ts.isImportSpecifier(node.parent) && !ts.isShorthandPropertyAssignment(node.parent);
    const ownField = ts.isIdentifier(node) && ts.isPropertyAccessExpression(node.parent) && node.parent.name === node
      && !['globalThis', 'window', 'self', 'Math', 'process', 'console'].includes(node.parent.expression.getText());
    // Only what is read of an object of the platform's: by itself it's the name of a variable.
    const ownName = ts.isIdentifier(node) && ['random', 'hrtime', 'nextTick', 'timeStamp'].includes(node.text) && !ts.isPropertyAccessExpression(node.parent);
    if (ts.isIdentifier(node) && names.includes(node.text) && !declared && !ownField && !ownName) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The names that a module takes from rxjs. */
const takenFromRxjs = (source: ts.SourceFile): string[] => source.statements
  .filter(ts.isImportDeclaration)
  .filter(({ moduleSpecifier }) => (moduleSpecifier as ts.StringLiteral).text === 'rxjs')
  .flatMap(({ importClause }) => importClause?.namedBindings)
  .filter((names) => names !== undefined)
  .flatMap((names) => ts.isNamedImports(names) ? names.elements.map(({ name, propertyName = name }) => propertyName.text) : ['*']);

/** The modules of the core and of the ready-made stores, with some of their names. */
const inside = (names: (source: ts.SourceFile) => readonly string[]): string[] => [...sources]
  .filter(([module]) => module.startsWith('lib/core/') || module.startsWith('lib/stores/'))
  .flatMap(([module, source]) => names(source).map((name) => `${module}: ${name}`));

describe('imports', () => {
  it('of the core are of rxjs and of the core itself', () => {
    expect(trespasses('lib/core/', (from) => from === 'rxjs' || from.startsWith('lib/core/') || SHARED.includes(from))).toEqual([]);
  });

  it('of what all doors share are none', () => {
    expect(trespasses('lib/internal/', () => false)).toEqual([]);
  });

  it('of the ready-made stores are of the core\'s door, of themselves, and of rxjs', () => {
    const allowed = (from: string) => ['rxjs', 'lib/index.ts', ...SHARED].includes(from) || from.startsWith('lib/stores/');
    expect(trespasses('lib/stores/', allowed)).toEqual([]);
  });

  it('of the ready-made stores take no Subject from rxjs: what they hand out, the core hands out for them', () => {
    const subjects = [...sources].filter(([module]) => module.startsWith('lib/stores/'))
      .flatMap(([module, source]) => takenFromRxjs(source).filter((name) => name.endsWith('Subject')).map((name) => `${module}: ${name}`));
    expect(subjects).toEqual([]);
  });

  it.each([
    ['app', []],
    ['react', ['react']],
    ['angular', ['@angular/core']],
    ['devtools', []],
  ])('of ownstate/%s are of the core\'s door, of itself, of rxjs, and of %j', (door, packages) => {
    const shared = [...SHARED, ...door === 'devtools' ? ['lib/internal/text.ts'] : []];
    const allowed = (from: string) => ['rxjs', 'lib/index.ts', ...shared, ...packages].includes(from) || from.startsWith(`lib/${door}/`)
      || (door === 'app' && INNER.includes(from));
    expect(trespasses(`lib/${door}/`, allowed)).toEqual([]);
  });

  it('of the core\'s door are of the core', () => {
    expect(trespasses('lib/index.ts', (from) => from.startsWith('lib/core/'))).toEqual([]);
  });

  it('of ownstate/testing are of the doors, of itself, and of what tests are made with', () => {
    const doorsOf = [...doors.values()];
    const packages = ['rxjs', 'rxjs/testing', 'rxjs-marbles', 'vitest', 'fast-check'];
    expect(trespasses('lib/testing/', (from) => doorsOf.includes(from) || ['lib/internal/text.ts', 'lib/internal/thenable.ts'].includes(from) || from.startsWith('lib/testing/') || packages.includes(from))).toEqual([]);
  });

  it('of what stands beside the core reach it through its door only, but for what is made of its outcomes', () => {
    const beside = [...imports.keys()].filter((module) => !module.startsWith('lib/core/') && module !== 'lib/index.ts');
    const reaching = beside.flatMap((module) => trespasses(module, (from) => !from.startsWith('lib/core/')));
    expect(reaching.filter((way) => !/^lib\/app\/(over|optimistic|undo)\b/.test(way))).toEqual([]);
    expect([...new Set(reaching.map((way) => way.split(' → ')[1]))].sort()).toEqual(INNER);
  });

  it('lead to modules that are there', () => {
    const missing = (from: string) => from.startsWith('lib/') && !existsSync(root + from);
    expect(trespasses('lib/', (from) => !missing(from))).toEqual([]);
  });

  it('form no ring when the code runs', () => {
    const rings = [...imports.keys()].map((module) => ringThrough(module, imports)?.join(' → ')).filter((ring) => ring !== undefined);
    expect(rings).toEqual([]);
  });
});

describe('time and chance', () => {
  it('of the platform are not used by the core nor by the ready-made stores', () => {
    // Ids and random numbers come in by one place: the default of the options `ids` and `random`. And when a cookie
    // expires is written as text: that moment is given, not read.
    const found = new Set(inside((source) => uses(source, PLATFORM)));
    expect([...found].sort()).toEqual(['lib/stores/sessions/express.ts: Date', 'lib/stores/structures/chance.ts: crypto']);
  });

  it('of rxjs come in by one place: the default of the option `scheduler`', () => {
    const clocked = inside((source) => takenFromRxjs(source).filter((name) => name === '*' || CLOCKED.includes(name)));
    expect(clocked).toEqual(['lib/core/internal/check-options.ts: asyncScheduler']);
  });
});

describe('these checks', () => {
  const graph = (edges: Readonly<Record<string, readonly string[]>>, runtime = true) =>
    new Map(Object.entries(edges).map(([module, targets]) => [module, targets.map((from) => ({ from, runtime }))]));

  it('read every form of import', () => {
    const found = importsIn(parse(`
      import a from './a.js';
      import type { B } from './b.js';
      import { type C } from './c.js';
      export { d } from './d.js';
      export type { E } from './e.js';
      const f = import('./f.js');
      type G = import('./g.js').G;
    `));
    expect(found.filter(({ runtime }) => runtime).map(({ from }) => from)).toEqual(['./a.js', './c.js', './d.js', './f.js']);
    expect(found.filter(({ runtime }) => !runtime).map(({ from }) => from)).toEqual(['./b.js', './e.js', './g.js']);
  });

  it('resolve an import from where it stands', () => {
    expect(target('lib/core/internal/site.ts', '../command.js')).toBe('lib/core/command.ts');
    expect(target('lib/core/store.ts', 'rxjs')).toBe('rxjs');
  });

  it('find a ring, and none of types alone', () => {
    const edges = { a: ['b'], b: ['c', 'd'], c: [], d: ['a'] };
    expect(ringThrough('a', graph(edges))).toEqual(['a', 'b', 'd', 'a']);
    expect(ringThrough('c', graph(edges))).toBeUndefined();
    expect(ringThrough('a', graph(edges, false))).toBeUndefined();
  });

  it('find what is taken from rxjs, under whatever name', () => {
    const text = "import { map, timer as later, type Observable } from 'rxjs'; import { delay } from './mine.js'; import * as all from 'rxjs';";
    expect(takenFromRxjs(parse(text))).toEqual(['map', 'timer', 'Observable', '*']);
  });

  it('find the clocks of the platform, and not fields of the same name', () => {
    const text = `
      const a = Date.now(); const b = Math.random(); setTimeout(go, 1); globalThis.setInterval(go, 1); process.hrtime();
      options.timeout; const { timeout } = options; error.random; interface Limits { timeout: number }
    `;
    expect(uses(parse(text), PLATFORM)).toEqual(['Date', 'random', 'setTimeout', 'setInterval', 'hrtime']);
  });
});
