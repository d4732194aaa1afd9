/** A world for a state that is kept: virtual time with promises, storages of all kinds, and a page with tabs. */
import { createStore, reply, type StoreOptions } from 'ownstate';
import { persist, replaceable, type PersistError, type Persistence, type PersistPage, type PersistStorageSource, type ReplaceableOptions } from 'ownstate/app';
import { VirtualTimeScheduler } from 'rxjs';
import { setImmediate } from 'node:timers/promises';

export interface Settings { readonly theme: string; readonly size: number }

export const FIRST: Settings = { theme: 'light', size: 12 };

/** Settings that can be kept. */
export const settings = (options: StoreOptions = {}, how: ReplaceableOptions<Settings> = {}) => createStore(replaceable({
  name: 'settings',
  state: FIRST,
  commands: {
    use: (now, theme: string) => reply({ ...now, theme }, theme),
    grow: (now) => ({ ...now, size: now.size + 1 }),
    work: (now, until: Promise<unknown>) => until.then(() => now),
  },
}, how), options);

/** Virtual time in which promises go on, too. */
export function virtualTime() {
  const scheduler = new VirtualTimeScheduler();
  /** Has so many milliseconds pass. */
  const pass = async (ms = 0) => {
    const end = scheduler.frame + ms;
    for (;;) {
      await setImmediate();
      const [next] = scheduler.actions;
      if (next === undefined || next.delay > end) break;
      scheduler.maxFrames = next.delay;
      scheduler.flush();
    }
    scheduler.frame = end;
  };
  /** Timers that are armed. */
  const timers = () => scheduler.actions.filter((action) => !action.closed).length;
  return { scheduler, pass, timers, sleep: (ms: number) => new Promise<void>((resolve) => { scheduler.schedule(() => resolve(), ms); }) };
}

export type Time = ReturnType<typeof virtualTime>;

/** What is in a storage, and what is done with it: each entry once it's begun, `!` behind it when it's through. */
export function shelf(saved?: unknown) {
  const kept = new Map<string, unknown>(saved === undefined ? [] : [['settings', saved]]);
  const log: string[] = [];
  return {
    kept,
    log,
    get saved(): unknown {
      return kept.get('settings');
    },
    getItem: (key: string): unknown => {
      log.push('get');
      return kept.get(key) ?? null;
    },
    setItem: (key: string, value: unknown): unknown => {
      log.push(`set ${typeof value === 'string' ? value : JSON.stringify(value)}`);
      kept.set(key, value);
      return undefined;
    },
    removeItem: (key: string): unknown => {
      log.push('remove');
      kept.delete(key);
      return undefined;
    },
  };
}

export type Shelf = ReturnType<typeof shelf>;

/** The same, each operation of it so many milliseconds later. */
export function slow(inner: Shelf, { sleep }: Time, ms = 10) {
  const open = { now: 0, most: 0 };
  const later = async <T>(work: () => T) => {
    open.most = Math.max(open.most, ++open.now);
    await sleep(ms);
    try {
      return work();
    } finally {
      open.now--;
    }
  };
  return {
    open,
    getItem: (key: string) => later(() => inner.getItem(key)),
    setItem: (key: string, value: unknown) => later(() => inner.setItem(key, value)),
    removeItem: (key: string) => later(() => inner.removeItem(key)),
  };
}

/** The JSON text of some settings. */
export const json = (state: unknown, version = 0): string => `{"version":${version},"state":${JSON.stringify(state)}}`;

/** Tabs of one origin: what one's channel is told, those of the others get in a task of its own. */
export function browser() {
  const channels = new Set<EventTarget & { readonly name: string }>();
  class Channel extends EventTarget {
    readonly name: string;

    constructor(name: string) {
      super();
      this.name = name;
      channels.add(this);
    }

    postMessage(): void {
      if (!channels.has(this)) throw new Error('Expected a channel that is open');
      const others = [...channels].filter((other) => other !== this && other.name === this.name);
      queueMicrotask(() => others.forEach((other) => channels.has(other) && other.dispatchEvent(new Event('message'))));
    }

    close(): void {
      channels.delete(this);
    }
  }
  const tab = () => {
    const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    const listeners = new Set<string>();
    const page = Object.assign(new EventTarget(), { document, BroadcastChannel: Channel, listeners });
    for (const events of [page, document]) {
      const [add, remove] = [events.addEventListener.bind(events), events.removeEventListener.bind(events)];
      events.addEventListener = (type: string, listener: EventListener) => {
        listeners.add(type);
        add(type, listener);
      };
      events.removeEventListener = (type: string, listener: EventListener) => {
        listeners.delete(type);
        remove(type, listener);
      };
    }
    const emit = (type: string, fields: object = {}) => page.dispatchEvent(Object.assign(new Event(type), fields));
    return {
      page: page as PersistPage,
      listeners,
      emit,
      hide: () => {
        document.visibilityState = 'hidden';
        document.dispatchEvent(new Event('visibilitychange'));
      },
    };
  };
  return { tab, channels };
}

/** Settings that are kept, and all that went wrong. */
export function kept(time: Time, storage: PersistStorageSource, options: Parameters<typeof persist<Settings, Settings>>[2] = {}, how: ReplaceableOptions<Settings> = {}) {
  const errors: PersistError[] = [];
  const store = settings({ scheduler: time.scheduler }, how);
  const keeping: Persistence = persist(store, storage, { scheduler: time.scheduler, page: {}, onError: (error) => errors.push(error), ...options });
  return { store, keeping, errors };
}
