/** Every code block of the README and the docs is compiled, run, and prints what it says. */
import { describe, expect, it } from 'vitest';
import { blocksIn, examplesIn, pages, read, runExample, specifyExamples, typeErrors } from '../support/examples.js';

const files = pages();

/** The example of a made-up Markdown file; its code begins on line 4. */
const example = (file: string, code: string, mark = '') =>
  examplesIn(file, `A sentence.\n\n\`\`\`ts${mark}\n${code}\n\`\`\`\n`)[0]!;

describe('examples', () => specifyExamples(files));

describe('a code block', () => {
  it('is in a language that the specs know how to check, or is none', () => {
    const blocks = files.flatMap((file) => blocksIn(file, read(file)));
    const others = blocks.filter(({ language }) => !['ts', 'tsx', 'sh', 'text'].includes(language));
    expect(others.map(({ file, line, language }) => `${file}:${line}: '${language}'`)).toEqual([]);
  });

  it('names scripts that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = files.flatMap((file) => blocksIn(file, read(file)))
      .filter(({ language }) => language === 'sh')
      .flatMap(({ file, code }) => [...code.matchAll(/npm (?:run )?([a-z]+)/g)].map(([, script]) => `${file}: ${script}`));
    expect(named).not.toEqual([]);
    expect(named.filter((name) => !['ci', 'install', ...Object.keys(scripts)].includes(name.split(': ')[1]!))).toEqual([]);
  });
});

describe('the check of an example', () => {
  it('finds the blocks of Markdown, with the line they begin on', () => {
    expect(example('found.md', 'run();')).toMatchObject({ file: 'found.md', line: 4, mode: 'run', code: 'run();\n' });
  });

  it('finds the blocks of docstrings, without their margin', () => {
    const docstring = '/**\n * A sentence.\n *\n * @example\n * ```ts\n * if (true) {\n *   run();\n * }\n * ```\n */\n';
    expect(examplesIn('found.ts', docstring)).toMatchObject([{ line: 6, code: 'if (true) {\n  run();\n}\n' }]);
  });

  it('refuses a block without an end', () => {
    expect(() => blocksIn('endless.md', '```ts\nrun();\n')).toThrow('endless.md:1: this block has no end');
  });

  it('refuses a mark without a reason', () => {
    const marked = () => example('marked.md', 'run();', ' no-run');
    expect(marked).toThrow("marked.md:3: expected 'no-run: why', 'fails: message' or 'shown: file', got 'no-run'");
  });

  it('refuses a block of a page that does not say where it stands', () => {
    expect(() => examplesIn('page.md', '```tsx\nrun();\n```\n')).toThrow("page.md:1: expected 'shown: file', got ''");
  });

  it('names file and line of what does not compile', () => {
    const wrong = example('types.md', "const add = (by: number) => by;\n\nconsole.log(add('5'));");
    const message = "types.md:6: Argument of type 'string' is not assignable to parameter of type 'number'.";
    expect(typeErrors([wrong]).get(wrong)).toEqual([message]);
  }, 60_000);

  it('names file and line of a wrong print', async () => {
    await expect(runExample(example('wrong.md', 'let one = 1;\none += 1;\nconsole.log(one); // 1'), 1)).rejects.toThrow(
      'wrong.md:6: expected it to print 1, it printed 2',
    );
  });

  it('names file and line of a print that does not come', async () => {
    await expect(runExample(example('silent.md', '[].forEach(console.log); // 1'), 1)).rejects.toThrow(
      'silent.md:4: expected it to print 1, it printed nothing',
    );
  });

  it('notices what is printed too much', async () => {
    const code = 'queueMicrotask(() => [1, 2].forEach((n) => console.log(n))); // 1';
    await expect(runExample(example('loud.md', code), 1)).rejects.toThrow('loud.md:4: expected it to print 1, it printed 1, 2');
  });

  it('waits for what is printed later', async () => {
    await runExample(example('late.md', 'setTimeout(() => console.log({ late: true }), 5); // { late: true }'));
  });

  it('reads what a call of several lines prints behind its end', async () => {
    await expect(runExample(example('long.md', 'console.log(\n  1,\n); // 2'), 1)).rejects.toThrow(
      'long.md:6: expected it to print 2, it printed 1',
    );
  });

  it('names file and line of a throw', async () => {
    const code = "const why = 'no reason';\n\nthrow new Error(why);";
    await expect(runExample(example('thrown.md', code))).rejects.toThrow('thrown.md:6: no reason');
  });
});
