/** Work that waits for its turn: in each lane so many at a time, in the order in which it came. */
import { defer, Observable, tap } from 'rxjs';

/** A lane is there while something is in it. */
interface Lane {
  running: number;
  readonly waiting: Set<() => void>;
  /** Whether those that wait are being started just now. */
  starting: boolean;
}

/** The lanes of a store, by command and key. */
export type Lanes = Map<string, Map<unknown, Lane>>;

/** Where and how a piece of work waits. */
export interface Turn {
  readonly type: string;
  readonly key: unknown;
  /** How many run at a time. */
  readonly most: number;
  /** Whoever aborts it while it waits takes it out: it fails with the reason. */
  readonly signal: AbortSignal;
}

/**
 * The work, as soon as there's room for it. When it ends, the next begins; not when it's unsubscribed, since then those
 * behind it are about to be, too: its lane is superseded, or the store closes.
 */
export function inTurn<T>(lanes: Lanes, { type, key, most, signal }: Turn, work: () => Observable<T>): Observable<T> {
  return new Observable((subscriber) => {
    const keyed = lanes.get(type) ?? new Map<unknown, Lane>();
    const lane = keyed.get(key) ?? { running: 0, waiting: new Set(), starting: false };
    lanes.set(type, keyed.set(key, lane));
    const abort = () => subscriber.error(signal.reason);
    let ended = false;
    const start = () => {
      lane.waiting.delete(start);
      lane.running++;
      signal.removeEventListener('abort', abort);
      defer(work).pipe(tap({ error: () => { ended = true; }, complete: () => { ended = true; } })).subscribe(subscriber);
    };
    subscriber.add(() => {
      signal.removeEventListener('abort', abort);
      if (!lane.waiting.delete(start)) lane.running--;
      if (ended) advance(lane, most);
      // Another one may have begun a new lane, if those that were started have ended at once.
      if (lane.running + lane.waiting.size === 0 && keyed.get(key) === lane) keyed.delete(key);
    });
    lane.waiting.add(start);
    signal.addEventListener('abort', abort);
    advance(lane, most);
  });
}

/** Starts those that there's room for. What ends at once comes back here: whoever is at it already goes on with the next. */
function advance(lane: Lane, most: number): void {
  if (lane.starting) return;
  lane.starting = true;
  for (const start of lane.waiting) {
    if (lane.running >= most) break;
    start();
  }
  lane.starting = false;
}
