/** What changes is saved: soon, in one write at a time, the last change always. */
import { createStore } from 'ownstate';
import { persist, replaceable, type PersistError } from 'ownstate/app';
import { describe, expect, it } from 'vitest';
import { browser, FIRST, json, kept, settings, shelf, slow, virtualTime, type Settings } from './support.js';

const sized = (size: number) => json({ theme: 'light', size });

describe('a change', () => {
  it('is saved within the throttle, together with those that come meanwhile', async () => {
    const time = virtualTime();
    const storage = shelf();
    const { store, keeping } = kept(time, storage);
    await time.pass(1000);
    expect(time.timers()).toBe(0);
    store.tell.grow();
    expect(keeping.status().unsaved).toBe(true);
    await time.pass(60);
    store.tell.grow();
    await time.pass(39);
    expect(storage.log).toEqual(['get']);
    await time.pass(1);
    expect(storage.log).toEqual(['get', `set ${sized(14)}`]);
    expect(keeping.status().unsaved).toBe(false);
    expect(time.timers()).toBe(0);
    store.tell.grow();
    await time.pass(100);
    expect(storage.saved).toBe(sized(15));
  });

  it('without end is saved again and again', async () => {
    const time = virtualTime();
    const storage = shelf();
    const { store } = kept(time, storage, { throttle: 50 });
    for (let step = 0; step < 20; step++) {
      store.tell.grow();
      await time.pass(10);
    }
    expect(storage.log).toEqual(['get', ...[17, 22, 27, 32].map((size) => `set ${sized(size)}`)]);
  });

  it('with a throttle of 0 is saved in a task of its own', async () => {
    const time = virtualTime();
    const storage = shelf();
    const { store } = kept(time, storage, { throttle: 0 });
    store.tell.grow();
    store.tell.grow();
    expect(storage.log).toEqual(['get']);
    await time.pass(0);
    expect(storage.log).toEqual(['get', `set ${sized(14)}`]);
  });

  it('that leaves what is picked as it was is none', async () => {
    const time = virtualTime();
    const storage = shelf();
    const { store, keeping } = kept(time, storage, { pick: ({ theme }: Settings) => ({ theme }) } as object);
    store.tell.grow();
    expect(keeping.status().unsaved).toBe(false);
    expect(time.timers()).toBe(0);
    store.tell.use('dark');
    await time.pass(100);
    expect(storage.saved).toBe(json({ theme: 'dark' }));
  });

  it('that leaves the one value that is picked as it was is none', () => {
    const time = virtualTime();
    const store = settings({ scheduler: time.scheduler });
    const keeping = persist(store, shelf(), { scheduler: time.scheduler, page: {}, pick: ({ theme }) => theme, merge: (now, theme) => ({ ...now, theme }) });
    store.tell.grow();
    expect(keeping.status().unsaved).toBe(false);
    store.tell.use('dark');
    expect(keeping.status().unsaved).toBe(true);
  });

  it('to what is of another kind is one', async () => {
    const time = virtualTime();
    const storage = shelf();
    const store = createStore(replaceable({ name: 'settings', state: (): unknown => ({}), commands: { put: (_now, next: unknown) => next } }), { scheduler: time.scheduler });
    const keeping = persist(store, storage, { scheduler: time.scheduler, page: {} });
    for (const next of [[], {}, null, {}, 5, []]) {
      store.tell.put(next);
      expect(await keeping.flush()).toBe(true);
      expect(storage.saved).toBe(json(next));
    }
  });
});

describe('a storage that takes its time', () => {
  it('never has two writes at once, and gets the latest', async () => {
    const time = virtualTime();
    const inner = shelf();
    const storage = slow(inner, time, 300);
    const { store } = kept(time, storage);
    await time.pass(300);
    for (let step = 0; step < 10; step++) {
      store.tell.grow();
      await time.pass(60);
    }
    await time.pass(1000);
    expect(storage.open.most).toBe(1);
    expect(inner.log).toEqual(['get', `set ${sized(14)}`, `set ${sized(21)}`, `set ${sized(22)}`]);
    expect(time.timers()).toBe(0);
  });

  it('that never answers a write gets no other', async () => {
    const time = virtualTime();
    const inner = shelf();
    const { store, keeping, errors } = kept(time, { ...inner, setItem: (_key: string, value: string) => new Promise(() => inner.log.push(value)) });
    store.tell.grow();
    await time.pass(200);
    store.tell.grow();
    await time.pass(200);
    const flushed = keeping.flush();
    await time.pass(5000);
    expect(await flushed).toBe(false);
    const stopped = keeping.stop();
    await time.pass(5000);
    await stopped;
    expect(errors.map(({ code }) => code)).toEqual(['STORAGE_SILENT', 'STORAGE_SILENT']);
    expect(inner.log).toEqual(['get', sized(13)]);
    expect(time.timers()).toBe(0);
  });
});

