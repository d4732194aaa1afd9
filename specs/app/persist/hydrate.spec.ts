/** What was saved is in the store before anything else happens to it, or it's left as it is. */
import { createStore } from 'ownstate';
import { persist, PersistError, replaceable } from 'ownstate/app';
import { config } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { FIRST, json, kept, settings, shelf, slow, virtualTime } from './support.js';

const DARK = { theme: 'dark', size: 14 };

describe('from a storage that answers at once', () => {
  it('the state is there before persist returns', async () => {
    const time = virtualTime();
    const { store, keeping } = kept(time, shelf(json(DARK)));
    expect(store.snapshot()).toEqual(DARK);
    expect(keeping.status()).toEqual({ key: 'settings', hydration: 'restored', unsaved: false, busy: false });
    expect(await keeping.hydrated).toBe('restored');
    expect(time.timers()).toBe(0);
  });

  it('nothing is shown in between, and nothing is saved', async () => {
    const time = virtualTime();
    const storage = shelf(json(DARK));
    const store = settings({ scheduler: time.scheduler });
    const seen: unknown[] = [];
    store.select().subscribe((state) => seen.push(state));
    persist(store, storage, { scheduler: time.scheduler, page: {} });
    await time.pass(1000);
    expect(seen).toEqual([FIRST, DARK]);
    expect(storage.log).toEqual(['get']);
  });

  it('what an observer changes on seeing it is saved', async () => {
    const time = virtualTime();
    const storage = shelf(json(DARK));
    const store = settings({ scheduler: time.scheduler });
    store.select(({ theme }) => theme).subscribe((theme) => {
      if (theme === 'dark') store.tell.use('darker');
    });
    persist(store, storage, { scheduler: time.scheduler, page: {} });
    expect(store.snapshot().theme).toBe('darker');
    await time.pass(100);
    expect(storage.saved).toBe(json({ theme: 'darker', size: 14 }));
  });

  it('a store that is busy takes it over when its turn comes', async () => {
    const time = virtualTime();
    const store = settings({ scheduler: time.scheduler });
    store.tell.work(time.sleep(20));
    const keeping = persist(store, shelf(json(DARK)), { scheduler: time.scheduler, page: {} });
    store.tell.grow();
    expect(keeping.status().hydration).toBe('pending');
    await time.pass(20);
    expect(await keeping.hydrated).toBe('restored');
    expect(store.snapshot()).toEqual({ theme: 'dark', size: 15 });
  });

  it.each<[string, string | undefined, object, number, string | undefined]>([
    ['is saved where nothing was', undefined, {}, 13, json({ theme: 'light', size: 13 })],
    ['gives way to what was saved, and nothing is left to save', json(DARK), {}, 14, undefined],
    ['is saved where it was merged', json(DARK), { merge: (now: typeof FIRST, saved: typeof FIRST) => ({ ...saved, size: now.size }) }, 13, json({ theme: 'dark', size: 13 })],
  ])('what was sent to a busy store before it %s', async (_what, saved, options, size, written) => {
    const time = virtualTime();
    const storage = shelf(saved);
    const store = settings({ scheduler: time.scheduler });
    store.tell.work(time.sleep(20));
    store.tell.grow();
    const keeping = persist(store, storage, { scheduler: time.scheduler, page: {}, ...options });
    await time.pass(20);
    expect([store.snapshot().size, keeping.status().unsaved]).toEqual([size, written !== undefined]);
    await time.pass(200);
    expect(storage.log).toEqual(['get', ...written === undefined ? [] : [`set ${written}`]]);
  });

  it('a store that takes no more commands is not kept, and that is reported', async () => {
    const time = virtualTime();
    const storage = shelf(json(DARK));
    const store = settings({ scheduler: time.scheduler, mailbox: { capacity: 1 } });
    store.tell.work(time.sleep(20));
    store.tell.grow();
    const errors: unknown[] = [];
    const keeping = persist(store, storage, { scheduler: time.scheduler, page: {}, onError: (error) => errors.push(error) });
    expect(await keeping.hydrated).toBe('failed');
    expect(errors).toMatchObject([{ code: 'STATE_REFUSED', cause: { code: 'MAILBOX_FULL' } }]);
    await time.pass(1000);
    expect([store.snapshot().size, storage.log]).toEqual([13, []]);
  });
});

