/** The key-value store against a plain model of it, by random commands, times and ends. */
import fc from 'fast-check';
import { createKeyValue, TooManyKeysError, type KeyValueDump } from 'ownstate/stores';
import { checkStore } from 'ownstate/testing';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';

/** What is there: a list of keys, the one written longest ago first. */
interface Model {
  readonly entries: readonly { readonly key: unknown; readonly value: unknown; readonly until: number }[];
}

type Payload = Record<string, unknown>;

const NOTHING: Model = { entries: [] };
const MAX = 3;
const TTL = 12;

interface Step {
  readonly state: Model;
  readonly reply: unknown;
  readonly events: readonly object[];
}

/** Stands for what the model leaves open. */
const ANY = 'anything';

/** What a command does, in the plainest way. What has expired is just not there; when that's announced is specified below. */
function step(onFull: 'reject' | 'evict', state: Model, type: string, given: unknown, now: number): Step {
  const events: object[] = [];
  let entries = state.entries.filter(({ until }) => until > now);
  const find = (key: unknown) => entries.find((entry) => entry.key === key);
  const drop = (key: unknown, type: string) => {
    const entry = find(key);
    if (entry !== undefined) events.push({ type, key, value: entry.value });
    entries = entries.filter((each) => each !== entry);
    return entry;
  };
  const put = (key: unknown, value: unknown, until: number) => {
    if (find(key) === undefined && entries.length === MAX) {
      if (onFull === 'reject') throw new TooManyKeysError(MAX);
      drop(entries[0]!.key, 'evicted');
    }
    entries = [...entries.filter((entry) => entry.key !== key), { key, value, until }];
    events.push({ type: 'set', key, value });
  };
  const set = ({ key, value, ttl, keepTtl, ifAbsent, ifPresent, returnOld }: Payload): unknown => {
    const old = find(key);
    const does = old === undefined ? ifPresent !== true : ifAbsent !== true;
    if (does) put(key, value, keepTtl === true && old !== undefined ? old.until : now + ((ttl as number | undefined) ?? TTL));
    return returnOld === true ? old?.value : does;
  };
  const become = ({ key, ttl }: Payload, value: unknown) => {
    if (value === undefined) drop(key, 'deleted');
    else put(key, value, ttl !== undefined ? now + (ttl as number) : find(key)?.until ?? now + TTL);
  };
  const done = (reply: unknown) => ({ state: { entries }, reply, events });
  const payload = given as Payload;
  switch (type) {
    case 'get': return done(find(given)?.value);
    case 'getMany': return done((given as unknown[]).map((key) => find(key)?.value));
    case 'has': return done(find(given) !== undefined);
    case 'size': return done(entries.length);
    case 'remainingTtl': return done(find(given) && find(given)!.until - now);
    case 'set': return done(set(payload));
    case 'setMany': return done((given as Payload[]).map(set));
    case 'getAndSet': return done(set({ ...payload, returnOld: true }));
    case 'delete': return done(drop(given, 'deleted') !== undefined);
    case 'deleteMany': return done((given as unknown[]).map((key) => drop(key, 'deleted') !== undefined));
    case 'take': return done(drop(given, 'deleted')?.value);
    case 'clear': {
      const size = entries.length;
      entries = [];
      if (size > 0) events.push({ type: 'cleared', size });
      return done(size);
    }
    case 'dump': return done(new Map(entries.map(({ key, value, until }) => [key, [value, until === Infinity ? undefined : until - now]])));
    case 'compareAndSet': {
      const same = Object.is(find(payload['key'])?.value, payload['expected']);
      if (same) become(payload, payload['value']);
      return done(same);
    }
    case 'update': {
      const value = (payload['with'] as (value: unknown) => unknown)(find(payload['key'])?.value);
      become(payload, value);
      return done(value);
    }
    case 'sweep': return done(ANY);
    default: throw new Error(`${type} isn't modelled`);
  }
}

