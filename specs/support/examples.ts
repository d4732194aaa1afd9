/**
 * Takes the ```ts blocks out of Markdown and docstrings, type-checks all of them in one program, and runs each.
 *
 * ```
 *   README.md, docs, lib ──▶ examplesIn ──▶ typeErrors      one program, the options of tsconfig.json
 *                                     └───▶ runExample      build/examples/README.md/12.ts, imported by vitest
 * ```
 *
 * A block is a module of its own. Its code keeps the line numbers of the file it stands in, so that errors and stacks
 * name the right line. What follows `//` behind a `console.log` is what that line must print; a line that prints more
 * than once says so with commas: `// 1, 2`. A block that imports from vitest is run as the specs it holds. A block may
 * be marked, with the reason: `no-run: why` is compiled only, `fails: message` must be refused with this message. What
 * needs a page to run on is part of a file that specs of its own run: `shown: docs/examples/…` names it (```tsx always does).
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { format } from 'node:util';
import ts from 'typescript';
import { beforeAll, describe, expect, it, vi } from 'vitest';

/** The project's root, with a slash at its end. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url));

/** A fenced block of whatever language. */
export interface Block {
  /** The file it stands in, from the root. */
  readonly file: string;
  /** Number of its first line of code. */
  readonly line: number;
  /** The first word behind the fence, `''` where there's none. */
  readonly language: string;
  /** What else stands there. */
  readonly mark: string;
  readonly code: string;
}

/** A block of TypeScript, and what it's there for. */
export interface Example extends Block {
  readonly mode: 'run' | 'specs' | 'no-run' | 'fails' | 'shown';
  /** Why it isn't run, the message with which it's refused, or the file it's a part of. */
  readonly reason: string;
}

/** All fenced blocks of a text; in TypeScript, those of its docstrings. */
export function blocksIn(file: string, text: string): Block[] {
  const content = file.endsWith('.ts') ? (line: string) => /^\s*\* ?(.*)$/.exec(line)?.[1] ?? '' : (line: string) => line;
  const blocks: Block[] = [];
  let open: Block | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = content(raw);
    const fence = /^\s*```(\w*)\s*(.*)$/.exec(line);
    if (open === undefined) {
      if (fence !== null) open = { file, line: index + 2, language: fence[1]!, mark: fence[2]!, code: '' };
    } else if (fence === null) {
      open = { ...open, code: `${open.code}${line}\n` };
    } else {
      blocks.push(open);
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`${file}:${open.line - 1}: this block has no end`);
  return blocks;
}

/** The examples of a text. @throws Error for a mark that isn't known, or that gives no reason */
export function examplesIn(file: string, text: string): Example[] {
  return blocksIn(file, text).filter(({ language }) => language === 'ts' || language === 'tsx').map((block) => {
    const { line, language, mark, code } = block;
    if (mark === '' && language === 'ts') return { ...block, mode: /from 'vitest'/.test(code) ? 'specs' : 'run', reason: '' };
    const [, mode, reason] = (language === 'ts' ? /^(no-run|fails|shown): (.+)$/ : /^(shown): (.+)$/).exec(mark) ?? [];
    const known = language === 'ts' ? "'no-run: why', 'fails: message' or 'shown: file'" : "'shown: file'";
    if (mode === undefined) throw new Error(`${file}:${line - 1}: expected ${known}, got '${mark}'`);
    return { ...block, mode: mode as 'no-run' | 'fails' | 'shown', reason: reason! };
  });
}

/** The text of a file, by its path from the root. */
export function read(file: string): string {
  return readFileSync(root + file, 'utf8');
}

/** The README and the docs, from the root. */
export function pages(): string[] {
  const docs = readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' }).map((file) => `docs/${file}`);
  return ['README.md', ...docs.filter((file) => file.endsWith('.md') && !file.includes('node_modules')).sort()];
}

/** Where an example is written to, and under which name the compiler knows it. */
const pathOf = ({ file, line }: Example): string => `${root}build/examples/${file}/${line}.ts`;

/** The code at the lines where it stands in its file. */
const placed = ({ line, code }: Example): string => '\n'.repeat(line - 1) + code;

/** What the compiler has to say about each example, by one program for all. */
export function typeErrors(examples: readonly Example[]): ReadonlyMap<Example, readonly string[]> {
  const { options } = ts.parseJsonConfigFileContent(JSON.parse(read('tsconfig.json')), ts.sys, root);
  const sources = new Map(examples.map((example) => [pathOf(example), placed(example)]));
  const host = ts.createCompilerHost(options);
  const onDisk = { ...host };
  host.fileExists = (path) => sources.has(path) || onDisk.fileExists(path);
  host.readFile = (path) => sources.get(path) ?? onDisk.readFile(path);
  host.getSourceFile = (path, language, ...rest) => {
    const source = sources.get(path);
    return source === undefined ? onDisk.getSourceFile(path, language, ...rest) : ts.createSourceFile(path, source, language);
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return new Map(examples.map((example) => {
    const source = program.getSourceFile(pathOf(example));
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return [example, found.map(({ start = 0, messageText }) => {
      const line = source!.getLineAndCharacterOfPosition(start).line + 1;
      return `${example.file}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    })];
  }));
}

