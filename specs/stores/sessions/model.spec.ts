/** Sessions against a plain model: an array, searched from end to end. */
import fc from 'fast-check';
import { createSessions, InvalidPayloadError, type SessionEvent } from 'ownstate/stores';
import { checkStore } from 'ownstate/testing';
import { describe, expect, it } from 'vitest';

interface Held {
  id: string;
  user: string | undefined;
  data: number;
  created: number;
  used: number;
  idle: number;
  /** The how-manieth session it was to become its user's. */
  joined: number;
}

interface World {
  /** Those that have expired are in as well, until they're swept or their place is needed. */
  readonly held: readonly Held[];
  readonly last: number;
  readonly joined: number;
  readonly created: number;
  readonly deleted: number;
  readonly expired: number;
  readonly evicted: number;
  /** Time of the last command. */
  readonly at: number;
}

const LIMITS = { idle: 15, absolute: 40, touchEvery: 4, maxSessions: 4, maxPerUser: 2, sweep: 6 };
const EMPTY: World = { held: [], last: 0, joined: 0, created: 0, deleted: 0, expired: 0, evicted: 0, at: 0 };

const expiry = ({ used, idle, created }: Held) => Math.min(used + idle, created + LIMITS.absolute);
const shown = (held: Held) => ({ id: held.id, user: held.user, data: held.data, createdAt: held.created, usedAt: held.used, expiresAt: expiry(held) });
const without = ({ held, ...rest }: World, ids: readonly string[]): World => ({ ...rest, held: held.filter(({ id }) => !ids.includes(id)) });
const replaced = (world: World, one: Held): World => ({ ...world, held: world.held.map((other) => other.id === one.id ? one : other) });

/** A state, and what was announced on the way to it. */
type Way = readonly [world: World, events: readonly SessionEvent[]];

function expire(world: World, { id, user, used, idle, created }: Held): Way {
  const reason = used + idle < created + LIMITS.absolute ? 'idle' : 'absolute';
  return [{ ...without(world, [id]), expired: world.expired + 1 }, [{ type: 'expired', id, user, reason }]];
}

/** Each way in which one of these makes room: any of those that expire first. */
function makeRoom(world: World, among: readonly Held[], most: number, reason: 'maxSessions' | 'maxPerUser', now: number): readonly Way[] {
  if (among.length < most) return [[world, []]];
  const earliest = Math.min(...among.map(expiry));
  return among.filter((one) => expiry(one) === earliest).map((one): Way => {
    if (earliest <= now) return expire(world, one);
    return [{ ...without(world, [one.id]), evicted: world.evicted + 1 }, [{ type: 'evicted', id: one.id, user: one.user, reason }]];
  });
}

const roomForUser = (world: World, user: string | undefined, now: number): readonly Way[] =>
  user === undefined ? [[world, []]] : makeRoom(world, world.held.filter((one) => one.user === user), LIMITS.maxPerUser, 'maxPerUser', now);

/** A session comes in, for which room is made. */
function begin(from: World, id: string, { data, user, ttl = LIMITS.idle }: Payload, now: number) {
  return roomForUser(from, user ?? undefined, now)
    .flatMap(([world, events]) => makeRoom(world, world.held, LIMITS.maxSessions, 'maxSessions', now)
      .map(([next, more]): Way => [next, [...events, ...more]]))
    .map(([world, events]) => {
      const one: Held = { id, user: user ?? undefined, data: data!, created: now, used: now, idle: ttl!, joined: world.joined };
      const state = { ...world, held: [...world.held, one], joined: world.joined + 1, created: world.created + 1 };
      return { state, reply: shown(one), events: [...events, { type: 'created', id, user: one.user }] };
    });
}

/** A session becomes another one. */
function change(from: World, one: Held, { data, user, ttl }: Payload, now: number) {
  const moves = user !== undefined && (user ?? undefined) !== one.user;
  return (moves ? roomForUser(from, user ?? undefined, now) : [[from, []] as Way]).map(([world, events]) => {
    const next: Held = {
      ...one, used: now, data: data ?? one.data, idle: ttl === undefined ? one.idle : ttl ?? LIMITS.idle,
      user: moves ? user ?? undefined : one.user, joined: moves ? world.joined : one.joined,
    };
    const state = { ...replaced(world, next), joined: world.joined + 1 };
    return { state, reply: shown(next), events: [...events, { type: 'updated', id: one.id, user: next.user }] };
  });
}

interface Payload {
  readonly id?: string;
  readonly data?: number;
  readonly user?: string | null;
  readonly ttl?: number | null;
  readonly with?: (data: number) => number;
}

