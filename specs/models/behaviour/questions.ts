/** The questions that each library is asked: a program each, run on a new counter. */
import type { Counter } from './counter.js';
import { during, type Told } from './during.js';

/** What two observers saw, of whom the first updates while it's told. */
export interface Reentrant {
  readonly first: readonly number[];
  readonly second: readonly number[];
  readonly count: number;
}

/** The first of two observers updates when it's told of 1. */
export async function reentrant(counter: Counter): Promise<Reentrant> {
  const first: number[] = [];
  const second: number[] = [];
  counter.watch((count) => {
    first.push(count);
    if (count === 1) counter.increment();
  });
  counter.watch((count) => second.push(count));
  await during(() => counter.increment());
  return { first, second, count: counter.count() };
}

/** The same, but it puts its update off. */
export async function deferred(counter: Counter): Promise<Reentrant> {
  const first: number[] = [];
  const second: number[] = [];
  counter.watch((count) => {
    first.push(count);
    if (count === 1) setTimeout(() => counter.increment());
  });
  counter.watch((count) => second.push(count));
  await during(() => counter.increment());
  return { first, second, count: counter.count() };
}

/** Who was told of errors, what an observer saw, and what there is at the end. */
export interface Failing {
  readonly told: readonly Told[];
  readonly seen: readonly number[];
  readonly count: number;
}

/** One update that throws, between two that don't. */
export async function failing(counter: Counter): Promise<Failing> {
  const seen: number[] = [];
  counter.watch((count) => seen.push(count));
  await during(() => counter.increment());
  const told = await during(() => counter.fail());
  await during(() => counter.increment());
  return { told, seen, count: counter.count() };
}

/** How much two updates added that read before they waited; and two with the remedy. */
export interface Awaiting {
  readonly added: number;
  readonly remedied: number;
}

/** Two updates at once that read, wait and write; then two with the remedy. */
export async function awaiting(counter: Counter): Promise<Awaiting> {
  await during(() => [counter.readThenWait(), counter.readThenWait()]);
  const added = counter.count();
  await during(() => [counter.remedied(), counter.remedied()]);
  return { added, remedied: counter.count() - added };
}

/** An update within an update. */
export async function nested(counter: Counter): Promise<Failing> {
  const seen: number[] = [];
  counter.watch((count) => seen.push(count));
  const told = await during(() => counter.nested());
  return { told, seen, count: counter.count() };
}

/** The same, by the library's own way to have both. */
export async function inTurn(counter: Counter): Promise<Failing> {
  const seen: number[] = [];
  counter.watch((count) => seen.push(count));
  const told = await during(() => counter.inTurn());
  return { told, seen, count: counter.count() };
}

/** The first of two observers throws at each of two updates. */
export async function observed(counter: Counter): Promise<Failing> {
  const seen: number[] = [];
  counter.watch(() => {
    throw new Error('of an observer');
  });
  counter.watch((count) => seen.push(count));
  const first = await during(() => counter.increment());
  const then = await during(() => counter.increment());
  return { told: [...first, ...then], seen, count: counter.count() };
}

/** What an update gives to whoever made it. */
export async function answered(counter: Counter): Promise<unknown> {
  return counter.increment();
}
