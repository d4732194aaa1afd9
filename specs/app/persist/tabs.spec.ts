/** What other tabs save is taken over; of two that change at once the last to save wins; nobody answers anybody. */
import { createStore } from 'ownstate';
import { attempt, optimistic, persist, replaceable, type PersistError, type PersistOptions } from 'ownstate/app';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { browser, FIRST, json, kept, settings, shelf, slow, virtualTime, type Settings, type Shelf, type Time } from './support.js';

const sized = (size: number) => json({ theme: 'light', size });

/** A storage with events of its own, as localStorage is one: each tab has its object, all hold the same. */
function webStorage() {
  const inner = shelf();
  const tabs = new Set<{ readonly area: object; readonly emit: (type: string, fields?: object) => unknown }>();
  const { tab } = browser();
  const changed = (by: object, key: string | null) => queueMicrotask(() => {
    for (const { area, emit } of tabs) if (area !== by) emit('storage', { storageArea: area, key });
  });
  return {
    inner,
    open: () => {
      const area = {
        [Symbol.toStringTag]: 'Storage',
        getItem: (key: string) => inner.getItem(key),
        setItem: (key: string, value: string) => {
          if (inner.kept.get(key) !== value) changed(area, key);
          inner.setItem(key, value);
        },
        removeItem: (key: string) => {
          inner.removeItem(key);
          changed(area, key);
        },
        clear: () => {
          inner.kept.clear();
          changed(area, null);
        },
      };
      const { page, emit } = tab();
      tabs.add({ area, emit });
      return { storage: area, page, emit };
    },
  };
}

/** Tabs on a storage like localStorage, and on one without events of its own. */
const worlds: [string, (time: Time) => { inner: Shelf; open: () => { storage: Parameters<typeof persist>[1]; page: object } }][] = [
  ['localStorage', () => webStorage()],
  ['a BroadcastChannel', (time) => {
    const inner = shelf();
    const { tab } = browser();
    return { inner, open: () => ({ storage: slow(inner, time, 5), page: tab().page }) };
  }],
];