/** What each command does, in so many words. */
function step(before: World, { type, payload }: { readonly type: string; readonly payload?: unknown }, now: number) {
  // Casts here and below: the arbitraries give what each command takes.
  const fields = Object(payload) as Payload;
  const id = typeof payload === 'string' ? payload : fields.id;
  const isQuery = ['peek', 'listByUser', 'stats', 'dump'].includes(type);
  const world = isQuery ? before : { ...before, at: now };
  const living = world.held.filter((one) => expiry(one) > now);
  const found = living.find((one) => one.id === id);
  const used = found && (now - found.used < LIMITS.touchEvery && now - found.used < found.idle / 2 ? found : { ...found, used: now });
  const ofUser = (user: unknown) => living.filter((one) => one.user === user).sort((one, other) => other.used - one.used || other.joined - one.joined);
  const ended = (ones: readonly Held[], by: 'id' | 'user' | 'others', reply: unknown) => ({
    state: { ...without(world, ones.map((one) => one.id)), deleted: world.deleted + ones.length }, reply,
    events: ones.map((one) => ({ type: 'deleted', id: one.id, user: one.user, by })),
  });
  const swept = () => world.held.filter((one) => expiry(one) <= now).reduce<Way>(([state, events], one) => {
    const [next, more] = expire(state, one);
    return [next, [...events, ...more]];
  }, [world, []]);

  switch (type) {
    case 'create':
      return begin({ ...world, last: world.last + 1 }, `s${world.last + 1}`, fields, now);
    case 'adopt': {
      if (found) return change(world, found, { user: null, ttl: null, ...fields }, now);
      const stale = world.held.find((one) => one.id === id);
      const [freed, events] = stale ? expire(world, stale) : [world, []];
      return begin(freed, id!, fields, now).map((way) => ({ ...way, events: [...events, ...way.events] }));
    }
    case 'get': return { state: used ? replaced(world, used) : world, reply: used && shown(used), events: [] };
    case 'touch': return { state: used ? replaced(world, used) : world, reply: used !== undefined, events: [] };
    case 'update': {
      if (!found) return { state: world, events: [] };
      const data = fields.with ? fields.with(found.data) : fields.data;
      if (fields.with && data === undefined) throw new InvalidPayloadError('with', 'a function that gives the new data at once', data);
      return change(world, found, { ...fields, ...data === undefined ? {} : { data } }, now);
    }
    case 'regenerate': {
      if (!found) return { state: world, events: [] };
      const next = { ...found, id: `s${world.last + 1}`, used: now };
      const { held, ...rest } = without(world, [found.id]);
      return {
        state: { ...rest, held: [...held, next], last: world.last + 1 }, reply: shown(next),
        events: [{ type: 'regenerated', id: next.id, was: found.id, user: found.user }],
      };
    }
    case 'delete': return ended(found ? [found] : [], 'id', found !== undefined);
    case 'deleteByUser': return ended(ofUser(payload), 'user', ofUser(payload).length);
    case 'deleteOthers': {
      const others = found?.user === undefined ? [] : ofUser(found.user).filter((one) => one !== found);
      return ended(others, 'others', others.length);
    }
    case 'clear': {
      const [state, events] = swept();
      const count = state.held.length;
      return { state: { ...state, held: [], deleted: state.deleted + count }, reply: count, events: [...events, { type: 'cleared', count }] };
    }
    case 'sweep': {
      const [state, events] = swept();
      return { state, reply: events.length, events };
    }
    case 'peek': return { state: world, reply: found && shown(found) };
    case 'listByUser': return { state: world, reply: ofUser(payload).map(shown) };
    case 'stats': {
      const { created, deleted, expired, evicted } = world;
      const { maxSessions, maxPerUser } = LIMITS;
      return { state: world, reply: { size: living.length, created, deleted, expired, evicted, maxSessions, maxPerUser } };
    }
    case 'dump': return {
      state: world, reply: {
        kind: 'sessions', version: 1, at: now, sessions: living.map((one) => ({
          id: one.id, user: one.user ?? null, data: one.data, createdAt: one.created, usedAt: one.used,
          ttl: one.idle === Infinity ? null : one.idle, until: one.created + LIMITS.absolute,
        })),
      },
    };
    default: throw new Error(`Expected a command, got ${type}`);
  }
}

const id = fc.constantFrom('s1', 's2', 's3', 's4', 's5', 'x', 'y');
const user = fc.constantFrom('ann', 'bob');
const ttl = fc.constantFrom(1, 5, 9, 30, Infinity);
const fields = { data: fc.nat(9), user, ttl };
const plus = (data: number) => data + 1;
const nothing = () => undefined as unknown as number;
const failing = () => { throw new RangeError('no'); };

/** Whoever expires at the same time may go in whatever order. */
const sorted = (events: readonly unknown[]) => events.map((event) => JSON.stringify(event, Object.keys(Object(event) as object).sort())).sort();
const areEvents = (value: unknown): value is readonly unknown[] => Array.isArray(value) && value.length > 0
  && value.every((one) => typeof (Object(one) as { type?: unknown }).type === 'string');

describe('a sessions store', () => {
  it('does what its model does: replies, events, failures and times', { timeout: 60_000 }, () => checkStore((options) => {
    let last = 0;
    return createSessions<number>({ ...LIMITS, ...options, foreignIds: true, ids: () => `s${++last}` });
  }, {
    commands: {
      create: fc.record(fields, { requiredKeys: ['data'] }),
      adopt: fc.record({ ...fields, id: fc.constantFrom('x', 'y') }, { requiredKeys: ['id', 'data'] }),
      get: id,
      touch: id,
      update: fc.oneof(
        fc.record({ ...fields, user: fc.option(user), ttl: fc.option(ttl), id }, { requiredKeys: ['id'] }),
        fc.record({ id, with: fc.constantFrom(plus, nothing, failing) }),
      ),
      regenerate: id,
      delete: id,
      deleteByUser: user,
      deleteOthers: id,
      clear: undefined,
      sweep: undefined,
      peek: id,
      listByUser: user,
      stats: undefined,
      dump: undefined,
    },
    model: {
      init: EMPTY,
      step,
      view: ({ held }) => ({ held: held.length }),
      agree: (expected, got) => {
        try {
          if (areEvents(expected) && areEvents(got)) expect(sorted(got)).toEqual(sorted(expected));
          else if (expected instanceof Error) expect([(got as Error).name, (got as Error).message]).toEqual([expected.name, expected.message]);
          else expect(got).toEqual(expected);
          return true;
        } catch {
          return false;
        }
      },
    },
  }, { runs: 250, length: 40, gap: 8 }));
});
