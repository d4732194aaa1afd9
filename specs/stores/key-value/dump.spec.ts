/** A key-value store that goes on where another one was. */
import { createKeyValue, type KeyValueDump, type KeyValueOptions } from 'ownstate/stores';
import { describe, expect, it } from 'vitest';
import { TestScheduler } from 'rxjs/testing';

/** A store at a time of its own. */
function at(frame: number, options: KeyValueOptions = {}) {
  const scheduler = new TestScheduler(() => undefined);
  scheduler.frame = frame;
  scheduler.maxFrames = Infinity;
  return { scheduler, store: createKeyValue({ ...options, scheduler }) };
}

async function dumped(): Promise<KeyValueDump> {
  const { store } = at(1000);
  await store.ask.setMany([
    { key: 'short', value: 1, ttl: 10 }, { key: 'long', value: { n: null }, ttl: 100 }, { key: 'ever', value: '' }, { key: 1, value: 2 }, { key: '1', value: 3 },
  ]);
  return await store.ask.dump();
}

describe('a dump', () => {
  it('is plain data, with a version', async () => {
    const dump = await dumped();
    expect(dump).toEqual({
      kind: 'key-value', version: 1, at: 1000,
      entries: [
        { key: 'short', value: 1, ttl: 10 }, { key: 'long', value: { n: null }, ttl: 100 }, { key: 'ever', value: '' }, { key: 1, value: 2 }, { key: '1', value: 3 },
      ],
    });
    expect(JSON.parse(JSON.stringify(dump))).toEqual(dump);
  });

  it('restored at once gives the same dump', async () => {
    const restore = await dumped();
    expect(await at(1000, { restore }).store.ask.dump()).toEqual(restore);
  });

  it('restored later keeps the remaining lifetimes, less what has passed; what has expired is left out', async () => {
    const restore = await dumped();
    const { store, scheduler } = at(1010, { restore });
    expect(await store.ask.getMany(['short', 'long', 'ever', 1, '1'])).toEqual([undefined, { n: null }, '', 2, 3]);
    expect(await store.ask.remainingTtl('long')).toBe(90);
    expect(await store.ask.stats()).toMatchObject({ keys: 4, expiring: 1, expired: 0 });
    expect(await at(1009, { restore }).store.ask.remainingTtl('short')).toBe(1);
    scheduler.frame = 1100;
    expect(await store.ask.get('long')).toBeUndefined();
  });

  it('restored by a clock that is behind keeps the lifetimes as they are', async () => {
    expect(await at(0, { restore: await dumped() }).store.ask.remainingTtl('short')).toBe(10);
  });

  it('restored is swept in time, without a command', async () => {
    const { store, scheduler } = at(1000, { restore: await dumped(), sweep: 5 });
    const events: unknown[] = [];
    store.events$.subscribe((event) => events.push([scheduler.frame, event.type]));
    scheduler.flush();
    expect(events).toEqual([[1015, 'expired'], [1105, 'expired']]);
  });

  it('keeps the order in which keys make room', async () => {
    const { store } = at(0, { maxKeys: 3, onFull: 'evict' });
    for (const key of ['a', 'b', 'c', 'a']) store.tell.set({ key, value: 1 });
    const { store: other } = at(0, { maxKeys: 3, onFull: 'evict', restore: await store.ask.dump() });
    await other.ask.set({ key: 'd', value: 1 });
    expect(await other.ask.getMany(['a', 'b', 'c', 'd'])).toEqual([1, undefined, 1, 1]);
  });

  it('that is none is refused', async () => {
    const dump = await dumped();
    const entry = { key: 'k', value: 1 };
    const table: [unknown, string][] = [
      [null, 'Expected `restore` to be an object, got null'],
      ['{}', "Expected `restore` to be an object, got '{}'"],
      [{}, "Expected `restore.kind` to be 'key-value', got undefined"],
      [{ ...dump, kind: 'counter' }, "Expected `restore.kind` to be 'key-value', got 'counter'"],
      [{ ...dump, version: 2 }, 'Expected `restore.version` to be 1, got 2'],
      [{ ...dump, at: NaN }, 'Expected `restore.at` to be a time in milliseconds, got NaN'],
      [{ ...dump, entries: undefined }, 'Expected `restore.entries` to be an array of at most 5 entries, got undefined'],
      [{ ...dump, entries: {} }, 'Expected `restore.entries` to be an array of at most 5 entries, got [object Object]'],
      [{ ...dump, entries: [...dump.entries, entry] }, 'Expected `restore.entries` to be an array of at most 5 entries, got [object Array]'],
      [{ ...dump, entries: [null] }, 'Expected `restore.entries[0]` to be an object, got null'],
      [{ ...dump, entries: [{ value: 1 }] }, 'Expected `restore.entries[0].key` to be a string or a finite number, each one once, got undefined'],
      [{ ...dump, entries: [{ key: NaN, value: 1 }] }, 'Expected `restore.entries[0].key` to be a string or a finite number, each one once, got NaN'],
      [{ ...dump, entries: [entry, entry] }, "Expected `restore.entries[1].key` to be a string or a finite number, each one once, got 'k'"],
      [{ ...dump, entries: [{ key: 'k' }] }, 'Expected `restore.entries[0].value` to be a value other than undefined, got undefined'],
      [{ ...dump, entries: [{ ...entry, ttl: 0 }] }, 'Expected `restore.entries[0].ttl` to be a positive number of milliseconds, got 0'],
      [{ ...dump, entries: [{ ...entry, ttl: NaN }] }, 'Expected `restore.entries[0].ttl` to be a positive number of milliseconds, got NaN'],
      [{ ...dump, entries: [{ ...entry, ttl: '5' }] }, "Expected `restore.entries[0].ttl` to be a positive number of milliseconds, got '5'"],
    ];
    for (const [restore, message] of table) {
      expect(() => createKeyValue({ maxKeys: 5, restore: restore as KeyValueDump })).toThrow(new TypeError(message));
    }
  });
});
