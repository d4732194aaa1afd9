/** In IndexedDB, by idb-keyval: values as they are, and what other tabs save. */
import 'fake-indexeddb/auto';
import { createStore } from 'ownstate';
import { persist, replaceable } from 'ownstate/app';
import { clear, del, get, set } from 'idb-keyval';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { browser } from './support.js';

interface Notes { readonly lines: readonly string[]; readonly at: Date; readonly tags: ReadonlySet<string> }

const FIRST: Notes = { lines: [], at: new Date(0), tags: new Set() };

const storage = { getItem: get, setItem: set, removeItem: del };

const notes = () => createStore(replaceable({
  name: 'notes',
  state: FIRST,
  commands: { write: (now, line: string) => ({ ...now, lines: [...now.lines, line], tags: new Set([...now.tags, line]) }) },
}));

describe('IndexedDB', () => {
  beforeEach(() => clear());

  it('keeps what JSON could not say', async () => {
    const first = notes();
    const keeping = persist(first, storage, { format: 'plain', throttle: 1 });
    expect(await keeping.hydrated).toBe('empty');
    first.tell.write('a');
    expect(await keeping.flush()).toBe(true);
    await first.shutdown();

    const second = notes();
    second.tell.write('before persist');
    const again = persist(second, storage, { format: 'plain' });
    second.tell.write('b');
    expect(await again.hydrated).toBe('restored');
    await second.ask.write('c');
    expect(second.snapshot()).toEqual({ lines: ['a', 'b', 'c'], at: new Date(0), tags: new Set(['a', 'b', 'c']) });
    await again.stop();
    expect(await get('notes')).toEqual({ version: 0, state: second.snapshot() });
  });

  it('refuses what can\'t be cloned, which is reported', async () => {
    const errors: unknown[] = [];
    const store = createStore(replaceable({ name: 'odd', state: {}, commands: { put: (_now, next: object) => next } }));
    const keeping = persist(store, storage, { format: 'plain', onError: (error) => errors.push(error) });
    await keeping.hydrated;
    store.tell.put({ call: () => 1 });
    expect(await keeping.flush()).toBe(false);
    expect(errors).toMatchObject([{ code: 'WRITE_FAILED', cause: { name: 'DataCloneError' } }]);
    expect(await get('odd')).toBeUndefined();
    await keeping.stop();
  });

  it('is followed by other tabs', async () => {
    const { tab } = browser();
    const [one, two] = [notes(), notes()];
    const options = () => ({ format: 'plain', page: tab().page, throttle: 1 }) as const;
    const keeping = [persist(one, storage, options()), persist(two, storage, options())];
    await Promise.all(keeping.map(({ hydrated }) => hydrated));
    one.tell.write('a');
    await vi.waitFor(() => expect(two.snapshot().lines).toEqual(['a']));
    two.tell.write('b');
    await vi.waitFor(() => expect(one.snapshot().lines).toEqual(['a', 'b']));
    await Promise.all(keeping.map((each) => each.stop()));
  });

  it('is cleared by clear', async () => {
    const store = notes();
    const keeping = persist(store, storage, { format: 'plain' });
    await store.ask.write('a');
    await keeping.flush();
    expect(await keeping.clear()).toBe(true);
    expect(await get('notes')).toBeUndefined();
    await keeping.stop();
  });
});
