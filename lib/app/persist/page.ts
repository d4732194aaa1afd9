/**
 * The page that a state is kept for: when it goes, what isn't saved yet is; and what other tabs save is heard of.
 *
 * ```
 *   localStorage   setItem ──▶ `storage` event in the other tabs ──▶ read again
 *   others         setItem ──▶ BroadcastChannel ───────────────────▶ read again
 * ```
 *
 * What is heard says only that something was saved. What it is is read anew, so that all tabs come to what the storage
 * holds, in whatever order they hear of each other.
 */
import { Subscription } from 'rxjs';

/** Where events are listened to. */
interface Events {
  /** Calls `listener` for each event of a type. */
  addEventListener(type: string, listener: (event: never) => void): void;
  /** Calls it no more. */
  removeEventListener(type: string, listener: (event: never) => void): void;
}

/** A channel to the other tabs. */
interface Channel {
  /** Calls `listener` for each message of another tab. */
  addEventListener(type: 'message', listener: (event: never) => void): void;
  /** Tells the other tabs. */
  postMessage(message: unknown): void;
  /** Ends it. */
  close(): void;
}

/** What is used of a page, a worker or another host, as far as it's there: by default of `globalThis`. A spec gives its own. */
export interface PersistPage extends Partial<Events> {
  /** Whether the page is seen, and when that changes. Default: that of the page; without one only `pagehide` and the throttle count. */
  readonly document?: Events & {
    /** `'hidden'` when the page may go any moment. */
    readonly visibilityState: string;
  };
  /** How tabs talk to each other where the storage has no events of its own. Default: the platform's; without one they don't. */
  readonly BroadcastChannel?: new (name: string) => Channel;
}

/** The ways to and from a page. @internal */
export interface PageLink {
  /** Tells other tabs that something was saved, where the storage doesn't. */
  readonly announce: () => void;
  /** Lets go of the page. */
  readonly leave: () => void;
}

/** What is done when something happens to a page. @internal */
export interface PageHandlers {
  /** The page may go any moment. */
  readonly hide: () => void;
  /** Another tab saved something, or may have; `undefined` where that isn't of interest. */
  readonly hear: (() => void) | undefined;
}

/** Links a key of a storage to a page. @internal */
export function linkPage(page: PersistPage, storage: object, key: string, { hide, hear }: PageHandlers): PageLink {
  const listening = new Subscription();
  const { document } = page;
  listen(listening, page, 'pagehide', hide);
  if (document) listen(listening, document, 'visibilitychange', () => {
    if (document.visibilityState === 'hidden') hide();
  });
  const channel = hear && !isWebStorage(storage) ? channelOf(page, key) : undefined;
  if (hear) {
    // A page that comes back from the cache of the browser's history has slept meanwhile. A key of null: all was removed.
    listen(listening, page, 'pageshow', ({ persisted }: PageTransitionEvent) => persisted && hear());
    listen(listening, page, 'storage', ({ storageArea, key: changed }: StorageEvent) => {
      if (storageArea === storage && (changed === key || changed === null)) hear();
    });
  }
  if (channel) {
    channel.addEventListener('message', hear as () => void);
    // On Node, it isn't to keep the process alive.
    (channel as { unref?: () => void }).unref?.();
    listening.add(() => channel.close());
  }
  const announce = () => {
    // One that is closed throws.
    if (!listening.closed) channel?.postMessage(key);
  };
  return { announce, leave: () => listening.unsubscribe() };
}

/** None where there's none, or where it's blocked as storages are. */
function channelOf({ BroadcastChannel }: PersistPage, key: string): Channel | undefined {
  try {
    return BroadcastChannel && new BroadcastChannel(`ownstate/persist/${key}`);
  } catch {
    return undefined;
  }
}

function listen(listening: Subscription, events: Partial<Events>, type: string, listener: (event: never) => void): void {
  if (typeof events.addEventListener !== 'function') return;
  events.addEventListener(type, listener);
  listening.add(() => events.removeEventListener?.(type, listener));
}

/** Whether a storage is one of a browser's (of whatever frame), whose events tell other tabs of each change. */
function isWebStorage(storage: object): boolean {
  return Object.prototype.toString.call(storage) === '[object Storage]';
}
