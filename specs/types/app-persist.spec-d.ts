/** What is inferred of a store that is kept, and what doesn't compile. */
import { createStore, reply } from 'ownstate';
import { persist, replaceable, undoable, type Hydration, type Persistence, type PersistError, type PersistOptions, type PersistStorage } from 'ownstate/app';
import { del, get, set } from 'idb-keyval';
import { describe, expectTypeOf, it } from 'vitest';

interface Settings { readonly theme: string; readonly size: number }

const first: Settings = { theme: 'light', size: 12 };

const settings = createStore(replaceable({
  name: 'settings',
  state: first,
  commands: { use: (now, theme: string) => reply({ ...now, theme }, 1) },
}));
const counter = createStore(replaceable({ name: 'counter', state: 0, commands: { add: (count) => count + 1 } }));
const hidden = createStore(replaceable({
  name: 'hidden',
  state: { name: 'Ann', secret: 'x' },
  commands: { rename: (now, name: string) => ({ ...now, name }) },
  view: ({ name }) => ({ name }),
}));

describe('a store that is kept', () => {
  it('is any with the command replace, or a client of it', () => {
    expectTypeOf(persist(counter, localStorage)).toEqualTypeOf<Persistence>();
    persist(settings.client, sessionStorage, { key: 'mine' });
    persist(settings.with({ timeout: 5 }), undefined);
    // @ts-expect-error -- its definition isn't replaceable
    persist(createStore({ name: 'other', state: 0, commands: { add: (count) => count + 1 } }), localStorage);
    // @ts-expect-error -- its `replace` takes no function
    persist(createStore({ name: 'other', state: 0, commands: { replace: (_count, next: number) => next } }), localStorage);
  });

  it('tells what came of it', () => {
    const keeping = persist(counter, localStorage);
    expectTypeOf(keeping.hydrated).toEqualTypeOf<Promise<Hydration>>();
    expectTypeOf(keeping.flush()).toEqualTypeOf<Promise<boolean>>();
    expectTypeOf(keeping.status().hydration).toEqualTypeOf<'pending' | 'restored' | 'empty' | 'failed' | 'stopped'>();
    persist(counter, localStorage, { onError: (error) => expectTypeOf(error).toEqualTypeOf<PersistError>() });
  });
});

