/** Compares what came out with what a row says. Among the values are some that fail when they're looked at. */
import { expect } from 'vitest';
import { Fault } from './row.js';

/** The same value, a fault that it matches, or a list of these. */
export function expectSame(got: unknown, want: unknown): void {
  if (Object.is(got, want)) return;
  if (want instanceof Fault) return expectFault(got, want);
  if (isList(want) && isList(got)) {
    expect(got.length, `of ${shown(got)}, expected ${shown(want)}`).toBe(want.length);
    want.forEach((item, place) => expectSame(got[place], item));
  } else {
    expect(got).toStrictEqual(want);
  }
}

export function expectFault(got: unknown, { very, kind, message }: Fault): void {
  if (kind === undefined) {
    if (!Object.is(got, very)) throw new Error(`Expected the very error ${shown(very)}, got ${shown(got)}`);
    return;
  }
  // Not `instanceof` alone: a subclass isn't what the row says.
  if (!(isError(got) && got.constructor === kind)) throw new Error(`Expected a ${kind.name}, got ${shown(got)}`);
  // By hand: the difference of two megabytes takes its time.
  const fits = typeof message === 'string' ? got.message === message : message.test(got.message);
  if (!fits) throw new Error(`Expected the message ${shown(message)}, got ${shown(got.message)}`);
}

/** The same faults, in whatever order. */
export function expectFaults(got: readonly unknown[], want: readonly Fault[], where: string): void {
  const left = [...got];
  for (const fault of want) {
    const place = left.findIndex((error) => matches(error, fault));
    if (place >= 0) left.splice(place, 1);
  }
  if (got.length !== want.length || left.length > 0) throw new Error(`Expected ${shown(want)} ${where}, got ${shown(got)}`);
}

function matches(error: unknown, fault: Fault): boolean {
  try {
    expectFault(error, fault);
    return true;
  } catch {
    return false;
  }
}

/** A value for a message, however it resists. */
export function shown(value: unknown): string {
  try {
    if (value instanceof Fault) return value.kind === undefined ? shown(value.very) : `${value.kind.name}: ${String(value.message).slice(0, 200)}`;
    return isList(value) ? `[${value.map(shown).join(', ')}]` : String(value).slice(0, 200);
  } catch {
    return 'what cannot be shown';
  }
}

function isList(value: unknown): value is unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

function isError(value: unknown): value is Error {
  try {
    return value instanceof Error;
  } catch {
    return false;
  }
}
