/** The suite finds what is wrong: carriers with one fault each fail at the rule that the fault breaks. */
import { config } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Carrier } from './carrier.js';
import { rules } from './suite.js';
import { wrongs } from './wrong/carriers.js';

/** The titles of the clauses that fail, by the short name of their rule. */
type Failures = ReadonlyMap<string, readonly string[]>;

async function failuresOf(carrier: Carrier): Promise<Failures> {
  const failures = new Map<string, string[]>();
  for (const { name, clauses } of rules) {
    const [rule = ''] = name.split(' ');
    for (const { title, check } of clauses) {
      await check(carrier).catch(() => failures.set(rule, [...failures.get(rule) ?? [], title]));
    }
  }
  return failures;
}

describe('a carrier with a fault', () => {
  const former = config.onUnhandledError;
  const found = new Map<string, Failures>();

  beforeAll(async () => {
    // What wrong stores leave unhandled is no fault of this spec.
    config.onUnhandledError = () => {};
    for (const { carrier } of wrongs) found.set(carrier.name, await failuresOf(carrier));
  }, 60_000);

  afterAll(() => {
    config.onUnhandledError = former;
  });

  it.each(wrongs.map((wrong) => ({ ...wrong, name: wrong.carrier.name })))('breaks $rule: $name', ({ rule, name, clause, also }) => {
    const failures = found.get(name);
    expect(failures?.get(rule)?.filter((title) => title.startsWith(clause))).not.toEqual([]);
    expect([...failures?.keys() ?? []].filter((other) => other !== rule).join(' ')).toBe(also);
  });

  it('is there for each rule', () => {
    expect([...new Set(wrongs.map(({ rule }) => rule))].sort()).toEqual(rules.map(({ name }) => name.split(' ')[0]).sort());
  });

  it('is there for each clause: none of them holds whatever the store does', () => {
    const never = rules.flatMap(({ name, clauses }) => {
      const [rule = ''] = name.split(' ');
      // What breaks nearly everything says little, but of its own rule.
      const telling = wrongs.filter((wrong) => wrong.also.split(' ').length < 13 || wrong.rule === rule);
      const failed = new Set(telling.flatMap(({ carrier }) => found.get(carrier.name)?.get(rule) ?? []));
      return clauses.filter(({ title }) => !failed.has(title)).map(({ title }) => `${rule} ${title}`);
    });
    expect(never).toEqual([]);
  });
});