describe('flush', () => {
  it('of what fails again and again says so, though there is ever more to save', async () => {
    const time = virtualTime();
    const setItem = async () => {
      await time.sleep(50);
      throw new Error('full');
    };
    const { store, keeping } = kept(time, { ...shelf(), setItem }, { throttle: 0 });
    let saved: boolean | undefined;
    store.tell.grow();
    void keeping.flush().then((done) => { saved = done; });
    for (let step = 0; step < 8; step++) {
      await time.pass(20);
      store.tell.grow();
    }
    expect(saved).toBe(false);
  });

  it('saves before it returns where the storage can', () => {
    const storage = shelf();
    const { store, keeping } = kept(virtualTime(), storage);
    store.tell.grow();
    void keeping.flush();
    expect(storage.saved).toBe(sized(13));
  });

  it('is through when what was changed before it is saved, also behind a write under way', async () => {
    const time = virtualTime();
    const inner = shelf();
    const { store, keeping } = kept(time, slow(inner, time));
    const early = keeping.flush();
    await time.pass(10);
    expect(await early).toBe(true);
    store.tell.grow();
    const first = keeping.flush();
    store.tell.grow();
    const second = keeping.flush();
    store.tell.grow();
    await time.pass(10);
    expect([await first, inner.saved]).toEqual([true, sized(13)]);
    await time.pass(10);
    expect([await second, inner.saved]).toEqual([true, sized(15)]);
    expect(time.timers()).toBe(0);
  });

  it('with nothing to save does nothing', async () => {
    const storage = shelf();
    const { keeping } = kept(virtualTime(), storage);
    expect(await keeping.flush()).toBe(true);
    expect(storage.log).toEqual(['get']);
  });

  it('waits for the state that was saved', async () => {
    const time = virtualTime();
    const inner = shelf(sized(20));
    const { store, keeping } = kept(time, slow(inner, time));
    store.tell.grow();
    const flushed = keeping.flush();
    await time.pass(20);
    expect([await flushed, inner.saved]).toEqual([true, sized(21)]);
  });
});