/** What has been printed, by file and line. */
const printed = new Map<string, string[]>();

/** What stands in the place of `console.log` while an example runs. */
export function printAt(place: string): (...data: unknown[]) => void {
  return (...data) => void printed.set(place, [...(printed.get(place) ?? []), format(...data)]);
}

/** Each `console.log` of an example: where it stands, and what its line says it prints. */
function printsOf(example: Example): { readonly start: number; readonly place: string; readonly expected: string | undefined }[] {
  const source = ts.createSourceFile('example.ts', example.code, ts.ScriptTarget.Latest, true);
  const lines = example.code.split('\n');
  const prints: ReturnType<typeof printsOf> = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && node.getText() === 'console.log') {
      // A call may go on for some lines; the comment stands behind its end.
      const whole = ts.isCallExpression(node.parent) && node.parent.expression === node ? node.parent : node;
      const { line } = source.getLineAndCharacterOfPosition(whole.getEnd());
      const expected = /^.* \/\/ (.*)$/.exec(lines[line]!)?.[1];
      prints.push({ start: node.getStart(), place: `${example.file}:${example.line + line}`, expected });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return prints;
}

/** What an example printed other than it says, as sentences. */
function misprintsOf(example: Example): string[] {
  return printsOf(example).flatMap(({ place, expected }) => {
    const text = printed.get(place)?.join(', ') ?? 'nothing';
    return expected === undefined || text === expected ? [] : [`${place}: expected it to print ${expected}, it printed ${text}`];
  });
}

/** Writes an example to a file with its prints recorded, and imports that. */
async function load(example: Example): Promise<void> {
  const path = pathOf(example);
  let { code } = example;
  for (const { start, place } of printsOf(example).reverse()) {
    printed.delete(place);
    code = `${code.slice(0, start)}printAt('${place}')${code.slice(start + 'console.log'.length)}`;
  }
  const recorded = code === example.code ? '' : `import { printAt } from '${root}specs/support/examples.ts'; `;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, placed({ ...example, code: recorded + code }));
  try {
    await import(/* @vite-ignore */ path);
  } catch (error) {
    const { message, stack } = error as Error;
    const line = stack?.split(`${path}:`)[1]?.split(':')[0] ?? example.line;
    throw new Error(`${example.file}:${line}: ${message}`, { cause: error });
  }
}

/**
 * Runs an example; its prints may take `patience` ms.
 *
 * @throws (rejects) Error naming file and line, where it fails or prints other than it says
 */
export async function runExample(example: Example, patience = 3000): Promise<void> {
  await load(example);
  // What is printed too much comes right behind what is expected.
  await setImmediate();
  await vi.waitFor(() => {
    const misprints = misprintsOf(example);
    if (misprints.length > 0) throw new Error(misprints.join('\n'));
  }, { interval: 1, timeout: patience });
}

/** Specifies that the examples of files do what they say: a spec for each. */
export function specifyExamples(files: readonly string[]): void {
  const examples = files.flatMap((file) => examplesIn(file, read(file)));
  let errors: ReturnType<typeof typeErrors> = new Map();
  beforeAll(() => { errors = typeErrors(examples.filter(({ mode }) => mode !== 'shown')); }, 60_000);
  for (const example of examples) {
    const { file, line, mode, reason } = example;
    const compile = () => expect(errors.get(example)).toEqual([]);
    if (mode === 'shown') {
      it(`${file}:${line} is a part of ${reason}`, () => expect(read(reason)).toContain(example.code));
    } else if (mode === 'fails') {
      it(`${file}:${line} is refused: ${reason}`, () => expect(errors.get(example)?.join('\n')).toContain(reason));
    } else if (mode === 'no-run') {
      it(`${file}:${line} compiles (not run: ${reason})`, compile);
    } else if (mode === 'run') {
      it(`${file}:${line} compiles, runs and prints what it says`, async () => {
        compile();
        await runExample(example);
      });
    } else {
      describe(`${file}:${line}`, async () => {
        it('compiles', compile);
        await load(example);
        it('prints what it says', () => expect(misprintsOf(example)).toEqual([]));
      });
    }
  }
}
