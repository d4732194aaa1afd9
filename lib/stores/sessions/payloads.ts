/** What may come with a command of the sessions store. */
import { check, checkAtOnce, checkDuration, checkFunction, checkKey, checkObject, checkString } from '../structures/check-payload.js';
import type { SessionAdoption, SessionCreation, SessionUpdate } from './types.js';

/** The longest id that is taken over from elsewhere. */
const LONGEST_ID = 256;

/** Any text may come as an id, and then it's unknown. @throws InvalidPayloadError */
export function checkId(id: unknown): void {
  checkString(id, 'id');
}

/** @throws InvalidPayloadError */
export function checkCreation(payload: SessionCreation<unknown>): void {
  checkObject(payload);
  const { data, user, ttl } = payload;
  check(data !== undefined, 'data', 'given', data);
  if (user !== undefined) checkKey(user, 'user');
  if (ttl !== undefined) checkDuration(ttl, 'ttl');
}

/** @throws InvalidPayloadError */
export function checkAdoption(payload: SessionAdoption<unknown>): void {
  checkCreation(payload);
  checkString(payload.id, 'id', LONGEST_ID);
  check(payload.id !== '', 'id', `a string of 1 to ${LONGEST_ID} characters`, payload.id);
}

/** @throws InvalidPayloadError */
export function checkUpdate<T>(payload: SessionUpdate<T>): void {
  checkObject(payload);
  const { id, data, with: change, user, ttl } = payload;
  checkId(id);
  if (change !== undefined) {
    checkFunction(change, 'with');
    check(data === undefined, 'with', 'left out where there is `data`', change);
  }
  if (user !== undefined && user !== null) checkKey(user, 'user');
  if (ttl !== undefined && ttl !== null) checkDuration(ttl, 'ttl');
}

/** What a session is to hold after an update. @throws InvalidPayloadError, and whatever `with` throws */
export function updated<T>({ data, with: change }: SessionUpdate<T>, former: T): T | undefined {
  if (change === undefined) return data;
  const made: unknown = change(former);
  checkAtOnce(made, 'with', 'the new data');
  check(made !== undefined, 'with', 'a function that gives the new data at once', made);
  // A cast: it's what a function from T to T has given.
  return made as T;
}
