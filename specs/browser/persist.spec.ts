/** A state that is kept by a real browser: its storages, its events, and two frames of one origin as two tabs. */
import { createStore, reply } from 'ownstate';
import { persist, replaceable, type PersistError, type PersistPage, type Persistence, type PersistStorageSource } from 'ownstate/app';
import { del, get, set } from 'idb-keyval';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

interface Settings { readonly theme: string; readonly size: number }

const FIRST: Settings = { theme: 'light', size: 12 };

const idb = { getItem: get, setItem: set, removeItem: del };

const open: Persistence[] = [];
const frames: HTMLIFrameElement[] = [];
const errors: PersistError[] = [];

/** Settings that are kept on a page. */
function kept(storage: PersistStorageSource, options: object = {}) {
  const store = createStore(replaceable({
    name: 'settings',
    state: FIRST,
    commands: { use: (now, theme: string) => reply({ ...now, theme }, theme), grow: (now) => ({ ...now, size: now.size + 1 }) },
  }));
  const keeping = persist(store, storage, { throttle: 10, onError: (error: PersistError) => errors.push(error), ...options });
  open.push(keeping);
  return { store, keeping };
}

/** Another page of the same origin. */
function frame(): Window & PersistPage {
  const element = document.createElement('iframe');
  document.body.append(element);
  frames.push(element);
  return element.contentWindow as unknown as Window & PersistPage;
}

const saved = (storage: Storage) => JSON.parse(storage.getItem('settings') ?? 'null') as unknown;

beforeEach(async () => {
  localStorage.clear();
  sessionStorage.clear();
  await del('settings');
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((keeping) => keeping.stop()));
  for (const element of frames.splice(0)) element.remove();
  expect(errors.splice(0)).toEqual([]);
});

describe.each([['localStorage', () => localStorage], ['sessionStorage', () => sessionStorage]] as const)('%s', (_name, area) => {
  it('keeps the state from one page to the next', async () => {
    const first = kept(area());
    first.store.tell.use('dark');
    await vi.waitFor(() => expect(saved(area())).toEqual({ version: 0, state: { theme: 'dark', size: 12 } }));
    await first.store.shutdown();
    expect(kept(area).store.snapshot()).toEqual({ theme: 'dark', size: 12 });
  });

  it('is followed by another page, both ways', async () => {
    const other = frame();
    const one = kept(area());
    const two = kept(area() === localStorage ? other.localStorage : other.sessionStorage, { page: other });
    one.store.tell.use('dark');
    await vi.waitFor(() => expect(two.store.snapshot().theme).toBe('dark'));
    two.store.tell.grow();
    await vi.waitFor(() => expect(one.store.snapshot()).toEqual({ theme: 'dark', size: 13 }));
    expect([one, two].map(({ keeping }) => keeping.status().unsaved)).toEqual([false, false]);
  });

  it('has the last change before the page is gone', () => {
    const { store } = kept(area(), { throttle: 60_000 });
    store.tell.use('dark');
    dispatchEvent(new PageTransitionEvent('pagehide'));
    expect(saved(area())).toEqual({ version: 0, state: { theme: 'dark', size: 12 } });
  });
});