describe('a write that fails', () => {
  const quota = new DOMException('The quota has been exceeded.', 'QuotaExceededError');

  it.each<[string, (fail: () => boolean, inner: ReturnType<typeof shelf>) => (key: string, value: unknown) => unknown]>([
    ['at once', (fail, inner) => (key, value) => {
      if (fail()) throw quota;
      return inner.setItem(key, value);
    }],
    ['later', (fail, inner) => async (key, value) => {
      if (fail()) throw quota;
      return inner.setItem(key, value);
    }],
  ])('%s is reported, and tried again with the next change, by flush, or when the page goes', async (_when, make) => {
    const time = virtualTime();
    const inner = shelf();
    let full = true;
    let tries = 0;
    const setItem = make(() => (tries++, full), inner);
    const { tab } = browser();
    const { page, emit } = tab();
    const { store, keeping, errors } = kept(time, { ...inner, setItem }, { page, crossTab: false });
    store.tell.grow();
    await time.pass(10_000);
    expect(errors).toMatchObject([{ code: 'WRITE_FAILED', cause: quota, message: "settings: the state can't be saved: The quota has been exceeded." }]);
    expect([tries, keeping.status().unsaved, time.timers()]).toEqual([1, true, 0]);
    expect(await keeping.flush()).toBe(false);
    store.tell.grow();
    await time.pass(10_000);
    expect([tries, errors.length]).toEqual([3, 3]);
    full = false;
    emit('pagehide');
    await time.pass();
    expect([inner.saved, keeping.status().unsaved]).toEqual([sized(14), false]);
    full = true;
    store.tell.grow();
    await time.pass(100);
    full = false;
    await keeping.stop();
    expect(inner.saved).toBe(sized(15));
  });

  it('is tried again for what has changed meanwhile', async () => {
    const time = virtualTime();
    const inner = shelf();
    let tries = 0;
    const setItem = async (key: string, value: unknown) => {
      await time.sleep(50);
      if (++tries === 1) throw quota;
      inner.setItem(key, value);
    };
    const { store, errors } = kept(time, { ...inner, setItem });
    store.tell.grow();
    await time.pass(120);
    store.tell.grow();
    await time.pass(500);
    expect([tries, errors.length, inner.saved, time.timers()]).toEqual([2, 1, sized(14), 0]);
  });

  it('of what JSON can\'t say is reported, and what is saved stays', async () => {
    const time = virtualTime();
    const storage = shelf();
    const errors: PersistError[] = [];
    const store = createStore(replaceable({ name: 'settings', state: (): unknown => 'a', commands: { put: (_now, next: unknown) => next } }));
    persist(store, storage, { scheduler: time.scheduler, page: {}, onError: (error) => errors.push(error) });
    const ring: Record<string, unknown> = {};
    ring['ring'] = ring;
    store.tell.put('b');
    await time.pass(100);
    for (const odd of [undefined, Symbol('s'), 1n, ring]) {
      store.tell.put(odd);
      await time.pass(100);
    }
    expect(errors.map(({ code }) => code)).toEqual(Array(4).fill('WRITE_FAILED'));
    expect(errors[0]?.message).toBe("settings: the state can't be saved: Expected a state that JSON can say, got undefined");
    expect(storage.saved).toBe(json('b'));
  });

  it('since pick throws is reported', () => {
    const odd = new Error('odd');
    const pick = (view: Settings): Settings => {
      if (view.theme === 'odd') throw odd;
      return view;
    };
    const { store, errors } = kept(virtualTime(), shelf(), { pick });
    store.tell.use('odd');
    expect(errors).toMatchObject([{ code: 'WRITE_FAILED', cause: odd, message: 'settings: `pick` failed: odd' }]);
  });

  it('since pick throws for the first state does not keep the next from being saved', async () => {
    const time = virtualTime();
    const storage = shelf();
    const pick = (view: Settings): Settings => {
      if (view.size === 12) throw new Error('odd');
      return view;
    };
    const { store } = kept(time, storage, { pick });
    store.tell.grow();
    await time.pass(100);
    expect(storage.saved).toBe(sized(13));
  });
});

describe('a view that fails', () => {
  it('is reported, and ends it: what was seen before is saved', async () => {
    const time = virtualTime();
    const storage = shelf();
    const { page, listeners } = browser().tab();
    const odd = new Error('odd');
    const view = (n: number) => {
      if (n === 2) throw odd;
      return n;
    };
    const store = createStore(replaceable({ name: 'settings', state: 0, view, commands: { add: (n) => n + 1 } }), { scheduler: time.scheduler });
    const errors: PersistError[] = [];
    const keeping = persist(store, storage, { scheduler: time.scheduler, page, onError: (error) => errors.push(error) });
    for (let i = 0; i < 3; i++) store.tell.add();
    expect(errors).toMatchObject([{ code: 'WRITE_FAILED', cause: odd, message: 'settings: the view failed: odd' }]);
    expect(storage.log).toEqual(['get', `set ${json(1)}`]);
    await keeping.stop();
    expect([time.timers(), listeners.size, store.status().failed]).toEqual([0, 0, 0]);
  });
});

describe('clear', () => {
  it('removes what is saved and what was going to be; the next change is saved', async () => {
    const time = virtualTime();
    const inner = shelf(sized(20));
    const { store, keeping } = kept(time, slow(inner, time));
    await time.pass(10);
    store.tell.grow();
    await time.pass(105);
    const cleared = keeping.clear();
    await time.pass(15);
    expect(await cleared).toBe(true);
    await time.pass(1000);
    expect(inner.log).toEqual(['get', `set ${sized(21)}`, 'remove']);
    expect([inner.saved, store.snapshot().size]).toEqual([undefined, 21]);
    store.tell.use('dark');
    await time.pass(200);
    expect(inner.saved).toBe(json({ theme: 'dark', size: 21 }));
  });

  it('comes behind a write under way, and before any other', async () => {
    const time = virtualTime();
    const inner = shelf();
    const storage = slow(inner, time);
    const { store, keeping } = kept(time, storage, { throttle: 0 });
    await time.pass(10);
    store.tell.grow();
    await time.pass(5);
    store.tell.grow();
    const cleared = keeping.clear();
    await time.pass(100);
    expect(await cleared).toBe(true);
    expect(inner.log).toEqual(['get', `set ${sized(13)}`, 'remove']);
    expect([storage.open.most, keeping.status().unsaved]).toEqual([1, false]);
  });

  it('that fails is reported', async () => {
    const { keeping, errors } = kept(virtualTime(), { ...shelf(), removeItem: () => { throw new Error('locked'); } });
    expect(await keeping.clear()).toBe(false);
    expect(errors).toMatchObject([{ code: 'REMOVE_FAILED', message: "settings: what is saved can't be removed: locked" }]);
  });

  it('that fails leaves what is not saved yet to be saved', async () => {
    const time = virtualTime();
    const inner = shelf();
    const { store, keeping } = kept(time, { ...inner, removeItem: () => Promise.reject(new Error('locked')) });
    store.tell.grow();
    expect(await keeping.clear()).toBe(false);
    expect(keeping.status().unsaved).toBe(true);
    await time.pass(100);
    expect([inner.saved, await keeping.flush()]).toEqual([sized(13), true]);
  });
});