describe.each(worlds)('tabs that hear of each other by %s', (_by, make) => {
  /** So many tabs that have read what is there. */
  async function opened(count: number, options: object = {}, saved?: string) {
    const time = virtualTime();
    const { inner, open } = make(time);
    if (saved !== undefined) inner.kept.set('settings', saved);
    const tabs = Array.from({ length: count }, () => {
      const { storage, page } = open();
      return kept(time, storage, { page, ...options });
    });
    await time.pass(50);
    return { time, inner, tabs };
  }

  it('take over what another one saved, and save nothing for that', async () => {
    const { time, inner, tabs } = await opened(3);
    tabs[0]!.store.tell.grow();
    await time.pass(5000);
    expect(tabs.map(({ store }) => store.snapshot().size)).toEqual([13, 13, 13]);
    expect(inner.log.filter((entry) => entry.startsWith('set'))).toEqual([`set ${sized(13)}`]);
    expect(time.timers()).toBe(0);
    expect(tabs.flatMap(({ errors }) => errors)).toEqual([]);
  });

  it('that begin at the same time all have what is saved', async () => {
    const { tabs, inner } = await opened(2, { version: 1, migrate: () => ({ theme: 'old', size: 1 }) }, json({}, 0));
    expect(tabs.map(({ store }) => store.snapshot())).toEqual([{ theme: 'old', size: 1 }, { theme: 'old', size: 1 }]);
    expect(inner.log.slice(0, 2)).toEqual(['get', 'get']);
  });

  it('which change at once come to what the last of them saved', async () => {
    const { time, inner, tabs } = await opened(2);
    tabs[0]!.store.tell.use('a');
    await time.pass(30);
    tabs[1]!.store.tell.use('b');
    await time.pass(5000);
    expect(inner.saved).toBe(json({ theme: 'b', size: 12 }));
    expect(tabs.map(({ store }) => store.snapshot().theme)).toEqual(['b', 'b']);
    expect(inner.log.filter((entry) => entry.startsWith('set'))).toHaveLength(2);
  });

  it('which change in the very same moment come to the same', async () => {
    const { time, inner, tabs } = await opened(2);
    tabs[0]!.store.tell.use('a');
    tabs[1]!.store.tell.use('b');
    await time.pass(5000);
    const last = (JSON.parse(inner.saved as string) as { state: Settings }).state;
    expect(tabs.map(({ store }) => store.snapshot())).toEqual([last, last]);
    expect(time.timers()).toBe(0);
  });

  it('bring both changes together by a merge of their own, and come to rest', async () => {
    const merge = (now: Settings, saved: Settings) => ({ theme: saved.theme > now.theme ? saved.theme : now.theme, size: Math.max(now.size, saved.size) });
    const { time, inner, tabs } = await opened(2, { merge });
    tabs[0]!.store.tell.use('z');
    await time.pass(30);
    tabs[1]!.store.tell.grow();
    await time.pass(5000);
    expect(tabs.map(({ store }) => store.snapshot())).toEqual([{ theme: 'z', size: 13 }, { theme: 'z', size: 13 }]);
    expect(inner.saved).toBe(json({ theme: 'z', size: 13 }));
    expect(time.timers()).toBe(0);
  });

  it('with a merge that always has it its own way don\'t answer each other for ever', async () => {
    const { time, inner, tabs } = await opened(2, { merge: (now: Settings) => ({ ...now }) });
    tabs[0]!.store.tell.use('a');
    tabs[1]!.store.tell.use('b');
    await time.pass(20_000);
    expect(inner.log.filter((entry) => entry.startsWith('set'))).toHaveLength(2);
    expect(time.timers()).toBe(0);
  });

  it('go on with what they have when it\'s removed elsewhere, and save their next change', async () => {
    const { time, inner, tabs } = await opened(2, {}, sized(20));
    tabs[0]!.store.tell.grow();
    await time.pass(500);
    await Promise.all([tabs[0]!.keeping.clear(), time.pass(500)]);
    expect(inner.saved).toBeUndefined();
    expect(tabs.map(({ store }) => store.snapshot().size)).toEqual([21, 21]);
    tabs[1]!.store.tell.use('dark');
    await time.pass(500);
    expect(inner.saved).toBe(json({ theme: 'dark', size: 21 }));
    expect(tabs[0]!.store.snapshot().theme).toBe('dark');
  });

  it('of an older version stop saving when a newer one has saved, and leave that alone', async () => {
    const time = virtualTime();
    const { inner, open } = make(time);
    inner.kept.set('settings', sized(20));
    const [one, two] = [open(), open()];
    const old = kept(time, one.storage, { page: one.page });
    await time.pass(50);
    const young = kept(time, two.storage, { page: two.page, version: 1, migrate: (saved: unknown) => ({ ...saved as Settings, theme: 'new' }) });
    await time.pass(40);
    old.store.tell.grow();
    await time.pass(5000);
    expect(old.errors).toMatchObject([{ code: 'VERSION_NEWER' }]);
    expect(young.errors).toEqual([]);
    expect(JSON.parse(inner.saved as string)).toMatchObject({ version: 1 });
    old.store.tell.grow();
    expect(await old.keeping.flush()).toBe(false);
    await time.pass(5000);
    expect(JSON.parse(inner.saved as string)).toMatchObject({ version: 1 });
    expect(time.timers()).toBe(0);
  });

  it('with crossTab false mind their own business', async () => {
    const { time, tabs } = await opened(2, { crossTab: false });
    tabs[0]!.store.tell.grow();
    await time.pass(5000);
    expect(tabs.map(({ store }) => store.snapshot().size)).toEqual([13, 12]);
  });
});