describe('from a storage that takes its time', () => {
  it('commands sent meanwhile are handled on the state that came', async () => {
    const time = virtualTime();
    const inner = shelf(json(DARK));
    const { store, keeping } = kept(time, slow(inner, time));
    const seen: unknown[] = [];
    store.select().subscribe((state) => seen.push(state));
    const used = store.ask.use('sepia');
    store.tell.grow();
    await time.pass(9);
    expect(seen).toEqual([FIRST]);
    expect(keeping.status()).toMatchObject({ hydration: 'pending', busy: true });
    await time.pass(1);
    expect(await used).toBe('sepia');
    expect(seen).toEqual([FIRST, DARK, { theme: 'sepia', size: 14 }, { theme: 'sepia', size: 15 }]);
    expect(await keeping.hydrated).toBe('restored');
    await time.pass(200);
    expect(inner.saved).toBe(json({ theme: 'sepia', size: 15 }));
  });

  it('an ask of the store\'s own timeout does not cut it short', async () => {
    const time = virtualTime();
    const store = settings({ scheduler: time.scheduler, timeout: 5 });
    const keeping = persist(store, slow(shelf(json(DARK)), time), { scheduler: time.scheduler, page: {} });
    await time.pass(10);
    expect(await keeping.hydrated).toBe('restored');
  });

  it.each([['nothing', undefined], ['null', null]])('%s there leaves the state, and the first change is saved', async (_what, nothing) => {
    const time = virtualTime();
    const inner = shelf();
    const { store, keeping } = kept(time, { ...slow(inner, time), getItem: async () => nothing });
    store.tell.grow();
    await time.pass();
    expect(await keeping.hydrated).toBe('empty');
    expect(inner.saved).toBeUndefined();
    await time.pass(110);
    expect(inner.saved).toBe(json({ theme: 'light', size: 13 }));
  });

  it('the store goes on when it stays silent, and what is saved is not overwritten', async () => {
    const time = virtualTime();
    const inner = shelf(json(DARK));
    const { store, keeping, errors } = kept(time, { ...inner, getItem: () => new Promise(() => undefined) }, { patience: 1000 });
    store.tell.grow();
    await time.pass(999);
    expect(store.snapshot().size).toBe(12);
    await time.pass(1);
    expect(await keeping.hydrated).toBe('failed');
    expect(errors).toMatchObject([{ code: 'STORAGE_SILENT', key: 'settings', message: 'settings: no answer within 1000 ms' }]);
    expect(store.snapshot().size).toBe(13);
    await time.pass(10_000);
    expect(inner.log).toEqual([]);
    expect(keeping.status().unsaved).toBe(true);
    expect(time.timers()).toBe(0);
  });

  it('an answer that comes too late is not taken', async () => {
    const time = virtualTime();
    const { store, keeping } = kept(time, slow(shelf(json(DARK)), time, 50), { patience: 20 });
    await time.pass(200);
    expect(await keeping.hydrated).toBe('failed');
    expect(store.snapshot()).toEqual(FIRST);
  });

  it('it waits for ever where it is told to', async () => {
    const time = virtualTime();
    const schedule = vi.spyOn(time.scheduler, 'schedule');
    const { keeping } = kept(time, slow(shelf(json(DARK)), time, 1_000_000), { patience: Infinity });
    // A timer of a platform takes no such delay: it would ring at once.
    expect(schedule.mock.calls.map(([, delay]) => delay)).toEqual([1_000_000]);
    await time.pass(1_000_000);
    expect(await keeping.hydrated).toBe('restored');
  });

  it('stop gives it up, and the store goes on', async () => {
    const time = virtualTime();
    const inner = shelf(json(DARK));
    const { store, keeping, errors } = kept(time, slow(inner, time, 3000));
    store.tell.grow();
    await keeping.stop();
    expect(await keeping.hydrated).toBe('stopped');
    expect(store.snapshot()).toEqual({ theme: 'light', size: 13 });
    await time.pass(5000);
    expect({ errors, saved: inner.saved, timers: time.timers() }).toEqual({ errors: [], saved: json(DARK), timers: 0 });
  });

  it('it ends with the store', async () => {
    const time = virtualTime();
    const inner = shelf(json(DARK));
    const ended = new AbortController();
    const store = settings({ scheduler: time.scheduler, signal: ended.signal });
    const errors: unknown[] = [];
    const keeping = persist(store, slow(inner, time), { scheduler: time.scheduler, page: {}, onError: (error) => errors.push(error) });
    ended.abort();
    expect(await keeping.hydrated).toBe('stopped');
    await time.pass(1000);
    expect({ errors, saved: inner.saved, timers: time.timers() }).toEqual({ errors: [], saved: json(DARK), timers: 0 });
  });
});