const key = fc.constantFrom('a', 'b', '1', 1, '__proto__');
const value = fc.constantFrom(0, null, 'v', false);
const ttl = fc.constantFrom(1, 5, 20, Infinity);
const flag = fc.boolean();
const setting = fc.oneof(
  fc.record({ key, value, ttl, ifAbsent: flag, returnOld: flag }, { requiredKeys: ['key', 'value'] }),
  fc.record({ key, value, keepTtl: flag, ifPresent: flag, returnOld: flag }, { requiredKeys: ['key', 'value'] }),
);
const functions = [(before: unknown) => before, () => undefined, () => 'new', () => { throw new RangeError('no'); }];
const keys = fc.array(key, { maxLength: 4 });

/** A dump as the model has it, events without those of expiry; all else as it is. */
function plain(got: unknown): unknown {
  const { kind, entries } = Object(got) as Partial<KeyValueDump>;
  if (kind !== undefined) return new Map(entries?.map((entry) => [entry.key, [entry.value, entry.ttl]]));
  return Array.isArray(got) ? got.filter((each) => (Object(each) as { type?: string }).type !== 'expired') : got;
}

/** Whether both hold the same; errors by class and message. */
function agree(expected: unknown, got: unknown): boolean {
  if (expected === ANY) return true;
  try {
    expect(plain(got)).toStrictEqual(expected);
    return true;
  } catch {
    return false;
  }
}

describe.each(['reject', 'evict'] as const)('a key-value store with the rule %s', (onFull) => {
  it('does what its model does', () => checkStore(
    (options) => createKeyValue({ ...options, maxKeys: MAX, ttl: TTL, sweep: 7, onFull }),
    {
      commands: {
        get: key, getMany: keys, has: key, size: undefined, remainingTtl: key, set: setting, setMany: fc.array(setting, { maxLength: 4 }), getAndSet: setting,
        delete: key, deleteMany: keys, take: key, clear: undefined, sweep: undefined, dump: undefined,
        compareAndSet: fc.record({ key, expected: fc.option(value, { nil: undefined }), value: fc.option(value, { nil: undefined }) }),
        update: fc.record({ key, with: fc.constantFrom(...functions), ttl }, { requiredKeys: ['key', 'with'] }),
      },
      model: {
        init: NOTHING,
        step: (state, { type, payload }, now) => step(onFull, state, type, payload, now),
        // How often anything was changed isn't the model's affair; dumps show what there is.
        view: () => ANY,
        agree,
      },
    },
    { runs: 300, length: 25 },
  ), 30_000);
});

it('each key that expires is announced once: not before its time, and within the period of the sweep', () => {
  const SWEEP = 7;
  const write = fc.record({ gap: fc.nat(5), key, ttl: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }), remove: fc.boolean() });
  fc.assert(fc.property(fc.array(write, { maxLength: 30 }), (writes) => {
    const scheduler = new TestScheduler(() => undefined);
    scheduler.maxFrames = Infinity;
    const store = createKeyValue({ scheduler, sweep: SWEEP });
    const until = new Map<unknown, number>();
    store.events$.subscribe((event) => {
      if (event.type !== 'expired') return;
      const due = until.get(event.key)!;
      expect(due).toBeLessThanOrEqual(scheduler.frame);
      expect(due + SWEEP).toBeGreaterThanOrEqual(scheduler.frame);
      until.delete(event.key);
    });
    let time = 0;
    for (const { gap, key, ttl, remove } of writes) {
      scheduler.schedule(() => {
        if (remove) store.tell.delete(key);
        else store.tell.set({ key, value: 1, ...ttl === undefined ? {} : { ttl } });
        if (remove || ttl === undefined) until.delete(key);
        else until.set(key, scheduler.frame + ttl);
      }, time += gap);
    }
    scheduler.flush();
    expect([...until]).toEqual([]);
    store.ask.stats().subscribe(({ expiring }) => expect(expiring).toBe(0));
  }));
});