describe('a tab', () => {
  it('reads only for its own key and its own storage, and for a storage that was emptied', async () => {
    const time = virtualTime();
    const { open, inner } = webStorage();
    const { storage, page, emit } = open();
    const { store } = kept(time, storage, { page });
    inner.kept.set('settings', sized(20));
    emit('storage', { storageArea: storage, key: 'other' });
    emit('storage', { storageArea: {}, key: 'settings' });
    expect(inner.log).toEqual(['get']);
    emit('storage', { storageArea: storage, key: null });
    expect(store.snapshot().size).toBe(20);
  });

  it('that was asleep in the browser\'s history reads again when it comes back', async () => {
    const time = virtualTime();
    const { open, inner } = webStorage();
    const { storage, page, emit } = open();
    const { store } = kept(time, storage, { page });
    inner.kept.set('settings', sized(20));
    emit('pageshow', { persisted: false });
    expect(store.snapshot().size).toBe(12);
    emit('pageshow', { persisted: true });
    expect(store.snapshot().size).toBe(20);
  });

  it('that could not take what was there takes what another one saves, and saves again', async () => {
    const time = virtualTime();
    const { open, inner } = webStorage();
    inner.kept.set('settings', 'broken');
    const { storage, page, emit } = open();
    const { store, keeping, errors } = kept(time, storage, { page });
    expect(await keeping.hydrated).toBe('failed');
    store.tell.grow();
    inner.kept.set('settings', sized(20));
    emit('storage', { storageArea: storage, key: 'settings' });
    expect(store.snapshot().size).toBe(20);
    expect(keeping.status().hydration).toBe('failed');
    store.tell.grow();
    await time.pass(100);
    expect(inner.saved).toBe(sized(21));
    expect(errors).toHaveLength(1);
  });

  it('that could not take what was there saves what it brings together with what another one saves', async () => {
    const time = virtualTime();
    const { open, inner } = webStorage();
    inner.kept.set('settings', 'broken');
    const { storage, page, emit } = open();
    const merge = (now: Settings, { theme }: Settings) => ({ ...now, theme });
    const { store } = kept(time, storage, { page, merge });
    store.tell.grow();
    inner.kept.set('settings', json({ theme: 'dark', size: 12 }));
    emit('storage', { storageArea: storage, key: 'settings' });
    expect(store.snapshot()).toEqual({ theme: 'dark', size: 13 });
    await time.pass(100);
    expect(inner.saved).toBe(json({ theme: 'dark', size: 13 }));
  });

  it('hears nothing of what is saved under another key', async () => {
    const time = virtualTime();
    const inner = shelf();
    const { tab } = browser();
    const one = kept(time, inner, { page: tab().page, key: 'one' });
    kept(time, inner, { page: tab().page, key: 'two' });
    one.store.tell.grow();
    await time.pass(1000);
    expect(inner.log).toEqual(['get', 'get', `set ${sized(13)}`]);
  });

  it('that stops while it saves tells the others nonetheless', async () => {
    const time = virtualTime();
    const inner = shelf();
    const { tab } = browser();
    const [one, other] = [tab(), tab()].map(({ page }) => kept(time, slow(inner, time), { page }));
    await time.pass(50);
    one!.store.tell.grow();
    const stopped = one!.keeping.stop();
    await time.pass(1000);
    await stopped;
    expect(other!.store.snapshot().size).toBe(13);
  });

  it('whose check refuses what another one saved keeps its own state, and goes on saving', async () => {
    const time = virtualTime();
    const { open, inner } = webStorage();
    const { storage, page, emit } = open();
    const check = (state: Settings) => {
      if (state.size > 100) throw new RangeError('too big');
      return state;
    };
    const { store, errors } = kept(time, storage, { page }, { check });
    inner.kept.set('settings', sized(1000));
    emit('storage', { storageArea: storage, key: 'settings' });
    expect(errors).toMatchObject([{ code: 'STATE_REFUSED', message: 'settings: what is saved was refused: too big' }]);
    await time.pass(1000);
    expect([store.snapshot().size, inner.saved]).toEqual([12, sized(1000)]);
    store.tell.grow();
    await time.pass(100);
    expect(inner.saved).toBe(sized(13));
  });

  it('hears of a save that comes while its own storage is busy when that is through', async () => {
    const time = virtualTime();
    const { tab } = browser();
    const inner = shelf();
    const one = kept(time, slow(inner, time, 50), { page: tab().page, throttle: 0 });
    const two = kept(time, slow(inner, time, 200), { page: tab().page, throttle: 0 });
    await time.pass(100);
    one.store.tell.grow();
    await time.pass(5000);
    expect([one, two].map(({ store }) => store.snapshot().size)).toEqual([13, 13]);
  });

  it('that is at another\'s save when its own falls due saves right after', async () => {
    const time = virtualTime();
    const { tab } = browser();
    const inner = shelf();
    const merge = (now: Settings, saved: Settings) => ({ ...now, size: Math.max(now.size, saved.size) });
    const options = { merge, throttle: 100 };
    const one = kept(time, slow(inner, time, 20), { page: tab().page, ...options });
    const two = kept(time, slow(inner, time, 20), { page: tab().page, ...options });
    await time.pass(100);
    one.store.tell.grow();
    await time.pass(30);
    two.store.tell.use('dark');
    // At 220 the first has saved; the other one reads until 240, while its own save falls due at 230.
    await time.pass(500);
    expect(inner.saved).toBe(json({ theme: 'dark', size: 13 }));
    expect(two.keeping.status()).toMatchObject({ unsaved: false, busy: false });
    expect(time.timers()).toBe(0);
  });

  it('that could not take what was there, nor what another one saved, still knows what it has not saved', async () => {
    const { open, inner } = webStorage();
    inner.kept.set('settings', 'broken');
    const { storage, page, emit } = open();
    const check = (state: Settings) => {
      if (state.size > 100) throw new RangeError('too big');
      return state;
    };
    const { store, keeping } = kept(virtualTime(), storage, { page }, { check });
    store.tell.grow();
    inner.kept.set('settings', sized(1000));
    emit('storage', { storageArea: storage, key: 'settings' });
    expect([store.snapshot().size, keeping.status().unsaved]).toEqual([13, true]);
  });

  it('does not have its store wait for its own write before it reads', async () => {
    const time = virtualTime();
    const { tab } = browser();
    const inner = shelf();
    const options = { merge: (now: Settings, saved: Settings) => ({ ...now, size: Math.max(now.size, saved.size) }), throttle: 0 };
    const quick = kept(time, inner, { page: tab().page, ...options });
    const late = kept(time, { ...inner, setItem: () => time.sleep(1000) }, { page: tab().page, ...options });
    late.store.tell.grow();
    await time.pass(10);
    quick.store.tell.use('dark');
    await time.pass(10);
    late.store.tell.grow();
    expect(late.store.snapshot().size).toBe(14);
    await time.pass(3000);
    expect(time.timers()).toBe(0);
  });

  it('reads once for all that it hears while its store is busy', async () => {
    const time = virtualTime();
    const { open, inner } = webStorage();
    const { storage, page, emit } = open();
    const { store } = kept(time, storage, { page });
    store.tell.work(time.sleep(20));
    for (let size = 20; size < 25; size++) {
      inner.kept.set('settings', sized(size));
      emit('storage', { storageArea: storage, key: 'settings' });
    }
    await time.pass(20);
    expect([inner.log, store.snapshot().size]).toEqual([['get', 'get'], 24]);
  });

  it('shows no new state for what it knows already', async () => {
    const { open, inner } = webStorage();
    inner.kept.set('settings', sized(20));
    const { storage, page, emit } = open();
    const { store } = kept(virtualTime(), storage, { page });
    const before = store.snapshot();
    emit('storage', { storageArea: storage, key: 'settings' });
    expect(store.snapshot()).toBe(before);
  });

  it('takes over nothing once it has stopped', async () => {
    const time = virtualTime();
    const { open, inner } = webStorage();
    const { storage, page, emit } = open();
    const { store, keeping } = kept(time, storage, { page });
    await keeping.stop();
    inner.kept.set('settings', sized(20));
    emit('storage', { storageArea: storage, key: 'settings' });
    expect(store.snapshot().size).toBe(12);
  });

  it('on a host without events is kept all the same', async () => {
    const time = virtualTime();
    const storage = shelf();
    const store = settings({ scheduler: time.scheduler });
    persist(store, storage, { scheduler: time.scheduler, page: {} });
    store.tell.grow();
    await time.pass(100);
    expect(storage.saved).toBe(sized(13));
  });

  it.each<[string, (inner: Shelf, time: Time) => Shelf]>([
    ['at once', (inner) => inner],
    ['later', (inner, time) => ({ ...inner, ...slow(inner, time) })],
  ])('with a change of its own does not overwrite what a newer version saved, read %s', async (_when, make) => {
    const time = virtualTime();
    const inner = shelf();
    const { page, emit } = browser().tab();
    const storage = make(inner, time);
    const { store, keeping, errors } = kept(time, storage, { page });
    await time.pass(50);
    store.tell.grow();
    inner.kept.set('settings', json({ newer: true }, 1));
    emit('storage', { storageArea: storage, key: 'settings' });
    await time.pass(1000);
    expect(inner.saved).toBe(json({ newer: true }, 1));
    expect([store.snapshot().size, await keeping.flush()]).toEqual([13, false]);
    expect(errors).toMatchObject([{ code: 'VERSION_NEWER' }]);
  });

  it('is kept where the host refuses it a channel', async () => {
    const storage = shelf();
    const BroadcastChannel = function () {
      throw new Error('blocked');
    };
    const { store, keeping, errors } = kept(virtualTime(), storage, { page: { BroadcastChannel: BroadcastChannel as never } });
    store.tell.grow();
    expect([await keeping.flush(), storage.saved, errors]).toEqual([true, sized(13), []]);
  });
});

