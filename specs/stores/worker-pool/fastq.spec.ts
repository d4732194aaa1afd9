/** fastq's own tests, run on a worker pool wherever both mean the same. */
import { describe, expect, it } from 'vitest';
import { fastqCases } from './support/fastq.js';

/** The cases in which a pool is meant to be another thing than fastq, and why. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'concurrency': 'a pool may have no worker at all, so 0 is a size; what is no number is refused, see bad-input.spec.ts',
  'set this': 'the work is called with a task and a run, and without a `this`',
  'saturated': 'there is no such hook; `select` shows how many tasks wait',
  'unshift && empty': 'there is no such hook; `select` shows how many tasks wait',
  'push && empty': 'there is no such hook; `select` shows how many tasks wait',
  'kill': 'it drops tasks without ever answering them; `clear` fails them',
  'killAndDrain': 'it drops tasks without ever answering them; `clear` fails them',
  'pause/resume should trigger drain event': 'a pool that was never busy does not become idle',
};

const files = { test: fastqCases('test'), promise: fastqCases('promise') };

describe.each(['test', 'promise'] as const)('fastq\'s %s.js', (file) => {
  for (const { name, run } of files[file]) {
    if (!Object.hasOwn(OTHERWISE, name)) it(name, run);
  }
});

it('the cases left out are among fastq\'s, and the others are as many as there should be', () => {
  const names = [...files.test, ...files.promise].map(({ name }) => name);
  expect(Object.keys(OTHERWISE).filter((name) => !names.includes(name))).toEqual([]);
  expect(names.filter((name) => !Object.hasOwn(OTHERWISE, name)).length).toBe(49 - 10);
});
