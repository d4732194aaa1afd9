/** What a store gives out by the query `dump`, and takes back by the option `restore`: plain data, with a version. */
import { expect, expectObject } from '../../internal/expect.js';

/** What every dump begins with. */
export interface Dump<K extends string> {
  /** Which store it's of. */
  readonly kind: K;
  /** The form of what follows. */
  readonly version: 1;
  /** When it was made, in milliseconds of that store's clock. */
  readonly at: number;
}

/** The beginning of a dump. */
export function dumpOf<K extends string>(kind: K, at: number): Dump<K> {
  return { kind, version: 1, at };
}

/** @throws TypeError for what is no dump of this kind, or of a version that isn't known */
export function expectDump(dump: unknown, kind: string): void {
  expectObject(dump, 'restore');
  const { kind: its, version, at } = dump as Partial<Dump<string>>;
  expect(its === kind, 'restore.kind', `'${kind}'`, its);
  expect(version === 1, 'restore.version', '1', version);
  expect(Number.isFinite(at), 'restore.at', 'a time in milliseconds', at);
}

/** How long ago a dump was made; 0 by a clock that is behind. What was to expire meanwhile is left out. */
export function ageOf(dump: Dump<string>, now: number): number {
  return Math.max(0, now - dump.at);
}
