/** Sessions that outlive their store: out by the query `dump`, in again by the option `restore`. */
import { expect, expectObject } from '../../internal/expect.js';
import type { Key } from '../structures/check-payload.js';
import { dumpOf, expectDump } from '../structures/dump.js';
import type { SessionBook } from './book.js';
import type { DumpedSession, SessionsDump } from './types.js';

/** JSON has no `Infinity`. */
const finite = (time: number): number | null => time === Infinity ? null : time;

/** As `checkKey` says it of a payload. */
const isKey = (user: unknown): boolean => typeof user === 'string' || Number.isFinite(user);

export function dumpSessions<T>(book: SessionBook<T>, now: number): SessionsDump<T> {
  return {
    ...dumpOf('sessions', now),
    sessions: Array.from(book.all(now), (slot) => {
      const { id, user = null, data, createdAt, usedAt } = book.session(slot);
      const { idle, end } = book.lifetime(slot);
      return { id, user, data, createdAt, usedAt, ttl: finite(idle), until: finite(end) };
    }),
  };
}

/** @throws TypeError for what no `dump` of sessions gave */
export function expectSessionsDump(dump: SessionsDump<unknown>): void {
  expectDump(dump, 'sessions');
  const { sessions, at } = dump;
  expect(Array.isArray(sessions), 'restore.sessions', 'an array', sessions);
  const ids = new Set<string>();
  for (const [place, session] of sessions.entries()) {
    const name = `restore.sessions[${place}]`;
    expectObject(session, name);
    const { id, user, data, createdAt, usedAt, ttl, until } = session;
    expect(typeof id === 'string' && id !== '' && !ids.has(id), `${name}.id`, 'a string that no other has', id);
    ids.add(id);
    expect(user === null || isKey(user), `${name}.user`, 'a string, a number or null', user);
    expect(data !== undefined, `${name}.data`, 'given', data);
    expect(Number.isFinite(usedAt) && usedAt <= at, `${name}.usedAt`, 'a time up to that of the dump', usedAt);
    expect(Number.isFinite(createdAt) && createdAt <= usedAt, `${name}.createdAt`, 'a time up to `usedAt`', createdAt);
    expect(ttl === null || (Number.isFinite(ttl) && ttl > 0), `${name}.ttl`, 'a positive number of milliseconds, or null', ttl);
    expect(until === null || Number.isFinite(until), `${name}.until`, 'a time, or null', until);
  }
}

/**
 * Takes the sessions of a dump in: those that still live, and if there are more than the limits allow, those that would
 * expire last. Nothing is announced, since nobody can watch yet.
 */
export function restoreSessions<T>(book: SessionBook<T>, { at, sessions }: SessionsDump<T>, now: number): void {
  // By a clock that is behind the dump's, the time of the dump is now.
  const shift = Math.min(0, now - at);
  const { maxSessions, maxPerUser } = book.limits;
  const expiry = ({ usedAt, ttl, until }: DumpedSession<T>) => Math.min(usedAt + (ttl ?? Infinity), until ?? Infinity) + shift;
  const living = sessions.filter((session) => expiry(session) > now);
  const ofUser = new Map<Key, number>();
  const kept = new Set<DumpedSession<T>>();
  // Infinity less Infinity is no number, and no order.
  for (const session of [...living].sort((one, other) => expiry(other) - expiry(one) || other.usedAt - one.usedAt)) {
    const { user } = session;
    const count = user === null ? 0 : ofUser.get(user) ?? 0;
    if (kept.size >= maxSessions || count >= maxPerUser) continue;
    if (user !== null) ofUser.set(user, count + 1);
    kept.add(session);
  }
  for (const session of living) {
    const { id, user, data, createdAt, usedAt, ttl, until } = session;
    if (kept.has(session)) book.add(id, { data, user, ttl: ttl ?? Infinity }, createdAt + shift, usedAt + shift, (until ?? Infinity) + shift);
  }
}