describe('localStorage', () => {
  it('has the last change of a page that really goes', async () => {
    const other = frame();
    const { store } = kept(localStorage, { page: other, throttle: 60_000, crossTab: false });
    store.tell.use('dark');
    const gone = new Promise((resolve) => other.addEventListener('pagehide', resolve));
    frames[0]!.src = 'about:blank?next';
    await gone;
    expect(saved(localStorage)).toEqual({ version: 0, state: { theme: 'dark', size: 12 } });
  });

  it('that is full is reported, and what it holds stays', async () => {
    const { store, keeping } = kept(localStorage);
    store.tell.use('dark');
    await keeping.flush();
    store.tell.use('x'.repeat(6_000_000));
    expect(await keeping.flush()).toBe(false);
    expect(errors.splice(0)).toMatchObject([{ code: 'WRITE_FAILED', cause: { name: 'QuotaExceededError' } }]);
    expect(saved(localStorage)).toEqual({ version: 0, state: { theme: 'dark', size: 12 } });
    store.tell.use('sepia');
    expect(await keeping.flush()).toBe(true);
  });

  it('that is blocked is reported, and the store works on', async () => {
    const sandboxed = document.createElement('iframe');
    sandboxed.setAttribute('sandbox', 'allow-scripts');
    const answer = new Promise((resolve) => addEventListener('message', ({ data }) => resolve(data), { once: true }));
    sandboxed.srcdoc = "<script>try { localStorage } catch (error) { parent.postMessage(error.name, '*') }</script>";
    document.body.append(sandboxed);
    frames.push(sandboxed);
    // So it is in a page that may not keep anything.
    expect(await answer).toBe('SecurityError');
    const { store, keeping } = kept(() => {
      throw new DOMException('The document is sandboxed', 'SecurityError');
    });
    expect(await keeping.hydrated).toBe('failed');
    expect(errors.splice(0)).toMatchObject([{ code: 'STORAGE_UNAVAILABLE', cause: { name: 'SecurityError' } }]);
    expect(await store.ask.use('dark')).toBe('dark');
  });

  it('emptied by another page leaves the state, and gets the next change', async () => {
    const other = frame();
    const { store, keeping } = kept(localStorage);
    store.tell.use('dark');
    await keeping.flush();
    const heard = new Promise((resolve) => addEventListener('storage', resolve, { once: true }));
    other.localStorage.clear();
    await heard;
    expect(store.snapshot().theme).toBe('dark');
    store.tell.use('light');
    store.tell.use('dark');
    await keeping.flush();
    expect(saved(localStorage)).toEqual({ version: 0, state: { theme: 'dark', size: 12 } });
  });

  it('changed by two pages at once has one state, and so have they', async () => {
    const other = frame();
    const pages = [kept(localStorage), kept(other.localStorage, { page: other })];
    for (let round = 0; round < 20; round++) {
      pages.forEach(({ store }, index) => store.tell.use(`${round} of ${index}`));
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    await vi.waitFor(() => {
      const states = pages.map(({ store }) => store.snapshot());
      expect(states[1]).toEqual(states[0]);
      expect(saved(localStorage)).toEqual({ version: 0, state: states[0] });
      expect(pages.map(({ keeping }) => keeping.status().unsaved)).toEqual([false, false]);
    });
    const { length } = JSON.stringify(saved(localStorage));
    expect(length).toBeGreaterThan(0);
  });
});

describe('IndexedDB', () => {
  it('keeps the state, and commands sent before it was read are handled on it', async () => {
    const first = kept(idb, { format: 'plain' });
    first.store.tell.use('dark');
    expect(await first.keeping.flush()).toBe(true);
    await first.store.shutdown();
    expect(await get('settings')).toEqual({ version: 0, state: { theme: 'dark', size: 12 } });

    const second = kept(idb, { format: 'plain' });
    second.store.tell.grow();
    expect(second.store.snapshot()).toEqual(FIRST);
    expect(await second.keeping.hydrated).toBe('restored');
    await vi.waitFor(() => expect(second.store.snapshot()).toEqual({ theme: 'dark', size: 13 }));
    expect(await second.keeping.flush()).toBe(true);
    expect(await get('settings')).toEqual({ version: 0, state: { theme: 'dark', size: 13 } });
  });

  it('is followed by another page by its BroadcastChannel, both ways', async () => {
    const other = frame();
    const one = kept(idb, { format: 'plain' });
    const two = kept(idb, { format: 'plain', page: other });
    await Promise.all([one.keeping.hydrated, two.keeping.hydrated]);
    one.store.tell.use('dark');
    await vi.waitFor(() => expect(two.store.snapshot().theme).toBe('dark'));
    two.store.tell.grow();
    await vi.waitFor(() => expect(one.store.snapshot()).toEqual({ theme: 'dark', size: 13 }));
  });
});