describe('what can\'t be taken', () => {
  const thrown = new Error('no!');
  const check = (state: { readonly size?: unknown }) => {
    if (typeof state.size !== 'number') throw new RangeError('Expected a size');
    return state as typeof FIRST;
  };
  const migrate = () => {
    throw thrown;
  };

  it.each<[string, unknown, object, object]>([
    ['text that is no JSON', '{"version":0,"st', {}, { code: 'STATE_BROKEN' }],
    ['empty text', '', {}, { code: 'STATE_BROKEN' }],
    ['what is no text', { version: 0, state: DARK }, {}, { code: 'STATE_BROKEN', message: expect.stringContaining('Expected JSON text, got [object Object]') as unknown }],
    ['a state without its envelope', JSON.stringify(DARK), {}, {
      code: 'STATE_BROKEN', message: "settings: what is saved can't be understood: Expected `saved` to be an object with `version` and `state`, got [object Object]",
    }],
    ['null in JSON', 'null', {}, { code: 'STATE_BROKEN' }],
    ['an envelope whose state is inherited', '{"version":0,"__proto__":{"state":{"theme":"evil","size":1}}}', {}, { code: 'STATE_BROKEN' }],
    ['a version that is none', '{"version":"0","state":{}}', {}, { code: 'STATE_BROKEN' }],
    ['a version below 0', json(DARK, -1), {}, {
      code: 'STATE_BROKEN', message: "settings: what is saved can't be understood: Expected `saved.version` to be an integer from 0 on, got -1",
    }],
    ['a newer version', json(DARK, 3), { version: 2 }, { code: 'VERSION_NEWER', message: 'settings: saved by version 3, this is 2' }],
    ['an older version without migrate', json(DARK), { version: 2 }, { code: 'MIGRATION_FAILED', message: "settings: saved by version 0, this is 2, and there's no `migrate`" }],
    ['an older version whose migrate throws', json(DARK), { version: 2, migrate }, { code: 'MIGRATION_FAILED', cause: thrown, message: 'settings: `migrate` failed: no!' }],
    ['an older version whose migrate rejects', json(DARK), { version: 2, migrate: async () => migrate() }, { code: 'MIGRATION_FAILED', cause: thrown }],
    ['what merge refuses', json(DARK), { merge: migrate }, { code: 'STATE_REFUSED', cause: thrown }],
    ['what check refuses', json({ theme: 'dark' }), {}, { code: 'STATE_REFUSED', cause: new RangeError('Expected a size') }],
  ])('%s: the state and what is saved stay', async (_what, saved, options, error) => {
    for (const wrap of [<T>(value: T) => value, slow]) {
      const time = virtualTime();
      const inner = shelf(saved);
      const { store, keeping, errors } = kept(time, wrap(inner, time), options, { check });
      await time.pass(10);
      expect(await keeping.hydrated).toBe('failed');
      expect(errors).toEqual([expect.any(PersistError)]);
      expect(errors).toMatchObject([{ name: 'PersistError', key: 'settings', ...error }]);
      expect(store.snapshot()).toEqual(FIRST);
      store.tell.grow();
      await time.pass(1000);
      expect(await keeping.flush()).toBe(false);
      await keeping.stop();
      expect(inner.saved).toBe(saved);
      expect(inner.log).toEqual(['get']);
      expect(time.timers()).toBe(0);
    }
  });

  it.each<[string, () => unknown]>([
    ['throws', () => { throw thrown; }],
    ['rejects', async () => { throw thrown; }],
  ])('a storage whose getItem %s: nothing is written', async (_what, getItem) => {
    const time = virtualTime();
    const inner = shelf(json(DARK));
    const { store, keeping, errors } = kept(time, { ...inner, getItem });
    store.tell.grow();
    expect(await keeping.hydrated).toBe('failed');
    await time.pass(1000);
    expect(errors).toMatchObject([{ code: 'READ_FAILED', cause: thrown, message: "settings: what is saved can't be read: no!" }]);
    expect(inner.log).toEqual([]);
  });

  it('clear throws it away, and saving goes on with the next change', async () => {
    const time = virtualTime();
    const storage = shelf('broken');
    const { store, keeping } = kept(time, storage);
    store.tell.grow();
    expect(await keeping.clear()).toBe(true);
    await time.pass(200);
    expect(storage.saved).toBeUndefined();
    store.tell.grow();
    await time.pass(100);
    expect(storage.saved).toBe(json({ theme: 'light', size: 14 }));
  });

  it('a key __proto__, however it is written, never comes to the state', async () => {
    for (const key of ['__proto__', '\\u005f_proto__', '__\\u0070roto__']) {
      const saved = `{"version":0,"state":{"theme":"dark","size":1,"${key}":{"admin":true},"more":{"${key}":{"admin":true}}}}`;
      const { store } = kept(virtualTime(), shelf(saved));
      expect(store.snapshot()).toEqual({ theme: 'dark', size: 1, more: {} });
      expect(Object.getOwnPropertyNames(store.snapshot())).toEqual(['theme', 'size', 'more']);
      expect('admin' in store.snapshot()).toBe(false);
    }
  });
});