describe('the end', () => {
  it('of the store saves for the last time', async () => {
    const time = virtualTime();
    const storage = shelf();
    const { tab, channels } = browser();
    const { page, listeners } = tab();
    const { store } = kept(time, storage, { page });
    store.tell.grow();
    expect(listeners).toEqual(new Set(['pagehide', 'visibilitychange', 'pageshow', 'storage']));
    await store.shutdown();
    expect(storage.saved).toBe(sized(13));
    expect([time.timers(), listeners.size, channels.size]).toEqual([0, 0, 0]);
  });

  it('by stop saves for the last time, behind a write under way, and lets the store go on', async () => {
    const time = virtualTime();
    const inner = shelf();
    const { tab, channels } = browser();
    const { page, listeners } = tab();
    const { store, keeping } = kept(time, slow(inner, time), { page });
    await time.pass(10);
    store.tell.grow();
    await time.pass(105);
    store.tell.grow();
    const stopped = keeping.stop();
    store.tell.grow();
    await time.pass(100);
    await stopped;
    await keeping.stop();
    await time.pass(1000);
    expect([inner.saved, store.snapshot().size]).toEqual([sized(14), 15]);
    expect([time.timers(), listeners.size, channels.size]).toEqual([0, 0, 0]);
  });

  it('by stop is through when the last save is, also behind a write under way', async () => {
    const time = virtualTime();
    const inner = shelf();
    const { store, keeping } = kept(time, slow(inner, time));
    await time.pass(10);
    store.tell.grow();
    await time.pass(105);
    store.tell.grow();
    const saved = keeping.stop().then(() => inner.saved);
    await time.pass(100);
    expect(await saved).toBe(sized(14));
    expect(keeping.status()).toMatchObject({ unsaved: false, busy: false });
  });

  it('by stop waits no longer than `patience` for a write that stays silent', async () => {
    const time = virtualTime();
    const { store, keeping, errors } = kept(time, { ...shelf(), setItem: () => new Promise(() => undefined) }, { patience: 50 });
    store.tell.grow();
    let stopped = false;
    void keeping.stop().then(() => { stopped = true; });
    await time.pass(49);
    expect(stopped).toBe(false);
    await time.pass(1);
    expect([stopped, errors.map(({ code }) => code)]).toEqual([true, ['STORAGE_SILENT']]);
  });

  it('by stop leaves what could not be saved to a flush', async () => {
    const inner = shelf();
    const full = new Error('full');
    let fails = true;
    const setItem = (key: string, value: unknown) => {
      if (fails) throw full;
      return inner.setItem(key, value);
    };
    const { store, keeping, errors } = kept(virtualTime(), { ...inner, setItem }, { page: browser().tab().page });
    store.tell.grow();
    await keeping.stop();
    await keeping.stop();
    fails = false;
    expect(await keeping.flush()).toBe(true);
    expect(inner.saved).toBe(sized(13));
    expect(errors).toMatchObject([{ code: 'WRITE_FAILED', cause: full }]);
  });

  it('of an await using block is stop', async () => {
    const storage = shelf();
    const time = virtualTime();
    const store = settings({ scheduler: time.scheduler });
    {
      await using keeping = persist(store, storage, { scheduler: time.scheduler, page: {} });
      store.tell.grow();
      expect(keeping.status().unsaved).toBe(true);
    }
    expect(storage.saved).toBe(sized(13));
  });
});