describe('what is saved', () => {
  it('is the view, if that is a state', () => {
    // @ts-expect-error -- the view lacks the secret
    persist(hidden, localStorage);
    // @ts-expect-error -- the view lacks the secret
    persist(hidden, localStorage, { key: 'mine' });
  });

  it('may be some fields of the state', () => {
    persist(settings, localStorage, { pick: ({ theme }) => ({ theme }) });
    persist(hidden, localStorage, { pick: ({ name }) => ({ name }) });
    // @ts-expect-error -- no field of the state
    persist(settings, localStorage, { pick: ({ theme }) => ({ colour: theme }) });
    // @ts-expect-error -- a field of another type
    persist(settings, localStorage, { pick: ({ theme }) => ({ size: theme }) });
  });

  it('may be the state, or some of its fields, of a view that holds it', () => {
    const shown = createStore(replaceable({
      name: 'shown',
      state: first,
      commands: { use: (now, theme: string) => ({ ...now, theme }) },
      view: (now) => ({ present: now }),
    }));
    const steps = createStore(undoable(replaceable({
      name: 'steps',
      state: first,
      commands: { use: (now, theme: string) => ({ ...now, theme }) },
    })));
    for (const store of [shown, shown.client]) {
      persist(store, localStorage, { pick: ({ present }) => present });
      persist(store, localStorage, { pick: ({ present: { theme } }) => ({ theme }) });
      persist(store, localStorage, { version: 1, migrate: () => first, pick: ({ present }) => present });
      persist(store, localStorage, { pick: ({ present: { theme } }) => ({ theme }), version: 1, migrate: async () => ({ theme: 'dark' }) });
      persist(store, localStorage, { pick: ({ present }) => present.size, merge: (now, size) => ({ ...now, size }) });
      // @ts-expect-error -- a pick is needed
      persist(store, localStorage);
      // @ts-expect-error -- a pick is needed
      persist(store, localStorage, { key: 'mine' });
      // @ts-expect-error -- no field of the state beside one that is
      persist(store, localStorage, { pick: ({ present: { theme } }) => ({ theme, colour: theme }) });
      // @ts-expect-error -- a field of another type
      persist(store, localStorage, { pick: ({ present: { theme } }) => ({ size: theme }) });
      // @ts-expect-error -- makes something else than what is picked
      persist(store, localStorage, { pick: ({ present: { theme } }) => ({ theme }), version: 1, migrate: () => ({ theme: 5 }) });
    }
    persist(steps, () => localStorage, { pick: ({ present }) => present });
    persist(steps, () => localStorage, { pick: ({ present: { theme } }) => ({ theme }) });
    persist(steps, () => localStorage, { pick: ({ present }) => present, version: 1, migrate: () => first });
    persist(steps, () => localStorage, { version: 1, migrate: async () => ({ theme: 'dark' }), pick: ({ present: { theme } }) => ({ theme }) });
    persist(steps.client, () => localStorage, { pick: ({ present }) => present.size, merge: (now, size) => ({ ...now, size }) });
    // @ts-expect-error -- a pick is needed
    persist(steps, () => localStorage);
    // @ts-expect-error -- the view is more than the state
    persist(steps, () => localStorage, { pick: (view) => view });
    // @ts-expect-error -- makes something else than what is picked
    persist(steps, () => localStorage, { version: 1, migrate: () => 5, pick: ({ present }) => present });
    persist(createStore(undoable(replaceable({ name: 'text', state: '', commands: { type: (now, more: string) => now + more } }))), localStorage, {
      pick: ({ present }) => present,
    });
    persist(createStore(undoable(replaceable({ name: 'list', state: [] as readonly string[], commands: { clear: () => [] } }))), localStorage, {
      pick: ({ present }) => present,
    });
  });

  it('may be anything, with a merge', () => {
    persist(settings, localStorage, {
      pick: ({ theme }) => theme,
      merge: (now, theme) => {
        expectTypeOf(now).toEqualTypeOf<Settings>();
        expectTypeOf(theme).toEqualTypeOf<string>();
        return { ...now, theme };
      },
    });
    persist(hidden, localStorage, { merge: (now, { name }) => ({ ...now, name }) });
    const options: PersistOptions<Settings> = {};
    persist(settings, localStorage, options);
    // @ts-expect-error -- a merge is needed
    persist(settings, localStorage, { pick: ({ theme }) => theme });
    // @ts-expect-error -- a merge gives a state
    persist(settings, localStorage, { merge: (now) => now.size });
  });

  it('is what migrate makes of an older version', () => {
    persist(settings, localStorage, {
      version: 1,
      migrate: (saved, from) => {
        expectTypeOf(saved).toEqualTypeOf<unknown>();
        expectTypeOf(from).toEqualTypeOf<number>();
        return first;
      },
    });
    persist(settings, localStorage, { pick: ({ theme }) => ({ theme }), version: 1, migrate: async () => ({ theme: 'dark' }) });
    persist(settings, localStorage, { version: 1, migrate: (saved) => ({ theme: String(saved) }), pick: ({ theme }) => ({ theme }) });
    // @ts-expect-error -- makes something else
    persist(settings, localStorage, { version: 1, migrate: () => 5 });
    // @ts-expect-error -- makes something else than what is picked
    persist(settings, localStorage, { version: 1, migrate: () => ({ theme: 5 }), pick: ({ theme }) => ({ theme }) });
  });
});

it('a storage is anything in the form of localStorage, with Promises or not', () => {
  persist(counter, () => localStorage);
  persist(counter, { getItem: get, setItem: set, removeItem: del }, { format: 'plain' });
  expectTypeOf<{
    getItem(key: string, callback?: (error?: Error | null, result?: string | null) => void): Promise<string | null>;
    setItem(key: string, value: string, callback?: (error?: Error | null) => void): Promise<void>;
    removeItem(key: string, callback?: (error?: Error | null) => void): Promise<void>;
  }>().toExtend<PersistStorage>();
  // @ts-expect-error -- it can't remove
  persist(counter, { getItem: get, setItem: set });
  // @ts-expect-error -- no such format
  persist(counter, localStorage, { format: 'yaml' });
  // @ts-expect-error -- no such option
  persist(counter, localStorage, { partialize: () => 1 });
});
