/** unstorage as the storage: its `getItem` would parse the text, so it's handed the raw ones. */
import { createStore } from 'ownstate';
import { persist, replaceable, type PersistStorage } from 'ownstate/app';
import { createStorage, type Storage } from 'unstorage';
import { describe, expect, it } from 'vitest';

const draft = () => createStore(replaceable({ name: 'draft', state: { text: '' }, commands: { type: (now, text: string) => ({ text: now.text + text }) } }));

const raw = (texts: Storage): PersistStorage => ({
  getItem: (key) => texts.getItemRaw(key),
  setItem: (key, text) => texts.setItemRaw(key, text),
  removeItem: (key) => texts.removeItem(key),
});

describe('unstorage', () => {
  it('keeps a state from one run of the program to the next, until it is cleared', async () => {
    const texts = createStorage();
    const first = draft();
    persist(first, raw(texts));
    await first.ask.type('hello');
    await first.shutdown();

    const second = draft();
    const kept = persist(second, raw(texts));
    expect(await kept.hydrated).toBe('restored');
    expect(second.snapshot()).toEqual({ text: 'hello' });
    await kept.clear();
    expect(await texts.getKeys()).toEqual([]);
    await second.shutdown();
  });
});
