/** Every example in a docstring of the library compiles, runs, and prints what it says. */
import { describe, expect, it } from 'vitest';
import { examplesIn, read, specifyExamples } from '../support/examples.js';
import { modulesIn } from './program.js';

const files = modulesIn('lib');

describe('the examples of the docstrings', () => specifyExamples(files));

it('an example of a docstring is of TypeScript, and meant to be run', () => {
  const code = files.map((file) => ({ file, text: read(file) }));
  const unmarked = code.flatMap(({ file, text }) => [...text.matchAll(/@example(?!\s*\n\s*\* ```ts\n)/g)].map(() => file));
  expect(unmarked).toEqual([]);
  expect(code.flatMap(({ file, text }) => examplesIn(file, text)).filter(({ mode }) => mode === 'no-run')).toEqual([]);
});
