/** The written semantics has a section for each rule, and each of its clauses names specs that are there. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { read, root } from '../support/examples.js';

const document = 'docs/semantics.md';
const lines = read(document).split('\n');

/** The files of specs by the names they have in the text, from the root. */
const specs = new Map(lines.flatMap((line) => {
  const [, name, path] = /^\[([a-z0-9]+)\]: (.+)$/.exec(line) ?? [];
  return name === undefined ? [] : [[name, join(dirname(document), path!)] as const];
}));

/** The clauses: their number, their text, and the specs they name. */
const clauses = lines.flatMap((line) => {
  const [, number, text, names] = /^- \*\*([A-Z][\d.]+)\*\* (.*?)((?: \[[a-z0-9]+\])*)$/.exec(line) ?? [];
  return number === undefined ? [] : [{ number, text: text!, names: [...names!.matchAll(/[a-z0-9]+/g)].map(([name]) => name) }];
});

const rules = Array.from({ length: 14 }, (_, index) => `S${index + 1}`);

describe('the semantics', () => {
  it('has a section for each rule, in order', () => {
    const sections = lines.flatMap((line) => /^## (S\d+) \S/.exec(line)?.[1] ?? []);
    expect(sections).toEqual(rules);
  });

  it('has clauses in each section, numbered without gaps', () => {
    const numbered = rules.flatMap((rule) => {
      const own = clauses.filter(({ number }) => number.startsWith(`${rule}.`));
      if (own.length === 0) return [`${rule} has none`];
      return own.flatMap(({ number }, index) => number === `${rule}.${index + 1}` ? [] : number);
    });
    expect(numbered).toEqual([]);
    for (const letter of ['O', 'V']) {
      const outside = clauses.filter(({ number }) => number.startsWith(letter)).map(({ number }) => number);
      expect(outside).toEqual(outside.map((_, index) => `${letter}${index + 1}`));
    }
  });

  it('says in each clause what must, should or may be', () => {
    expect(clauses.filter(({ text }) => !/\b(MUST|SHOULD|MAY)\b/.test(text)).map(({ number }) => number)).toEqual([]);
  });

  it('has nothing in its lists but clauses', () => {
    expect(lines.filter((line) => line.startsWith('- ')).length).toBe(clauses.length);
  });

  it('names specs in each clause, among them the one of its rule', () => {
    const unproved = clauses.filter(({ number, names }) => {
      const own = `s${/\d+/.exec(number)![0].padStart(2, '0')}`;
      return names.length === 0 || names.some((name) => !specs.has(name)) || (number.startsWith('S') && !names.includes(own));
    });
    expect(unproved.map(({ number, names }) => `${number}: ${names.join(', ')}`)).toEqual([]);
  });

  it('names specs that are there', () => {
    expect([...specs.values()].filter((path) => !existsSync(root + path))).toEqual([]);
  });

  it('names specs that hold some', () => {
    const empty = [...specs.values()].filter((path) => existsSync(root + path) && !/\bit\(|\bit\.each/.test(read(path)));
    expect(empty).toEqual([]);
  });

  it('names every spec of a rule', () => {
    const there = readdirSync(`${root}specs/core/rules`).filter((file) => file.endsWith('.spec.ts'));
    expect(there.filter((file) => ![...specs.values()].includes(`specs/core/rules/${file}`))).toEqual([]);
  });

  it('leaves no spec in its list unused', () => {
    const used = new Set(clauses.flatMap(({ names }) => names));
    expect([...specs.keys()].filter((name) => !used.has(name))).toEqual([]);
  });

  it('names each rule in the README too', () => {
    const named = read('README.md').split('\n').flatMap((line) => /^- \*\*(S\d+)\*\* \S/.exec(line)?.[1] ?? []);
    expect(named).toEqual(rules);
  });
});