describe('an optimistic store', () => {
  /** Settings whose theme is guessed, until the work says whether it may be. */
  const guessing = (time: Time) => {
    const work = new Subject<never>();
    const run = () => work;
    const store = createStore(optimistic(replaceable({
      name: 'settings',
      state: FIRST,
      commands: {
        use: (now, theme: string) => attempt({ ...now, theme }, { run }),
        work: (now, until: Promise<unknown>) => until.then(() => now),
        grow: (now) => ({ ...now, size: now.size + 1 }),
      },
    })), { scheduler: time.scheduler });
    return { store, fail: () => work.error(new Error('no')), succeed: () => work.complete() };
  };

  it('keeps what another tab saved when an attempt fails that was in flight then', async () => {
    const time = virtualTime();
    const { open, inner } = webStorage();
    const { storage, page, emit } = open();
    const { store, fail } = guessing(time);
    const keeping = persist(store, storage, { scheduler: time.scheduler, page });
    store.ask.use('dark').subscribe({ error: () => undefined });
    expect(await keeping.flush()).toBe(true);
    inner.kept.set('settings', json({ theme: 'sepia', size: 20 }));
    emit('storage', { storageArea: storage, key: 'settings' });
    store.tell.grow();
    const reads = inner.log.filter((entry) => entry === 'get').length;
    fail();
    await time.pass(1000);
    expect(store.snapshot()).toEqual({ theme: 'sepia', size: 21 });
    expect(inner.saved).toBe(json({ theme: 'sepia', size: 21 }));
    expect(inner.log.filter((entry) => entry === 'get')).toHaveLength(reads);
  });

  it('saves what is left when an attempt fails whose guess was merged and saved', async () => {
    const time = virtualTime();
    const { open, inner } = webStorage();
    const { storage, page, emit } = open();
    const { store, fail } = guessing(time);
    const merge = (now: Settings, { size }: Settings) => ({ ...now, size });
    const keeping = persist(store, storage, { scheduler: time.scheduler, page, merge });
    store.ask.use('dark').subscribe({ error: () => undefined });
    inner.kept.set('settings', sized(20));
    emit('storage', { storageArea: storage, key: 'settings' });
    expect(await keeping.flush()).toBe(true);
    expect(inner.saved).toBe(json({ theme: 'dark', size: 20 }));
    fail();
    await time.pass(1000);
    expect([store.snapshot(), inner.saved]).toEqual([{ theme: 'light', size: 20 }, sized(20)]);
  });

  describe('that can not wait for a storage while an attempt is in flight', () => {
    /** A tab with a guess that is saved, and one that saves behind its back, in a storage that takes 10 ms. */
    const guessed = (first?: Settings) => {
      const time = virtualTime();
      const inner = shelf(first && json(first));
      const { page, emit } = browser().tab();
      const storage = slow(inner, time);
      const { store, succeed, fail } = guessing(time);
      const errors: PersistError[] = [];
      const keep = (more: Partial<PersistOptions<Settings>> = {}) => persist(store, storage, { scheduler: time.scheduler, page, onError: (error) => errors.push(error), ...more });
      const other = (state: Settings, version = 0) => {
        inner.kept.set('settings', json(state, version));
        emit('storage', { storageArea: storage, key: 'settings' });
      };
      const reads = () => inner.log.filter((entry) => entry === 'get').length;
      /** An attempt is in flight, and its guess is saved. */
      const guess = async () => {
        await time.pass(50);
        store.tell.use('dark');
        await time.pass(200);
      };
      return { time, inner, store, succeed, fail, errors, keep, other, reads, guess };
    };
    const sepia = { theme: 'sepia', size: 20 };

    it.each(['succeeds', 'fails'])('takes over what another tab saved once it is read, and it stays when the attempt %s', async (how) => {
      const { time, inner, store, succeed, fail, errors, keep, other, reads } = guessed();
      keep();
      await time.pass(50);
      store.ask.use('dark').subscribe({ error: () => undefined });
      await time.pass(200);
      expect(inner.saved).toBe(json({ theme: 'dark', size: 12 }));
      other(sepia);
      await time.pass(50);
      expect([store.snapshot(), errors, reads()]).toEqual([sepia, [], 2]);
      store.tell.grow();
      if (how === 'fails') fail();
      else succeed();
      await time.pass(500);
      expect([store.snapshot(), inner.saved, reads()]).toEqual([{ theme: 'sepia', size: 21 }, json({ theme: 'sepia', size: 21 }), 2]);
    });

    it('saves a change of its own that came before or while it was read: the last one wins', async () => {
      for (const before of [true, false]) {
        const { time, inner, store, errors, keep, other, guess } = guessed();
        keep();
        await guess();
        if (before) store.tell.grow();
        other(sepia);
        await time.pass(5);
        if (!before) store.tell.grow();
        await time.pass(500);
        expect([store.snapshot(), inner.saved, errors]).toEqual([{ theme: 'dark', size: 13 }, json({ theme: 'dark', size: 13 }), []]);
      }
    });

    it('keeps what it has saved since it was read, while it was at other work', async () => {
      const { time, inner, store, succeed, keep, other, guess } = guessed();
      keep();
      await guess();
      other(sepia);
      await time.pass(5);
      store.tell.grow();
      succeed();
      store.tell.work(time.sleep(300));
      await time.pass(1000);
      expect([store.snapshot(), inner.saved]).toEqual([{ theme: 'dark', size: 13 }, json({ theme: 'dark', size: 13 })]);
    });

    it('merges what was read into what it shows by then, once', async () => {
      const seen: number[] = [];
      const { time, inner, store, keep, other, guess } = guessed();
      keep({
        merge: (now, saved) => {
          seen.push(now.size);
          return { ...now, size: Math.max(now.size, saved.size) };
        },
      });
      await guess();
      other(sepia);
      await time.pass(5);
      store.tell.grow();
      await time.pass(500);
      expect([seen, store.snapshot(), inner.saved]).toEqual([[13], { theme: 'dark', size: 20 }, json({ theme: 'dark', size: 20 })]);
    });

    it('reads again for what it heard meanwhile', async () => {
      const { time, store, keep, other, errors, guess } = guessed();
      // It has left the storage after 10 ms, and is understood 20 ms later.
      const read = (text: unknown) => time.sleep(20).then(() => JSON.parse(text as string) as unknown);
      keep({ format: { write: (saved) => JSON.stringify(saved), read } });
      await guess();
      other({ theme: 'sepia', size: 19 });
      await time.pass(15);
      other(sepia);
      await time.pass(500);
      expect([store.snapshot(), errors, time.timers()]).toEqual([sepia, [], 0]);
    });

    it('is hydrated nonetheless', async () => {
      const { time, inner, store, succeed, keep, errors } = guessed(sepia);
      store.tell.use('dark');
      const keeping = keep();
      await time.pass(50);
      expect([await keeping.hydrated, store.snapshot()]).toEqual(['restored', sepia]);
      succeed();
      await time.pass(500);
      expect([store.snapshot(), inner.saved, errors]).toEqual([sepia, json(sepia), []]);
    });

    it('does not overwrite what a newer version saved', async () => {
      const { time, inner, store, keep, other, errors, guess } = guessed();
      keep();
      await guess();
      other(sepia, 1);
      store.tell.grow();
      await time.pass(500);
      expect([store.snapshot(), inner.saved]).toEqual([{ theme: 'dark', size: 13 }, json(sepia, 1)]);
      expect(errors.map(({ code }) => code)).toEqual(['VERSION_NEWER']);
    });

    it('takes over nothing once it has stopped', async () => {
      const { time, inner, store, keep, other, errors, guess } = guessed();
      const keeping = keep();
      await guess();
      other(sepia);
      await time.pass(5);
      void keeping.stop();
      await time.pass(500);
      expect([store.snapshot(), inner.saved, errors, time.timers()]).toEqual([{ theme: 'dark', size: 12 }, json(sepia), [], 0]);
    });
  });
});
