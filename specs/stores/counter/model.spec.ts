/** Counters against a plain model of them, by random commands and ends. */
import fc from 'fast-check';
import { createCounter, createCounters, OutOfBoundsError, TooManyKeysError, type OnBound } from 'ownstate/stores';
import { checkStore } from 'ownstate/testing';
import { describe, it } from 'vitest';

/** Counts by name and labels, and how often anything was changed. */
const NOTHING: { readonly counts: Readonly<Record<string, number>>; readonly changes: number } = { counts: {}, changes: 0 };

const MIN = -3;
const MAX = 6;

/** What a count beyond the bounds becomes. */
function bounded(count: number, onBound: OnBound): number {
  if (count >= MIN && count <= MAX) return count;
  if (onBound === 'reject') throw new OutOfBoundsError(count, MIN, MAX);
  if (onBound === 'clamp') return Math.min(MAX, Math.max(MIN, count));
  while (count > MAX) count -= MAX - MIN + 1;
  while (count < MIN) count += MAX - MIN + 1;
  return count;
}

/** What a command makes of a count, and what it replies. */
function step(type: string, count: number, given: number | undefined, onBound: OnBound): [next: number, reply: number] {
  const same = (next: number): [number, number] => [next, next];
  switch (type) {
    case 'increment': return same(bounded(count + (given ?? 1), onBound));
    case 'decrement': return same(bounded(count - (given ?? 1), onBound));
    case 'set': return same(bounded(given!, onBound));
    case 'getAndSet': return [bounded(given!, onBound), count];
    case 'reset': return same(1);
    default: return same(count);
  }
}

const by = fc.option(fc.nat(25), { nil: undefined });
const value = fc.integer({ min: -25, max: 25 });
const options = { start: 1, min: MIN, max: MAX };

describe.each(['reject', 'clamp', 'wrap'] as const)('where a bound is to %s', (onBound) => {
  it('a counter does what its model does', () => checkStore(
    (given) => createCounter({ ...given, ...options, onBound }),
    {
      commands: { increment: by, decrement: by, set: value, getAndSet: value, reset: undefined, get: undefined },
      model: {
        init: 1,
        step: (count, { type, payload }) => {
          const [state, reply] = step(type, count, payload, onBound);
          return { state, reply };
        },
      },
    },
    { runs: 200 },
  ));

  const names = fc.constantFrom('a', 'b');
  const labels = fc.constantFrom(undefined, {}, { x: '1', y: '2' }, { y: '2', x: '1' }, { x: '1' });
  const key = fc.oneof(names, fc.record({ name: names, labels }).map(({ name, labels: given }) => given === undefined ? { name } : { name, labels: given }));
  const stepped = fc.oneof(key, fc.tuple(key, fc.nat(25)).map(([each, far]) => ({ ...typeof each === 'string' ? { name: each } : each, by: far })));
  const valued = fc.tuple(key, value).map(([each, to]) => ({ ...typeof each === 'string' ? { name: each } : each, value: to }));

  it('a store of counters does what its model does', () => checkStore(
    (given) => createCounters({ ...given, ...options, onBound, maxKeys: 3 }),
    {
      commands: { increment: stepped, decrement: stepped, set: valued, getAndSet: valued, reset: key, remove: key, get: key },
      model: {
        init: NOTHING,
        step: (state, { type, payload }) => {
          const { name, labels: its = {}, ...rest } = (typeof payload === 'string' ? { name: payload } : payload) as
            { name: string; labels?: Record<string, string>; by?: number; value?: number };
          const id = JSON.stringify([name, ...Object.entries(its).map(String).sort()]);
          const there = id in state.counts;
          const { [id]: before = 1, ...others } = state.counts;
          if (type === 'get') return { state, reply: before };
          if (type === 'remove') return { state: there ? { counts: others, changes: state.changes + 1 } : state, reply: there };
          if (type === 'reset' && !there) return { state, reply: 1 };
          const [next, reply] = step(type, before, rest.by ?? rest.value, onBound);
          if (!there && Object.keys(others).length === 3) throw new TooManyKeysError(3);
          return { state: { counts: { ...others, [id]: next }, changes: state.changes + 1 }, reply };
        },
        view: ({ counts, changes }) => ({ keys: Object.keys(counts).length, changes }),
      },
    },
    { runs: 200 },
  ));
});