describe('a page that goes', () => {
  it.each<[string, (tab: ReturnType<ReturnType<typeof browser>['tab']>) => unknown]>([
    ['by pagehide', ({ emit }) => emit('pagehide')],
    ['by being hidden', ({ hide }) => hide()],
  ])('%s has what changed saved before the event is over', (_how, go) => {
    const storage = shelf();
    const time = virtualTime();
    const tab = browser().tab();
    const { store } = kept(time, storage, { page: tab.page });
    store.tell.grow();
    go(tab);
    expect(storage.saved).toBe(sized(13));
    expect(time.timers()).toBe(0);
  });

  it('and comes back to sight saves nothing for that', () => {
    const storage = shelf();
    const { page } = browser().tab();
    const { store } = kept(virtualTime(), storage, { page });
    store.tell.grow();
    (page.document as unknown as EventTarget).dispatchEvent(new Event('visibilitychange'));
    expect(storage.saved).toBeUndefined();
  });
});

describe('what is saved', () => {
  it('is put into the fields of the present state where it was picked', async () => {
    const time = virtualTime();
    const store = settings({ scheduler: time.scheduler });
    persist(store, shelf(json({ theme: 'dark' })), { scheduler: time.scheduler, page: {}, pick: ({ theme }) => ({ theme }) });
    expect(store.snapshot()).toEqual({ theme: 'dark', size: 12 });
  });

  it('takes the place of a state without fields, also where it was picked', async () => {
    const store = createStore(replaceable({ name: 'settings', state: 1, commands: { add: (n) => n + 1 } }));
    const keeping = persist(store, shelf(json(5)), { page: {}, pick: (n) => n });
    expect([await keeping.hydrated, store.snapshot()]).toEqual(['restored', 5]);
    await keeping.stop();
  });

  it('and has no fields is refused where fields were picked', async () => {
    const { store, keeping, errors } = kept(virtualTime(), shelf(json('dark')), { pick: (view) => ({ ...view }) });
    expect(await keeping.hydrated).toBe('failed');
    expect(store.snapshot()).toEqual(FIRST);
    expect(errors).toMatchObject([{ code: 'STATE_REFUSED', message: "settings: `merge` failed: Expected an object of fields, got 'dark'" }]);
  });

  it('is put in by merge where there is one, and may be of another form', async () => {
    const time = virtualTime();
    const storage = shelf(json(['dark', 20]));
    const store = settings({ scheduler: time.scheduler });
    persist(store, storage, {
      scheduler: time.scheduler,
      page: {},
      pick: ({ theme, size }) => [theme, size] as const,
      merge: (now, [theme, size]) => ({ ...now, theme, size }),
    });
    expect(store.snapshot()).toEqual({ theme: 'dark', size: 20 });
    store.tell.grow();
    await time.pass(100);
    expect(storage.saved).toBe(json(['dark', 21]));
  });

  it('is a value as it is with the format plain', async () => {
    const time = virtualTime();
    const storage = shelf({ version: 0, state: { theme: 'dark', size: 1 } });
    const { store } = kept(time, storage, { format: 'plain' });
    store.tell.grow();
    await time.pass(100);
    expect(storage.saved).toEqual({ version: 0, state: { theme: 'dark', size: 2 } });
  });

  it('is what a format of one\'s own makes, at once or later', async () => {
    for (const later of [false, true]) {
      const time = virtualTime();
      const storage = shelf();
      const turn = (text: string) => text.split('').reverse().join('');
      const format = {
        write: (saved: unknown) => later ? Promise.resolve(turn(JSON.stringify(saved))) : turn(JSON.stringify(saved)),
        read: (text: unknown) => later ? Promise.resolve(JSON.parse(turn(text as string)) as unknown) : JSON.parse(turn(text as string)) as unknown,
      };
      const first = kept(time, storage, { format });
      await first.keeping.hydrated;
      first.store.tell.grow();
      await first.keeping.stop();
      expect(storage.saved).toBe(turn(sized(13)));
      const second = kept(time, storage, { format });
      expect(await second.keeping.hydrated).toBe('restored');
      expect(second.store.snapshot().size).toBe(13);
    }
  });

  it('stands under the key, or else under the name of the store', async () => {
    const storage = shelf();
    const { store, keeping } = kept(virtualTime(), storage, { key: 'another' });
    store.tell.grow();
    await keeping.stop();
    expect([...storage.kept.keys()]).toEqual(['another']);
  });
});
