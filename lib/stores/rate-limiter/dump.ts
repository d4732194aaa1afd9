/** A limiter as plain data, and back. */
import { expect, expectObject } from '../../internal/expect.js';
import type { Key } from '../structures/check-payload.js';
import { ageOf, dumpOf, expectDump } from '../structures/dump.js';
import { converted } from './buckets.js';
import { DEFAULT, limitOf, limitsOf, type Limit, type Limits } from './limits.js';
import type { RateLimiterState } from './state.js';
import type { DumpedLimit, RateLimiterDump } from './types.js';

type DumpedKey = RateLimiterDump['keys'][number];

function dumped({ name, limit, refill, every }: Limit): DumpedLimit {
  return { name, limit: limit === Infinity ? null : limit, refill, every };
}

export function dump(state: RateLimiterState, at: number): RateLimiterDump {
  const now = state.time(at);
  const keys: DumpedKey[] = [];
  for (const [key, slot] of state.slots.entries()) {
    const { own, blockedUntil = -Infinity, line } = state.slots.values[slot] ?? {};
    const { each } = state.limitsOf(slot);
    // What is drawn for those who wait isn't given yet.
    const [since, ...lacks] = line?.first?.before ?? state.buckets.copy(slot);
    const lack = lacks.map((drawn, index) => Math.max(0, drawn - (now - since!) * each[index]!.refill));
    const blockedFor = blockedUntil - now;
    if (!own && blockedFor <= 0 && lack.every((none) => none === 0)) continue;
    keys.push({
      key, lack,
      ...own ? { limits: own.each.map(dumped) } : {},
      ...blockedFor > 0 ? { blockedFor: blockedFor === Infinity ? null : blockedFor } : {},
    });
  }
  return { ...dumpOf('rate-limiter', at), limits: state.limits.each.map(dumped), keys };
}

/** @throws TypeError for what is no dump of a limiter */
export function expectLimiterDump(given: RateLimiterDump): void {
  expectDump(given, 'rate-limiter');
  const { limits, keys } = given as Partial<RateLimiterDump>;
  expectLimits(limits, 'restore.limits');
  expect(Array.isArray(keys), 'restore.keys', 'an array', keys);
  const seen = new Set<unknown>();
  for (const [index, entry] of keys!.entries()) {
    const path = `restore.keys[${index}]`;
    expectObject(entry, path);
    const { key, lack, limits: own, blockedFor } = entry as Partial<DumpedKey>;
    const isKey = typeof key === 'string' || Number.isFinite(key);
    expect(isKey && !seen.has(key), `${path}.key`, 'a string or a number, another one each time', key);
    seen.add(key);
    const isLack = Array.isArray(lack) && lack.length === limits!.length && lack.every((each) => Number.isSafeInteger(each) && each >= 0);
    expect(isLack, `${path}.lack`, 'an integer from 0 on for each limit', lack);
    if (own !== undefined) expectLimits(own, `${path}.limits`, limits);
    const isTime = blockedFor === undefined || blockedFor === null || (Number.isFinite(blockedFor) && blockedFor > 0);
    expect(isTime, `${path}.blockedFor`, 'a positive number of milliseconds, or null', blockedFor);
  }
}

function expectLimits(limits: unknown, path: string, same?: readonly DumpedLimit[]): void {
  expect(Array.isArray(limits) && (same === undefined || same.length === limits.length), path, 'an array of limits', limits);
  // A cast: that's what has just been found.
  for (const [index, limit] of (limits as unknown[]).entries()) {
    expectObject(limit, `${path}[${index}]`);
    // What is left out isn't what a new limiter has by default.
    for (const field of ['name', 'limit', 'refill', 'every'] as const) {
      expect((limit as Partial<DumpedLimit>)[field] !== undefined, `${path}[${index}].${field}`, 'there', undefined);
    }
    restored(limit as DumpedLimit, `${path}[${index}].`);
  }
}

/** @throws TypeError */
function restored(limit: DumpedLimit, path = ''): Limit {
  return limitOf({ ...limit, limit: limit.limit ?? Infinity }, DEFAULT, expect, path);
}

/**
 * Fills an empty state with what a dump holds, less what has come back since. Limits are known by their names: one that
 * the dump doesn't know begins full, and of one whose numbers have changed what was drawn stays drawn.
 *
 * @throws TypeError for more keys than there may be and that can't be forgotten
 */
export function fill(state: RateLimiterState, given: RateLimiterDump, at: number): void {
  const age = Math.floor(ageOf(given, at));
  const now = state.tick(at);
  const names = given.limits.map(({ name }) => name);
  for (const { key, lack, limits, blockedFor } of given.keys) {
    const was = (limits ?? given.limits).map((limit) => restored(limit));
    const own = limits && ownOf(state.limits, names, was);
    const { each } = own ?? state.limits;
    const left = each.map((limit) => {
      const index = names.indexOf(limit.name);
      return index < 0 ? 0 : converted(Math.max(0, lack[index]! - age * was[index]!.refill), was[index]!, limit);
    });
    const blockedUntil = blockedFor === undefined ? -Infinity : now + Math.ceil((blockedFor ?? Infinity) - age);
    if (!own && blockedUntil <= now && left.every((none) => none === 0)) continue;
    expect(state.hasRoom, 'restore.keys', `at most ${state.maxKeys}`, given.keys.length);
    add(state, key, now, left, own, blockedUntil);
  }
}

/** A key's own limits, as far as there still are limits of these names. */
function ownOf(limits: Limits, names: readonly string[], was: readonly Limit[]): Limits {
  return limitsOf(limits.each.map((limit) => was[names.indexOf(limit.name)] ?? limit));
}

function add(state: RateLimiterState, key: Key, now: number, left: readonly number[], own: Limits | undefined, blockedUntil: number): void {
  const slot = state.add(key, now, undefined);
  state.buckets.paste(slot, [now, ...left]);
  if (own || blockedUntil > now) Object.assign(state.special(slot), { own, blockedUntil });
  state.expiries.set(slot, state.until(slot));
}
