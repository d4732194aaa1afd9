/** What the commands of a key-value store take, and the checks at the door. */
import { check, checkBoolean, checkDuration, checkFunction, checkKey, checkObject, type Key } from '../structures/check-payload.js';

/** The most keys that one command names, so that none holds up the others. */
export const MOST_AT_ONCE = 10_000;

/** What `set` takes. */
export interface Setting<V> {
  readonly key: Key;
  /** Anything but `undefined`, which stands for no value. */
  readonly value: V;
  /** How long it lives, in milliseconds. Default: the store's. */
  readonly ttl?: number;
  /** Leaves the lifetime of a key as it is; one that isn't there gets the store's. Not beside `ttl`. */
  readonly keepTtl?: boolean;
  /** Sets only a key that isn't there. */
  readonly ifAbsent?: boolean;
  /** Sets only a key that is there. Not beside `ifAbsent`. */
  readonly ifPresent?: boolean;
  /** Replies the value before, instead of whether it was set. */
  readonly returnOld?: boolean;
}

/** What `compareAndSet` takes. Both values have to be given; `undefined` stands for no value. */
export interface Exchange<V> {
  readonly key: Key;
  /** What the value has to be; `undefined`: the key isn't there. */
  readonly expected: V | undefined;
  /** What it becomes; `undefined` deletes the key. */
  readonly value: V | undefined;
  /** How long it lives from now, in milliseconds. Default: as before; a new key gets the store's lifetime. */
  readonly ttl?: number;
}

/** What `update` takes. */
export interface Change<V> {
  readonly key: Key;
  /**
   * Makes the next value of the present one, at once; `undefined` stands for no value. Runs inside the owner, so that
   * nothing comes between. What it throws is what the command fails with.
   */
  readonly with: (value: V | undefined) => V | undefined;
  /** How long it lives from now, in milliseconds. Default: as before; a new key gets the store's lifetime. */
  readonly ttl?: number;
}

/** Which keys `keys` gives. Each field is optional. */
export interface KeysOptions {
  /** Only texts that begin so. Default: all keys, numbers too. */
  readonly prefix?: string;
  /** The most keys of a page, from 1 to 10,000. Default 100. */
  readonly limit?: number;
  /** Where the page before ended: its `after`. Default: the first page. */
  readonly after?: number;
}

/** A page of keys. It may hold less than its limit, or nothing, and not be the last one. */
export interface KeysPage {
  readonly keys: readonly Key[];
  /** For the next page; `undefined` on the last one. */
  readonly after: number | undefined;
}

/** @throws InvalidPayloadError; fields are named behind `where` */
export function checkSetting(setting: Setting<unknown>, where = ''): void {
  checkObject(setting, where === '' ? 'payload' : where);
  const { key, value, ttl, keepTtl, ifAbsent, ifPresent, returnOld } = setting;
  const at = where === '' ? '' : `${where}.`;
  // Names of fields are made where they're needed: most settings are as they should be.
  if (typeof key !== 'string') checkKey(key, `${at}key`);
  if (value === undefined) check(false, `${at}value`, 'a value other than undefined', value);
  if (ttl !== undefined) checkDuration(ttl, `${at}ttl`);
  if (keepTtl !== undefined) checkBoolean(keepTtl, `${at}keepTtl`);
  if (ifAbsent !== undefined) checkBoolean(ifAbsent, `${at}ifAbsent`);
  if (ifPresent !== undefined) checkBoolean(ifPresent, `${at}ifPresent`);
  if (returnOld !== undefined) checkBoolean(returnOld, `${at}returnOld`);
  if (keepTtl === true) check(ttl === undefined, `${at}keepTtl`, 'false beside `ttl`', keepTtl);
  if (ifPresent === true) check(ifAbsent !== true, `${at}ifPresent`, 'false beside `ifAbsent`', ifPresent);
}

/** @throws InvalidPayloadError */
export function checkSettings(settings: readonly Setting<unknown>[]): void {
  checkMany(settings, 'payload');
  for (const [at, setting] of settings.entries()) checkSetting(setting, `payload[${at}]`);
}

/** @throws InvalidPayloadError */
export function checkKeys(keys: readonly Key[]): void {
  checkMany(keys, 'keys');
  for (const [at, key] of keys.entries()) checkKey(key, `keys[${at}]`);
}

function checkMany(many: unknown, field: string): void {
  check(Array.isArray(many) && many.length <= MOST_AT_ONCE, field, `an array of at most ${MOST_AT_ONCE}`, many);
}

/** @throws InvalidPayloadError */
export function checkExchange(exchange: Exchange<unknown>): void {
  checkObject(exchange);
  const { key, ttl } = exchange;
  checkKey(key);
  // A field that was misspelt isn't to be taken for no value.
  check('expected' in exchange, 'expected', 'given, if only as undefined', undefined);
  check('value' in exchange, 'value', 'given, if only as undefined', undefined);
  if (ttl !== undefined) checkDuration(ttl, 'ttl');
}

/** @throws InvalidPayloadError */
export function checkChange<V>(change: Change<V>): void {
  checkObject(change);
  checkKey(change.key);
  checkFunction(change.with, 'with');
  if (change.ttl !== undefined) checkDuration(change.ttl, 'ttl');
}
