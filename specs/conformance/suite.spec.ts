/** The suite itself: what it asks of a carrier, what it passes over, and that it reaches no further than the doors. */
import { readdirSync, readFileSync } from 'node:fs';
import { createStore } from 'ownstate';
import { asyncScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { checkCarrier, NEEDS, type Carrier } from './carrier.js';
import { describeConformance, lackOf, rules } from './suite.js';
import { wire } from './wire.js';

const clauses = rules.flatMap((rule) => rule.clauses);
const memory: Carrier = { name: 'a store', create: createStore };

/** All modules of the suite; specs are none of it. */
const modules = readdirSync(new URL('.', import.meta.url), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
  .map((file) => ({ file, text: readFileSync(new URL(file, import.meta.url), 'utf8') }));

describe('the suite', () => {
  it('has the fourteen rules, each with clauses of different titles', () => {
    expect(rules.map(({ name }) => name.split(' ')[0])).toEqual(Array.from({ length: 14 }, (_, place) => `S${place + 1}`));
    for (const rule of rules) {
      const titles = rule.clauses.map(({ title }) => title);
      expect(titles).not.toEqual([]);
      expect(new Set(titles).size).toBe(titles.length);
    }
  });

  it('imports nothing of the library but its doors', () => {
    const imported = new Set(modules.flatMap(({ text }) => [...text.matchAll(/(?:from |import\()'([^']+)'/g)].map(([, name]) => name!)));
    const others = [...imported].filter((name) => !/^\.\.?\/(rules\/|wrong\/)?[\w-]+\.js$/.test(name));
    expect(others.sort()).toEqual(['ownstate', 'ownstate/testing', 'rxjs', 'vitest']);
  });

  it('asks a carrier that lacks nothing for everything', () => {
    expect(clauses.filter((clause) => lackOf(memory, clause) !== undefined)).toEqual([]);
  });

  it('has a clause for each need', () => {
    expect([...new Set(clauses.flatMap(({ needs }) => needs))].sort()).toEqual(Object.keys(NEEDS).sort());
  });

  it('passes over what a carrier lacks, and says why', () => {
    const lacks = new Set(clauses.map((clause) => lackOf(wire, clause)));
    const reasons = ['at once: a message is on its way', 'one process: a store does not know who waits at the other end'];
    expect(lacks).toEqual(new Set([undefined, ...reasons]));
    for (const clause of clauses) {
      const possible = clause.needs.every((need) => need !== 'at once' && need !== 'one process');
      expect(lackOf(wire, clause) === undefined).toBe(possible);
    }
  });

  describe('holds of a carrier that is far away, but for what it lacks', () => {
    it.each(rules)('$name', async (rule) => {
      for (const clause of rule.clauses) {
        if (lackOf(wire, clause) === undefined) await clause.check(wire);
      }
    });
  });
});

describe('a carrier is refused', () => {
  // Casts: it's what carriers without types may say.
  const lacking = (lacks: object) => ({ lacks: lacks as Readonly<Record<string, string>> });

  it.each<[string, Partial<Carrier>, string]>([
    ['that lacks what no clause knows', lacking({ 'a soul': 'it is a machine' }), 'to lack one of at once, mutable state'],
    ['that lacks what every object has', lacking({ toString: 'no' }), 'got toString'],
    ['that does not say why it lacks something', { lacks: { 'at once': ' ' } }, 'to say why it lacks at once'],
    ['without virtual time and without a time of its own', { lacks: { 'virtual time': 'clocks differ' } }, 'to bring its own `time`'],
    ['with a time of its own and virtual time', { time: () => ({ scheduler: asyncScheduler, pass: async () => {} }) }, 'to bring its own `time`'],
  ])('%s', (_what, wrong, message) => {
    expect(() => checkCarrier({ ...memory, ...wrong })).toThrow(message);
    expect(() => describeConformance({ ...memory, ...wrong })).toThrow(TypeError);
  });
});