describe('an older version', () => {
  it.each([['at once', (size: number) => ({ theme: 'old', size })], ['later', async (size: number) => ({ theme: 'old', size })]])('is migrated %s, and saved as the present one', async (_when, make) => {
    const time = virtualTime();
    const storage = shelf(json({ px: 9 }, 1));
    const migrate = vi.fn((saved: unknown) => make((saved as { px: number }).px));
    const { store, keeping } = kept(time, storage, { version: 3, migrate });
    expect(await keeping.hydrated).toBe('restored');
    expect(migrate.mock.calls).toEqual([[{ px: 9 }, 1]]);
    expect(store.snapshot()).toEqual({ theme: 'old', size: 9 });
    await time.pass(100);
    expect(storage.saved).toBe(json({ theme: 'old', size: 9 }, 3));
  });

  it('stays as it is where check refuses what migrate made', async () => {
    const time = virtualTime();
    const storage = shelf(json({ px: 9 }, 1));
    const check = () => { throw new RangeError('no'); };
    const { keeping } = kept(time, storage, { version: 3, migrate: () => FIRST }, { check });
    expect(await keeping.hydrated).toBe('failed');
    expect(keeping.status().unsaved).toBe(false);
    await keeping.stop();
    expect(storage.log).toEqual(['get']);
  });
});

describe('without a storage', () => {
  it.each([['undefined', undefined], ['null', null], ['a function that gives none', () => undefined]])('(%s) nothing happens, and nothing is amiss', async (_what, storage) => {
    const time = virtualTime();
    const { store, keeping, errors } = kept(time, storage);
    store.tell.grow();
    expect(await keeping.hydrated).toBe('empty');
    expect([await keeping.flush(), await keeping.clear(), await keeping.stop().then(() => 'through')]).toEqual([true, true, 'through']);
    expect(keeping.status()).toEqual({ key: 'settings', hydration: 'empty', unsaved: false, busy: false });
    expect([errors, time.timers()]).toEqual([[], 0]);
    await keeping[Symbol.asyncDispose]();
  });

  it('that is blocked, it is reported and the store works on', async () => {
    const blocked = new Error('The operation is insecure');
    const { store, keeping, errors } = kept(virtualTime(), () => { throw blocked; });
    expect(errors).toMatchObject([{ code: 'STORAGE_UNAVAILABLE', cause: blocked, message: "settings: the storage can't be reached: The operation is insecure" }]);
    expect(await keeping.hydrated).toBe('failed');
    expect([await keeping.flush(), await keeping.clear()]).toEqual([false, false]);
    expect(await store.ask.use('any')).toBe('any');
  });

  it('of a closed store, nothing is read', async () => {
    const time = virtualTime();
    const storage = shelf(json(DARK));
    const store = settings({ scheduler: time.scheduler });
    await store.shutdown();
    const keeping = persist(store, storage, { scheduler: time.scheduler });
    expect(await keeping.hydrated).toBe('stopped');
    expect(storage.log).toEqual([]);
  });
});

describe('what goes wrong', () => {
  it('is shown on the console where nobody wants to know', () => {
    const shown = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const storage = shelf('broken');
    persist(settings(), storage, { page: {} });
    expect(shown.mock.calls).toEqual([[expect.objectContaining({ code: 'STATE_BROKEN' })]]);
    shown.mockRestore();
  });

  it('harms nobody where onError throws', async () => {
    const reported: unknown[] = [];
    config.onUnhandledError = (error: unknown) => reported.push(error);
    const odd = new Error('odd');
    const store = settings();
    for (const source of [shelf('broken'), () => { throw new Error('blocked'); }]) {
      const keeping = persist(store, source, { page: {}, onError: () => { throw odd; } });
      expect(await keeping.hydrated).toBe('failed');
    }
    await vi.waitFor(() => expect(reported).toEqual([odd, odd]));
    config.onUnhandledError = null;
    expect(await store.ask.use('any')).toBe('any');
  });

  it('is a failure of the store\'s own where its handlers stop it', async () => {
    const store = createStore(replaceable({ name: 'count', state: 0, commands: { add: (n) => n + 1 } }, { check: () => { throw new RangeError('no'); } }), { onHandlerError: 'stop' });
    const errors: unknown[] = [];
    const keeping = persist(store, { ...shelf(), getItem: () => json(5) }, { page: {}, onError: (error) => errors.push(error) });
    expect(await keeping.hydrated).toBe('failed');
    expect(store.status().phase).toBe('closed');
    expect(errors).toMatchObject([{ code: 'STATE_REFUSED' }]);
  });
});
