/** AbortSignals: one listener for each signal, however many asks and stores go by it. */
import type { Command } from '../command.js';
import { AskAbortedError } from '../errors.js';

/** A pending ask that is given up, or what else is to be done when a signal aborts. */
type Watcher = Command | (() => void);

/** Who goes by each signal, and its listener. */
const watched = new WeakMap<AbortSignal, { readonly watchers: Set<Watcher>; readonly abort: () => void }>();

/** Gives an ask up, or calls a function, when the signal aborts. @internal */
export function watch(signal: AbortSignal, watcher: Watcher): void {
  let watching = watched.get(signal);
  if (!watching) {
    const watchers = new Set<Watcher>();
    const abort = () => {
      for (const each of watchers) {
        if (typeof each === 'function') each();
        else each.owner.giveUp(each, new AskAbortedError(each, signal.reason));
      }
    };
    watched.set(signal, watching = { watchers, abort });
  }
  if (watching.watchers.size === 0) signal.addEventListener('abort', watching.abort);
  watching.watchers.add(watcher);
  if (typeof watcher !== 'function') watcher.extras.signal = signal;
}

/** @internal */
export function unwatch(signal: AbortSignal, watcher: Watcher): void {
  const watching = watched.get(signal);
  if (watching?.watchers.delete(watcher) && watching.watchers.size === 0) signal.removeEventListener('abort', watching.abort);
}
