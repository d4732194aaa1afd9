/** Types of counters: what is inferred, and what must not compile. */
import type { Reply, Store } from 'ownstate';
import {
  createCounter, createCounters, defineCounter, defineCounters, type Counter, type CounterDefinition, type Counters, type CountersDefinition, type CountersPage, type CounterStats,
} from 'ownstate/stores';
import { expectTypeOf, it } from 'vitest';

const counter = createCounter();
const big = createCounter({ start: 0n });
const counters = createCounters({ maxKeys: 5 });
const bigs = createCounters({ start: 0n });

it('a counter counts numbers', () => {
  expectTypeOf(counter).toEqualTypeOf<Counter>();
  expectTypeOf(counter).toEqualTypeOf<Store<CounterDefinition>>();
  expectTypeOf(createCounter({ start: 5, max: 9 })).toEqualTypeOf<Counter>();
  expectTypeOf(defineCounter({ start: 5 })).toEqualTypeOf<CounterDefinition>();
  expectTypeOf(counter.ask.increment()).toEqualTypeOf<Reply<number>>();
  expectTypeOf(counter.ask.getAndSet(5)).toEqualTypeOf<Reply<number>>();
  expectTypeOf(counter.ask.stats()).toEqualTypeOf<Reply<CounterStats>>();
  expectTypeOf(counter.snapshot()).toEqualTypeOf<number>();
});

it('a counter that starts with a bigint counts bigints', () => {
  expectTypeOf(big).toEqualTypeOf<Counter<bigint>>();
  expectTypeOf(big.ask.increment(2n)).toEqualTypeOf<Reply<bigint>>();
  expectTypeOf(bigs).toEqualTypeOf<Counters<bigint>>();
});

it('many counters count by name and labels', () => {
  expectTypeOf(counters).toEqualTypeOf<Store<CountersDefinition>>();
  expectTypeOf(defineCounters()).toEqualTypeOf<CountersDefinition>();
  expectTypeOf(counters.ask.increment('a')).toEqualTypeOf<Reply<number>>();
  expectTypeOf(counters.ask.increment({ name: 'a', labels: { x: 'y' }, by: 2 })).toEqualTypeOf<Reply<number>>();
  expectTypeOf(counters.ask.remove('a')).toEqualTypeOf<Reply<boolean>>();
  expectTypeOf(counters.ask.list()).toEqualTypeOf<Reply<CountersPage>>();
  expectTypeOf(bigs.ask.get('a')).toEqualTypeOf<Reply<bigint>>();
  expectTypeOf(counters.snapshot()).toEqualTypeOf<{ readonly keys: number; readonly changes: number }>();
});

export const refused = () => {
  // @ts-expect-error a step that is no number
  counter.ask.increment('5');
  // @ts-expect-error a number for a counter of bigints
  big.ask.increment(5);
  // @ts-expect-error a bigint for a counter of numbers
  counter.ask.set(5n);
  // @ts-expect-error a count that is missing
  counter.ask.set();
  // @ts-expect-error a rule that isn't there
  createCounter({ onBound: 'throw' });
  // @ts-expect-error a counter without a name
  counters.ask.increment();
  // @ts-expect-error a label that is no text
  counters.ask.increment({ name: 'a', labels: { status: 200 } });
  // @ts-expect-error a count that is missing
  counters.ask.set({ name: 'a' });
  // @ts-expect-error a bare name where a count is wanted
  counters.ask.set('a');
  // @ts-expect-error a dump of another store
  createCounters({ restore: { kind: 'counter', version: 1, at: 0, count: 5 } });
};
